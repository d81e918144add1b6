/** Cards as JSON: looking into them, and what the schemas of Adaptive Cards say of them. */
import { readFileSync } from 'node:fs'
import type { Json } from '../../../../adapters/teams/pen.ts'
import { schemaChecker } from './json-schema.ts'

type Part = { type?: string; [name: string]: unknown }
const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null

/** Every object within, in order. */
export const within = (value: unknown): Part[] =>
  isPart(value) ? [...(Array.isArray(value) ? [] : [value]), ...Object.values(value).flatMap(within)] : []

export const ofType = (card: unknown, type: string): Part[] => within(card).filter(part => part.type === type)

/** What stands in the body of a card, a line each. */
export const textOf = (card: Json): string[] =>
  ofType(card['body'], 'RichTextBlock').map(block =>
    (block['inlines'] as { text: string }[]).map(({ text }) => text).join(''),
  )

/** The one button of this title, or the first of its kind. */
export function actionOf(card: unknown, type: string, title?: string): Part {
  const found = ofType(card, type).find(each => title === undefined || each['title'] === title)
  if (!found) throw new Error(`no ${type} ${title ?? ''}`)
  return found
}

const FIXTURES = new URL('../../../fixtures/teams/', import.meta.url)
const schema = (version: string) =>
  schemaChecker(JSON.parse(readFileSync(new URL(`adaptive-card.schema-${version}.json`, FIXTURES), 'utf8')))
const [check15, check16] = [schema('1.5'), schema('1.6')]

/** Teams takes searches in cards of any version; the schema knows them from 1.6 on. */
const withoutSearch = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSearch)
  if (!isPart(value)) return value
  const rest = Object.entries(value).filter(
    ([name, inside]) => name !== 'choices.data' && !(name === 'style' && inside === 'filtered'),
  )
  return Object.fromEntries(rest.map(([name, inside]) => [name, withoutSearch(inside)]))
}

/** What is wrong with a card; empty when Teams takes it. */
export const problemsOf = (card: Json): string[] => [
  ...check15(withoutSearch(card)),
  ...(ofType(card, 'Data.Query').length > 0 ? check16(card) : []),
]
