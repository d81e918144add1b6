/**
 * What may happen next to the account of a role: part of decide(), and as pure.
 *
 * The end is Azure's from the first press on: an account that is set again, before "Ready" or after, keeps it, so that pressing never makes
 * a grant longer.
 */
import type { Begun } from '../../hands.ts'
import { earliest, type Instant, instant, later, type PersonId } from '../../ids.ts'
import { RETIRES_AT } from '../../rdp/cloud-service/words.ts'
import type { Refusal } from '../../refusal.ts'
import type { AccessEvent, AccessRequest } from '../request.ts'
import type { RoleAccount } from './account.ts'

export type AccountCommand =
  /** The requester pressed, and this account will be set. */
  | { type: 'set-account'; by: PersonId; source: string; user: string }
  /** Azure is asked next to move the end of the account to that of the grant. */
  | { type: 'extend-account' }
  /** Azure is asked next to take the account away. */
  | { type: 'remove-account' }
  /** Azure took the order that was recorded for this account. */
  | { type: 'begin-account'; user: string; doing: RoleAccount['doing']; begun: Begun }
  /** Azure did not set this account, or nobody can tell. `kept`: the one before is there, as was read. */
  | { type: 'lose-account'; user: string; say: string; kept: boolean }
  /** Read back. */
  | { type: 'prove-extended'; azureEndsAt: Instant }

const TYPES: ReadonlySet<string> = new Set<AccountCommand['type']>([
  'set-account',
  'extend-account',
  'remove-account',
  'begin-account',
  'lose-account',
  'prove-extended',
])
export const isAccountCommand = (command: { type: string }): command is AccountCommand =>
  TYPES.has(command.type)

/** Role instances that restart need many minutes. */
const SET_MINUTES = 30
/** So long an order that was recorded may still be on its way. */
const ON_ITS_WAY_MINUTES = 1

type Known = Exclude<AccessRequest, { status: 'none' }>
type Outcome = { events: readonly AccessEvent[]; giveUpAt?: Instant } | { refusal: Refusal }

const NOTHING: Outcome = { events: [] }

export function decideAccount(state: Known, command: AccountCommand, now: Instant): Outcome {
  if (command.type === 'set-account') return setAccount(state, command, now)
  if (state.status !== 'opening' && state.status !== 'open' && state.status !== 'closing') return NOTHING
  const { account } = state
  if (account === undefined) return NOTHING
  switch (command.type) {
    case 'extend-account':
      return state.status === 'open'
        ? { events: [{ type: 'account-extending', at: now, expiresAt: endOf(state.until) }] }
        : NOTHING
    case 'remove-account':
      return state.status === 'closing' ? { events: [{ type: 'account-removing', at: now }] } : NOTHING
    case 'begin-account': {
      const isMeant = account.user === command.user && account.doing === command.doing
      return isMeant && account.begun === undefined
        ? { events: [{ type: 'account-begun', at: now, begun: command.begun }] }
        : NOTHING
    }
    case 'lose-account': {
      const { user, say } = command
      if (account.user !== user || account.lost !== undefined || state.status === 'closing') return NOTHING
      const isKept = command.kept && state.status === 'open' && account.before.length > 0
      return { events: [{ type: isKept ? 'account-kept' : 'account-lost', at: now, user, say }] }
    }
    case 'prove-extended':
      return state.status === 'open' && account.doing === 'extend'
        ? { events: [{ type: 'account-extended', at: now, azureEndsAt: command.azureEndsAt }] }
        : NOTHING
  }
}

function setAccount(
  state: Known,
  { by, source, user }: Extract<AccountCommand, { type: 'set-account' }>,
  now: Instant,
): Outcome {
  const { ask } = state
  if (by !== ask.by.person) return { refusal: { code: 'not-requester' } }
  const set = (expiresAt: Instant, first: readonly AccessEvent[] = []): Outcome => {
    const giveUpAt = earliest(later(now, SET_MINUTES), expiresAt)
    return {
      events: [...first, { type: 'account-set', at: now, user, expiresAt, giveUpAt, source }],
      giveUpAt,
    }
  }
  switch (state.status) {
    case 'approved': {
      if (now >= state.lapsesAt) return { refusal: { code: 'lapsed', at: state.lapsesAt } }
      const [way] = ask.ways ?? []
      const giveUpAt = later(now, SET_MINUTES)
      return set(endOf(later(now, state.minutes)), [
        { type: 'source-given', at: now, source, giveUpAt, ...(way === undefined ? {} : { way }) },
      ])
    }
    case 'opening':
    case 'open': {
      const { account } = state
      const expiresAt = state.status === 'open' ? endOf(state.until) : account?.expiresAt
      if (account === undefined || expiresAt === undefined || now >= expiresAt)
        return { refusal: { code: 'not-open', status: 'closing' } }
      return isOnItsWay(account, now)
        ? { refusal: { code: 'instance-unfit', name: ask.vm.name, why: ON_ITS_WAY } }
        : set(expiresAt)
    }
    default:
      return { refusal: { code: 'not-open', status: state.status } }
  }
}

const ON_ITS_WAY =
  'The password of a moment ago is just being set. If you did not see it, wait a minute and press again: a new one takes its place.'

/** Recorded, and not known to have come to anything yet: another process may be in the middle of it. */
export const isOnItsWay = ({ begun, lost, at }: RoleAccount, now: Instant): boolean =>
  begun === undefined && lost === undefined && now < later(at, ON_ITS_WAY_MINUTES)

/** Azure keeps whole seconds: cut, it is never later than promised. It is never later than the service lives either. */
export const endOf = (until: Instant): Instant =>
  earliest(instant(Math.floor(until / 1000) * 1000), RETIRES_AT)
