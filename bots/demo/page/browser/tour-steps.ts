/**
 * What the guided tour is made of: stories, and their steps. Data only; the page walks along it, and so do the tests in a browser.
 *
 * `{ticket}` in any text stands for a ticket number that is new each time a story begins, so that what an earlier run left behind is
 * taken for nothing. `reads` and `on` are regular expressions, held against the text of single messages (in Azure: of the whole pane).
 */
type Chat = 'slack' | 'teams'
export type Pane = Chat | 'azure' | 'top'

/** Where to look, or to act. */
export type Spot =
  /** The line to type into. */
  | { pane: Chat; field: 'message' }
  /** The address that browsers come from. */
  | { pane: 'top'; field: 'address' }
  /** A button or a link, by the words on it; `on`: in the newest message that reads like this. */
  | { pane: Pane; press: string; on?: string }
  /** A button or a link in the newest message of all, if that one has it. */
  | { pane: Chat; press: string; last: true }
  /** Something to read: the newest message, or in Azure the line or rule, that reads like this. */
  | { pane: Pane; see: string }

/** `comesFrom`: the address that browsers come from is this one. */
export type Sight = { pane: Chat | 'azure'; reads: string } | { comesFrom: string }

export type Step = {
  /** What happens here, and what to do, for somebody who has never seen it. */
  say: string
  /** Who one is in a chat from here on, by name. */
  as?: Partial<Record<Chat, string>>
  /** The conversation that is looked at from here on, by name; the direct one with the bot when empty. */
  talk?: Partial<Record<Chat, string>>
  /** The VM that Azure shows in full from here on. */
  vm?: string
  at: Spot
  /** Typed into the field, and sent. */
  type?: string
  /** What to press in the tab that opens, in this order. An account to pick, when the sign-in asks for one, is not counted. */
  tab?: { as: string; press: readonly string[] }
  /** When it is done. Left out: when the text was sent, or the button pressed; where there is only something to see, when the reader goes on. */
  until?: Sight
  /** Not needed each time: it is left out as soon as `until` is there without it. */
  maybe?: true
}

export type Story = {
  id: string
  title: string
  people: readonly string[]
  vms: readonly string[]
  steps: readonly Step[]
}

/** A step with the ticket in every text. */
export const withTicket = (step: Step, ticket: string): Step =>
  JSON.parse(JSON.stringify(step).replaceAll('{ticket}', ticket)) as Step
