import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { h, type VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { BlockKit, Mrkdwn, type Surface } from '../../../../bots/demo/page/browser/block-kit.ts'

const surface = (spy: Partial<Surface> = {}): Surface => ({
  now: Date.parse('2026-11-21T13:05:00Z'),
  timeZone: 'UTC',
  values: {},
  type() {},
  press() {},
  confirm: () => true,
  ...spy,
})
const draw = (blocks: readonly unknown[], spy?: Partial<Surface>) =>
  renderToString(h(BlockKit, { blocks, surface: surface(spy) }))
const drawText = (text: string, verbatim = true) =>
  renderToString(h('div', null, h(Mrkdwn, { text, verbatim, surface: surface() })))

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true })
const plain = (text: string) => ({ type: 'plain_text', text })
const button = (more: object) => ({ type: 'button', action_id: 'a', text: plain('Go'), ...more })

describe('each block we send is drawn', () => {
  test('header', () => {
    expect(draw([{ type: 'header', text: plain('vm01 &lt;ready&gt; & open') }])).toContain(
      '<h3 class="bk-header">vm01 &lt;ready> &amp; open</h3>',
    )
  })

  test('section with text, fields and a button', () => {
    const drawn = draw([
      {
        type: 'section',
        text: mrkdwn('*a* `b`'),
        fields: [mrkdwn('_c_'), plain('*d*')],
        accessory: button({}),
      },
    ])
    expect(drawn).toContain('<b>a</b> <code>b</code>')
    expect(drawn).toContain('<i>c</i>')
    expect(drawn).toContain('<div>*d*</div>')
    expect(drawn).toContain('<button type="button" class="button plain">Go</button>')
  })

  test('context, divider and a fence', () => {
    const drawn = draw([
      { type: 'context', elements: [mrkdwn('x'), plain('y')] },
      { type: 'divider' },
      { type: 'section', text: mrkdwn('```az vm\n list```\n&gt; quoted') },
    ])
    expect(drawn).toContain('<div class="bk-context"><div><div class="lines">x</div></div><div>y</div></div>')
    expect(drawn).toContain('<hr/>')
    expect(drawn).toContain('<pre>az vm\n list</pre><blockquote class="lines">quoted</blockquote>')
  })

  test('a date in the reader’s time zone, with its fallback as a title', () => {
    expect(drawText('<!date^1795273500^{date_short_pretty} at {time}|15:05 UTC>')).toContain(
      '<time datetime="2026-11-21T15:05:00.000Z" title="15:05 UTC">Today at 15:05</time>',
    )
  })

  test('a text field, with label, hint, placeholder and what was typed', () => {
    const element = {
      type: 'plain_text_input',
      action_id: 'fill-in',
      placeholder: plain('Why'),
      max_length: 300,
    }
    const words = { label: plain('Reason'), hint: plain('Shown'), optional: true }
    const block = { type: 'input', block_id: 'reason', ...words, element }
    const drawn = draw([block], { values: { reason: 'be"cause' } })
    expect(drawn).toContain('<span>Reason<small> (optional)</small></span>')
    expect(drawn).toContain('type="text" value="be&quot;cause" placeholder="Why" maxlength="300"')
    expect(drawn).toContain('<small>Shown</small>')
    expect(draw([{ ...block, element: { ...element, multiline: true } }])).toContain('<textarea')
  })

  const option = (value: string) => ({ value, text: plain(`${value} &amp; co`), description: plain('hint') })

  test('a menu, with what was chosen at first and what was chosen since', () => {
    const element = {
      type: 'static_select',
      options: [option('a'), option('b'), option('c')],
      initial_option: option('b'),
    }
    const block = { type: 'input', block_id: 'time', label: plain('How long'), element }
    expect(draw([block])).toMatch(/<option value="b" selected>b &amp; co<\/option>/)
    expect(draw([block], { values: { time: 'c' } })).toMatch(/<option value="c" selected>/)
    expect(draw([block], { values: { time: '' } })).toMatch(/<option value selected>Choose/)
  })

  test('a searched menu, with its placeholder and what was chosen at first', () => {
    const element = { type: 'external_select', placeholder: plain('Part of its name') }
    const block = (more: object) => ({
      type: 'input',
      block_id: 'vm',
      label: plain('VM'),
      element: { ...element, ...more },
    })
    expect(draw([block({})])).toContain('role="combobox"')
    expect(draw([block({})])).toContain('placeholder="Part of its name" value')
    expect(draw([block({ initial_option: option('a') })])).toContain('value="a &amp; co"')
  })

  test('what is wrong with a field, beside it and tied to it', () => {
    const element = { type: 'plain_text_input' }
    const block = { type: 'input', block_id: 'reason', label: plain('Reason'), element }
    const drawn = draw([block], { errors: { reason: 'Say <why>', other: 'no' } })
    const [, id] = /aria-describedby="([^"]+)"/.exec(drawn) ?? []
    expect(drawn).toContain(`id="${id}" role="alert">Say &lt;why></small>`)
    expect(drawn).not.toContain('>no<')
  })

  test('buttons with their styles, and one with an address as a link to a new tab', () => {
    const drawn = draw([
      {
        type: 'actions',
        elements: [
          button({ style: 'primary' }),
          button({ style: 'danger' }),
          button({ url: 'https://a.example/?a&b' }),
        ],
      },
    ])
    expect(drawn).toContain('class="button primary"')
    expect(drawn).toContain('class="button danger"')
    expect(drawn).toContain('href="https://a.example/?a&amp;b" target="_blank" rel="noopener noreferrer"')
  })
})

describe('what must not be overlooked is drawn loudly', () => {
  test.each([
    [{ type: 'carousel' }, 'unknown block: carousel'],
    [{}, 'unknown block: undefined'],
    [null, 'unknown block: undefined'],
    [{ type: 'actions', elements: [{ type: 'static_select' }] }, 'unknown element: static_select'],
    [{ type: 'context', elements: [{ type: 'image' }] }, 'unknown text: image'],
    [{ type: 'input', label: plain('x'), element: { type: 'datepicker' } }, 'unknown element: datepicker'],
    [
      { type: 'actions', elements: [button({ url: 'javascript:alert(1)' })] },
      'unknown address: javascript:alert(1)',
    ],
  ])('%j', (block, words) => {
    expect(draw([block])).toContain(`<p class="unknown">${words}</p>`)
  })

  test('a mention that was not escaped', () => {
    expect(drawText('all of <!channel>')).toContain(
      '<strong class="hole">not escaped: &lt;!channel></strong>',
    )
    expect(drawText('all of &lt;!channel&gt;')).toContain('<div class="lines">all of &lt;!channel></div>')
  })
})

test('no text makes markup of its own', () => {
  const piece = fc.constantFrom(
    '<script>',
    '<img src=x onerror=alert(1)>',
    '"',
    "'",
    '&lt;b&gt;',
    '<b>',
    '*',
    '`',
    '\n',
    '<!date^1^<i>|x>',
    '{',
    'a',
    '<https://a.example/"onclick="x|y>',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 15 }), fc.boolean(), (parts, verbatim) => {
      const source = parts.join('')
      const drawn =
        drawText(source, verbatim) + draw([{ type: 'header', text: plain(source) }, { type: source }])
      for (const [tag] of drawn.matchAll(/<\/?[a-z][^>]*>/g)) {
        expect(tag).toMatch(
          /^<\/?(div|h3|p|b|i|s|code|pre|blockquote|strong|time|a)( (class|href|target|rel|datetime|title)="[^"]*")*>$/,
        )
      }
    }),
    { numRuns: 1000 },
  )
})

test('emoji names are drawn in text, and stay letters in code and where the text says so', () => {
  expect(drawText(':white_check_mark: `:x:` :no_such_thing:')).toContain(
    '✅ <code>:x:</code> :no_such_thing:',
  )
  expect(draw([{ type: 'header', text: { ...plain(':x:'), emoji: false } }])).toContain('>:x:<')
})

describe('presses', () => {
  type Drawn = VNode<{ children?: unknown; onClick?(event: { preventDefault(): void }): void }>
  const findButton = (node: unknown): Drawn | undefined => {
    if (Array.isArray(node)) return node.map(findButton).find(Boolean)
    if (typeof node !== 'object' || node === null || !('props' in node)) return undefined
    const drawn = node as Drawn
    return drawn.props.onClick ? drawn : findButton(drawn.props.children)
  }
  const press = (element: object, confirm: () => boolean) => {
    const seen: string[] = []
    const onSurface = surface({
      press: id => seen.push(`press ${id}`),
      confirm: question => {
        seen.push(question)
        return confirm()
      },
    })
    const drawn = BlockKit({ blocks: [{ type: 'actions', elements: [element] }], surface: onSurface })
    findButton(drawn)?.props.onClick?.({ preventDefault: () => seen.push('not opened') })
    return seen
  }

  test('a press reports the action id, also for a button that opens an address', () => {
    expect(press(button({}), () => true)).toEqual(['press a'])
    expect(press(button({ url: 'https://a.example/' }), () => true)).toEqual(['press a'])
  })

  test('a button that asks first is pressed only after a yes', () => {
    const careful = button({
      url: 'https://a.example/',
      confirm: { title: plain('Sure?'), text: mrkdwn('It shuts.') },
    })
    expect(press(careful, () => true)).toEqual(['Sure?\n\nIt shuts.', 'press a'])
    expect(press(careful, () => false)).toEqual(['Sure?\n\nIt shuts.', 'not opened'])
  })
})
