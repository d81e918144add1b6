/**
 * What a person sees on their App Home: a way to ask, their windows, and what waits for them. Cards in little, with the same buttons.
 */
import { sayDuration } from '../access/duration.ts'
import { type AccessRequest, isWaiting } from '../access/request.ts'
import type { PersonId } from '../ids.ts'
import type { Pages } from '../ports.ts'
import { ownButtons } from './access/access.ts'
import { decisionButtons } from './access/approver.ts'
import { ask as askFor, extensionLine, fact, type Known, reasonFact, refFact } from './access/words.ts'
import { NO_REMEDIES, remedyHomeMessages, type WaitingRemedies } from './diagnosis/remedies-waiting.ts'
import type { Line, Message } from './message.ts'
import { message } from './message.ts'
import { STATUS } from './refusal/refusal.ts'

/** More than anybody keeps open at once; a platform's page is limited, too. */
const MOST_EACH = 10

/** @param mine the person's live requests; @param shown those live ones whose card they were sent */
export function homeMessages(
  mine: readonly AccessRequest[],
  shown: readonly AccessRequest[],
  person: PersonId,
  pages: Pages,
  remedies: WaitingRemedies = NO_REMEDIES,
): readonly Message[] {
  const windows = mine.filter(isKnown)
  const waiting = shown.filter(isKnown).filter(state => isWaiting(state) && state.ask.by.person !== person)
  const said =
    windows.length + waiting.length + remedies.mine.length + remedies.theirs.length === 0
      ? 'Nothing is open for you, and nothing waits for you.'
      : ''
  return [
    message({
      title: 'Latchkey',
      plain: 'RDP to a VM in Azure, for you alone, for a while',
      lines: [
        ['I open RDP to a Windows VM in Azure for you alone, for a while, and shut it again.'],
        ...(said === '' ? [] : [[said]]),
      ],
      buttons: [askFor('Connect…', 'main', { fill: 'connect' })],
    }),
    ...windows.slice(0, MOST_EACH).map(state => windowMessage(state, pages)),
    ...restMessage(windows.length, 'Your other requests'),
    ...waiting.slice(0, MOST_EACH).map(waitingMessage),
    ...restMessage(waiting.length, 'More that waits for you'),
    ...remedyHomeMessages(
      { mine: remedies.mine.slice(0, MOST_EACH), theirs: remedies.theirs.slice(0, MOST_EACH) },
      pages,
    ),
    ...restMessage(remedies.mine.length, 'Your other remedies'),
    ...restMessage(remedies.theirs.length, 'More remedies that wait for you'),
  ]
}

function windowMessage(state: Known, pages: Pick<Pages, 'access'>): Message {
  const title = `${state.ask.vm.name}: ${isMoving(state) ? 'being opened for your new address' : STATUS[state.status]}`
  return message({
    tone: TONES[state.status],
    title,
    plain: title,
    facts: [...endFact(state), ...reasonFact(state.ask), refFact(state.ask)],
    lines:
      state.status === 'open' && state.extension
        ? [[`You asked for ${extensionLine(state.extension)}.`]]
        : [],
    buttons: ownButtons(state, pages),
  })
}

function waitingMessage(state: Known): Message {
  const { ask } = state
  const extension = state.status === 'open' ? state.extension : undefined
  const what = extension ? `${sayDuration(extension.minutes)} more on` : 'RDP to'
  const title = `${ask.by.name} asks for ${what} ${ask.vm.name}`
  return message({
    tone: 'waiting',
    title,
    plain: title,
    facts: [
      fact('Person', { person: ask.by.person, name: ask.by.name }),
      fact('For', sayDuration(ask.minutes)),
      ...reasonFact(extension && extension.reason !== '' ? extension : ask),
      ...endFact(state),
      refFact(ask),
    ],
    buttons: decisionButtons(state),
  })
}

const restMessage = (length: number, title: string): readonly Message[] =>
  length <= MOST_EACH
    ? []
    : [
        message({
          title,
          plain: title,
          lines: [[`${length - MOST_EACH} more. Type `, { code: '/rdp list' }, '.']],
        }),
      ]

function endFact(state: Known): readonly { label: string; value: Line }[] {
  switch (state.status) {
    case 'asked':
      return [fact('Lapses', { time: state.ask.lapsesAt })]
    case 'approved':
      return [fact('Open it before', { time: state.lapsesAt })]
    case 'open':
      return [fact('Until', { time: state.until })]
    case 'opening':
    case 'closing':
    case 'over':
      return []
  }
}

const TONES: Record<Known['status'], Message['tone']> = {
  asked: 'waiting',
  approved: 'good',
  opening: 'waiting',
  open: 'good',
  closing: 'waiting',
  over: 'neutral',
}

const isMoving = (state: Known): boolean => state.status === 'open' && state.moving !== undefined
const isKnown = (state: AccessRequest): state is Known => state.status !== 'none'
