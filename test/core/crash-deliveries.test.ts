/**
 * Deliveries arrive one to three times, late, in any order and before what was pressed is redrawn: approved, denied, cancelled, given back
 * and opened by several people. Whatever they are: at most one opening, exactly one outcome, every card settled, nothing open at the end.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Incoming, RequestId } from '../../core/index.ts'
import { alice, bob, carol } from '../support/cast.ts'
import { type Office, openOffice, SOURCE } from '../support/office.ts'

/** Ends of a request, as events: exactly one of them is the outcome. */
const OUTCOMES = ['denied', 'withdrawn', 'lapsed', 'unanswerable', 'impossible', 'closed']
const ACTS = [
  'Bob approves',
  'Bob denies',
  'Bob approves by hand',
  'Carol approves',
  'Carol denies',
  'Alice approves',
  'Alice cancels',
  'Alice is done',
  'Alice opens',
] as const
type ActName = (typeof ACTS)[number]

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
afterAll(() => office.close())

/** What each of them sends, made while everything still waits: later it is as old as a press on a card that was not redrawn. */
function makeAll(id: RequestId): Record<Exclude<ActName, 'Alice opens'>, () => Incoming> {
  const question = /asks for RDP/
  const ref = id.slice(-6)
  const intent = (which: 'cancel' | 'done') => ({ do: which, which: { id } }) as const
  const own = office.presses(alice, 'Cancel request', /Waiting/)
  const fresh = (incoming: Incoming): Incoming => ({ ...incoming, delivery: `teams:${crypto.randomUUID()}` })
  const approve = office.presses(bob, 'Approve', question)
  const deny = office.fills(bob, 'Deny…', question, { reason: 'not now' })
  return {
    'Bob approves': () => fresh(approve),
    'Bob denies': () => fresh(deny),
    'Bob approves by hand': () => office.says(bob, 'approve'),
    'Carol approves': () => office.says(carol, `approve ${ref}`),
    'Carol denies': () => office.says(carol, `deny ${ref} not today`),
    'Alice approves': () => office.says(alice, `approve ${ref}`),
    'Alice cancels': () => fresh(own),
    'Alice is done': () =>
      fresh({ ...own, did: { pressed: intent('done'), on: { ...own.home, messageKey: '' } } }),
  }
}

/** Somebody does something; it is delivered at each of these moments, and so many effects are performed after each. */
const deed = fc.record({
  act: fc.constantFrom(...ACTS),
  moments: fc.array(fc.nat(1000), { minLength: 1, maxLength: 3 }),
  ticks: fc.constantFrom(0, 0, 1, 3, 30),
})

type Deed = { act: ActName; moments: readonly number[]; ticks: number }

async function live(deeds: readonly Deed[]): Promise<number> {
  await office.reset()
  await office.receives(office.says(alice, 'connect vm01 1h INC-7'))
  const request = (await office.store.liveOf(alice.person))[0]
  if (!request || request.status === 'none') throw new Error('nothing was asked for')
  const { id } = request.ask
  const made = makeAll(id)
  const deliveries = deeds
    .flatMap(({ act, moments, ticks }) => {
      const incoming = act === 'Alice opens' ? undefined : made[act]()
      return moments.map(moment => ({ incoming, moment, ticks }))
    })
    .toSorted((one, other) => one.moment - other.moment)
  for (const { incoming, ticks } of deliveries) {
    if (incoming) await office.latchkey.inbox.receive(incoming)
    else await office.latchkey.desk.open(id, alice.person, SOURCE)
    for (let n = 0; n < ticks; n += 1) if (!(await office.latchkey.worker.tick())) break
  }
  await office.settle()
  for (const minutes of [55, 15, 60]) {
    office.pass(minutes)
    await office.settle()
  }
  await expectSettled(id, new Set(deliveries.flatMap(({ incoming }) => incoming?.delivery ?? [])).size)
  return office.azure.sent.length
}

async function expectSettled(id: RequestId, distinct: number): Promise<void> {
  const { rows } = await office.keep()
  const { outbox, deliveries } = JSON.parse(rows) as { outbox: { state: string }[]; deliveries: unknown[] }
  const { state, events } = await office.store.load(id)
  const types = events.map(({ type }) => type as string)
  const many = (type: string) => types.filter(each => each === type).length
  expect({
    status: state.status,
    outcomes: types.filter(type => OUTCOMES.includes(type)).length,
    last: OUTCOMES.includes(types.at(-1) ?? ''),
    decidedOnce: many('approved') + many('denied') <= 1,
    openedOnce: many('opened') <= 1 && many('source-given') <= 1 && office.azure.sent.length <= 1,
    neverUnapproved: many('source-given') <= many('approved'),
    open: office.azure.inForce(office.now()),
    buttons: office.cards
      .filter(({ message }) => /vm01/.test(message.title))
      .flatMap(({ message }) => message.buttons.map(({ label }) => label)),
    deliveries: deliveries.length,
    toDo: outbox.filter(effect => effect.state !== 'done'),
    problems: office.problems,
  }).toEqual({
    status: 'over',
    outcomes: 1,
    last: true,
    decidedOnce: true,
    openedOnce: true,
    neverUnapproved: true,
    open: [],
    buttons: [],
    deliveries: distinct + 1,
    toDo: [],
    problems: [],
  })
}

const once = (act: ActName, moment: number): Deed => ({ act, moments: [moment], ticks: 30 })
/** Half of the time the way to an opening is among what happens, at some time or other: by chance alone it seldom is. */
const deeds = fc
  .tuple(fc.array(deed, { minLength: 1, maxLength: 8 }), fc.boolean(), fc.nat(1000))
  .map(([others, opens, moment]) =>
    opens ? [...others, once('Bob approves', moment), once('Alice opens', moment + 1)] : others,
  )

test('deliveries that are repeated and come in any order end in one outcome, opened once at most', async () => {
  const openings: number[] = []
  await fc.assert(
    fc.asyncProperty(deeds, async all => {
      openings.push(await live(all))
    }),
    {
      numRuns: 30,
      examples: [[[once('Bob approves', 1), once('Alice opens', 2)]], [[once('Bob denies', 1)]]],
    },
  )
  // Both happened, so both are tested: some were opened, some never.
  expect(new Set(openings)).toEqual(new Set([0, 1]))
}, 300_000)
