/** Deliveries that nobody made on purpose: the same wish once more under a new id, and clients that look by themselves. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Incoming, Intent } from '../../core/index.ts'
import { Fault } from '../../core/index.ts'
import { alice, bob, carol, requestId } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
beforeEach(() => office.reset())
afterAll(() => office.close())

const live = () => office.store.liveOf(alice.person)

describe('Teams delivers a message a third time, under a new id', () => {
  const wish = () => office.says(alice, 'connect vm01 2h INC-7 disk full')
  test('and no second request is made of it: the live one answers', async () => {
    const first = wish()
    await office.receives(first)
    await office.receives(first)
    await office.receives({ ...first, delivery: 'teams:message:home:renewed' })
    expect(await live()).toHaveLength(1)
    expect(office.titlesOf(alice)).toEqual(['Waiting for approval: vm01', 'You have one already'])
    expect(office.titlesOf(bob)).toHaveLength(2)
  })
  test('nor when all three wait to be handled together', async () => {
    const first = wish()
    const { inbox } = office.latchkey
    for (const delivery of [first.delivery, first.delivery, 'teams:message:home:renewed'])
      await inbox.receive({ ...first, delivery })
    await office.settle()
    expect(await live()).toHaveLength(1)
    expect(office.titlesOf(bob)).toHaveLength(2)
  })
  test('nor once the access is open: Azure is asked once', async () => {
    const first = wish()
    await office.receives(first)
    await office.pressed(bob, 'Approve', /asks for RDP/)
    await office.opens(alice)
    await office.receives({ ...first, delivery: 'teams:message:home:renewed' })
    expect(await live()).toHaveLength(1)
    expect(office.azure.sent).toHaveLength(1)
  })
})

describe('a client that refreshes a card by itself', () => {
  const looks = (who: typeof alice, pressed: Intent): Incoming => {
    const { home, ...said } = office.says(who, '')
    return { ...said, home, did: { pressed, on: { ...home, messageKey: '' } } }
  }
  const look = async (who: typeof alice, pressed: Intent) => {
    const before = office.cards.length
    const incoming = looks(who, pressed)
    await office.receives(incoming)
    return {
      said: office.cards.length - before,
      answer: await office.latchkey.inbox.outcome(incoming.delivery, 0),
    }
  }
  const asked = async () => {
    await office.typed(alice, 'connect vm01 2h INC-7')
    const [state] = await live()
    if (state?.status !== 'asked') throw new Error('not asked')
    return { do: 'show', which: { id: state.ask.id } } as const
  }

  test('gets the card as it stands for its reader, and nothing is posted', async () => {
    const show = await asked()
    expect(await look(alice, show)).toMatchObject({
      said: 0,
      answer: { card: { title: 'Waiting for approval: vm01' } },
    })
    expect(await look(bob, show)).toMatchObject({
      said: 0,
      answer: { card: { title: 'Alice Adams asks for RDP to vm01' } },
    })
  })
  test('for somebody who is no reader of it gets nothing, in silence', async () => {
    const { said, answer } = await look(carol, await asked())
    expect({ said, card: answer?.card }).toEqual({ said: 0, card: undefined })
  })
  test('of a request that is not there gets nothing, in silence', async () => {
    expect((await look(alice, { do: 'show', which: { id: requestId(9) } })).said).toBe(0)
    expect((await look(alice, { do: 'show', which: 'only' })).said).toBe(0)
  })
  test('for somebody who left, or is a guest by now, is told nothing', async () => {
    const show = await asked()
    const person = office.people.get(bob.person)
    office.people.set(bob.person, { ...person, enabled: false } as never)
    expect((await look(bob, show)).said).toBe(0)
    office.people.set(bob.person, { ...person, kind: 'guest' } as never)
    expect((await look(bob, show)).said).toBe(0)
  })
  test('while the directory is broken says nothing either, however often it is tried', async () => {
    const show = await asked()
    const { directory } = office.ports
    const { person } = directory
    directory.person = async () => {
      throw new Fault('denied', { op: 'fake.person', say: 'No right to read people.' })
    }
    expect((await look(bob, show)).said).toBe(0)
    directory.person = async () => {
      throw new Error('a bug')
    }
    expect((await look(bob, show)).said).toBe(0)
    directory.person = person
    expect(office.problems.splice(0)).toHaveLength(1)
  })
})
