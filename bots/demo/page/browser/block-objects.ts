/** Looks into Block Kit objects, of which nothing is known but that the bot sent them. */
import { html, type View } from './html.ts'
import { decodeEscapes } from './mrkdwn.ts'

export type Fields = Readonly<Record<string, unknown>>

export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const string = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Slack keeps plain text escaped and decodes it once for display (bolt-python issue 513). */
export const plainText = (object: unknown): string => decodeEscapes(string(fields(object)['text']))

/** Shown in place of what this page cannot draw, so that it is not taken for something that was not sent. */
export const unknown = (what: string, name: unknown): View =>
  html`<p class="unknown">unknown ${what}: ${typeof name === 'string' ? name : typeof name}</p>`
