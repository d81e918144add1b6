/**
 * The one message of a diagnosis, for the person who asked: what is thought while reading, the question, the verdict.
 *
 * It says no more than was seen: a check that did not run is "not tested". Names and sentences in it come from Azure and from people, and are
 * drawn as text. A summary has few lines and says how many are left out; the details have more, and an end.
 */
import type { Pages } from '../../ports.ts'
import type { Diagnosis } from '../../triage/conversation/diagnosis.ts'
import { questionNumber, stepOf } from '../../triage/conversation/diagnosis.ts'
import { progressOf, stepsOf } from '../../triage/conversation/progress.ts'
import type { AskedQuestion, Assessment } from '../../triage/engine/assessment.ts'
import { ask, fact, press } from '../access/words.ts'
import type { Button, Line, Message } from '../message.ts'
import { message } from '../message.ts'
import { refusalMessage } from '../refusal/refusal.ts'
import {
  alsoLines,
  causeLines,
  excludedLines,
  guessLines,
  possibleLine,
  SUMMARY,
  untestedLines,
  WHOLE,
} from './lines.ts'
import { helpLines, remedyButtons, repairedLines, repairMessage } from './remedies.ts'

export function diagnosisMessage(diagnosis: Diagnosis, pages: Pages): Message {
  const next = stepOf(diagnosis)
  const { assessment } = next
  if (diagnosis.ended === 'superseded') return setAside(assessment)
  if (diagnosis.status === 'over')
    return repairMessage(diagnosis, assessment, pages) ?? verdict(diagnosis, assessment, pages)
  if (diagnosis.status === 'asking' && 'ask' in next) return question(diagnosis, assessment, next.ask)
  const wants = 'wants' in next ? next.wants : []
  const { done, of } = progressOf(diagnosis.known, wants)
  const about = aboutVm(assessment)
  return message({
    tone: 'waiting',
    title: `Looking into RDP${about}`,
    plain: `Looking into RDP${about}: ${done} of ${of} checks`,
    lines: [
      ...guessLines(diagnosis, assessment),
      [{ strong: `${done} of ${of} checks` }, ' are back.'],
      ...passwordLines(diagnosis, assessment),
    ],
    steps: stepsOf(assessment, wants, 12),
  })
}

function question(diagnosis: Diagnosis, assessment: Assessment, asked: AskedQuestion): Message {
  const about = aboutVm(assessment)
  const { first } = assessment
  return message({
    tone: 'waiting',
    title: `A question about RDP${about}`,
    plain: asked.text,
    lines: [
      ...(asked.id === 'Q-TARGET' ? unknownLines(diagnosis) : []),
      ...(first === undefined || asked.id === 'Q-TARGET'
        ? []
        : [[`So far: ${first.title} (${first.confidence}).`] satisfies Line]),
      [{ strong: asked.text }],
      ...(asked.free ? [['You can also write the answer here.'] satisfies Line] : []),
      ...passwordLines(diagnosis, assessment),
    ],
    buttons: questionButtons(diagnosis, asked),
  })
}

function questionButtons(diagnosis: Diagnosis, asked: AskedQuestion): readonly Button[] {
  const number = questionNumber(diagnosis)
  const form = { fill: 'answer', diagnosis: diagnosis.id, question: number } as const
  // A link to a page and a place to paste into are both the form; what cannot be pressed is not shown as a button.
  const pressed = asked.buttons.filter(({ id }) => id !== 'paste' && id !== 'open_link')
  return [
    ...pressed.map(({ id, label }, at) =>
      press(label.slice(0, 75), at === 0 && !asked.free ? 'main' : 'plain', {
        do: 'answer',
        diagnosis: diagnosis.id,
        question: number,
        text: id,
      }),
    ),
    ...(asked.free ? [ask('Write the answer…', 'main', form)] : []),
  ]
}

function verdict(diagnosis: Diagnosis, assessment: Assessment, pages: Pages): Message {
  const most = diagnosis.detailed ? WHOLE : SUMMARY
  const { first } = assessment
  const about = aboutVm(assessment)
  const kind = first === undefined ? 'inconclusive' : assessment.kind
  const title =
    kind === 'inconclusive' || first === undefined ? `No cause found yet${about}` : `${first.title}${about}`
  const isUnknown = assessment.vm === undefined && kind === 'inconclusive'
  return message({
    tone: kind === 'healthy' ? 'good' : kind === 'inconclusive' ? 'neutral' : 'bad',
    title,
    plain: title,
    lines: [
      ...(isUnknown ? unknownLines(diagnosis) : []),
      ...(diagnosis.ended === 'silence'
        ? [['My question was not answered, so this is what is known.'] satisfies Line]
        : []),
      ...repairedLines(diagnosis),
      ...causeLines(assessment, most),
      ...alsoLines(assessment, most),
      ...(kind === 'inconclusive' || diagnosis.detailed ? possibleLine(assessment, most) : []),
      ...excludedLines(assessment, most),
      ...untestedLines(assessment, most),
      ...helpLines(diagnosis, assessment, most),
      ...(kind === 'inconclusive' ? handOverLines(diagnosis, assessment) : []),
      ...passwordLines(diagnosis, assessment),
    ],
    facts: [
      ...(assessment.vm === undefined
        ? []
        : [
            fact('VM', { code: assessment.vm.name }),
            fact('Resource group', { code: assessment.vm.resourceGroup }),
          ]),
      fact('Reference', { code: diagnosis.id.slice(-6).toUpperCase() }),
    ],
    ...(diagnosis.detailed ? { steps: stepsOf(assessment, [], 24) } : {}),
    buttons: [
      ...remedyButtons(diagnosis, assessment, pages),
      press('Check again', 'plain', { do: 'recheck', diagnosis: diagnosis.id }),
      diagnosis.detailed
        ? press('Summary', 'plain', { do: 'summary', diagnosis: diagnosis.id })
        : press('Details', 'plain', { do: 'details', diagnosis: diagnosis.id }),
    ],
  })
}

/** For a human who takes over. */
function handOverLines({ known }: Diagnosis, { floor, vm }: Assessment): readonly Line[] {
  return [
    [
      { strong: 'For whoever takes over: ' },
      `${vm === undefined ? 'the VM is not known' : `RDP to ${vm.name} in ${vm.resourceGroup}, ${vm.subscription.name}`}; `,
      floor === 'none' ? 'nothing proves how far the connection got' : `it got as far as "${floor}"`,
      '; looked at ',
      { time: known.at },
      '.',
    ],
  ]
}

/** One wording for a VM that does not exist and one that is not visible to this person. */
function unknownLines({ known }: Diagnosis): readonly Line[] {
  const typed = known.found.find(({ answer }) => !answer.read || answer.value.vms.length === 0)
  if (typed === undefined) return []
  if (!typed.answer.read) return [[`I could not look it up: ${typed.answer.why}`]]
  const { title } = refusalMessage({ code: 'vm-not-found', name: typed.typed, near: [] })
  return [[`${title}: `, { code: typed.typed.slice(0, 80) }]]
}

const setAside = (assessment: Assessment): Message =>
  message({
    title: `Set aside${aboutVm(assessment)}`,
    plain: 'Set aside for a newer question',
    lines: [['You asked about something newer; I go on with that.']],
  })

const aboutVm = ({ vm }: Assessment): string => (vm === undefined ? '' : `: ${vm.name}`)

const passwordLines = ({ passwordShown }: Diagnosis, assessment: Assessment): readonly Line[] =>
  passwordShown || assessment.passwordShown
    ? [
        [
          { strong: 'Your message held a password. ' },
          'I kept nothing of it, but others may have read it: delete the message and change the password.',
        ],
      ]
    : []

/**
 * What everybody in the thread may see: the cause and nothing of the VM, its network or the person's account. Whoever asked reads the rest in
 * private.
 */
export function diagnosisInThread(diagnosis: Diagnosis): Message {
  const { assessment } = stepOf(diagnosis)
  const { person, name } = diagnosis.by
  const privately: Line = ['Details are in private with ', { person, name }, '.']
  const say = (title: string, tone: Message['tone'], lines: readonly Line[]) =>
    message({ title, tone, plain: title, lines })
  if (diagnosis.ended === 'superseded') return say('Set aside for a newer question', 'neutral', [])
  if (diagnosis.status === 'reading')
    return say('Looking into it', 'waiting', [['I am checking. ', ...privately]])
  if (diagnosis.status === 'asking')
    return say('Looking into it', 'waiting', [['I asked ', { person, name }, ' something in private.']])
  const { first, kind } = assessment
  if (first === undefined || kind === 'inconclusive' || kind === 'ask' || diagnosis.ended === 'silence')
    return say('No cause found yet', 'neutral', [privately])
  return say(first.title, kind === 'healthy' ? 'good' : 'bad', [privately])
}
