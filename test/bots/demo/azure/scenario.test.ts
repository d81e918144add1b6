import { describe, expect, test } from '@jest/globals'
import { neighbourOf, neighboursOf } from '../../../../bots/demo/azure/neighbours.ts'
import { ASKER, type Lifted, liftScenario } from '../../../../bots/demo/azure/scenario.ts'

const defaults = {
  now: '2026-11-20T09:00:00Z',
  message: { text: '', author: 'asker' },
  answers: {},
  azure: {
    vm: {
      name: null,
      rg: 'rg-app',
      exists: true,
      near_names: [],
      os: 'Windows',
      model: 'arm',
      power: 'running',
      agent: 'ready',
      locks: [],
      tags: {},
      running_for: '12d',
    },
    health: { state: 'Available', annotation: null, context: null },
    service_incident: null,
    activity: [],
    boot: { enabled: true, screen: 'sign-in screen', second_sample: 'same', serial: '' },
    metrics: { cpu_pct: 9, mem_free_mb: 6200, net_in: 'normal' },
    nic: { private_ip: '10.20.1.4', public_ip: null, dns_label: null, ipv6: null, asgs: [], nsg: null },
    subnet: {
      name: 'snet-app',
      prefix: '10.20.1.0/24',
      nsg: null,
      vnet: 'vnet-app',
      vnet_tag: ['10.20.0.0/16', '168.63.129.16/32'],
      peerings: [],
    },
    nsgs: {},
    admin_rules: [],
    service_tags: {},
    routes: [{ prefix: '0.0.0.0/0', next_hop: 'Internet' }],
    lb: null,
    firewall: null,
    bastion: null,
    jit: null,
    cloud_service: null,
    other_vms: [],
    asker_roles: ['Reader'],
    ip_flow_verify_available: true,
    probe: 'none',
  },
  guest: { deny_ts: 0, firewall: { rdp_rule_enabled: true } },
}

const lift = (azure: object, more: object = {}): Lifted =>
  liftScenario({ message: { text: 'vm01 is slow' }, azure, ...more }, defaults, 'S1.yaml')

const vms = ({ subscriptions }: Lifted) =>
  subscriptions.flatMap(({ name, vms: list }) =>
    list.map(vm => ({ subscription: name, name: vm.name, rg: vm.rg, power: vm.power })),
  )

describe('lifting a scenario', () => {
  test('merges mappings key by key and replaces lists', () => {
    const lifted = lift(
      { vm: { name: 'vm01' }, asker_roles: ['Owner'], routes: [] },
      { guest: { firewall: { rdp_rule_enabled: false } }, answers: { 'Q-VPN': 'No' } },
    )
    const [home] = lifted.subscriptions
    expect(home?.vms[0]).toMatchObject({
      name: 'vm01',
      power: 'running',
      guest: { deny_ts: 0, firewall: { rdp_rule_enabled: false } },
      routes: [],
    })
    expect(home?.roles).toEqual([{ person: ASKER.id, role: 'Owner', rg: 'rg-app' }])
    expect(lifted).toMatchObject({
      answers: { 'Q-VPN': 'No' },
      probe: 'none',
      message: { text: 'vm01 is slow' },
    })
    expect(lifted.now).toBe(Date.parse('2026-11-20T09:00:00Z'))
  })

  test('hands on nothing of the label and the truth', () => {
    const lifted = lift(
      { vm: { name: 'vm01' } },
      {
        id: 'S1',
        title: 'a title that tells',
        truth: { client: 'SECRET' },
        expect: { primary: 'vm.SECRET' },
      },
    )
    expect(JSON.stringify(lifted)).not.toMatch(/SECRET|title that tells/)
  })

  test('names the file and every key that nobody knows', () => {
    expect(() =>
      lift({ vm: { nmae: 'vm01' }, nick: {} }, { quest: {}, guest: { firewall: { rdp: 1 } } }),
    ).toThrow(
      /S1\.yaml: azure\.vm\.nmae is not known\nS1\.yaml: azure\.nick is not known\nS1\.yaml: quest is not known\nS1\.yaml: guest\.firewall\.rdp is not known/,
    )
  })

  test('names the file and the place of a value that does not fit', () => {
    expect(() => lift({ vm: { name: 'vm01', power: 'asleep' }, nic: { public_ip: 'nowhere' } })).toThrow(
      /S1\.yaml: azure\.vm\.power: (.|\n)*S1\.yaml: azure\.nic\.public_ip: /,
    )
    expect(() => lift({ vm: { name: 'vm01' }, activity: [{ ago: 'long', op: 'start' }] })).toThrow(
      /S1\.yaml: azure\.activity\.0\.ago: /,
    )
  })

  test('leaves out, with a remark, what a block of its own shape does not know', () => {
    const lifted = lift({ vm: { name: 'vm01' }, bastion: { name: 'bas', colour: 'blue' } })
    expect(lifted.remarks).toEqual(['azure.bastion.colour is not known and was left out'])
    expect(lifted.subscriptions[0]?.bastions[0]).toMatchObject({ name: 'bas', vnet: 'vnet-app' })
  })

  test('takes what the file says of JIT as it stands, and who asked as the asker', () => {
    const jit = {
      ports: [{ port: 3389, max: 'PT3H', allowed: ['*'] }],
      requests: [{ by: 'asker', port: 3389, source: '203.0.113.25', ends: '2026-11-20T11:00:00Z' }],
    }
    const [home] = lift({ vm: { name: 'vm01' }, jit }).subscriptions
    expect(home?.vms[0]?.jit).toMatchObject({ as_written: true, requests: [{ by: ASKER.upn }] })
  })

  test('brings what the VirtualNetwork tag has beyond the VNet through a gateway', () => {
    const subnet = { vnet_tag: ['10.20.0.0/16', '10.230.0.0/16', '168.63.129.16/32'] }
    const [home] = lift({ vm: { name: 'vm01' }, subnet }).subscriptions
    expect(home?.vms[0]?.routes).toContainEqual(
      expect.objectContaining({ prefix: '10.230.0.0/16', next_hop: 'VirtualNetworkGateway' }),
    )
    expect(home?.vms[0]?.routes).toHaveLength(2)
  })

  test('has the neighbours that the file names, and not the VM that does not exist', () => {
    const missing = lift({ vm: { name: 'vm-fin-o1', exists: false, near_names: ['vm-fin-01', 'vm-fin-02'] } })
    expect(vms(missing).map(({ name }) => name)).toEqual(['vm-fin-01', 'vm-fin-02'])
  })

  test('puts a VM where the neighbour of the same name and state says it is', () => {
    const twins = lift({
      vm: { name: 'jumpbox', near_names: ['jumpbox (sub-dev, rg-dev)', 'jumpbox (sub-prod, rg-hub)'] },
      other_vms: ['jumpbox in sub-dev: deallocated', 'jumpbox in sub-prod: running'],
    })
    expect(vms(twins)).toEqual([
      { subscription: 'sub-prod', name: 'jumpbox', rg: 'rg-hub', power: 'running' },
      { subscription: 'sub-dev', name: 'jumpbox', rg: 'rg-dev', power: 'deallocated' },
    ])
  })

  test('makes a role instance a part of its service and no VM', () => {
    const [home] = lift({
      vm: { name: 'Web_IN_3', model: 'cloud_service' },
      cloud_service: { name: 'shop', roles: { Web: { rdp_extension: true, expiry: '2026-10-31' } } },
    }).subscriptions
    expect(home?.vms).toEqual([])
    expect(home?.cloud_services[0]).toMatchObject({
      name: 'shop',
      instance_names: ['Web_IN_3'],
      instances: 'ready',
    })
  })
})

describe('an entry for another VM', () => {
  test.each([
    ['vm-b', { name: 'vm-b' }],
    ['vm-dc-1 (deallocated 9h ago by cost-script)', { name: 'vm-dc-1', power: 'deallocated' }],
    ['jumpbox (sub-dev, rg-dev)', { name: 'jumpbox', subscription: 'sub-dev', rg: 'rg-dev' }],
    ['relay at 20.61.9.9, Linux', { name: 'relay', address: '20.61.9.9', os: 'Linux' }],
  ])('%s', (text, meant) => {
    expect(neighbourOf(text)).toEqual(meant)
  })

  test('that names no VM is none', () => {
    expect(neighboursOf(['(nothing)', ''])).toEqual([])
  })
})
