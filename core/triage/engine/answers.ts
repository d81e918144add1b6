/**
 * Turns an answer into what was chosen: the id of a button, however it was written, or the person's own words.
 *
 * Buttons come back as ids or labels in any case; people also type. "Don't know" in a few languages is the same as no answer.
 */
import { QUESTIONS, type QuestionId } from '../catalogue/questions.ts'

const UNKNOWN =
  /^(don'?t know|do not know|dunno|no idea|not sure|unsure|unknown|can(no|')?t (test|run|tell|say)|nobody tried|idk|\?+|keine ahnung|wei(ss|ß) (ich )?nicht|nicht sicher|(je ne|j'?)? ?sais pas|aucune id[ée]e|no (lo )?s[ée]|non (lo )?so)[.!]?$/
const YES = /^(y|yes|yep|yeah|sure|ok|okay|true|ja|jo|oui|s[ií]|sim|works|allow|start)\b/
const NO = /^(n|no|nope|nein|non|n[aã]o|false|never|not)\b/

const plain = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’]/g, "'")
    .replace(/[^\p{L}\p{N}\\@/?']+/gu, ' ')
    .trim()

/** Undefined when nothing useful was said. */
export function choiceOf(question: QuestionId, answer: string | undefined): string | undefined {
  if (answer === undefined) return undefined
  const typed = plain(answer.slice(0, 2_000))
  if (typed === '' || UNKNOWN.test(typed)) return undefined
  const { buttons } = QUESTIONS[question]
  const exact = buttons.find(({ id, label }) => plain(id) === typed || plain(label) === typed)
  if (exact !== undefined) return isUnknown(exact.id) ? undefined : exact.id
  const starts = buttons.filter(
    ({ label }) => typed.startsWith(plain(label)) || (typed.length > 3 && plain(label).startsWith(typed)),
  )
  const [only, another] = starts
  if (only !== undefined && another === undefined) return isUnknown(only.id) ? undefined : only.id
  const yes = buttons.find(({ id }) => /^(yes|yes_further|true|allow_once|start)$/.test(id))
  const no = buttons.find(({ id }) => /^(no|same|false|leave_it)$/.test(id))
  if (yes !== undefined && YES.test(typed)) return yes.id
  if (no !== undefined && NO.test(typed)) return no.id
  return answer.trim()
}

const isUnknown = (id: string): boolean =>
  /^(dont_know|not_sure|cannot_test|cannot_run|nobody_tried)$/.test(id)

/** Whether the person could not say. */
export const couldNotSay = (question: QuestionId, answer: string | undefined): boolean =>
  choiceOf(question, answer) === undefined
