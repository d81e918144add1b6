/**
 * What one grant has to do with the shareable link of its VM: wanted, asked for, ready, refused, and in the end released.
 *
 * Pure; part of evolve() and decide(). The link itself is never in here: it is a secret, and is read from Azure when it is shown. A grant is
 * not over before it has released the link: nobody needs it any more and Azure does not show it any more, or it stays for a reason that
 * is said. What Latchkey made is known by when it asked for it, and each grant that uses the link carries that moment on.
 */
import type { LongOperation } from '../../hands.ts'
import type { Instant } from '../../ids.ts'
import type { Queued } from '../../ports.ts'
import type { AccessRequest, Ask } from '../request.ts'
import type { WayIn } from '../way-in.ts'

/**
 * How it ended. `removed`: it was ours, nobody else needs it, and Azure was seen without it. `shared`: others with a grant still use it.
 * `foreign`: somebody else made it, and it stays. `none`: there was none.
 */
export type LinkEnd = 'removed' | 'shared' | 'foreign' | 'none'

export type LinkHold = {
  /** ARM id of the Bastion host. */
  bastion: string
  /** When Azure was asked for the one that stands, or may come to stand. Absent: there is none of ours. */
  madeAt?: Instant
  /** What Azure does about it at this moment. */
  operation?: LongOperation
  /** It was there, and somebody took it away. */
  vanishedAt?: Instant
  /** Why it is not as it should be yet. */
  trouble?: string
} & (
  | { phase: 'wanted' | 'asked' }
  | { phase: 'ready'; ours: boolean }
  /** There will be none for this grant. */
  | { phase: 'refused'; say: string }
  | { phase: 'released'; end: LinkEnd }
)

export type LinkEvent =
  /** Azure is about to be asked for it, or was for another grant at `madeAt`: recorded first. */
  | { type: 'link-asked'; at: Instant; madeAt: Instant }
  /** Azure works on making or deleting it. Without an operation: that has come to an end, and the link is looked at. */
  | { type: 'link-begun'; at: Instant; operation?: LongOperation }
  /** Azure did not take the order, and may take it later. */
  | { type: 'link-declined'; at: Instant; say: string }
  /** `unsure`: it may come to stand all the same, and then has to be deleted in the end. */
  | { type: 'link-refused'; at: Instant; say: string; unsure: boolean }
  /** Azure shows it. Without `madeAt` it is somebody else's. */
  | { type: 'link-ready'; at: Instant; madeAt?: Instant }
  /** Azure does not show it any more, and nobody here had it deleted. */
  | { type: 'link-vanished'; at: Instant }
  | { type: 'link-troubled'; at: Instant; say: string }
  | { type: 'link-released'; at: Instant; end: LinkEnd }

export type LinkCommand =
  | { type: 'link-ask'; madeAt: Instant }
  | { type: 'link-begin'; operation?: LongOperation }
  | { type: 'link-decline'; say: string }
  | { type: 'link-refuse'; say: string; unsure: boolean }
  | { type: 'link-show'; madeAt?: Instant }
  | { type: 'link-miss' }
  | { type: 'link-trouble'; say: string }
  | { type: 'link-release'; end: LinkEnd }

type Open = Extract<AccessRequest, { status: 'open' }>
type Closing = Extract<AccessRequest, { status: 'closing' }>
/** A grant that has to do with a link. */
export type Linked = (Open | Closing) & { link: LinkHold }

export const isLinkEvent = (event: { type: string }): event is LinkEvent => event.type.startsWith('link-')
export const isLinkCommand = (command: { type: string }): command is LinkCommand =>
  command.type.startsWith('link-')

/** The link is looked at, and what is to be done about it is done. */
export const lookAtLink = (ask: Ask, notBefore?: Instant): Queued => ({
  effect: { do: 'bastion-link', request: ask.id, vm: ask.vm.id },
  ...(notBefore === undefined ? {} : { notBefore }),
})

/** A grant that comes in by a link begins by wanting one. */
export const wantedLink = (wayIn: WayIn): { link?: LinkHold } =>
  wayIn.host === undefined && wayIn.link === true ? { link: { bastion: wayIn.way.id, phase: 'wanted' } } : {}

/** The grant is open and needs the link. */
export const needsLink = (state: AccessRequest): state is Open & { link: LinkHold } =>
  state.status === 'open' &&
  state.link !== undefined &&
  state.link.phase !== 'refused' &&
  state.link.phase !== 'released'

/** The grant is ending, and a link may be there because of it: it is not over before that is settled. */
export const leavesLink = (state: AccessRequest): state is Closing & { link: LinkHold } =>
  state.status === 'closing' &&
  state.link !== undefined &&
  state.link.phase !== 'released' &&
  (state.link.phase === 'ready' || state.link.madeAt !== undefined)

/** What follows for the link from a grant that has just come into this state. */
export const linkWork = (state: AccessRequest): readonly Queued[] =>
  needsLink(state) || leavesLink(state) ? [lookAtLink(state.ask)] : []

/** The part of an event that concerns the link. */
export function evolveLink<State extends AccessRequest>(state: State, event: LinkEvent): State {
  if (state.status !== 'open' && state.status !== 'closing') return state
  if (state.link === undefined) return state
  return { ...state, link: next(state.link, event) }
}

function next(link: LinkHold, event: LinkEvent): LinkHold {
  const { bastion, madeAt, vanishedAt } = link
  const base = { bastion, ...(vanishedAt === undefined ? {} : { vanishedAt }) }
  const since = madeAt === undefined ? {} : { madeAt }
  switch (event.type) {
    case 'link-asked':
      return { ...base, madeAt: event.madeAt, phase: 'asked' }
    case 'link-begun': {
      const { operation: _, ...before } = link
      return event.operation === undefined ? before : { ...before, operation: event.operation }
    }
    case 'link-declined':
      return { ...base, phase: 'wanted', trouble: event.say }
    case 'link-refused':
      return { ...base, ...(event.unsure ? since : {}), phase: 'refused', say: event.say }
    case 'link-ready':
      return event.madeAt === undefined
        ? { ...base, phase: 'ready', ours: false }
        : { ...base, madeAt: event.madeAt, phase: 'ready', ours: true }
    case 'link-vanished':
      return { bastion, vanishedAt: event.at, phase: 'wanted' }
    case 'link-troubled':
      return { ...link, trouble: event.say }
    case 'link-released':
      return { ...base, phase: 'released', end: event.end }
  }
}

/** The event that follows from a command; undefined: nothing is left to change. */
export function decideLink(state: AccessRequest, command: LinkCommand, now: Instant): LinkEvent | undefined {
  const isOpen = needsLink(state)
  if (!isOpen && !leavesLink(state)) return undefined
  const { link } = state
  switch (command.type) {
    case 'link-ask': {
      const { madeAt } = command
      if (!isOpen || link.phase === 'ready' || link.madeAt === madeAt) return undefined
      return { type: 'link-asked', at: now, madeAt }
    }
    case 'link-begin': {
      const { operation } = command
      if (link.operation === operation) return undefined
      return { type: 'link-begun', at: now, ...(operation === undefined ? {} : { operation }) }
    }
    case 'link-decline':
      return isOpen && link.phase === 'asked'
        ? { type: 'link-declined', at: now, say: command.say }
        : undefined
    case 'link-refuse':
      return isOpen ? { type: 'link-refused', at: now, say: command.say, unsure: command.unsure } : undefined
    case 'link-show': {
      const { madeAt } = command
      if (link.phase === 'ready' && link.madeAt === madeAt) return undefined
      if (!isOpen && madeAt === undefined) return undefined
      return { type: 'link-ready', at: now, ...(madeAt === undefined ? {} : { madeAt }) }
    }
    case 'link-miss':
      return isOpen && link.phase === 'ready' ? { type: 'link-vanished', at: now } : undefined
    case 'link-trouble':
      return link.trouble === command.say ? undefined : { type: 'link-troubled', at: now, say: command.say }
    case 'link-release':
      return isOpen ? undefined : { type: 'link-released', at: now, end: command.end }
  }
}
