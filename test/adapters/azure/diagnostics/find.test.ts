import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { nearest, partsOf } from '../../../../adapters/azure/diagnostics/near.ts'
import type { Double } from './double.ts'
import { GRAPH, graph, list, NIC, networkId, SUBSCRIPTION, startOffice, VM, vmId } from './office.ts'

const row = (name: string, more: object = {}) => ({
  id: VM.replace('vm01', name),
  name,
  type: 'microsoft.compute/virtualmachines',
  subscriptionId: SUBSCRIPTION,
  subscriptionName: 'Production',
  location: 'westeurope',
  osType: 'Windows',
  computerName: '',
  tags: {},
  ...more,
})
const find = async (azure: Double, typed: string) => {
  const reading = await azure.diagnosis().find(typed)
  if (!reading.read) throw new Error(reading.why)
  const { vms, others, near } = reading.value
  return { vms: vms.map(({ name }) => name), others, near: near.map(({ name }) => name) }
}
const queries = (azure: Double): string[] =>
  azure.asked.filter(({ path }) => path === GRAPH).map(({ body }) => (body as { query: string }).query)

describe('finding a machine by name', () => {
  test('tells the exact name and the computer name from those that resemble it', async () => {
    await using azure = await startOffice()
    graph(azure, [
      [
        /virtualmachines/,
        [
          row('VM-FIN-01'),
          row('orders', { computerName: 'vm-fin-01' }),
          row('vm-fin-02'),
          row('vm-fin-01-old'),
          row('vm-web-99'),
        ],
      ],
    ])
    expect(await find(azure, 'vm-fin-01')).toEqual({
      vms: ['VM-FIN-01', 'orders'],
      others: [],
      near: ['vm-fin-02', 'vm-fin-01-old'],
    })
    expect(queries(azure)).toHaveLength(1)
  })

  test('names what is no VM: classic ones, load balancers, firewalls, Bastion, Cloud Services', async () => {
    await using azure = await startOffice()
    const other = (type: string) => ({ id: `/x/${type}`, name: 'edge', type })
    graph(azure, [
      [
        /virtualmachines/,
        [
          other('microsoft.classiccompute/virtualMachines'),
          other('microsoft.classiccompute/domainnames'),
          other('Microsoft.Compute/cloudServices'),
          other('microsoft.network/loadbalancers'),
          other('microsoft.network/azurefirewalls'),
          other('microsoft.network/bastionhosts'),
          other('microsoft.web/sites'),
        ],
      ],
    ])
    expect((await find(azure, 'edge')).others.map(({ kind }) => kind)).toEqual([
      'classic-vm',
      'classic-cloud-service',
      'cloud-service-role',
      'load-balancer',
      'firewall',
      'bastion',
    ])
  })

  test.each([
    ['contososhop.cloudapp.net', /name =~ 'contososhop'/],
    ['contososhop.westeurope.cloudapp.azure.com', /name =~ 'contososhop'/],
    ['ContosoWeb_IN_0', /tostring\(properties\.roleProfile\.roles\) contains '"ContosoWeb"'/],
  ])('knows %s for a Cloud Service', async (typed, asked) => {
    await using azure = await startOffice()
    graph(azure, [[asked, [{ id: '/cs', name: 'contososhop', type: 'microsoft.compute/cloudservices' }]]])
    expect(await find(azure, typed)).toEqual({
      vms: [],
      others: [{ id: '/cs', name: 'contososhop', kind: 'cloud-service-role' }],
      near: [],
    })
  })

  test('holds a VM for near, and never for exact, when its name is the first part of a DNS name', async () => {
    await using azure = await startOffice()
    graph(azure, [[/virtualmachines'/, [row('vm01')]]])
    expect(await find(azure, 'vm01.corp.example')).toEqual({ vms: [], others: [], near: ['vm01'] })
  })

  test.each([["vm01' or 1 == 1 | limit 9"], ['vm01"'], ['a\nb'], [''], ['x'.repeat(300)], ['vm01 and vm02']])(
    'asks Azure for nothing when %j is typed',
    async typed => {
      await using azure = await startOffice()
      expect(await find(azure, typed)).toEqual({ vms: [], others: [], near: [] })
      expect(azure.asked).toEqual([])
    },
  )
})

describe('finding a machine by address', () => {
  test('follows a public address over the interface that holds it', async () => {
    await using azure = await startOffice()
    graph(azure, [
      [
        /publicipaddresses/,
        [
          {
            id: '/pip',
            name: 'pip',
            type: 'microsoft.network/publicipaddresses',
            holder: `${NIC}/ipConfigurations/c`,
            machine: '',
          },
        ],
      ],
      [/networkinterfaces' and \(id/, [{ id: NIC.toLowerCase(), machine: VM }]],
      [/virtualmachines' and \(id/, [row('vm01')]],
    ])
    expect(await find(azure, '20.61.10.5:13389')).toEqual({ vms: ['vm01'], others: [], near: [] })
    expect(queries(azure)[0]).toContain("tostring(properties.ipAddress) =~ '20.61.10.5'")
    expect(queries(azure)[1]).toContain(`id =~ '${NIC}'`)
    expect(queries(azure)[2]).toContain(`id =~ '${vmId()}'`)
  })

  test('finds a private one on the interface itself, and whoever else carries it', async () => {
    await using azure = await startOffice()
    const firewall = networkId('azureFirewalls', 'fw')
    graph(azure, [
      [
        /publicipaddresses/,
        [
          { id: NIC, name: 'vm01-nic', type: 'microsoft.network/networkinterfaces', holder: '', machine: VM },
          { id: firewall, name: 'fw', type: 'microsoft.network/azurefirewalls', holder: '', machine: '' },
          {
            id: '/pip',
            name: 'pip',
            type: 'microsoft.network/publicipaddresses',
            holder: `${firewall}/azureFirewallIpConfigurations/c`,
            machine: '',
          },
        ],
      ],
      [/virtualmachines' and \(id/, [row('vm01')]],
    ])
    expect(await find(azure, '10.20.1.4')).toEqual({
      vms: ['vm01'],
      others: [{ id: firewall, name: 'fw', kind: 'firewall' }],
      near: [],
    })
  })

  test('takes a DNS name for an address first', async () => {
    await using azure = await startOffice()
    graph(azure, [
      [
        /publicipaddresses/,
        [
          {
            id: '/pip',
            name: 'p',
            type: 'microsoft.network/publicipaddresses',
            holder: `${NIC}/ipConfigurations/c`,
            machine: '',
          },
        ],
      ],
      [/networkinterfaces' and \(id/, [{ id: NIC, machine: VM }]],
      [/virtualmachines' and \(id/, [row('vm01')]],
    ])
    expect(await find(azure, 'orders.westeurope.cloudapp.azure.com')).toMatchObject({ vms: ['vm01'] })
  })

  test('is not read where Resource Graph refuses', async () => {
    await using azure = await startOffice()
    azure.denies('POST', GRAPH, 'Microsoft.ResourceGraph/resources/read')
    expect(await azure.diagnosis().find('10.20.1.4')).toMatchObject({
      read: false,
      lacks: 'Microsoft.ResourceGraph/resources/read',
    })
    expect(azure.asked.every(({ path }) => path !== list('bastionHosts'))).toBe(true)
  })
})

describe('names that resemble each other', () => {
  const name = fc.stringMatching(/^[a-z0-9-]{3,15}$/)
  const slip = fc.record({
    at: fc.nat(20),
    kind: fc.constantFrom('leave out', 'put in', 'replace'),
    letter: fc.constantFrom('x', '0', 'o'),
  })
  const slipped = (text: string, slips: readonly { at: number; kind: string; letter: string }[]): string =>
    slips.reduce((now, { at, kind, letter }) => {
      const place = at % (now.length + 1)
      const rest = now.slice(kind === 'put in' ? place : place + 1)
      return now.slice(0, place) + (kind === 'leave out' ? '' : letter) + rest
    }, text)

  test('share one of the three parts after two slips, wherever they fall', () => {
    fc.assert(
      fc.property(name, fc.array(slip, { maxLength: 2 }), (typed, slips) => {
        const meant = slipped(typed, slips)
        expect(partsOf(typed).some(part => meant.includes(part))).toBe(true)
        expect(nearest(typed, [{ name: meant }])).toHaveLength(1)
      }),
    )
  })

  test('are told from others, nearest first', () => {
    const found = ['vm-fin-01', 'vm-fin-1', 'vm-fin-o1-old', 'vm-web-77'].map(one => ({ name: one }))
    expect(nearest('vm-fin-o1', found).map(one => one.name)).toEqual([
      'vm-fin-01',
      'vm-fin-1',
      'vm-fin-o1-old',
    ])
  })
})
