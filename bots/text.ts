/** Draws a Message for a terminal. Buttons need a chat and are left out. */
import { stripVTControlCharacters } from 'node:util'
import type { Line, Message, Run } from '../core/index.ts'

export function asText({ title, lines, facts }: Message): string {
  const widest = Math.max(0, ...facts.map(({ label }) => label.length))
  const shown = [
    title,
    '',
    ...facts.map(({ label, value }) => `${label.padEnd(widest)}  ${lineOf(value)}`),
    ...(facts.length > 0 ? [''] : []),
    ...lines.map(lineOf),
  ]
  return `${shown.map(calm).join('\n')}\n`
}

/** Names come from certificates: none may move the cursor. */
const calm = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}/gu, ' ')

const lineOf = (line: Line): string => line.map(textOf).join('')

function textOf(run: Run): string {
  if (typeof run === 'string') return run
  if ('strong' in run) return run.strong
  if ('code' in run) return run.code
  if ('person' in run) return run.name
  if ('time' in run) return new Date(run.time).toISOString().slice(0, 16).replace('T', ' ').concat(' UTC')
  return `${run.label} (${run.link})`
}
