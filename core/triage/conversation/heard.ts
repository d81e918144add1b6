/**
 * What typed words mean where a diagnosis may be meant: an answer to the question that waits here, or trouble told in own words. Everything
 * else stays what it was.
 */
import { commandFor } from '../../command/commands.ts'
import { MOST_TOLD } from '../../command/form.ts'
import { readCommand } from '../../command/grammar.ts'
import type { Intent } from '../../command/intent.ts'
import { plain } from '../../command/words.ts'
import type { PersonId } from '../../ids.ts'
import type { Address, Incoming, Ports } from '../../ports.ts'
import { isRefusal } from '../../refusal.ts'
import { type Diagnosis, questionNumber, stepOf } from './diagnosis.ts'
import { tellsOfTrouble, toldIn } from './told.ts'

/** Undefined: it is for the grammar alone to say. */
export async function heard(
  { store, diagnostics }: Pick<Ports, 'store' | 'diagnostics'>,
  { did, home, thread }: Incoming,
  person: PersonId,
): Promise<Intent | undefined> {
  if (diagnostics === undefined || !('typed' in did)) return undefined
  const text = toldIn(did.typed).slice(0, MOST_TOLD)
  if (text === '') return undefined
  const isCommand = startsWithCommand(text)
  const waiting = (await store.diagnosesOf(person))
    .map(({ diagnosis }) => diagnosis)
    .find(diagnosis => diagnosis.status === 'asking' && isIn(diagnosis, home, thread))
  if (waiting !== undefined) {
    const { id } = waiting
    const answer: Intent = { do: 'answer', diagnosis: id, question: questionNumber(waiting), text }
    if (isOffered(waiting, text)) return answer
    // A slash never answers: it is how people say that they mean a command.
    if (!isCommand && !did.typed.trimStart().startsWith('/') && !isAnotherMatter(waiting, text)) return answer
  }
  if (isCommand) return undefined
  const read = readCommand(did.typed)
  const isNone = isRefusal(read) && read.code === 'not-understood'
  return isNone && tellsOfTrouble(text) ? { do: 'diagnose', text } : undefined
}

const startsWithCommand = (text: string): boolean =>
  commandFor(plain(text.split(/\s/, 1)[0] ?? '')) !== undefined

const isIn = (diagnosis: Diagnosis, home: Address, thread: Address | undefined): boolean =>
  thread === undefined
    ? diagnosis.home.platform === home.platform && diagnosis.home.key === home.key
    : diagnosis.thread?.platform === thread.platform && diagnosis.thread.key === thread.key

/** The words on one of the question's buttons. */
function isOffered(diagnosis: Diagnosis, text: string): boolean {
  const next = stepOf(diagnosis)
  const said = text.toLowerCase()
  return 'ask' in next && next.ask.buttons.some(({ id, label }) => [id, label.toLowerCase()].includes(said))
}

/** Trouble with another VM, where a VM was settled: a change of mind. */
function isAnotherMatter(diagnosis: Diagnosis, text: string): boolean {
  const next = stepOf(diagnosis)
  const { vm } = next.assessment
  // Pasted error texts hold names of all kinds.
  if ('ask' in next && next.ask.id === 'Q-ERROR') return false
  const others = text
    .toLowerCase()
    .split(/[\s,;:!?()"']+/)
    .filter(word => /^[a-z][a-z0-9-]*\d[a-z0-9-]*$/.test(word) && word !== vm?.name.toLowerCase())
  return vm !== undefined && others.length > 0 && tellsOfTrouble(text) && !text.includes(vm.name)
}
