/**
 * What is refused, in both chats: one clear sentence each, and nothing changes. What the store and Azure hold at the end is held against
 * what was really asked for.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type Chatter, openStory, openWindows, type Story, until } from '../support/story.ts'
import { signsInFromSlack } from './acts.ts'
import { referenceIn } from './ways.ts'

// On a busy machine a whole story takes its time; what is never seen fails sooner by itself.
jest.setTimeout(180_000)

let story: Story
/** What was really asked for, and withdrawn again. */
let asked = 0
beforeAll(async () => {
  story = await openStory()
  await Promise.all(
    ['Alice', 'Bob'].map(async name => {
      const person = story.inSlack(name)
      await person.type('/rdp list')
      await signsInFromSlack(person)
      await person.sees(/Nothing is open or waiting/)
    }),
  )
})
afterAll(async () => {
  for (const vm of ['vm01', 'vm10', 'reports01', 'oldlab01', 'db01']) {
    const { jitRequests, ...shown } = await story.azure(vm)
    expect(jitRequests).toEqual([])
    expect(openWindows({ jitRequests, ...shown })).toEqual([])
  }
  expect(await story.ledger()).toEqual(asked === 0 ? {} : { asked, withdrawn: asked })
  await story.close()
}, 60_000)

type Where = readonly [name: string, who: (name: string) => Chatter, prefix: string]
const chats: readonly Where[] = [
  ['Slack', name => story.inSlack(name), '/rdp '],
  ['Teams', name => story.inTeams(name), ''],
]

/** A live request of Alice's, for as long as the story needs one. */
async function withRequest(
  story: (card: { reference: string; card: RegExp; asks: RegExp }) => Promise<void>,
) {
  const [alice, ticket] = [chats[1]?.[1]('Alice') as Chatter, `INC-${700 + asked}`]
  asked += 1
  await alice.type(`connect vm01 1h ${ticket}`)
  const card = new RegExp(`Waiting for approval: vm01.*${ticket}`)
  const reference = referenceIn((await alice.sees(card)).text)
  await story({ reference, card, asks: new RegExp(`Alice Adams asks for RDP to vm01.*${ticket}`) })
  await alice.sees(card)
  await alice.presses('Cancel request', card)
  await alice.sees(new RegExp(`Withdrawn: vm01.*${ticket}`))
}

/** What came back with the press itself, or is said in the chat. */
const told = async (person: Chatter, answer: string, what: RegExp) =>
  what.test(answer) ? answer : (await person.sees(what)).text

const NOWHERE = '0193a1b2-0000-7000-8000-000000000000'
const UNREADABLE = /earlier version of me|none of mine, or of another version/

const typed: readonly [said: string, answer: RegExp][] = [
  ['help', /connect vm01 2h INC-7 disk full/],
  ['conect vm01', /did not understand.*Did you mean/],
  ['qwertz uiop', /did not understand/],
  ['connect vm01 2x INC-7', /not a duration I can use.*2x/],
  ['connect vm1 1h INC-7', /VM not found, or not visible to you.*vm01/],
  ['connect web01 1h INC-7', /Which of them\?/],
  ['connect vm01 2h', /reason does not fit.*ticket/i],
  ['connect vm01 2h please', /reason does not fit.*ticket/i],
  [`connect vm01 2h INC-7 ${'x'.repeat(301)}`, /reason is too long.*300 characters/],
  ['connect vm01 9h INC-7', /Too long.*at most 3 h/],
  ['connect vm01-staging 3h', /Too long.*at most 2 h/],
  ['why vm01 2h', /vm01 for 2 h: needs approval.*with a reason: Start with a ticket/],
  ['approve', /No request is waiting for your decision/],
  ['approve ABCDEF', /I know no such request/],
  ['deny ABCDEF no', /I know no such request/],
  ['extend 30m', /no open access that could be extended/],
  ['done', /no open access to give back/],
  ['list', /Nothing is open or waiting/],
  ['connect reports01 1h INC-7', /not running/i],
  ['connect relay01 1h INC-7', /Not a Windows VM/],
  ['connect lab03 1h INC-7', /No just-in-time access/],
  ['connect oldlab01 1h INC-7', /already open to everyone/],
  ['connect db01 1h INC-7', /No way in/],
]

describe.each(chats)('in %s', (_, who, prefix) => {
  test('everything that is typed gets its own sentence', async () => {
    const alice = who('Alice')
    for (const [said, answer] of typed) {
      const before = (await alice.messages()).length
      await alice.type(`${prefix}${said}`)
      await until(
        async () => (await alice.messages()).slice(before).some(({ text }) => answer.test(text)),
        async () => `"${said}" was never answered with ${answer}: ${(await alice.messages()).at(-1)?.text}`,
      )
    }
    for (const boss of [story.inTeams('Bob'), story.inSlack('Bob')])
      expect((await boss.messages()).map(({ text }) => text).join()).not.toContain('asks for RDP')
  }, 120_000)

  test('nobody approves their own request', () =>
    withRequest(async ({ reference }) => {
      await who('Alice').type(`${prefix}approve ${reference}`)
      await who('Alice').sees(/Not your own request/)
    }))

  test('whoever no rule names may not decide, by reference or with a forged button', () =>
    withRequest(async ({ reference, card }) => {
      const dave = story.inTeams('Dave')
      await dave.type(`approve ${reference}`)
      await dave.sees(/You may not decide this one/)
      const id = (await story.requestOn(story.inTeams('Alice'), card)) ?? ''
      expect(id).toMatch(new RegExp(`${reference}$`, 'i'))
      const forged = JSON.stringify({ do: 'approve', which: { id } })
      const answer = await dave.forges(forged, /You may not decide/)
      expect(await told(dave, answer, /You may not decide this one/)).toContain('does not name you')
      const own = await who('Alice').forges(forged, /\|/)
      expect(await told(who('Alice'), own, /Not your own request/)).toMatch(/Nobody decides about their own/)
    }))

  test.each([
    ['of an earlier version', '{"do":"connect","vm":"vm01"}'],
    ['that is no JSON', '{{{'],
    ['that means nothing', '{"do":"launch"}'],
    ['for a VM elsewhere', '{"do":"connect","vm":{"id":"/subscriptions/../x"},"reason":"INC-7"}'],
    ['for less than no time', `{"do":"approve","which":{"id":"${NOWHERE}"},"minutes":-5}`],
    ['of 3,000 characters', `{"do":"${'x'.repeat(3_000)}"}`],
  ])('a button %s does nothing, and says so', async (_, value) => {
    const alice = who('Alice')
    // Slack says it once in half a minute, whoever presses on.
    await told(alice, await alice.forges(value, /\|/), UNREADABLE)
  })

  test('a button for a request that is not there gets a sentence', async () => {
    const alice = who('Alice')
    const which = { id: NOWHERE }
    for (const [intent, sentence] of [
      [{ do: 'approve', which }, /I know no such request/],
      [{ do: 'cancel', which }, /I know no such request/],
      [{ do: 'extend', which, minutes: 30, reason: '' }, /Not yours, or not there/],
    ] as const)
      await told(alice, await alice.forges(JSON.stringify(intent), /\|/), sentence)
  })

  test('whoever was removed from the directory gets nothing', async () => {
    const alice = who('Alice')
    await story.json('/entra/world/people', { upn: 'alice@contoso.example', change: { enabled: false } })
    await alice.type(`${prefix}connect vm01 1h INC-7`)
    await alice.sees(/Your account is not active/)
    await story.json('/entra/world/people', { upn: 'alice@contoso.example', change: { enabled: true } })
  })
})

describe('people', () => {
  test('an account that Slack has deactivated gets nothing', async () => {
    const alice = story.world.slack.state.users.find(({ id }) => id === 'U0ALICE')
    if (!alice) throw new Error('no Alice')
    alice.deleted = true
    const { status } = await story.world.slack.deliverForm({
      ...{ command: '/rdp', text: 'connect vm01 1h INC-7', trigger_id: '7.7.deactivated' },
      ...{ user_id: 'U0ALICE', team_id: 'T0CONTOSO', channel_id: 'C0OPS' },
    })
    expect(status).toBe(200)
    await until(
      async () => JSON.stringify(story.world.slack.state.messages).includes('no longer active'),
      async () => 'nobody said that the account is no longer active',
    )
    alice.deleted = false
  })
  test('a guest of another company gets nothing', async () => {
    // Slack itself keeps people of other workspaces from our command; Teams lets guests write to the bot.
    await story.inSlack('Gus').type('/rdp connect vm01 1h INC-7')
    await story.inSlack('Gus').sees(/not a valid command/)
    await story.inTeams('Gus').type('connect vm01 1h INC-7')
    await story.inTeams('Gus').sees(/Only for members/)
  })
  test('somebody else cannot use a sign-in link that was sent to them', async () => {
    const dave = story.inSlack('Dave')
    await dave.type('/rdp list')
    const link = (await dave.sees(/First I need to know/)).buttons.find(({ url }) => url)?.url ?? ''
    const bob = story.inTeams('Bob')
    const page = await bob.browser.press(await bob.browser.go(link), 'bob@contoso.example')
    const refused = await bob.browser.press(page, 'Yes, both are mine')
    expect(refused.text).toMatch(/e-mail addresses differ/i)
    await dave.type('/rdp help')
    expect((await dave.messages()).filter(({ text }) => text.includes('What I understand'))).toEqual([])
  })
})

describe('what arrives at the doors', () => {
  const post = (path: string, body: string, headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${story.world.product.port}${path}`, { method: 'POST', body, headers })
  const MEGABYTE = 'x'.repeat(1_000_000)

  test('1 MB from a person is refused by size, signed or not, and the next line is answered', async () => {
    const fields = { command: '/rdp', text: MEGABYTE, user_id: 'U0ALICE', team_id: 'T0CONTOSO' }
    expect(
      (await story.world.slack.deliverForm({ ...fields, channel_id: 'C0OPS', trigger_id: '8.8.big' })).status,
    ).toBe(413)
    expect((await story.inTeams('Alice').type(MEGABYTE)).status).toBe(413)
    expect((await post('/slack/events', MEGABYTE, { 'content-type': 'application/json' })).status).toBe(413)
    await story.inTeams('Alice').type('why vm10 1h')
    await story.inTeams('Alice').sees(/vm10 for 1 h/)
    await story.inSlack('Alice').type('/rdp why vm10 1h')
    await story.inSlack('Alice').sees(/vm10 for 1 h/)
  })
  test('malformed payloads are refused or ignored, whoever signed them', async () => {
    const { slack } = story.world
    expect((await slack.deliverForm({ payload: '{{{' })).status).toBe(400)
    expect((await slack.deliverForm({ payload: '"text"' })).status).toBe(400)
    expect((await slack.deliver([])).status).toBe(400)
    for (const strange of [{}, { type: 'event_callback', event: {} }])
      expect((await slack.deliver(strange)).status).toBeLessThan(500)
    expect((await post('/slack/events', 'text=hi', {})).status).toBe(401)
    const json = { 'content-type': 'application/json' }
    expect((await post('/api/messages', '{}', json)).status).toBe(401)
    expect((await post('/api/messages', '{}', { ...json, authorization: 'Bearer a.b.c' })).status).toBe(401)
    expect((await post('/api/messages', '{{{', { ...json, authorization: 'Bearer a.b.c' })).status).toBe(400)
  })
})

describe.each(chats)('100 requests a minute from one person in %s', (_, who, prefix) => {
  test('are answered, one more is not, others are not kept waiting, and a minute later it goes on', async () => {
    const [alice, bob] = [who('Alice'), who('Bob')]
    const TOO_MUCH = /more than I can take|more than I take at once/
    const turnedAway = async () => (await alice.messages()).filter(({ text }) => TOO_MUCH.test(text)).length
    // Those before are a minute ago now.
    story.world.pass(2)
    for (let n = 0; n < 10; n++)
      await Promise.all(Array.from({ length: 10 }, () => alice.type(`${prefix}list`)))
    expect(await turnedAway()).toBe(0)
    await alice.type(`${prefix}connect vm01 1h INC-7`)
    await alice.sees(TOO_MUCH)
    await bob.type(`${prefix}why vm01 2h`)
    await bob.sees(/vm01 for 2 h/)
    story.world.pass(2)
    await alice.type(`${prefix}why vm10 3h`)
    await alice.sees(/vm10 for 3 h/)
  }, 120_000)
})
