/** Everything that lets RDP in, seen over all subscriptions with a few calls. */
import { describe, expect, test } from '@jest/globals'
import { APP, fleet, guarded, OTHER, SUBSCRIPTION, vmId } from '../world.ts'
import { startHands } from './hands.ts'

const vm01 = vmId('vm01')
const linux = { ...guarded, name: 'relay01', os: 'Linux', nic: { ...guarded.nic, private_ip: '10.20.1.9' } }
const second = {
  ...guarded,
  name: 'vm02',
  nic: { private_ip: '10.20.1.5' },
  subnet: { nsg: 'nsg-subnet' },
}
const HERE = '203.0.113.25'

const opens = (
  azure: Awaited<ReturnType<typeof startHands>>,
  justification = 'maintenance',
  sources = [HERE],
) =>
  azure.jit.request({
    vm: vm01,
    policyId: azure.sim.state.policies[0]?.id ?? '',
    port: 3389,
    sources,
    endsAt: (azure.clock.now + 3_600_000) as never,
    justification,
  })

describe('the inventory', () => {
  test('has each Windows port that a JIT access policy covers, with windows, requests and who asked', async () => {
    await using azure = await startHands([
      fleet([guarded, second, linux], { nsgs: { 'nsg-app': [], 'nsg-subnet': [] } }),
      fleet([{ ...guarded, name: 'vm03' }], { id: OTHER, name: 'Contoso Lab' }),
    ])
    await opens(azure)
    const { ports, strays, unread } = await azure.surveyor.inventory()
    expect([strays, unread]).toEqual([[], []])
    expect(ports.map(({ vm }) => `${vm.subscription.name}/${vm.name}`).toSorted()).toEqual([
      'Contoso Lab/vm03',
      'Contoso Production/vm01',
      'Contoso Production/vm02',
    ])
    const first = ports.find(({ vm }) => vm.id === vm01)
    expect(first).toMatchObject({
      port: { number: 3389, maxMinutes: 180 },
      rules: [{ name: expect.stringMatching(/JITRule-/), sources: [HERE] }],
      requests: [{ by: APP, sources: [HERE], justification: 'maintenance', live: true }],
      beside: [],
    })
    expect(ports.filter(({ vm }) => vm.id !== vm01).flatMap(({ rules }) => rules)).toEqual([])
  })

  test('costs a handful of calls, however many VMs there are', async () => {
    const vms = Array.from({ length: 150 }, (_, n) => ({
      ...guarded,
      name: `web${n}`,
      nic: { ...guarded.nic, private_ip: `10.20.${2 + Math.floor(n / 200)}.${n % 200}` },
    }))
    await using azure = await startHands([fleet(vms)])
    expect((await azure.surveyor.inventory()).ports).toHaveLength(150)
    expect(azure.calls(/./).length).toBeLessThanOrEqual(9)
  })

  test('finds windows whose policy is gone', async () => {
    await using azure = await startHands([fleet([guarded])])
    await opens(azure)
    azure.sim.state.policies = []
    const { ports, strays } = await azure.surveyor.inventory()
    expect(ports).toEqual([])
    expect(strays).toMatchObject([{ vm: vm01, port: 3389, rule: { sources: [HERE] } }])
  })

  test('finds what people let in from outside, where nothing in front of it says no', async () => {
    const allow = (src: string, prio = 100) => ({
      name: `Allow-${prio}`,
      prio,
      access: 'allow',
      src,
      dport: '3389',
    })
    const seenWith = async (vm: object, nsgs: object) => {
      await using azure = await startHands([fleet([vm], { nsgs })])
      return (await azure.surveyor.inventory()).ports.flatMap(({ beside }) => beside.map(({ name }) => name))
    }
    expect(await seenWith(guarded, { 'nsg-app': [allow('Internet')] })).toEqual(['Allow-100'])
    expect(await seenWith(guarded, { 'nsg-app': [allow('203.0.113.0/24')] })).toEqual(['Allow-100'])
    expect(await seenWith(guarded, { 'nsg-app': [allow('10.0.0.0/8')] })).toEqual([])
    expect(await seenWith(guarded, { 'nsg-app': [allow('VirtualNetwork')] })).toEqual([])
    expect(await seenWith(guarded, { 'nsg-app': [allow('*', 4_096)] })).toEqual([])
    const both = { ...guarded, subnet: { nsg: 'nsg-subnet' } }
    const shut = { name: 'No', prio: 100, access: 'deny', src: '*', dport: '*' }
    expect(await seenWith(both, { 'nsg-app': [allow('*')], 'nsg-subnet': [shut] })).toEqual([])
  })

  test('names the subscription that it could not read, and keeps the others', async () => {
    await using azure = await startHands([
      fleet([guarded]),
      fleet([{ ...guarded, name: 'vm03' }], { id: OTHER, name: 'Contoso Lab' }),
    ])
    azure.play({
      match: `${SUBSCRIPTION}/providers/Microsoft.Security`,
      status: 403,
      code: 'AuthorizationFailed',
    })
    const { ports, unread } = await azure.surveyor.inventory()
    expect(ports.map(({ vm }) => vm.name)).toEqual(['vm03'])
    expect(unread).toEqual([
      { subscription: SUBSCRIPTION, say: expect.stringMatching(/jitNetworkAccessPolicies\/read/) },
    ])
  })

  test('is not there at all when Azure is away for a moment: half would be taken for the whole', async () => {
    await using azure = await startHands([fleet([guarded])])
    azure.play({ match: 'Microsoft.Security', status: 503 })
    await expect(azure.surveyor.inventory()).rejects.toMatchObject({ kind: 'busy' })
  })
})
