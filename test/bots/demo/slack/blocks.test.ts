import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { checkBlocks, storedBlocks, TOTAL, tooLong } from '../../../../bots/demo/slack/blocks.ts'

const fixtures = new URL('../../../fixtures/slack/blocks.json', import.meta.url)
const valid: [string, unknown][] = Object.entries(JSON.parse(readFileSync(fixtures, 'utf8')))
const words = (length: number, type = 'mrkdwn') => ({ type, text: 'x'.repeat(length) })
const label = (length: number) => words(length, 'plain_text')
const button = (more: object = {}) => ({ type: 'button', text: label(4), action_id: 'a', ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const input = (element: object) => ({ type: 'input', label: label(3), element })

test.each(valid)('%s is taken', (_, block) => {
  expect(checkBlocks([block])).toEqual([])
})

describe('at its limit it is taken, one more is refused', () => {
  test.each<[string, (n: number) => object, number]>([
    ['the text of a section', n => ({ type: 'section', text: words(n) }), 3_000],
    ['a field of a section', n => ({ type: 'section', fields: [words(n)] }), 2_000],
    ['the fields of a section', n => ({ type: 'section', fields: Array(n).fill(words(1)) }), 10],
    ['a header', n => ({ type: 'header', text: label(n) }), 150],
    ['the elements of a context', n => ({ type: 'context', elements: Array(n).fill(words(1)) }), 10],
    [
      'the buttons in a row',
      n => actions(...Array.from({ length: n }, (_, id) => button({ action_id: `${id}` }))),
      25,
    ],
    ['the text of a button', n => actions(button({ text: label(n) })), 75],
    ['the value of a button', n => actions(button({ value: 'x'.repeat(n) })), 2_000],
    ['the address of a button', n => actions(button({ url: 'https://a.example/'.padEnd(n, 'x') })), 3_000],
    ['an action id', n => actions(button({ action_id: 'x'.repeat(n) })), 255],
    ['a block id', n => ({ type: 'divider', block_id: 'x'.repeat(n) }), 255],
    ['the label of a field', n => ({ ...input({ type: 'plain_text_input' }), label: label(n) }), 2_000],
    ['a placeholder', n => input({ type: 'plain_text_input', placeholder: label(n) }), 150],
    ['the length of a field', n => input({ type: 'plain_text_input', max_length: n }), 3_000],
  ])('%s', (_, make, limit) => {
    expect(checkBlocks([make(limit)])).toEqual([])
    expect(checkBlocks([make(limit + 1)])).not.toEqual([])
  })

  test('the blocks of a message and of a view', () => {
    const many = (n: number) => Array(n).fill({ type: 'divider' })
    expect(checkBlocks(many(50))).toEqual([])
    expect(checkBlocks(many(51))).toEqual([{ at: '/blocks', what: 'no more than 50 items allowed' }])
    expect(checkBlocks(many(100), 'view')).toEqual([])
    expect(checkBlocks(many(101), 'view')).not.toEqual([])
  })

  test('all blocks together', () => {
    const frame = JSON.stringify([{ type: 'markdown', text: '' }]).length
    const together = (n: number) => [{ type: 'markdown', text: 'x'.repeat(n - frame) }]
    expect(tooLong(together(TOTAL))).toBe(false)
    expect(tooLong(together(TOTAL + 1))).toBe(true)
  })
})

describe('what Slack refuses', () => {
  test.each<[string, unknown, string]>([
    ['an unknown block', { type: 'nonsense' }, '/blocks/0/type'],
    ['no block at all', null, '/blocks/0/type'],
    ['an empty section', { type: 'section' }, '/blocks/0'],
    ['empty text', { type: 'section', text: words(0) }, '/blocks/0/text/text'],
    ['a header in mrkdwn', { type: 'header', text: words(3) }, '/blocks/0/text/type'],
    ['a button in mrkdwn', actions(button({ text: words(3) })), '/blocks/0/elements/0/text/type'],
    ['a property that does not belong', { type: 'divider', colour: 'red' }, '/blocks/0'],
    ['verbatim plain text', { type: 'section', text: { ...label(3), verbatim: true } }, '/blocks/0/text'],
    ['a style of its own', actions(button({ style: 'warning' })), '/blocks/0/elements/0/style'],
    ['an address that is none', actions(button({ url: 'latchkey' })), '/blocks/0/elements/0/url'],
    ['two buttons of one id', actions(button(), button()), '/blocks/0/elements'],
    ['an unknown element', actions({ type: 'lever' }), '/blocks/0/elements/0/type'],
    ['a row without buttons', actions(), '/blocks/0/elements'],
  ])('%s', (_, block, at) => {
    expect(checkBlocks([block]).map(problem => problem.at)).toContain(at)
  })

  test('two blocks of one id', () => {
    const twice = { type: 'divider', block_id: 'same' }
    expect(checkBlocks([twice, twice])).toEqual([
      { at: '/blocks/1/block_id', what: 'block_id already exists' },
    ])
  })
})

test('plain text is kept escaped, once, and every block has a name', () => {
  const given = [{ type: 'header', text: { type: 'plain_text', text: 'a & b &lt; c < d' } }]
  expect(storedBlocks(given)).toEqual([
    { type: 'header', block_id: 'b0', text: { type: 'plain_text', text: 'a &amp; b &lt; c &lt; d' } },
  ])
  expect(given[0]?.text.text).toBe('a & b &lt; c < d')
})
