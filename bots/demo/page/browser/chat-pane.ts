/** One chat platform: who you are there, their conversations, the messages of one of them, and a line to type into. */
import type { ComponentType } from 'preact'
import { useEffect, useErrorBoundary, useLayoutEffect, useRef } from 'preact/hooks'
import { choose, useChosen } from './address.ts'
import { Composer } from './composer.ts'
import { html, type View } from './html.ts'
import { personKnown } from './known.ts'
import { isListOf, post, useRemote } from './remote.ts'

type ChatPerson = { id: string; name: string; team?: string }

export type ChatMessage = { from: string; fromName: string; edited?: boolean; text?: string }

export type Conversation<M> = { id: string; name: string; kind: string; messages: readonly M[] }

/** How to draw one message of a platform. `as`: who looks at it. */
export type MessageProperties<M> = { message: M; as: string; conversation: string; now(): number }

export type Platform<M extends ChatMessage> = {
  id: 'slack' | 'teams'
  title: string
  /** Where its client API is mounted. */
  base: string
  /** Who one is at first. */
  firstName: string
  suggestions: readonly string[]
  keyOf(message: M): string
  /** When it was sent, in ms, if its key tells. */
  sentAt(message: M): number | undefined
  Body: ComponentType<MessageProperties<M>>
  /** The message whose thread this one is a reply in, by its key. */
  threadOf?(message: M): string | undefined
  /** Stands under a message that is no reply, and under its replies. */
  Reply?: ComponentType<{ message: M; as: string; conversation: string }>
  /** A tab of its own, beside the conversations. */
  Home?: { name: string; Tab: ComponentType<{ as: string; now(): number }> }
  /** Lies over everything else, for as long as it has something to show. */
  Over?: ComponentType<{ as: string; now(): number }>
  /** What can be done with a conversation as a whole, where there is anything. */
  Tools?: ComponentType<{ talk: Conversation<M>; as: string }>
}

const isPeople = isListOf<ChatPerson>('id', 'name')
const isConversations = isListOf<Conversation<ChatMessage>>('id', 'name', 'messages')

export function ChatPane<M extends ChatMessage>({
  platform,
  now,
}: {
  platform: Platform<M>
  now(): number
}): View {
  const chosen = useChosen()
  const people = useRemote(`${platform.base}/people`, isPeople)
  const wanted = chosen(platform.id)
  const person =
    people.data?.find(({ id }) => id === wanted) ??
    people.data?.find(({ name }) => name === platform.firstName) ??
    people.data?.[0]
  const talks = useRemote(
    person && `${platform.base}/conversations?as=${encodeURIComponent(person.id)}`,
    isConversations,
  )
  const all = (talks.data ?? []) as readonly Conversation<M>[]
  const inside = chosen(`${platform.id}-in`)
  const atHome = platform.Home !== undefined && inside === HOME
  const talk = atHome
    ? undefined
    : (all.find(({ id, name }) => id === inside || name === inside) ??
      all.find(({ kind }) => kind === 'dm') ??
      all[0])
  const titleId = `${platform.id}-title`

  return html`<section class="pane ${platform.id}" aria-labelledby=${titleId} tabindex="-1" id=${`${platform.id}-pane`}>
    <header class="pane-head">
      <h2 id=${titleId}>${platform.title}</h2>
      <label>You are${' '}
        <select value=${person?.id} disabled=${!person}
          onChange=${(event: { currentTarget: HTMLSelectElement }) =>
            choose({ [platform.id]: event.currentTarget.value, [`${platform.id}-in`]: '' })}>
          ${people.data?.map(
            ({ id, name, team }) => html`<option key=${id} value=${id} selected=${id === person?.id}>
              ${named(id, name) + elsewhere(team, people.data)}
            </option>`,
          )}
        </select>
      </label>
    </header>
    <nav class="talks" aria-label="${platform.title} conversations">
      ${all.map(
        ({
          id,
          name,
          kind,
        }) => html`<button type="button" key=${id} aria-current=${id === talk?.id ? 'true' : undefined}
          onClick=${() => choose({ [`${platform.id}-in`]: id })}>${kind === 'channel' ? `#${name.replace(/^#/, '')}` : name}</button>`,
      )}
      ${
        platform.Home &&
        html`<button type="button" aria-current=${atHome ? 'true' : undefined}
          onClick=${() => choose({ [`${platform.id}-in`]: HOME })}>${platform.Home.name}</button>`
      }
    </nav>
    ${talk && person && platform.Tools && html`<${platform.Tools} key=${`${person.id} ${talk.id} tools`} talk=${talk} as=${person.id} />`}
    ${(people.away || talks.away) && html`<p class="away" role="status">${platform.title} is not reachable, trying again.</p>`}
    ${person && platform.Over && html`<${platform.Over} key=${`${person.id} over`} as=${person.id} now=${now} />`}
    ${
      atHome && person && platform.Home
        ? html`<div class="messages" tabindex="0" aria-label=${platform.Home.name} role="region">
          <${platform.Home.Tab} key=${person.id} as=${person.id} now=${now} />
        </div>`
        : talk && person
          ? html`<${Messages} key=${`${person.id} ${talk.id}`} platform=${platform} talk=${talk} as=${person.id} now=${now} />`
          : html`<div class="messages"><p class="hint">${talks.data ? 'No conversations yet.' : !talks.away && 'Loading…'}</p></div>`
    }
    ${
      talk &&
      person &&
      html`<${Composer} key=${`${person.id} ${talk.id} composer`}
        label=${`Message ${talk.name} as ${person.name}`} suggestions=${platform.suggestions}
        send=${(text: string) => post(`${platform.base}/type`, { as: person.id, conversation: talk.id, text })} />`
    }
  </section>`
}

/** Stands in the address where otherwise a conversation is named. */
const HOME = 'home'

/** With what they do there, where the world says so. */
const named = (id: string, name: string): string => {
  const role = personKnown(id)?.role
  return role === undefined ? name : `${name}, ${role}`
}

/** Names the workspace of people who are not from the first one's. */
const elsewhere = (team: string | undefined, people: readonly ChatPerson[] | undefined): string =>
  team && team !== people?.[0]?.team ? ` (${team})` : ''

type MessagesProperties<M extends ChatMessage> = {
  platform: Platform<M>
  talk: Conversation<M>
  as: string
  now(): number
}

function Messages<M extends ChatMessage>({ platform, talk, as, now }: MessagesProperties<M>): View {
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  // Watches the size and not the messages: a card that is redrawn larger would push the newest line out of sight as well.
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => {
      if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight
    })
    for (const { current } of [box, content]) if (current) watch.observe(current)
    return () => watch.disconnect()
  }, [])
  const onScroll = ({ currentTarget }: { currentTarget: HTMLDivElement }) => {
    const { scrollHeight, scrollTop, clientHeight } = currentTarget
    atEnd.current = scrollHeight - scrollTop - clientHeight < 40
  }
  return html`<div class="messages" role="log" aria-live="polite" aria-label="${platform.title} messages" tabindex="0"
    ref=${box} onScroll=${onScroll}><div ref=${content}>
    ${talk.messages.length === 0 && html`<p class="hint">Nothing here yet. Say something.</p>`}
    ${inThreads(talk.messages, platform).map(({ message, replies }) => {
      const where = { platform, as, conversation: talk.id, now }
      return html`<div key=${platform.keyOf(message)}>
        <${Message} ...${where} message=${message} />
        ${
          replies.length > 0 &&
          html`<div class="thread" role="group" aria-label="Thread">
            ${replies.map(reply => html`<${Message} key=${platform.keyOf(reply)} ...${where} message=${reply} />`)}
          </div>`
        }
        ${platform.Reply && html`<${platform.Reply} message=${message} as=${as} conversation=${talk.id} />`}
      </div>`
    })}
  </div></div>`
}

/** Each message that is no reply, with the replies to it. A reply to a message that is not here stands alone. */
function inThreads<M extends ChatMessage>(
  messages: readonly M[],
  platform: Platform<M>,
): readonly { message: M; replies: M[] }[] {
  const roots = new Map<string, { message: M; replies: M[] }>()
  for (const message of messages) {
    const root = platform.threadOf?.(message)
    const thread = root === undefined ? undefined : roots.get(root)
    if (thread) thread.replies.push(message)
    else roots.set(platform.keyOf(message), { message, replies: [] })
  }
  return [...roots.values()]
}

function Message<M extends ChatMessage>({
  platform,
  ...properties
}: MessageProperties<M> & { platform: Platform<M> }): View {
  const { message, as } = properties
  const [broken, tryAgain] = useErrorBoundary()
  useEffect(() => {
    if (broken) tryAgain()
  }, [message])
  const sent = platform.sentAt(message)
  const name = message.from === as ? `${message.fromName} (you)` : message.fromName
  return html`<article class="message ${message.from === 'bot' ? 'bot' : 'human'}">
    <span class="avatar" aria-hidden="true" style=${`--hue: ${hueOf(message.from)}`}>${initialsOf(message.fromName)}</span>
    <div class="byline">
      <b>${name}</b>
      ${message.from === 'bot' && html`<span class="tag">app</span>`}
      ${sent !== undefined && html`<time datetime=${new Date(sent).toISOString()}>${clockTime(sent)}</time>`}
      ${message.edited && html`<span>(edited)</span>`}
    </div>
    ${
      broken
        ? html`<p class="unknown">This message cannot be drawn.</p>`
        : html`<${platform.Body} ...${properties} />`
    }
  </article>`
}

const initialsOf = (name: string): string =>
  name
    .split(' ')
    .map(([first = '']) => first)
    .join('')
    .slice(0, 2)

/** The same colour for the same person, every time. */
const hueOf = (id: string): number =>
  [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7)

export const clockTime = (at: number): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
