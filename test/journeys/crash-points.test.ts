/**
 * The process is killed at every single call that crosses a port, before and after the call took effect, and started again. Deliveries that
 * were not acknowledged arrive a second time. The story must end right each time: opened once, shut, every card settled.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Incoming } from '../../core/index.ts'
import { alice, bob } from '../support/cast.ts'
import { Killed, type Office, openOffice, SOURCE } from '../support/office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
beforeEach(() => office.reset())
afterAll(() => office.close())

/** Runs one act; if the process dies in it, a new process does what is left, and the outside repeats what was not answered. */
async function act(run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof Killed)) throw error
    office.restart()
    await office.settle()
    await run()
  }
}

/** The same delivery each time it is tried. */
const delivered = (make: () => Incoming) => {
  let delivery: Incoming | undefined
  return act(() => {
    delivery ??= make()
    return office.receives(delivery)
  })
}

/** From the first word to the end of the time, with one death at the n-th call. Returns the calls that were made until then. */
async function live(n: number, when: 'before' | 'after'): Promise<readonly string[]> {
  office.dieAt(n, when)
  await delivered(() => office.says(alice, 'connect vm01 2h INC-7'))
  await delivered(() => office.presses(bob, 'Approve', /asks for RDP/))
  await act(async () => {
    const refusal = await office.latchkey.desk.open(office.requestOf(alice), alice.person, SOURCE)
    if (refusal) throw new Error(`opening was refused: ${refusal.code}`)
    await office.settle()
  })
  for (const minutes of [111, 12]) {
    office.pass(minutes)
    await act(() => office.settle())
  }
  return [...office.calls]
}

function expectEnd(where: string): void {
  const { azure, cards, files, problems } = office
  expect({ where, sent: azure.sent.length }).toEqual({ where, sent: 1 })
  expect({ where, rules: azure.rules(office.now()) }).toEqual({ where, rules: [] })
  expect({ where, titles: [...new Set(cards.map(({ message }) => message.title))] }).toEqual({
    where,
    titles: ['Time is over, shut: vm01'],
  })
  expect({ where, handed: files.length > 0 }).toEqual({ where, handed: true })
  expect({ where, live: cards.flatMap(({ message }) => message.buttons) }).toEqual({ where, live: [] })
  expect(problems).toEqual([])
}

/** The points a story passes; a change of this list is a change of the story. */
let points: readonly string[] = []

describe('a story with one death', () => {
  test('passes every port on its way', async () => {
    points = await live(Number.POSITIVE_INFINITY, 'before')
    expectEnd('nowhere')
    expect(new Set(points)).toEqual(
      new Set([
        'store.note',
        'store.claim',
        'store.load',
        'store.append',
        'store.settle',
        'store.card',
        'store.liveOf',
        'store.liveOn',
        'store.waitingFor',
        'store.userBoundTo',
        'store.recall',
        'store.remember',
        'slack.post',
        'slack.amend',
        'slack.homeOf',
        'teams.post',
        'teams.amend',
        'teams.hand',
        'teams.homeOf',
        'teams.profileOf',
        'directory.person',
        'directory.groupsOf',
        'directory.managerOf',
        'machines.named',
        'machines.byId',
        'machines.report',
        'jit.windows',
        'jit.request',
        'jit.flow',
        'jit.remove',
      ]),
    )
  })

  test.each(['before', 'after'] as const)(
    'ends right wherever the process dies %s a call',
    async when => {
      expect(points.length).toBeGreaterThan(50)
      for (const [index, point] of points.entries()) {
        // An idle look at the outbox is the same point again and again.
        if (point === 'store.claim' && points[index - 1] === 'store.claim') continue
        await office.reset()
        await live(index + 1, when)
        expect({ point, died: office.died }).toEqual({ point, died: true })
        expectEnd(`${when} call ${index + 1}, ${point}`)
      }
    },
    300_000,
  )
})
