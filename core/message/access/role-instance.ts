/**
 * The requester's card where an instance of a Cloud Service is asked for. What differs from a VM: an account is set instead of a port being
 * opened, nothing of it holds for one address alone, and much has to be said before anybody presses.
 */
import type { AccessRequest, Ask } from '../../access/request.ts'
import { accountsOf } from '../../access/role-instance/account.ts'
import type { Pages } from '../../ports.ts'
import type { Button, Line, Message, Step } from '../message.ts'
import { message } from '../message.ts'
import { wayFact } from './way-words.ts'
import {
  answerLines,
  ask as askFor,
  cutLines,
  extensionLine,
  fact,
  type Known,
  othersLine,
  press,
  proofLines,
  reasonFact,
  refFact,
  sayApprover,
  saySeats,
  timeFact,
} from './words.ts'

type Opening = Extract<AccessRequest, { status: 'opening' }>
type Open = Extract<AccessRequest, { status: 'open' }>
type Live = Extract<Known, { status: 'asked' | 'approved' | 'opening' | 'open' }>

/** Said to everybody who decides, and again to whoever opens. */
export const instanceWarnings = ({ instance }: Ask): readonly Line[] =>
  (instance?.warnings ?? []).map((warning, index) =>
    index === 0 && instance?.restarts === true ? [{ strong: warning }] : [warning],
  )

export function instanceCard(state: Live, pages: Pick<Pages, 'access'>): Message {
  const { ask } = state
  const about = [
    fact('Role instance', { code: ask.vm.name }),
    timeFact(state),
    ...reasonFact(ask),
    refFact(ask),
  ]
  const card = (title: string, parts: Pick<Message, 'lines' | 'facts'> & Partial<Message>): Message =>
    message({
      ...{ title: `${title}: ${ask.vm.name}`, plain: `${title}: ${ask.vm.name}`, tone: 'waiting' as const },
      ...{ buttons: instanceButtons(state, pages) },
      ...parts,
    })
  switch (state.status) {
    case 'asked':
      return card('Waiting for approval', {
        lines: [[`Asked: ${saySeats(state.seats)}.`], ...othersLine(state.others), ...instanceWarnings(ask)],
        facts: [
          ...about,
          ...wayFact(state),
          fact('Rule', { code: ask.rule }),
          fact('Lapses', { time: ask.lapsesAt }),
        ],
      })
    case 'approved':
      return card('Approved', {
        tone: 'good',
        lines: [
          [
            `${sayApprover(state.approver)}. One step is left: open the page, sign in and press Open. `,
            'It sets an account for you, and shows its password once. Your time begins with the press, because Azure is told its end then.',
          ],
          ...instanceWarnings(ask),
        ],
        facts: [...about, ...wayFact(state), fact('Open it before', { time: state.lapsesAt })],
      })
    case 'opening':
      return openingCard(state, card, about)
    case 'open':
      return state.moving === undefined ? openCard(state, card, about) : settingCard(state, card, about)
  }
}

type Card = (title: string, parts: Pick<Message, 'lines' | 'facts'> & Partial<Message>) => Message

function openingCard(state: Opening, card: Card, about: Message['facts']): Message {
  const { account, ask } = state
  const facts = [...about, ...wayFact(state), ...accountFacts(state)]
  if (account?.lost !== undefined)
    return card('One step is left', {
      lines: [
        [{ strong: 'The account is not set.' }, ` ${account.lost}`],
        ['Open the page again and press for a new password.'],
      ],
      facts: [...facts, fact('Open it before', { time: state.giveUpAt })],
    })
  return card('Opening', {
    lines: [
      [
        'Azure is setting the account. You were shown its password once; if it is lost, the page makes a new one.',
      ],
      ...replacedLine(state),
      ...(ask.instance?.restarts === true
        ? [['The role instances restart meanwhile, which can take ten minutes and more.']]
        : []),
    ],
    facts,
    steps: openingSteps(state),
  })
}

function openCard(state: Open, card: Card, about: Message['facts']): Message {
  const { ask, wayIn, warned, verified, account, azureEndsAt, until } = state
  const title = warned ? 'Ending soon' : verified ? 'Ready' : 'Opened, not fully tested'
  const isBehind = Math.floor(azureEndsAt / 1000) < Math.floor(until / 1000)
  return card(title, {
    tone: 'good',
    lines: [
      [
        'Sign in to Windows as ',
        { code: account?.user ?? '' },
        ', with the password that you were shown once. If it is lost, the page makes a new one.',
      ],
      ...replacedLine(state),
      ANY_ADDRESS,
      ...(wayIn.lacks === undefined ? [] : [[wayIn.lacks]]),
      ...(ask.instance !== undefined && ask.instance.also.length > 0 ? [EVERY_INSTANCE] : []),
      ...proofLines(state.proofs),
      ...(isBehind
        ? [['Azure still ends the account at ', { time: azureEndsAt }, '; its end is being moved.']]
        : []),
      ...moreLines(state),
    ],
    facts: [
      ...about,
      ...wayFact(state),
      ...(wayIn.host === undefined ? [] : [fact('Remote address', { code: `${wayIn.host}:${wayIn.port}` })]),
      ...accountFacts(state),
      fact('Until', { time: until }),
    ],
  })
}

/** Nothing is said of the new password before it is proven to be there. */
function settingCard(state: Open, card: Card, about: Message['facts']): Message {
  const { account } = state
  const lines: readonly Line[] =
    account?.lost === undefined
      ? [['Azure is setting a new password in the place of the one before. Your time goes on meanwhile.']]
      : [
          [{ strong: 'The new password is not set.' }, ` ${account.lost}`],
          ['Open the page again and press for another one.'],
        ]
  return card('Setting a new password', {
    lines: [...lines, ...moreLines(state)],
    facts: [...about, ...accountFacts(state), fact('Until', { time: state.until })],
  })
}

const ANY_ADDRESS: Line = [
  { strong: 'Any address:' },
  ' Azure cannot be told to let in yours alone; whoever has the password gets in from wherever network rules allow.',
]
const EVERY_INSTANCE: Line = [
  'The account opens every instance of every role; the page has a connection file for each.',
]

const replacedLine = (state: Opening | Open): readonly Line[] =>
  accountsOf(state).length > 1
    ? [['A new password took the place of the one before, which is no longer good.']]
    : []

function accountFacts({ account, source }: Opening | Open): Message['facts'] {
  if (account === undefined) return []
  return [
    fact('Account', { code: account.user }),
    fact('Pressed from', { code: source }),
    fact('Azure ends it', { time: account.expiresAt }),
  ]
}

/** Step by step: what is done is seen, not assumed. */
function openingSteps({ account, checks = [], ask }: Opening): readonly Step[] {
  const seen = (what: 'rule' | 'machine') => checks.find(check => check.what === what)
  const step = (label: string, what: 'rule' | 'machine', isNext: boolean): Step => {
    const check = seen(what)
    const state = check?.state === 'proven' ? 'done' : check !== undefined || isNext ? 'doing' : 'todo'
    return { label, state, ...(check?.note === undefined ? {} : { note: check.note }) }
  }
  const isTaken = account?.begun !== undefined
  return [
    { label: 'Approved', state: 'done' },
    { label: 'Ask Azure to set the account', state: isTaken ? 'done' : 'doing' },
    step('Read back that the account is there, with its end', 'rule', isTaken),
    step(`Check that ${ask.instance?.instance} is ready`, 'machine', false),
    { label: 'Check the network rules for ports 3389 and 20000', state: 'todo' },
  ]
}

const moreLines = ({ cut, extension, answer }: Open): readonly Line[] => [
  ...cutLines(cut),
  ...(extension
    ? [
        [`You asked for ${extensionLine(extension)}. Asked: ${saySeats(extension.seats)}.`],
        ...othersLine(extension.others),
      ]
    : []),
  ...answerLines(answer),
]

/** What the requester can do about it now, on the card and on the App Home. */
export function instanceButtons(state: Known, pages?: Pick<Pages, 'access'>): readonly Button[] {
  const { id } = state.ask
  const link = (label: string): readonly Button[] =>
    pages === undefined ? [] : [{ label, weight: 'main', press: { url: pages.access(id) } }]
  switch (state.status) {
    case 'asked':
      return [press('Cancel request', 'plain', { do: 'cancel', which: { id } })]
    case 'approved':
      return [...link('Open access'), press('Cancel request', 'plain', { do: 'cancel', which: { id } })]
    case 'opening':
      return [
        ...link(state.account?.lost === undefined ? 'Access page' : 'Open access'),
        press('Cancel', 'plain', { do: 'cancel', which: { id } }),
      ]
    case 'open':
      return [
        ...link(state.moving === undefined ? 'Get the connection file' : 'Access page'),
        ...(state.extension ? [] : [askFor('Extend…', 'plain', { fill: 'extend', request: id })]),
        press('I am done', 'plain', { do: 'done', which: { id } }),
        diagnoseInstance(state.ask, 'plain'),
      ]
    case 'closing':
    case 'over':
      return []
  }
}

/** By its name: no button names a Cloud Service by its id. */
export const diagnoseInstance = ({ vm, instance }: Ask, weight: Button['weight']): Button =>
  press('Diagnose', weight, {
    do: 'diagnose',
    text: `${instance?.service ?? vm.name}/${instance?.instance ?? ''}`,
  })
