/** Small things for the store to keep. Shapes are real; what they mean matters only where an event must be able to follow another. */
import {
  type AccessEvent,
  type Address,
  type Ask,
  type Effect,
  type Incoming,
  type Instant,
  instant,
  message,
  type NamedPerson,
  type PersonId,
  type RequestId,
  type Seat,
  type VmId,
} from '../../../core/index.ts'

const guid = (block: number, n: number) =>
  `${String(block).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`

export const person = (n: number, name = `Person ${n}`): NamedPerson => ({
  person: guid(5, n) as PersonId,
  name,
})
export const requestId = (n: number) => guid(1, n) as RequestId
export const vmId = (n: number) =>
  `/subscriptions/${guid(9, 1)}/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm${n}` as VmId
/** Minutes after the beginning of the story. */
export const at = (minutes: number): Instant => instant(1_800_000_000_000 + minutes * 60_000)

export const [alice, bob, carol] = [person(1, 'Alice'), person(2, 'Bob'), person(3, 'Carol')]
export const home = (key: string): Address => ({ platform: 'slack', key })

export const seat = (who: NamedPerson): Seat => ({ ...who, at: [{ platform: 'teams', key: who.person }] })

const askOf = (id: RequestId, changes: Partial<Ask> = {}): Ask => ({
  id,
  by: alice,
  vm: { id: vmId(1), name: 'vm1', subscriptionName: 'Main', resourceGroup: 'rg' },
  port: 3389,
  minutes: 60,
  reason: 'INC-7 disk full',
  rule: 'production',
  home: home('alice'),
  lapsesAt: at(60),
  ...changes,
})

export const asked = (
  id: RequestId,
  changes: Partial<Ask> = {},
  seats: readonly Seat[] = [seat(bob)],
): AccessEvent => ({ type: 'asked', at: at(0), ask: askOf(id, changes), seats, others: ['platform-leads'] })

export const approved = (minute = 1): AccessEvent => ({
  type: 'approved',
  at: at(minute),
  by: bob,
  rule: 'production',
  lapsesAt: at(minute + 60),
})
export const withdrawn = (minute = 2): AccessEvent => ({ type: 'withdrawn', at: at(minute) })
/** Open from the second minute on. */
export const open = (): readonly AccessEvent[] => [
  { type: 'source-given', at: at(2), source: '203.0.113.7', giveUpAt: at(17) },
  {
    type: 'opened',
    at: at(2),
    until: at(62),
    azureEndsAt: at(72),
    wayIn: { host: 'vm1.example', port: 3389 },
    proofs: [],
    verified: true,
  },
]
export const askedLonger = (): AccessEvent => ({
  type: 'extension-asked',
  at: at(3),
  number: 1,
  minutes: 30,
  reason: '',
  rule: 'production',
  seats: [seat(carol)],
  others: [],
})

export const incoming = (delivery: string, changes: Partial<Incoming> = {}): Incoming => ({
  delivery,
  who: { platform: 'slack', workspace: 'T1', key: 'U1' },
  home: home('U1'),
  did: { typed: '/rdp list' },
  ...changes,
})

// ---- Effects -----------------------------------------------------------------------------------------------------------------------

export const say = (to: string, text: string): Effect => ({
  do: 'say',
  to: home(to),
  message: message({ title: text, plain: text }),
})
export const reconcile = (vm: number, port = 3389): Effect => ({ do: 'reconcile', vm: vmId(vm), port })
export const wake = (request: number): Effect => ({ do: 'wake', request: requestId(request) })
export const bastionLink = (request: number, vm = 1): Effect => ({
  do: 'bastion-link',
  request: requestId(request),
  vm: vmId(vm),
})
export const power = (request: number, vm = 1): Effect => ({
  do: 'power',
  request: requestId(request),
  vm: vmId(vm),
})
export const guestSession = (request: number, vm = 1): Effect => ({
  do: 'guest-session',
  request: requestId(request),
  vm: vmId(vm),
})
export const refresh = (request: number, slot = 'requester', to = home('alice')): Effect => ({
  do: 'refresh',
  request: requestId(request),
  slot,
  reader: 'requester',
  to,
})
export const appHome = (key: string): Effect => ({
  do: 'app-home',
  user: { platform: 'slack', workspace: 'T1', key },
})
export const redraw = (messageKey: string, request = 1): Effect => ({
  do: 'redraw',
  request: requestId(request),
  reader: 'approver',
  posted: { ...home('bob'), messageKey },
})
