/** One person asks for one VM in both chats in the same instant: one request, and an answer to the other. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { alice, bob } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
beforeEach(() => office.reset())
afterAll(() => office.close())

test('the second is told that it is asked for already, and nobody is asked twice', async () => {
  await office.store.bind(office.userOf(alice, 'slack'), alice.person, [])
  const typed = { typed: 'connect vm01 2h INC-7' }
  const fromSlack = {
    ...office.says(alice, typed.typed),
    who: office.userOf(alice, 'slack'),
    delivery: 'slack:1',
    home: { platform: 'slack' as const, key: 'slack:alice@contoso.example' },
  }
  await office.latchkey.inbox.receive(office.says(alice, typed.typed))
  await office.latchkey.inbox.receive(fromSlack)
  // Both have looked and seen nothing before either has written.
  let waiting: (() => void)[] = []
  office.watch(async (point, call) => {
    if (point === 'store.append' && waiting.length < 2)
      await new Promise<void>(resolve => {
        waiting = [...waiting, resolve]
        if (waiting.length === 2) for (const go of waiting) go()
      })
    return call()
  })
  await Promise.all([office.latchkey.worker.tick(), office.latchkey.worker.tick()])
  expect(waiting).toHaveLength(2)
  await office.settle()
  expect(await office.store.liveOf(alice.person)).toHaveLength(1)
  expect(office.titlesOf(alice).toSorted()).toEqual([
    'Waiting for approval: vm01',
    expect.stringMatching(/already/i),
  ])
  expect(office.titlesOf(bob).filter(title => /asks for RDP/.test(title))).not.toHaveLength(0)
  const asks = office.cards.filter(({ message }) => /asks for RDP/.test(message.title))
  expect(new Set(asks.map(({ to }) => `${to.platform} ${to.key}`)).size).toBe(asks.length)
  expect(office.problems).toEqual([])

  await office.typed(alice, 'cancel')
  await office.typed(alice, 'connect vm01 2h INC-8')
  expect(office.titlesOf(alice)).toContain('Waiting for approval: vm01')
})
