/**
 * Events between the core's type and their row: `{type, v, at, data}`.
 *
 * An event is stored once and read for ever. When its shape changes, its version `v` goes up and a step is added here that turns the
 * older data into the newer; the rows stay as they were written. What this program does not know is refused loudly: guessing at a fact
 * of the audit trail would be worse than stopping.
 */
import { type AccessEvent, instant } from '../../core/index.ts'
import { toJson, toNumber } from './schema.ts'

type Data = Readonly<Record<string, unknown>>
/** Steps of one type of event, oldest first: the first turns version 1 into 2. The current version is one more than there are steps. */
export type Steps = readonly ((data: Data) => Data)[]

const STEPS: Readonly<Record<AccessEvent['type'], Steps>> = {
  asked: [],
  reseated: [],
  unanswerable: [],
  approved: [],
  denied: [],
  withdrawn: [],
  lapsed: [],
  impossible: [],
  'source-given': [],
  'way-changed': [],
  'way-kept': [],
  checked: [],
  'window-requested': [],
  'window-declined': [],
  opened: [],
  'source-changed': [],
  'source-proven': [],
  'extension-asked': [],
  extended: [],
  'extension-denied': [],
  'extension-lapsed': [],
  'cut-short': [],
  'ending-soon': [],
  'link-asked': [],
  'link-begun': [],
  'link-declined': [],
  'link-refused': [],
  'link-ready': [],
  'link-vanished': [],
  'link-troubled': [],
  'link-released': [],
  'inside-begun': [],
  'inside-running': [],
  'inside-answered': [],
  'inside-failed': [],
  'use-asked': [],
  'use-kept': [],
  'closing-started': [],
  'closing-troubled': [],
  closed: [],
  'start-ordered': [],
  'start-taken': [],
  'vm-running': [],
  'vm-up': [],
  'vm-after': [],
  'account-set': [],
  'account-begun': [],
  'account-lost': [],
  'account-kept': [],
  'account-extending': [],
  'account-extended': [],
  'account-removing': [],
}

/** An event that this version of Latchkey cannot read: it was written by a newer one. */
export class UnreadableEvent extends Error {
  constructor({ stream, seq, type, v }: { stream: string; seq: number; type: string; v: number }) {
    super(
      `Request ${stream} has an event this version of Latchkey cannot read (number ${seq}: ${JSON.stringify(type)}, version ${v}). ` +
        'It was written by a newer version: run that one.',
    )
    this.name = 'UnreadableEvent'
  }
}

export type EventRow = {
  stream: string
  seq: number
  type: string
  v: number
  at: bigint | number | string
  data: unknown
}

/** @throws {UnreadableEvent} for a type or version that is not known here */
export function readEvent(row: EventRow, known: Readonly<Record<string, Steps>> = STEPS): AccessEvent {
  const steps = Object.hasOwn(known, row.type) ? known[row.type] : undefined
  if (steps === undefined || row.v < 1 || row.v > steps.length + 1) throw new UnreadableEvent(row)
  const data = steps.slice(row.v - 1).reduce<Data>((older, step) => step(older), row.data as Data)
  return { ...data, type: row.type, at: instant(toNumber(row.at)) } as AccessEvent
}

export function writeEvent(
  { type, at, ...data }: AccessEvent,
  known: Readonly<Record<string, Steps>> = STEPS,
): { type: string; v: number; at: number; data: string } {
  return { type, v: (known[type]?.length ?? 0) + 1, at, data: toJson(data) }
}
