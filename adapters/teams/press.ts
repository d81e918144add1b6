/**
 * Reads what came of a card: a button that was pressed, a form that was sent, a refresh, a search while typing.
 *
 * What a card sends is whatever a client wrote: it is read strictly, and grants nothing.
 * Sources: learn.microsoft.com/microsoftteams/platform, "Universal Actions for Adaptive Cards" (read 2026-11-20) and "Typeahead search in
 * Adaptive Cards" (read 2026-11-21).
 */
import { createHash } from 'node:crypto'
import { type Incoming, type Posted, readButton, readForm, writeButton, writeForm } from '../../core/index.ts'
import type { Activity } from './door.ts'
import { VERB } from './draw.ts'
import { DATASET, valuesIn } from './form.ts'
import { SEARCH_CHARS } from './limits.ts'
import { incomingOf, isObject, type Reading, type Scene } from './scene.ts'
import { whole } from './text.ts'

/** An Action.Execute, whose client waits for the answer. */
export function readAction(activity: Activity, scene: Scene): Reading {
  const value = isObject(activity.value) ? activity.value : {}
  const action = isObject(value['action']) ? value['action'] : {}
  const data = isObject(action['data']) ? action['data'] : {}
  if (action['verb'] !== VERB) return { kind: 'unreadable', answered: true }
  return value['trigger'] === 'automatic'
    ? readRefresh(activity, scene, data)
    : readPress(activity, scene, data, true)
}

/** @param answered whether the client waits for an answer; an Action.Submit is a message, and nobody waits */
export function readPress(
  activity: Activity,
  scene: Scene,
  data: Record<string, unknown>,
  answered: boolean,
): Reading {
  const { intent: written, form, at } = data
  const card = activity.replyToId
  const unfilled = typeof form === 'string' ? readForm(form) : undefined
  if (card && unfilled && typeof at === 'number' && Number.isSafeInteger(at)) {
    const values = valuesIn(unfilled, at, data)
    const name = `${unfilled.fill}-${digest(writeForm(unfilled), JSON.stringify(values))}`
    const did = { filled: unfilled, values, on: posted(scene, card) }
    const incoming = incomingOf(scene, keyOf('fill', activity, scene, `${card}:${name}`), did)
    return { kind: 'filled', scene, incoming, unfilled, values, answered }
  }
  const intent = typeof written === 'string' ? readButton(written) : undefined
  if (!card || !intent) return { kind: 'unreadable', answered }
  const name = `${intent.do}-${digest(writeButton(intent))}`
  const did: Incoming['did'] = { pressed: intent, on: posted(scene, card) }
  const incoming = incomingOf(scene, keyOf('press', activity, scene, `${card}:${name}`), did)
  return { kind: 'pressed', scene, incoming, answered }
}

/** A client that refreshes a card by itself may look, and nothing else. */
function readRefresh(activity: Activity, scene: Scene, data: Record<string, unknown>): Reading {
  const { intent: written } = data
  const intent = typeof written === 'string' ? readButton(written) : undefined
  if (intent?.do !== 'show') return { kind: 'unreadable', answered: true }
  // No copy is named: it would be redrawn for everybody, and every client would ask again.
  const on = posted(scene, '')
  const name = `${activity.replyToId ?? ''}:${digest(writeButton(intent))}`
  const incoming = incomingOf(scene, keyOf('look', activity, scene, name), { pressed: intent, on })
  return { kind: 'refresh', scene, incoming }
}

/** Undefined for a search that is none of ours. */
export function readSearch({ value }: Activity, scene: Scene): Reading {
  const asked = isObject(value) ? value : {}
  const { dataset, queryText } = asked
  if (dataset !== DATASET) return { kind: 'other' }
  const text = typeof queryText === 'string' ? whole(queryText.slice(0, SEARCH_CHARS)).trim() : ''
  return { kind: 'search', scene, text }
}

const posted = ({ at }: Scene, messageKey: string): Posted => ({ ...at, messageKey })

const keyOf = (what: string, { id }: Activity, { person, place }: Scene, name: string): string =>
  `teams:${what}:${person}:${place.conversation}:${name}:${id}`

/** Short and the same for the same thing: a key has to stay small enough for an index, and tells nothing of what was typed. */
const digest = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16)
