/**
 * Who Slack says somebody is, and how to reach a person of the directory.
 *
 * Whether an account is one of ours is read from its team id (its enterprise id on Grid). `is_stranger` alone misses outside members who
 * share a channel with the app. An account's e-mail address counts only when Slack has confirmed it.
 * Source: docs.slack.dev, "User object" and "Slack Connect" (read 2026-11-20).
 */
import type { Address, ChatProfile, ChatUser, Person } from '../../core/index.ts'
import type { Slack } from './client.ts'
import { slackCode } from './faults.ts'
import { at, isObject, textAt } from './payload.ts'
import { tidy } from './text.ts'

type Standing = ChatProfile['standing']
type User = Record<string, unknown>

export type People = ReturnType<typeof peopleOf>

/** @param workspace our team id, or our enterprise id on Grid */
export function peopleOf({ call }: Slack, workspace: string) {
  async function userById(id: string): Promise<User | undefined> {
    return unlessUnknown(call('users.info', web => web.users.info({ user: id })))
  }

  async function userByEmail(email: string): Promise<User | undefined> {
    return unlessUnknown(call('users.lookupByEmail', web => web.users.lookupByEmail({ email })))
  }

  return {
    /** Undefined when Slack does not know the user, or does not let the bot see them. */
    async profileOf(user: ChatUser): Promise<ChatProfile | undefined> {
      const found = await userById(user.key)
      if (found === undefined) return undefined
      const standing = standingOf(found, workspace)
      const email = confirmedEmail(found)
      return {
        label: labelOf(found),
        // The delivery named another workspace than the account has: whichever is right, it is not simply one of ours.
        standing: standing === 'member' && !names(found, user.workspace, workspace) ? 'external' : standing,
        ...(email === undefined ? {} : { confirmedEmail: email }),
      }
    },

    /** The direct message of the account that is bound to the person; else of the member whose confirmed e-mail is the person's. */
    async homeOf(person: Person, key: string | undefined): Promise<Address | undefined> {
      const bound = key === undefined ? undefined : await userById(key)
      if (bound !== undefined && standingOf(bound, workspace) === 'member') return homeAt(bound)
      for (const email of emailsOf(person)) {
        const found = await userByEmail(email)
        if (
          found !== undefined &&
          standingOf(found, workspace) === 'member' &&
          confirmedEmail(found) === email
        )
          return homeAt(found)
      }
      return undefined
    },

    /** The workspace an actor counts as on Grid: their enterprise, else their team. Undefined when Slack does not show them. */
    async gridWorkspaceOf(id: string): Promise<string | undefined> {
      const found = await userById(id)
      return found && (textAt(found, 'enterprise_user', 'enterprise_id') ?? textAt(found, 'team_id'))
    },
  }
}

function standingOf(user: User, workspace: string): Standing {
  if (user['deleted'] === true) return 'removed'
  if (user['is_bot'] === true || user['is_workflow_bot'] === true || user['id'] === SLACKBOT) return 'bot'
  const home = isGrid(workspace) ? textAt(user, 'enterprise_user', 'enterprise_id') : textAt(user, 'team_id')
  if (home !== workspace || user['is_stranger'] === true) return 'external'
  if (
    user['is_restricted'] === true ||
    user['is_ultra_restricted'] === true ||
    user['is_invited_user'] === true
  )
    return 'guest'
  return 'member'
}

/** Slackbot says `is_bot: false` of itself. */
const SLACKBOT = 'USLACKBOT'

export const isGrid = (workspace: string): boolean => workspace.startsWith('E')

/** Whether a workspace that a delivery named can be this account's. */
function names(user: User, named: string, ours: string): boolean {
  const teams = at(user, 'enterprise_user', 'teams')
  return named === ours || (isGrid(ours) && Array.isArray(teams) && teams.includes(named))
}

function confirmedEmail(user: User): string | undefined {
  return user['is_email_confirmed'] === false ? undefined : textAt(user, 'profile', 'email')?.toLowerCase()
}

function labelOf(user: User): string {
  const handle = textAt(user, 'name') ?? textAt(user, 'profile', 'display_name') ?? textAt(user, 'id')
  const name = textAt(user, 'profile', 'real_name') ?? textAt(user, 'real_name') ?? handle
  const email = textAt(user, 'profile', 'email')
  return tidy(`${name} (@${handle})${email === undefined ? '' : `, ${email}`}`)
}

const emailsOf = ({ mail, upn }: Person): ReadonlySet<string> =>
  new Set([mail, upn].filter(email => email?.includes('@')).map(email => String(email).toLowerCase()))

const homeAt = (user: User): Address | undefined => {
  const id = textAt(user, 'id')
  return id === undefined ? undefined : { platform: 'slack', key: id }
}

const UNKNOWN: ReadonlySet<string> = new Set(['user_not_found', 'users_not_found', 'user_not_visible'])

async function unlessUnknown(call: Promise<{ user?: unknown }>): Promise<User | undefined> {
  try {
    const { user } = await call
    return isObject(user) ? user : undefined
  } catch (error) {
    if (UNKNOWN.has(slackCode(error) ?? '')) return undefined
    throw error
  }
}
