/**
 * One diagnosis as it is kept: who asked, where they read the answer, everything that is known, and how far it got.
 *
 * A plain value that survives JSON. What to do next always follows from `known` (the engine's `step`), so a diagnosis that was kept can be
 * taken up by any process. `history` is its audit trail: what people did and what was touched, never what they wrote.
 */
import type { NamedPerson, Seat } from '../../access/request.ts'
import type { DiagnosisId, Instant, PersonId, RequestId } from '../../ids.ts'
import { instant } from '../../ids.ts'
import type { Address } from '../../ports.ts'
import type { CauseId } from '../catalogue/causes/index.ts'
import type { QuestionId } from '../catalogue/questions.ts'
import type { RemedyId } from '../catalogue/remedies/index.ts'
import type { FactName, Knowledge } from '../engine/knowledge.ts'
import { type Step, step } from '../engine/step.ts'
import type { Operation } from '../repairs.ts'
import type { Askable } from './may.ts'
import type { Ordered } from './orders.ts'

export type Diagnosis = {
  v: 1
  id: DiagnosisId
  by: { person: PersonId; name: string }
  /** The person's private chat: details, questions and remedies are there. */
  home: Address
  /** Where others read along, if it was asked there: only what everybody may see. */
  thread?: Address
  /** The access request it is about. */
  request?: RequestId
  /** Began by itself, after a check of ours failed: then nothing is asked. */
  unasked: boolean
  /** What our own check said, where it began by itself. */
  because?: string
  known: Knowledge
  status: 'reading' | 'asking' | 'over'
  /** Why it is over. */
  ended?: 'verdict' | 'silence' | 'superseded'
  /** The message held a password, which was struck out before anything was kept. */
  passwordShown: boolean
  /** The remedies that are buttons: what the asker may ask for, by the policy as it was at the verdict. */
  may?: readonly Askable[]
  /** The remedy that was pressed last. */
  repair?: Undertaking
  /** The whole verdict is shown, not its summary. */
  detailed: boolean
  /** When the second sample of a screen may be taken. */
  sampleAgainAt?: Instant
  history: readonly Happened[]
}

/** One remedy from its press to its end. Holds no secret. */
export type Undertaking = {
  remedy: RemedyId
  /** What it is done to: the VM of the diagnosis, or another one that it needs. */
  vm: Ordered['vm']
  order: Ordered['order']
  verb: Ordered['verb']
  /** Names this undertaking in buttons and effects; Azure's own log keeps it beside the order. */
  key: string
  /** The cause it is for. */
  cause: CauseId
  /** The reads whose answer showed the cause, as far as they are taken again: without them nobody knows whether it helped. */
  watched: readonly FactName[]
  /** What is shown to whoever decides, as it was when it was asked for. */
  shown: { title: string; proof: readonly string[]; warnings: readonly string[]; how: readonly string[] }
  /** Whose agreement it takes. */
  by: Askable['by']
  state:
    | 'confirming'
    | 'asked'
    | 'denied'
    | 'withdrawn'
    | 'lapsed'
    | 'unanswerable'
    /** Agreed to; the asker has a password made on its page. */
    | 'agreed'
    /** It is being made, and sent to Azure in the same breath. Nothing but another press follows from it. */
    | 'setting'
    | 'sending'
    | 'running'
    | 'done'
    | 'failed'
  /** What there is to go back to, as the asker said. */
  back?: 'snapshot' | 'nothing'
  /** The asking of approvers, and what they said. */
  asking?: {
    rule: string
    seats: readonly Seat[]
    others: readonly string[]
    lapsesAt: Instant
    /** Approvers who turned out not to be reachable. */
    unreached: readonly PersonId[]
    decided?: NamedPerson & { at: Instant }
  }
  /** What is agreed to for the page may be done until then. */
  until?: Instant
  /** The latest press on that page, the `count`th. What was set there is kept nowhere. */
  press?: { id: string; account: string; at: Instant; count: number }
  /** When it was sent, or is about to be. */
  sentAt?: Instant
  operation?: Operation
  /** Why it failed, was denied or cannot be answered, in words. */
  say?: string
}

type Happened =
  | { what: 'began' | 'rechecked' | 'silence' | 'superseded' | 'windows-read'; at: Instant }
  | { what: 'confirmed' | 'repaired' | 'withdrawn' | 'lapsed'; remedy: string; at: Instant }
  | { what: 'approved' | 'denied'; remedy: string; by: PersonId; rule: string; at: Instant }
  /** A password was about to be made for this account. */
  | { what: 'setting'; remedy: string; account: string; at: Instant }
  | { what: 'asked' | 'answered'; question: QuestionId; at: Instant }
  | { what: 'concluded'; kind: string; cause?: string; at: Instant }

/** A person who says nothing for so long gets what is known. */
export const SILENCE_MINUTES = 24 * 60
/** Between two pictures of a screen that shows progress. */
export const BETWEEN_SAMPLES_MINUTES = 1

export const stepOf = ({ known }: Diagnosis): Step => step(known)

/** The number of the question that waits for an answer: how many were answered before it. */
export const questionNumber = ({ known }: Diagnosis): number => known.asked.length

/** The diagnosis with one more thing that happened. */
export const noting = (diagnosis: Diagnosis, happened: Happened): Diagnosis => ({
  ...diagnosis,
  history: [...diagnosis.history, happened],
})

/** What the engine says next, as the state of the conversation. */
export function moveOn(diagnosis: Diagnosis, now: Instant): Diagnosis {
  const next = stepOf(diagnosis)
  if ('wants' in next) return { ...diagnosis, status: 'reading' }
  if ('ask' in next && !diagnosis.unasked)
    return diagnosis.status === 'asking'
      ? diagnosis
      : noting({ ...diagnosis, status: 'asking' }, { what: 'asked', question: next.ask.id, at: now })
  return conclude(diagnosis, 'verdict', now)
}

export function conclude(
  diagnosis: Diagnosis,
  ended: NonNullable<Diagnosis['ended']>,
  now: Instant,
): Diagnosis {
  const { assessment } = stepOf(diagnosis)
  const over: Diagnosis = { ...diagnosis, status: 'over', ended }
  if (ended !== 'verdict') return noting(over, { what: ended, at: now })
  const cause = assessment.first?.cause
  return noting(over, {
    what: 'concluded',
    kind: assessment.kind,
    ...(cause === undefined ? {} : { cause }),
    at: now,
  })
}

/** Forgets these reads, so that they are taken again; all of them when none is named. */
export function forgetting(diagnosis: Diagnosis, now: Instant, names?: readonly FactName[]): Diagnosis {
  const { sampleAgainAt: _, ended: __, ...rest } = diagnosis
  const { known } = diagnosis
  const facts = { ...(names === undefined ? {} : known.facts) }
  for (const name of names ?? []) delete facts[name]
  // A yes to reading Windows was given for one run.
  const asked = known.asked.filter(({ question }) => question !== 'Q-CONSENT')
  return {
    ...rest,
    status: 'reading',
    known: {
      ...known,
      at: instant(Math.max(known.at, now)),
      facts,
      asked: names === undefined ? asked : known.asked,
      found: names === undefined && known.case.vm !== undefined ? [] : known.found,
    },
  }
}
