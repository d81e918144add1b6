/** What holds for every text that anyone can type. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { COMMAND_WORDS, COMMANDS } from '../../../core/command/commands.ts'
import { readCommand } from '../../../core/command/grammar.ts'
import type { Intent } from '../../../core/command/intent.ts'
import { isRefusal, type Refusal } from '../../../core/refusal.ts'

const PIECES = [
  ...COMMAND_WORDS,
  ...'vm01 sql-prod jumphost "vm01" 3F2A1B 3F2A1B: vm01: : 2h 2 h 30 min 0h 2x INC-7'.split(' '),
  ..."for I need please thank you to the server because of can't not don’t".split(' '),
  ...'/rdp @bot <@U1> <at>x</at> " ` “ ” 🙂 … ~'.split(' '),
  ...['\u202e', '\0', '\ud800', '\u200d', '\u00a0'],
]
const sentence = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map(pieces => pieces.join(' '))
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc
    .array(
      fc.nat(0xffff).map(unit => String.fromCharCode(unit)),
      { maxLength: 100 },
    )
    .map(units => units.join('')),
  sentence,
  fc.tuple(fc.constantFrom(...COMMAND_WORDS), fc.string({ unit: 'binary' })).map(parts => parts.join(' ')),
)
/** Half of these begin with a decision, after what may stand before one and what may not. */
const startingPolitely = fc
  .tuple(
    fc.array(fc.constantFrom('please', '/rdp', 'I', 'can', 'you', 'not', 'don’t', 'if', '@bot'), {
      maxLength: 3,
    }),
    fc.constantFrom('', 'approve', 'deny', 'grant', 'reject'),
    sentence,
  )
  .map(([before, decision, after]) => [...before, decision, after].join(' '))
const many = { numRuns: 2_000 }

/** Every string anywhere in a value. */
const stringsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(stringsIn)
      : []

describe('any text at all', () => {
  test('gets an intent or a refusal of its own kind, and nothing is thrown', () => {
    const intents = [
      'connect',
      'approve',
      'deny',
      'cancel',
      'done',
      'extend',
      'list',
      'why',
      'diagnose',
      'help',
    ]
    const codes = ['not-understood', 'missing-vm', 'bad-duration', 'reason-too-long']
    fc.assert(
      fc.property(anyText, text => {
        const reading = readCommand(text)
        expect(isRefusal(reading) ? codes : intents).toContain(isRefusal(reading) ? reading.code : reading.do)
      }),
      many,
    )
  })

  test('comes back well formed, on one line, without control or direction characters', () => {
    fc.assert(
      fc.property(anyText, text => {
        for (const string of stringsIn(readCommand(text))) {
          expect(string.isWellFormed()).toBe(true)
          expect(string).not.toMatch(
            /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u,
          )
        }
      }),
      many,
    )
  })

  test('is never said back beyond 100 characters in a refusal', () => {
    const longer = anyText.chain(text => fc.constantFrom(text, text.repeat(9), `connect ${text.repeat(9)}`))
    fc.assert(
      fc.property(longer, text => {
        const reading = readCommand(text)
        if (!isRefusal(reading)) return
        for (const string of stringsIn(reading)) expect(string.length).toBeLessThanOrEqual(100)
      }),
      many,
    )
  })

  test('makes only names, times and reasons that are within their limits', () => {
    fc.assert(
      fc.property(anyText, text => {
        const reading = readCommand(text)
        if (isRefusal(reading)) return
        const { vm, which, minutes, reason } = { vm: {}, which: {}, minutes: 1, reason: '', ...reading } as {
          vm: { typed?: string }
          which: { typed?: string }
          minutes: number
          reason: string
        }
        expect((vm.typed ?? which.typed ?? 'x').length).toBeLessThanOrEqual(80)
        expect(Number.isInteger(minutes) && minutes > 0 && minutes <= 10_080).toBe(true)
        expect([...reason].length).toBeLessThanOrEqual(300)
      }),
      many,
    )
  })

  test('a suggestion can be typed as it is', () => {
    fc.assert(
      fc.property(anyText, text => {
        const reading = readCommand(text)
        if (!isRefusal(reading) || reading.code !== 'not-understood' || reading.didYouMean === undefined)
          return
        const again = readCommand(reading.didYouMean)
        expect(isRefusal(again) ? again.code : again.do).not.toBe('not-understood')
      }),
      many,
    )
  })

  test('that decides something for others starts with the command for it, after politeness and the address', () => {
    const words = new Map(COMMANDS.map(({ name, aliases }) => [name as string, [name, ...aliases]]))
    fc.assert(
      fc.property(startingPolitely, text => {
        const reading = readCommand(text)
        if (isRefusal(reading) || !['approve', 'deny'].includes(reading.do)) return
        const spoken = text.toLowerCase().match(/[a-z'’]+/g) ?? []
        const first = spoken.find(
          word => !['rdp', 'bot', 'u', 'at', 'x', 'please', 'thank', 'you'].includes(word),
        )
        expect(words.get((reading as Intent).do)).toContain(first)
      }),
      many,
    )
  })
})

describe('white space and case do not matter', () => {
  const spaces = fc.constantFrom(' ', '  ', '\t', '\n', '\u00a0', '\u2003', ' \u200b ')
  const lower = (reading: Intent | Refusal) => JSON.stringify(reading).toLowerCase()

  test('any kind and number of spaces reads the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }),
        fc.array(spaces),
        (pieces, gaps) => {
          const spaced = pieces.map((piece, index) => `${gaps[index] ?? ' '}${piece}`).join('')
          expect(readCommand(`${spaced} `)).toEqual(readCommand(pieces.join(' ')))
        },
      ),
      many,
    )
  })

  test('upper, lower and mixed case read the same', () => {
    fc.assert(
      fc.property(sentence, fc.infiniteStream(fc.boolean()), (text, coins) => {
        const mixed = [...text].map(letter =>
          coins.next().value ? letter.toUpperCase() : letter.toLowerCase(),
        )
        expect(lower(readCommand(mixed.join('')))).toBe(lower(readCommand(text)))
        expect(lower(readCommand(text.toUpperCase()))).toBe(lower(readCommand(text)))
      }),
      many,
    )
  })
})
