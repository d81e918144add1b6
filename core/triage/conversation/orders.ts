/**
 * From a remedy that a verdict offers to the order that Latchkey would give: only where what it needs was seen.
 *
 * Inside Windows nothing is changed that was not looked into in this run, after the person's yes, and never on a domain controller. A password
 * is no part of an order that is kept: it is made when the asker presses on the page that shows it (`secret.ts`).
 */
import type { VmId } from '../../ids.ts'
import type { Knowledge } from '../engine/knowledge.ts'
import type { Guest } from '../readings.ts'
import type { Offer } from '../remedies/offers.ts'
import { type RepairVerb, repairVerb } from '../remedies/verbs.ts'
import type { Repair } from '../repairs.ts'
import { accountFor } from './password-account.ts'
import { isServiceVerb, orderOnService } from './service.ts'

type Seen = Extract<Repair, { seen: unknown }>['seen']
type Plain = Exclude<Repair, { password: string }>

/** What a password is still to be made for. Without `account`, one is made with it. */
export type SecretOrder =
  | { do: 'reset-password'; vm: VmId; seen: Seen; account: string }
  | { do: 'cs-enable-rdp' | 'cs-extend-expiry'; service: string; role: string; account?: string }

/** What is done, to what, with which words for people about how. */
export type Ordered = {
  verb: RepairVerb
  order: Plain | SecretOrder
  /** The VM, another one that it needs, or the Cloud Service: an ARM id, and the name for people. */
  vm: { id: string; name: string }
  how: readonly string[]
}

const SECRET: ReadonlySet<string> = new Set<SecretOrder['do']>([
  'reset-password',
  'cs-enable-rdp',
  'cs-extend-expiry',
])

/** Whether a password is made for it, on a page that shows it once. */
export const isSecret = (order: Ordered['order']): order is SecretOrder => SECRET.has(order.do)

/** Windows puts NLA back by itself after this. */
const NLA_OFF_MINUTES = 60

/** Undefined: not something that Latchkey does itself here, or something it needs was not seen. Pure. */
export function orderFor(
  known: Knowledge,
  vm: { id: VmId; name: string } | undefined,
  { remedy, kind, details }: Pick<Offer, 'remedy' | 'kind' | 'details'>,
): Ordered | undefined {
  const verb = repairVerb(remedy)
  if (verb === undefined || kind !== 'perform') return undefined
  if (isServiceVerb(verb)) return orderOnService(known, verb, details)
  if (vm === undefined) return undefined
  const of = (order: Ordered['order'], ...how: string[]): Ordered => ({ verb, order, vm, how })
  switch (verb) {
    case 'start-vm':
    case 'restart-vm':
    case 'redeploy-vm':
    case 'reapply-vm':
      return of({ do: verb, vm: vm.id })
    case 'start-dc': {
      const other = details.vm
      return other && { verb, order: { do: verb, vm: other.id }, vm: other, how: [] }
    }
    default:
      return inside(known, verb, of, details, vm.id)
  }
}

/**
 * Whether a look inside Windows would tell if a password may be set. Every other remedy inside Windows follows from such a look; this one is
 * offered to whoever says that the password is lost.
 */
export const needsLook = (
  { facts }: Knowledge,
  vm: { id: VmId } | undefined,
  { remedy, kind }: Pick<Offer, 'remedy' | 'kind'>,
): boolean =>
  vm !== undefined && remedy === 'reset_password' && kind === 'perform' && facts.guest === undefined

function inside(
  known: Knowledge,
  verb: Exclude<
    RepairVerb,
    'start-vm' | 'start-dc' | 'restart-vm' | 'redeploy-vm' | 'reapply-vm' | `cs-${string}`
  >,
  of: (order: Ordered['order'], ...how: string[]) => Ordered,
  details: Offer['details'],
  vm: VmId,
): Ordered | undefined {
  const { facts } = known
  const guest = facts.guest?.read === true ? facts.guest.value : undefined
  // What was not seen does not hold: without a look inside it may be a domain controller.
  if (guest?.domain?.isDc !== false) return undefined
  const { account } = guest
  const seen = seenIn(guest)
  switch (verb) {
    case 'reset-password': {
      const meant = accountFor(known)
      if ('not' in meant) return undefined
      const { name, say, admin } = meant
      return of(
        { do: verb, vm, seen: { ...seen, ...(admin ? { adminAccount: name } : {}) }, account: name },
        `The account is ${name}${say}.`,
      )
    }
    case 'unlock-account':
    case 'enable-account':
      return account?.exists === true && account.kind === 'local'
        ? of({ do: verb, vm, seen, account: account.name }, `The local account is ${account.name}.`)
        : undefined
    case 'add-rdp-group':
    case 'grant-rdp-right':
      return account?.exists === true
        ? of({ do: verb, vm, seen, account: account.name }, `The account is ${account.name}.`)
        : undefined
    case 'free-port': {
      const { program } = details
      return program === undefined
        ? undefined
        : of({ do: verb, vm, seen, program }, `The program that is stopped is ${program}.`)
    }
    case 'disable-nla-temp':
      return of(
        { do: verb, vm, seen, minutes: NLA_OFF_MINUTES },
        `Windows puts it back by itself after ${NLA_OFF_MINUTES} minutes.`,
      )
    case 'log-off-session': {
      const { user } = details
      const [only, ...more] = (guest.sessions ?? []).filter(session => session.user === user)
      return user === undefined || only === undefined || more.length > 0
        ? undefined
        : of({ do: verb, vm, seen, user, state: only.state }, `The ${only.state} session of ${user} ends.`)
    }
    default:
      return of({ do: verb, vm, seen })
  }
}

function seenIn({ domain, account }: Guest): Seen {
  const { name, kind, exists, admin } = account ?? {}
  const isWhole = name !== undefined && kind !== undefined && exists !== undefined && admin !== undefined
  return {
    ...(domain === undefined ? {} : { isDomainController: domain.isDc }),
    ...(isWhole ? { account: { name, kind, exists, admin } } : {}),
  }
}

/** Whether it changes something inside Windows, which is read once more afterwards. */
export const isInside = ({ order }: Pick<Ordered, 'order'>): boolean => 'seen' in order
