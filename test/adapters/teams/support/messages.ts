/** Any message and any form that the core could make, with people's text at its worst. */
import fc from 'fast-check'
import {
  instant,
  type Line,
  type Message,
  type PersonId,
  parseRequestId,
  parseVmId,
  type RequestId,
  type Unfilled,
  type VmId,
} from '../../../../core/index.ts'

export const REQUEST = parseRequestId('01890000-0000-7000-8000-00000000abcd') as RequestId
export const VM = parseVmId(
  '/subscriptions/1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm01',
) as VmId
export const bob = '5d1f0c7e-1111-4a6b-9c3d-000000000002' as PersonId

export const markup = fc.constantFrom(
  '**b**',
  '_i_',
  '[a](https://evil.example)',
  '![i](https://evil.example/i.png)',
  '# h',
  '- l',
  '1. l',
  '`c`',
  '~~s~~',
  '<b>x</b>',
  '<at>all</at>',
  '&lt;b&gt;',
  '{{DATE(2026-01-01T00:00:00Z,SHORT)}}',
  '{{{TIME(2026-01-01T00:00:00Z)}}}',
  ['$', '{name}'].join(''),
  '\n\n',
  '\r',
  '\u202e',
  '\u0000',
  '\ud800',
  '\u2028',
  '\\*',
  '|a|b|',
  'www.evil.example',
  'evil.example',
  '"',
  '\\',
)
const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(markup, fc.string({ unit: 'binary', maxLength: 20 }), fc.constant(' ')), {
        maxLength: 8,
      })
      .map(parts => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 500, maxLength: 5000 }) },
)
const url = fc.oneof(
  fc.webUrl(),
  text,
  fc.webUrl().map(base => `${base}/${'x'.repeat(1900)}`),
)
const run = fc.oneof(
  text,
  text.map(strong => ({ strong })),
  text.map(code => ({ code })),
  text.map(name => ({ person: bob, name })),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(at => ({ time: instant(at) })),
  fc.record({ link: url, label: text }),
)
const line: fc.Arbitrary<Line> = fc.array(run, { maxLength: 60 })

/** As long as the longest that Azure takes. */
const vm = fc
  .record({ group: fc.stringMatching(/^[a-z0-9._()-]{1,90}$/), name: fc.stringMatching(/^[a-z0-9-]{1,64}$/) })
  .map(({ group, name }) => {
    const id = parseVmId(
      `/subscriptions/1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`,
    )
    return { id: id ?? VM, name }
  })
const minutes = fc.integer({ min: 1, max: 100_000 })
const optional = { requiredKeys: ['fill'] as ['fill'] }
export const anyUnfilled: fc.Arbitrary<Unfilled> = fc.oneof(
  fc.record({ fill: fc.constant('connect' as const), vm, minutes, reason: text }, optional),
  fc.constant({ fill: 'deny' as const, request: REQUEST }),
  minutes.map(asked => ({ fill: 'less-time' as const, request: REQUEST, minutes: asked })),
  fc.constant({ fill: 'extend' as const, request: REQUEST }),
  fc.record({ fill: fc.constant('diagnose' as const), vm, text }, optional),
)

const press = fc.oneof(
  fc.constant({ intent: { do: 'approve' as const, which: { id: REQUEST } } }),
  fc.record({
    intent: fc.record({ do: fc.constant('connect' as const), vm: fc.constant({ id: VM }), reason: text }),
  }),
  fc.record({ intent: fc.record({ do: fc.constant('diagnose' as const), text }) }),
  fc.record({ form: anyUnfilled }),
  fc.record({ url }),
)
export const anyMessage: fc.Arbitrary<Message> = fc.record(
  {
    tone: fc.constantFrom('neutral', 'waiting', 'good', 'bad'),
    title: text,
    lines: fc.array(line, { maxLength: 60 }),
    facts: fc.array(fc.record({ label: text, value: line }), { maxLength: 40 }),
    steps: fc.array(
      fc.record(
        { label: text, state: fc.constantFrom('todo', 'doing', 'done', 'failed', 'unknown'), note: text },
        { requiredKeys: ['label', 'state'] },
      ),
      { maxLength: 50 },
    ),
    buttons: fc.array(fc.record({ label: text, weight: fc.constantFrom('main', 'danger', 'plain'), press }), {
      maxLength: 40,
    }),
    plain: text,
  },
  { requiredKeys: ['tone', 'title', 'lines', 'facts', 'buttons', 'plain'] },
)
