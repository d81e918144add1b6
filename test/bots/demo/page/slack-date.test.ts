import { describe, expect, test } from '@jest/globals'
import { writeSlackDate } from '../../../../bots/demo/page/browser/slack-date.ts'

const at = Date.parse('2026-11-21T15:05:09Z')
const write = (format: string, now = at, timeZone = 'UTC') => writeSlackDate(format, at, { now, timeZone })
const days = (count: number) => at + count * 86_400_000

describe('a date of Slack', () => {
  test.each([
    ['{date_num}', '2026-11-21'],
    ['{date}', '21 November 2026'],
    ['{date_short}', '21 Nov 2026'],
    ['{date_long}', 'Saturday, 21 November 2026'],
    ['{time}', '15:05'],
    ['{time_secs}', '15:05:09'],
    ['until {time}', 'Until 15:05'],
    ['{what}', '{what}'],
  ])('%s is written as %s', (format, expected) => {
    expect(write(format)).toBe(expected)
  })

  test('a pretty date says today, tomorrow and yesterday, and else the date', () => {
    expect(write('{date_short_pretty} at {time}')).toBe('Today at 15:05')
    expect(write('{date_pretty}', days(-1))).toBe('Tomorrow')
    expect(write('{date_long_pretty}', days(1))).toBe('Yesterday')
    expect(write('{date_short_pretty}', days(-2))).toBe('21 Nov 2026')
  })

  test('days are those of the reader, not of Greenwich', () => {
    expect(write('{date_short_pretty} {time}', days(0.3), 'Pacific/Auckland')).toBe('Today 04:05')
    expect(write('{date_num}', at, 'Pacific/Auckland')).toBe('2026-11-22')
  })

  test('{ago} counts from the world’s now, both ways', () => {
    expect(write('{ago}', at + 5 * 60_000)).toBe('5 minutes ago')
    expect(write('{ago}', at - 3 * 3_600_000)).toBe('In 3 hours')
    expect(write('{ago}', days(2))).toBe('2 days ago')
  })
})
