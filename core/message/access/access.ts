/**
 * The card of an access request: one per state, written for the requester or for an approver.
 *
 * It says only what is known: "Ready" appears in the state `open` alone, which is reached by proof, and goes while a new address is being
 * proven. Every button on a card is one that decide() accepts from that reader in that state.
 */

import { questionOf } from '../../access/inside/inside.ts'
import { isStarting } from '../../access/power/power.ts'
import type { Ask } from '../../access/request.ts'
import { isOpenedForOwn } from '../../access/way-in.ts'
import type { Pages, Reader } from '../../ports.ts'
import { isDialled } from '../../rdp/target.ts'
import type { Button, Line, Message, Run } from '../message.ts'
import { message } from '../message.ts'
import { forApprover } from './approver.ts'
import { insideLines, questionButtons, questionLines } from './inside-words.ts'
import { startedLines, startLines, startSoonLines, switchButtons } from './power-words.ts'
import { diagnoseInstance, instanceButtons, instanceCard } from './role-instance.ts'
import { bastionLines, openingSteps, sourceFact, triedLines, wayFact } from './way-words.ts'
import {
  answerLines,
  ask as askFor,
  cutLines,
  extensionLine,
  fact,
  isTroubled,
  type Known,
  othersLine,
  overLines,
  overTitle,
  press,
  proofLines,
  reasonFact,
  refFact,
  sayApprover,
  saySeats,
  timeFact,
  trouble,
} from './words.ts'

/** @param pages where the access page of the request is */
export const accessCard = (state: Known, reader: Reader, pages: Pick<Pages, 'access'>): Message =>
  reader === 'requester' ? forRequester(state, pages) : forApprover(state)

function forRequester(state: Known, pages: Pick<Pages, 'access'>): Message {
  const { ask } = state
  if (ask.instance !== undefined && state.status !== 'closing' && state.status !== 'over')
    return instanceCard(state, pages)
  const vm: Run = { code: ask.vm.name }
  const about = [
    fact(ask.instance === undefined ? 'VM' : 'Role instance', vm),
    timeFact(state),
    ...reasonFact(ask),
    refFact(ask),
  ]
  switch (state.status) {
    case 'asked':
      return message({
        tone: 'waiting',
        title: `Waiting for approval: ${ask.vm.name}`,
        plain: `Your request for ${ask.vm.name} is waiting for approval`,
        lines: [[`Asked: ${saySeats(state.seats)}.`], ...othersLine(state.others), ...startLines(ask)],
        facts: [
          ...about,
          ...wayFact(state),
          fact('Rule', { code: ask.rule }),
          fact('Lapses', { time: ask.lapsesAt }),
        ],
        buttons: ownButtons(state, pages),
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
          ...startSoonLines(ask),
        ],
        facts: [...about, ...wayFact(state), fact('Open it before', { time: state.lapsesAt })],
        buttons: ownButtons(state, pages),
      })
    case 'opening':
      if (state.wants) return anotherWayCard(state, about, pages)
      return message({
        tone: 'waiting',
        title: isStarting(state) ? `Starting the VM: ${ask.vm.name}` : `Opening: ${ask.vm.name}`,
        plain: isStarting(state)
          ? `Starting ${ask.vm.name}, to be opened for ${state.source}`
          : `Opening ${ask.vm.name} for ${state.source}`,
        lines: triedLines(state.tried),
        facts: [...about, ...wayFact(state), sourceFact(state)],
        steps: openingSteps({ ...state, requested: state.requested !== undefined }),
        buttons: ownButtons(state, pages),
      })
    case 'open':
      return state.moving ? movingCard(state, about) : openCard(state, about, pages)
    case 'closing':
      return message({
        tone: isTroubled(state) ? 'bad' : 'waiting',
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
        lines: overLines(state, 'Your'),
        facts: about,
        buttons: [...switchButtons(state), ...(state.outcome === 'failed' ? [diagnoseAgain(ask)] : [])],
      })
  }
}

const diagnoseAgain = (ask: Ask): Button =>
  ask.instance === undefined
    ? press('Diagnose', 'main', { do: 'diagnose', vm: { id: ask.vm.id }, text: '' })
    : diagnoseInstance(ask, 'main')

type Opening = Extract<Known, { status: 'opening' }>
type Open = Extract<Known, { status: 'open' }>

/** The first way turned out to be none, and the next one is opened for the person's own address. */
function anotherWayCard(state: Opening, about: Message['facts'], pages: Pick<Pages, 'access'>): Message {
  const { ask, tried, giveUpAt } = state
  return message({
    tone: 'waiting',
    title: `Another way, one step is left: ${ask.vm.name}`,
    plain: `The first way into ${ask.vm.name} did not work. Open the next one from the computer you will connect from`,
    lines: [
      ...triedLines(tried),
      [
        'The next way is under the same approval: open the page on the computer that you will connect from, ',
        'sign in and press Open. The port is then opened for that address only.',
      ],
    ],
    facts: [...about, ...wayFact(state), fact('Open it before', { time: giveUpAt })],
    buttons: ownButtons(state, pages),
  })
}

function openCard(state: Open, about: Message['facts'], pages: Pick<Pages, 'access'>): Message {
  const { wayIn } = state
  return message({
    tone: 'good',
    title: openTitle(state),
    plain: openTitle(state),
    lines: [
      ...questionLines(state),
      ...(isDialled(wayIn) ? dialLines(state) : bastionLines(state, wayIn.way)),
      ...accountLine(wayIn),
      ...(wayIn.lacks === undefined ? [] : [[wayIn.lacks]]),
      ...triedLines(state.tried),
      ...proofLines(state.proofs),
      ...startedLines(state),
      ...moreLines(state),
    ],
    facts: [
      ...about,
      ...wayFact(state),
      ...(isDialled(wayIn) ? [fact('Remote address', { code: `${wayIn.host}:${wayIn.port}` })] : []),
      fact('Open for', { code: state.source }),
      fact('Until', { time: state.until }),
    ],
    buttons: ownButtons(state, pages),
  })
}

/** Open for the address before; nothing is said of the new one before it is proven. */
function movingCard(state: Open, about: Message['facts']): Message {
  const { ask, source, left } = state
  return message({
    tone: 'waiting',
    title: `Opening for your new address: ${ask.vm.name}`,
    plain: `Opening ${ask.vm.name} for ${source}`,
    lines: [
      ['It is being shut for ', { code: left.at(-1) ?? '' }, '. Your time goes on meanwhile.'],
      ...moreLines(state),
    ],
    facts: [...about, fact('Your address', { code: source }), fact('Until', { time: state.until })],
    steps: openingSteps({ requested: state.requested !== undefined, way: state.way }),
    buttons: ownButtons(state),
  })
}

const moreLines = (state: Open): readonly Line[] => [
  ...cutLines(state.cut),
  ...(state.extension
    ? [
        [`You asked for ${extensionLine(state.extension)}. Asked: ${saySeats(state.extension.seats)}.`],
        ...othersLine(state.extension.others),
      ]
    : []),
  ...answerLines(state.answer),
  ...insideLines(state),
]

/** What the requester can do about it now, on the card and on the App Home. */
export function ownButtons(state: Known, pages?: Pick<Pages, 'access'>): readonly Button[] {
  const { id, vm } = state.ask
  if (state.ask.instance !== undefined) return instanceButtons(state, pages)
  const link = (label: string): readonly Button[] =>
    pages === undefined ? [] : [{ label, weight: 'main', press: { url: pages.access(id) } }]
  switch (state.status) {
    case 'asked':
      return [press('Cancel request', 'plain', { do: 'cancel', which: { id } })]
    case 'approved':
      return [...link('Open access'), press('Cancel request', 'plain', { do: 'cancel', which: { id } })]
    case 'opening':
      return [
        ...(state.wants ? link('Open access') : []),
        press('Cancel', 'plain', { do: 'cancel', which: { id } }),
      ]
    case 'open':
      return [
        ...questionButtons(state),
        ...(state.moving
          ? []
          : isDialled(state.wayIn)
            ? link(`Get ${vm.name}.rdp`)
            : link(bastionLabel(state))),
        ...(state.extension ? [] : [askFor('Extend…', 'plain', { fill: 'extend', request: id })]),
        ...(questionOf(state) ? [] : [press('I am done', 'plain', { do: 'done', which: { id } })]),
        ...(pages === undefined
          ? []
          : [askFor('Diagnose…', 'plain', { fill: 'diagnose', vm: { id: vm.id, name: vm.name } })]),
      ]
    case 'closing':
    case 'over':
      return []
  }
}

/** What stands on the page: the link is shown nowhere else. */
const bastionLabel = ({ link }: Open): string =>
  link?.phase === 'ready' ? 'Open the page for your link' : 'What this Bastion host can do'

/** Where it is opened for: the person's own address, or the range that everybody comes from on this way. */
const dialLines = ({ way, source }: Open): readonly Line[] => [
  isOpenedForOwn(way)
    ? [
        'Connect from the address you opened it for; if yours changes, open the page again. ',
        'Windows shows the remote address below: compare it.',
      ]
    : [
        'Connect your VPN first: it is opened for ',
        { code: source },
        '. Windows shows the remote address below: compare it.',
      ],
]

function accountLine({ account, file }: Open['wayIn']): readonly Line[] {
  if (account === undefined)
    return [['Sign in to Windows with your own account on this VM; Azure names no local administrator.']]
  return file?.entraSignIn === true
    ? [['Sign in with Entra ID as ', { code: account }, ', in the browser window that the client opens.']]
    : [['Sign in to Windows as ', { code: account }, ', or with your own account on this VM.']]
}

/** "Ready" is said only when Azure itself confirmed that the address is let through. */
function openTitle(state: Open): string {
  const { ask, warned, verified } = state
  if (questionOf(state) !== undefined) return `Still needed? ${ask.vm.name}`
  if (warned) return `Ending soon: ${ask.vm.name}`
  return verified ? `Ready: ${ask.vm.name}` : `Opened, not fully tested: ${ask.vm.name}`
}
