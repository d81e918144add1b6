/**
 * Where a message can go, as the core carries it: `user:<object id>` is somebody's private chat with the bot, `talk:<conversation id>` a
 * group chat or a thread of a channel. Both are stored with cards and effects, so their shape must not change.
 */
import { type Address, type PersonId, parsePersonId } from '../../core/index.ts'

/** The address of a person's private chat. */
export const homeOf = (person: PersonId): Address => ({ platform: 'teams', key: `user:${person}` })

/** The address of a conversation that several people read. */
export const talkOf = (conversation: string): Address => ({ platform: 'teams', key: `talk:${conversation}` })

/** Undefined for what is no address of ours. */
export function readAddress({
  platform,
  key,
}: Address): { person: PersonId } | { conversation: string } | undefined {
  if (platform !== 'teams') return undefined
  if (key.startsWith('talk:')) return { conversation: key.slice('talk:'.length) }
  const person = key.startsWith('user:') ? parsePersonId(key.slice('user:'.length)) : undefined
  return person && { person }
}

/** The conversation without the thread: an installation is in the former, a message in the latter. */
export const roomOf = (conversation: string): string => conversation.split(';')[0] ?? conversation
