/** Any message as a card: valid, within limits, and with people's text as nothing but text. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { drawActivity, drawCard } from '../../../adapters/teams/draw.ts'
import { CARD_BYTES } from '../../../adapters/teams/limits.ts'
import type { Json } from '../../../adapters/teams/pen.ts'
import { clean, isInert, shorten } from '../../../adapters/teams/text.ts'
import { problemOf } from '../../../bots/demo/teams/cards.ts'
import { instant, type Message, message, readButton } from '../../../core/index.ts'
import { ofType, problemsOf, textOf, within } from './support/cards.ts'
import { anyMessage, bob, markup, REQUEST } from './support/messages.ts'

const full: Message = {
  tone: 'waiting',
  title: 'Waiting for approval: vm01',
  lines: [
    [
      'Asked by ',
      { person: bob, name: 'Bob *Brandt*' },
      ' for ',
      { code: 'vm01' },
      ', ',
      { strong: '2 hours' },
    ],
    [
      'Until ',
      { time: instant(Date.UTC(2026, 10, 21, 10, 5, 7, 891)) },
      '. ',
      { link: 'https://latchkey.example/x', label: 'Open' },
    ],
  ],
  facts: [{ label: 'Reason', value: ['INC-7 [click](https://evil.example) **now**'] }],
  steps: [
    { label: 'Rule', state: 'done' },
    { label: 'Flow', state: 'doing' },
    { label: 'Sign-in', state: 'todo' },
    { label: 'Port', state: 'failed', note: 'closed' },
    { label: 'Agent', state: 'unknown' },
  ],
  buttons: [
    { label: 'Approve', weight: 'main', press: { intent: { do: 'approve', which: { id: REQUEST } } } },
    {
      label: 'Deny',
      weight: 'danger',
      press: { intent: { do: 'deny', which: { id: REQUEST }, reason: '' } },
    },
    { label: 'Look', weight: 'plain', press: { url: 'https://latchkey.example/a' } },
  ],
  plain: 'Bob asks for vm01.',
}

describe('a message with everything', () => {
  const card = drawCard(full)

  test('is a valid card of version 1.5', () => {
    expect(problemsOf(card)).toEqual([])
    expect(card['version']).toBe('1.5')
  })

  test('says what it says', () => {
    expect(textOf(card)).toEqual([
      'Asked by Bob *Brandt* for vm01, 2 hours',
      'Until {{DATE(2026-11-21T10:05:07Z,SHORT)}} {{TIME(2026-11-21T10:05:07Z)}}. Open',
      'Reason',
      'INC-7 [click](https://evil.example) **now**',
      '✓ Done: Rule',
      '◔ Under way: Flow',
      '○ To do: Sign-in',
      '✗ Failed: Port — closed',
      '? Not tested: Agent',
    ])
    expect(ofType(card, 'TextBlock')).toEqual([
      expect.objectContaining({ text: '⏳ Waiting for approval: vm01', style: 'heading', wrap: true }),
    ])
  })

  test('has buttons that carry intents and fall back to Action.Submit', () => {
    const [approve, deny] = ofType(card, 'Action.Execute')
    expect(approve).toMatchObject({ title: 'Approve', verb: 'latchkey', style: 'positive' })
    expect(deny).toMatchObject({ title: 'Deny', style: 'destructive' })
    const data = approve?.['data'] as { intent: string } | undefined
    expect(readButton(data?.intent ?? '')).toEqual({ do: 'approve', which: { id: REQUEST } })
    expect(approve?.['fallback']).toMatchObject({ type: 'Action.Submit', data })
    expect(ofType(card, 'Action.OpenUrl').map(({ url }) => url)).toEqual([
      'https://latchkey.example/x',
      'https://latchkey.example/a',
    ])
  })

  test('goes out as a card alone, with the one line as its summary', () => {
    const activity = drawActivity(full)
    expect(activity['text']).toBeUndefined()
    expect(activity['summary']).toBe('Bob asks for vm01.')
    expect(activity['attachments']).toHaveLength(1)
  })

  test('refreshes itself only for those it was told', () => {
    expect(card['refresh']).toBeUndefined()
    const userIds = Array.from({ length: 70 }, (_, at) => `29:${at}`)
    const refreshing = drawCard(full, { userIds, request: REQUEST })
    expect(problemsOf(refreshing)).toEqual([])
    expect((refreshing['refresh'] as { userIds: string[] }).userIds).toHaveLength(60)
  })
})

test.each(['neutral', 'waiting', 'good', 'bad'] as const)('tone %s is told by more than colour', tone => {
  const card = drawCard(message({ title: 'Title', plain: 'x', tone }))
  const [heading] = ofType(card, 'TextBlock')
  const sign = String(heading?.['text']).replace('Title', '')
  expect(sign === '').toBe(tone === 'neutral')
})

test('more buttons than Teams shows in a row go to the next row', () => {
  const button = (at: number) => ({ ...(full.buttons[2] as (typeof full.buttons)[0]), label: `Button ${at}` })
  const card = drawCard({ ...full, buttons: Array.from({ length: 14 }, (_, at) => button(at)) })
  expect(ofType(card, 'ActionSet').map(set => (set['actions'] as unknown[]).length)).toEqual([6, 6, 2])
})

test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'no address', ''])(
  'the address %j becomes neither link nor button',
  url => {
    const card = drawCard({
      ...full,
      lines: [[{ link: url, label: 'Here' }]],
      buttons: [{ label: 'Go', weight: 'plain', press: { url } }],
    })
    expect(ofType(card, 'Action.OpenUrl')).toEqual([])
    expect(textOf(card)).toContain('Here')
  },
)

test('a message too long for a card is shortened, keeps its buttons, and says so', () => {
  const long = drawCard({ ...full, lines: Array.from({ length: 60 }, () => ['word '.repeat(400)]) })
  expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThanOrEqual(CARD_BYTES)
  expect(ofType(long, 'Action.Execute').map(({ title }) => title)).toEqual(['Approve', 'Deny'])
  expect(textOf(long).at(-1)).toBe('Not everything fits here.')
  expect(textOf(drawCard(full))).not.toContain('Not everything fits here.')
})

// ---- any message -------------------------------------------------------------------------------------------------------------------

/** Everything a client shows as text, except in a TextBlock. */
const plainTexts = (card: Json): string[] =>
  within(card).flatMap(part =>
    [part['text'], part['label'], part['placeholder'], part['title'], part['fallbackText']].filter(
      value => typeof value === 'string',
    ),
  )

describe('any message', () => {
  test('is a valid card that Teams takes', () => {
    fc.assert(
      fc.property(anyMessage, given => {
        const card = drawCard(given)
        expect(problemsOf(card)).toEqual([])
        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(CARD_BYTES)
        for (const { actions } of within(card))
          if (Array.isArray(actions)) expect(actions.length).toBeLessThanOrEqual(6)
        expect(problemOf(card)).toBeUndefined()
      }),
      { numRuns: 80 },
    )
  })

  test('has no text that a client could take for markup, for a card function or for another direction', () => {
    const markdown = new MarkdownIt({ linkify: true, html: true })
    fc.assert(
      fc.property(anyMessage, given => {
        const card = drawCard(given)
        for (const { text: shown } of ofType(card, 'TextBlock')) {
          const html = markdown.render(String(shown)).trim()
          // Markdown drops white space at both ends of a paragraph.
          expect(html).toBe(`<p>${markdown.utils.escapeHtml(String(shown).trim())}</p>`)
        }
        const own =
          /\{\{DATE\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,SHORT\)\}\} \{\{TIME\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\}\}/
        for (const shown of plainTexts(card)) {
          // Only a run that is nothing but our own time may call a function.
          if (!new RegExp(`^${own.source}$`).test(shown)) expect(shown).not.toContain('{{')
          expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|\p{Cc}|[\u2028\u2029]/u)
          expect(shown.isWellFormed()).toBe(true)
        }
        for (const part of within(card)) {
          if (part.type === 'Action.OpenUrl') expect(String(part['url'])).toMatch(/^https?:\/\//)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('text', () => {
  test('that counts as inert is shown as it stands by Markdown', () => {
    const markdown = new MarkdownIt({ linkify: true, html: true })
    const some = fc.array(
      fc.oneof(markup, fc.constantFrom('a', 'B', '.', ' ', '-', '1', ')', ':', 'com', '(', '  ')),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(some, parts => {
        const given = clean(parts.join(''))
        fc.pre(isInert(given))
        expect(markdown.render(given).trim()).toBe(`<p>${markdown.utils.escapeHtml(given.trim())}</p>`)
      }),
      { numRuns: 3000 },
    )
  })

  test('is shortened to a length without splitting a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (given, most) => {
        const short = shorten(given.toWellFormed(), most)
        expect(short.length).toBeLessThanOrEqual(most)
        expect(short.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('the checker itself', () => {
  const card = drawCard(full)
  test.each<[string, Json]>([
    ['an unknown element', { ...card, body: [{ type: 'Blink', text: 'x' }] }],
    ['a TextBlock without text', { ...card, body: [{ type: 'TextBlock' }] }],
    [
      'a style that is none',
      { ...card, body: [{ type: 'ActionSet', actions: [{ type: 'Action.Execute', style: 'shiny' }] }] },
    ],
    ['a misspelt property', { ...card, body: [{ type: 'TextBlock', text: 'x', wrapp: true }] }],
  ])('finds %s', (_, wrong) => {
    expect(problemsOf(wrong)).not.toEqual([])
  })
})
