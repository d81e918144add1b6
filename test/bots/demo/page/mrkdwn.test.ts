import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  decodeEscapes,
  parseMrkdwn,
  type Span,
  type Stretch,
} from '../../../../bots/demo/page/browser/mrkdwn.ts'

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const verbatim = { verbatim: true }
const lines = (...spans: Span[]): Stretch => ({ is: 'lines', spans })
const text = (text: string): Span => ({ is: 'text', text })

function* allSpans(spans: readonly Span[]): Generator<Span> {
  for (const span of spans) {
    yield span
    if ('inner' in span) yield* allSpans(span.inner)
  }
}
const spansOf = (source: string, options = verbatim) =>
  parseMrkdwn(source, options).flatMap(stretch => [...allSpans(stretch.spans)])

/** Text of the kind that breaks parsers: the characters that mean something, often. */
const nasty = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '<',
          '>',
          '&',
          '|',
          '!',
          '@',
          '#',
          '*',
          '_',
          '~',
          '`',
          '```',
          '\n',
          ' ',
          'a',
          '^',
          '\\',
          '\u202e',
        ],
        ...[
          '!channel',
          '<!here>',
          '<@U0BOB>',
          '&lt;!channel&gt;',
          '&amp;lt;',
          'https://evil.example',
          'javascript:',
        ],
        ...['<https://evil.example|ok>', '!date^1^{time}|x', '&lt', '&gt;', ';'],
      ),
      { maxLength: 40 },
    )
    .map(parts => parts.join('')),
)

describe('text that was escaped', () => {
  test('never becomes a mention, a link or a date', () => {
    fc.assert(
      fc.property(nasty, source => {
        const kinds = spansOf(escaped(source)).map(({ is }) => is)
        expect(kinds.filter(is => is === 'hole' || is === 'link' || is === 'time')).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  test('reads as it was written, where no character of it formats', () => {
    fc.assert(
      fc.property(nasty, source => {
        const harmless = source.replace(/[*_~`\n]/g, '').replace(/^[>\s]+/, '')
        expect(parseMrkdwn(escaped(harmless), verbatim)).toEqual(harmless ? [lines(text(harmless))] : [])
      }),
      { numRuns: 2000 },
    )
  })

  test('is decoded once and not twice', () => {
    expect(parseMrkdwn('&amp;lt;!channel&amp;gt; &lt;b&gt;', verbatim)).toEqual([
      lines(text('&lt;!channel&gt; <b>')),
    ])
    expect(decodeEscapes('&amp;amp; &quot; &#60;')).toBe('&amp; &quot; &#60;')
  })
})

test('any text at all is taken apart, and no letter gets lost where there are no control characters', () => {
  const letters = (value: string) => value.replace(/[^\p{L}\p{N}]/gu, '')
  const shown = (span: Span) =>
    span.is === 'text' ? span.text : span.is === 'hole' ? span.what : span.is === 'link' ? span.label : ''
  fc.assert(
    fc.property(nasty, fc.boolean(), (source, isVerbatim) => {
      expect(parseMrkdwn(source, { verbatim: isVerbatim })).toBeInstanceOf(Array)
      const plain = source.replace(/[<&]/g, '')
      expect(letters(spansOf(plain, { verbatim: isVerbatim }).map(shown).join(''))).toBe(letters(plain))
    }),
    { numRuns: 1000 },
  )
})

describe('what stands in angle brackets', () => {
  test.each([
    '!channel',
    '!here',
    '!everyone',
    '!here|here',
    '@U0BOB',
    '@U0BOB|bob',
    '#C0OPS|ops',
    '!subteam^S1|admins',
  ])('<%s> is a hole: somebody would be called', inside => {
    expect(spansOf(`hello <${inside}>`)).toContainEqual({ is: 'hole', what: `<${inside}>` })
  })

  test.each([
    'javascript:alert(1)|ok',
    'data:text/html,x',
    'file:///etc/passwd',
    'b',
    'https://|x',
    '//evil.example|x',
  ])('<%s> is a hole and no link', inside => {
    expect(spansOf(`<${inside}>`)).toEqual([{ is: 'hole', what: `<${inside}>` }])
  })

  test('a mention is seen within emphasis, code, fences, quotes and labels too', () => {
    for (const around of [
      '*<!channel>*',
      '`<!channel>`',
      '```<!channel>```',
      '> <!channel>',
      '_*~<!channel>~*_',
    ]) {
      expect(spansOf(around)).toContainEqual({ is: 'hole', what: '<!channel>' })
    }
  })

  test('an http or https address is a link, with its label, decoded once', () => {
    expect(spansOf('<https://a.example/?x=1&amp;y=2|R&amp;D &lt;1&gt;> <http://b.example/*_x_*>')).toEqual([
      { is: 'link', href: 'https://a.example/?x=1&y=2', label: 'R&D <1>' },
      text(' '),
      { is: 'link', href: 'http://b.example/*_x_*', label: 'http://b.example/*_x_*' },
    ])
  })

  test('a date carries its moment, format, link and fallback', () => {
    expect(spansOf('<!date^1795273500^{date_short_pretty} at {time}^https://a.example/|15:05 UTC>')).toEqual([
      {
        is: 'time',
        at: 1_795_273_500_000,
        format: '{date_short_pretty} at {time}',
        fallback: '15:05 UTC',
        href: 'https://a.example/',
      },
    ])
  })

  test('a date that is none shows its fallback, and its link goes to the web only', () => {
    expect(spansOf('<!date^soon^{time}|later>')).toEqual([text('later')])
    expect(spansOf('<!date^1^{time}^javascript:alert(1)|x>')).toEqual([
      { is: 'time', at: 1000, format: '{time}', fallback: 'x' },
    ])
  })
})

describe('without verbatim', () => {
  test('a bare address becomes a link, without the punctuation after it', () => {
    expect(parseMrkdwn('See https://a.example/x_y_z?q=1&amp;r=2.')).toEqual([
      lines(
        text('See '),
        { is: 'link', href: 'https://a.example/x_y_z?q=1&r=2', label: 'https://a.example/x_y_z?q=1&r=2' },
        text('.'),
      ),
    ])
  })

  test('@here, @channel and @everyone call people, and a mail address does not', () => {
    expect(spansOf('x @here @Channel me@here.example', { verbatim: false })).toEqual([
      text('x '),
      { is: 'hole', what: '@here' },
      text(' '),
      { is: 'hole', what: '@Channel' },
      text(' me@here.example'),
    ])
    expect(spansOf('@here')).toEqual([text('@here')])
  })

  test('nothing is found in code', () => {
    expect(parseMrkdwn('`@here https://a.example`')).toEqual([
      lines({ is: 'code', inner: [text('@here https://a.example')] }),
    ])
  })
})

describe('formatting', () => {
  const bold = (...inner: Span[]): Span => ({ is: 'bold', inner })
  const italic = (...inner: Span[]): Span => ({ is: 'italic', inner })

  test('bold, italic and strike nest', () => {
    expect(parseMrkdwn('*a _b ~c~_* d', verbatim)).toEqual([
      lines(bold(text('a '), italic(text('b '), { is: 'strike', inner: [text('c')] })), text(' d')),
    ])
  })

  test.each(['2*3*4', 'snake_case_name', '* a*', '*a *', '**', '_ _', '`', '``', '*a\nb*', '*'])(
    '%j is plain text',
    source => {
      expect(parseMrkdwn(source, verbatim)).toEqual([lines(text(source))])
    },
  )

  test('code keeps what is in it letter by letter, also when emphasis stands around it', () => {
    expect(parseMrkdwn('*x `a*b` y*', verbatim)).toEqual([
      lines(bold(text('x '), { is: 'code', inner: [text('a*b')] }, text(' y'))),
    ])
    expect(parseMrkdwn('`*no* &lt;`', verbatim)).toEqual([lines({ is: 'code', inner: [text('*no* <')] })])
  })

  test('a fence holds its lines as they are', () => {
    expect(parseMrkdwn('before\n```\n*a*\n  b\n```\nafter', verbatim)).toEqual([
      lines(text('before')),
      { is: 'preformatted', spans: [text('*a*\n  b')] },
      lines(text('after')),
    ])
  })

  test('lines that begin with > or &gt; are a quotation', () => {
    expect(parseMrkdwn('a\n&gt; b\n>c\nd', verbatim)).toEqual([
      lines(text('a')),
      { is: 'quote', spans: [text('b\nc')] },
      lines(text('d')),
    ])
  })
})
