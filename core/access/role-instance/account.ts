/**
 * The account of a role of a Cloud Service within a grant: what is asked for instead of a VM, what can happen to the account, and how that
 * changes the state. Pure.
 *
 * Just-in-time access does not cover Cloud Services. What opens is an account in the RDP extension, and Azure's own end is the end of that
 * account: always the end of the grant. The password is in none of this: it is made while the person presses, and shown in the answer.
 */
import assert from 'node:assert/strict'
import type { Begun } from '../../hands.ts'
import type { Instant } from '../../ids.ts'
import type { AccessEvent, AccessRequest } from '../request.ts'

/** What is asked for instead of a VM. Names as Azure writes them. */
export type InstanceTarget = {
  service: string
  /** Absent: every role. */
  role?: string
  instance: string
  /** The other instances that are asked for. */
  also: readonly string[]
  /** As it was when asked: enabling it restarts the role instances. */
  restarts: boolean
  /** What had to be said before anybody pressed. */
  warnings: readonly string[]
}

export type RoleAccount = {
  user: string
  /** When Azure is to end it. */
  expiresAt: Instant
  /** When the latest change of it was recorded, before it was sent. */
  at: Instant
  doing: 'set' | 'extend' | 'remove'
  /** What Azure made of that change; absent while that is not known. */
  begun?: Begun
  /** Nobody holds its password, with the reason: the person has to press again. */
  lost?: string
  /** Accounts of this grant before this one, oldest first: none of them may be left. */
  before: readonly string[]
}

export type AccountEvent =
  /** The requester pressed: this account is about to be set, with a password that is recorded nowhere. */
  | {
      type: 'account-set'
      at: Instant
      user: string
      expiresAt: Instant
      giveUpAt: Instant
      source: string
    }
  /** The end of the account is about to be moved to that of the grant. */
  | { type: 'account-extending'; at: Instant; expiresAt: Instant }
  /** The account is about to be taken away. */
  | { type: 'account-removing'; at: Instant }
  /** Azure took the order. */
  | { type: 'account-begun'; at: Instant; begun: Begun }
  /** Azure did not set this account, or nobody knows whether it did: its password was shown to nobody, or is of no use. */
  | { type: 'account-lost'; at: Instant; user: string; say: string }
  /** Azure did not set this account: the one before stays. */
  | { type: 'account-kept'; at: Instant; user: string; say: string }
  /** Read back: the account ends with the grant. */
  | { type: 'account-extended'; at: Instant; azureEndsAt: Instant }

export const isAccountEvent = (event: AccessEvent): event is AccountEvent => event.type.startsWith('account-')

type Known = Exclude<AccessRequest, { status: 'none' }>
type Sourced = Extract<Known, { status: 'opening' | 'open' | 'closing' }>

/** Folds one event into the state. An event that cannot follow the state is a bug. */
export function evolveAccount(state: Known, event: AccountEvent): AccessRequest {
  assert(
    state.status === 'opening' || state.status === 'open' || state.status === 'closing',
    `${event.type} after ${state.status}`,
  )
  if (event.type === 'account-set') return withNew(state, event)
  const { account } = state
  assert(account !== undefined, `${event.type} before account-set`)
  const { begun: _, ...rest } = account
  switch (event.type) {
    case 'account-extending':
      return { ...state, account: { ...rest, at: event.at, expiresAt: event.expiresAt, doing: 'extend' } }
    case 'account-removing':
      return { ...state, account: { ...rest, at: event.at, doing: 'remove' } }
    case 'account-begun':
      return { ...state, account: { ...rest, begun: event.begun } }
    case 'account-lost':
      return { ...state, account: { ...account, lost: event.say } }
    case 'account-kept':
      return kept(state, account)
    case 'account-extended':
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      return { ...state, azureEndsAt: event.azureEndsAt, account: { ...account, doing: 'set' } }
  }
}

function withNew(state: Sourced, event: Extract<AccountEvent, { type: 'account-set' }>): AccessRequest {
  const { user, expiresAt, at, giveUpAt, source } = event
  const { account: old } = state
  const before = old === undefined ? [] : [...old.before, old.user]
  const account: RoleAccount = { user, expiresAt, at, doing: 'set', before }
  assert(state.status !== 'closing', 'account-set after closing')
  return state.status === 'opening'
    ? { ...state, source, giveUpAt, checks: [], account }
    : { ...state, source, moving: { giveUpAt }, account }
}

/** The one before is the account again. The one that was refused stays among those that must not be left. */
function kept(state: Sourced, { before, user, ...account }: RoleAccount): AccessRequest {
  const present = before.at(-1)
  assert(state.status === 'open' && present !== undefined, 'account-kept without one before')
  const { moving: _, ...still } = state
  const { lost: __, ...rest } = account
  return {
    ...still,
    account: { ...rest, user: present, begun: 'done', before: [...before.slice(0, -1), user] },
  }
}

/** Every account that this grant ever had. */
export const accountsOf = ({ account }: { account?: RoleAccount }): readonly string[] =>
  account === undefined ? [] : [...account.before, account.user]
