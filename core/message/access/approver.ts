/** The approver's card of an access request, one per state. Its buttons carry no power: whoever presses is judged then. */
import { sayDuration } from '../../access/duration.ts'
import { isStarting } from '../../access/power/power.ts'
import { later } from '../../ids.ts'
import { hasLess } from '../form.ts'
import type { Button, Line, Message } from '../message.ts'
import { message } from '../message.ts'
import { startLines } from './power-words.ts'
import { instanceWarnings } from './role-instance.ts'
import { wayFact } from './way-words.ts'
import {
  answerLines,
  ask as askFor,
  cutLines,
  extensionLine,
  fact,
  isTroubled,
  type Known,
  movedLines,
  othersLine,
  overLines,
  overTitle,
  press,
  reasonFact,
  refFact,
  sayApprover,
  timeFact,
  trouble,
} from './words.ts'

export function forApprover(state: Known): Message {
  const { ask } = state
  const about = aboutOf(state)
  const settled = (title: string, tone: Message['tone'], lines: readonly Line[] = []): Message =>
    message({
      tone,
      title: `${title}: ${ask.vm.name}`,
      plain: `${title}: ${ask.vm.name}`,
      lines,
      facts: about,
    })
  switch (state.status) {
    case 'asked':
      return message({
        tone: 'waiting',
        title: `${ask.by.name} asks for RDP to ${ask.vm.name}`,
        plain: `${ask.by.name} asks for RDP access to ${ask.vm.name} for ${sayDuration(ask.minutes)}`,
        lines: [...othersLine(state.others), ...startLines(ask), ...instanceWarnings(ask)],
        facts: [...about, fact('Lapses', { time: ask.lapsesAt })],
        buttons: decisionButtons(state),
      })
    case 'approved':
      return settled('Approved', 'good', [
        [`${sayApprover(state.approver)}. The requester has not opened it yet.`],
      ])
    case 'opening':
      return settled(isStarting(state) ? 'Approved, starting the VM' : 'Approved, opening', 'good', [
        [`${sayApprover(state.approver)}.`],
        ...movedLines(state),
      ])
    case 'open': {
      const lines: readonly Line[] = [
        [
          `${sayApprover(state.approver)}. Open for `,
          { code: ask.instance === undefined ? state.source : (state.account?.user ?? '') },
          ' until ',
          { time: state.until },
          '.',
        ],
        ...movedLines(state),
        ...(state.moving && ask.instance === undefined
          ? [['The new address is not proven to be let in yet.']]
          : []),
        ...cutLines(state.cut),
        ...answerLines(state.answer),
      ]
      return state.extension ? extensionCard(state, lines) : settled('Approved, open', 'good', lines)
    }
    case 'closing':
      return settled('Closing', isTroubled(state) ? 'bad' : 'waiting', trouble(state))
    case 'over':
      return settled(overTitle(state), state.outcome === 'failed' ? 'bad' : 'neutral', overLines(state))
  }
}

type Open = Extract<Known, { status: 'open' }>

function extensionCard(state: Open, lines: readonly Line[]): Message {
  const { ask, extension } = state
  if (extension === undefined) return message({ title: ask.vm.name, plain: ask.vm.name })
  const { minutes, others } = extension
  const title = `${ask.by.name} asks for ${sayDuration(minutes)} more on ${ask.vm.name}`
  const total = Math.ceil((state.until - state.openedAt) / 60_000) + minutes
  return message({
    tone: 'waiting',
    title,
    plain: title,
    lines: [...lines, ...othersLine(others)],
    facts: [
      ...aboutOf(state),
      fact('More time', extensionLine(extension)),
      fact('New end', { time: later(state.until, minutes) }),
      fact('In all', sayDuration(total)),
    ],
    buttons: decisionButtons(state),
  })
}

/** Said to somebody who decided without having been shown a card: only once it is stored. */
export function decidedMessage(decided: 'approve' | 'deny', { ask }: Known): Message {
  const title = `${decided === 'approve' ? 'You approved' : 'You denied'}: ${ask.vm.name}`
  return message({
    tone: decided === 'approve' ? 'good' : 'neutral',
    title,
    plain: title,
    lines: [['What ', { person: ask.by.person, name: ask.by.name }, ' asked for is decided; they are told.']],
    facts: [refFact(ask)],
  })
}

/** What somebody who was asked can do about it now; nothing where nothing waits. */
export function decisionButtons(state: Known): readonly Button[] {
  const { id, minutes } = state.ask
  if (state.status === 'asked')
    return [
      press('Approve', 'main', { do: 'approve', which: { id } }),
      ...(hasLess(minutes)
        ? [askFor('Less time…', 'plain', { fill: 'less-time', request: id, minutes })]
        : []),
      askFor('Deny…', 'danger', { fill: 'deny', request: id }),
    ]
  if (state.status !== 'open' || !state.extension) return []
  const { number } = state.extension
  return [
    press('Approve', 'main', { do: 'approve', which: { id }, extension: number }),
    askFor('Deny…', 'danger', { fill: 'deny', request: id, extension: number }),
  ]
}

/** Everything that is decided about. */
function aboutOf(state: Known) {
  const { ask } = state
  return [
    fact('Person', { person: ask.by.person, name: ask.by.name }),
    fact(ask.instance === undefined ? 'VM' : 'Role instance', { code: ask.vm.name }),
    fact('Subscription', ask.vm.subscriptionName),
    fact('Resource group', ask.vm.resourceGroup),
    fact('Environment', ask.vm.environment ?? 'no environment tag'),
    ...wayFact(state),
    timeFact(state),
    ...reasonFact(ask),
    fact('Rule', { code: ask.rule }),
    refFact(ask),
  ]
}
