import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { markdownToHtml } from '../../../../bots/demo/page/browser/markdown.ts'

test('emphasis, lists and web links are drawn', () => {
  expect(markdownToHtml('**2 h** _now_ [INC-7](https://a.example/7)')).toBe(
    '<p><strong>2 h</strong> <em>now</em> <a href="https://a.example/7" target="_blank" rel="noopener noreferrer">INC-7</a></p>\n',
  )
  expect(markdownToHtml('- a\n- b')).toBe('<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n')
})

test.each(['', 'javascript:alert(1)', 'data:text/html,x', 'vbscript:x', '/relative', 'file:///etc/passwd'])(
  'nothing can be opened at %j',
  address => {
    expect(markdownToHtml(`[ok](${address})`)).not.toContain('href')
  },
)

test('what Teams does not draw stays text: HTML, headings, tables, rules, images', () => {
  const drawn = markdownToHtml(
    '<b>x</b>\n\n# h\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n***\n\n![i](https://a.example/i.png)',
  )
  expect(drawn.match(/<\/?[a-z]+/g)?.filter(tag => !/^<\/?(p|br|a)$/.test(tag))).toEqual([])
  expect(drawn).toContain('&lt;b&gt;x&lt;/b&gt;')
})

test('no text makes markup of its own', () => {
  const piece = fc.constantFrom(
    '<script>',
    '<img src=x onerror=1>',
    '"',
    "'>",
    '[a](',
    'https://a.example/',
    '"onclick=x',
    ')',
    '*',
    '`',
    '\n',
    '- ',
    '&lt;',
    '<https://a.example>',
    '\\',
    '![x](data:x)',
    'javascript:',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), parts => {
      for (const [tag] of markdownToHtml(parts.join('')).matchAll(/<[^>]*>/g)) {
        expect(tag).toMatch(
          /^<(\/?(p|em|strong|s|code|ul|ol|li|a)|br|ol start="\d+"|a href="https:\/\/[^"<>]*" target="_blank" rel="noopener noreferrer")>$/,
        )
      }
    }),
    { numRuns: 2000 },
  )
})
