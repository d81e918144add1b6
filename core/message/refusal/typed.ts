/** Refusals about what was typed or filled in, in words: what could not be understood, and how to say it. */
import type { Unfilled } from '../../command/form.ts'
import { type RequestId, refOf } from '../../ids.ts'
import type { Refusal } from '../../refusal.ts'
import { ask, press } from '../access/words.ts'
import { hasLess } from '../form.ts'
import type { Line } from '../message.ts'
import type { Words } from './words.ts'

type TypedRefusal = Extract<
  Refusal,
  {
    code:
      | 'not-understood'
      | 'missing-vm'
      | 'bad-duration'
      | 'reason-too-long'
      | 'no-such-request'
      | 'which-request'
      | 'nothing-to'
      | 'deny-needs-reason'
      | 'extend-needs-time'
      | 'form-incomplete'
  }
>

const EXAMPLE = 'connect vm01 2h INC-7'
const EXAMPLES: Readonly<Record<string, string>> = {
  why: 'why vm01 2h',
  diagnose: 'diagnose vm01 an internal error',
}
const HELP: Line = ['Type ', { code: '/rdp help' }, ' to see what I understand.']

export function typedWords(refusal: TypedRefusal): Words {
  switch (refusal.code) {
    case 'not-understood':
      return {
        title: 'I did not understand that',
        lines: [
          ...(refusal.didYouMean === undefined ? [] : [['Did you mean ', { code: refusal.didYouMean }, '?']]),
          HELP,
        ],
      }
    case 'missing-vm':
      return {
        title: 'Which VM?',
        tone: 'waiting',
        lines: [['Name the VM, for example ', { code: `/rdp ${EXAMPLES[refusal.command] ?? EXAMPLE}` }, '.']],
        buttons:
          refusal.command === 'connect'
            ? [ask('Choose a VM…', 'main', { fill: 'connect', ...minutesOf(refusal) })]
            : refusal.command === 'diagnose'
              ? [ask('Tell what happens…', 'main', { fill: 'diagnose' })]
              : [],
      }
    case 'bad-duration':
      return {
        title: 'That is not a duration I can use',
        lines: [
          [
            { code: refusal.typed },
            ' is not a time. Write for example ',
            { code: '30m' },
            ', ',
            { code: '2h' },
            ' or ',
            { code: '1h30m' },
            '.',
          ],
        ],
      }
    case 'reason-too-long':
      return { title: 'The reason is too long', lines: [[`At most ${refusal.most} characters, please.`]] }
    case 'no-such-request':
      return {
        title: 'I know no such request',
        lines: [
          refusal.waiting.length === 0
            ? ['There is none for you right now.']
            : [`Those that concern you now: ${refusal.waiting.join(', ')}.`],
        ],
      }
    case 'which-request':
      return {
        title: 'Which one?',
        tone: 'waiting',
        lines: [['There is more than one. Choose:']],
        buttons: refusal.refs.map(({ ref, vm, intent }) => press(`${ref}: ${vm}`, 'plain', intent)),
      }
    case 'nothing-to':
      return {
        title: 'Nothing to do',
        lines: [[NOTHING_TO[refusal.intent]]],
      }
    case 'deny-needs-reason':
      return {
        title: 'A reason is needed to deny',
        lines: [
          [
            'Press Deny… and write it, or type ',
            { code: `/rdp deny ${refOf(refusal.request)} the reason` },
            '. The requester will read it.',
          ],
        ],
        buttons: [ask('Deny…', 'danger', { fill: 'deny', ...which(refusal) })],
      }
    case 'extend-needs-time':
      return {
        title: 'How much longer?',
        tone: 'waiting',
        lines: [['Name a time, for example ', { code: `/rdp extend ${refOf(refusal.request)} 30m` }, '.']],
        buttons: [ask('Extend…', 'main', { fill: 'extend', request: refusal.request })],
      }
    case 'form-incomplete':
      return {
        title: 'Something is missing in that form',
        lines: [[refusal.say, ' Nothing was changed.']],
        buttons: isFillable(refusal.form) ? [ask('Fill it in again…', 'main', refusal.form)] : [],
      }
  }
}

/** A form that nobody offered may leave nothing to choose from. */
const isFillable = (form: Unfilled): boolean => form.fill !== 'less-time' || hasLess(form.minutes)

const minutesOf = ({ minutes }: { minutes?: number }) => (minutes === undefined ? {} : { minutes })
const which = ({ request, extension }: { request: RequestId; extension?: number }) =>
  extension === undefined ? { request } : { request, extension }

const NOTHING_TO: Record<'approve' | 'deny' | 'cancel' | 'done' | 'extend', string> = {
  approve: 'No request is waiting for your decision.',
  deny: 'No request is waiting for your decision.',
  cancel: 'You have no request that could be cancelled.',
  done: 'You have no open access to give back.',
  extend: 'You have no open access that could be extended.',
}
