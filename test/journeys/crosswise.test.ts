/** Every end of a request, asked in either chat and decided in either: the right words in every copy, and nothing left open. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { openWindows, type Story } from '../support/story.ts'
import { isTold, opensFromPage } from './acts.ts'
import { allShut, approve, ask, each, everybodySees, open, openCompany, type Way, withdraw } from './ways.ts'

// On a busy machine a whole story takes its time; what is never seen fails sooner by itself.
jest.setTimeout(180_000)

let story: Story
let ways: readonly Way[]
beforeAll(async () => {
  const company = await openCompany({ mode: 'supersede' })
  story = company.story
  ways = company.ways
})
afterAll(() => story.close())

/** What Azure was asked for under this ticket. */
const asked = async (vm: string, ticket: string) =>
  (await story.azure(vm)).jitRequests.filter(({ justification }) => justification.includes(ticket))

describe('opened, and', () => {
  test('returned early', async () => {
    const turns = await open(ways)
    await each(turns, async ({ asker, decider, elsewhere, vm, ticket, card }) => {
      expect(openWindows(await story.azure(vm))).toHaveLength(1)
      expect(await asked(vm, ticket)).toHaveLength(1)
      await decider.sees(card('Approved, open'))
      await elsewhere.sees(card('Approved, open'))
      await asker.presses('I am done', card('Ready'))
    })
    await everybodySees(turns, 'Returned, shut')
    await allShut(story, turns)
  })
  test('expired: warned before, shut at the promised minute', async () => {
    const turns = await open(ways)
    story.world.pass(51)
    await each(turns, ({ asker, card }) => asker.sees(card('Ending soon')))
    story.world.pass(10)
    await everybodySees(turns, 'Time is over, shut')
    await allShut(story, turns)
  })
  test('the JIT access policy vanished meanwhile: shut within minutes, and both read why', async () => {
    const turns = await open(ways)
    const restore = await story.removeJitPolicies()
    story.world.pass(11)
    await everybodySees(turns, 'Ended early, shut')
    await allShut(story, turns)
    await restore()
    await each(turns, async ({ asker, decider, card }) => {
      for (const person of [asker, decider])
        expect((await person.sees(card('Ended early, shut'))).text).toMatch(/JIT/)
    })
  })
})

describe('never opened:', () => {
  test('denied with a reason, which the requester reads; without one nothing is decided', async () => {
    const turns = await ask(ways)
    await each(turns, async ({ asker, decider, boss, vm, ticket, card, question }) => {
      expect(await decider.presses('Deny…', question, { reason: ' ' })).toMatch(/Say why/)
      await asker.sees(card('Waiting for approval'))
      await decider.presses('Deny…', question, { reason: `not during the release of ${ticket}` })
      const told = await asker.sees(card('Denied'))
      expect(told.text).toContain(`Denied by ${boss}: not during the release of ${ticket}`)
      expect(await asked(vm, ticket)).toEqual([])
    })
    await everybodySees(turns, 'Denied')
  })
  test('withdrawn: the approver’s press comes too late', async () => {
    const turns = await ask(ways)
    const late = await each(turns, ({ decider, question }) => decider.holds('Approve', question))
    await withdraw(turns, 'Waiting for approval')
    await each(turns, async turn => {
      const press = late[turns.indexOf(turn)] as (typeof late)[number]
      await isTold(turn.decider, /Too late \| This request was withdrawn\. Nothing has changed/, press)
      await turn.decider.sees(turn.card('Withdrawn'))
    })
  })
  test('lapsed, because nobody decided: a press after that comes too late', async () => {
    const turns = await ask(ways)
    const late = await each(turns, ({ decider, question }) => decider.holds('Approve', question))
    story.world.pass(61)
    await everybodySees(turns, 'Lapsed, nobody decided')
    await each(turns, turn =>
      isTold(turn.decider, /Too late \| This request lapsed\. Nothing has changed/, async () =>
        late[turns.indexOf(turn)]?.(),
      ),
    )
  })
  test('lapsed, because the approved access was never opened: the page says so, and opens nothing', async () => {
    const turns = await ask(ways)
    await approve(turns)
    const pages = await each(turns, ({ asker, card }) => asker.follows('Open access', card('Approved')))
    story.world.pass(61)
    await everybodySees(turns, 'Lapsed, never opened')
    await each(
      turns.map((turn, index) => ({ ...turn, page: pages[index] })),
      async ({ asker, page, vm, ticket }) => {
        if (!page) throw new Error('no page')
        expect((await asker.browser.press(page, 'Open')).text).toContain('This request lapsed.')
        expect(await asked(vm, ticket)).toEqual([])
      },
    )
  })
  test('the JIT access policy vanished between ask and press: no longer possible, for both', async () => {
    const turns = await ask(ways)
    const restore = await story.removeJitPolicies()
    await each(turns, ({ decider, question }) => decider.presses('Approve', question))
    await everybodySees(turns, 'No longer possible')
    await restore()
  })
  test('failed to open: the card names what Azure wants, and that it is shut', async () => {
    const right = 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action'
    await story.json('/azure/world/faults', { denied: [right] })
    const turns = await ask(ways)
    await approve(turns)
    await each(turns, async ({ asker, vm, card }) => {
      await opensFromPage(asker, vm)
      expect((await asker.sees(card('Could not open, shut'))).text).toContain(right)
    })
    await everybodySees(turns, 'Could not open, shut')
    await story.json('/azure/world/faults', { denied: [] })
    await allShut(story, turns)
  })
})
