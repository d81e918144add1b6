/**
 * The answers to invokes, as the clients of Teams read them.
 *
 * Sources: learn.microsoft.com/microsoftteams/platform, "Universal Actions for Adaptive Cards" (read 2026-11-20), "Typeahead search in
 * Adaptive Cards" and "Create and send dialogs" (read 2026-11-21).
 */
import type { Suggestion } from '../../core/index.ts'
import type { Reply } from './bot.ts'
import { SEARCH_RESULTS } from './limits.ts'
import type { Json } from './pen.ts'
import { clean, shorten } from './text.ts'

const invoke = (type: string, value: unknown, statusCode = 200): Reply => ({
  status: 200,
  body: { statusCode, type, value },
})

/** Words beside the card that was pressed, which stays as it is. */
export const said = (text: string): Reply =>
  invoke('application/vnd.microsoft.activity.message', shorten(clean(text), 500))

/** Another card in place of the one that was pressed, for whoever pressed. */
export const replaced = (card: Json): Reply => invoke('application/vnd.microsoft.card.adaptive', card)

/** It could not be done. The status of the answer itself stays 200: Teams would deliver it again. */
export const failed = (message: string): Reply =>
  invoke('application/vnd.microsoft.error', { code: 'NotDone', message }, 500)

/** Words in a dialog, after a message action. */
export const dialog = (text: string): Reply => ({
  status: 200,
  body: { task: { type: 'message', value: shorten(clean(text), 1_000) } },
})

/** What a search found. Clients show the title, and send the value. */
export const choices = (found: readonly Suggestion[]): Reply =>
  invoke('application/vnd.microsoft.search.searchResponse', {
    results: found.slice(0, SEARCH_RESULTS).map(({ value, label, hint }) => ({
      value,
      title: shorten(clean(hint === '' ? label : `${label} (${hint})`), 150),
    })),
  })
