import { describe, expect, test } from '@jest/globals'
import { type SimFlow, verdictOf } from '../../../../bots/demo/azure/flow.ts'
import { firstState } from '../../../../bots/demo/azure/state.ts'
import { fleet, guarded, SUBSCRIPTION, startWorld, vmId } from '../../../adapters/azure/world.ts'

type Layers = { nic?: readonly object[]; subnet?: readonly object[]; asgs?: readonly string[] }

function verdict({ nic, subnet, asgs = [] }: Layers, flow: Partial<SimFlow> = {}) {
  const vm = {
    name: 'vm01',
    nic: { private_ip: '10.20.1.4', public_ip: '198.51.100.11', nsg: nic ? 'nsg-nic' : null, asgs },
    subnet: { nsg: subnet ? 'nsg-subnet' : null },
  }
  const nsgs = { ...(nic ? { 'nsg-nic': nic } : {}), ...(subnet ? { 'nsg-subnet': subnet } : {}) }
  const state = firstState([fleet([vm], { nsgs })], 'merge', 0)
  const [placed] = state.vms
  if (placed === undefined) throw new Error('no VM')
  const usual: SimFlow = { protocol: 'tcp', port: 3389, source: '203.0.113.25', sourcePort: 60000 }
  const { access, ruleName } = verdictOf(state, placed, { ...usual, ...flow })
  return `${access} ${ruleName}`
}

const allow = { name: 'rdp', prio: 300, access: 'allow', dport: '3389' }

describe('which rule decides', () => {
  test.each<[string, Layers, Partial<SimFlow>, string]>([
    [
      'a wide deny with a lower number beats an exact allow',
      {
        nic: [
          allow,
          { name: 'high', prio: 200, access: 'deny', src: 'Internet', dport: '1024-65535', proto: '*' },
        ],
      },
      {},
      'Deny securityRules/high',
    ],
    ['no rule of anybody: the last default', { nic: [] }, {}, 'Deny defaultSecurityRules/DenyAllInBound'],
    ['a layer without an NSG lets pass', { subnet: [allow] }, {}, 'Allow securityRules/rdp'],
    [
      'both layers have to allow',
      { nic: [allow], subnet: [] },
      {},
      'Deny defaultSecurityRules/DenyAllInBound',
    ],
    ['no NSG anywhere', {}, {}, 'Allow '],
    [
      'a source port that clients do not use',
      { nic: [{ ...allow, sport: '3389' }] },
      {},
      'Deny defaultSecurityRules/DenyAllInBound',
    ],
    [
      'aimed at the public address',
      { nic: [{ ...allow, dst: '198.51.100.11' }] },
      {},
      'Deny defaultSecurityRules/DenyAllInBound',
    ],
    ['for UDP', { nic: [{ ...allow, proto: 'udp' }] }, {}, 'Deny defaultSecurityRules/DenyAllInBound'],
    [
      'for UDP, and UDP comes',
      { nic: [{ ...allow, proto: 'udp' }] },
      { protocol: 'udp' },
      'Allow securityRules/rdp',
    ],
    [
      'the tag of load balancers lets no client in',
      { nic: [{ ...allow, src: 'AzureLoadBalancer' }] },
      {},
      'Deny defaultSecurityRules/DenyAllInBound',
    ],
    [
      'somebody in the virtual network',
      { nic: [] },
      { source: '10.20.9.9' },
      'Allow defaultSecurityRules/AllowVnetInBound',
    ],
    [
      'the internet is not the virtual network',
      { nic: [{ ...allow, src: 'Internet' }] },
      { source: '10.20.9.9', port: 22 },
      'Allow defaultSecurityRules/AllowVnetInBound',
    ],
    [
      'a group the VM is in',
      { nic: [{ ...allow, dst: 'asg:jump' }], asgs: ['jump'] },
      {},
      'Allow securityRules/rdp',
    ],
    [
      'a group the VM is not in',
      { nic: [{ ...allow, dst: 'asg:jump' }] },
      {},
      'Deny defaultSecurityRules/DenyAllInBound',
    ],
    [
      'one of several sources and ranges',
      { nic: [{ ...allow, src: ['192.0.2.1', '203.0.113.0/24'], dport: ['22', '3380-3390'] }] },
      {},
      'Allow securityRules/rdp',
    ],
  ])('%s', (_, layers, flow, expected) => {
    expect(verdict(layers, flow)).toBe(expected)
  })
})

describe('IP flow verify', () => {
  const path = `/subscriptions/${SUBSCRIPTION}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westeurope/ipFlowVerify?api-version=2026-01-01`
  const question = {
    targetResourceId: vmId('vm01'),
    direction: 'Inbound',
    protocol: 'TCP',
    localPort: '3389',
    remotePort: '60000',
    localIPAddress: '10.20.1.4',
    remoteIPAddress: '203.0.113.25',
  }

  test('answers with access and rule', async () => {
    await using world = await startWorld([fleet([{ ...guarded, jit: null }])])
    expect(await world.arm('POST', path, question)).toMatchObject({
      status: 200,
      body: { access: 'Deny', ruleName: 'defaultSecurityRules/DenyAllInBound' },
    })
  })

  test.each([
    [{ localIPAddress: '10.20.1.99' }, 400],
    [{ localPort: '' }, 400],
    [{ direction: 'Outbound' }, 400],
    [{ targetResourceId: vmId('vm99') }, 404],
  ])('%j is not taken', async (wrong, status) => {
    await using world = await startWorld([fleet([guarded])])
    expect((await world.arm('POST', path, { ...question, ...wrong })).status).toBe(status)
  })

  test('a watcher watches its own region', async () => {
    await using world = await startWorld([fleet([guarded])])
    const elsewhere = path.replace('westeurope', 'northeurope')
    expect((await world.arm('POST', elsewhere, question)).status).toBe(400)
  })
})
