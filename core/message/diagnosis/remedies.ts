/**
 * What can be done, beside a verdict: buttons for what a press really does, words for what the person does, and a command with its reason for
 * what belongs to somebody else.
 *
 * Asking for access is the normal request, with its rules and approvers. Nothing here opens a port.
 */
import type { Pages } from '../../ports.ts'
import { CAUSES } from '../../triage/catalogue/causes/index.ts'
import { REMEDIES, type RemedyId } from '../../triage/catalogue/remedies/index.ts'
import type { Diagnosis, Undertaking } from '../../triage/conversation/diagnosis.ts'
import { hasHelped, isOfThePast } from '../../triage/conversation/helped.ts'
import { isInside } from '../../triage/conversation/orders.ts'
import { accountFor } from '../../triage/conversation/password-account.ts'
import { remedyRef } from '../../triage/conversation/waiting.ts'
import type { Assessment } from '../../triage/engine/assessment.ts'
import type { Offer } from '../../triage/remedies/offers.ts'
import { command } from '../../triage/remedies/quote.ts'
import { needsCare } from '../../triage/remedies/verbs.ts'
import { ask, fact, othersLine, press, saySeats } from '../access/words.ts'
import type { Button, Line, Message } from '../message.ts'
import { message } from '../message.ts'
import { cut, type Most } from './lines.ts'

const OWNERS: Readonly<Record<string, string>> = {
  engineer: 'an engineer with rights on the VM',
  it: 'your IT service desk',
}

/** A connect request for the same VM is the remedy itself. */
const isRequest = ({ remedy }: Offer): boolean => remedy === 'request_jit' || remedy === 'rerequest_jit_ip'

const isButton = ({ may = [] }: Diagnosis, { remedy }: Pick<Offer, 'remedy'>): boolean =>
  may.some(each => each.remedy === remedy)

export function remedyButtons(
  diagnosis: Diagnosis,
  { offers, vm }: Assessment,
  pages: Pages,
): readonly Button[] {
  const request = vm === undefined ? undefined : offers.find(isRequest)
  const doable = offers.filter(offer => isButton(diagnosis, offer))
  return [
    ...(request === undefined || vm === undefined ? [] : [requestButton(diagnosis, request, vm, pages)]),
    ...againButton(diagnosis, pages),
    ...doable.map(({ button, remedy }) =>
      press(looksFirst(diagnosis, remedy) ? LOOK : `${button}…`, request === undefined ? 'main' : 'plain', {
        do: 'repair',
        diagnosis: diagnosis.id,
        remedy,
        sure: false,
      }),
    ),
  ]
}

const LOOK = 'Look inside Windows for the account'

const looksFirst = ({ may = [] }: Diagnosis, remedy: RemedyId): boolean =>
  may.some(each => each.remedy === remedy && each.looks === true)

/** Who lost what was shown makes another one, for as long as it is agreed to. */
const againButton = ({ id, repair }: Diagnosis, pages: Pages): readonly Button[] =>
  repair?.until !== undefined && (repair.state === 'done' || repair.state === 'failed')
    ? [{ label: 'Password page', weight: 'plain', press: { url: pages.remedy(id, repair.key) } }]
    : []

/** The address of what is open is changed on its page, signed in; everything else is a new request. */
function requestButton(
  { id, known, request, unasked }: Diagnosis,
  { remedy, button }: Offer,
  vm: NonNullable<Assessment['vm']>,
  pages: Pages,
): Button {
  const isOpen = known.case.grant !== undefined && !unasked
  if (remedy === 'rerequest_jit_ip' && isOpen && request !== undefined)
    return { label: 'Change the address', weight: 'main', press: { url: pages.access(request) } }
  const reason = `diagnosis ${id.slice(-6).toUpperCase()}`
  return ask(`${button}…`, 'main', { fill: 'connect', vm: { id: vm.id, name: vm.name }, reason })
}

/** While a remedy is asked about or under way, the message is about nothing else. */
export function repairMessage(
  diagnosis: Diagnosis,
  assessment: Assessment,
  pages: Pages,
): Message | undefined {
  const { repair } = diagnosis
  switch (repair?.state) {
    case 'confirming':
      return confirmation(diagnosis, repair, assessment)
    case 'asked':
      return waiting(diagnosis, repair)
    case 'agreed':
    case 'setting':
      return toThePage(diagnosis, repair, pages)
    case 'sending':
    case 'running':
      return underWay(repair)
    default:
      return undefined
  }
}

const titled = (title: string, parts: Partial<Message>): Message =>
  message({ tone: 'waiting', title, plain: title, ...parts })

function confirmation({ id }: Diagnosis, repair: Undertaking, { offers }: Assessment): Message {
  const { remedy, vm, by, shown } = repair
  const { button, text } = REMEDIES[remedy]
  const offer = offers.find(each => each.remedy === remedy)
  const label = by === 'asker' ? button : 'Ask for approval'
  return titled(`${button}? ${vm.name}`, {
    lines: [
      [text, ...shown.how.map(said => ` ${cut(said)}`)],
      ...(offer?.confirm === 'Q-INTENT'
        ? [['It was stopped on purpose, or by a schedule: be sure that it may run.'] satisfies Line]
        : []),
      ...shown.warnings.map((said): Line => [{ strong: 'Mind: ' }, said]),
      ...(isInside(repair) ? [['Afterwards I look inside Windows once more.'] satisfies Line] : []),
      ...(by === 'asker'
        ? []
        : [['Somebody else has to agree: I ask those whom the policy names.'] satisfies Line]),
    ],
    buttons: [
      needsCare(remedy)
        ? ask(`${label}…`, 'danger', { fill: 'repair', diagnosis: id, remedy })
        : press(label, 'main', { do: 'repair', diagnosis: id, remedy, sure: true }),
      press('Not now', 'plain', { do: 'leave', diagnosis: id }),
    ],
  })
}

const waiting = ({ id }: Diagnosis, repair: Undertaking): Message =>
  titled(`Waiting for approval: ${REMEDIES[repair.remedy].button}, ${repair.vm.name}`, {
    lines: [
      [`I asked ${saySeats(repair.asking?.seats ?? [])}. Nothing is done before somebody agrees.`],
      ...othersLine(repair.asking?.others ?? []),
    ],
    facts: [
      ...(repair.asking === undefined ? [] : [fact('Lapses', { time: repair.asking.lapsesAt })]),
      repairRef(repair),
    ],
    buttons: [press('Withdraw', 'plain', { do: 'leave', diagnosis: id })],
  })

/** A password is made where it is shown: on a page, signed in. */
function toThePage({ id }: Diagnosis, repair: Undertaking, pages: Pages): Message {
  const { remedy, vm, state, say, press: pressed, until } = repair
  const { button } = REMEDIES[remedy]
  return titled(`${button}, one step is left: ${vm.name}`, {
    lines: [
      ...approvedLine(repair),
      ...(say === undefined ? [] : [[{ strong: 'The last press did not work. ' }, cut(say)] satisfies Line]),
      state === 'setting'
        ? [
            'A new password is being set for ',
            { code: pressed?.account ?? '' },
            '. If you did not get to see it, open the page and press again.',
          ]
        : [
            'Open the page, sign in and press the button there. The password is made at that moment and shown there once; it never comes to this chat.',
          ],
    ],
    facts: until === undefined ? [] : [fact('Until', { time: until })],
    buttons: [
      { label: 'Open the page', weight: 'main', press: { url: pages.remedy(id, repair.key) } },
      ...(state === 'agreed' ? [press('Withdraw', 'plain', { do: 'leave', diagnosis: id })] : []),
    ],
  })
}

const approvedLine = ({ asking }: Undertaking): readonly Line[] =>
  asking?.decided === undefined ? [] : [[`Approved by ${asking.decided.name}.`]]

/** By which people name it when they type. */
export const repairRef = (repair: Undertaking) => fact('Reference', { code: remedyRef(repair) })

function underWay(repair: Undertaking): Message {
  const { remedy, vm, state, press: pressed } = repair
  const { button } = REMEDIES[remedy]
  return titled(`${button}: ${vm.name}`, {
    plain: `${button}: ${vm.name}, under way`,
    lines: [
      ...approvedLine(repair),
      ...(pressed === undefined
        ? []
        : [
            [
              'A new password for ',
              { code: pressed.account },
              ' was shown on its page. It works as soon as this says that it is done.',
            ] satisfies Line,
          ]),
      ['Azure is at it. Afterwards I look again and say here whether it helped.'],
    ],
    steps: [
      { label: 'Order it from Azure', state: state === 'running' ? 'done' : 'doing' },
      { label: 'Azure carries it out', state: state === 'running' ? 'doing' : 'todo' },
      { label: 'Check again', state: 'todo' },
    ],
  })
}

/** What became of the remedy, above what is known now. "Helped" is said only when the cause is gone. */
export function repairedLines(diagnosis: Diagnosis): readonly Line[] {
  const { repair } = diagnosis
  if (repair === undefined) return []
  const { button } = REMEDIES[repair.remedy]
  const say = cut(repair.say ?? '')
  switch (repair.state) {
    case 'denied':
      return [[{ strong: `${button} was denied` }, ` by ${repair.asking?.decided?.name ?? ''}: ${say}`]]
    case 'withdrawn':
      return [[{ strong: `${button} was withdrawn. ` }, 'Nothing was done.']]
    case 'lapsed':
      return [
        [
          { strong: `${button} lapsed: ` },
          repair.until === undefined
            ? 'nobody decided in time. Nothing was done.'
            : 'it was agreed to, and no password was made in time. Nothing was done.',
        ],
      ]
    case 'unanswerable':
      return [[{ strong: `${button}: nobody could be asked. ` }, say]]
    case 'failed':
      return [[{ strong: `${button} did not work. ` }, say]]
    case 'done':
      switch (hasHelped(diagnosis, repair)) {
        case 'no':
          return [[{ strong: `${button} was done, and it did not help: ` }, 'the same check still fails.']]
        case 'yes':
          return [
            [{ strong: `${button} was done, and it helped: ` }, `"${CAUSES[repair.cause].title}" is gone.`],
          ]
        case 'unknown':
          if (isOfThePast(repair.cause))
            return [
              [
                { strong: `${button} was done. ` },
                'Sign in with the new password; only that shows whether it helped. What failed before stays in the log of Windows.',
              ],
            ]
          return [
            [
              { strong: `${button} was done; whether it helped is not tested: ` },
              `I could not look again whether "${CAUSES[repair.cause].title}" is gone.`,
            ],
          ]
      }
      break
    default:
  }
  return []
}

/** What helps, best first. */
export function helpLines(
  diagnosis: Diagnosis,
  { offers, warnings, vm }: Assessment,
  most: Most,
): readonly Line[] {
  const told = offers.filter(offer => !isRequest(offer))
  const left = told.length - most.remedies
  const lines = told
    .slice(0, most.remedies)
    .flatMap(offer => [
      ...remedyLines(offer, isButton(diagnosis, offer) ? undefined : vm?.id),
      ...passwordLines(diagnosis, offer),
    ])
  const beside = warnings.slice(0, most.remedies)
  return lines.length === 0 && beside.length === 0
    ? []
    : [
        ...(lines.length === 0 ? [] : [[{ strong: 'What helps:' }] satisfies Line]),
        ...lines,
        ...(left > 0 ? [[`and ${left} more that can be tried`] satisfies Line] : []),
        ...beside.map(({ text, parts }): Line => [{ strong: 'Mind: ' }, cut([text, ...parts].join(' '))]),
      ]
}

/** Whose password it would be, and why not where it is not set. */
function passwordLines(diagnosis: Diagnosis, { remedy, kind }: Offer): readonly Line[] {
  if (remedy !== 'reset_password' || kind !== 'perform') return []
  if (looksFirst(diagnosis, remedy))
    return [
      [
        'First I look inside Windows, once: that the account is there, and that this is no domain controller.',
      ],
    ]
  const account = accountFor(diagnosis.known)
  return 'not' in account && !isButton(diagnosis, { remedy }) ? [[cut(account.not)]] : []
}

/** The commands of remedies that need a second person or an engineer, for whoever may run them. */
const COMMANDS: Readonly<Partial<Record<RemedyId, readonly string[]>>> = {
  start_vm: ['az', 'vm', 'start'],
  restart_vm: ['az', 'vm', 'restart'],
  redeploy_vm: ['az', 'vm', 'redeploy'],
  reapply_vm: ['az', 'vm', 'reapply'],
}

/** @param on the VM's ARM id, where somebody else has to run the command */
function remedyLines(
  { button, text, kind, handOver, remedy, approval }: Offer,
  on: string | undefined,
): readonly Line[] {
  if (kind === 'perform') {
    const words = COMMANDS[remedy]
    const written = words === undefined || on === undefined ? undefined : command([...words, '--ids', on])
    const who =
      on === undefined || approval === 'none'
        ? ''
        : ' Ask whoever is responsible for the VM; I do not do this myself.'
    return [
      [`• ${button}: ${cut(text)}${who}`],
      ...(written === undefined ? [] : [[{ code: written }] satisfies Line]),
    ]
  }
  if (handOver === undefined || kind === 'advice') return [[`• ${button}: ${cut(text)}`]]
  const { to, ask: asked, command: line, reason, proof } = handOver
  return [
    [`• For ${OWNERS[to] ?? `the owner of ${to}`}: ${cut(asked)}`],
    ...(line === undefined ? [] : [[{ code: line.slice(0, 1_000) }] satisfies Line]),
    [`Reason: ${cut([reason, ...proof.slice(0, 2)].join(' '))}`],
  ]
}
