import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { asAscii } from '../../../adapters/slack/draw.ts'
import {
  drawForm,
  drawModal,
  drawSuggestions,
  type Opened,
  readOpened,
} from '../../../adapters/slack/modal.ts'
import { checkOptions, checkView } from '../../../bots/demo/slack/blocks.ts'
import { type Form, formOf, readForm, writeForm } from '../../../core/index.ts'
import { anyForm, hostile, request, unfilled, vm } from './arbitrary.ts'
import type { Loose } from './house.ts'
import { optionProblems, viewProblems } from './spec.ts'

const form = (parts: Partial<Form>): Form => ({
  title: 'Title',
  lines: [],
  fields: [],
  submit: 'Send',
  weight: 'main',
  ...parts,
})
const elementOf = (field: Form['fields'][number]): Loose =>
  (drawForm(form({ fields: [field] }), '').blocks[0] as Loose).element

describe('a form as a modal', () => {
  test('has its title, its lines, its fields under their ids, and its button', () => {
    expect(
      drawForm(
        form({
          title: 'Deny the request',
          lines: [['Request ', { code: 'ABC' }]],
          fields: [
            { kind: 'text', id: 'reason', label: 'Reason', most: 300, multiline: true, optional: false },
            {
              kind: 'choice',
              id: 'time',
              label: 'How long',
              options: [
                { value: '60m', label: '1 h' },
                { value: '120m', label: '2 h' },
              ],
              optional: true,
              initial: '120m',
            },
            { kind: 'vm', id: 'vm', label: 'VM', placeholder: 'Part of its name', optional: false },
          ],
          submit: 'Deny',
        }),
        'unseen',
      ),
    ).toEqual({
      type: 'modal',
      callback_id: 'form',
      private_metadata: 'unseen',
      title: { type: 'plain_text', text: 'Deny the request', emoji: false },
      submit: { type: 'plain_text', text: 'Deny', emoji: false },
      close: { type: 'plain_text', text: 'Cancel', emoji: false },
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: 'Request `ABC`', verbatim: true } },
        {
          type: 'input',
          block_id: 'reason',
          optional: false,
          label: { type: 'plain_text', text: 'Reason', emoji: false },
          element: { type: 'plain_text_input', action_id: 'fill-in', multiline: true, max_length: 300 },
        },
        {
          type: 'input',
          block_id: 'time',
          optional: true,
          label: { type: 'plain_text', text: 'How long', emoji: false },
          element: {
            type: 'static_select',
            action_id: 'fill-in',
            options: [
              { text: { type: 'plain_text', text: '1 h', emoji: false }, value: '60m' },
              { text: { type: 'plain_text', text: '2 h', emoji: false }, value: '120m' },
            ],
            initial_option: { text: { type: 'plain_text', text: '2 h', emoji: false }, value: '120m' },
          },
        },
        {
          type: 'input',
          block_id: 'vm',
          optional: false,
          label: { type: 'plain_text', text: 'VM', emoji: false },
          element: {
            type: 'external_select',
            action_id: 'find-vm',
            min_query_length: 0,
            placeholder: { type: 'plain_text', text: 'Part of its name', emoji: false },
          },
        },
      ],
    })
  })

  test('starts a field with the text as it stands, without half a character at its end', () => {
    const field = { kind: 'text', id: 'text', label: 'l', most: 4, multiline: true, optional: true } as const
    expect(elementOf({ ...field, initial: 'a<\n😀b' }).initial_value).toBe('a<\n')
    expect(elementOf({ ...field, multiline: false, initial: 'a\nb' }).initial_value).toBe('a b')
  })

  test('leaves out a choice that Slack could not bring back whole', () => {
    const options = [
      { value: 'x'.repeat(151), label: 'too long' },
      { value: '', label: 'nothing' },
      { value: 'x'.repeat(150), label: 'fits' },
    ]
    const { options: drawn } = elementOf({ kind: 'choice', id: 'c', label: 'l', options, optional: true })
    expect(drawn.map((each: Loose) => each.text.text)).toEqual(['fits'])
  })

  test('says so where there is nothing to choose from', () => {
    const [block] = drawForm(
      form({ fields: [{ kind: 'choice', id: 'c', label: 'Time', options: [], optional: false }] }),
      '',
    ).blocks as Loose[]
    expect(block.elements[0].text).toBe('Time: nothing to choose from')
  })
})

describe('any form', () => {
  test('is drawn so that Slack takes it', () => {
    fc.assert(
      fc.property(anyForm, any => {
        const view = drawForm(any, '')
        expect(checkView(view, 'modal')).toEqual([])
        expect(viewProblems(view)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('that core makes is drawn so that Slack takes it, or known not to fit', () => {
    fc.assert(
      fc.property(unfilled, any => {
        const view = drawModal({ form: any })
        if (view === undefined) expect(asAscii(writeForm(any)).length).toBeGreaterThan(2_000)
        else expect([checkView(view, 'modal'), viewProblems(view)]).toEqual([[], []])
      }),
    )
  })

  test('that core makes says on its frame what core wrote, uncut', () => {
    for (const form of [
      { fill: 'connect' },
      { fill: 'deny', request },
      { fill: 'deny', request, extension: 1 },
      { fill: 'less-time', request, minutes: 120 },
      { fill: 'extend', request },
      { fill: 'diagnose' },
    ] as const) {
      const { title, submit } = drawModal({ form }) as Loose
      expect([title.text, submit.text]).toEqual([formOf(form).title, formOf(form).submit])
    }
  })
})

describe('what a modal carries unseen', () => {
  const on = { platform: 'slack', key: 'D0BOB', messageKey: '1795217560.000001' } as const
  const thread = { platform: 'slack', key: 'C0OPS/1795217560.000001' } as const
  const carried = (opened: Opened) => readOpened((drawModal(opened) as Loose).private_metadata)

  test.each<[string, Opened]>([
    ['a form alone', { form: { fill: 'connect' } }],
    ['with the card it was opened from', { form: { fill: 'deny', request }, on }],
    ['with card and thread', { form: { fill: 'connect', reason: 'a < b & "c" > d\n' }, on, thread }],
    ['with a VM', { form: { fill: 'diagnose', vm: { id: vm, name: 'vm01' }, text: 'x' } }],
  ])('comes back as it went: %s', (_, opened) => {
    expect(carried(opened)).toEqual(opened)
  })

  test('is never changed by Slack escaping it', () => {
    fc.assert(
      fc.property(unfilled, any => {
        const metadata = (drawModal({ form: any, on }) as Loose)?.private_metadata
        if (metadata === undefined) return
        expect(metadata).not.toMatch(/[&<>]/)
        expect(readOpened(metadata)).toEqual({ form: readForm(writeForm(any)), on })
      }),
    )
  })

  test.each([
    ['nothing', ''],
    ['another app’s', 'This is for you!'],
    ['no form', '- - -\n{"fill":"explode"}'],
    ['no place', `${writeForm({ fill: 'connect' })}`],
    ['a strange place', `U0BOB 1.1 -\n${writeForm({ fill: 'connect' })}`],
    ['a strange thread', `D0BOB 1.1 D0BOB/1.1\n${writeForm({ fill: 'connect' })}`],
    ['a line too many', `- - -\n${writeForm({ fill: 'connect' })}\nx`],
  ])('is read strictly: %s is refused', (_, metadata) => {
    expect(readOpened(metadata)).toBeUndefined()
  })

  test('is read without failing, whatever it is', () => {
    fc.assert(fc.property(hostile, text => void readOpened(text)))
  })
})

test('whatever is found is offered so that Slack takes it', () => {
  const found = fc.record({ value: hostile, label: hostile, hint: hostile })
  fc.assert(
    fc.property(fc.array(found, { maxLength: 130 }), all => {
      const options = drawSuggestions(all)
      expect(checkOptions({ options })).toEqual([])
      expect(options.flatMap(optionProblems)).toEqual([])
      expect(options.length).toBeLessThanOrEqual(100)
    }),
  )
})
