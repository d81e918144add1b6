/** What cards say of the inside of Windows: what will happen there, what did, and what could not be done. */
import { sayDuration } from '../../access/duration.ts'
import { insideOf, questionOf } from '../../access/inside/inside.ts'
import type { Button, Line } from '../message.ts'
import { WHY_NOBODY } from './session-words.ts'
import { type Known, press } from './words.ts'

type Open = Extract<Known, { status: 'open' }>

/** While it is open, for its requester: what will be done, and what was. */
export function insideLines(state: Open): readonly Line[] {
  const inside = insideOf(state)
  if (inside === undefined) return []
  const { plan, use } = inside
  const asksLater = plan.unusedMinutes !== undefined && use === undefined
  return [
    ...(use?.state === 'kept' ? [['You still need it: you are not asked again.']] : []),
    ...(plan.ends
      ? [
          [
            'Windows itself warns you 10 and 2 minutes before the end; then your session is signed out. Save your work before.',
          ],
        ]
      : []),
    ...warningLines(state),
    ...(asksLater
      ? [
          [
            `If nobody signs in within ${sayDuration(plan.unusedMinutes ?? 0)}, you are asked whether you still need it.`,
          ],
        ]
      : []),
  ]
}

/** What waits for an answer. */
export function questionLines(state: Open): readonly Line[] {
  const question = questionOf(state)
  if (question === undefined) return []
  return [
    [
      { strong: 'Nobody has signed in yet. Do you still need it?' },
      ' Without an answer, and without a sign-in, it is shut at ',
      { time: question.answerBy },
      '.',
    ],
  ]
}

/** Nothing while nothing is asked. */
export function questionButtons(state: Open): readonly Button[] {
  const which = { id: state.ask.id }
  return questionOf(state) === undefined
    ? []
    : [press('Keep', 'main', { do: 'keep', which }), press('Give back', 'plain', { do: 'done', which })]
}

function warningLines(state: Open): readonly Line[] {
  const warning = insideOf(state)?.warning
  const at = { time: warning?.at ?? state.until }
  switch (warning?.how) {
    case undefined:
      return []
    case 'done':
      return [['You were warned inside Windows at ', at, '.']]
    case 'none':
      return [
        warning.why === 'nobody'
          ? ['Windows was looked into at ', at, ' to warn you: you were not signed in.']
          : ['You could not be warned inside Windows: ', WHY_NOBODY[warning.why], '.'],
      ]
    case 'off':
      return [['You could not be warned inside Windows: the VM does not run.']]
    case 'controller':
      return [[CONTROLLER]]
    case 'stayed':
    case 'unknown':
      return [[`Could not look inside Windows to warn you: ${'say' in warning ? warning.say : ''}`]]
  }
}

const CONTROLLER = 'Windows on this VM is a domain controller: nobody is warned or signed out there.'
