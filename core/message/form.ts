/** Which fields each form has, and what is said above them. Adapters draw a Form; `core/command/form.ts` reads what was filled in. */

import { sayDuration } from '../access/duration.ts'
import { MOST_TOLD, type Unfilled } from '../command/form.ts'
import { MOST_REASON } from '../command/grammar.ts'
import { writeVmValue } from '../command/vm-value.ts'
import { refOf } from '../ids.ts'
import { needsSnapshot } from '../triage/remedies/verbs.ts'
import type { Field, Form } from './message.ts'

/** Pure. Field ids: `vm`, `time`, `reason`, `text`. The value of a `time` is minutes such as "90m". */
export function formOf(unfilled: Unfilled): Form {
  switch (unfilled.fill) {
    case 'connect':
      return {
        title: 'Connect to a VM',
        lines: [],
        fields: [
          vmField(unfilled.vm, { optional: false }),
          timeField('How long', WISHES, { initial: unfilled.minutes, optional: true }),
          reasonField('Reason', { initial: unfilled.reason, optional: true, multiline: false }),
        ],
        submit: 'Ask for access',
        weight: 'main',
      }
    case 'deny':
      return {
        title: unfilled.extension === undefined ? 'Deny the request' : 'Deny the extension',
        lines: [['Request ', { code: refOf(unfilled.request) }, '. The requester will read the reason.']],
        fields: [reasonField('Reason', { optional: false, multiline: true })],
        submit: 'Deny',
        weight: 'danger',
      }
    case 'less-time':
      return {
        title: 'Approve for less time',
        lines: [
          [
            'Request ',
            { code: refOf(unfilled.request) },
            ` asks for ${sayDuration(unfilled.minutes)}. Approve it for:`,
          ],
        ],
        fields: [
          timeField(
            'How long',
            WISHES.filter(minutes => minutes < unfilled.minutes),
            { optional: false },
          ),
        ],
        submit: 'Approve',
        weight: 'main',
      }
    case 'extend':
      return {
        title: 'Extend access',
        lines: [['Request ', { code: refOf(unfilled.request) }, '. Your session goes on meanwhile.']],
        fields: [
          timeField('How much longer', LONGER, { optional: false }),
          reasonField('Reason', { optional: true, multiline: false }),
        ],
        submit: 'Extend',
        weight: 'main',
      }
    case 'repair':
      return {
        title: 'Before it is done',
        lines: [['What is lost by it does not come back. Read the warnings on the card first.']],
        fields: [
          {
            kind: 'text',
            id: 'name',
            label: 'Name of the VM',
            placeholder: 'Typed letter by letter, to be sure that it is this one',
            most: 100,
            multiline: false,
            optional: false,
          },
          {
            kind: 'choice',
            id: 'back',
            label: 'What there is to go back to',
            options: [
              { value: 'snapshot', label: 'A snapshot was taken' },
              ...(needsSnapshot(unfilled.remedy)
                ? []
                : [{ value: 'nothing', label: 'Nothing: what is lost may be lost' }]),
            ],
            optional: false,
          },
        ],
        submit: 'Go on',
        weight: 'danger',
      }
    case 'refuse':
      return {
        title: 'Deny the remedy',
        lines: [['Nothing is done then. Whoever asked will read the reason.']],
        fields: [reasonField('Reason', { optional: false, multiline: true })],
        submit: 'Deny',
        weight: 'danger',
      }
    case 'ignore-drift':
      return {
        title: 'Ignore a finding',
        lines: [['It is not reported again for as long as it stays as it is. Nothing is changed in Azure.']],
        fields: [reasonField('Reason', { optional: false, multiline: true })],
        submit: 'Ignore',
        weight: 'main',
      }
    case 'diagnose':
      return {
        title: 'Diagnose a connection',
        lines: [],
        fields: [
          vmField(unfilled.vm, { optional: true }),
          {
            kind: 'text',
            id: 'text',
            label: 'What happens',
            placeholder: 'What you did, and the exact words on the screen',
            most: MOST_TOLD,
            multiline: true,
            optional: false,
            ...initialText(unfilled.text, MOST_TOLD),
          },
        ],
        submit: 'Diagnose',
        weight: 'main',
      }
    case 'answer':
      return {
        title: 'Your answer',
        lines: [['Never write a password here.']],
        fields: [
          {
            kind: 'text',
            id: 'text',
            label: 'Answer',
            placeholder: 'In your own words, or what you copied',
            most: MOST_TOLD,
            multiline: true,
            optional: false,
          },
        ],
        submit: 'Answer',
        weight: 'main',
      }
  }
}

/** Times on offer, in minutes. */
const WISHES = [15, 30, 60, 120, 240, 480]
const LONGER = [15, 30, 60, 120, 240]

/** Whether there is anything to choose from for whoever agrees to less than these minutes. */
export const hasLess = (minutes: number): boolean => WISHES.some(wish => wish < minutes)

function timeField(
  label: string,
  offered: readonly number[],
  { initial, optional }: { initial?: number | undefined; optional: boolean },
): Field {
  const minutes = [...new Set([...offered, ...(initial === undefined ? [] : [initial])])].sort(
    (a, b) => a - b,
  )
  return {
    kind: 'choice',
    id: 'time',
    label,
    options: minutes.map(each => ({ value: `${each}m`, label: sayDuration(each) })),
    optional,
    ...(initial === undefined ? {} : { initial: `${initial}m` }),
  }
}

const reasonField = (
  label: string,
  { initial, optional, multiline }: { initial?: string | undefined; optional: boolean; multiline: boolean },
): Field => ({
  kind: 'text',
  id: 'reason',
  label,
  placeholder: 'For example INC-7 disk full',
  most: MOST_REASON,
  multiline,
  optional,
  ...initialText(initial, MOST_REASON),
})

/** What is filled in already never exceeds what the field takes. */
const initialText = (text: string | undefined, most: number) =>
  text === undefined ? {} : { initial: [...text.toWellFormed()].slice(0, most).join('') }

const vmField = (
  vm: Parameters<typeof writeVmValue>[0] | undefined,
  { optional }: { optional: boolean },
): Field => ({
  kind: 'vm',
  id: 'vm',
  label: 'VM',
  placeholder: 'Type part of its name',
  optional,
  ...(vm === undefined ? {} : { initial: { value: writeVmValue(vm), label: vm.name } }),
})
