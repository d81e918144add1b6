import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { drawMessage } from '../../../adapters/web/draw.ts'
import { render } from '../../../adapters/web/html.ts'
import { type Instant, type Message, message, type PersonId } from '../../../core/index.ts'
import { ALICE } from './house.ts'

const drawn = (parts: Partial<Message>, here?: string): string =>
  render(drawMessage(message({ title: 'T', plain: 'P', ...parts }), here))

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&`
const ESCAPED = '&lt;script>alert(1)&lt;/script>'

describe('every part of a message has a drawing', () => {
  test('title, tone and lines', () => {
    const html = drawn({
      tone: 'good',
      title: 'Ready',
      lines: [['One ', { strong: 'two' }, ' ', { code: 'three' }]],
    })
    expect(html).toContain('<section class="message good">')
    expect(html).toContain('<h1 dir="auto">Ready</h1>')
    expect(html).toContain('<p dir="auto">One <strong>two</strong> <code>three</code></p>')
  })

  test('people, times and links', () => {
    const time = Date.parse('2026-11-21T14:05:00Z') as Instant
    const html = drawn({
      lines: [
        [{ person: ALICE as PersonId, name: 'Alice Adams' }],
        [{ time }],
        [{ link: 'https://latchkey.example/access/1', label: 'page' }],
      ],
    })
    expect(html).toContain('<bdi class="person">Alice Adams</bdi>')
    expect(html).toContain('<time datetime="2026-11-21T14:05:00.000Z">21 November 2026 at 14:05 UTC</time>')
    expect(html).toContain('<a href="https://latchkey.example/access/1">page</a>')
  })

  test('facts are pairs of terms and descriptions', () => {
    const html = drawn({ facts: [{ label: 'VM', value: [{ code: 'vm01' }] }] })
    expect(html).toContain('<dl><div><dt>VM</dt><dd dir="auto"><code>vm01</code></dd></div></dl>')
  })

  test('steps say their state in words', () => {
    const states = ['todo', 'doing', 'done', 'failed', 'unknown'] as const
    const html = drawn({
      steps: states.map(state => ({ label: `step ${state}`, state, note: `note ${state}` })),
    })
    for (const words of ['to do', 'under way', 'done', 'failed', 'not tested'])
      expect(html).toContain(`<em>${words}</em>`)
    expect(html).toContain('<small dir="auto">note failed</small>')
  })

  test('buttons that lead to a page become links, except to the page itself', () => {
    const buttons: Message['buttons'] = [
      { label: 'Here', weight: 'main', press: { url: 'https://latchkey.example/access/1' } },
      { label: 'There', weight: 'plain', press: { url: 'https://latchkey.example/bind/2' } },
      { label: 'Approve', weight: 'danger', press: { intent: { do: 'help' } } },
    ]
    const html = drawn({ buttons }, 'https://latchkey.example/access/1')
    expect(html).toContain('<a class="button plain" href="https://latchkey.example/bind/2">There</a>')
    expect(html).not.toMatch(/Here|Approve/)
  })
})

describe('text from people stays text', () => {
  test('in every place', () => {
    const html = drawn({
      title: HOSTILE,
      lines: [
        [HOSTILE, { strong: HOSTILE }, { code: HOSTILE }],
        [{ person: ALICE as PersonId, name: HOSTILE }],
        [{ link: 'https://latchkey.example/', label: HOSTILE }],
        [{ link: `https://latchkey.example/"${HOSTILE}`, label: 'quoted' }],
      ],
      facts: [{ label: HOSTILE, value: [HOSTILE] }],
      steps: [{ label: HOSTILE, state: 'done', note: HOSTILE }],
      buttons: [{ label: HOSTILE, weight: 'main', press: { url: 'https://latchkey.example/x' } }],
    })
    expect(html.split(ESCAPED)).toHaveLength(13)
    expect(html).not.toMatch(/<script|<img|href="[^"]*"[^>\s]*"/)
  })

  test('whatever it is: only our own elements come out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const html = drawn({
          title: text,
          lines: [[text, { code: text }]],
          facts: [{ label: text, value: [text] }],
        })
        const elements = [...html.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name)
        expect(elements).toEqual(['section', 'h1', 'p', 'code', 'dl', 'div', 'dt', 'dd'])
      }),
    )
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'no address'])(
    '%s is never linked',
    link => {
      const html = drawn({
        lines: [[{ link, label: 'label' }]],
        buttons: [{ label: 'button', weight: 'main', press: { url: link } }],
      })
      expect(html).toContain('label')
      expect(html).not.toContain('<a')
    },
  )

  test('marks that turn the direction of the text around them are dropped', () => {
    expect(drawn({ title: 'vm\u202e10mv\u0000\u2066' })).toContain('<h1 dir="auto">vm 10mv  </h1>')
  })

  test('a right-to-left name keeps its letters', () => {
    expect(drawn({ lines: [[{ person: ALICE as PersonId, name: 'ليلى' }]] })).toContain(
      '<bdi class="person">ليلى</bdi>',
    )
  })
})
