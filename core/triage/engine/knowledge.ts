/**
 * Everything one diagnosis knows, as one plain value that survives JSON: what the person wrote, what was read, what was answered.
 *
 * It grows by `learn` and `answered` only. The same knowledge always gives the same next step and the same assessment, so it can be stored
 * between any two steps and picked up by another process.
 */
import { type Instant, instant, type PersonId, type VmId } from '../../ids.ts'
import type { VmSummary } from '../../ports.ts'
import type { QuestionId } from '../catalogue/questions.ts'
import type { Diagnostics } from '../diagnostics.ts'
import type { Found, ProbeAnswer, Reading } from '../readings.ts'

/** What a read of the `Diagnostics` port delivers. */
type Delivered<K extends keyof Diagnostics> =
  Awaited<ReturnType<Diagnostics[K]>> extends Reading<infer T> ? T : never

/**
 * What each read delivers, under the names of the `Diagnostics` port; `bootAgain` is the second sample of `boot`, and `probe` is our own try
 * of the port.
 */
export type Facts = { [K in Exclude<keyof Diagnostics, 'find' | 'picture'>]: Delivered<K> } & {
  bootAgain: Delivered<'boot'>
  probe: ProbeAnswer
}

export type FactName = keyof Facts

/** A read that is wanted: `find` looks up every name and address that was typed and not looked up yet. */
export type ReadName = 'find' | FactName

/** What the grant says, when the diagnosis began at a card of one. */
type GrantFacts = { port: number; source?: string; endsAt?: Instant }

/** How a diagnosis begins. Text and accounts come from people: hostile until drawn. */
export type Case = {
  text: string
  asker: {
    person?: PersonId
    /** Sign-in names under which Azure may know the asker: matched without case. */
    accounts: readonly string[]
    guest?: boolean
  }
  vm?: VmSummary
  /** The address the asker's client comes from, when it is known for certain. */
  source?: string
  grant?: GrantFacts
}

export type Knowledge = {
  case: Case
  /** When the latest thing was learned. */
  at: Instant
  began: Instant
  found: readonly { typed: string; answer: Reading<Found> }[]
  facts: { readonly [K in FactName]?: Reading<Facts[K]> }
  /** In the order they were asked. An answer that never came is undefined. */
  asked: readonly { question: QuestionId; answer?: string; at: Instant }[]
}

export function begin(diagnosis: Case, now: Instant): Knowledge {
  return { case: diagnosis, at: now, began: now, found: [], facts: {}, asked: [] }
}

/** Adds the outcome of one read. Repeating replaces. */
export function learn<K extends FactName>(
  known: Knowledge,
  name: K,
  answer: Reading<Facts[K]>,
  now: Instant,
): Knowledge {
  return { ...known, at: now, facts: { ...known.facts, [name]: answer } }
}

/** Adds what was found under one typed name or address. Repeating replaces. */
export function learnFound(known: Knowledge, typed: string, answer: Reading<Found>, now: Instant): Knowledge {
  const others = known.found.filter(one => one.typed !== typed)
  return { ...known, at: now, found: [...others, { typed, answer }] }
}

/** Adds an answer; undefined when none came. A read that failed for want of it is forgotten. */
export function answered(
  known: Knowledge,
  question: QuestionId,
  answer: string | undefined,
  now: Instant,
): Knowledge {
  const asked = [...known.asked, { question, ...(answer === undefined ? {} : { answer }), at: now }]
  const facts = { ...known.facts }
  if (question === 'Q-SRCIP' && facts.flow?.read === false) delete facts.flow
  return { ...known, at: instant(Math.max(known.at, now)), asked, facts }
}

/** The VM's ARM id of a summary, for reads. */
export const idOf = (vm: VmSummary): VmId => vm.id
