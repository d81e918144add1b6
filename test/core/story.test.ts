/** What the core does with real events, effects and cards, from the first word to the last card. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { alice, aRule, bob, carol, leads, vm01, vmId } from '../support/cast.ts'
import { type Office, openOffice, reportOf, SOURCE } from '../support/office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
beforeEach(() => office.reset())
afterAll(() => office.close())

const bothEnds = async () => {
  await office.typed(alice, 'connect vm01 2h INC-7')
  await office.pressed(bob, 'Approve', /asks for RDP/)
  await office.opens(alice)
}

describe('the main job', () => {
  test('asked, approved, opened, ended', async () => {
    await bothEnds()
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(office.titlesOf(bob)).toEqual(['Approved, open: vm01', 'Approved, open: vm01'])
    expect(office.azure.sent).toMatchObject([{ sources: [SOURCE] }])
    expect(office.files).toMatchObject([{ name: 'vm01.rdp', to: { key: 'teams:alice@contoso.example' } }])
    office.pass(121)
    await office.settle()
    expect(office.titlesOf(alice)).toEqual(['Time is over, shut: vm01'])
    expect(office.azure.rules(office.now())).toEqual([])
    expect(office.problems).toEqual([])
  })

  test('who agreed and for whom stands in what Azure keeps, without line breaks of people', async () => {
    await office.typed(alice, 'connect vm01 2h INC-7 "x\u2028y"; latchkey:0')
    await office.pressed(bob, 'Approve', /asks for RDP/)
    await office.opens(alice)
    const [sent] = office.azure.sent
    expect(sent?.justification).toMatch(
      /^latchkey:[0-9a-f-]{36} for Alice Adams, agreed by Bob Brandt, INC-7/,
    )
    expect(sent?.justification).not.toMatch(/[\n\r\u2028;]/)
  })

  test('a rule that allows needs nobody else', async () => {
    office.setPolicy(aRule({ id: 'dev', effect: 'allow', approvers: [] }))
    await office.typed(alice, 'connect vm01 2h')
    await office.opens(alice)
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(office.titlesOf(bob)).toEqual([])
  })

  test('a second connect while the first is live is refused with its state', async () => {
    await bothEnds()
    await office.typed(alice, 'connect vm01 1h')
    expect(office.titlesOf(alice)).toContain('You have one already')
  })
})

describe('who is asked', () => {
  test('without a manager, the group comes next', async () => {
    const { manager: _, ...orphan } = office.people.get(alice.person) ?? ({} as never)
    office.people.set(alice.person, orphan as never)
    await office.typed(alice, 'connect vm01 2h')
    expect(office.titlesOf(carol)).toContain('Alice Adams asks for RDP to vm01')
  })
  test('a manager who left is passed over', async () => {
    office.people.set(bob.person, { ...office.people.get(bob.person), enabled: false } as never)
    await office.typed(alice, 'connect vm01 2h')
    expect(office.titlesOf(bob)).toEqual([])
    expect(office.titlesOf(carol)).toContain('Alice Adams asks for RDP to vm01')
  })
  test('a manager whose card cannot be delivered is replaced', async () => {
    office.unreachable.add('slack:bob@contoso.example').add('teams:bob@contoso.example')
    await office.typed(alice, 'connect vm01 2h')
    expect(office.titlesOf(carol)).toContain('Alice Adams asks for RDP to vm01')
    await office.pressed(carol, 'Approve', /asks for RDP/)
    expect(office.titlesOf(alice)).toEqual(['Approved: vm01'])
  })
  test('with nobody left the requester is told', async () => {
    for (const name of ['bob', 'carol']) {
      office.unreachable.add(`slack:${name}@contoso.example`).add(`teams:${name}@contoso.example`)
    }
    await office.typed(alice, 'connect vm01 2h')
    expect(office.titlesOf(alice)).toEqual(['Nobody could be asked: vm01'])
  })
  test('nobody named at all is a refusal, and nothing is recorded', async () => {
    office.setPolicy(aRule({ approvers: [{ manager: true }] }))
    const { manager: _, ...orphan } = office.people.get(alice.person) ?? ({} as never)
    office.people.set(alice.person, orphan as never)
    await office.typed(alice, 'connect vm01 2h')
    expect(office.titlesOf(alice)).toEqual(['Nobody can be asked'])
    expect(await office.store.liveOf(alice.person)).toEqual([])
  })
})

describe('authority at the press', () => {
  beforeEach(() => office.typed(alice, 'connect vm01 2h'))
  const approve = () => office.pressed(bob, 'Approve', /asks for RDP/)

  test('a manager who is no longer one, and in no approvers group, may not', async () => {
    office.people.set(alice.person, { ...office.people.get(alice.person), manager: carol.person } as never)
    office.people.set(bob.person, { ...office.people.get(bob.person), groups: new Set() } as never)
    await approve()
    expect(office.titlesOf(bob)).toContain('You may not decide this one')
    expect(office.titlesOf(alice)).toEqual(['Waiting for approval: vm01'])
  })
  test('a policy that no longer allows it is obeyed', async () => {
    office.setPolicy()
    await approve()
    expect(office.titlesOf(bob)).toContain('No rule allows it')
  })
  test('a requester who left gets nothing', async () => {
    office.people.set(alice.person, { ...office.people.get(alice.person), enabled: false } as never)
    await approve()
    expect(office.titlesOf(bob)).toContain('The requester is no longer active')
    expect(office.azure.sent).toEqual([])
  })
  test('somebody named by the rule but not shown the card may decide by reference', async () => {
    const [live] = await office.store.liveOf(alice.person)
    const reference = live?.status === 'asked' ? live.ask.id.slice(-6) : ''
    await office.typed(carol, `approve ${reference}`)
    expect(office.titlesOf(alice)).toEqual(['Approved: vm01'])
    expect(office.titlesOf(carol)).toEqual(['You approved: vm01'])
  })
  test('the press on a copy that no slot knows redraws that copy', async () => {
    await approve()
    const stray = office.cardsOf(bob).find(({ to }) => to.platform === 'teams')
    if (!stray) throw new Error('no card')
    const copy = { ...stray, posted: { ...stray.posted, messageKey: 'orphan' } }
    office.cards.push(copy)
    const [live] = await office.store.liveOf(alice.person)
    if (live?.status !== 'approved') throw new Error('not approved')
    await office.pressedRaw(bob, { do: 'approve', which: { id: live.ask.id } }, copy.posted)
    expect(copy.message.title).toBe('Approved: vm01')
    expect(office.titlesOf(bob)).toContain('Already decided')
  })
})

describe('the address', () => {
  beforeEach(async () => {
    await office.typed(alice, 'connect vm01 2h')
    await office.pressed(bob, 'Approve', /asks for RDP/)
  })
  test.each([['10.0.0.1'], ['127.0.0.1'], ['not an address'], ['203.0.113.7/24']])(
    '%s opens nothing',
    async source => {
      expect(await office.opens(alice, source)).toMatchObject({ code: 'bad-source' })
      expect(office.azure.sent).toEqual([])
    },
  )
  test('outside of what the rule allows opens nothing', async () => {
    office.setPolicy(aRule({ from: ['198.51.100.0/24'] }))
    expect(await office.opens(alice)).toMatchObject({ code: 'source-outside' })
    expect(await office.opens(alice, '198.51.100.9')).toBeUndefined()
  })
  test('outside of what the JIT access policy allows opens nothing', async () => {
    const ports = [{ number: 3389, protocol: 'TCP', maxMinutes: 180, sources: ['198.51.100.0/24'] }] as const
    office.fleet.set(vm01.id, reportOf(vm01, { jit: { policyId: '/p', ports } }))
    expect(await office.opens(alice)).toMatchObject({ code: 'jit-source' })
  })
  test("somebody else's page shows and does nothing, in the words for one that is not there", async () => {
    const id = office.requestOf(alice)
    expect(await office.latchkey.desk.view(id, bob.person)).toEqual({ code: 'not-requester' })
    expect(await office.latchkey.desk.open(id, bob.person, SOURCE)).toEqual({ code: 'not-requester' })
    expect(await office.latchkey.desk.file(id, bob.person)).toEqual({ code: 'not-requester' })
  })
  test('the file exists only while it is open', async () => {
    const id = office.requestOf(alice)
    expect(await office.latchkey.desk.file(id, alice.person)).toMatchObject({ code: 'not-open' })
    await office.opens(alice)
    expect(await office.latchkey.desk.file(id, alice.person)).toMatchObject({ name: 'vm01.rdp' })
  })
})

describe('when Azure will not', () => {
  test('a VM that stopped between approval and opening ends as failed, and is shut', async () => {
    await office.typed(alice, 'connect vm01 2h')
    await office.pressed(bob, 'Approve', /asks for RDP/)
    office.fleet.set(vm01.id, reportOf(vm01, { power: 'deallocated' }))
    await office.opens(alice)
    await office.settle()
    expect(office.titlesOf(alice)).toEqual(['Could not open, shut: vm01'])
    expect(office.azure.rules(office.now())).toEqual([])
  })
  test('a JIT access policy that vanished ends an opening in words', async () => {
    await office.typed(alice, 'connect vm01 2h')
    await office.pressed(bob, 'Approve', /asks for RDP/)
    const { jit: _, ...without } = reportOf(vm01)
    const id = office.requestOf(alice)
    await office.store.append({
      id,
      expected: (await office.store.load(id)).version,
      at: office.now(),
      events: [{ type: 'source-given', at: office.now(), source: SOURCE, giveUpAt: office.now() }],
      queue: [{ effect: { do: 'reconcile', vm: vm01.id, port: 3389 } }],
    })
    office.fleet.set(vm01.id, without)
    await office.settle()
    expect(office.cardsOf(alice)[0]?.message.title).toMatch(/Closing|Could not open/)
    expect(office.azure.sent).toEqual([])
  })
})

describe('what is refused before anybody is asked', () => {
  test.each([
    ['stopped', { power: 'deallocated' }, 'The VM is not running'],
    ['without JIT', { jit: undefined }, 'No just-in-time access on this VM'],
    [
      'with JIT for another port',
      { jit: { policyId: '/p', ports: [{ number: 22, protocol: 'TCP', maxMinutes: 180, sources: ['*'] }] } },
      'The JIT access policy does not cover RDP',
    ],
    [
      'with a cap that is too low',
      { jit: { policyId: '/p', ports: [{ number: 3389, protocol: 'TCP', maxMinutes: 60, sources: ['*'] }] } },
      'Longer than Azure allows here',
    ],
    [
      'open to everyone',
      { exposure: { state: 'open-to-everyone', rule: 'any' } },
      'Port 3389 is already open to everyone',
    ],
    [
      'whose rules cannot be read',
      { exposure: { state: 'unknown', why: 'no right' } },
      'I could not read the network rules',
    ],
    ['without a public address', { nics: [] }, 'No way in'],
  ] as const)('a VM %s', async (_, changes, title) => {
    office.fleet.set(vm01.id, reportOf(vm01, changes as never))
    await office.typed(alice, 'connect vm01 2h')
    expect(office.titlesOf(alice)).toEqual([title])
    expect(office.titlesOf(bob)).toEqual([])
  })
  test('of two VMs with one name the person chooses by button', async () => {
    const twin = { ...vm01, id: vmId('twin'), resourceGroup: 'rg-other' }
    office.fleet.set(twin.id, reportOf(twin))
    await office.typed(alice, 'connect vm01 2h INC-7')
    const [choice] = office.cardsOf(alice)
    expect(choice?.message.title).toBe('Which of them?')
    await office.pressed(alice, 'vm01 in rg-other, Contoso production', /Which of them/)
    expect(office.titlesOf(alice)).toContain('Waiting for approval: vm01')
  })
  test('a VM that no rule shows is not there, in the same words, also among near names', async () => {
    office.setPolicy(aRule({ machines: { names: ['other*'] } }))
    await office.typed(alice, 'connect vm01 2h')
    await office.typed(alice, 'connect vm0 2h')
    const said = office.cardsOf(alice).map(({ message }) => message)
    expect(said.map(({ title }) => title)).toEqual(Array(2).fill('VM not found, or not visible to you'))
    expect(JSON.stringify(said[1])).not.toContain('vm01')
  })
})

describe('a Slack user', () => {
  test('is asked who they are once, and what they asked for is then carried on', async () => {
    await office.typed(alice, 'connect vm01 2h', 'slack')
    const [ask] = office.cardsOf(alice)
    expect(ask?.message.title).toBe('First I need to know who you are')
    const press = ask?.message.buttons[0]?.press
    const ticket = press && 'url' in press ? (press.url.split('/').at(-1) ?? '') : ''
    expect(await office.latchkey.desk.bind(ticket, bob.person)).toMatchObject({ code: 'bind-email-differs' })
    expect(await office.latchkey.desk.bind(ticket, alice.person)).toBeUndefined()
    await office.settle()
    expect(await office.latchkey.desk.bind(ticket, alice.person)).toMatchObject({ code: 'ticket-gone' })
    expect(office.titlesOf(alice)).toEqual(
      expect.arrayContaining(['Accounts linked', 'Waiting for approval: vm01']),
    )
    await office.typed(alice, 'list', 'slack')
    expect(office.titlesOf(alice)).toContain('Open and waiting')
  })
})

describe('leaders', () => {
  test('an approver in the group cannot approve their own request, whoever else is in it', async () => {
    office.setPolicy(
      aRule({ who: { everyone: true, groups: [], people: [] }, approvers: [{ group: leads }] }),
    )
    await office.typed(carol, 'connect vm01 2h')
    const [live] = await office.store.liveOf(carol.person)
    const reference = live?.status === 'asked' ? live.ask.id.slice(-6) : ''
    await office.typed(carol, `approve ${reference}`)
    expect(office.titlesOf(carol)).toContain('Not your own request')
    expect(office.titlesOf(carol)).not.toContain('Approved: vm01')
  })
})
