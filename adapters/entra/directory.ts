/**
 * People, managers and groups in Entra ID, read through Microsoft Graph.
 *
 * What Graph does not say is never guessed in the person's favour: an account whose state or kind is not told counts as disabled and
 * as a guest. Names are text from people. Graph's index answers group questions and may lag some minutes behind a change.
 * Sources: https://learn.microsoft.com/graph/api/user-get, user-list-manager, user-list-transitivememberof and
 * group-list-transitivemembers (read 2026-11-21).
 */
import { z } from 'zod'
import {
  type Directory,
  Fault,
  type GroupId,
  type Log,
  type Person,
  parseGroupId,
  parsePersonId,
} from '../../core/index.ts'
import { missingPermission } from './faults.ts'
import { type Credential, connectGraph, unreadable } from './graph.ts'

export type DirectorySettings = {
  credential: Credential
  /** Where Microsoft Graph lives, without the version. Only the demo and tests pass it. */
  graph?: string
  log: Log
}

const FIELDS = 'id,displayName,userPrincipalName,mail,accountEnabled,userType'
const READ_USERS = 'User.Read.All'
const READ_GROUPS = 'GroupMember.Read.All'
/** Graph's largest page. */
const TOP = '999'

const User = z.object({
  '@odata.type': z.string().optional(),
  id: z.string().transform((id, context) => {
    const person = parsePersonId(id)
    if (person === undefined) context.addIssue('not an object id')
    return person ?? z.NEVER
  }),
  displayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  mail: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  userType: z.string().nullish(),
})

export function connectDirectory({
  credential,
  graph = 'https://graph.microsoft.com',
  log,
}: DirectorySettings): Directory {
  const { one, all } = connectGraph(graph, credential, log)

  return {
    async person(id) {
      const op = 'entra.person'
      const answer = await one({
        op,
        path: `users/${id}`,
        query: { $select: FIELDS },
        permission: READ_USERS,
      })
      return answer === undefined ? undefined : readPerson(answer, op)
    },

    async managerOf(id) {
      const op = 'entra.manager'
      const answer = await one({
        op,
        path: `users/${id}/manager`,
        query: { $select: FIELDS },
        permission: READ_USERS,
      })
      // A manager may be a contact, who cannot sign in and so cannot approve.
      if (answer === undefined || isOtherThanUser(answer)) return undefined
      return readPerson(answer, op)
    },

    async groupsOf(id) {
      const op = 'entra.groups'
      const entries = await all({
        op,
        path: `users/${id}/transitiveMemberOf/microsoft.graph.group`,
        query: { $select: 'id', $count: 'true', $top: TOP },
        advanced: true,
        permission: `${READ_USERS} and ${READ_GROUPS}`,
      })
      // No groups would mean that no rule forbids; a person whom Graph's index does not hold (yet) must not pass for that.
      if (entries === undefined)
        throw new Fault('missing', { op, say: 'Entra ID does not know this person (yet, or any more).' })
      return new Set(entries.map(entry => readGroupId(entry, op)))
    },

    async membersOf(group) {
      const op = 'entra.members'
      const entries = await all({
        op,
        path: `groups/${group}/transitiveMembers/microsoft.graph.user`,
        query: { $select: FIELDS, $count: 'true', $top: TOP },
        advanced: true,
        permission: READ_GROUPS,
      })
      return (entries ?? []).map(entry => readPerson(entry, op))
    },
  }
}

function readPerson(answer: unknown, op: string): Person {
  const user = User.safeParse(answer)
  if (!user.success) throw unreadable(op, user.error)
  const { id, displayName, userPrincipalName: upn, mail, accountEnabled, userType } = user.data
  // Every user has a user principal name. Without the right to read users, Graph lists a group's members as ids with nulls.
  if (!upn) throw missingPermission(op, READ_USERS)
  return {
    id,
    name: displayName || upn,
    upn,
    ...(mail ? { mail } : {}),
    enabled: accountEnabled === true,
    kind: userType === 'Member' ? 'member' : 'guest',
  }
}

function isOtherThanUser(answer: unknown): boolean {
  const type = User.pick({ '@odata.type': true }).safeParse(answer).data?.['@odata.type']
  return type !== undefined && type !== '#microsoft.graph.user'
}

function readGroupId(entry: unknown, op: string): GroupId {
  const { data, error } = z.object({ id: z.string() }).safeParse(entry)
  const id = data && parseGroupId(data.id)
  if (id === undefined) throw unreadable(op, error)
  return id
}
