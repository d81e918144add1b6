/**
 * A remedy as an approver reads it: what is to be done to which VM, why, what proves it, every warning, and what can be lost. Once it is
 * decided the same copy says what became of it.
 */
import { CAUSES } from '../../triage/catalogue/causes/index.ts'
import { REMEDIES } from '../../triage/catalogue/remedies/index.ts'
import type { Diagnosis, Undertaking } from '../../triage/conversation/diagnosis.ts'
import { hasHelped, isOfThePast } from '../../triage/conversation/helped.ts'
import { ask, fact, othersLine, press } from '../access/words.ts'
import type { Line, Message } from '../message.ts'
import { message } from '../message.ts'
import { cut } from './lines.ts'
import { repairRef } from './remedies.ts'

/** @param key the asking that the copy is of: an older one is settled, whatever the newer one is about */
export function approvalMessage(diagnosis: Diagnosis, key: string): Message {
  const { repair, by } = diagnosis
  if (repair === undefined || repair.key !== key)
    return message({
      title: 'Settled',
      plain: 'Settled',
      lines: [['This was decided, withdrawn or has lapsed.']],
    })
  const { button } = REMEDIES[repair.remedy]
  const { asking } = repair
  const isAsked = repair.state === 'asked'
  const title = isAsked
    ? `${by.name} asks: ${button}, ${repair.vm.name}`
    : `${stateTitle(diagnosis, repair)}: ${button}, ${repair.vm.name}`
  return message({
    tone: toneOf(repair),
    title,
    plain: title,
    lines: [
      ...(isAsked ? [] : endLines(diagnosis, repair)),
      ...whatLines(repair),
      ...(repair.back === undefined ? [] : [backLine(by.name, repair.back)]),
      ...(isAsked ? othersLine(asking?.others ?? []) : []),
    ],
    facts: [
      fact('Person', { person: by.person, name: by.name }),
      fact('VM', { code: repair.vm.name }),
      ...placeFacts(repair),
      ...(asking === undefined ? [] : [fact('Rule', { code: asking.rule })]),
      repairRef(repair),
      ...(isAsked && asking !== undefined ? [fact('Lapses', { time: asking.lapsesAt })] : []),
    ],
    buttons: isAsked
      ? [
          press('Approve', 'main', { do: 'agree', diagnosis: diagnosis.id, repair: key }),
          ask('Deny…', 'danger', { fill: 'refuse', diagnosis: diagnosis.id, repair: key }),
        ]
      : [],
  })
}

/** The remedy, the cause with its proof, and every warning. */
function whatLines({ remedy, shown }: Undertaking): readonly Line[] {
  return [
    [REMEDIES[remedy].text, ...shown.how.map(said => ` ${cut(said)}`)],
    [{ strong: 'Cause: ' }, shown.title],
    ...shown.proof.map((said): Line => [`• ${cut(said)}`]),
    ...shown.warnings.map((said): Line => [{ strong: 'Mind: ' }, said]),
  ]
}

const backLine = (name: string, back: NonNullable<Undertaking['back']>): Line =>
  back === 'snapshot'
    ? [`${name} says that a snapshot was taken.`]
    : [{ strong: 'Nothing to go back to: ' }, `${name} says that what is lost may be lost.`]

/** From the VM's own id, which Azure made. */
function placeFacts({ vm }: Undertaking) {
  const [, , subscription = '', , group = ''] = vm.id.split('/')
  return [fact('Subscription', { code: subscription }), fact('Resource group', { code: group })]
}

function toneOf({ state }: Undertaking): Message['tone'] {
  if (['asked', 'agreed', 'setting', 'sending', 'running'].includes(state)) return 'waiting'
  return state === 'done' ? 'good' : state === 'failed' || state === 'unanswerable' ? 'bad' : 'neutral'
}

function stateTitle(diagnosis: Diagnosis, repair: Undertaking): string {
  switch (repair.state) {
    case 'confirming':
    case 'asked':
      return 'Asked'
    case 'agreed':
      return 'Approved, not done yet'
    case 'setting':
    case 'sending':
    case 'running':
      return 'Approved, under way'
    case 'done':
      return diagnosis.status === 'over' ? 'Done' : 'Done, checking again'
    case 'failed':
      return 'Did not work'
    case 'denied':
      return 'Denied'
    case 'withdrawn':
      return 'Withdrawn'
    case 'lapsed':
      return repair.until === undefined ? 'Lapsed, nobody decided' : 'Lapsed, not done in time'
    case 'unanswerable':
      return 'Nobody could be asked'
  }
}

function endLines(diagnosis: Diagnosis, repair: Undertaking): readonly Line[] {
  const name = repair.asking?.decided?.name ?? ''
  const approved: readonly Line[] = repair.asking?.decided === undefined ? [] : [[`Approved by ${name}.`]]
  switch (repair.state) {
    case 'denied':
      return [[`Denied by ${name}: ${cut(repair.say ?? '')}`]]
    case 'failed':
      return [...approved, [{ strong: 'It did not work. ' }, cut(repair.say ?? '')]]
    case 'unanswerable':
      return [[cut(repair.say ?? '')]]
    case 'done':
      return diagnosis.status === 'over'
        ? [...approved, helpedLine(diagnosis, repair)]
        : [...approved, ['Azure carried it out; I look again whether it helped.']]
    case 'withdrawn':
    case 'lapsed':
      return [...approved, ['Nothing was done.']]
    case 'agreed':
      return [...approved, ['The person who asked has a password made on a page of their own, signed in.']]
    default:
      return approved
  }
}

/** "Helped" is said only when the check was repeated and the cause is gone. */
function helpedLine(diagnosis: Diagnosis, repair: Undertaking): Line {
  const { title } = CAUSES[repair.cause]
  switch (hasHelped(diagnosis, repair)) {
    case 'no':
      return [{ strong: 'It did not help: ' }, 'the same check still fails.']
    case 'yes':
      return [{ strong: 'It helped: ' }, `"${title}" is gone.`]
    case 'unknown':
      if (isOfThePast(repair.cause)) return ['Only the next sign-in shows whether it helped.']
      return [{ strong: 'Not tested: ' }, `I could not look again whether "${title}" is gone.`]
  }
}
