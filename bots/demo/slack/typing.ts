/**
 * What Slack makes of text that somebody types: `&`, `<` and `>` escaped, names, channels and addresses turned into references.
 * Source: docs.slack.dev, "Formatting message text" and "Slash commands" with should_escape (read 2026-11-20).
 */
import { BOT } from './state.ts'
import type { Workspace } from './workspace.ts'

/** @param named whether references carry a label, as they do in slash commands */
export function encodeTyped({ state }: Workspace, typed: string, named: boolean): string {
  const label = (text: string) => (named ? `|${text}` : '')
  const people = [
    ...state.users.map(({ id, name, handle }) => ({ id, names: [name, handle], handle })),
    { id: BOT.user, names: [BOT.name], handle: BOT.name.toLowerCase() },
  ]
  const known = new Map<string, string>()
  for (const { id, names, handle } of people)
    for (const name of names) known.set(`@${name.toLowerCase()}`, `<@${id}${label(handle)}>`)
  for (const { id, name, kind } of state.channels)
    if (kind === 'channel') known.set(`#${name.toLowerCase()}`, `<#${id}|${name}>`)
  // The longest name first: "@Alice Adams" before "@alice".
  const names = [...known.keys()].toSorted((one, other) => other.length - one.length).map(escapePattern)
  const pattern = new RegExp(`(?:${names.join('|')})(?![\\w-])|https?://[^\\s<>|]+|[&<>]`, 'gi')
  return typed.replace(pattern, found => {
    const reference = known.get(found.toLowerCase())
    if (reference !== undefined) return reference
    return found.length > 1 ? `<${escapeSigns(found)}>` : escapeSigns(found)
  })
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

export const escapeSigns = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
