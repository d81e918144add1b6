/** What people see in their clients, read from what the simulators draw for them, and what their clients send. */

export type Shown = {
  conversation: string
  id: string
  /** Everything that can be read in the message, in one line. */
  text: string
  buttons: readonly { label: string; press?: () => Promise<unknown>; url?: string }[]
  file?: { id: string; name: string }
  private: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: what arrives here is what the simulators draw for people; it is read, never trusted
export type Loose = any

export const conversationIn = (all: Loose, name?: string): string =>
  all.find((each: Loose) => (name === undefined ? each.kind === 'dm' : each.name === name)).id

export function slackShown(conversation: Loose): readonly Shown[] {
  return conversation.messages.map((message: Loose): Shown => {
    const elements = (message.blocks ?? []).flatMap((block: Loose) => block.elements ?? [])
    const texts = message.blocks ? strings(message.blocks, ['text']) : [message.text ?? '']
    return {
      conversation: conversation.id,
      id: message.ts,
      text: texts.join(' | ').replaceAll('\n', ' '),
      buttons: elements
        .filter((element: Loose) => element.type === 'button')
        .map((element: Loose) => ({
          label: element.text.text,
          url: element.url,
          actionId: element.action_id,
          value: element.value,
        })),
      ...(message.file ? { file: message.file } : {}),
      private: conversation.kind === 'dm' || message.ephemeral === true,
    }
  })
}

export function teamsShown(conversation: Loose): readonly Shown[] {
  return conversation.messages.map(
    (message: Loose): Shown => ({
      conversation: conversation.id,
      id: message.id,
      text: message.card
        ? strings(message.card.body ?? [], ['text', 'title', 'value', 'label']).join(' | ')
        : (message.text ?? ''),
      buttons: actionsIn(message.card).map((action: Loose) => ({
        label: action.title,
        url: action.url,
        action,
      })),
      ...(message.file ? { file: { id: message.file.url, name: message.file.name } } : {}),
      private: conversation.kind === 'dm',
    }),
  )
}

let pressed = 0

/** What Slack delivers of a button on a message in the bot's direct messages. */
export function slackPress(user: string, team: string, { conversation, id }: Shown, button: Loose): object {
  pressed += 1
  const action_ts = `${Math.floor(Date.now() / 1000)}.${String(900_000 + pressed)}`
  const { actionId: action_id, value, label } = button
  return {
    type: 'block_actions',
    user: { id: user, username: user.toLowerCase(), name: user.toLowerCase(), team_id: team },
    team: { id: team, domain: 'contoso' },
    container: { type: 'message', message_ts: id, channel_id: conversation, is_ephemeral: false },
    channel: { id: conversation, name: 'directmessage' },
    message: { ts: id, type: 'message' },
    trigger_id: `${pressed}.${pressed}.held`,
    state: { values: {} },
    actions: [
      {
        type: 'button',
        action_id,
        block_id: 'held',
        text: { type: 'plain_text', text: label },
        value,
        action_ts,
      },
    ],
  }
}

/** What a press sends: the action itself, or that of the form it unfolds, with what was filled in there. */
export function teamsPress(
  button: Loose,
  values: Readonly<Record<string, string>>,
): { action: object; inputs: object } {
  const { action } = button
  const sent = action.type === 'Action.ShowCard' ? actionsIn(action.card)[0] : action
  const form = `form${sent.data?.at}-`
  const inputs = Object.fromEntries(Object.entries(values).map(([id, value]) => [`${form}${id}`, value]))
  return { action: { verb: sent.verb, data: sent.data }, inputs }
}

/** Every action of an Adaptive Card, wherever it stands; a fallback is the same button for clients that know less. */
function actionsIn(value: Loose): readonly Loose[] {
  if (Array.isArray(value)) return value.flatMap(actionsIn)
  if (typeof value !== 'object' || value === null) return []
  if (String(value.type).startsWith('Action.')) return [value]
  return Object.values(value).flatMap(actionsIn)
}

/** Every string under one of these names, in reading order. */
export function strings(value: Loose, names: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(each => strings(each, names))
  if (typeof value !== 'object' || value === null) return []
  const { fallback: _, ...shown } = value
  return Object.entries(shown).flatMap(([name, inside]) =>
    typeof inside === 'string' ? (names.includes(name) ? [inside] : []) : strings(inside, names),
  )
}
