/** Forms that unfold on a card: drawn, filled in on a client, and read again. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { drawCard } from '../../../adapters/teams/draw.ts'
import { valuesIn } from '../../../adapters/teams/form.ts'
import { CARD_BYTES } from '../../../adapters/teams/limits.ts'
import type { Json } from '../../../adapters/teams/pen.ts'
import { type Button, formOf, message, readForm, type Unfilled } from '../../../core/index.ts'
import { actionOf, ofType, problemsOf, within } from './support/cards.ts'
import { anyUnfilled, REQUEST, VM } from './support/messages.ts'

const button = (form: Unfilled, label = 'Fill in'): Button => ({ label, weight: 'plain', press: { form } })
const cardWith = (...forms: readonly Unfilled[]) =>
  drawCard(message({ title: 'Title', plain: 'x', buttons: forms.map(form => button(form)) }))
const deny: Unfilled = { fill: 'deny', request: REQUEST }
const lessTime: Unfilled = { fill: 'less-time', request: REQUEST, minutes: 120 }

const dataOf = (card: unknown) => actionOf(card, 'Action.Execute')['data'] as { form: string; at: number }
const inputsOf = (card: unknown) => within(card).filter(({ type }) => type?.startsWith('Input.'))

describe('a button with a form', () => {
  const card = cardWith(deny)
  const shown = actionOf(card, 'Action.ShowCard', 'Fill in')

  test('unfolds it on the card, with its title, words, fields and the button that sends it', () => {
    expect(problemsOf(card)).toEqual([])
    expect(card['actions']).toEqual([shown])
    expect(JSON.stringify(shown)).toContain('Deny the request')
    expect(inputsOf(shown)).toEqual([
      expect.objectContaining({ type: 'Input.Text', id: 'form0-reason', label: 'Reason', isMultiline: true }),
    ])
    const send = actionOf(shown, 'Action.Execute', 'Deny')
    expect(send).toMatchObject({ verb: 'latchkey', style: 'destructive' })
    expect(readForm(dataOf(shown).form)).toEqual(deny)
    expect(send['fallback']).toMatchObject({ type: 'Action.Submit', data: send['data'] })
  })

  test('requires no input on the client, because some then send nothing', () => {
    for (const input of inputsOf(cardWith({ fill: 'connect' }, { fill: 'diagnose' }, lessTime))) {
      expect(input).not.toHaveProperty('isRequired')
      expect(input).not.toHaveProperty('regex')
    }
  })

  test('says which fields may stay empty', () => {
    const labels = inputsOf(cardWith({ fill: 'connect' })).map(({ label }) => label)
    expect(labels).toEqual([
      'VM',
      'VM, if it cannot be searched for here (optional)',
      'How long (optional)',
      'Reason (optional)',
    ])
  })

  test('searches for a VM while typing, and begins with the one that is known', () => {
    const [empty, known] = [
      cardWith({ fill: 'connect' }),
      cardWith({ fill: 'connect', vm: { id: VM, name: 'vm01' } }),
    ].map(each => actionOf(each, 'Input.ChoiceSet'))
    expect(empty).toMatchObject({
      style: 'filtered',
      choices: [],
      'choices.data': { type: 'Data.Query', dataset: 'latchkey-vms' },
    })
    expect(empty).not.toHaveProperty('value')
    const [choice] = (known?.['choices'] ?? []) as { title: string; value: string }[]
    expect(choice).toEqual({ title: 'vm01', value: known?.['value'] })
  })

  test('begins with the text that is there, or with nothing where it does not fit', () => {
    const told = 'first line\nsecond "line"'
    const card = cardWith({ fill: 'diagnose', text: told })
    expect(inputsOf(card).at(-1)).toMatchObject({ id: 'form0-text', value: told })
    const many = Array.from({ length: 6 }, (): Unfilled => ({ fill: 'diagnose', text: '漢'.repeat(1000) }))
    const full = cardWith(...many)
    expect(Buffer.byteLength(JSON.stringify(full))).toBeLessThanOrEqual(CARD_BYTES)
    for (const { value = '' } of ofType(full, 'Input.Text')) expect(String(value)).toMatch(/^(漢{1000})?$/)
    expect(JSON.stringify(full)).toContain('Not everything fits here.')
  })

  test('that offers no choice lets people write', () => {
    const [input] = inputsOf(cardWith({ fill: 'less-time', request: REQUEST, minutes: 10 }))
    expect(input).toMatchObject({ type: 'Input.Text', id: 'form0-time' })
  })

  test('of several on one card are told apart', () => {
    const card = cardWith(deny, lessTime, deny)
    const ids = inputsOf(card).map(({ id }) => id)
    expect(ids).toEqual(['form0-reason', 'form1-time', 'form2-reason'])
    expect(ofType(card, 'Action.Execute').map(({ data }) => (data as { at: number }).at)).toEqual([0, 1, 2])
  })
})

describe('what a form sends', () => {
  const data = (more: Json): Json => ({ ...dataOf(cardWith({ fill: 'connect' })), ...more })
  const connect: Unfilled = { fill: 'connect' }

  test('is read by its fields, and nothing else is taken', () => {
    const given = data({
      'form0-vm': 'vm01',
      'form0-time': '90m',
      'form0-reason': 'INC-7',
      'form0-admin': 'yes',
      'form1-reason': 'of another form',
      reason: 'of no form',
    })
    expect(valuesIn(connect, 0, given)).toEqual({ vm: 'vm01', time: '90m', reason: 'INC-7' })
    expect(valuesIn(connect, 1, given)).toEqual({ vm: '', time: '', reason: 'of another form' })
  })

  test('names the VM by the search, or by the field beside it where a client does not search', () => {
    expect(valuesIn(connect, 0, data({ 'form0-vm-typed': 'vm02' }))).toMatchObject({ vm: 'vm02' })
    expect(valuesIn(connect, 0, data({ 'form0-vm': '  ', 'form0-vm-typed': 'vm02' }))).toMatchObject({
      vm: 'vm02',
    })
    expect(valuesIn(connect, 0, data({ 'form0-vm': 'vm01', 'form0-vm-typed': 'vm02' }))).toMatchObject({
      vm: 'vm01',
    })
  })

  test.each([5, null, ['x'], { x: 1 }, true])('counts %j as empty', value => {
    expect(valuesIn(connect, 0, data({ 'form0-reason': value }))).toMatchObject({ reason: '' })
  })

  test('is cut where nobody types that much', () => {
    const { reason = '' } = valuesIn(connect, 0, data({ 'form0-reason': '🙂'.repeat(5_000) }))
    expect([reason.length, reason.isWellFormed()]).toEqual([4_000, true])
  })
})

test('any form is a valid card within the limits, carries itself, and sends back what it began with', () => {
  fc.assert(
    fc.property(fc.array(anyUnfilled, { minLength: 1, maxLength: 6 }), forms => {
      const card = cardWith(...forms)
      expect(problemsOf(card)).toEqual([])
      expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(CARD_BYTES)
      const ids = inputsOf(card).map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const shown of ofType(card, 'Action.ShowCard')) {
        const sent = dataOf(shown)
        const unfilled = readForm(sent.form)
        if (!unfilled) throw new Error('a form that is not read again')
        expect(unfilled.fill).toBe(forms[sent.at]?.fill)
        const begun = Object.fromEntries(inputsOf(shown).map(({ id, value = '' }) => [id, value]))
        const values = valuesIn(unfilled, sent.at, { ...sent, ...begun })
        for (const field of formOf(unfilled).fields) {
          if (field.kind === 'vm') expect(values[field.id]).toBe(field.initial?.value ?? '')
          if (field.kind === 'choice') expect(values[field.id]).toBe(field.initial ?? '')
        }
      }
    }),
    { numRuns: 60 },
  )
})
