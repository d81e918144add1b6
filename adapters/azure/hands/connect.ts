/**
 * Azure behind the ports `ShareableLinks`, `CloudServices`, `GuestSessions` and `Surveyor`, over the clients that everything else uses.
 *
 * Nothing is loaded or sent before the first call. What goes inside Windows goes under an identity of its own, or not at all.
 */
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import type { CloudServices, GuestSessions, Log, ShareableLinks, Surveyor } from '../../../core/index.ts'
import { callsWith } from '../calls.ts'
import { clientsFor } from '../clients.ts'
import type { Tools } from '../network.ts'
import { shareableLinks } from './bastion-link.ts'
import { cloudServices } from './cloud-service.ts'
import { surveyor } from './inventory.ts'
import { guestSessions } from './sessions.ts'

const DEADLINE_MS = 15_000

export type HandsOptions = {
  credential: TokenCredential
  /** Who runs scripts inside Windows. Absent: nobody does. */
  guestCredential?: TokenCredential | undefined
  /** How to reach management.azure.com instead of the network. */
  httpClient?: HttpClient
  log: Log
  /** The clock JIT windows live by, ms since 1970. Wall time unless given. */
  now?: () => number
  /** For one call with its repeats, milliseconds. */
  deadlineMs?: number
}

export type Hands = {
  links: ShareableLinks
  services: CloudServices
  sessions?: GuestSessions
  surveyor: Surveyor
}

export function connectHands(options: HandsOptions): Hands {
  const { credential, guestCredential, httpClient, log } = options
  const { now = Date.now, deadlineMs = DEADLINE_MS } = options
  const calls = callsWith({ deadlineMs, log })
  const toolsFor = (who: TokenCredential): Tools => ({ clients: clientsFor(who, httpClient), calls })
  const tools = toolsFor(credential)
  return {
    links: shareableLinks(tools),
    services: cloudServices(tools, { log, now }),
    surveyor: surveyor(tools, now),
    ...(guestCredential === undefined ? {} : { sessions: guestSessions(toolsFor(guestCredential)) }),
  }
}
