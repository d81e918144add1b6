/**
 * What became of an order: from the address that Azure named for it, or from Azure's activity log, where it stands under its key.
 *
 * All reads, each with a deadline. Azure forgets an address after about a day, and its log lags by minutes, so neither is the whole truth:
 * where both are silent, it says so and does nothing.
 * Sources: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations and, on how late events come,
 * https://learn.microsoft.com/azure/azure-monitor/platform/activity-log (read 2026-11-21).
 */
import { z } from 'zod'
import { Fault, type Operation } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import type { Sent } from '../clients.ts'
import type { Asked } from '../faults.ts'
import { outcomeOf } from './scripts.ts'
import type { Hand } from './send.ts'

type Became = 'running' | { done: true } | { failed: string }

const OP = 'azure.repair.look'

export async function look(hand: Hand, operation: Operation, isScript: boolean): Promise<Became> {
  const { resume } = operation
  if (resume['done'] !== undefined) return { done: true }
  if (resume['log'] !== undefined) return inTheLog(hand, operation, isScript)
  try {
    return await atItsAddress(hand, operation, isScript)
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'missing') throw error
    return inTheLog(hand, operation, isScript)
  }
}

// ---- At the address that Azure named ----------------------------------------------------------------------------------------------

const State = z.object({
  status: z.string(),
  error: z
    .object({ code: z.string().optional().catch(undefined), message: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

async function atItsAddress(hand: Hand, operation: Operation, isScript: boolean): Promise<Became> {
  const { state, result } = operation.resume
  if (state === undefined) return atItsResult(hand, operation, result ?? '', isScript)
  const { body } = await follow(hand, operation, state)
  const { success, data } = State.safeParse(body)
  if (!success) throw new Fault('broken', { op: OP, say: 'What Azure says of the operation cannot be read.' })
  if (/^(?:failed|cancell?ed)$/i.test(data.status)) return { failed: failure(operation, data.error ?? {}) }
  if (!/^succeeded$/i.test(data.status)) return 'running'
  if (!isScript) return { done: true }
  const here = outcomeOf(body, nameOf(operation))
  return 'done' in here || result === undefined ? here : atItsResult(hand, operation, result, isScript)
}

async function atItsResult(hand: Hand, operation: Operation, at: string, isScript: boolean): Promise<Became> {
  const { status, body } = await followToEnd(hand, operation, at)
  if (status === REFUSED) return { failed: failure(operation, (body ?? {}) as Problem) }
  if (status === 202) return 'running'
  return isScript ? outcomeOf(body, nameOf(operation)) : { done: true }
}

/** No status of HTTP: an operation whose end was an error. */
const REFUSED = -1
/** With these, Azure speaks of the look and not of what is looked at. */
const OF_THE_LOOK: readonly unknown[] = [401, 403, 404, 408, 410, 429]

const follow = ({ clients, calls }: Hand, operation: Operation, at: string): Promise<Sent> =>
  calls.read(asking(operation), clients.raw(), (arm, signal) => arm.follow(at, signal))

const followToEnd = ({ clients, calls }: Hand, operation: Operation, at: string): Promise<Sent> =>
  calls.read(asking(operation), clients.raw(), (arm, signal) =>
    arm.follow(at, signal).catch(error => {
      const { statusCode, code, message } = error as Problem & { statusCode?: unknown }
      const isEnd =
        typeof statusCode === 'number' &&
        statusCode >= 400 &&
        statusCode < 500 &&
        !OF_THE_LOOK.includes(statusCode)
      if (!isEnd) throw error
      return { status: REFUSED, headers: {}, body: { code, message } }
    }),
  )

const asking = ({ on }: Operation): Asked => ({
  op: OP,
  needs: 'Microsoft.Compute/locations/operations/read',
  thing: `what was ordered for ${armId(on).name}`,
  subscription: armId(on).subscription,
})

const nameOf = ({ on }: Operation): string => armId(on).name

// ---- In the activity log -----------------------------------------------------------------------------------------------------------

/** Events are there after 3 to 20 minutes. */
const LOG_LAG_MS = 20 * 60_000
/** Clocks differ. */
const EARLIER_MS = 5 * 60_000
const MOST_PAGES = 3

const word = z
  .union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)])
  .optional()
  .catch(undefined)
const Event = z.object({
  eventTimestamp: z.string(),
  status: word,
  subStatus: word,
  httpRequest: z.object({ clientRequestId: z.string() }),
  properties: z.record(z.string(), z.unknown()).optional().catch(undefined),
})

async function inTheLog(hand: Hand, operation: Operation, isScript: boolean): Promise<Became> {
  const { clients, calls, now } = hand
  const { on, key, since } = operation
  const { subscription, resourceGroup, name } = armId(on)
  const from = new Date(since - EARLIER_MS).toISOString()
  const to = new Date(now()).toISOString()
  const found = await calls.read(
    {
      op: OP,
      needs: 'Microsoft.Insights/eventtypes/values/read',
      thing: `the activity log of ${name}`,
      subscription,
    },
    clients.raw(),
    (arm, signal) =>
      arm.list(
        `/subscriptions/${subscription}/providers/Microsoft.Insights/eventtypes/management/values`,
        {
          'api-version': '2015-04-01',
          $filter: `eventTimestamp ge '${from}' and eventTimestamp le '${to}' and resourceGroupName eq '${resourceGroup.replaceAll("'", "''")}'`,
          $select: 'eventTimestamp,status,subStatus,httpRequest,properties',
        },
        MOST_PAGES,
        signal,
      ),
  )
  const events = found.flatMap(item => {
    const { success, data } = Event.safeParse(item)
    return success && data.httpRequest.clientRequestId.toLowerCase() === key.toLowerCase() ? [data] : []
  })
  const failed = events.find(({ status }) => /^fail/i.test(status ?? ''))
  if (failed !== undefined) return { failed: failure(operation, problemIn(failed)) }
  if (events.some(({ status }) => /^succeeded$/i.test(status ?? '')))
    return isScript
      ? { failed: `The script ran inside ${name}, but what it said is lost; check again whether it helped.` }
      : { done: true }
  if (events.length > 0 || now() - since < LOG_LAG_MS) return 'running'
  return {
    failed: `Nobody knows whether Azure got the order for ${name}: its activity log does not name it. Look at ${name}, and ask again if it is still needed.`,
  }
}

function problemIn({ properties, subStatus }: z.infer<typeof Event>): Problem {
  const text = properties?.['statusMessage']
  const code = /"code"\s*:\s*"(\w{1,80})"/.exec(typeof text === 'string' ? text : '')?.[1] ?? subStatus
  return { ...(code === undefined ? {} : { code }), ...(typeof text === 'string' ? { message: text } : {}) }
}

// ---- Words ---------------------------------------------------------------------------------------------------------------------------

type Problem = { code?: unknown; message?: unknown }

const CAPACITY =
  /^(?:Zonal)?AllocationFailed$|^Overconstrained(?:Zonal)?AllocationRequest$|^SkuNotAvailable$|^AllocationTimeout$/i

/** Azure's own text stays out: it may hold anything. */
function failure(operation: Operation, { code, message }: Problem): string {
  const name = nameOf(operation)
  const why = typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined
  const text = typeof message === 'string' ? message : ''
  if (why !== undefined && CAPACITY.test(why))
    return `Azure has no room for ${name} right now (${why}). Try later, or ask its owner for another size or zone.`
  if (/quota/i.test(why ?? '') || /exceeding approved .* quota/i.test(text))
    return `A quota of the subscription is used up, so Azure did not do it for ${name} (${why ?? 'quota'}); its owner has to ask for more.`
  if (/does not support Domain Controller/i.test(text))
    return `${name} is a domain controller; VMAccess does not work there, and nothing was changed.`
  if (/^VMAgent|^VMExtension(?:ProvisioningTimeout|HandlerNonTransientError)/i.test(why ?? ''))
    return `The VM agent of ${name} did not carry it out (${why}); it has to be repaired or the VM restarted first.`
  return `Azure took the order for ${name} and then could not carry it out${why === undefined ? '' : ` (${why})`}; nothing more happens by itself.`
}
