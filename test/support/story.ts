/**
 * Whole stories over real HTTP: the simulated world in this process, the product in its own, people who type and press in their chats and
 * open pages in their browsers. Everything a test reads is what a person could see.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openFolder } from '../../adapters/store/folder.ts'
import { startWorld, type WorldOptions } from '../../bots/demo/world.ts'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { removeJitPolicies } from './administrator.ts'
import { type Browser, openBrowser, type Page } from './browser.ts'
import {
  conversationIn,
  type Loose,
  type Shown,
  slackPress,
  slackShown,
  strings,
  teamsPress,
  teamsShown,
} from './shown.ts'

export type { Shown } from './shown.ts'

const worlds = new URL('../../bots/demo/worlds/', import.meta.url)
export const CONTOSO = fileURLToPath(new URL('contoso.yaml', worlds))
export const CONTOSO_POLICY = fileURLToPath(new URL('contoso.policy.yaml', worlds))

export type Chatter = {
  /** Types in the private chat with the bot, or in the conversation of this name. */
  type(text: string, conversation?: string): Promise<{ status: number }>
  messages(): Promise<readonly Shown[]>
  /** Waits until a message from the bot reads like this; the newest one that does. */
  sees(what: RegExp): Promise<Shown>
  /**
   * Waits until the newest message that reads like this has the button, and presses it. One with a form is filled in and sent.
   * @returns what the client shows beside it: the answer to the press, or what is wrong with the form; usually nothing
   */
  presses(label: string, on: RegExp, values?: Readonly<Record<string, string>>): Promise<string>
  /** The same button as an old client still shows it: pressed when the returned function is called, whatever became of the card. */
  holds(label: string, on: RegExp): Promise<() => Promise<string>>
  /** Sends a press that no card of ours offered, with this as the button's value, from the newest message that reads like this. */
  forges(value: string, on: RegExp): Promise<string>
  /** Follows the link on the newest message that reads like this, in the person's own browser, signed in as them. */
  follows(label: string, on: RegExp): Promise<Page>
  readonly browser: Browser
}

/** Long, because a whole product starts and works on a busy machine. Never asserted on. */
const PATIENCE_MS = 30_000
const FIRST_LOOK_MS = 30
const LOOK_EVERY_MS = 150

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
    later: Hold,
  ): Chatter {
    const browser = openBrowser()
    const newest = async (what: RegExp) => (await messages()).filter(({ text }) => what.test(text)).at(-1)
    const seen = () => messages().then(all => all.map(({ text }) => text).join('\n'))
    const buttonOn = (label: string, on: RegExp) =>
      until(
        async () => {
          const found = await newest(on)
          const wanted = found?.buttons.find(each => each.label === label)
          return found && wanted ? ([found, wanted] as const) : undefined
        },
        async () => `${name} never saw a button ${label} on ${on}; sees:\n${await seen()}`,
      )
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
        const [message, button] = await buttonOn(label, on)
        return withValues(message, button, values)
      },
      async holds(label, on) {
        const [message, button] = await buttonOn(label, on)
        return () => later(message, button)
      },
      async forges(value, on) {
        const message = await until(
          () => newest(on),
          async () => `${name} never saw ${on}`,
        )
        const action = { type: 'Action.Execute', verb: 'latchkey', data: { intent: value } }
        return later(message, {
          label: 'forged',
          actionId: 'press:0',
          value,
          action,
        } as Shown['buttons'][number])
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

  /** A person fills in one modal after the other. */
  const busy = new Map<string, Promise<unknown>>()
  const alone = <T>(as: string, act: () => Promise<T>): Promise<T> => {
    const mine = (busy.get(as) ?? Promise.resolve()).then(act)
    busy.set(
      as,
      mine.catch(() => undefined),
    )
    return mine
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
      async fills(values: Readonly<Record<string, string>>): Promise<string> {
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
        const { modal: left } = (await json(`/slack/client/views?as=${as}`)) as { modal: Loose }
        if (left?.id !== id) return ''
        await json('/slack/client/view/dismiss', { as, view: id })
        return [...Object.values(left.errors), left.trouble ?? ''].join(' ')
      },
    }
  }

  return {
    world,
    folder,
    human,
    json,
    /** The request that a card's buttons are about, as the card carries it. */
    async requestOn(person: Chatter, card: RegExp): Promise<string | undefined> {
      const { buttons } = await person.sees(card)
      return /"id\W+([0-9a-f-]{36})/.exec(JSON.stringify(buttons))?.[1]
    },
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
          const presses = () =>
            json('/slack/client/press', {
              ...{ as, conversation: message.conversation, ts: message.id, actionId },
            })
          if (!actionId.startsWith('form:')) {
            await presses()
            return ''
          }
          return alone(as, async () => {
            await presses()
            return slackForms(as).fills(values)
          })
        },
        async (message, button) => {
          const { answer } = await world.slack.deliverForm({
            payload: JSON.stringify(slackPress(as, file.slack.team, message, button)),
          })
          return answer === undefined ? '' : JSON.stringify(answer)
        },
      )
    },
    /** The modal that is open in somebody's Slack. */
    slackModal: (name: string) => slackForms(human(name).slack?.id ?? ''),
    inTeams(name: string): Chatter {
      const as = human(name).oid
      const press: Press = async (message, button, values) => {
        const { action, inputs } = teamsPress(button, values)
        const { answer } = await json('/teams/client/press', {
          ...{ as, conversation: message.conversation, id: message.id, action, inputs },
        })
        return typeof answer?.value === 'string' ? answer.value : (answer?.value?.message ?? '')
      }
      return chatter(
        name,
        async () => (await json(`/teams/client/conversations?as=${as}`)).flatMap(teamsShown),
        async (text, conversation) => {
          const all = await json(`/teams/client/conversations?as=${as}`)
          return json('/teams/client/type', { as, conversation: conversationIn(all, conversation), text })
        },
        press,
        (message, button) => press(message, button, {}),
      )
    },
    /** NSG rules of one VM, as Azure shows them. */
    async azure(vm: string): Promise<AzureVm> {
      const { vms } = (await json('/azure/world')) as { vms: readonly AzureVm[] }
      const found = vms.find(each => each.name === vm)
      if (!found) throw new Error(`no VM ${vm}`)
      return found
    },
    /** Takes every JIT access policy out of Azure, as an administrator would; the returned function puts them back. */
    removeJitPolicies: () => removeJitPolicies(world.url, folder, file),
    azureCalls: async (): Promise<readonly { method: string; path: string }[]> =>
      (await json('/azure/world')).calls,
    /** What the product's own store holds: how many events of each type. Read after the end of the world; nothing can be done in it then. */
    async ledger(): Promise<Readonly<Record<string, number>>> {
      await world.stop()
      const quiet = () => undefined
      const { db, close } = await openFolder(join(folder, 'store'), {
        info: quiet,
        warn: quiet,
        error: quiet,
      })
      const rows = await db
        .selectFrom('events')
        .select(['type', db.fn.countAll<string>().as('many')])
        .groupBy('type')
        .execute()
      await close()
      return Object.fromEntries(rows.map(({ type, many }) => [type, Number(many)]))
    },
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
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LOOK_EVERY_MS, waitMs * 1.5)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(await otherwise())
    await pause(waitMs)
  }
}

type Press = (
  message: Shown,
  button: Shown['buttons'][number],
  values: Readonly<Record<string, string>>,
) => Promise<string>
type Hold = (message: Shown, button: Shown['buttons'][number]) => Promise<string>
