/**
 * Reads "Diagnose this", a message action: somebody chose it on a message of anybody's, and Teams sends that message along.
 *
 * The text of a message comes as HTML. It is made into lines of plain text here, and never shown as anything else.
 * Source: learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module (read 2026-11-21).
 */
import type { Activity } from './door.ts'
import { TYPED_CHARS } from './limits.ts'
import { incomingOf, isObject, type Reading, type Scene } from './scene.ts'
import { decoded, whole } from './text.ts'

/** The id of the command in the manifest. */
const DIAGNOSE = 'diagnose'

export function readPointed({ id, value }: Activity, scene: Scene): Reading {
  const { commandId, messagePayload, requestId } = isObject(value) ? value : {}
  if (commandId !== DIAGNOSE || !isObject(messagePayload)) return { kind: 'unreadable-action' }
  const text = textOf(messagePayload)
  if (text === '') return { kind: 'unreadable-action' }
  // The request id stays the same when Teams asks again.
  const once = typeof requestId === 'string' && requestId !== '' ? requestId.slice(0, 100) : id
  const incoming = incomingOf(scene, `teams:pointed:${scene.person}:${once}`, { pointedAt: text })
  return { kind: 'pointed', scene, incoming }
}

/** What can be read in a message: its text, or what is written on its cards where it has none. */
function textOf({ body, attachments }: Record<string, unknown>): string {
  const { content, contentType } = isObject(body) ? body : {}
  const raw = typeof content === 'string' ? content.slice(0, MOST_HTML) : ''
  const text = tidy(contentType === 'text' ? raw : fromHtml(raw))
  if (text !== '') return text
  const cards = (Array.isArray(attachments) ? attachments : []).slice(0, 5).map(attachment => {
    const card = isObject(attachment) ? attachment['content'] : undefined
    return typeof card === 'string' ? parsed(card.slice(0, MOST_HTML)) : card
  })
  return tidy(cards.flatMap(card => written(card, 0)).join('\n'))
}

const MOST_HTML = 50_000
const MOST_DEPTH = 12

/** Lines end where a reader would see them end; tags go. */
const fromHtml = (html: string): string =>
  decoded(
    html
      .replace(/\r?\n/g, ' ')
      .replace(/<(br|\/p|\/div|\/li|\/tr|\/h[1-6]|\/blockquote|\/pre)\b[^<>]*>/gi, '\n')
      .replace(/<[^<>]*>/g, ''),
  )

const tidy = (text: string): string =>
  whole(
    text
      .split('\n')
      .map(line => line.replace(/[\p{Cc}\p{Zs}]+/gu, ' ').trim())
      .filter(line => line !== '')
      .join('\n')
      .slice(0, TYPED_CHARS),
  )

/** What is written on a card, in reading order. */
function written(value: unknown, depth: number): readonly string[] {
  if (depth > MOST_DEPTH) return []
  if (Array.isArray(value)) return value.slice(0, 200).flatMap(each => written(each, depth + 1))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, inside]) =>
    typeof inside === 'string' ? (SHOWN.has(name) ? [inside] : []) : written(inside, depth + 1),
  )
}

const SHOWN: ReadonlySet<string> = new Set(['text', 'title', 'subtitle', 'value'])

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
