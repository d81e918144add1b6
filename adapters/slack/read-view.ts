/**
 * Reads what comes from modals, shortcuts and the App Home: payload to Incoming, or the reason why it is ignored on purpose. Pure and total.
 *
 * In a modal sent from another company's workspace `team.id` is the other side's, so the actor is read from `user` alone, as in read.ts.
 * Shortcuts and the App Home belong to members of workspaces that installed the app: where a payload of theirs does not name the actor's
 * team, it is the workspace's. Whether the account is really of ours is asked of Slack before it is bound to a person.
 * Sources: docs.slack.dev, payloads of views, shortcuts and block_suggestion, app_home_opened (read 2026-11-20).
 */
import type { Address, ChatUser, Incoming, Unfilled } from '../../core/index.ts'
import { isDirect, threadIn } from './conversations.ts'
import { readOpened } from './modal.ts'
import { at, isObject, textAt } from './payload.ts'
import { actorOf, type Ignored, plainText, type Reading } from './read.ts'

/** A modal was sent. `fields`: the ids of its fields, in their order; a problem can be shown beside these only. */
export type Submission = {
  incoming: Incoming
  form: Unfilled
  values: Readonly<Record<string, string>>
  fields: readonly string[]
}

/**
 * The delivery's key is the modal and its hash, which is new only when the modal was changed: sent twice is sent once.
 */
export function readSubmission(body: unknown): Submission | (Ignored & Pick<Submission, 'fields'>) {
  const view = at(body, 'view')
  const id = textAt(view, 'id')
  const hash = textAt(view, 'hash')
  const actor = actorOf(textAt(body, 'user', 'id'), textAt(body, 'user', 'team_id'))
  const fields = fieldsOf(at(view, 'blocks'))
  if (!id || !hash || !actor) return { ignored: 'view:incomplete', fields }
  const opened = readOpened(textAt(view, 'private_metadata') ?? '')
  if (opened === undefined) return { ignored: 'view:unreadable', fields }
  const { form, on, thread } = opened
  const values = valuesOf(at(view, 'state', 'values'))
  return {
    form,
    values,
    fields,
    incoming: {
      delivery: `slack:view:${id}:${hash}`,
      ...actor,
      ...(thread === undefined ? {} : { thread }),
      did: { filled: form, values, ...(on === undefined ? {} : { on }) },
    },
  }
}

/** Each block of a form holds one field, under the block's id. What was left empty is `null` in Slack, and is left out here. */
function valuesOf(state: unknown): Record<string, string> {
  if (!isObject(state)) return {}
  return Object.fromEntries(
    Object.entries(state).flatMap(([id, block]) => {
      const [field] = isObject(block) ? Object.values(block) : []
      const value = textAt(field, 'value') ?? textAt(field, 'selected_option', 'value')
      return value === undefined ? [] : [[id, value]]
    }),
  )
}

function fieldsOf(blocks: unknown): readonly string[] {
  if (!Array.isArray(blocks)) return []
  const inputs = blocks.filter(block => textAt(block, 'type') === 'input')
  return inputs.map(block => textAt(block, 'block_id')).filter(id => id !== undefined)
}

/** Somebody types into the search of a modal. */
export function readSearch(body: unknown): { who: ChatUser; text: string } | Ignored {
  const actor = actorOf(textAt(body, 'user', 'id'), textAt(body, 'user', 'team_id'))
  if (!actor) return { ignored: 'search:incomplete' }
  return { who: actor.who, text: textAt(body, 'value') ?? '' }
}

/** "Diagnose this", chosen on a message. */
export function readPointedAt(body: unknown): Reading {
  const trigger = textAt(body, 'trigger_id')
  const actor = shortcutActor(body)
  const channel = textAt(body, 'channel', 'id')
  const ts = textAt(body, 'message', 'ts') ?? textAt(body, 'message_ts')
  if (!trigger || !actor || !channel || !ts) return { ignored: 'shortcut:incomplete' }
  const root = textAt(body, 'message', 'thread_ts') ?? ts
  return {
    incoming: {
      delivery: `slack:shortcut:${trigger}`,
      ...actor,
      ...(isDirect(channel) ? {} : { thread: threadIn(channel, root) }),
      did: { pointedAt: wordsOf(at(body, 'message')) },
    },
  }
}

/** A shortcut that opens a form. `typed`: the command that stands for it where the form cannot be opened. */
export function readGlobalShortcut(
  body: unknown,
  typed: string,
): { trigger: string; incoming: Incoming } | Ignored {
  const trigger = textAt(body, 'trigger_id')
  const actor = shortcutActor(body)
  if (!trigger || !actor) return { ignored: 'shortcut:incomplete' }
  return { trigger, incoming: { delivery: `slack:shortcut:${trigger}`, ...actor, did: { typed } } }
}

/** The App Home has two tabs; only the Home tab is something we draw. */
export function readHomeOpened(body: unknown): Reading {
  const id = textAt(body, 'event_id')
  const event = at(body, 'event')
  const tab = textAt(event, 'tab')
  if (tab !== 'home') return { ignored: `app_home_opened:${tab ?? 'unknown'}` }
  const actor = actorOf(textAt(event, 'user'), textAt(body, 'team_id'))
  if (!id || !actor) return { ignored: 'app_home_opened:incomplete' }
  return { incoming: { delivery: `slack:event:${id}`, ...actor, did: { opened: 'app-home' } } }
}

const shortcutActor = (body: unknown): { who: ChatUser; home: Address } | undefined =>
  actorOf(textAt(body, 'user', 'id'), textAt(body, 'user', 'team_id') ?? textAt(body, 'team', 'id'))

// ---- The words of any message --------------------------------------------------------------------------------------------------

/** Longest text taken from a message; what people paste is longer than what anybody needs. */
const MOST_WORDS = 4_000

/** What a message says: its text, else what stands in its attachments and blocks (alerts of other apps have no text). */
function wordsOf(message: unknown): string {
  const text = textAt(message, 'text')
  const all =
    text === undefined ? [at(message, 'attachments'), at(message, 'blocks')].flatMap(textsIn) : [text]
  return plainText(all.join('\n')).slice(0, MOST_WORDS).toWellFormed().trim()
}

const DEPTH = 8

function textsIn(value: unknown, depth = 0): string[] {
  if (depth > DEPTH) return []
  if (Array.isArray(value)) return value.flatMap(each => textsIn(each, depth + 1))
  if (!isObject(value)) return []
  const own = ['pretext', 'title', 'text'].flatMap(name => textAt(value, name) ?? [])
  const inner = ['text', 'fields', 'elements', 'rows', 'blocks'].map(name => value[name])
  return [...own, ...inner.flatMap(each => textsIn(each, depth + 1))]
}
