/** Which fields each form has, and what is said above them. Adapters draw a Form; `core/command/form.ts` reads what was filled in. */

import { sayDuration } from '../access/duration.ts'
import { MOST_TOLD, type Unfilled } from '../command/form.ts'
import { MOST_REASON } from '../command/grammar.ts'
import { writeVmValue } from '../command/vm-value.ts'
import { refOf } from '../ids.ts'
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
  }
}

/** Times on offer, in minutes. */
const WISHES = [15, 30, 60, 120, 240, 480]
const LONGER = [15, 30, 60, 120, 240]

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
