import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { MOST_MINUTES, parseDuration, sayDuration } from '../../../core/access/duration.ts'

const anyMinutes = fc.integer({ min: 1, max: MOST_MINUTES })

describe('reading a duration', () => {
  test.each([
    ['2h', 120],
    ['90m', 90],
    ['1h30m', 90],
    ['1h30', 90],
    ['1 h 30', 90],
    ['1h 05', 65],
    ['1.5h', 90],
    ['1,5 h', 90],
    ['0.33h', 20],
    ['2 hours', 120],
    ['1 Hour', 60],
    ['3 hrs', 180],
    ['45 min', 45],
    ['45 Minutes', 45],
    ['1 hour and 30 minutes', 90],
    ['1 hour, 30 min', 90],
    ['1h90m', 150],
    ['1d', 1440],
    ['1 day 2 h', 1560],
    ['7 days', 10_080],
    ['an hour', 60],
    ['half an hour', 30],
    ['  2\u00a0h\u2009', 120],
    ['２ｈ', 120],
  ])('%j is %i minutes', (text, minutes) => {
    expect(parseDuration(text)).toBe(minutes)
  })

  test.each([
    ...['', ' ', '2', '30', '1.5', 'h', 'min', 'two hours', '2x', '2 weeks', '30s'],
    ...['0h', '0 min', '0.001h', '8d', '169h', '10081m', '99999h', '100000h'],
    ...[
      '-2h',
      '+2h',
      '2h-3h',
      '1h5',
      '1h60',
      '1m30',
      '1d30',
      '30m 1h',
      '2h2h',
      '1.5m',
      '1h and',
      'and 1h',
      '1e2m',
    ],
    ...['2h disk', 'in 2h', '2h\0', '٢h', '1\u2044 2h', `${'0'.repeat(50)}2h`],
  ])('%j is not a duration', text => {
    expect(parseDuration(text)).toBeUndefined()
  })

  test('never throws, and never gives anything but whole minutes within the limit', () => {
    const timeLike = fc.stringMatching(/^[0-9hmd., and]{0,20}$/)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), timeLike), text => {
        const minutes = parseDuration(text) ?? 1
        expect(Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('saying a duration', () => {
  test.each([
    [0, '0 min'],
    [1, '1 min'],
    [45, '45 min'],
    [60, '1 h'],
    [150, '2 h 30 min'],
    [10_080, '168 h'],
    [0.2, '1 min'],
    [-5, '0 min'],
  ])('%d minutes are said %j', (minutes, words) => {
    expect(sayDuration(minutes)).toBe(words)
  })

  test('what is said reads back as the same minutes', () => {
    fc.assert(fc.property(anyMinutes, minutes => expect(parseDuration(sayDuration(minutes))).toBe(minutes)))
  })

  test('so does every other way to write it', () => {
    const hours = fc.constantFrom('h', ' hours', 'hr ', ' H')
    const mins = fc.constantFrom('m', ' minutes', 'MIN', ' mins')
    fc.assert(
      fc.property(anyMinutes, hours, mins, (minutes, hour, min) => {
        const rest = minutes % 60
        const text = `${Math.floor(minutes / 60)}${hour} ${rest}${min}`
        expect(parseDuration(text)).toBe(minutes)
      }),
    )
  })
})
