import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { draw } from '../../../adapters/slack/draw.ts'
import { parseMrkdwn, type Span } from '../../../bots/demo/page/browser/mrkdwn.ts'
import { checkBlocks, tooLong } from '../../../bots/demo/slack/blocks.ts'
import {
  instant,
  type Line,
  type Message,
  message,
  readButton,
  readForm,
  writeForm,
} from '../../../core/index.ts'
import { anyMessage, hostile, person, request, vm } from './arbitrary.ts'
import type { Loose } from './house.ts'
import { messageProblems } from './spec.ts'

/** The one line of a message that holds only this, as it is sent. */
const lineOf = (...line: Line): string => textOf(message({ title: 't', plain: 'p', lines: [line] }), 1)
const textOf = (drawn: Message, block: number): string => (draw(drawn).blocks[block] as Loose).text.text

/** What a reader sees, and how. */
const seen = (text: string): readonly Span[] =>
  parseMrkdwn(text, { verbatim: true }).flatMap(({ spans }) => spans)

test('a bold word keeps the space after it outside its stars, where Slack wants it', () => {
  expect(lineOf({ strong: 'Not tested: ' }, 'the rest', { strong: ' and' }, ' more')).toBe(
    '*Not tested:* the rest *and* more',
  )
  expect(lineOf({ strong: '  ' }, 'alone')).toBe('alone')
})

describe('text from people', () => {
  test.each([
    ['a mention of everybody', 'hi <!channel> and <!here>'],
    ['a mention of a person', '<@U0BOB> approved this'],
    ['a link with a false name', '<https://evil.example|Approve>'],
    ['bold, italic, struck out', '*Approved* by _Sofia_ ~not~'],
    ['a code span', 'run `rm -rf` now'],
    ['a code block', '``` x ```'],
    ['a quotation', '> it was said'],
    ['escapes that are already there', '&lt;!channel&gt; &amp;'],
    ['a bare address and @here', 'see https://evil.example @here #ops'],
  ])('is shown as text: %s', (_, hostile) => {
    const spans = seen(lineOf(hostile))
    expect(spans.map(({ is }) => is)).toEqual(['text'])
  })

  test('keeps its letters, and marks inside words', () => {
    expect(seen(lineOf('my_vm_01 2*3 <b> & "c"'))).toEqual([{ is: 'text', text: 'my_vm_01 2*3 <b> & "c"' }])
  })

  test('cannot start a line of its own or turn the writing direction', () => {
    expect(lineOf('disk full\n*Approved*\u2028by Sofia\u202e\u0007')).toBe(
      'disk full \u2217Approved\u2217 by Sofia ',
    )
  })

  test('makes no emoji out of words between colons', () => {
    expect(lineOf('ok :white_check_mark: at 10:30:45')).toBe('ok \ua789white_check_mark: at 10:30:45')
  })

  test('stays inside its code span', () => {
    expect(seen(lineOf({ code: 'a`*b*` <!here>' }))).toEqual([
      { is: 'code', inner: [{ is: 'text', text: 'a\u02cb*b*\u02cb <!here>' }] },
    ])
  })

  test('is literal in the title, on buttons and in the notification', () => {
    const drawn = draw(
      message({
        title: '<!here> & co',
        plain: '<@U1> & @here *x*',
        buttons: [{ label: '<b> & c', weight: 'plain', press: { intent: { do: 'help' } } }],
      }),
    ) as Loose
    expect(drawn.blocks[0].text).toEqual({ type: 'plain_text', text: '&lt;!here&gt; &amp; co', emoji: false })
    expect(drawn.blocks[1].elements[0].text.text).toBe('&lt;b&gt; &amp; c')
    expect(drawn.text).toBe('&lt;@U1&gt; &amp; \uff20here \u2217x\u2217')
  })
})

describe('runs', () => {
  test('a person is named and not mentioned', () => {
    expect(lineOf({ person, name: 'Alice Adams' }, ' asks')).toBe('Alice Adams asks')
  })

  test('a time is drawn in the reader’s own zone, with UTC for those who cannot', () => {
    expect(lineOf({ time: instant(Date.UTC(2026, 10, 21, 14, 5, 59)) })).toBe(
      '<!date^1795269959^{date_short_pretty} {time}|2026-11-21 14:05 UTC>',
    )
  })

  test('a moment outside the calendar has words', () => {
    expect(lineOf({ time: instant(9e15) })).toBe('an unknown time')
  })

  test('an address keeps its ampersands escaped', () => {
    expect(lineOf({ link: 'https://latchkey.example/a?b=1&lt;=2', label: 'Open' })).toBe(
      '<https://latchkey.example/a?b=1&amp;lt;=2|Open>',
    )
  })

  test('a link to a page of ours cannot be broken out of', () => {
    const spans = seen(lineOf({ link: 'https://latchkey.example/a?b=1&c=|>', label: 'Open | <here>' }))
    expect(spans).toEqual([
      { is: 'link', href: 'https://latchkey.example/a?b=1&c=%7C%3E', label: 'Open \u00a6 <here>' },
    ])
  })

  test('a link that is no web address is only its label', () => {
    expect(lineOf({ link: 'javascript:alert(1)', label: 'Open' })).toBe('Open')
  })

  test('neighbouring code spans stay two', () => {
    expect(seen(lineOf({ code: 'vm01' }, { code: 'vm02' })).map(({ is }) => is)).toEqual([
      'code',
      'text',
      'code',
    ])
  })
})

describe('parts', () => {
  test('a card has its title, lines, steps, facts and buttons in this order', () => {
    const { blocks } = draw(
      message({
        tone: 'waiting',
        title: 'Alice asks',
        plain: 'Alice asks for vm01',
        lines: [['one'], ['two']],
        facts: [{ label: 'Why', value: ['disk full'] }],
        steps: [{ label: 'NSG', state: 'failed', note: 'denied by rule' }],
        buttons: [
          { label: 'Approve', weight: 'main', press: { intent: { do: 'approve', which: { id: request } } } },
          {
            label: 'Deny',
            weight: 'danger',
            press: { form: { fill: 'deny', request } },
          },
          { label: 'Page', weight: 'plain', press: { url: 'https://latchkey.example/x' } },
        ],
      }),
    )
    expect(blocks).toEqual([
      { type: 'header', text: { type: 'plain_text', text: '⏳ Alice asks', emoji: false } },
      { type: 'section', text: { type: 'mrkdwn', text: 'one\ntwo', verbatim: true } },
      { type: 'section', text: { type: 'mrkdwn', text: '✗ NSG: failed (denied by rule)', verbatim: true } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Why*\ndisk full', verbatim: true }] },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: 'press:0',
            style: 'primary',
            text: { type: 'plain_text', text: 'Approve', emoji: false },
            value: `{"do":"approve","which":{"id":"${request}"}}`,
          },
          {
            type: 'button',
            action_id: 'form:1',
            style: 'danger',
            text: { type: 'plain_text', text: 'Deny', emoji: false },
            value: `{"fill":"deny","request":"${request}"}`,
          },
          {
            type: 'button',
            action_id: 'open:2',
            text: { type: 'plain_text', text: 'Page', emoji: false },
            url: 'https://latchkey.example/x',
          },
        ],
      },
    ])
  })

  test.each([
    ['todo', '○ Flow: to do'],
    ['doing', '◔ Flow: in progress'],
    ['done', '✓ Flow: done'],
    ['failed', '✗ Flow: failed'],
    ['unknown', '? Flow: not tested'],
  ] as const)('a step that is %s says so in words', (state, expected) => {
    expect(textOf(message({ title: 't', plain: 'p', steps: [{ label: 'Flow', state }] }), 1)).toBe(expected)
  })

  test('what a button carries reads the same when Slack escapes it on the way back', () => {
    const intent = { do: 'connect', vm: { id: vm }, reason: 'a < b & "c" > d', minutes: 60 } as const
    const [, actions] = draw(
      message({ title: 't', plain: 'p', buttons: [{ label: 'Go', weight: 'main', press: { intent } }] }),
    ).blocks as Loose
    expect(actions.elements[0].value).not.toMatch(/[&<>]/)
    expect(readButton(actions.elements[0].value)).toEqual(intent)
  })

  test('many choices with long reasons: as many as fit, and the rest is owned up to', () => {
    const reason = 'because '.repeat(36)
    const buttons = Array.from({ length: 20 }, (_, n) => ({
      label: `vm${n}`,
      weight: 'plain' as const,
      press: { intent: { do: 'connect' as const, vm: { id: vm }, reason } },
    }))
    const { blocks } = draw(message({ title: 'Which one?', plain: 'p', lines: [['pick']], buttons })) as Loose
    const shown = blocks.flatMap((block: Loose) => (block.type === 'actions' ? block.elements : []))
    expect(shown.length).toBeGreaterThan(10)
    expect(shown.length).toBeLessThan(20)
    expect(blocks.at(-1).elements[0].text).toBe(`… and ${20 - shown.length} more`)
    expect(tooLong(blocks)).toBe(false)
  })

  test('a button that cannot carry its intent whole is left out, never cut', () => {
    const intent = { do: 'connect', vm: { id: vm }, reason: 'x'.repeat(2_000) } as const
    const { blocks } = draw(
      message({ title: 't', plain: 'p', buttons: [{ label: 'Go', weight: 'main', press: { intent } }] }),
    )
    expect(blocks.map(({ type }) => type)).toEqual(['header', 'context'])
  })
})

// ---- Any message ---------------------------------------------------------------------------------------------------------------

/** Every text object in the blocks. */
function texts(value: Loose): { type: string; text: string; verbatim?: boolean }[] {
  if (Array.isArray(value)) return value.flatMap(texts)
  if (typeof value !== 'object' || value === null) return []
  if (typeof value.text === 'string' && (value.type === 'mrkdwn' || value.type === 'plain_text'))
    return [value]
  return Object.values(value).flatMap(texts)
}

const ALLOWED = /<!date\^\d+\^\{date_short_pretty\} \{time\}\|[-+\d: ]+UTC>|<https?:\/\/[^<>|]+\|[^<>|]+>/g

describe('any message', () => {
  test('is drawn so that Slack takes it', () => {
    fc.assert(
      fc.property(anyMessage, any => {
        const { text, blocks } = draw(any)
        expect(checkBlocks(blocks)).toEqual([])
        expect(messageProblems(blocks)).toEqual([])
        expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(12_000)
        expect(text.length).toBeGreaterThan(0)
        expect(text.length).toBeLessThanOrEqual(4_000)
      }),
      { numRuns: 300 },
    )
  })

  test('holds no control sequence but our own times and links', () => {
    fc.assert(
      fc.property(anyMessage, any => {
        const { text, blocks } = draw(any)
        for (const object of texts(blocks)) {
          const rest = object.type === 'mrkdwn' ? object.text.replaceAll(ALLOWED, '') : object.text
          expect(rest).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/)
          if (object.type === 'mrkdwn') expect(object.verbatim).toBe(true)
        }
        expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)|@(?:here|channel|everyone)/)
      }),
      { numRuns: 300 },
    )
  })

  test('formats nothing that a person wrote', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), words => {
        const [, section] = draw(message({ title: 't', plain: 'p', lines: [words] })).blocks as Loose
        if (section !== undefined)
          expect(seen(section.text.text).filter(({ is }) => is !== 'text')).toEqual([])
      }),
    )
  })

  test('keeps every button that fits: what is pressed is what was meant', () => {
    fc.assert(
      fc.property(anyMessage, any => {
        const elements = draw(any).blocks.flatMap((block: Loose) =>
          block.type === 'actions' ? block.elements : [],
        )
        for (const { action_id, value, url } of elements) {
          const [kind, index] = action_id.split(':')
          const meant = any.buttons[Number(index)]?.press as Loose
          if (kind === 'press') expect(readButton(value)).toEqual(readButton(JSON.stringify(meant.intent)))
          else if (kind === 'form') expect(readForm(value)).toEqual(readForm(writeForm(meant.form)))
          else expect(new URL(url).origin).toBe(new URL(meant.url).origin)
        }
      }),
      { numRuns: 200 },
    )
  })
})
