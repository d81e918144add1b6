/**
 * More time and another address, with the process killed at calls spread over the whole story, before and after they took effect. What was
 * not acknowledged arrives again. The end must be right each time: extended once, moved once, shut, every card settled.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Incoming, RequestId } from '../../core/index.ts'
import { alice, bob } from '../support/cast.ts'
import { Killed, type Office, openOffice, SOURCE } from '../support/office.ts'

const OTHER = '198.51.100.77'
/** Every so manieth call is a point to die at; the first one differs between the two ways to die. */
const STRIDE = 9

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
afterAll(() => office.close())

/** Runs one act; if the process dies in it, a new one does what is left, and the outside repeats what was not answered. */
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

const delivered = (make: () => Incoming) => {
  let delivery: Incoming | undefined
  return act(() => {
    delivery ??= make()
    return office.receives(delivery)
  })
}

async function live(
  n: number,
  when: 'before' | 'after',
): Promise<{ calls: readonly string[]; id: RequestId }> {
  office.dieAt(n, when)
  await delivered(() => office.says(alice, 'connect vm01 1h INC-7'))
  await delivered(() => office.presses(bob, 'Approve', /asks for RDP/))
  const id = office.requestOf(alice)
  const page = (press: () => Promise<unknown>) =>
    act(async () => {
      expect(await press()).toBeUndefined()
      await office.settle()
    })
  await page(() => office.latchkey.desk.open(id, alice.person, SOURCE))
  await delivered(() => office.fills(alice, 'Extend…', /Ready/, { time: '30m', reason: 'still copying' }))
  await delivered(() => office.presses(bob, 'Approve', /more on vm01/))
  await page(() => office.latchkey.desk.move(id, alice.person, OTHER))
  for (const minutes of [81, 12]) {
    office.pass(minutes)
    await act(() => office.settle())
  }
  return { calls: [...office.calls], id }
}

async function expectEnd(where: string, id: RequestId): Promise<void> {
  const { events } = await office.store.load(id)
  const many = (type: string) => events.filter(event => event.type === type).length
  expect({
    where,
    extended: many('extended'),
    moved: many('source-changed'),
    opened: many('opened'),
    closed: many('closed'),
    rules: office.azure.rules(office.now()),
    titles: [...new Set(office.cards.map(({ message }) => message.title))],
    buttons: office.cards.flatMap(({ message }) => message.buttons),
    problems: office.problems,
  }).toEqual({
    where,
    extended: 1,
    moved: 1,
    opened: 1,
    closed: 1,
    rules: [],
    titles: ['Time is over, shut: vm01'],
    buttons: [],
    problems: [],
  })
}

test('a grant that is extended and moved ends right wherever the process dies', async () => {
  await office.reset()
  const whole = await live(Number.POSITIVE_INFINITY, 'before')
  await expectEnd('nowhere', whole.id)
  // An idle look at the outbox is the same point again and again.
  const points = whole.calls
    .map((point, index) => ({ point, n: index + 1 }))
    .filter(({ point }, index) => point !== 'store.claim' || whole.calls[index - 1] !== 'store.claim')
  expect(points.length).toBeGreaterThan(100)
  for (const [first, when] of [
    [0, 'before'],
    [4, 'after'],
  ] as const) {
    for (let index = first; index < points.length; index += STRIDE) {
      const { point, n } = points[index] as (typeof points)[number]
      await office.reset()
      const { id } = await live(n, when)
      expect({ point, died: office.died }).toEqual({ point, died: true })
      await expectEnd(`${when} call ${n}, ${point}`, id)
    }
  }
}, 300_000)
