/**
 * Azure behind the port `Repairs`: the writes of triage's remedies, each sent once and followed by whoever is there.
 *
 * Two hands: one identity for power and Cloud Services, and one of its own that may go inside Windows. They keep to one pace, so that Azure's
 * "not so fast" to one order holds the next ones back.
 */
import assert from 'node:assert/strict'
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import { Fault, instant, type Log, type Operation, type Repair, type Repairs } from '../../../core/index.ts'
import { callsWith } from '../calls.ts'
import { clientsFor } from '../clients.ts'
import { pace, paced } from '../diagnostics/pace.ts'
import { orderService, serviceTarget } from './cloud-service.ts'
import { look } from './look.ts'
import { followLog, type Hand, type Order } from './send.ts'
import { isPower, orderInside, orderPower } from './virtual-machine.ts'

const DEADLINE_MS = 30_000

export type RepairsOptions = {
  /** Who starts and restarts VMs, and changes Cloud Services. */
  credential: TokenCredential
  /** Who goes inside Windows. Absent: nobody does. */
  guestCredential?: TokenCredential | undefined
  /** How to reach management.azure.com instead of the network. */
  httpClient?: HttpClient
  log: Log
  /** For one call with its repeats, milliseconds. Only reads are repeated. */
  deadlineMs?: number
  /** The clock of Azure's activity log, ms since 1970. Wall time unless given. */
  now?: () => number
}

export function connectRepairs(options: RepairsOptions): Repairs {
  const { credential, guestCredential, httpClient, log, deadlineMs = DEADLINE_MS, now = Date.now } = options
  const own = pace()
  const handOf = (who: TokenCredential, its = own): Hand => ({
    clients: clientsFor(who, httpClient),
    calls: paced(callsWith({ deadlineMs, log }), its, deadlineMs),
    now,
  })
  const outside = handOf(credential)
  const inside = guestCredential === undefined ? undefined : handOf(guestCredential, pace())
  return {
    begin: async (repair, { key, again }) => {
      assert(UUID.test(key), 'the key of a repair is a UUID')
      const order: Order = { repair: repair.do, on: targetOf(repair), key, since: again ?? instant(now()) }
      const { again: whatAgain } = KINDS[repair.do]
      const operation =
        again !== undefined && whatAgain === 'look' ? followLog(order) : await send(repair, order)
      const { on } = operation
      log.info('azure.repair.begun', { repair: repair.do, on, key, again: again !== undefined })
      return operation
    },
    look: operation => {
      const { hand, isScript = false } = KINDS[operation.repair]
      return look(hand === 'inside' ? entering() : outside, operation, isScript)
    },
  }

  function entering(): Hand {
    if (inside !== undefined) return inside
    throw new Fault('denied', {
      op: 'azure.repair',
      say: 'No identity of its own for entering Windows is set up here (LATCHKEY_GUEST_CLIENT_ID). An administrator can add one.',
    })
  }

  function send(repair: Repair, order: Order): Promise<Operation> {
    if ('service' in repair) return orderService(outside, repair, order)
    return isPower(repair) ? orderPower(outside, repair, order) : orderInside(entering(), repair, order)
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const targetOf = (repair: Repair): string => ('service' in repair ? serviceTarget(repair) : repair.vm)

type Kind = {
  hand: 'outside' | 'inside'
  isScript?: boolean
  /**
   * Where an earlier order may have arrived: `send` what ends in the same state however often it comes; `look` for what throws people out
   * each time.
   */
  again: 'send' | 'look'
}

const setting: Kind = { hand: 'inside', isScript: true, again: 'send' }
const upheaval: Kind = { hand: 'inside', isScript: true, again: 'look' }

const KINDS: Readonly<Record<Repair['do'], Kind>> = {
  'start-vm': { hand: 'outside', again: 'send' },
  'start-dc': { hand: 'outside', again: 'send' },
  'restart-vm': { hand: 'outside', again: 'look' },
  'redeploy-vm': { hand: 'outside', again: 'look' },
  'reapply-vm': { hand: 'outside', again: 'send' },
  // Sent again only by who has looked before whether it still runs, and whether anybody is on.
  'deallocate-vm': { hand: 'outside', again: 'send' },
  'reset-rdp-config': { hand: 'inside', again: 'send' },
  // The password of an order that was lost is lost too: the new one has to go out.
  'reset-password': { hand: 'inside', again: 'send' },
  'reinstall-aadlogin': { hand: 'inside', again: 'send' },
  'set-rdp-port': setting,
  'start-termservice': setting,
  'restart-termservice': upheaval,
  'enable-rdp-reg': setting,
  'enable-fw-rule': setting,
  'fix-fw-policy': setting,
  'renew-rdp-cert': upheaval,
  'fix-machinekeys': setting,
  'enable-tls12': setting,
  'turn-nla-on': setting,
  'unlock-account': setting,
  'enable-account': setting,
  'add-rdp-group': setting,
  'grant-rdp-right': setting,
  'free-port': setting,
  'disable-nla-temp': setting,
  'log-off-session': upheaval,
  'cs-enable-rdp': { hand: 'outside', again: 'send' },
  'cs-extend-expiry': { hand: 'outside', again: 'send' },
  'cs-restart-instance': { hand: 'outside', again: 'look' },
  'cs-reimage-instance': { hand: 'outside', again: 'look' },
  'cs-rebuild-instance': { hand: 'outside', again: 'look' },
}
