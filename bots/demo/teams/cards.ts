/**
 * What Teams takes from a bot: how large, and which cards.
 *
 * Sources: Adaptive Cards schema 1.5.0 (microsoft/AdaptiveCards); learn.microsoft.com/microsoftteams/platform, "Cards reference" (1.5 is
 * the newest version for bots, no media) and "Format your bot messages" (100 kB, counted as UTF-16); read 2026-11-20. "Typeahead search in
 * Adaptive Cards" (`choices.data` in cards of any version); read 2026-11-21.
 */

/** Largest message in bytes of UTF-16. */
export const MESSAGE_BYTES = 100 * 1024

/** Elements and actions, with what each of them needs. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  AdaptiveCard: [],
  TextBlock: ['text'],
  RichTextBlock: ['inlines'],
  TextRun: ['text'],
  Image: ['url'],
  ImageSet: ['images'],
  Container: ['items'],
  ColumnSet: [],
  Column: [],
  FactSet: ['facts'],
  Table: [],
  TableRow: [],
  TableCell: ['items'],
  ActionSet: ['actions'],
  'Input.Text': ['id'],
  'Input.Number': ['id'],
  'Input.Date': ['id'],
  'Input.Time': ['id'],
  'Input.Toggle': ['id', 'title'],
  'Input.ChoiceSet': ['id'],
  'Action.Execute': [],
  'Action.Submit': [],
  'Action.OpenUrl': ['url'],
  'Action.ShowCard': [],
  'Action.ToggleVisibility': ['targetElements'],
}

/** Places that hold elements or actions. Everything else of an element is left to the client. */
const CHILDREN = ['body', 'items', 'columns', 'rows', 'cells', 'inlines', 'actions', 'images']
const CHILD = ['selectAction', 'card']

/** What is wrong with a card; undefined when Teams would take it. */
export function problemOf(card: unknown): string | undefined {
  if (!isObject(card) || card['type'] !== 'AdaptiveCard') return 'the content is no AdaptiveCard'
  const version = /^1\.(\d)$/.exec(String(card['version']))?.[1]
  if (version === undefined || Number(version) > 5)
    return `version ${String(card['version'])} is not supported`
  const refresh = card['refresh']
  const users = isObject(refresh) ? refresh['userIds'] : undefined
  if (Array.isArray(users) && users.length > 60) return 'refresh for more than 60 people'
  if (isObject(refresh) && !(isObject(refresh['action']) && refresh['action']['type'] === 'Action.Execute'))
    return 'a refresh without Action.Execute'
  return problemWithin(card, { ids: new Set(), unfolded: false })
}

/** `ids`: of the inputs found so far. `unfolded`: within a card that a button shows. */
type Place = { ids: Set<unknown>; unfolded: boolean }

function problemWithin(element: unknown, place: Place): string | undefined {
  if (typeof element === 'string') return undefined
  if (!isObject(element)) return 'an element is no object'
  const type = String(element['type'])
  const needed = KNOWN[type]
  if (!needed) return `unknown type ${type}`
  const missing = needed.find(name => element[name] === undefined)
  if (missing !== undefined) return `${type} without ${missing}`
  return problemOwn(type, element, place) ?? problemInside(type, element, place)
}

function problemOwn(type: string, element: Record<string, unknown>, place: Place): string | undefined {
  if (type.startsWith('Input.')) {
    const { id } = element
    if (place.ids.has(id)) return `two inputs of the id ${String(id)}`
    place.ids.add(id)
  }
  const query = element['choices.data']
  if (query !== undefined && !(isObject(query) && query['type'] === 'Data.Query' && query['dataset']))
    return 'choices.data is no Data.Query with a dataset'
  if (type === 'Input.ChoiceSet' && !query && !isNonEmpty(element['choices'])) return 'a choice of nothing'
  if (type === 'Action.ShowCard' && place.unfolded) return 'a card that shows a card that shows a card'
  const { actions } = element
  return Array.isArray(actions) && actions.length > 6 ? `${type} with more than 6 actions` : undefined
}

const isNonEmpty = (value: unknown): boolean => Array.isArray(value) && value.length > 0

function problemInside(type: string, element: Record<string, unknown>, place: Place): string | undefined {
  for (const name of CHILDREN) {
    const children = element[name]
    if (children === undefined) continue
    if (!Array.isArray(children)) return `${type}.${name} is no list`
    for (const child of children) {
      // Columns, rows and cells may leave their type out.
      const whole = isObject(child) && child['type'] === undefined ? { ...child, type: IMPLIED[name] } : child
      const problem = problemWithin(whole, place)
      if (problem !== undefined) return problem
    }
  }
  for (const name of CHILD) {
    const inside = { ...place, unfolded: place.unfolded || type === 'Action.ShowCard' }
    const problem = element[name] === undefined ? undefined : problemWithin(element[name], inside)
    if (problem !== undefined) return problem
  }
  return undefined
}

const IMPLIED: Readonly<Record<string, string>> = { columns: 'Column', rows: 'TableRow', cells: 'TableCell' }

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
