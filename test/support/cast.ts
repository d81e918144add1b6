/** The people, the VM and the request that tests talk about. */
import type {
  Address,
  Ask,
  GroupId,
  Instant,
  PersonId,
  RequestId,
  Rule,
  Seat,
  VmId,
  VmSummary,
} from '../../core/index.ts'
import { instant, parseVmId } from '../../core/index.ts'

const person = (n: number) => `5d1f0c7e-1111-4a6b-9c3d-00000000000${n}` as PersonId
export const alice = { person: person(1), name: 'Alice Adams' }
export const bob = { person: person(2), name: 'Bob Brandt' }
export const carol = { person: person(3), name: 'Carol Castillo' }

const group = (n: number) => `0a6e2f10-5b1c-4f0e-8a51-6f1f8d3c000${n}` as GroupId
export const engineers = group(1)
export const leads = group(2)
export const contractors = group(4)

export const requestId = (n: number) => `01a1fbc9-a8a1-724d-89b5-${String(n).padStart(12, '0')}` as RequestId

const SUBSCRIPTION = '11111111-2222-4333-8444-555555555555'
export const vmId = (name: string): VmId => {
  const id = parseVmId(
    `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/${name}`,
  )
  if (!id) throw new Error(`no VM id from ${name}`)
  return id
}
export const vm01: VmSummary = {
  id: vmId('vm01'),
  name: 'vm01',
  subscription: { id: SUBSCRIPTION, name: 'Contoso production' },
  resourceGroup: 'rg-app',
  location: 'westeurope',
  os: 'windows',
  tags: { Environment: 'production' },
}

export const at = (minutes: number): Instant => instant(1_800_000_000_000 + minutes * 60_000)

const slackHome: Address = { platform: 'slack', key: 'U0ALICE' }
const teamsHome: Address = { platform: 'teams', key: `user:${bob.person}` }

export const seats: readonly Seat[] = [{ ...bob, at: [teamsHome] }]

export const anAsk = (changes: Partial<Ask> = {}): Ask => ({
  id: requestId(1),
  by: alice,
  vm: {
    id: vm01.id,
    name: vm01.name,
    subscriptionName: vm01.subscription.name,
    resourceGroup: vm01.resourceGroup,
    environment: 'production',
  },
  port: 3389,
  minutes: 120,
  reason: 'INC-7 disk full',
  rule: 'production',
  home: slackHome,
  lapsesAt: at(60),
  ...changes,
})

/** A rule that covers everything for engineers, for at most four hours, with the manager's approval. */
export const aRule = (changes: Partial<Rule> = {}): Rule => ({
  id: 'production',
  effect: 'ask',
  verbs: ['connect'],
  who: { everyone: false, groups: [engineers], people: [] },
  machines: {},
  maxMinutes: 240,
  approvers: [{ manager: true }, { group: leads, name: 'platform-leads' }],
  ...changes,
})
