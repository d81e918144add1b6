/**
 * The verdict on what is known: the earliest broken link first, further ones with it, and never more than what was seen.
 *
 * Healthy needs a positive proof; without findings and without proof it is inconclusive. Pure: the same knowledge gives the same answer.
 */
import { CAUSES } from '../catalogue/causes/index.ts'
import { CHECKS } from '../catalogue/checks/index.ts'
import type { Finding, Outcome } from '../checks/finding.ts'
import { runChecks } from '../checks/index.ts'
import { viewOf } from '../checks/rules.ts'
import { look, type Scene, value } from '../checks/scene.ts'
import { offersFor, warningsFor } from '../remedies/offers.ts'
import { isMerelyAsked, nextQuestion } from './ask.ts'
import type { AskedQuestion, Assessment, CheckLine, Confidence, NamedCause } from './assessment.ts'
import { type Sorted, SURE, sortFindings, suspectsOf } from './findings.ts'
import type { Knowledge, ReadName } from './knowledge.ts'
import { guestObstacles } from './preflight.ts'
import { wantedReads } from './wants.ts'

export type Judgement = {
  scene: Scene
  assessment: Assessment
  wants: readonly ReadName[]
  question: AskedQuestion | undefined
}

/** Everything one look gives: the assessment, the reads wanted next, and the question to ask when nothing is left to read. */
export function judge(known: Knowledge): Judgement {
  const scene = look(known)
  const outcomes = runChecks(scene)
  const sorted = sortFindings(scene, outcomes)
  const wants = wantedReads(scene, sorted)
  const question = wants.length > 0 ? undefined : nextQuestion(scene, sorted)
  const settled = wants.length === 0 && question === undefined
  const causes = conclude(scene, sorted, settled)
  const named = causes.map(finding => name(scene, finding))
  const [first, ...also] = named
  const offers =
    first === undefined
      ? []
      : first.cause === 'target.wrong_vm' && also[0] !== undefined
        ? [...first.offers, ...also[0].offers]
        : first.offers
  const assessment: Assessment = {
    kind: kindOf(scene, causes[0], question),
    settled,
    ...(scene.vm === undefined ? {} : { vm: scene.vm }),
    ...(first === undefined ? {} : { first }),
    also,
    possible: suspectsOf(scene, sorted)
      .filter(cause => !causes.some(one => one.cause === cause))
      .slice(0, 6)
      .map(cause => ({ cause, title: CAUSES[cause].title })),
    excluded: excludedWords(scene, outcomes, sorted),
    floor: scene.floor,
    checks: outcomes.filter(({ result }) => result !== 'not-needed' && result !== 'open').map(line),
    offers,
    warnings: causes[0] === undefined ? [] : warningsFor(scene, causes[0], offers),
    ...(question === undefined ? {} : { question }),
    passwordShown: scene.said.passwordShown,
  }
  return { scene, assessment, wants, question }
}

function conclude(scene: Scene, sorted: Sorted, settled: boolean): readonly Finding[] {
  const [first] = sorted.named
  if (first !== undefined && CAUSES[first.cause].certainty !== 'blocker') {
    const isOutcome = CAUSES[first.cause].layer === 'outcome'
    // A proof that it works does not stand beside a broken link, nor the other way round.
    return isOutcome ? [first] : sorted.named.filter(({ cause }) => CAUSES[cause].layer !== 'outcome')
  }
  const healthy = proofOfHealth(scene)
  if (healthy !== undefined) return [healthy, ...sorted.named]
  if (!settled) return sorted.named.filter(({ cause }) => CAUSES[cause].certainty !== 'blocker')
  if (scene.target.kind !== 'one' && scene.target.kind !== 'other') return []
  const failed = sorted.weak.find(({ cause }) => cause === 'vm.provisioning_failed')
  if (failed !== undefined && !scene.listenerProven) return [{ ...failed, sure: 0.6 }, ...sorted.named]
  return [
    {
      cause: 'ok.inconclusive',
      sure: 0.6,
      proof: [...blind(scene), "Azure's side shows nothing that would stop RDP."],
    },
    ...sorted.named,
  ]
}

/** Why no more could be seen. */
function blind(scene: Scene): string[] {
  if (value(scene, 'guest') !== undefined) return ['Windows was read and shows nothing either.']
  if (scene.wasAsked('Q-CONSENT') && scene.choice('Q-CONSENT') !== 'allow_once')
    return ['Windows was not read, because you did not allow it.']
  const failed = scene.known.facts.guest
  if (failed !== undefined && !failed.read) return [`Windows could not be read: ${failed.why}`]
  return guestObstacles(scene)
    .slice(0, 1)
    .map(why => `Windows could not be read: ${why}`)
}

/** A listener that answered, rules that let in, and nobody who reports a failure of their own. */
function proofOfHealth(scene: Scene): Finding | undefined {
  if (scene.target.kind !== 'one' || scene.running !== true) return undefined
  const view = viewOf(scene)
  const denied = view?.verdict?.access === 'deny'
  if (denied) return undefined
  if (scene.kind === 'warning' && scene.listenerProven)
    return {
      cause: 'ok.healthy',
      sure: 0.9,
      proof: [
        'Remote Desktop answered: what you saw is a question of your own client, not a failure.',
        ...allowed(scene),
      ],
    }
  const answered = value(scene, 'probe')?.answer === 'rdp' || value(scene, 'reachability')?.reachable === true
  const seenInside = value(scene, 'guest') !== undefined && view?.verdict?.access === 'allow'
  if (!answered && !seenInside) return undefined
  const noFailure =
    scene.kind === 'none' &&
    (isMerelyAsked(scene) ||
      (scene.wasAsked('Q-ERROR') && scene.choice('Q-ERROR') === 'no_message' && sideIsClear(scene)))
  if (!noFailure) return undefined
  return {
    cause: 'ok.healthy',
    sure: answered ? 0.9 : 0.8,
    proof: [
      answered
        ? 'The VM runs, and Remote Desktop answers on its port.'
        : 'The VM runs, and Windows is ready for Remote Desktop.',
      ...allowed(scene),
    ],
  }
}

const sideIsClear = (scene: Scene): boolean =>
  !scene.hints.has('all-fail') && scene.choice('Q-OTHERPC') !== 'fails_for_all'

const allowed = (scene: Scene): string[] =>
  viewOf(scene)?.verdict?.access === 'allow' ? ['The rules let the connection in.'] : []

function kindOf(
  scene: Scene,
  first: Finding | undefined,
  question: AskedQuestion | undefined,
): Assessment['kind'] {
  const unknown =
    scene.target.kind === 'none' ||
    scene.target.kind === 'many' ||
    (scene.target.kind === 'unsought' && scene.target.typed.length === 0)
  if (unknown)
    return question === undefined && scene.target.kind !== 'many' && scene.target.kind !== 'none'
      ? 'inconclusive'
      : 'ask'
  if (first === undefined) return question === undefined ? 'inconclusive' : 'ask'
  if (first.cause === 'ok.inconclusive') return 'inconclusive'
  if (
    first.cause === 'ok.healthy' ||
    first.cause === 'ok.resolved' ||
    first.cause === 'client.rdpfile_prompt'
  )
    return 'healthy'
  return question !== undefined && first.sure < SURE ? 'ask' : 'cause'
}

function name(scene: Scene, finding: Finding): NamedCause {
  const { title, text } = CAUSES[finding.cause]
  return {
    cause: finding.cause,
    title,
    text,
    confidence: wordFor(finding.sure),
    proof: finding.proof,
    details: finding.details ?? {},
    offers: offersFor(scene, finding),
  }
}

const wordFor = (sure: number): Confidence =>
  sure >= 0.9 ? 'certain' : sure >= 0.75 ? 'very likely' : sure >= 0.6 ? 'likely' : 'possible'

function line({ check, result, say, lacks }: Outcome): CheckLine {
  const { label, personal } = CHECKS[check]
  return {
    id: check,
    label,
    result,
    say,
    ...(lacks === undefined ? {} : { lacks }),
    personal: personal === true,
  }
}

/** What is proven not to be the case: one sentence per check that cleared something, and what the message itself rules out. */
function excludedWords(scene: Scene, outcomes: readonly Outcome[], sorted: Sorted): string[] {
  const passed: Record<string, string> = {
    resolve: 'The name was resolved.',
    tcp: 'The port was reached: address, power and rules are fine.',
    tls: 'The port and the encryption are fine: the fault lies later.',
    auth: 'The sign-in name and password were accepted.',
    logon: 'You were signed in: the fault lies in the session.',
    session: 'You had a session.',
  }
  const words = scene.floor === 'none' ? undefined : passed[scene.floor]
  return [
    ...(words === undefined ? [] : [words]),
    ...outcomes
      .filter(({ result, excludes }) => result === 'clear' && excludes.length > 0)
      .map(({ say }) => say),
    ...(sorted.named.length === 0
      ? outcomes
          .filter(({ check, result }) => (check === 'K02' || check === 'K04') && result === 'clear')
          .map(({ say }) => say)
      : []),
  ]
}
