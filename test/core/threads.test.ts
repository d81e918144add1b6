/** Where others read along: no card of one reader in a copy that all see, and no answer lost when a thread is out of reach. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Address, Incoming, Posted } from '../../core/index.ts'
import { Fault, message } from '../../core/index.ts'
import { alice, bob } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
beforeEach(() => office.reset())
afterAll(() => office.close())

const thread: Address = { platform: 'teams', key: 'room:ops;thread:1' }

/** A copy of a card that stands where others read it. */
async function sharedCopy(): Promise<{ posted: Posted; title: () => string | undefined }> {
  const [teams] = office.ports.chats.filter(({ platform }) => platform === 'teams')
  const said = message({ title: 'Said to all', plain: 'Said to all' })
  const posted = await (teams as NonNullable<typeof teams>).post(thread, said, {
    key: 'shared',
    again: false,
  })
  return {
    posted,
    title: () => office.cards.find(card => card.posted.messageKey === posted.messageKey)?.message.title,
  }
}

const open = async () => {
  await office.typed(alice, 'connect vm01 2h INC-7')
  await office.pressed(bob, 'Approve', /asks for RDP/)
  await office.opens(alice)
}

describe('a press in a thread', () => {
  const inThread = (press: Incoming, on: Posted): Incoming => {
    const { did } = press
    if (!('pressed' in did)) throw new Error('no press')
    return { ...press, thread, did: { ...did, on } }
  }
  test('that changes the request never draws a card of one reader into the shared copy', async () => {
    await open()
    const shared = await sharedCopy()
    await office.receives(inThread(office.presses(alice, 'I am done', /Ready/), shared.posted))
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
    expect(shared.title()).toBe('Said to all')
  })
  test('that changes nothing is answered in private, and the shared copy stays', async () => {
    await open()
    const shared = await sharedCopy()
    const late = office.presses(alice, 'I am done', /Ready/)
    await office.typed(alice, 'done')
    await office.receives(inThread(late, shared.posted))
    expect(office.titlesOf(alice)).toContain('Already decided')
    expect(shared.title()).toBe('Said to all')
  })
  test('in the private chat redraws the copy as before', async () => {
    await open()
    const shared = await sharedCopy()
    const press = office.presses(alice, 'I am done', /Ready/)
    if (!('pressed' in press.did)) throw new Error('no press')
    await office.receives({ ...press, did: { ...press.did, on: shared.posted } })
    expect(shared.title()).toBe('Closing: vm01')
  })
})

describe('what is said into a thread', () => {
  const home: Address = { platform: 'teams', key: 'teams:alice@contoso.example' }
  const say = async (otherwise?: Address) => {
    const said = message({ title: 'Found the cause', plain: 'Found the cause' })
    const effect = { do: 'say', to: thread, message: said, ...(otherwise ? { otherwise } : {}) } as const
    await office.store.bind(office.userOf(alice, 'slack'), alice.person, [{ effect }])
    await office.settle()
    return office.cards.map(({ to }) => to.key)
  }
  test('stays there', async () => {
    expect(await say(home)).toEqual([thread.key])
  })
  test('is said at home when the thread is gone', async () => {
    office.unreachable.add(thread.key)
    expect(await say(home)).toEqual([home.key])
    expect(office.problems).toEqual([])
  })
  test('is said at home when we may not write there', async () => {
    const [teams] = office.ports.chats.filter(({ platform }) => platform === 'teams')
    if (!teams) throw new Error('no Teams')
    const { post } = teams
    teams.post = async (to, ...rest) => {
      if (to.key === thread.key)
        throw new Fault('denied', { op: 'fake.post', say: 'No right to write there.' })
      return post.call(teams, to, ...rest)
    }
    expect(await say(home)).toEqual([home.key])
    teams.post = post
  })
  test('is given up where nobody is named to be told instead', async () => {
    office.unreachable.add(thread.key)
    expect(await say()).toEqual([])
  })
})
