/** A diagnosis from the first word to the last, over the real store, with readings that the test gives. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Diagnostics, Message, Reading } from '../../core/index.ts'
import { alice, aRule, bob, vm01, vmId } from '../support/cast.ts'
import { type Office, openOffice, reportOf } from '../support/office.ts'

let office: Office
let facts: Partial<Record<keyof Diagnostics, Reading<unknown>>>
let reads: string[]
/** What happens when a read is taken, before it answers. */
let onRead: (name: string) => Promise<void>

const unread: Reading<never> = {
  read: false,
  why: 'Azure does not let me.',
  lacks: 'Microsoft.Test/all/read',
}
const diagnostics = new Proxy({} as Diagnostics, {
  get: (_, name: keyof Diagnostics) => async () => {
    reads.push(name)
    await onRead(name)
    return facts[name] ?? unread
  },
})

const MODEL = {
  size: 'Standard_D2s_v5',
  ...{ spot: false, ephemeralOsDisk: false, temporaryDisk: false, extensionOperations: true },
  ...{ bootDiagnostics: false, identity: 'none', customImage: false, tags: {}, locks: [] },
}
const found = (...vms: (typeof vm01)[]): Reading<unknown> => ({
  read: true,
  value: { vms, others: [], near: [] },
})
const power = (state: 'running' | 'deallocated'): Reading<unknown> => ({
  read: true,
  value: { power: state, provisioning: 'succeeded', agent: state === 'running' ? 'ready' : 'unknown' },
})

beforeAll(async () => {
  office = await openOffice()
  Object.assign(office.ports, { diagnostics: { forOneDiagnosis: () => diagnostics } })
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.setPolicy(aRule({ verbs: ['connect', 'diagnose', 'look-inside'] }))
  reads = []
  onRead = async () => undefined
  facts = {
    find: found(vm01),
    state: power('deallocated'),
    model: { read: true, value: MODEL },
    activity: { read: true, value: [] },
  }
})
afterAll(() => office.close())

const card = (who: typeof alice, what: RegExp): Message => {
  const seen = office.cardsOf(who).findLast(({ message }) => what.test(message.title))
  if (!seen) throw new Error(`no ${what} among ${JSON.stringify(office.titlesOf(who))}`)
  return seen.message
}
const said = ({ title, lines }: Message): string =>
  [
    title,
    ...lines.map(line =>
      line
        .map(run =>
          typeof run === 'string'
            ? run
            : 'strong' in run
              ? run.strong
              : 'code' in run
                ? run.code
                : 'name' in run
                  ? run.name
                  : '',
        )
        .join(''),
    ),
  ].join('\n')

const shown = (who = alice): Message => card(who, /./)
const labels = ({ buttons }: Message) => buttons.map(({ label }) => label)
const kept = async () => (await office.store.diagnosesOf(alice.person)).map(({ diagnosis }) => diagnosis)
const CANNOT = "diagnose vm01 it can't connect to the remote computer"

describe('a VM that is off', () => {
  test('is named in one message, with the proof, what was not tested and the right that is missing', async () => {
    await office.typed(alice, CANNOT)
    const [only, ...more] = office.cardsOf(alice)
    expect(more).toEqual([])
    expect(only?.message).toMatchObject({ tone: 'bad', title: 'The VM is switched off: vm01' })
    const words = said(shown())
    expect(words).toMatch(/Certain\. .*deallocated/)
    expect(words).toMatch(/• Azure reports the VM as deallocated/)
    expect(words).toMatch(/Not tested:\n.*Missing right: Microsoft\.Test\/all\/read/)
    expect(words).toMatch(/and \d more/)
    expect(await kept()).toEqual([])
    expect(office.problems).toEqual([])
  })
  test('says more when asked for details, and less again', async () => {
    await office.typed(alice, CANNOT)
    const before = said(shown()).length
    await office.pressed(alice, 'Details', /switched off/)
    expect(said(shown()).length).toBeGreaterThan(before)
    expect(shown().steps?.length).toBeGreaterThan(3)
    await office.pressed(alice, 'Summary', /switched off/)
    expect(said(shown())).toHaveLength(before)
  })
  test('is read again on Check again, and the new verdict stands in the same message', async () => {
    await office.typed(alice, CANNOT)
    facts.state = power('running')
    await office.pressed(alice, 'Check again', /switched off/)
    expect(office.cardsOf(alice)).toHaveLength(1)
    expect(shown().title).not.toMatch(/switched off/)
  })
  test('is answered at once, before anything was read', async () => {
    const early: string[] = []
    onRead = async () => {
      await new Promise(resolve => setTimeout(resolve, 5))
      early.push(...office.titlesOf(alice))
    }
    await office.typed(alice, CANNOT)
    expect(early.every(title => title.startsWith('Looking into') || /switched off/.test(title))).toBe(true)
    expect(reads.length).toBeGreaterThan(5)
  })
})

describe('doors', () => {
  test.each([
    ["I can't get into vm01, it spins and says an internal error has occurred", /: vm01$/],
    ['vm01 geht nicht', /: vm01$/],
    ['diagnose vm01', /: vm01$/],
    ['hello', /What I understand/],
    ['blue banana', /did not understand/],
    ['conect vm01', /did not understand/],
  ])('"%s" in the direct message', async (text, title) => {
    await office.typed(alice, text)
    expect(shown().title).toMatch(title)
  })
  test('in a channel thread everybody reads the cause, and only the asker the rest', async () => {
    const thread = { platform: 'teams', key: 'channel;thread' } as const
    await office.receives({ ...office.says(alice, "<at>Latchkey</at> I can't connect to vm01"), thread })
    const [there] = office.cards.filter(({ to }) => to.key === thread.key)
    expect(there?.message.title).toBe('The VM is switched off')
    expect(JSON.stringify(there?.message)).not.toMatch(/vm01|rg-app|deallocated/)
    expect(said(there?.message as Message)).toContain('Details are in private with Alice Adams')
    expect(shown().title).toBe('The VM is switched off: vm01')
  })
  test("somebody's message that was pointed at is diagnosed for the one who pointed", async () => {
    await office.receives({
      ...office.says(alice, ''),
      did: { pointedAt: 'my RDP to vm01 fails with 0x204' },
    })
    expect(shown().title).toMatch(/vm01$/)
  })
  test('without anything to read from, it says so', async () => {
    const { diagnostics: mine } = office.ports
    Object.assign(office.ports, { diagnostics: undefined })
    await office.typed(alice, CANNOT)
    Object.assign(office.ports, { diagnostics: mine })
    expect(shown().title).toBe('I cannot diagnose connections here')
  })
  test("a check of Latchkey's own that fails is looked into by itself, once, and asks nothing", async () => {
    office.setPolicy(aRule({ effect: 'allow', approvers: [], verbs: ['connect', 'diagnose'] }))
    await office.typed(alice, 'connect vm01 2h')
    office.fleet.set(vm01.id, reportOf(vm01, { power: 'deallocated' }))
    await office.opens(alice)
    await office.settle()
    expect(office.titlesOf(alice)).toEqual(['The VM is switched off: vm01'])
    expect(said(shown())).toMatch(/Could not open, shut: vm01\n(?:.*\n)*.*no rule of this request is left/)
    expect(labels(shown())).toEqual(expect.arrayContaining(['Check again', 'Details']))
  })
})

describe('who may', () => {
  test('a VM that no rule shows is answered like one that is not there', async () => {
    const words = async (name: string) => {
      await office.typed(bob, `diagnose ${name}`)
      return said(shown(bob)).replaceAll(name, 'NAME')
    }
    office.people.set(bob.person, { ...office.people.get(bob.person), groups: new Set() } as never)
    const hidden = await words('vm01')
    facts.find = found()
    expect(await words('vm99')).toBe(hidden)
    expect(hidden).toContain('not visible to you')
    expect(reads.filter(name => name !== 'find')).toEqual([])
  })
  test('whoever may connect but not diagnose is told so', async () => {
    office.setPolicy(aRule({ verbs: ['connect'] }))
    await office.typed(alice, 'diagnose vm01')
    expect(shown().title).toBe('No rule lets you diagnose it')
    expect(reads).toEqual([])
  })
  test("nobody goes on with somebody else's diagnosis", async () => {
    await office.typed(alice, CANNOT)
    const again = shown().buttons.find(({ label }) => label === 'Check again')?.press
    if (!again || !('intent' in again)) throw new Error('no button')
    await office.pressedRaw(bob, again.intent, { platform: 'teams', key: 'x', messageKey: 'm1' })
    expect(office.titlesOf(bob)).toEqual(['Not yours, or not there'])
  })
})

describe('questions', () => {
  const twins = [vm01, { ...vm01, id: vmId('vm01b'), name: 'vm01b', resourceGroup: 'rg-two' }]
  beforeEach(() => {
    facts.find = found(...twins)
  })
  const ask = () => office.typed(alice, "I can't connect to 10.0.0.4, it times out")

  test('are answered by a button, once; a second press says that it is too late', async () => {
    await ask()
    expect(shown().title).toMatch(/^A question/)
    const late = shown().buttons[1]?.press
    await office.pressed(alice, 'vm01 (rg-app, Contoso production)', /^A question/)
    expect(shown().title).toBe('The VM is switched off: vm01')
    if (!late || !('intent' in late)) throw new Error('no second choice')
    await office.pressedRaw(alice, late.intent, { platform: 'teams', key: 'x', messageKey: 'm1' })
    expect(office.titlesOf(alice)).toEqual(['The VM is switched off: vm01', 'That question no longer waits'])
  })
  test('are answered by writing, after a restart, too', async () => {
    await ask()
    office.restart()
    await office.typed(alice, 'vm01')
    expect(office.titlesOf(alice)).toEqual(['The VM is switched off: vm01'])
  })
  test('are answered by the form', async () => {
    await ask()
    await office.pressed(alice, 'Write the answer…', /^A question/, { text: 'the one in rg-app' })
    expect(office.titlesOf(alice)[0]).not.toMatch(/Looking/)
  })
  test('a command stays a command, and the question waits on', async () => {
    await ask()
    await office.typed(alice, 'list')
    expect(office.titlesOf(alice)).toEqual(['A question about RDP', 'Nothing is open or waiting'])
    expect(await kept()).toMatchObject([{ status: 'asking' }])
  })
  test('that nobody answers end after a day with what is known', async () => {
    await ask()
    office.pass(24 * 60 - 1)
    await office.settle()
    expect(await kept()).toHaveLength(1)
    office.pass(2)
    await office.settle()
    expect(await kept()).toEqual([])
    expect(said(shown())).toMatch(/was not answered/)
  })
  test('are set aside by trouble with something else', async () => {
    await ask()
    facts.find = found(vm01)
    await office.typed(alice, '/rdp diagnose vm01 black screen')
    expect(office.titlesOf(alice)[0]).toMatch(/^Set aside/)
    expect(office.titlesOf(alice)[1]).toMatch(/: vm01$/)
  })
})

describe('looking inside Windows', () => {
  beforeEach(() => {
    facts.state = power('running')
    facts.extensions = { read: true, value: [] }
  })
  const fails = () => office.typed(alice, 'diagnose vm01 an internal error has occurred')

  test('happens only after a plain yes', async () => {
    await fails()
    expect(labels(shown())).toEqual(['Allow once', 'No'])
    await office.typed(alice, 'maybe later')
    expect(office.titlesOf(alice).at(-1)).toBe('A plain yes or no, please')
    expect(reads).not.toContain('guest')
    await office.pressed(alice, 'Allow once', /^A question/)
    expect(reads.filter(name => name === 'guest')).toHaveLength(1)
  })
  test('does not happen after a no, and the verdict says so', async () => {
    await fails()
    await office.typed(alice, 'no')
    expect(reads).not.toContain('guest')
    expect(said(shown())).toMatch(/you did not allow it/)
  })
  test('is not even asked for where no rule opts the VM in', async () => {
    office.setPolicy(aRule({ verbs: ['connect', 'diagnose'] }))
    await fails()
    expect(reads).not.toContain('guest')
    expect(labels(shown())).not.toContain('Allow once')
    expect(said(shown())).toMatch(/no rule of the policy lets me look inside/)
  })
  test('needs a new yes for every run', async () => {
    await fails()
    await office.pressed(alice, 'Allow once', /^A question/)
    await office.pressed(alice, 'Check again', /./)
    expect(labels(shown())).toEqual(['Allow once', 'No'])
    expect(reads.filter(name => name === 'guest')).toHaveLength(1)
  })
})

describe('what is kept', () => {
  test('no password: it is struck out, and the person is told', async () => {
    facts.find = found()
    await office.typed(alice, "I can't sign in to vm77, my password is Winter2026!x")
    const [live] = await kept()
    expect(JSON.stringify(live)).not.toContain('Winter2026')
    expect(said(shown())).toContain('Your message held a password')
  })
  test('a delivery that comes twice begins one diagnosis', async () => {
    const delivery = office.says(alice, CANNOT)
    await office.receives(delivery)
    await office.receives(delivery)
    expect(office.cardsOf(alice)).toHaveLength(1)
  })
  test('hostile names are text, never markup of ours', async () => {
    const name = '<!channel> *x*'
    facts.find = { read: true, value: { vms: [], others: [], near: [{ ...vm01, name }] } }
    await office.typed(alice, "I can't reach vm99")
    expect(labels(shown()).some(label => label.startsWith(name))).toBe(true)
  })
})
