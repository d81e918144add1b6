/**
 * From a remedy that a verdict offers to the order that Latchkey would give: only where what it needs was seen.
 *
 * Inside Windows nothing is changed that was not looked into in this run, after the person's yes, and never on a domain controller. Remedies
 * that set a password are words: there is no place yet where it could be shown once.
 */
import type { Knowledge } from '../engine/knowledge.ts'
import type { Guest } from '../readings.ts'
import type { Offer } from '../remedies/offers.ts'
import { type RepairVerb, repairVerb } from '../remedies/verbs.ts'
import type { Repair } from '../repairs.ts'

/** What is done, to which machine, with which words for people about how. */
export type Ordered = {
  verb: RepairVerb
  order: Extract<Repair, { vm: unknown }>
  /** The VM, or another one that it needs. */
  vm: { id: Extract<Repair, { vm: unknown }>['vm']; name: string }
  how: readonly string[]
}

/** Windows puts NLA back by itself after this. */
const NLA_OFF_MINUTES = 60

/** Undefined: not something that Latchkey does itself here, or something it needs was not seen. Pure. */
export function orderFor(
  known: Knowledge,
  vm: { id: Ordered['vm']['id']; name: string } | undefined,
  { remedy, kind, details }: Pick<Offer, 'remedy' | 'kind' | 'details'>,
): Ordered | undefined {
  const verb = repairVerb(remedy)
  if (verb === undefined || kind !== 'perform' || vm === undefined) return undefined
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

function inside(
  { facts }: Knowledge,
  verb: Exclude<RepairVerb, 'start-vm' | 'start-dc' | 'restart-vm' | 'redeploy-vm' | 'reapply-vm'>,
  of: (order: Ordered['order'], ...how: string[]) => Ordered,
  details: Offer['details'],
  vm: Ordered['vm']['id'],
): Ordered | undefined {
  const guest = facts.guest?.read === true ? facts.guest.value : undefined
  // What was not seen does not hold: without a look inside it may be a domain controller.
  if (guest?.domain?.isDc !== false) return undefined
  const { account } = guest
  const seen = seenIn(guest)
  switch (verb) {
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

function seenIn({ domain, account }: Guest): Extract<Repair, { seen: unknown }>['seen'] {
  const { name, kind, exists, admin } = account ?? {}
  const isWhole = name !== undefined && kind !== undefined && exists !== undefined && admin !== undefined
  return {
    ...(domain === undefined ? {} : { isDomainController: domain.isDc }),
    ...(isWhole ? { account: { name, kind, exists, admin } } : {}),
  }
}

/** Whether it changes something inside Windows, which is read once more afterwards. */
export const isInside = ({ order }: Pick<Ordered, 'order'>): boolean => 'seen' in order
