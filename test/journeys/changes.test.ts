/** What changes while a request lives: people, policy, its time, its address. In either chat, decided in either. */
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { CONTOSO_POLICY, openWindows, type Story, until } from '../support/story.ts'
import { isTold, windowsAre } from './acts.ts'
import {
  allShut,
  ask,
  each,
  everybodySees,
  open,
  openCompany,
  referenceIn,
  type Turn,
  type Way,
  withdraw,
} from './ways.ts'

const HERE = '203.0.113.25'
const THERE = '198.51.100.177'

const policyFile = join(tmpdir(), `latchkey-policy-${process.pid}-${Date.now()}.yaml`)
let policy = ''
// On a busy machine a whole story takes its time; what is never seen fails sooner by itself.
jest.setTimeout(180_000)

let story: Story
let ways: readonly Way[]
beforeAll(async () => {
  policy = await readFile(CONTOSO_POLICY, 'utf8')
  await writeFile(policyFile, policy)
  const company = await openCompany({ policyFile })
  story = company.story
  ways = company.ways
})
afterAll(() => story.close())

const change = (upn: string, what: object) => story.json('/entra/world/people', { upn, change: what })
/** The file is looked at once a second; whoever asks "why" learns what is in force. */
const policyIs = (says: RegExp) =>
  until(
    async () => {
      const dave = story.inTeams('Dave')
      await dave.type('why vm01 1h')
      const answered = await dave.sees(/vm01.*1 h: |not visible to you/)
      return says.test(answered.text)
    },
    async () => `the policy never said ${says}`,
  )
const done = async (turns: readonly Turn[], title = 'Ready') => {
  await each(turns, ({ asker, card }) => asker.presses('I am done', card(title)))
  await everybodySees(turns, 'Returned, shut')
  await allShut(story, turns)
}

describe('between ask and press', () => {
  test('another manager is named: the new one decides, the one before may not any more', async () => {
    const turns = await ask(ways)
    await change('bob@contoso.example', { groups: ['engineers'] })
    await change('alice@contoso.example', { manager: 'sofia@contoso.example' })
    await change('carol@contoso.example', { manager: 'bob@contoso.example' })
    await each(turns, async ({ decider, asker, question, card }) => {
      await isTold(decider, /You may not decide this one/, () => decider.presses('Approve', question))
      await asker.sees(card('Waiting for approval'))
    })
    await each(turns, async ({ name, decides, asker, card }) => {
      const reference = referenceIn((await asker.sees(card('Waiting for approval'))).text)
      const successor = decides === 'Bob' ? 'Sofia' : 'Bob'
      if (name.endsWith('Slack')) await story.inSlack(successor).type(`/rdp approve ${reference}`)
      else await story.inTeams(successor).type(`approve ${reference}`)
      const told = await asker.sees(card('Approved'))
      expect(told.text).toMatch(new RegExp(`Approved by ${successor}`))
    })
    await change('alice@contoso.example', { manager: 'bob@contoso.example' })
    await change('carol@contoso.example', { manager: 'sofia@contoso.example' })
    await change('bob@contoso.example', { groups: ['engineers', 'platform-leads'] })
    await withdraw(turns, 'Approved')
  })

  test('the policy no longer allows it: nobody agrees to it, whoever was asked may still say no', async () => {
    const turns = await ask(ways)
    const [, before = '', production = '', after = ''] =
      /^([\s\S]*?rules:\n)([\s\S]*?)( {2}- id: development[\s\S]*)$/.exec(policy) ?? []
    expect(production).toContain('id: production')
    await writeFile(policyFile, `${before}${after}`)
    await policyIs(/not visible|1 h: no\b/)
    await each(turns, async ({ decider, asker, question, card }) => {
      await isTold(decider, /No rule allows it/, () => decider.presses('Approve', question))
      await asker.sees(card('Waiting for approval'))
      await decider.presses('Deny…', question, { reason: 'the rules have changed' })
      expect((await asker.sees(card('Denied'))).text).toContain('the rules have changed')
    })
    await everybodySees(turns, 'Denied')
    await writeFile(policyFile, policy)
    await policyIs(/needs approval/)
  })

  test('two approvers press at once: one decides, the other gets a sentence', async () => {
    const turns = await ask(ways)
    // The manager presses; somebody else whom the rule names types in the same moment.
    const leads = { Bob: 'Carol', Sofia: 'Bob' } as const
    await each(turns, async ({ name, decides, decider, asker, question, card }) => {
      const reference = referenceIn((await asker.sees(card('Waiting for approval'))).text)
      const lead = story.inTeams(leads[decides as keyof typeof leads])
      const NO = /I know no such request|Already decided/
      const refusals = async () =>
        [...(await decider.messages()), ...(await lead.messages())].filter(({ text }) => NO.test(text)).length
      const before = await refusals()
      await Promise.all([
        decider.presses('Approve', question),
        lead.type(`deny ${reference} not now, says ${name}`),
      ])
      await asker.sees(new RegExp(`(?:${card('Approved').source})|(?:${card('Denied').source})`))
      await until(
        async () => (await refusals()) > before,
        async () => 'neither of the two was told that the other had been faster',
      )
    })
    const isApproved = await each(turns, async ({ asker, card }) =>
      (await asker.messages()).some(({ text }) => card('Approved').test(text)),
    )
    await everybodySees(
      turns.filter((_, index) => !isApproved[index]),
      'Denied',
    )
    await withdraw(
      turns.filter((_, index) => isApproved[index]),
      'Approved',
    )
  })

  test('one approver presses opposite buttons in both chats: one decision, and every copy tells it', async () => {
    const turns = await ask(ways)
    const ends = await each(turns, async ({ decider, elsewhere, asker, question, card }) => {
      await Promise.all([
        decider.presses('Approve', question),
        elsewhere.presses('Deny…', question, { reason: 'no' }),
      ])
      const end = await asker.sees(new RegExp(`(?:${card('Approved').source})|(?:${card('Denied').source})`))
      const title = end.text.includes('Approved: ') ? 'Approved' : 'Denied'
      await Promise.all([decider.sees(card(title)), elsewhere.sees(card(title))])
      return title
    })
    await withdraw(
      turns.filter((_, index) => ends[index] === 'Approved'),
      'Approved',
    )
  })

  test('a second click decides nothing twice', async () => {
    const turns = await ask(ways)
    const again = await each(turns, ({ decider, question }) => decider.holds('Approve', question))
    await each(turns, ({ decider, question }) => decider.presses('Approve', question))
    await each(turns, async turn => {
      await isTold(turn.decider, /Already decided \| This request is approved/, async () =>
        again[turns.indexOf(turn)]?.(),
      )
      await turn.asker.sees(turn.card('Approved'))
    })
    await withdraw(turns, 'Approved')
  })
})

describe('more time', () => {
  test('is asked for, denied, asked for again and approved; the session goes on until the new end', async () => {
    const turns = await open(ways)
    const more = ({ who, vm }: Turn) => new RegExp(`${who} asks for 30 min more on ${vm} `)
    const end = async ({ asker, card }: Turn) => {
      const { text } = await asker.sees(card('Ready'))
      return text.slice(text.indexOf('Until')).slice(0, 60)
    }
    const before = await each(turns, end)
    await each(turns, async turn => {
      const { asker, decider, elsewhere, boss, vm, ticket, card } = turn
      await asker.presses('Extend…', card('Ready'), { time: '30m', reason: `${ticket} still copying` })
      await elsewhere.sees(more(turn))
      await decider.presses('Deny…', more(turn), { reason: 'the backup starts' })
      await asker.sees(new RegExp(`Ready: ${vm} .*More time was denied by ${boss}: the backup starts`))
    })
    expect(await each(turns, end)).toEqual(before)
    await each(turns, async turn => {
      const { asker, decider, elsewhere, vm, ticket, card } = turn
      await asker.presses('Extend…', card('Ready'), { time: '30m', reason: `${ticket} still copying` })
      const late = await elsewhere.holds('Approve', more(turn))
      await decider.presses('Approve', more(turn))
      await asker.sees(new RegExp(`Ready: ${vm} .*Extended by 30 min`))
      await elsewhere.sees(card('Approved, open'))
      await isTold(elsewhere, /That no longer waits/, late)
      expect(openWindows(await story.azure(vm))).toHaveLength(1)
    })
    expect(await each(turns, end)).not.toEqual(before)
    story.world.pass(61)
    await each(turns, async ({ asker, vm, card }) => {
      await asker.sees(card('Ready'))
      await windowsAre(story, vm, [HERE])
    })
    story.world.pass(31)
    await everybodySees(turns, 'Time is over, shut')
    await allShut(story, turns)
  })
})

describe('another address', () => {
  test('same page, same grant: the new one is let in, the old one is not, and the approver is told, not asked', async () => {
    const turns = await open(ways)
    const count = await each(turns, async ({ decider }) => (await decider.messages()).length)
    story.world.comeFrom(THERE)
    await each(turns, async ({ asker, decider, elsewhere, vm, ticket, card }) => {
      const ready = await asker.sees(card('Ready'))
      const page = await asker.follows(`Get ${vm}.rdp`, card('Ready'))
      expect(page.text).toContain('Your address has changed')
      await asker.browser.press(page, 'Use this address')
      await windowsAre(story, vm, [THERE])
      const moved = await asker.sees(new RegExp(`Ready: ${vm} .*${ticket} .*${THERE}`))
      expect(referenceIn(moved.text)).toBe(referenceIn(ready.text))
      for (const copy of [decider, elsewhere]) {
        const told = await copy.sees(new RegExp(`Approved, open: ${vm} .*${ticket}.*`))
        expect(told.text).toContain('The address was changed')
        expect(told.text).toContain(THERE)
      }
    })
    expect(await each(turns, async ({ decider }) => (await decider.messages()).length)).toEqual(count)
    story.world.comeFrom(HERE)
    await done(turns)
  })
})
