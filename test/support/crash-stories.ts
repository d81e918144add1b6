/** The stories that the process is killed in, and how each of them must end. */
import { expect } from '@jest/globals'
import { type RequestId, replay } from '../../core/index.ts'
import { alice, bob } from './cast.ts'
import { type Act, act } from './crash.ts'
import { type Office, SOURCE } from './office.ts'

const OTHER = '198.51.100.77'

/** Something that arrives from a chat. */
const delivered = (name: string, prepare: (office: Office) => ReturnType<Office['says']>): Act =>
  act({
    name,
    from: 'chat',
    prepare,
    async send(office, delivery) {
      await office.latchkey.inbox.receive(delivery)
    },
  })

/** Something done on the access page. */
const onPage = (
  name: string,
  press: (desk: Office['latchkey']['desk'], id: RequestId) => Promise<unknown>,
): Act =>
  act({
    name,
    prepare: office => office.requestOf(alice),
    async send({ latchkey }, id) {
      expect(await press(latchkey.desk, id)).toBeUndefined()
    },
  })

const passes = (minutes: number): Act =>
  act({
    name: `${minutes} minutes pass`,
    prepare: office => office.now() + minutes * 60_000,
    // When the process dies in it, time has not stood still.
    async send(office, until) {
      office.elapse(Math.max(0, until - office.now()))
    },
  })

export type Story = {
  acts: readonly Act[]
  /** What must be in the record, in this order and no more often. */
  history: readonly string[]
  /** How often Azure may be asked for a window. */
  windows: number
  /** What every card says in the end. */
  title: string
}

/** From the first word to the end of the time. */
const whole: Story = {
  acts: [
    delivered('asks', office => office.says(alice, 'connect vm01 2h INC-7')),
    delivered('approves', office => office.presses(bob, 'Approve', /asks for RDP/)),
    onPage('opens', (desk, id) => desk.open(id, alice.person, SOURCE)),
    passes(111),
    passes(15),
  ],
  history: [
    'asked',
    'approved',
    'source-given',
    'window-requested',
    'opened',
    'ending-soon',
    'closing-started',
    'closed',
  ],
  windows: 1,
  title: 'Time is over, shut: vm01',
}

/** More time, another address, and given back before the time was over. */
const longer: Story = {
  acts: [
    delivered('asks', office => office.says(alice, 'connect vm01 1h INC-7')),
    delivered('approves', office => office.presses(bob, 'Approve', /asks for RDP/)),
    onPage('opens', (desk, id) => desk.open(id, alice.person, SOURCE)),
    delivered('asks for more', office =>
      office.fills(alice, 'Extend…', /Ready/, { time: '30m', reason: 'still copying' }),
    ),
    delivered('approves more', office => office.presses(bob, 'Approve', /more on vm01/)),
    onPage('moves', (desk, id) => desk.move(id, alice.person, OTHER)),
    delivered('gives back', office => office.presses(alice, 'I am done', /Ready/)),
    passes(200),
  ],
  history: [
    'asked',
    'approved',
    'source-given',
    'window-requested',
    'opened',
    'extension-asked',
    'extended',
    'source-changed',
    'window-requested',
    'source-proven',
    'closing-started',
    'closed',
  ],
  windows: 2,
  title: 'Returned, shut: vm01',
}

export const STORIES = { whole, longer }

/** Whatever happened on the way: everything once, everything shut, everything told, and nothing left to do. */
export async function expectEnd(office: Office, { acts, history, windows, title }: Story): Promise<void> {
  const { rows } = await office.keep()
  const { events, requests, outbox, cards, deliveries } = JSON.parse(rows) as Rows
  const id = requests[0]?.id as RequestId
  const { state, version, events: loaded } = await office.store.load(id)
  expect({
    problems: office.problems,
    asked: office.azure.sent.length,
    open: office.azure.inForce(office.now()),
    streams: [...new Set(events.map(({ stream }) => stream))],
    numbers: events.map(({ seq }) => seq).toSorted((one, other) => one - other),
    history: withoutRepeats(loaded.map(({ type }) => type).filter(type => history.includes(type))),
    inOrder: loaded.every(({ at }, index) => at >= (loaded[index - 1]?.at ?? 0)),
    state,
    summary: requests.map(({ version, status }) => ({ version, status })),
    toDo: outbox.filter(({ state }) => state !== 'done'),
    deliveries: deliveries.length,
    titles: [...new Set(office.cards.map(({ message }) => message.title))],
    buttons: office.cards.flatMap(({ message }) => message.buttons),
    twice: office.cards.filter(one => office.cards.some(other => other !== one && isCopy(one, other))),
    known: cards.length,
    handed: office.files.length > 0,
  }).toEqual({
    problems: [],
    asked: windows,
    open: [],
    streams: [id],
    numbers: Array.from({ length: version }, (_, index) => index + 1),
    history,
    inOrder: true,
    state: replay(loaded),
    summary: [{ version, status: 'over' }],
    toDo: [],
    deliveries: acts.filter(({ from }) => from === 'chat').length,
    titles: [title],
    buttons: [],
    twice: [],
    known: office.cards.length,
    handed: true,
  })
}

type Rows = {
  events: { stream: string; seq: number }[]
  requests: { id: string; version: number; status: string }[]
  outbox: { state: string }[]
  cards: unknown[]
  deliveries: unknown[]
}
type Shown = Office['cards'][number]
const isCopy = (one: Shown, other: Shown) =>
  one.key === other.key && one.to.key === other.to.key && one.to.platform === other.to.platform

/** After a death nobody knows whether Azure was asked: then it is recorded once more before it is asked. */
const withoutRepeats = (types: readonly string[]) =>
  types.filter((type, index) => type !== 'window-requested' || types[index - 1] !== type)
