/** Who is asked to decide, and where they can be reached. */

import { Fault } from '../fault.ts'
import type { Asker } from '../handled.ts'
import type { PersonId } from '../ids.ts'
import type { Address, Person, Ports } from '../ports.ts'
import type { ApproverRef, Rule } from './policy.ts'
import type { Seat } from './request.ts'

/** At most this many members of one group are shown a request. */
const MOST_SEATS = 8

export type Seating = {
  seats: readonly Seat[]
  /** Those who may decide too but are not shown the request, in words. */
  others: readonly string[]
  /** Why those before the seated ones were passed over, a sentence each. */
  tried: readonly string[]
}

/**
 * An active person with every group they are in, read side by side. Undefined: not in the directory, or disabled. The caller says what a
 * guest may do.
 */
export async function activePerson(directory: Ports['directory'], id: PersonId): Promise<Asker | undefined> {
  const noGroups = (error: unknown) => {
    if (error instanceof Fault && error.kind === 'missing') return undefined
    throw error
  }
  const [person, groups] = await Promise.all([directory.person(id), directory.groupsOf(id).catch(noGroups)])
  return person?.enabled && groups ? { person, groups } : undefined
}

type PeoplePorts = Pick<Ports, 'directory' | 'chats' | 'store' | 'log'>

/**
 * Goes through the approvers that the rules name, in order, and seats the first who can be reached. No seats: nobody can.
 *
 * @param lost people who turned out not to be reachable although a chat seemed to know them
 */
export async function seat(
  ports: PeoplePorts,
  rules: readonly Rule[],
  requester: PersonId,
  lost: ReadonlySet<PersonId> = new Set(),
): Promise<Seating> {
  const refs = rules.flatMap(rule => rule.approvers)
  const tried: string[] = []
  for (const [index, ref] of refs.entries()) {
    const named = await peopleNamed(ports, ref, requester)
    const able = named.filter(({ id, enabled, kind }) => id !== requester && enabled && kind === 'member')
    const seats: Seat[] = []
    for (const person of able.filter(({ id }) => !lost.has(id)).slice(0, MOST_SEATS)) {
      const at = await homesOf(ports, person)
      if (at.length > 0) seats.push({ person: person.id, name: person.name, at })
    }
    if (seats.length > 0) {
      const others = refs.filter((_, i) => i !== index).map(sayRef)
      return { seats, others: [...new Set(others)], tried }
    }
    tried.push(sayTried(ref, named, able))
  }
  return { seats: [], others: [], tried }
}

/** Every private chat in which a person can be reached. A platform that is away does not hide the other. */
async function homesOf({ chats, store, log }: PeoplePorts, person: Person): Promise<readonly Address[]> {
  const faults: Fault[] = []
  const homes = await Promise.all(
    chats.map(async chat => {
      try {
        return await chat.homeOf(person, await store.userBoundTo(person.id, chat.platform))
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        log.warn('home-unknown', { platform: chat.platform, kind: error.kind }, error)
        faults.push(error)
        return undefined
      }
    }),
  )
  const known = homes.filter(home => home !== undefined)
  const [fault] = faults
  if (known.length === 0 && fault) throw fault
  return known
}

async function peopleNamed(
  { directory }: PeoplePorts,
  ref: ApproverRef,
  requester: PersonId,
): Promise<readonly Person[]> {
  if ('group' in ref) return directory.membersOf(ref.group)
  const person = await ('manager' in ref ? directory.managerOf(requester) : directory.person(ref.person))
  return person ? [person] : []
}

function sayRef(ref: ApproverRef): string {
  if ('manager' in ref) return "the requester's manager"
  return 'group' in ref ? `members of ${ref.name ?? 'an approvers group'}` : 'a person named in the rule'
}

function sayTried(ref: ApproverRef, named: readonly Person[], able: readonly Person[]): string {
  const who =
    'manager' in ref
      ? 'Your manager'
      : 'group' in ref
        ? `The group ${ref.name ?? ''}`.trim()
        : 'The named approver'
  if (named.length === 0)
    return 'manager' in ref ? 'The directory names no manager of yours.' : `${who} has nobody in it.`
  if (able.length === 0) return `${who} has nobody who is active and not yourself.`
  return `${who} cannot be reached in any chat I know.`
}
