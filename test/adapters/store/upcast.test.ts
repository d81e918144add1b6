/** Events of older versions are read; events of newer ones are refused loudly. */
import { describe, expect, test } from '@jest/globals'
import { readEvent, type Steps, UnreadableEvent, writeEvent } from '../../../adapters/store/upcast.ts'
import type { AccessEvent } from '../../../core/index.ts'
import { approved, asked, at, bob, requestId, withdrawn } from '../../contracts/store/cast.ts'

const row = (type: string, v: number, data: unknown = {}) => ({
  stream: 's',
  seq: 4,
  type,
  v,
  at: at(1),
  data,
})

describe('an event', () => {
  test.each([asked(requestId(1)), approved(), withdrawn()])('is read as it was written: %o', event => {
    const written = writeEvent(event)
    expect(written).toMatchObject({ type: event.type, v: 1, at: event.at })
    expect(JSON.parse(written.data)).not.toHaveProperty('type')
    expect(readEvent({ stream: 's', seq: 1, ...written, data: JSON.parse(written.data) })).toEqual(event)
  })
  test('whose moment comes as text or as a bigint is the same event', () => {
    const expected = { type: 'withdrawn', at: at(1) }
    expect(readEvent({ ...row('withdrawn', 1), at: String(at(1)) })).toEqual(expected)
    expect(readEvent({ ...row('withdrawn', 1), at: BigInt(at(1)) })).toEqual(expected)
  })
  test.each([
    ['an unknown type', 'teleported', 1],
    ['a newer version', 'asked', 2],
    ['a version that never was', 'asked', 0],
    ['a type that only looks known', 'constructor', 1],
  ])('of %s is refused, with what to do', (_, type, v) => {
    expect(() => readEvent(row(type, v))).toThrow(UnreadableEvent)
    expect(() => readEvent(row(type, v))).toThrow(
      `Request s has an event this version of Latchkey cannot read (number 4: "${type}", version ${v}). It was written by a newer version: run that one.`,
    )
  })
})

describe('an older event', () => {
  // As if `denied` had once held only a name, then the person, and now the reason as well.
  const denied: Steps = [
    ({ name, ...rest }) => ({ ...rest, by: { person: bob.person, name } }),
    data => ({ ...data, reason: data['reason'] ?? '' }),
  ]
  const known = { denied }
  const now: AccessEvent = { type: 'denied', at: at(1), by: bob, reason: '' }

  test.each([
    [1, { name: 'Bob' }],
    [2, { by: bob }],
    [3, { by: bob, reason: '' }],
  ])('of version %i becomes the current one', (v, data) => {
    expect(readEvent(row('denied', v, data), known)).toEqual(now)
  })
  test('is never written: new ones carry the current version', () => {
    expect(writeEvent(now, known)).toMatchObject({ v: 3 })
    expect(() => readEvent(row('denied', 4), known)).toThrow(UnreadableEvent)
  })
})
