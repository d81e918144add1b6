/** Every way in, from the ask to the end: what is opened for whom, what is proven, and what happens when a way is none. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { isPrefixWithin } from '../../core/access/source.ts'
import { instant } from '../../core/ids.ts'
import type { Bastion, NatRule, Network } from '../../core/triage/readings.ts'
import { alice, aRule, bob, vm01 } from '../support/cast.ts'
import { type Office, openOffice, reportOf, SOURCE } from '../support/office.ts'
import { bastion as host } from './rdp/route/network.ts'
import { network } from './triage/nsg/world.ts'

let office: Office
/** What stands round vm01; tests change it as they go. */
let around: { network: Network; bastion?: Bastion }
/** A rule of somebody's that keeps these sources out, whatever JIT does. */
let keptOut: readonly string[]

beforeAll(async () => {
  office = await openOffice()
  const { jit } = office.ports
  office.ports.jit = {
    ...jit,
    async flow(_vm, _port, source) {
      const isOut = keptOut.includes(source)
      if (isOut) return { access: 'deny', rule: 'DenyFromHome' }
      const rule = office.azure.rules(office.now()).find(({ sources }) => isPrefixWithin(source, sources))
      return rule ? { access: 'allow', rule: rule.name } : { access: 'deny', rule: 'DenyAllInBound' }
    },
  }
  office.ports.diagnostics = {
    forOneDiagnosis: () =>
      ({
        network: async () => ({ read: true, value: around.network }),
        bastion: async () => ({ read: true, value: around.bastion }),
      }) as never,
  }
}, 60_000)
beforeEach(async () => {
  await office.reset()
  keptOut = []
  around = { network: network({ sku: 'none', address: '10.0.0.4' }) }
  delete office.ports.probe
})
afterAll(() => office.close())

const nat = (more: Partial<NatRule> = {}): NatRule => ({
  loadBalancer: 'lb-app',
  name: 'rdp',
  frontendAddress: '20.61.48.10',
  frontendPort: 50_001,
  backendPort: 3389,
  vm: vm01.id,
  ...more,
})
const insideOnly = { nics: [{ privateAddress: '10.0.0.4', primary: true }] }
const card = () => JSON.stringify(office.cardsOf(alice).at(-1)?.message)
const asksAndIsApproved = async () => {
  await office.typed(alice, 'connect vm01 2h INC-7')
  await office.pressed(bob, 'Approve', /asks for RDP/)
}
const letIn = () => [...new Set(office.azure.rules(office.now()).flatMap(({ sources }) => sources))]
const stateNow = async () => {
  const [live] = await office.store.liveOf(alice.person)
  return live
}

describe('through Bastion', () => {
  beforeEach(async () => {
    office.fleet.set(vm01.id, reportOf(vm01, insideOnly))
    around.bastion = host
    await asksAndIsApproved()
  })
  test('nobody gives an address: the port is opened for the Bastion subnet, and the card says how to go', async () => {
    expect(office.azure.sent).toMatchObject([{ sources: ['10.1.250.0/26'] }])
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(card()).toContain(`https://portal.azure.com/#@/resource${vm01.id}/bastionHost`)
    expect(card()).toContain('az network bastion rdp --subscription')
    expect(card()).toContain('Azure Bastion bas-hub: the Bastion host bas-hub (Standard) reaches it')
    expect(card()).toContain('a shareable link. It would need shareable links switched on.')
    expect(office.files).toEqual([])
    expect(office.problems).toEqual([])
  })
  test('the page has no file and no address to change, and the approver read the way', async () => {
    const id = (await stateNow()) as never as { ask: { id: never } }
    const view = await office.latchkey.desk.view(id.ask.id, alice.person, SOURCE)
    expect(view).toMatchObject({ offer: 'nothing' })
    expect(view).not.toHaveProperty('moved')
    expect(await office.latchkey.desk.file(id.ask.id, alice.person)).toMatchObject({ code: 'not-open' })
    expect(await office.moves(alice, id.ask.id, SOURCE)).toBeUndefined()
    expect(letIn()).toEqual(['10.1.250.0/26'])
    expect(JSON.stringify(office.cardsOf(bob)[0]?.message)).toContain('Azure Bastion bas-hub')
  })
  test('at the end it is shut for the subnet', async () => {
    office.pass(121)
    await office.settle()
    expect(letIn()).toEqual([])
    expect(office.titlesOf(alice)).toEqual(['Time is over, shut: vm01'])
  })
})

test('through a load balancer: its name and port stand in the file, the VM’s own port is opened', async () => {
  office.fleet.set(vm01.id, reportOf(vm01, insideOnly))
  around.network = { ...around.network, natRules: [nat({ frontendName: 'lb.example' })] }
  await asksAndIsApproved()
  await office.opens(alice)
  expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
  expect(await stateNow()).toMatchObject({ ask: { port: 3389 }, wayIn: { host: 'lb.example', port: 50_001 } })
  expect(card()).toContain('The load balancer lb-app')
  expect(office.azure.sent).toMatchObject([{ sources: [SOURCE] }])
})

test('over the VPN: the port is opened for the range of the policy, and the file holds the private address', async () => {
  office.setPolicy(aRule({ routes: ['private-address'], vpn: '10.8.0.0/16' }))
  await asksAndIsApproved()
  expect(await stateNow()).toMatchObject({
    status: 'open',
    wayIn: { host: '10.0.0.4', port: 3389 },
    source: '10.8.0.0/16',
  })
  expect(card()).toContain('Connect your VPN first')
})

test('where Windows listens on another port, that one is opened and dialled', async () => {
  const report = reportOf(vm01)
  const port = { number: 33_890, protocol: 'TCP', maxMinutes: 180, sources: ['*'] } as const
  office.fleet.set(vm01.id, { ...report, jit: { policyId: '/policies/default', ports: [port] } })
  await asksAndIsApproved()
  await office.opens(alice)
  expect(await stateNow()).toMatchObject({ status: 'open', ask: { port: 33_890 }, wayIn: { port: 33_890 } })
})

test('without any way in nobody is asked, and it is said what is there and what could be added', async () => {
  office.fleet.set(vm01.id, reportOf(vm01, insideOnly))
  around.network = { ...around.network, natRules: [nat({ backendPort: 22 })] }
  await office.typed(alice, 'connect vm01 2h INC-7')
  expect(office.titlesOf(alice)).toEqual(['No way in'])
  expect(card()).toMatch(/leads to port 22.*no Bastion host reaches the VM.*can add: a public address/)
  expect(office.titlesOf(bob)).toEqual([])
})

describe('a way that does not pass its checks', () => {
  beforeEach(() => {
    around.bastion = host
    office.patience = 30
  })
  const opensInVain = async () => {
    keptOut = [SOURCE]
    await asksAndIsApproved()
    await office.opens(alice)
    expect(office.titlesOf(alice)).toEqual(['Opening: vm01'])
    expect(card()).toContain('the rule DenyFromHome does not let it through')
  }
  test('is left for the next one, under the same approval', async () => {
    await opensInVain()
    office.pass(4)
    await office.settle()
    await office.settle()
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(card()).toMatch(/az network bastion rdp.*Tried the VM’s own public address:.*DenyFromHome/)
    expect(letIn()).toEqual(['10.1.250.0/26'])
    expect(office.titlesOf(bob)).not.toContain('Alice Adams asks for RDP to vm01')
    expect(JSON.stringify(office.cardsOf(bob))).not.toContain('The address was changed')
    expect(office.problems).toEqual([])
  })
  test('is waited for where there is no other, and then the end says what was missing', async () => {
    delete around.bastion
    await opensInVain()
    office.pass(4)
    await office.settle()
    expect(office.titlesOf(alice)).toEqual(['Opening: vm01'])
    office.pass(12)
    await office.settle()
    await office.settle()
    expect(office.titlesOf(alice)).toEqual(['Could not open, shut: vm01'])
    expect(card()).toContain('the rule DenyFromHome does not let it through')
    expect(letIn()).toEqual([])
  })
  test('is left at once where Azure declines it', async () => {
    await asksAndIsApproved()
    const request = office.ports.jit.request
    office.ports.jit.request = async order => {
      office.azure.declines = order.sources.includes(SOURCE)
      await request(order)
    }
    await office.opens(alice)
    await office.settle()
    office.ports.jit.request = request
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(card()).toContain('Azure does not allow it.')
    expect(letIn()).toEqual(['10.1.250.0/26'])
  })
  test('asks for the address where the next one is opened for it, and shuts the one before', async () => {
    office.setPolicy(aRule({ routes: ['bastion', 'public-address'] }))
    keptOut = ['10.1.250.4']
    await asksAndIsApproved()
    expect(office.titlesOf(alice)).toEqual(['Opening: vm01'])
    around.network = network({ address: '10.0.0.4' })
    office.pass(4)
    await office.settle()
    await office.settle()
    expect(office.titlesOf(alice)).toEqual(['Another way, one step is left: vm01'])
    expect(letIn()).toEqual([])
    expect(await office.opens(alice)).toBeUndefined()
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(letIn()).toEqual([SOURCE])
    expect(office.files).toMatchObject([{ name: 'vm01.rdp' }])
    expect(office.problems).toEqual([])
  })
  test('the VM that stopped is no matter of ways: it ends', async () => {
    await opensInVain()
    office.fleet.set(vm01.id, reportOf(vm01, { power: 'stopped' }))
    office.pass(4)
    await office.settle()
    await office.settle()
    expect(office.titlesOf(alice)).toEqual(['Could not open, shut: vm01'])
  })
})

describe('where there is a path from here', () => {
  let policies: Office['ports']['policies']
  beforeAll(() => {
    policies = office.ports.policies
  })
  afterEach(() => {
    office.ports.policies = policies
  })
  beforeEach(() => {
    office.fleet.set(vm01.id, reportOf(vm01, insideOnly))
    around.network = { ...around.network, natRules: [nat()] }
  })
  const certificate = (subject: string) => ({ subject, thumbprint: 'AA', notAfter: instant(0) })
  const opensWith = async (probe: NonNullable<Office['ports']['probe']>, may = true) => {
    const current = policies.current()
    office.ports.policies = { current: () => ({ ...current, probe: may }) }
    office.ports.probe = probe
    await asksAndIsApproved()
    await office.opens(alice)
    await office.settle()
  }
  test('Windows that answers with its own name is proof', async () => {
    const dialled: string[] = []
    await opensWith(async (to, port) => {
      dialled.push(`${to}:${port}`)
      return { answer: 'rdp', certificate: certificate('vm01') }
    })
    expect(dialled).toEqual(['20.61.48.10:50001'])
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(card()).toContain('Windows answers on the port (its certificate is that of vm01)')
  })
  test('silence is said, and Ready all the same', async () => {
    await opensWith(async () => ({ answer: 'silent' }))
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(card()).toContain('filtered on the way from here')
  })
  test('another machine behind the NAT port ends it', async () => {
    await opensWith(async () => ({ answer: 'rdp', certificate: certificate('WEB01') }))
    expect(office.titlesOf(alice)).toEqual(['Could not open, shut: vm01'])
    expect(card()).toContain('Another machine than vm01 answers')
    expect(letIn()).toEqual([])
  })
  test('without the policy’s word nothing is tried', async () => {
    await opensWith(async () => {
      throw new Error('must not be asked')
    }, false)
    expect(card()).toContain('the port is closed to me')
    expect(office.problems).toEqual([])
  })
})
