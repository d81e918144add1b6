import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { Subscription } from '../../../../bots/demo/azure/fleet.ts'
import { instant } from '../../../../core/index.ts'
import { fleet, guarded, OTHER, SUBSCRIPTION, startWorld, vmId } from '../../../adapters/azure/world.ts'

describe('a VM of which little is said', () => {
  test('is a healthy, running Windows Server with one private address', () => {
    const [vm] = fleet([{ name: 'plain' }], { nsgs: {} }).vms
    expect(vm).toMatchObject({
      rg: 'rg-app',
      os: 'Windows',
      power: 'running',
      provisioning: 'succeeded',
      agent: 'ready',
      nic: { private_ip: '10.20.1.4', public_ip: null, nsg: null },
      subnet: { prefix: '10.20.1.0/24', nsg: null },
      jit: null,
    })
  })
})

describe('a fleet that cannot be', () => {
  test.each([
    [
      'an NSG that is not there',
      [{ ...guarded, nic: { ...guarded.nic, nsg: 'nsg-other' } }],
      /no NSG called nsg-other/,
    ],
    ['JIT without an NSG', [{ ...guarded, nic: { private_ip: '10.20.1.4' } }], /without an NSG/],
    ['two VMs of one name in one group', [guarded, { ...guarded, name: 'VM01' }], /two VMs are called/],
    ['a word nobody knows', [{ ...guarded, colour: 'red' }], /colour/],
    ['a duration that is none', [{ ...guarded, jit: { ports: [{ port: 3389, max: 'PT' }] } }], /max/],
  ])('%s is refused', (_, vms, message) => {
    expect(() => fleet(vms)).toThrow(message)
  })
})

describe('a triage scenario', () => {
  test('lifts into a fleet of one, with the window it describes', async () => {
    const azure = {
      vm: { name: 'vm-fin-04', computer_name: 'VM-FIN-04' },
      nic: { public_ip: '20.61.45.2', nsg: 'nsg-fin' },
      nsgs: {
        'nsg-fin': [
          {
            name: 'MicrosoftDefenderForCloud-JITRule--115-54',
            prio: 100,
            access: 'allow',
            src: '203.0.113.25/32',
            dport: '3389',
            proto: '*',
            dst: '10.20.1.4',
          },
          {
            name: 'MicrosoftDefenderForCloud-JITRule_-115_54',
            prio: 1000,
            access: 'deny',
            src: '*',
            dport: '3389',
            proto: '*',
            dst: '10.20.1.4',
          },
        ],
      },
      jit: {
        ports: [{ port: 3389, max: 'PT3H', allowed: ['*'] }],
        requests: [{ by: 'asker', port: 3389, source: '203.0.113.25', ends: '2026-11-21T11:00:00Z' }],
      },
    }
    const { vm, nic, nsgs, jit } = azure
    await using world = await startWorld([fleet([{ ...vm, nic, jit }], { nsgs })])
    const id = vmId('vm-fin-04')
    const open = await world.jit.windows(id, 3389)
    expect(open).toMatchObject({
      rules: [{ sources: ['203.0.113.25'] }],
      requests: [
        { sources: ['203.0.113.25'], live: true, endsAt: instant(Date.parse('2026-11-21T11:00:00Z')) },
      ],
    })
    expect(world.sim.state.nsgs[0]?.rules).toHaveLength(2)
    expect(await world.jit.flow(id, 3389, '203.0.113.25')).toMatchObject({ access: 'allow' })
    expect(await world.jit.flow(id, 3389, '192.0.2.61')).toEqual({
      access: 'deny',
      rule: 'MicrosoftDefenderForCloud-JITRule_-115_54',
    })
  })
})

describe('the company that comes with Latchkey', () => {
  const contoso = async () => {
    const file = new URL('../../../../bots/demo/worlds/contoso.yaml', import.meta.url)
    const { subscriptions } = parse(await readFile(file, 'utf8'))
    return z.array(Subscription).parse(subscriptions)
  }

  test('has one of each kind that people meet', async () => {
    await using world = await startWorld(await contoso())
    const seen = await Promise.all(
      world.sim.state.vms.map(async ({ id, name }) => {
        const vm = await world.machines.byId(
          vmId(name, { rg: id.split('/')[4] ?? '', subscription: id.split('/')[2] ?? '' }),
        )
        if (vm === undefined) throw new Error(`${name} is not found`)
        const { power, jit, exposure, nics } = await world.machines.report(vm.id, 3389)
        const rdp = jit?.ports.find(({ number }) => number === 3389)
        return [
          `${vm.subscription.name.split(' ')[1]}/${name}`,
          vm.os,
          power,
          vm.tags['environment'],
          rdp?.maxMinutes,
          nics[0]?.publicName?.split('.')[0] ?? nics[0]?.publicAddress,
          exposure.state,
        ]
      }),
    )
    expect(seen).toEqual([
      ['Production/vm01', 'windows', 'running', 'production', 180, 'contoso-vm01', 'closed'],
      ['Production/vm10', 'windows', 'running', 'production', 180, 'contoso-vm10', 'closed'],
      ['Production/web01', 'windows', 'running', 'production', 60, 'contoso-web01', 'closed'],
      ['Production/reports01', 'windows', 'deallocated', 'production', 180, undefined, 'closed'],
      ['Production/db01', 'windows', 'running', 'production', 120, undefined, 'closed'],
      ['Production/relay01', 'linux', 'running', 'production', undefined, 'contoso-relay01', 'closed'],
      ['Production/crm01', 'windows', 'running', 'production', 180, 'contoso-crm01', 'closed'],
      ['Production/archive01', 'windows', 'running', 'production', 180, 'contoso-archive01', 'closed'],
      ['Production/trade01', 'windows', 'running', 'production', 180, 'contoso-trade01', 'closed'],
      ['Production/pay01', 'windows', 'running', 'production', 60, 'contoso-pay01', 'closed'],
      ['Development/vm01-staging', 'windows', 'running', 'staging', 480, 'contoso-vm01-staging', 'closed'],
      ['Development/web01', 'windows', 'running', 'dev', 480, 'contoso-dev-web01', 'closed'],
      ['Development/tools01', 'windows', 'running', 'shared', 480, undefined, 'closed'],
      ['Development/lab03', 'windows', 'running', 'dev', undefined, '203.0.113.16', 'closed'],
      ['Development/oldlab01', 'windows', 'running', 'dev', 480, 'contoso-oldlab01', 'open-to-everyone'],
      ['Development/forecast01', 'windows', 'deallocated', 'test', 240, undefined, 'closed'],
      ['Development/build01', 'windows', 'running', 'dev', 480, 'contoso-build01', 'closed'],
    ])
  })

  test('calls two VMs by one name and two by nearly the same', async () => {
    await using world = await startWorld(await contoso())
    expect((await world.machines.named('web01')).map(vm => vm.subscription.id)).toEqual([SUBSCRIPTION, OTHER])
    expect((await world.machines.like('vm01')).map(vm => vm.name)).toEqual(['vm01', 'vm01-staging', 'vm10'])
  })
})
