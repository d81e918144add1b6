/**
 * Slack's rules for blocks: what it refuses, and what it makes of what it takes.
 *
 * Checked deeply for the blocks that apps use most; other known types are taken as they are, and unknown ones refused. Characters are
 * counted as sent. Sources: docs.slack.dev, Block Kit reference (read 2026-11-20); the total: github.com/slackapi/bolt-js issue 2509.
 */
import type { Block } from './state.ts'

export type Problem = { at: string; what: string }

/** Measured by others, not documented. */
export const TOTAL = 13_200

const TAKEN_AS_THEY_ARE: ReadonlySet<string> = new Set(
  'alert card carousel container context_actions data_table data_visualization file image markdown plan rich_text table task_card video'.split(
    ' ',
  ),
)

type Fields = Record<string, unknown>
type Check = (value: unknown, at: string) => Problem[]

export function checkBlocks(blocks: unknown, surface: 'message' | 'view' = 'message'): Problem[] {
  if (!Array.isArray(blocks)) return [{ at: '/blocks', what: 'must be an array' }]
  const most = surface === 'message' ? 50 : 100
  const problems = blocks.length > most ? [{ at: '/blocks', what: `no more than ${most} items allowed` }] : []
  const ids = new Map<unknown, number>()
  for (const [index, block] of blocks.entries()) {
    const at = `/blocks/${index}`
    problems.push(...checkBlock(block, at))
    const id = (block as Fields | null)?.['block_id']
    if (id !== undefined && ids.has(id))
      problems.push({ at: `${at}/block_id`, what: 'block_id already exists' })
    ids.set(id, index)
  }
  return problems
}

/** `msg_blocks_too_long`. */
export const tooLong = (blocks: unknown): boolean => JSON.stringify(blocks).length > TOTAL

function checkBlock(block: unknown, at: string): Problem[] {
  const { type } = (block ?? {}) as Fields
  if (typeof type !== 'string') return [{ at: `${at}/type`, what: 'missing required field: type' }]
  if (TAKEN_AS_THEY_ARE.has(type)) return []
  const check = BLOCKS[type]
  return check === undefined ? [{ at: `${at}/type`, what: `unsupported type: ${type}` }] : check(block, at)
}

// ---- Small rules ---------------------------------------------------------------------------------------------------------------

const string =
  (most: number, least = 1): Check =>
  (value, at) => {
    if (typeof value !== 'string') return [{ at, what: 'must be a string' }]
    if (value.length < least) return [{ at, what: `must be more than ${least - 1} characters` }]
    // A character outside the basic plane counts once.
    return value.length > most && [...value].length > most
      ? [{ at, what: `must be less than ${most + 1} characters` }]
      : []
  }

const flag: Check = (value, at) => (typeof value === 'boolean' ? [] : [{ at, what: 'must be a boolean' }])

const oneOf =
  (...choices: readonly unknown[]): Check =>
  (value, at) =>
    choices.includes(value) ? [] : [{ at, what: `must be one of ${choices.join(', ')}` }]

const whole =
  (least: number, most: number): Check =>
  (value, at) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? []
      : [{ at, what: `must be a whole number from ${least} to ${most}` }]

const list =
  (most: number, each: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length === 0) return [{ at, what: 'must have at least 1 item' }]
    const long = value.length > most ? [{ at, what: `no more than ${most} items allowed` }] : []
    return [...long, ...value.flatMap((item, index) => each(item, `${at}/${index}`))]
  }

const webAddress: Check = (value, at) =>
  typeof value === 'string' && /^[a-z][a-z0-9+.-]*:/i.test(value) && URL.canParse(value)
    ? string(3_000)(value, at)
    : [{ at, what: 'must be a valid URL' }]

const anything: Check = () => []

/** An object with these fields and no others. */
function shape(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [{ at, what: 'must be an object' }]
    const given = value as Fields
    const missing = Object.keys(required).filter(name => given[name] === undefined)
    return [
      ...missing.map(name => ({ at, what: `missing required field: ${name}` })),
      ...Object.entries(given).flatMap(([name, field]) => {
        const check = required[name] ?? optional[name]
        if (check === undefined) return [{ at, what: `invalid additional property: ${name}` }]
        return field === undefined ? [] : check(field, `${at}/${name}`)
      }),
    ]
  }
}

// ---- Text and elements ---------------------------------------------------------------------------------------------------------

const plainText = (most: number): Check =>
  shape({ type: oneOf('plain_text'), text: string(most) }, { emoji: flag })

const text =
  (most: number): Check =>
  (value, at) =>
    (value as Fields | null)?.['type'] === 'mrkdwn'
      ? shape({ type: oneOf('mrkdwn'), text: string(most) }, { verbatim: flag })(value, at)
      : plainText(most)(value, at)

const confirm = shape(
  { title: plainText(100), text: text(300), confirm: plainText(30), deny: plainText(30) },
  { style: oneOf('primary', 'danger') },
)

const button = shape(
  { type: oneOf('button'), text: plainText(75) },
  {
    action_id: string(255),
    value: string(2_000, 0),
    url: webAddress,
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: string(75),
  },
)

const textInput = shape(
  { type: oneOf('plain_text_input') },
  {
    action_id: string(255),
    initial_value: string(3_000, 0),
    multiline: flag,
    min_length: whole(0, 3_000),
    max_length: whole(1, 3_000),
    dispatch_action_config: anything,
    focus_on_load: flag,
    placeholder: plainText(150),
  },
)

const option = shape({ text: text(75), value: string(150) }, { description: text(75), url: webAddress })

const optionGroup = shape({ label: plainText(75), options: list(100, option) })

/** What an app answers to a search. */
export function checkOptions(answer: unknown): Problem[] {
  const { options, option_groups: groups } = (answer ?? {}) as Fields
  if (Array.isArray(groups)) return list(100, optionGroup)(groups, '/option_groups')
  if (!Array.isArray(options)) return [{ at: '/options', what: 'must be an array' }]
  return options.length === 0 ? [] : list(100, option)(options, '/options')
}

const menu = {
  action_id: string(255),
  placeholder: plainText(150),
  initial_option: option,
  focus_on_load: flag,
  confirm,
}
const externalSelect = shape(
  { type: oneOf('external_select') },
  { ...menu, min_query_length: whole(0, 3_000) },
)

const staticSelect: Check = (value, at) => {
  const { options, option_groups: groups, initial_option: initial } = (value ?? {}) as Fields
  const lists = { options: list(100, option), option_groups: list(100, optionGroup) }
  const problems = shape({ type: oneOf('static_select') }, { ...menu, ...lists })(value, at)
  if ((options === undefined) === (groups === undefined))
    problems.push({ at, what: 'must have either options or option_groups' })
  const known = Array.isArray(options) ? options.map(each => JSON.stringify(each)) : undefined
  if (initial !== undefined && known !== undefined && !known.includes(JSON.stringify(initial)))
    problems.push({ at: `${at}/initial_option`, what: 'must be one of the options' })
  return problems
}

const longerThanAllowed: Check = (value, at) => {
  const { initial_value: initial, max_length: most } = value as Fields
  return typeof initial === 'string' && typeof most === 'number' && initial.length > most
    ? [{ at: `${at}/initial_value`, what: `must be less than ${most + 1} characters` }]
    : []
}

/** Other menus, pickers and the like are taken as they are. */
const element: Check = (value, at) => {
  const { type } = (value ?? {}) as Fields
  if (type === 'button') return button(value, at)
  if (type === 'plain_text_input') return [...textInput(value, at), ...longerThanAllowed(value, at)]
  if (type === 'external_select') return externalSelect(value, at)
  if (type === 'static_select') return staticSelect(value, at)
  return typeof type === 'string' &&
    /_(?:select|input|picker)$|^(?:overflow|checkboxes|radio_buttons|timepicker|datepicker|image)$/.test(type)
    ? []
    : [{ at: `${at}/type`, what: `unsupported type: ${String(type)}` }]
}

const actions: Check = (value, at) => {
  const problems = list(25, element)(value, at)
  const ids = Array.isArray(value) ? value.map(each => (each as Fields | null)?.['action_id']) : []
  const twice = ids.find((id, index) => id !== undefined && ids.indexOf(id) !== index)
  return twice === undefined
    ? problems
    : [...problems, { at, what: `action_id already exists: ${String(twice)}` }]
}

const contextElement: Check = (value, at) =>
  (value as Fields | null)?.['type'] === 'image' ? [] : text(3_000)(value, at)

const common = { block_id: string(255) }
const section = shape(
  { type: oneOf('section') },
  { ...common, text: text(3_000), fields: list(10, text(2_000)), accessory: element, expand: flag },
)

const BLOCKS: Readonly<Record<string, Check>> = {
  header: shape({ type: oneOf('header'), text: plainText(150) }, { ...common, level: anything }),
  divider: shape({ type: oneOf('divider') }, common),
  context: shape({ type: oneOf('context'), elements: list(10, contextElement) }, common),
  actions: shape({ type: oneOf('actions'), elements: actions }, common),
  input: shape(
    { type: oneOf('input'), label: plainText(2_000), element },
    { ...common, hint: plainText(2_000), optional: flag, dispatch_action: flag },
  ),
  section: (value, at) => {
    const { text: words, fields } = value as Fields
    const empty = words === undefined && fields === undefined
    return [...(empty ? [{ at, what: 'must have either text or fields' }] : []), ...section(value, at)]
  },
}

// ---- Views ---------------------------------------------------------------------------------------------------------------------

const frame = {
  callback_id: string(255, 0),
  private_metadata: string(3_000, 0),
  external_id: string(255, 0),
  clear_on_close: flag,
  notify_on_close: flag,
  submit_disabled: flag,
}
const VIEWS: Readonly<Record<string, Check>> = {
  modal: shape(
    { type: oneOf('modal'), title: plainText(24), blocks: anything },
    { ...frame, submit: plainText(24), close: plainText(24) },
  ),
  home: shape({ type: oneOf('home'), blocks: anything }, frame),
}

export function checkView(view: unknown, type: 'modal' | 'home'): Problem[] {
  const { blocks, submit } = (view ?? {}) as Fields
  const problems = [...(VIEWS[type]?.(view, '/view') ?? []), ...checkBlocks(blocks, 'view')]
  const some: unknown[] = Array.isArray(blocks) ? blocks : []
  if (Array.isArray(blocks) && some.length === 0)
    problems.push({ at: '/view/blocks', what: 'must have at least 1 item' })
  if (
    type === 'modal' &&
    submit === undefined &&
    some.some(block => (block as Fields | null)?.['type'] === 'input')
  )
    problems.push({ at: '/view/submit', what: 'is required when there is an input block' })
  return problems
}

// ---- What Slack makes of them --------------------------------------------------------------------------------------------------

/** Slack names every block and keeps plain text escaped (github.com/slackapi/bolt-python issue 513). */
export function storedBlocks(blocks: readonly Block[]): Block[] {
  return blocks.map((block, index) => {
    const kept = structuredClone(block)
    escapePlainText(kept)
    return { ...kept, block_id: kept['block_id'] ?? `b${index}` }
  })
}

function escapePlainText(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const fields = value as Fields
  if (fields['type'] === 'plain_text' && typeof fields['text'] === 'string')
    fields['text'] = escapeOnce(fields['text'])
  for (const inner of Object.values(fields)) escapePlainText(inner)
}

/** Escapes what is not escaped yet. */
const escapeOnce = (raw: string): string =>
  raw
    .replace(/&(?!(?:amp|lt|gt);)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
