/**
 * Sends one order to Azure, once, and keeps how it can be followed.
 *
 * Without Microsoft's pollers: what they save of an operation holds the order's own answers, and they cannot be left and taken up again by
 * another process without asking Azure anew. Azure's addresses are kept as they came; `clients.ts` lets none but Azure's own be called.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations (read 2026-11-21).
 */
import { Fault, type Instant, instant, type Operation, type Repair } from '../../../core/index.ts'
import type { RawArm, Sent } from '../clients.ts'
import type { Asked } from '../faults.ts'
import type { Tools } from '../network.ts'
import { withoutSecret } from '../secret.ts'

/** By whose hand: the identity for power and Cloud Services, or the one that may go inside Windows. */
export type Hand = Tools & { now: () => number }

export type Order = {
  repair: Repair['do']
  /** ARM id of what is changed, in Azure's log too. */
  on: string
  key: string
  since: Instant
}

/** Azure lets 15 looks at the operations of one VM through each minute, for all who look. */
const LEAST_PACE_MS = 5_000
const MOST_PACE_MS = 60_000

/**
 * @param secret a password in the order: taken out of whatever an error says
 * @throws {Fault}
 */
export async function sendOnce(
  { clients, calls }: Hand,
  asked: Asked,
  order: Order,
  send: (arm: RawArm, signal: AbortSignal) => Promise<Sent>,
  secret?: string,
): Promise<Operation> {
  const { status, headers } = await calls.once(asked, clients.raw(), (arm, signal) =>
    send(arm, signal).catch(error => {
      // Elsewhere 503 only asks to wait. Here it matters that nobody knows on which side of the order it came.
      if ((error as { statusCode?: unknown }).statusCode === 503) throw overloaded(asked)
      throw withoutSecret(secret, error)
    }),
  )
  const paceMs = Number(headers['retry-after']) * 1000
  const at = headers['azure-asyncoperation']
  const result = headers['location']
  return {
    repair: order.repair,
    on: order.on,
    key: order.key,
    since: order.since,
    lookEveryMs: Math.min(MOST_PACE_MS, Math.max(LEAST_PACE_MS, paceMs || 0)),
    resume: {
      ...(at === undefined ? {} : { state: at }),
      ...(result === undefined ? {} : { result }),
      // Azure says "nothing left to do" by naming nothing to follow.
      ...(at === undefined && result === undefined
        ? status === 202
          ? { log: 'follow' }
          : { done: 'at once' }
        : {}),
    },
  }
}

const overloaded = ({ op, thing }: Asked): Fault =>
  new Fault('broken', {
    op,
    say: `Azure is overloaded, and may or may not have taken the order about ${thing}.`,
  })

/** For an order of which nobody knows whether it arrived: Azure's log is followed. */
export const followLog = (order: Order): Operation => ({
  ...order,
  since: instant(order.since),
  lookEveryMs: MOST_PACE_MS,
  resume: { log: 'follow' },
})
