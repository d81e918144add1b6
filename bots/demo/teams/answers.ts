/**
 * What a client makes of the bot's answer to an invoke. An answer that Teams would not take becomes an error that the person sees.
 *
 * Sources: learn.microsoft.com/microsoftteams/platform, "Universal Actions for Adaptive Cards" (read 2026-11-20), "Typeahead search in
 * Adaptive Cards" (at most 15 options) and "Create and send dialogs" (read 2026-11-21).
 */
import { isObject, MESSAGE_BYTES, problemOf } from './cards.ts'

const CARD = 'application/vnd.microsoft.card.adaptive'
const TYPES: ReadonlySet<unknown> = new Set([
  CARD,
  'application/vnd.microsoft.activity.message',
  'application/vnd.microsoft.error',
])

/** The answer to a card action, as the client takes it; `card` is what it shows from now on. */
export function actionAnswer(body: unknown): { answer: Record<string, unknown>; card?: unknown } {
  if (!isObject(body) || typeof body['statusCode'] !== 'number' || !TYPES.has(body['type']))
    return { answer: refused('the answer is none to a card action') }
  const { statusCode, type, value } = body
  if (type !== CARD) return { answer: body }
  const problem =
    statusCode !== 200
      ? `a card with status ${statusCode}`
      : JSON.stringify(value).length * 2 > MESSAGE_BYTES
        ? 'the card is too large'
        : problemOf(value)
  return problem === undefined ? { answer: body, card: value } : { answer: refused(problem) }
}

const refused = (message: string) => ({
  statusCode: 400,
  type: 'application/vnd.microsoft.error',
  value: { code: 'BadAnswer', message },
})

export type Choice = { title: string; value: string }

/** What a search offers; nothing when the answer is none. */
export function searchAnswer(body: unknown): readonly Choice[] {
  if (!isObject(body) || body['type'] !== 'application/vnd.microsoft.search.searchResponse') return []
  const results = isObject(body['value']) ? body['value']['results'] : undefined
  return (Array.isArray(results) ? results : [])
    .filter(
      (each): each is Choice =>
        isObject(each) && typeof each['title'] === 'string' && typeof each['value'] === 'string',
    )
    .slice(0, 15)
    .map(({ title, value }) => ({ title, value }))
}

/** What the dialog after a message action says. */
export function dialogAnswer(body: unknown): string | undefined {
  const task = isObject(body) && isObject(body['task']) ? body['task'] : undefined
  return task?.['type'] === 'message' && typeof task['value'] === 'string' ? task['value'] : undefined
}
