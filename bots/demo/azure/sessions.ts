/**
 * What the pretend Windows makes of a script that asks it for sessions through its own interface: lists them, speaks to one, signs one out.
 *
 * Understood from what the script calls and from the parameters it was given; anything else is none of this file's business.
 */
import type { z } from 'zod'
import type { Guest } from './fleet-health.ts'

/** What a script wants, as its parameters say. */
export type SimSessionCall = { do: string; id: number; since: string; minutes: number }

type Parameters = readonly { name: string; value: string }[]
type Facts = z.infer<typeof Guest>

/** Undefined for a script that does not ask Windows for its sessions. */
export function sessionCallOf(script: string, parameters: Parameters): SimSessionCall | undefined {
  if (!/WTSEnumerateSessions/.test(script)) return undefined
  const of = (name: string) =>
    parameters.find(one => one.name.toLowerCase() === name.toLowerCase())?.value ?? ''
  return {
    do: of('Do') || 'list',
    id: Number(of('Id')),
    since: of('LoggedOn'),
    minutes: Number(of('Minutes')),
  }
}

/** Does it, and gives the line that the script prints. */
export function sessionAnswer(guest: Facts, call: SimSessionCall): string {
  const domain = guest['domain']
  if (isFacts(domain) && domain['is_dc'] === true) return JSON.stringify({ kind: 'domain-controller' })
  const sessions = sessionsIn(guest)
  if (call.do === 'list')
    return JSON.stringify({
      kind: 'sessions',
      sessions: sessions.map(({ id, user, state, client, since }) => ({
        id,
        user,
        state,
        ...(client === undefined ? {} : { client }),
        ...(since === undefined ? {} : { since }),
      })),
    })
  const own = sessions.find(({ id, since }) => id === call.id && since === call.since)
  if (own === undefined) return JSON.stringify({ kind: 'gone' })
  if (call.do === 'end') guest['sessions'] = (guest['sessions'] as Facts[]).filter(one => one !== own.facts)
  if (call.do === 'warn') own.facts['shown'] = `ends in ${call.minutes} minutes`
  return JSON.stringify({ kind: 'done' })
}

type SimSession = {
  id: number
  user: string
  state: string
  client: string | undefined
  since: string | undefined
  facts: Facts
}

/** Files number their sessions or leave it; Windows begins at 2, because 1 is the console's. */
function sessionsIn(guest: Facts): SimSession[] {
  const listed = Array.isArray(guest['sessions']) ? guest['sessions'].filter(isFacts) : []
  return listed.map((facts, index) => {
    const { id, user, state, client, since } = facts
    return {
      id: typeof id === 'number' ? id : index + 2,
      user: String(user ?? ''),
      state: /^active/i.test(String(state)) ? 'active' : 'disconnected',
      client: typeof client === 'string' ? client : undefined,
      since: typeof since === 'string' ? since : undefined,
      facts,
    }
  })
}

const isFacts = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
