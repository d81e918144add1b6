/**
 * Whole stories over real HTTP: the simulated world in this process, the product in its own, people who type and press in their chats and
 * open pages in their browsers. Everything a test reads is what a person could see.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startWorld, type WorldOptions } from '../../bots/demo/world.ts'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { type Browser, openBrowser, type Page } from './browser.ts'

const worlds = new URL('../../bots/demo/worlds/', import.meta.url)
export const CONTOSO = fileURLToPath(new URL('contoso.yaml', worlds))
const CONTOSO_POLICY = fileURLToPath(new URL('contoso.policy.yaml', worlds))

export type Shown = {
  conversation: string
  id: string
  /** Everything that can be read in the message, in one line. */
  text: string
  buttons: readonly { label: string; press?: () => Promise<unknown>; url?: string }[]
  file?: { id: string; name: string }
  private: boolean
}

export type Chatter = {
  /** Types in the private chat with the bot, or in the conversation of this name. */
  type(text: string, conversation?: string): Promise<{ status: number }>
  messages(): Promise<readonly Shown[]>
  /** Waits until a message from the bot reads like this; the newest one that does. */
  sees(what: RegExp): Promise<Shown>
  /** Waits until the newest message that reads like this has the button, and presses it. */
  presses(label: string, on: RegExp, values?: Readonly<Record<string, string>>): Promise<void>
  /** Follows the link on the newest message that reads like this, in the person's own browser, signed in as them. */
  follows(label: string, on: RegExp): Promise<Page>
  readonly browser: Browser
}

/** Long, because a whole product starts and works on a busy machine. Never asserted on. */
const PATIENCE_MS = 20_000
const LOOK_EVERY_MS = 60

export async function openStory(options: Partial<WorldOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-story-'))
  const file = options.file ?? (await readWorldFile(CONTOSO))
  const world = await startWorld({
    file,
    policyFile: CONTOSO_POLICY,
    folder,
    port: 0,
    ruleDelayMs: 0,
    ...options,
  })
  const human = (name: string) => {
    const found = file.people.find(person => person.name.startsWith(name))
    if (!found) throw new Error(`nobody is called ${name}`)
    return found
  }

  function chatter(
    name: string,
    messages: () => Promise<readonly Shown[]>,
    type: Chatter['type'],
    withValues: Press,
  ): Chatter {
    const browser = openBrowser()
    const newest = async (what: RegExp) => (await messages()).filter(({ text }) => what.test(text)).at(-1)
    const seen = () => messages().then(all => all.map(({ text }) => text).join('\n'))
    return {
      type,
      messages,
      browser,
      sees: what =>
        until(
          () => newest(what),
          async () => `${name} never saw ${what}; sees:\n${await seen()}`,
        ),
      async presses(label, on, values = {}) {
        const [message, button] = await until(
          async () => {
            const found = await newest(on)
            const wanted = found?.buttons.find(each => each.label === label)
            return found && wanted ? ([found, wanted] as const) : undefined
          },
          async () => `${name} never saw a button ${label} on ${on}; sees:\n${await seen()}`,
        )
        await withValues(message, button, values)
      },
      async follows(label, on) {
        const url = await until(
          async () => (await newest(on))?.buttons.find(each => each.label === label)?.url,
          async () => `${name} never saw a link ${label} on ${on}; sees:\n${await seen()}`,
        )
        const page = await browser.go(url)
        return page.text.includes('Pick an account') ? browser.press(page, human(name).upn) : page
      },
    }
  }

  const json = async (path: string, body?: unknown) => {
    const response = await fetch(`${world.url}${path}`, {
      ...(body === undefined
        ? {}
        : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }

  const slackForms = (as: string) => {
    const modal = () =>
      until(
        async () => ((await json(`/slack/client/views?as=${as}`)) as { modal: Loose }).modal ?? undefined,
        async () => 'no modal ever opened',
      )
    return {
      /** Everything that can be read in it, in one line. */
      text: async () => strings(await modal(), ['text']).join(' | '),
      /** Fills it in by the ids of its fields, and sends it. A VM is searched for by its name, as a person would. */
      async fills(values: Readonly<Record<string, string>>): Promise<void> {
        const { id, blocks } = await modal()
        const chosen: Record<string, string> = { ...values }
        for (const { block_id: blockId, element } of blocks as Loose[]) {
          if (element?.type !== 'external_select' || values[blockId] === undefined) continue
          const found = await json('/slack/client/view/search', {
            as,
            view: id,
            blockId,
            text: values[blockId],
          })
          chosen[blockId] = strings(found, ['value'])[0] ?? ''
        }
        await json('/slack/client/view/submit', { as, view: id, values: chosen })
      },
    }
  }

  return {
    world,
    folder,
    human,
    json,
    /** A file from a person's direct messages in Slack, as their client gets it. */
    async download(name: string, id: string): Promise<Uint8Array> {
      const response = await fetch(`${world.url}/slack/client/file/${id}?as=${human(name).slack?.id}`)
      if (!response.ok) throw new Error(`no file ${id} for ${name}: ${response.status}`)
      return new Uint8Array(await response.arrayBuffer())
    },
    inSlack(name: string): Chatter {
      const as = human(name).slack?.id ?? ''
      return chatter(
        name,
        async () => (await json(`/slack/client/conversations?as=${as}`)).flatMap(slackShown),
        async (text, conversation) => {
          const all = await json(`/slack/client/conversations?as=${as}`)
          return json('/slack/client/type', { as, conversation: conversationIn(all, conversation), text })
        },
        async (message, button, values) => {
          const { actionId = '' } = button as { actionId?: string }
          await json('/slack/client/press', {
            ...{ as, conversation: message.conversation, ts: message.id, actionId },
          })
          if (actionId.startsWith('form:')) await slackForms(as).fills(values)
        },
      )
    },
    /** The modal that is open in somebody's Slack. */
    slackModal: (name: string) => slackForms(human(name).slack?.id ?? ''),
    inTeams(name: string): Chatter {
      const as = human(name).oid
      return chatter(
        name,
        async () => (await json(`/teams/client/conversations?as=${as}`)).flatMap(teamsShown),
        async (text, conversation) => {
          const all = await json(`/teams/client/conversations?as=${as}`)
          return json('/teams/client/type', { as, conversation: conversationIn(all, conversation), text })
        },
        (message, button, values) => {
          const { action, inputs } = teamsPress(button, values)
          return json('/teams/client/press', {
            ...{ as, conversation: message.conversation, id: message.id, action, inputs },
          })
        },
      )
    },
    /** NSG rules of one VM, as Azure shows them. */
    async azure(vm: string): Promise<AzureVm> {
      const { vms } = (await json('/azure/world')) as { vms: readonly AzureVm[] }
      const found = vms.find(each => each.name === vm)
      if (!found) throw new Error(`no VM ${vm}`)
      return found
    },
    azureCalls: async (): Promise<readonly { method: string; path: string }[]> =>
      (await json('/azure/world')).calls,
    async close() {
      await world.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
export type Story = Awaited<ReturnType<typeof openStory>>

type AzureVm = {
  name: string
  power: string
  nsgRules: readonly { name: string; access: string; source: string; port: string; jit: boolean }[]
  jitRequests: readonly { sources: readonly string[]; endsAt: number; live: boolean; justification: string }[]
}

/** The JIT windows of a VM that let somebody in. */
export const openWindows = (vm: AzureVm) => vm.nsgRules.filter(({ jit, access }) => jit && access === 'allow')

/** Looks until there is something, or fails with what was seen instead. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  otherwise: () => Promise<string>,
): Promise<T> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(await otherwise())
    await pause(LOOK_EVERY_MS)
  }
}

type Press = (
  message: Shown,
  button: Shown['buttons'][number],
  values: Readonly<Record<string, string>>,
) => Promise<unknown>

// biome-ignore lint/suspicious/noExplicitAny: what arrives here is what the simulators draw for people; it is read, never trusted
type Loose = any

const conversationIn = (all: Loose, name?: string): string =>
  all.find((each: Loose) => (name === undefined ? each.kind === 'dm' : each.name === name)).id

function slackShown(conversation: Loose): readonly Shown[] {
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
        })),
      ...(message.file ? { file: message.file } : {}),
      private: conversation.kind === 'dm' || message.ephemeral === true,
    }
  })
}

function teamsShown(conversation: Loose): readonly Shown[] {
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

/** What a press sends: the action itself, or that of the form it unfolds, with what was filled in there. */
function teamsPress(
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
function strings(value: Loose, names: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(each => strings(each, names))
  if (typeof value !== 'object' || value === null) return []
  const { fallback: _, ...shown } = value
  return Object.entries(shown).flatMap(([name, inside]) =>
    typeof inside === 'string' ? (names.includes(name) ? [inside] : []) : strings(inside, names),
  )
}
