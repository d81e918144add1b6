/**
 * The end of a grant inside Windows, in whole stories: in both chats, against the simulated Azure, under an identity that may do nothing else.
 * Warned and signed out, extended in between, other people's sessions, domain controllers, refusals of Azure, a killed process, and
 * access that nobody uses.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { CONTOSO_POLICY, type Story, until } from '../support/story.ts'
import { isTold, windowsAre } from './acts.ts'
import { allShut, each, everybodySees, open, openCompany, type Turn, type Way } from './ways.ts'

const HERE = '203.0.113.25'
const ELSEWHERE = '198.51.100.77'
const RUN = 'Microsoft.Compute/virtualMachines/runCommand/action'

// On a busy machine a whole story takes its time; what is never seen fails sooner by itself.
jest.setTimeout(240_000)

const policyFile = join(tmpdir(), `latchkey-sessions-${process.pid}-${Date.now()}.yaml`)
let story: Story
let ways: readonly Way[]
beforeAll(async () => {
  const usual = await readFile(CONTOSO_POLICY, 'utf8')
  const wishes = 'endSessions: true\n    closeUnused: 15m\n'
  const policy = usual
    .replace(/^rules:$/m, 'guestOptIn: { environment: production }\n\nrules:')
    .replace(/( {2}- id: (?:production|development)\n {4}effect: \w+\n)/g, `$1    ${wishes}`)
  expect(policy.match(/closeUnused/g)).toHaveLength(2)
  await writeFile(policyFile, policy)
  const company = await openCompany({ policyFile })
  story = company.story
  ways = company.ways
})
/** Azure is well again, whatever became of the story before. */
beforeEach(() => story.json('/azure/world/faults', { faults: [], denied: [] }))
afterAll(() => story.close())

type Session = { id: number; user: string; state: 'active'; client: string; since: string; shown?: string }
const vmOf = async (name: string) => {
  const { vms } = (await story.json('/azure/world')) as {
    vms: readonly { id: string; name: string; sessions: readonly Session[] }[]
  }
  const found = vms.find(vm => vm.name === name)
  if (!found) throw new Error(`no VM ${name}`)
  return found
}
/** Whoever is named is signed in to Windows there, since now, from this address; nobody else is. */
const signedIn = async (vm: string, ...who: readonly (readonly [user: string, client: string])[]) => {
  const since = new Date(story.world.now()).toISOString()
  const sessions = who.map(([user, client], n) => ({ id: n + 2, user, state: 'active', client, since }))
  await story.json('/azure/world/vm', { vm: (await vmOf(vm)).id, guest: { sessions } })
}
const own = ({ vm }: Turn) => `${vm}\\person`
const isIn = (turns: readonly Turn[], ...others: readonly (readonly [string, string])[]) =>
  each(turns, turn => signedIn(turn.vm, [own(turn), HERE], ...others))
const left = async (vm: string) => (await vmOf(vm)).sessions.map(({ user }) => user)
const shows = (turns: readonly Turn[], minutes: number) =>
  each(turns, turn =>
    until(
      async () => (await vmOf(turn.vm)).sessions[0]?.shown === `ends in ${minutes} minutes`,
      async () => `on ${turn.vm} they see ${JSON.stringify((await vmOf(turn.vm)).sessions)}`,
    ),
  )
/** The card of this request, with these words in it. */
const reads = ({ vm, ticket }: Pick<Turn, 'vm' | 'ticket'>, title: string, says: RegExp) =>
  new RegExp(`${title}: ${vm} .*${says.source}.*${ticket}(?!\\d)`)
const over = (turns: readonly Turn[], says: RegExp, title = 'Time is over, shut') =>
  each(turns, turn => turn.asker.sees(reads(turn, title, says)))
const done = (turns: readonly Turn[]) =>
  each(turns, ({ asker, card }) => asker.presses('I am done', card('Ready')))
/** Signed in at once, so that nobody asks whether it is used. */
const opened = async (some: readonly Way[] = ways, ...others: readonly (readonly [string, string])[]) => {
  const turns = await open(some)
  await isIn(turns, ...others)
  return turns
}
const first = (turns: readonly Way[]) => turns.slice(0, 1)
const both = (turns: readonly Way[]) => [turns[0], turns[3]].filter(way => way !== undefined)

test('warned at 10 and 2 minutes, then signed out, read back and said; who came from elsewhere is not touched', async () => {
  const turns = await opened(ways, ['stranger', ELSEWHERE])
  await each(turns, ({ asker, vm, ticket }) =>
    asker.sees(reads({ vm, ticket }, 'Ready', /Windows itself warns you 10 and 2 minutes before the end/)),
  )
  story.world.pass(50)
  await shows(turns, 10)
  await each(turns, ({ asker, vm, ticket }) =>
    asker.sees(reads({ vm, ticket }, 'Ending soon', /You were warned inside Windows at/)),
  )
  story.world.pass(8)
  await shows(turns, 2)
  story.world.pass(3)
  await over(turns, /Your session was signed out at/)
  await allShut(story, turns)
  await each(turns, async ({ vm, ticket, decider, elsewhere }) => {
    expect(await left(vm)).toEqual(['stranger'])
    for (const copy of [decider, elsewhere])
      await copy.sees(reads({ vm, ticket }, 'Time is over, shut', /The session was signed out at/))
  })
})

/** What the next story goes on with. */
let longer: readonly Turn[] = []

test('extended in between: warned of the new end, and nobody is signed out at the old one', async () => {
  const turns = await opened()
  longer = turns
  story.world.pass(50)
  await shows(turns, 10)
  await each(turns, async ({ asker, decider, who, vm, ticket, card }) => {
    await asker.presses('Extend…', card('Ending soon'), { time: '30m', reason: `${ticket} still copying` })
    await decider.presses('Approve', new RegExp(`${who} asks for 30 min more on ${vm} `))
    await asker.sees(new RegExp(`Ready: ${vm} .*Extended by 30 min`))
  })
  await isIn(turns)
  story.world.pass(12)
  await each(turns, async turn => {
    await turn.asker.sees(turn.card('Ready'))
    expect(await left(turn.vm)).toEqual([own(turn)])
    expect((await vmOf(turn.vm)).sessions[0]).not.toHaveProperty('shown')
  })
})

test('given back: the port is shut, then the session ends', async () => {
  const turns = longer
  // A session that began anew under the same grant is still theirs.
  await isIn(turns)
  await done(turns)
  await over(turns, /Your session was signed out at/, 'Returned, shut')
  await each(turns, async ({ vm }) => expect(await left(vm)).toEqual([]))
})

test('another grant from the same address: nobody is signed out, and the card says why', async () => {
  const [turn] = await opened(ways.slice(1, 2))
  if (!turn) throw new Error('no way')
  const dave = story.inTeams('Dave')
  await dave.type(`connect ${turn.vm} 1h INC-900`)
  await story
    .inTeams('Bob')
    .presses('Approve', new RegExp(`Dave Dimitrov asks for RDP to ${turn.vm} .*INC-900`))
  const page = await dave.follows('Open access', new RegExp(`Approved: ${turn.vm} .*INC-900`))
  await dave.browser.press(page, 'Open')
  await dave.sees(new RegExp(`Ready: ${turn.vm} .*INC-900`))
  await signedIn(turn.vm, ['dave', HERE])
  await done([turn])
  await over([turn], /A live session may continue:/, 'Returned, shut')
  expect(await left(turn.vm)).toEqual(['dave'])
  await dave.presses('I am done', new RegExp(`Ready: ${turn.vm} .*INC-900`))
  await dave.sees(
    new RegExp(
      `Returned, shut: ${turn.vm} .*A live session may continue:.*somebody else with a way in comes from the same address.*INC-900`,
    ),
  )
  expect(await left(turn.vm)).toEqual(['dave'])
})

test('a domain controller: nobody is spoken to or signed out there', async () => {
  const turns = await opened(both(ways))
  const domain = (isDc: boolean) =>
    each(turns, async ({ vm }) =>
      story.json('/azure/world/vm', { vm: (await vmOf(vm)).id, guest: { domain: { is_dc: isDc } } }),
    )
  await domain(true)
  await done(turns)
  await over(turns, /A live session may continue:.*Windows there is a domain controller/, 'Returned, shut')
  await each(turns, async turn => expect(await left(turn.vm)).toEqual([own(turn)]))
  await domain(false)
})

test('a VM that nobody opted in: not looked into, and the card is honest', async () => {
  const alice = story.inTeams('Alice')
  await alice.type('connect build01 1h')
  const page = await alice.follows('Open access', /Approved: build01/)
  await alice.browser.press(page, 'Open')
  await alice.sees(/Ready: build01/)
  await signedIn('build01', ['alice', HERE])
  const before = await runs()
  await alice.presses('I am done', /Ready: build01/)
  await alice.sees(
    /Returned, shut: build01 .*A live session may continue:.*the VM is not tagged as one whose Windows I may enter/,
  )
  expect(await left('build01')).toEqual(['alice'])
  expect(await runs()).toEqual(before)
})
const runs = async () => (await story.azureCalls()).filter(({ path }) => /build01\/runCommand/i.test(path))

test('Azure refuses Run Command: shut all the same, and the card names the right that is missing', async () => {
  const turns = await opened(both(ways))
  await story.json('/azure/world/faults', { denied: [RUN] })
  await done(turns)
  await over(
    turns,
    /A live session may continue:.*could not look inside Windows: .*runCommand\/action/,
    'Returned, shut',
  )
  await allShut(story, turns)
  await each(turns, async turn => expect(await left(turn.vm)).toEqual([own(turn)]))
})

test('another script runs there: it is waited for', async () => {
  const turns = await opened(first(ways))
  await story.json('/azure/world/faults', {
    faults: [{ match: 'POST .*runCommand', status: 409, code: 'Conflict', times: 1 }],
  })
  await done(turns)
  await over(turns, /Your session was signed out at/, 'Returned, shut')
})

test('killed while a session is being ended: another process ends it, once more or not, and says so', async () => {
  const turns = await opened(both(ways))
  await story.json('/azure/world/faults', {
    faults: [{ match: 'POST .*runCommand', operationMs: 40_000 }],
  })
  await done(turns)
  // Shut does not wait for Windows, where a script runs that tells nothing before its time.
  await everybodySees(turns, 'Returned, shut')
  await over(turns, /I am looking inside Windows for your session/, 'Returned, shut')
  await story.world.product.kill(true)
  await story.json('/azure/world/faults', { faults: [] })
  story.world.pass(1)
  await over(turns, /Your session was signed out at/, 'Returned, shut')
  await each(turns, async ({ vm }) => expect(await left(vm)).toEqual([]))
})

const question = ({ vm, ticket }: Turn) => new RegExp(`Still needed\\? ${vm} .*${ticket}(?!\\d)`)

test('never used: asked about where it is noticed, and shut without an answer', async () => {
  const turns = await open(both(ways))
  await each(turns, ({ vm }) => signedIn(vm))
  story.world.pass(15)
  await each(turns, turn => turn.asker.sees(question(turn)))
  story.world.pass(11)
  await everybodySees(turns, 'Never used, shut')
  await allShut(story, turns)
})

test('never used, and still needed: Keep keeps it, and nobody asks again', async () => {
  const turns = await open(both(ways))
  await each(turns, ({ vm }) => signedIn(vm))
  story.world.pass(15)
  await each(turns, async turn => {
    await turn.asker.presses('Keep', question(turn))
    await turn.asker.sees(reads(turn, 'Ready', /You still need it: you are not asked again/))
  })
  story.world.pass(12)
  await each(turns, async turn => {
    await turn.asker.sees(turn.card('Ready'))
    await windowsAre(story, turn.vm, [HERE])
    expect((await turn.asker.messages()).filter(({ text }) => question(turn).test(text))).toEqual([])
  })
  await done(turns)
  await everybodySees(turns, 'Returned, shut')
})

test('never used, and given back from the question; a second press says that it is over', async () => {
  const turns = await open(both(ways))
  await each(turns, ({ vm }) => signedIn(vm))
  story.world.pass(15)
  await each(turns, async turn => {
    const on = question(turn)
    const keeps = await turn.asker.holds('Keep', on)
    await turn.asker.presses('Give back', on)
    await turn.asker.sees(turn.card('Returned, shut'))
    await isTold(turn.asker, /This request is/, keeps)
  })
})
