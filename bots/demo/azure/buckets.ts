/**
 * Azure's limits on how often it may be called, as token buckets: one for each subscription and kind of call, one for each VM, and one
 * for the questions that a caller puts to Resource Graph.
 *
 * Sources, read 2026-11-21: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling,
 * https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits,
 * https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests.
 */
import { ArmError } from './arm.ts'
import type { AzureState } from './model.ts'

type Limit = { key: string; most: number; perSecond: number; refuse: (seconds: number) => ArmError }
type Call = { method: string; path: string; appId: string }

/**
 * Takes one token from each bucket that the call draws on, and says what is left.
 *
 * Where calls are not counted, what is left never changes.
 * @throws {ArmError} 429, with how long to wait, when a bucket is empty
 */
export function draw(state: AzureState, call: Call, now: number): Readonly<Record<string, string>> {
  const kind = kindOf(call)
  if (!state.throttling)
    return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: kind === 'reads' ? '249' : '199' }
  const limits = limitsOf(call, kind)
  const levels = limits.map(limit => {
    const { left, at } = state.buckets[limit.key] ?? { left: limit.most, at: now }
    return { limit, left: Math.min(limit.most, left + ((now - at) / 1_000) * limit.perSecond) }
  })
  const empty = levels.find(({ left }) => left < 1)
  if (empty !== undefined)
    throw empty.limit.refuse(Math.max(1, Math.ceil((1 - empty.left) / empty.limit.perSecond)))
  for (const { limit, left } of levels) state.buckets[limit.key] = { left: left - 1, at: now }
  return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(Math.floor((levels[0]?.left ?? 1) - 1)) }
}

type Kind = 'reads' | 'writes' | 'deletes'
const kindOf = ({ method }: Call): Kind =>
  method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes'

function limitsOf(call: Call, kind: Kind): Limit[] {
  const { method, path, appId } = call
  const [, subscription] = /^\/subscriptions\/([^/]+)/i.exec(path) ?? []
  if (subscription === undefined) return [graph(appId)]
  const [most, perSecond] = kind === 'reads' ? [250, 25] : [200, 10]
  const [, vm] = /(\/subscriptions\/.*\/virtualMachines\/[^/]+)(?:\/|$)/i.exec(path) ?? []
  const ofCompute = vm !== undefined && !/\/providers\/.*\/providers\//i.test(path)
  return [
    {
      key: `${kind} ${subscription} ${appId}`.toLowerCase(),
      most,
      perSecond,
      refuse: seconds =>
        new ArmError(
          429,
          'SubscriptionRequestsThrottled',
          `Number of requests for subscription '${subscription}' and operation '${method}/SUBSCRIPTIONS' exceeded the limit. Please try again after '${seconds}' seconds.`,
          { 'retry-after': String(seconds), [`x-ms-ratelimit-remaining-subscription-${kind}`]: '0' },
        ),
    },
    ...(ofCompute ? [compute(vm, method)] : []),
  ]
}

function compute(vm: string, method: string): Limit {
  const reads = method === 'GET'
  const [most, perMinute] = reads ? [36, 12] : [12, 4]
  const policy = reads ? 'GetVM' : 'UpdateVM'
  return {
    key: `${policy} ${vm}`.toLowerCase(),
    most,
    perSecond: perMinute / 60,
    refuse: seconds =>
      new ArmError(
        429,
        'OperationNotAllowed',
        'The server rejected the request because too many requests have been received for this subscription.',
        {
          'retry-after': String(seconds),
          'x-ms-ratelimit-remaining-resource': `Microsoft.Compute/${policy};0`,
        },
      ),
  }
}

const graph = (appId: string): Limit => ({
  key: `graph ${appId}`.toLowerCase(),
  most: 15,
  perSecond: 3,
  refuse: seconds =>
    new ArmError(
      429,
      'RateLimiting',
      'Please provide below info when asking for support: client was throttled.',
      {
        'retry-after': String(seconds),
        'x-ms-user-quota-remaining': '0',
        'x-ms-user-quota-resets-after': `00:00:${String(Math.min(59, seconds)).padStart(2, '0')}`,
      },
    ),
})
