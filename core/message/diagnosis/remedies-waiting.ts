/** Remedies that wait, on a list and on the App Home: what, on which machine, whose, and under which reference. */
import type { Pages } from '../../ports.ts'
import { REMEDIES } from '../../triage/catalogue/remedies/index.ts'
import type { Undertaking } from '../../triage/conversation/diagnosis.ts'
import { remedyName, remedyRef, type WaitingRemedy } from '../../triage/conversation/waiting.ts'
import { ask as askFor, fact, press } from '../access/words.ts'
import type { Button, Line, Message } from '../message.ts'
import { message } from '../message.ts'

/** What waits for one person: of their own, and of others. */
export type WaitingRemedies = { mine: readonly WaitingRemedy[]; theirs: readonly WaitingRemedy[] }

export const NO_REMEDIES: WaitingRemedies = { mine: [], theirs: [] }

export const remedyLines = ({ mine, theirs }: WaitingRemedies): readonly Line[] => [
  ...mine.map(
    ({ repair }): Line => [
      { code: remedyRef(repair) },
      ' ',
      `${remedyName(repair)}: ${repair.state === 'asked' ? 'waiting for approval' : 'agreed to, waits for you on its page'}`,
    ],
  ),
  ...theirs.map(
    ({ repair, diagnosis }): Line => [
      { code: remedyRef(repair) },
      ' ',
      `${diagnosis.by.name} asks: ${remedyName(repair)}: waits for you`,
    ],
  ),
]

/** On a list only agreeing is a button; denying takes a reason. */
export const remedyListButtons = ({ theirs }: WaitingRemedies): readonly Button[] =>
  theirs.map(({ diagnosis, repair }) =>
    press(`Approve ${remedyRef(repair)}`, 'main', {
      do: 'agree',
      diagnosis: diagnosis.id,
      repair: repair.key,
    }),
  )

/** Cards in little, with the same buttons. */
export function remedyHomeMessages(
  { mine, theirs }: WaitingRemedies,
  pages: Pick<Pages, 'remedy'>,
): readonly Message[] {
  return [...mine.map(each => ownMessage(each, pages)), ...theirs.map(theirMessage)]
}

function ownMessage({ diagnosis, repair }: WaitingRemedy, pages: Pick<Pages, 'remedy'>): Message {
  const title = `${remedyName(repair)}: ${repair.state === 'asked' ? 'waiting for approval' : 'one step is left'}`
  return message({
    tone: 'waiting',
    title,
    plain: title,
    facts: [...endFact(repair), fact('Reference', { code: remedyRef(repair) })],
    buttons: [
      ...(repair.state === 'agreed'
        ? [
            {
              label: 'Open the page',
              weight: 'main',
              press: { url: pages.remedy(diagnosis.id, repair.key) },
            } satisfies Button,
          ]
        : []),
      press('Withdraw', 'plain', { do: 'leave', diagnosis: diagnosis.id }),
    ],
  })
}

function theirMessage({ diagnosis, repair }: WaitingRemedy): Message {
  const { id, by } = diagnosis
  const title = `${by.name} asks: ${remedyName(repair)}`
  return message({
    tone: 'waiting',
    title,
    plain: title,
    lines: [
      [REMEDIES[repair.remedy].text],
      ...repair.shown.how.map((said): Line => [said]),
      [{ strong: 'Cause: ' }, repair.shown.title],
      ...repair.shown.warnings.map((said): Line => [{ strong: 'Mind: ' }, said]),
    ],
    facts: [
      fact('Person', { person: by.person, name: by.name }),
      ...endFact(repair),
      fact('Reference', { code: remedyRef(repair) }),
    ],
    buttons: [
      press('Approve', 'main', { do: 'agree', diagnosis: id, repair: repair.key }),
      askFor('Deny…', 'danger', { fill: 'refuse', diagnosis: id, repair: repair.key }),
    ],
  })
}

function endFact({ state, asking, until }: Undertaking) {
  if (state === 'asked') return asking === undefined ? [] : [fact('Lapses', { time: asking.lapsesAt })]
  return until === undefined ? [] : [fact('Until', { time: until })]
}
