/** What a form needs, what it becomes, and that it survives the way through a platform and back. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  fill,
  formFor,
  isFormProblem,
  readForm,
  type Unfilled,
  writeForm,
} from '../../../core/command/form.ts'
import { readVmValue, writeVmValue } from '../../../core/command/vm-value.ts'
import { parseRequestId, parseVmId, type RequestId, type VmId } from '../../../core/ids.ts'
import { formOf, hasLess } from '../../../core/message/form.ts'
import type { Field } from '../../../core/message/message.ts'
import { refusalMessage } from '../../../core/message/refusal/refusal.ts'

const request = parseRequestId('0193a1b2-0000-7000-8000-0000003f2a1b') as RequestId
const place = '/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups'
const idOf = (group: string, name: string) =>
  parseVmId(`${place}/${group}/providers/microsoft.compute/virtualmachines/${name}`) as VmId
const vm = { id: idOf('rg-app', 'vm01'), name: 'vm01' }
const compact = '11111111-1111-1111-1111-111111111111|rg-app|vm01'
const far = { id: idOf('g'.repeat(90), 'v'.repeat(60)), name: 'v'.repeat(60) }

const forms: readonly Unfilled[] = [
  { fill: 'connect' },
  { fill: 'connect', vm, minutes: 45, reason: 'INC-7' },
  { fill: 'deny', request },
  { fill: 'deny', request, extension: 2 },
  { fill: 'less-time', request, minutes: 120 },
  { fill: 'extend', request },
  { fill: 'diagnose' },
  { fill: 'diagnose', vm: far, text: 'It says "0x204".' },
]

describe('filling in', () => {
  test.each<[string, Unfilled, Record<string, string>, object]>([
    [
      'a VM, a time and a reason ask for access',
      { fill: 'connect' },
      { vm: compact, time: '60m', reason: ' "INC-7" ' },
      { do: 'connect', vm: { id: vm.id }, minutes: 60, reason: 'INC-7' },
    ],
    [
      'a VM alone leaves the time to the policy',
      { fill: 'connect', minutes: 45 },
      { vm: 'vm01', time: '', reason: '' },
      { do: 'connect', vm: { typed: 'vm01' }, reason: '' },
    ],
    ['no VM is a problem of its field', { fill: 'connect' }, {}, { field: 'vm', say: 'Choose a VM.' }],
    [
      'what no VM is called is a problem, too',
      { fill: 'connect' },
      { vm: 'a|b' },
      { field: 'vm', say: 'That cannot be the name of a VM. Choose one from the list.' },
    ],
    [
      'a time that is none is a problem',
      { fill: 'connect' },
      { vm: 'vm01', time: 'soon' },
      { field: 'time', say: 'Write a time such as 30m, 2h or 1h30m.' },
    ],
    [
      'a reason beyond 300 characters is a problem',
      { fill: 'connect' },
      { vm: 'vm01', reason: 'x'.repeat(301) },
      { field: 'reason', say: 'At most 300 characters, please.' },
    ],
    [
      'a denial carries its reason on one line',
      { fill: 'deny', request },
      { reason: 'not\nduring the release' },
      { do: 'deny', which: { id: request }, reason: 'not during the release' },
    ],
    [
      'a denial of an extension says which one',
      { fill: 'deny', request, extension: 2 },
      { reason: 'enough' },
      { do: 'deny', which: { id: request }, reason: 'enough', extension: 2 },
    ],
    [
      'a denial without a reason is a problem',
      { fill: 'deny', request },
      { reason: ' \u200b ' },
      { field: 'reason', say: 'Say why: the requester will read it.' },
    ],
    [
      'less time approves for less',
      { fill: 'less-time', request, minutes: 120 },
      { time: '30m' },
      { do: 'approve', which: { id: request }, minutes: 30 },
    ],
    [
      'as much as was asked is not less',
      { fill: 'less-time', request, minutes: 120 },
      { time: '2h' },
      { field: 'time', say: 'Choose less than the 2 h that were asked for.' },
    ],
    [
      'an extension needs a time',
      { fill: 'extend', request },
      { reason: 'still copying' },
      { field: 'time', say: 'Choose how long.' },
    ],
    [
      'an extension with a time and a reason',
      { fill: 'extend', request },
      { time: '30m', reason: 'still copying' },
      { do: 'extend', which: { id: request }, minutes: 30, reason: 'still copying' },
    ],
    [
      'what happens may have several lines, and no VM',
      { fill: 'diagnose' },
      { text: 'It says:\r\n\r\n 0x204 ' },
      { do: 'diagnose', text: 'It says:\n0x204' },
    ],
    [
      'nothing said is a problem',
      { fill: 'diagnose' },
      { vm: compact },
      { field: 'text', say: 'Tell in a few words what happens.' },
    ],
    [
      'too much said is a problem',
      { fill: 'diagnose' },
      { text: 'x'.repeat(1_001) },
      { field: 'text', say: 'At most 1000 characters, please.' },
    ],
  ])('%s', (_, unfilled, values, expected) => {
    expect(fill(unfilled, values)).toEqual(expected)
    expect(isFormProblem(fill(unfilled, values))).toBe('field' in expected)
  })

  test('any values at all give an intent or a problem of a field that the form has', () => {
    const values = fc.dictionary(
      fc.constantFrom('vm', 'time', 'reason', 'text', 'constructor', '__proto__'),
      fc.string({ unit: 'binary', maxLength: 2_000 }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...forms), values, (unfilled, filled) => {
        const outcome = fill(unfilled, filled)
        if (isFormProblem(outcome))
          expect(formOf(unfilled).fields.map(({ id }) => id)).toContain(outcome.field)
        else if (outcome.do === 'approve')
          expect(outcome.minutes).toBeLessThan(unfilled.fill === 'less-time' ? unfilled.minutes : 0)
        else if ('reason' in outcome) expect([...outcome.reason].length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a form', () => {
  test.each(forms)('%j fits into the narrowest platform', unfilled => {
    const form = formOf(unfilled)
    expect(form.title.length).toBeLessThanOrEqual(24)
    expect(form.submit.length).toBeLessThanOrEqual(24)
    expect(new Set(form.fields.map(({ id }) => id)).size).toBe(form.fields.length)
    for (const field of form.fields) expect(isWithin(field)).toBe(true)
  })

  test('for less time is offered only where there is less to choose', () => {
    for (let minutes = 1; minutes <= 60; minutes++) {
      const [field] = formOf({ fill: 'less-time', request, minutes }).fields
      const choices = field?.kind === 'choice' ? field.options.length : 0
      expect({ minutes, offered: hasLess(minutes) }).toEqual({ minutes, offered: choices > 0 })
      const again = refusalMessage({
        code: 'form-incomplete',
        say: 'Choose how long.',
        form: { fill: 'less-time', request, minutes },
      })
      expect(again.buttons.length).toBe(choices > 0 ? 1 : 0)
    }
    expect(hasLess(15)).toBe(false)
    expect(hasLess(16)).toBe(true)
  })

  test('less time offers only less', () => {
    const [field] = formOf({ fill: 'less-time', request, minutes: 60 }).fields
    expect(field).toMatchObject({ kind: 'choice', options: [{ value: '15m' }, { value: '30m' }] })
  })

  test('a time typed before is among the choices, and chosen', () => {
    const field = formOf({ fill: 'connect', minutes: 45 }).fields[1]
    expect(field).toMatchObject({ initial: '45m' })
    expect(field?.kind === 'choice' && field.options.map(({ label }) => label)).toEqual([
      '15 min',
      '30 min',
      '45 min',
      '1 h',
      '2 h',
      '4 h',
      '8 h',
    ])
  })

  test('every choice can be filled in', () => {
    for (const unfilled of forms) {
      for (const field of formOf(unfilled).fields) {
        if (field.kind !== 'choice') continue
        for (const { value } of field.options) {
          const filled = fill(unfilled, { vm: 'vm01', reason: 'why', text: 'what', [field.id]: value })
          expect(isFormProblem(filled)).toBe(false)
        }
      }
    }
  })
})

describe('as text', () => {
  test.each(forms)('%j is read back as it was written', unfilled => {
    expect(readForm(writeForm(unfilled))).toEqual(unfilled)
  })

  test('long text is cut so that it fits, never across a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5_000 }), text => {
        const written = writeForm({ fill: 'diagnose', vm: far, text: text.toWellFormed() })
        expect(written.length).toBeLessThanOrEqual(2_000)
        const back = readForm(written)
        expect(back?.fill === 'diagnose' && text.toWellFormed().startsWith(back.text ?? '')).toBe(true)
      }),
    )
  })

  test('is written whatever the VM is called, and read back as the same VM', () => {
    const called = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5_000 }),
      fc.integer({ min: 1_500, max: 2_500 }).map(length => 'v'.repeat(length)),
      fc.constant('\u0001'.repeat(1_700)),
    )
    fc.assert(
      fc.property(called, fc.string({ maxLength: 3_000 }), fc.boolean(), (name, text, diagnose) => {
        const named = { id: far.id, name: name.toWellFormed() }
        const form: Unfilled = diagnose
          ? { fill: 'diagnose', vm: named, text }
          : { fill: 'connect', vm: named, reason: text }
        const written = writeForm(form)
        expect(written.length).toBeLessThanOrEqual(2_000)
        const back = readForm(written)
        expect(back && 'vm' in back && back.vm?.id).toBe(far.id)
        expect(back && 'vm' in back && named.name.startsWith(back.vm?.name ?? 'x')).toBe(true)
      }),
    )
  })

  test.each([
    '',
    'null',
    '[]',
    '{"fill":"approve"}',
    '{"fill":"deny"}',
    '{"fill":"deny","request":"1"}',
    `{"fill":"deny","request":"${request}","extension":0}`,
    `{"fill":"less-time","request":"${request}"}`,
    `{"fill":"less-time","request":"${request}","minutes":1.5}`,
    '{"fill":"connect","vm":{"id":"/subscriptions/x","name":"x"}}',
    '{"fill":"connect","vm":{"name":"x"}}',
    '{"fill":"connect","reason":7}',
    `{"fill":"diagnose","text":"${'x'.repeat(2_000)}"}`,
  ])('%.60s is not a form', text => {
    expect(readForm(text)).toBeUndefined()
  })

  test('any text is read without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => [undefined, 'object'].includes(kindOf(text))),
    )
  })
})

describe('a VM in a list', () => {
  test('is written short and read back as the same VM', () => {
    expect(writeVmValue(vm)).toBe(compact)
    expect(readVmValue(compact)).toEqual({ id: vm.id })
  })

  test('is known by its name where the rest would be too long', () => {
    expect(writeVmValue(far)).toBe(far.name)
    expect(readVmValue(far.name)).toEqual({ typed: far.name })
  })

  test('may be a full ARM id', () => {
    expect(readVmValue(vm.id.toUpperCase())).toEqual({ id: vm.id })
  })

  test.each(['', '||', 'a|b|c', `${compact}|x`, `${compact}/x`, '../..', 'x y'])('%s is none', text => {
    expect(readVmValue(text)).toBeUndefined()
  })
})

describe('what was typed', () => {
  test.each<[string, Unfilled | undefined]>([
    ['connect', { fill: 'connect' }],
    ['/rdp connect for 2h', { fill: 'connect', minutes: 120 }],
    ['connect vm01', undefined],
    ['connect vm01 2x', undefined],
    ['why', undefined],
    ['deny', undefined],
    ['approve', undefined],
    ['', undefined],
    ['make me a sandwich', undefined],
  ])('%j calls for %j', (text, form) => {
    expect(formFor(text)).toEqual(form)
  })
})

const kindOf = (text: string) => {
  const form = readForm(text)
  return form === undefined ? undefined : typeof form
}

/** Slack's limits for labels, options and values. */
function isWithin(field: Field): boolean {
  if (field.kind === 'text') return (field.initial ?? '').length <= field.most
  if (field.kind === 'vm') return (field.initial?.value ?? '').length <= 150
  const values = field.options.map(({ value }) => value)
  const isKnown = field.initial === undefined || values.includes(field.initial)
  return isKnown && values.length > 0 && values.length <= 100 && new Set(values).size === values.length
}
