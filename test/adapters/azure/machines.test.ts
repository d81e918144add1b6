import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fleet, guarded, OTHER, SUBSCRIPTION, startWorld, vmId } from './world.ts'

const production = fleet([
  guarded,
  { name: 'web01', rg: 'rg-Web', tags: { environment: 'production' }, nic: { private_ip: '10.20.1.5' } },
  { name: 'relay01', os: 'Linux', nic: { private_ip: '10.20.1.6' } },
  { name: 'vm10', nic: { private_ip: '10.20.1.10' } },
])
const development = fleet(
  [
    { name: 'web01', rg: 'rg-dev', nic: { private_ip: '10.20.1.7' } },
    { name: 'vm01-staging', rg: 'rg-dev', nic: { private_ip: '10.20.1.8' } },
  ],
  { id: OTHER, name: 'Contoso Development', location: 'northeurope' },
)

describe('finding VMs', () => {
  test('a name finds the VM with what people need to recognise it', async () => {
    await using world = await startWorld([production, development])
    expect(await world.machines.named('vm01')).toEqual([
      {
        id: vmId('vm01'),
        name: 'vm01',
        subscription: { id: SUBSCRIPTION, name: 'Contoso Production' },
        resourceGroup: 'rg-app',
        location: 'westeurope',
        os: 'windows',
        tags: { environment: 'production' },
      },
    ])
  })

  test('names are the same whatever their case, and one name may stand in two subscriptions', async () => {
    await using world = await startWorld([production, development])
    const found = await world.machines.named('WEB01')
    expect(found.map(vm => [vm.subscription.name, vm.resourceGroup])).toEqual([
      ['Contoso Production', 'rg-Web'],
      ['Contoso Development', 'rg-dev'],
    ])
  })

  test('a name that is only part of a VM name finds nothing', async () => {
    await using world = await startWorld([production, development])
    expect(await world.machines.named('vm0')).toEqual([])
  })

  test('Linux and Windows are told apart', async () => {
    await using world = await startWorld([production])
    expect((await world.machines.named('relay01')).map(vm => vm.os)).toEqual(['linux'])
  })

  test('an answer in pages is read to its end', async () => {
    const many = Array.from({ length: 5 }, (_, index) => ({
      name: 'twin',
      rg: `rg-${index}`,
      nic: { private_ip: `10.20.1.${index + 4}` },
    }))
    await using world = await startWorld([fleet(many)], { pageSize: 2 })
    expect(await world.machines.named('twin')).toHaveLength(5)
    expect(world.calls(/ResourceGraph/)).toHaveLength(3)
  })

  test('an id finds the VM, not its namesake in another subscription', async () => {
    await using world = await startWorld([production, development])
    const id = vmId('web01', { rg: 'rg-dev', subscription: OTHER })
    expect(await world.machines.byId(id)).toMatchObject({ id, subscription: { id: OTHER } })
    expect(await world.machines.byId(vmId('web01', { rg: 'rg-elsewhere' }))).toBeUndefined()
  })

  test('what a person typed never becomes part of a query unless it could be a VM name', async () => {
    await using world = await startWorld([production])
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom(
            "x' or name =~ 'vm01",
            "vm01' //",
            'vm\\',
            'vm01"',
            "'",
            '',
            ' ',
            'a|b',
            'vm01\nproject x',
          ),
          fc.string().filter(text => !/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(text.trim())),
        ),
        async text => {
          expect(await world.machines.named(text)).toEqual([])
          expect(await world.machines.like(text)).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
    expect(world.calls(/./)).toEqual([])
  })

  test('VMs the bot may not read are simply not found', async () => {
    await using world = await startWorld([production])
    world.sim.state.denied = ['Microsoft.Compute/virtualMachines/read']
    expect(await world.machines.named('vm01')).toEqual([])
  })

  test('a bot that may not use Resource Graph says which right it lacks', async () => {
    await using world = await startWorld([production])
    world.sim.state.denied = ['Microsoft.ResourceGraph/resources/read']
    await expect(world.machines.named('vm01')).rejects.toMatchObject({
      kind: 'denied',
      op: 'azure.vm.find',
      say: 'The bot lacks Microsoft.ResourceGraph/resources/read.',
    })
  })
})

describe('VMs like a name', () => {
  test('names that contain the text come first, then names that begin like it', async () => {
    await using world = await startWorld([production, development])
    const names = async (text: string) => (await world.machines.like(text)).map(vm => vm.name)
    expect(await names('vm01')).toEqual(['vm01', 'vm01-staging', 'vm10'])
    expect(await names('vm02')).toEqual(['vm01', 'vm01-staging', 'vm10'])
    expect(await names('01')).toEqual(['relay01', 'vm01', 'vm01-staging', 'web01', 'web01'])
    expect(await names('zzz')).toEqual([])
  })

  test('never more than twenty', async () => {
    const crowd = Array.from({ length: 30 }, (_, index) => ({
      name: `vm${index}`,
      nic: { private_ip: '10.20.1.4' },
    }))
    await using world = await startWorld([fleet(crowd)])
    expect(await world.machines.like('vm')).toHaveLength(20)
  })
})
