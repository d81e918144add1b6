/** Somebody who was to decide turned out not to be reachable: the next approver in the rule is asked, or the request ends in words. */
import { advance } from '../advance.ts'
import type { PersonId } from '../ids.ts'
import type { Effect, Ports } from '../ports.ts'
import { seat } from './people.ts'
import type { Seat } from './request.ts'

export async function reseat(ports: Ports, card: Extract<Effect, { do: 'refresh' }>): Promise<void> {
  const { state } = await ports.store.load(card.request)
  if (state.status !== 'asked') return
  const { ask } = state
  const remaining: Seat[] = state.seats
    .map(seated => ({
      ...seated,
      at: seated.at.filter(({ platform, key }) => platform !== card.to.platform || key !== card.to.key),
    }))
    .filter(({ at }) => at.length > 0)
  const { others, unreached } = state
  if (remaining.length > 0) {
    await advance(ports, ask.id, { type: 'reseat', seats: remaining, others, unreached, say: '' })
    return
  }
  const lost: ReadonlySet<PersonId> = new Set([...unreached, ...state.seats.map(({ person }) => person)])
  const rules = ports.policies.current().rules.filter(({ id }) => id === ask.rule)
  const next = await seat(ports, rules, ask.by.person, lost)
  const say = next.tried.length > 0 ? next.tried.join(' ') : 'Nobody whom the rule names can be reached.'
  await advance(ports, ask.id, {
    type: 'reseat',
    seats: next.seats,
    others: next.others,
    unreached: [...lost],
    say,
  })
}
