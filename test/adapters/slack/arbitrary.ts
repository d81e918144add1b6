/** Any text, message and form that core could ever produce, and worse: for property tests of what is drawn. */
import fc from 'fast-check'
import {
  type Field,
  type Form,
  instant,
  type Message,
  type PersonId,
  type RequestId,
  type Run,
  type Unfilled,
  type VmId,
} from '../../../core/index.ts'

export const person = '5d1f0c7e-1111-4a6b-9c3d-000000000001' as PersonId
export const request = '01940000-0000-7000-8000-0000000a1b2c' as RequestId
export const vm =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm01' as VmId

const SIGNS = '< > & | ` * _ ~ @here <!channel> <@U1> &amp; :x: " \\'.split(' ')

export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom('\n', ...SIGNS), { maxLength: 40 }).map(parts => parts.join('')),
  fc.nat({ max: 9_000 }).map(length => '<&'.repeat(length / 2)),
  fc.nat({ max: 9_000 }).map(length => '"'.repeat(length)),
  fc.constant('\ud800'),
)

const run: fc.Arbitrary<Run> = fc.oneof(
  hostile,
  hostile.map(strong => ({ strong })),
  hostile.map(code => ({ code })),
  hostile.map(name => ({ person, name })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(time => ({ time: instant(time) })),
  fc.record({ link: fc.oneof(fc.webUrl({ withQueryParameters: true }), hostile), label: hostile }),
)
const line = fc.array(run, { maxLength: 6 })

/** Azure lets a name have 64 characters. */
const vmNamed = hostile.map(name => ({ id: vm, name: name.slice(0, 64) }))

export const unfilled: fc.Arbitrary<Unfilled> = fc.oneof(
  fc.record(
    {
      fill: fc.constant('connect' as const),
      vm: vmNamed,
      minutes: fc.integer({ min: 1, max: 100_000 }),
      reason: hostile,
    },
    { requiredKeys: ['fill'] },
  ),
  fc.record(
    { fill: fc.constant('diagnose' as const), vm: vmNamed, text: hostile },
    { requiredKeys: ['fill'] },
  ),
  fc.integer({ min: 1, max: 100_000 }).map(minutes => ({ fill: 'less-time' as const, request, minutes })),
  fc.constantFrom({ fill: 'deny' as const, request }, { fill: 'extend' as const, request }),
)

const press = fc.oneof(
  hostile.map(reason => ({ intent: { do: 'connect' as const, vm: { id: vm }, reason } })),
  fc.constant({ intent: { do: 'help' as const } }),
  unfilled.map(form => ({ form })),
  fc.oneof(fc.webUrl(), hostile).map(url => ({ url })),
)

export const anyMessage: fc.Arbitrary<Message> = fc.record(
  {
    tone: fc.constantFrom('neutral' as const, 'waiting' as const, 'good' as const, 'bad' as const),
    title: hostile,
    plain: hostile,
    lines: fc.array(line, { maxLength: 30 }),
    facts: fc.array(fc.record({ label: hostile, value: line }), { maxLength: 30 }),
    steps: fc.array(
      fc.record(
        {
          label: hostile,
          state: fc.constantFrom(
            'todo' as const,
            'doing' as const,
            'done' as const,
            'failed' as const,
            'unknown' as const,
          ),
          note: hostile,
        },
        { requiredKeys: ['label', 'state'] },
      ),
      { maxLength: 20 },
    ),
    buttons: fc.array(
      fc.record({
        label: hostile,
        weight: fc.constantFrom('main' as const, 'danger' as const, 'plain' as const),
        press,
      }),
      { maxLength: 40 },
    ),
  },
  { requiredKeys: ['tone', 'title', 'plain', 'lines', 'facts', 'buttons'] },
)

const option = fc.record({ value: hostile, label: hostile })
const shared = { label: hostile, optional: fc.boolean() }
const field = (id: string): fc.Arbitrary<Field> =>
  fc.oneof(
    fc.record(
      {
        kind: fc.constant('text' as const),
        id: fc.constant(id),
        ...shared,
        placeholder: hostile,
        most: fc.integer({ min: -1, max: 10_000 }),
        multiline: fc.boolean(),
        initial: hostile,
      },
      { requiredKeys: ['kind', 'id', 'label', 'optional', 'most', 'multiline'] },
    ),
    fc
      .record({
        kind: fc.constant('choice' as const),
        id: fc.constant(id),
        ...shared,
        options: fc.array(option, { maxLength: 130 }),
      })
      .map(choice => ({ ...choice, initial: choice.options[1]?.value ?? 'none of them' })),
    fc.record(
      {
        kind: fc.constant('vm' as const),
        id: fc.constant(id),
        ...shared,
        placeholder: hostile,
        initial: option,
      },
      { requiredKeys: ['kind', 'id', 'label', 'optional'] },
    ),
  )

export const anyForm: fc.Arbitrary<Form> = fc.record({
  title: hostile,
  lines: fc.array(line, { maxLength: 30 }),
  fields: fc
    .nat({ max: 6 })
    .chain(many => fc.tuple(...Array.from({ length: many }, (_, n) => field(`f${n}`)))),
  submit: hostile,
  weight: fc.constantFrom('main' as const, 'danger' as const),
})
