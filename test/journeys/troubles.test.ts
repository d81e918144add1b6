/** What goes wrong outside, in whole stories: one chat away, Azure refusing, a requester who leaves. What else changes: changes.test.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { openStory, openWindows, type Story } from '../support/story.ts'
import { opensFromPage, signsInFromSlack, windowsAre } from './acts.ts'

// On a busy machine a whole story takes its time; what is never seen fails sooner by itself.
jest.setTimeout(180_000)

let story: Story
let number = 100
let ticket = ''
beforeAll(async () => {
  story = await openStory()
  for (const name of ['Alice', 'Bob']) {
    const person = story.inSlack(name)
    await person.type('/rdp list')
    await signsInFromSlack(person)
    await person.sees(/Nothing is open or waiting/)
  }
})
beforeEach(() => {
  number += 1
  ticket = `INC-${number}`
})
afterAll(() => story.close())

const asks = () => new RegExp(`asks for RDP to vm01.*${ticket}`)
const state = (title: string) => new RegExp(`${title}: vm01.*${ticket}`)
const faults = (...list: readonly object[]) => story.json('/azure/world/faults', { faults: list })
const teamsTroubles = (...troubles: readonly object[]) => story.json('/teams/client/troubles', { troubles })

describe('one chat is away', () => {
  test('Slack: those in Teams ask and decide as ever', async () => {
    story.world.slack.misbehave({ method: '*', how: 'broken', status: 503, times: 40 })
    const carol = story.inTeams('Carol')
    await carol.type(`connect vm01 1h ${ticket}`)
    await carol.sees(state('Waiting for approval'))
    await story.inTeams('Sofia').presses('Deny…', asks(), { reason: 'later' })
    await carol.sees(state('Denied'))
    story.world.slack.state.misbehaviours.length = 0
  })
  test('Teams: those in Slack ask and decide as ever', async () => {
    await teamsTroubles({ on: 'any', how: { status: 503 }, times: 40 })
    const alice = story.inSlack('Alice')
    await alice.type(`/rdp connect vm01 1h ${ticket}`)
    await alice.sees(state('Waiting for approval'))
    await story.inSlack('Bob').presses('Deny…', asks(), { reason: 'later' })
    await alice.sees(state('Denied'))
    await teamsTroubles()
  })
})

describe('Azure', () => {
  const approved = async () => {
    const alice = story.inSlack('Alice')
    await alice.type(`/rdp connect vm01 1h ${ticket}`)
    await story.inTeams('Bob').presses('Approve', asks())
    return alice
  }
  test('throttles: it is opened later, and once', async () => {
    await faults({ match: 'POST .*initiate', status: 429, retryAfter: 1, times: 2 })
    const alice = await approved()
    await opensFromPage(alice, 'vm01')
    await alice.sees(state('Ready'))
    const mine = (await story.azure('vm01')).jitRequests.filter(({ justification }) =>
      justification.includes(ticket),
    )
    expect(mine).toHaveLength(1)
    await alice.presses('I am done', state('Ready'))
    await alice.sees(state('Returned, shut'))
  })
  test('accepts and then loses its answer: it is not asked twice', async () => {
    await faults({ match: 'POST .*initiate', status: 500, late: true, times: 1 })
    const alice = await approved()
    await opensFromPage(alice, 'vm01')
    await alice.sees(state('Ready'))
    const mine = (await story.azure('vm01')).jitRequests.filter(({ justification }) =>
      justification.includes(ticket),
    )
    expect(mine).toHaveLength(1)
    await alice.presses('I am done', state('Ready'))
    await alice.sees(state('Returned, shut'))
  })
  test('refuses for want of a right: the card says which, and that it is shut', async () => {
    await story.json('/azure/world/faults', {
      denied: ['Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action'],
    })
    const alice = await approved()
    await opensFromPage(alice, 'vm01')
    const over = await alice.sees(state('Could not open, shut'))
    expect(over.text).toContain('Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action')
    await story.json('/azure/world/faults', { denied: [] })
    expect(openWindows(await story.azure('vm01'))).toEqual([])
  })
  test('will not delete the rule at first: it keeps trying, says so, and says shut only when it is', async () => {
    const alice = await approved()
    await opensFromPage(alice, 'vm01')
    await alice.sees(state('Ready'))
    await faults({
      match: 'DELETE .*securityRules',
      status: 409,
      code: 'AnotherOperationInProgress',
      times: 2,
    })
    await alice.presses('I am done', state('Ready'))
    await alice.sees(/Closing: vm01.*I keep trying/)
    await alice.sees(state('Returned, shut'))
    await windowsAre(story, 'vm01', [])
  })
})

describe('between ask and press', () => {
  const asked = async () => {
    const alice = story.inSlack('Alice')
    await alice.type(`/rdp connect vm01 1h ${ticket}`)
    await story.inTeams('Bob').sees(asks())
    return alice
  }
  const change = (upn: string, what: object) => story.json('/entra/world/people', { upn, change: what })

  test('the requester leaves the company: nothing is approved', async () => {
    await asked()
    await change('alice@contoso.example', { enabled: false })
    await story.inTeams('Bob').presses('Approve', asks())
    await story.inTeams('Bob').sees(/The requester is no longer active/)
    await change('alice@contoso.example', { enabled: true })
    await story.inSlack('Alice').presses('Cancel request', state('Waiting for approval'))
  })
})
