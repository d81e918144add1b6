/**
 * The card of an access request: one per state, written for the requester or for an approver.
 *
 * It says only what is known: "Ready" appears in the state `open` alone, which is reached by proof. Every button on a card is one that
 * decide() accepts from that reader in that state.
 */

import { sayDuration } from '../access/duration.ts'
import type { AccessRequest, Approver, Ask, Proof, Seat } from '../access/request.ts'
import type { Intent } from '../command/intent.ts'
import { PLATFORM_NAMES, refOf } from '../ids.ts'
import type { Pages, Reader } from '../ports.ts'
import type { Button, Line, Message, Run, Step } from './message.ts'
import { message } from './message.ts'

type Known = Exclude<AccessRequest, { status: 'none' }>

/** @param pages where the access page of the request is */
export const accessCard = (state: Known, reader: Reader, pages: Pick<Pages, 'access'>): Message =>
  reader === 'requester' ? forRequester(state, pages) : forApprover(state)

function forRequester(state: Known, pages: Pick<Pages, 'access'>): Message {
  const { ask } = state
  const vm: Run = { code: ask.vm.name }
  const about = [fact('VM', vm), fact('For', sayDuration(ask.minutes)), ...reasonFact(ask), refFact(ask)]
  const page = pages.access(ask.id)
  switch (state.status) {
    case 'asked':
      return message({
        tone: 'waiting',
        title: `Waiting for approval: ${ask.vm.name}`,
        plain: `Your request for ${ask.vm.name} is waiting for approval`,
        lines: [[`Asked: ${saySeats(state.seats)}.`], ...othersLine(state.others)],
        facts: [...about, fact('Rule', { code: ask.rule }), fact('Lapses', { time: ask.lapsesAt })],
        buttons: [press('Cancel request', 'plain', { do: 'cancel', which: { id: ask.id } })],
      })
    case 'approved':
      return message({
        tone: 'good',
        title: `Approved: ${ask.vm.name}`,
        plain: `Approved. Open ${ask.vm.name} from the computer you will connect from`,
        lines: [
          [
            `${sayApprover(state.approver)}. One step is left: open the page on the computer that you will connect from, `,
            'sign in and press Open. The port is then opened for that address only.',
          ],
        ],
        facts: [...about, fact('Open it before', { time: state.lapsesAt })],
        buttons: [
          { label: 'Open access', weight: 'main', press: { url: page } },
          press('Cancel request', 'plain', { do: 'cancel', which: { id: ask.id } }),
        ],
      })
    case 'opening':
      return message({
        tone: 'waiting',
        title: `Opening: ${ask.vm.name}`,
        plain: `Opening ${ask.vm.name} for ${state.source}`,
        facts: [...about, fact('Your address', { code: state.source })],
        steps: openingSteps(state.requested !== undefined),
        buttons: [press('Cancel', 'plain', { do: 'cancel', which: { id: ask.id } })],
      })
    case 'open':
      return message({
        tone: 'good',
        title: openTitle(state),
        plain: openTitle(state),
        lines: [
          ['Connect from the address you opened it for. Windows shows the remote address below: compare it.'],
          ...accountLine(state.wayIn.account),
          ...proofLines(state.proofs),
        ],
        facts: [
          ...about,
          fact('Remote address', { code: `${state.wayIn.host}:${state.wayIn.port}` }),
          fact('Open for', { code: state.source }),
          fact('Until', { time: state.until }),
        ],
        buttons: [
          { label: `Get ${ask.vm.name}.rdp`, weight: 'main', press: { url: page } },
          press('I am done', 'plain', { do: 'done', which: { id: ask.id } }),
        ],
      })
    case 'closing':
      return message({
        tone: state.trouble === undefined ? 'waiting' : 'bad',
        title: `Closing: ${ask.vm.name}`,
        plain: `Closing ${ask.vm.name}`,
        lines: [...trouble(state), ['You will be told when it is shut.']],
        facts: about,
      })
    case 'over':
      return message({
        tone: state.outcome === 'denied' || state.outcome === 'failed' ? 'bad' : 'neutral',
        title: `${overTitle(state)}: ${ask.vm.name}`,
        plain: `${overTitle(state)}: ${ask.vm.name}`,
        lines: overLines(state),
        facts: about,
      })
  }
}

function forApprover(state: Known): Message {
  const { ask } = state
  const about = [
    fact('Person', { person: ask.by.person, name: ask.by.name }),
    fact('VM', { code: ask.vm.name }),
    fact('Subscription', ask.vm.subscriptionName),
    fact('Resource group', ask.vm.resourceGroup),
    fact('Environment', ask.vm.environment ?? 'no environment tag'),
    fact('For', sayDuration(ask.minutes)),
    ...reasonFact(ask),
    fact('Rule', { code: ask.rule }),
    refFact(ask),
  ]
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
        lines: othersLine(state.others),
        facts: [...about, fact('Lapses', { time: ask.lapsesAt })],
        field: { id: 'reason', label: 'Reason, if you deny', placeholder: 'The requester will read it' },
        buttons: [
          press('Approve', 'main', { do: 'approve', which: { id: ask.id } }),
          press('Deny', 'danger', { do: 'deny', which: { id: ask.id }, reason: '' }),
        ],
      })
    case 'approved':
      return settled('Approved', 'good', [
        [`${sayApprover(state.approver)}. The requester has not opened it yet.`],
      ])
    case 'opening':
      return settled('Approved, opening', 'good', [[`${sayApprover(state.approver)}.`]])
    case 'open':
      return settled('Approved, open', 'good', [
        [
          `${sayApprover(state.approver)}. Open for `,
          { code: state.source },
          ' until ',
          { time: state.until },
          '.',
        ],
      ])
    case 'closing':
      return settled('Closing', state.trouble === undefined ? 'waiting' : 'bad', trouble(state))
    case 'over':
      return settled(overTitle(state), state.outcome === 'failed' ? 'bad' : 'neutral', overLines(state))
  }
}

const fact = (label: string, ...value: Line) => ({ label, value })
const refFact = (ask: Ask) => fact('Reference', { code: refOf(ask.id) })
const reasonFact = (ask: Ask) => (ask.reason === '' ? [] : [fact('Reason', ask.reason)])
const press = (label: string, weight: Button['weight'], intent: Intent): Button => ({
  label,
  weight,
  press: { intent },
})

const saySeats = (seats: readonly Seat[]): string =>
  seats
    .map(({ name, at }) => `${name} (in ${at.map(({ platform }) => PLATFORM_NAMES[platform]).join(' and ')})`)
    .join(', ')

const othersLine = (others: readonly string[]): readonly Line[] =>
  others.length === 0 ? [] : [[`May also decide: ${others.join(', ')}.`]]

const sayApprover = (approver: Approver): string =>
  'rule' in approver ? `The rule ${approver.rule} allows it without approval` : `Approved by ${approver.name}`

const openingSteps = (requested: boolean): readonly Step[] => [
  { label: 'Approved', state: 'done' },
  { label: 'Ask Azure to open the port for your address', state: requested ? 'done' : 'doing' },
  { label: 'Check that the rule is in force', state: requested ? 'doing' : 'todo' },
  { label: 'Check that Azure lets your address through', state: 'todo' },
]

const accountLine = (account: string | undefined): readonly Line[] =>
  account === undefined
    ? [['Sign in to Windows with your own account on this VM; Azure names no local administrator.']]
    : [['Sign in to Windows as ', { code: account }, ', or with your own account on this VM.']]

function proofLines(proofs: readonly Proof[]): readonly Line[] {
  const say = (result: Proof['result']) =>
    proofs
      .filter(proof => proof.result === result)
      .map(proof => (proof.note === undefined ? proof.check : `${proof.check} (${proof.note})`))
      .join('; ')
  const proven = say('proven')
  const untested = say('not-tested')
  return [
    ...(proven === '' ? [] : [[{ strong: 'Checked:' }, ` ${proven}.`]]),
    ...(untested === '' ? [] : [[{ strong: 'Not tested:' }, ` ${untested}.`]]),
  ]
}

/** "Ready" is said only when Azure itself confirmed that the address is let through. */
function openTitle({ ask, warned, verified }: Extract<Known, { status: 'open' }>): string {
  if (warned) return `Ending soon: ${ask.vm.name}`
  return verified ? `Ready: ${ask.vm.name}` : `Opened, not fully tested: ${ask.vm.name}`
}

const trouble = (state: Extract<Known, { status: 'closing' }>): readonly Line[] =>
  state.trouble === undefined ? [] : [[`Azure has not shut it yet: ${state.trouble} I keep trying.`]]

function overTitle(state: Extract<Known, { status: 'over' }>): string {
  switch (state.outcome) {
    case 'denied':
      return 'Denied'
    case 'unanswerable':
      return 'Nobody could be asked'
    case 'withdrawn':
      return 'Withdrawn'
    case 'lapsed':
      return state.approver ? 'Lapsed, never opened' : 'Lapsed, nobody decided'
    case 'expired':
      return 'Time is over, shut'
    case 'returned':
      return 'Returned, shut'
    case 'failed':
      return 'Could not open, shut'
  }
}

function overLines(state: Extract<Known, { status: 'over' }>): readonly Line[] {
  const { outcome, deniedBy, say, alsoOpen, approver } = state
  const opened = outcome === 'expired' || outcome === 'returned' || outcome === 'failed'
  return [
    ...(deniedBy ? [[`Denied by ${deniedBy.name}: ${say ?? ''}`]] : []),
    ...((outcome === 'failed' || outcome === 'unanswerable') && say !== undefined ? [[say]] : []),
    ...(outcome === 'lapsed' || outcome === 'withdrawn'
      ? [['Nothing was opened. Ask again when you need it.']]
      : []),
    ...(approver && opened ? [[`${sayApprover(approver)}.`]] : []),
    ...(opened && alsoOpen === undefined ? [['Read back from Azure: no rule of this request is left.']] : []),
    ...(alsoOpen === undefined
      ? []
      : [[`This request's window is gone, but the address is still let in: ${alsoOpen}.`]]),
    ...(outcome === 'expired' || outcome === 'returned'
      ? [['A remote desktop session that is still running is not cut by Azure: sign out of Windows.']]
      : []),
  ]
}
