/** What goes wrong outside, in whole stories: one chat away, Azure refusing, people and policy that change between ask and press. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { openStory, openWindows, type Story } from '../support/story.ts'
import { opensFromPage, signsInFromSlack, windowsAre } from './acts.ts'

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
}, 60_000)
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
    await story.inTeams('Sofia').presses('Deny', asks(), { reason: 'later' })
    await carol.sees(state('Denied'))
    story.world.slack.state.misbehaviours.length = 0
  })
  test('Teams: those in Slack ask and decide as ever', async () => {
    await teamsTroubles({ on: 'any', how: { status: 503 }, times: 40 })
    const alice = story.inSlack('Alice')
    await alice.type(`/rdp connect vm01 1h ${ticket}`)
    await alice.sees(state('Waiting for approval'))
    await story.inSlack('Bob').presses('Deny', asks(), { reason: 'later' })
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

  test('the requester withdraws: the press comes too late', async () => {
    const alice = await asked()
    await alice.presses('Cancel request', state('Waiting for approval'))
    await story.inTeams('Bob').sees(state('Withdrawn'))
  })
  test('nobody decides: it lapses, and both are told', async () => {
    const alice = await asked()
    story.world.pass(61)
    await alice.sees(state('Lapsed, nobody decided'))
    await story.inTeams('Bob').sees(state('Lapsed, nobody decided'))
  })
  test('approved, but never opened: it lapses', async () => {
    const alice = await asked()
    await story.inTeams('Bob').presses('Approve', asks())
    await alice.sees(state('Approved'))
    story.world.pass(61)
    await alice.sees(state('Lapsed, never opened'))
  })
  test('the requester leaves the company: nothing is approved', async () => {
    await asked()
    await change('alice@contoso.example', { enabled: false })
    await story.inTeams('Bob').presses('Approve', asks())
    await story.inTeams('Bob').sees(/The requester is no longer active/)
    await change('alice@contoso.example', { enabled: true })
    await story.inSlack('Alice').presses('Cancel request', state('Waiting for approval'))
  })
  test('another manager is named: the old one may decide only if the rule still names him', async () => {
    await change('bob@contoso.example', { groups: ['engineers'] })
    await asked()
    await change('alice@contoso.example', { manager: 'sofia@contoso.example' })
    await story.inTeams('Bob').presses('Approve', asks())
    await story.inTeams('Bob').sees(/You may not decide this one/)
    await change('alice@contoso.example', { manager: 'bob@contoso.example' })
    await change('bob@contoso.example', { groups: ['engineers', 'platform-leads'] })
    await story.inTeams('Bob').presses('Approve', asks())
    await story.inSlack('Alice').sees(state('Approved'))
    await story.inSlack('Alice').presses('Cancel request', state('Approved'))
  })
  test('two approvers press at once: one decision, and both see it', async () => {
    await asked()
    const bob = story.inTeams('Bob')
    const [slack] = [story.inSlack('Bob')]
    await slack.sees(asks())
    await Promise.all([bob.presses('Approve', asks()), slack.presses('Deny', asks(), { reason: 'no' })])
    const alice = story.inSlack('Alice')
    const end = await alice.sees(new RegExp(`(Approved|Denied): vm01.*${ticket}`))
    const verdict = end.text.includes('Approved') ? 'Approved' : 'Denied'
    await bob.sees(state(verdict))
    await slack.sees(state(verdict))
    if (verdict === 'Approved') await alice.presses('Cancel request', state('Approved'))
  })
})
