/** What holds for every value that can come in. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { rdpFile } from '../../../core/rdp/file.ts'
import { good, linesOf, made, NAMES } from './strict-reader.ts'

describe('whatever comes in', () => {
  const nasty = fc.constantFrom(
    ...[
      '\r\n',
      '\n',
      '\r',
      '\0',
      '\u0085',
      '\u2028',
      '\u202e',
      '\u2066',
      '\ufeff',
      '\ud800',
      '\udfff',
      '\u200b',
      '\t',
    ],
    ...[
      '/v:evil',
      'full address:s:evil',
      'password 51:b:00',
      ':',
      ':s:',
      '\\',
      '@',
      '.',
      '-',
      ' ',
      '/',
      '%',
      '"',
      '[',
      '::',
    ],
  )
  const half = fc.nat(0xffff).map(unit => String.fromCharCode(unit))
  const innocent = fc.constantFrom('vm01', 'alice', 'contoso.example', '203.0.113.7', 'a', '1', 'ë')
  const hostile = fc.oneof(
    fc.array(fc.oneof(nasty, half, innocent), { maxLength: 6 }).map(parts => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  const host = fc.oneof(hostile, innocent, fc.domain(), fc.ipV4(), fc.ipV6())
  const account = fc.oneof(
    hostile,
    innocent,
    fc.constant(undefined),
    fc.tuple(innocent, nasty, innocent).map(p => p.join('')),
  )
  const port = fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.integer(), fc.double())
  const many = { numRuns: 4_000 }

  test('there is a problem, or a file with the fixed names once each, in order, one to a line, and nothing else', () => {
    let files = 0
    fc.assert(
      fc.property(host, port, account, hostile, (host, port, account, label) => {
        const file = rdpFile({ host, port, label, ...(account === undefined ? {} : { account }) })
        if ('problem' in file) return
        files += 1
        const lines = linesOf(file.bytes)
        const wanted = account === undefined ? NAMES.filter(name => name !== 'username') : NAMES
        expect(lines.map(line => line.slice(0, line.indexOf(':')))).toEqual(wanted)
        for (const line of lines) {
          expect(line).toMatch(/^[a-z ]+:(?:i:\d{1,5}|s:[^\p{C}\u2028\u2029]*)$/u)
          expect(line.replace(/^username:s:.*/, '')).toMatch(/^[\x20-\x7e]*$/)
        }
        expect(lines[0]).toBe(`full address:s:${host}:${port}`)
        expect(lines[1]).toBe(`alternate full address:s:${host}:${port}`)
      }),
      many,
    )
    expect(files).toBeGreaterThan(50)
  })

  test('its values are the only thing that differs from another file', () => {
    const reference = made({ ...good, account: 'alice' }).lines
    fc.assert(
      fc.property(
        fc.domain(),
        fc.integer({ min: 1, max: 65_535 }),
        innocent,
        hostile,
        (host, port, account, label) => {
          const { lines } = made({ host, port, account: account.replace(/^\d.*/, 'x'), label })
          expect(lines.slice(4)).toEqual(reference.slice(4))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('the name of the file is one that every system takes as a plain file', () => {
    fc.assert(
      fc.property(
        fc.oneof(hostile, fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 300 })),
        label => {
          const { name } = made({ ...good, label })
          expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,59}\.rdp$/)
          expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)\.|\.\.|[.-]\.rdp$/i)
        },
      ),
      many,
    )
  })

  test('the same input gives the same bytes', () => {
    fc.assert(
      fc.property(host, account, hostile, (host, account, label) => {
        const target = { host, port: 3389, label, ...(account === undefined ? {} : { account }) }
        expect(rdpFile(target)).toEqual(rdpFile({ ...target }))
      }),
      { numRuns: 500 },
    )
  })
})
