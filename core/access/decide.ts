/**
 * What may happen next to an access request.
 *
 * decide() is the only place that lets a request move. It is pure: state, command and time in; events and effects, or a refusal, out.
 * Authority is judged before (see handler.ts); what must never be, whoever asks, is refused here as well.
 */
import type { Instant, PersonId } from '../ids.ts'
import { earliest, later } from '../ids.ts'
import type { Queued } from '../ports.ts'
import type { Refusal } from '../refusal.ts'
import type { AccessEvent, AccessRequest, Approver, Ask, NamedPerson, Proof, Seat, WayIn } from './request.ts'
import { evolve } from './request.ts'

export type Command =
  /** `allowedBy`: a rule that lets this happen without anybody's agreement. */
  | { type: 'ask'; ask: Ask; seats: readonly Seat[]; others: readonly string[]; allowedBy?: string }
  /** `rule`: the rule under which this person may decide, as judged at the press. */
  | { type: 'approve'; by: NamedPerson; rule: string; lapseMinutes: number }
  | { type: 'deny'; by: NamedPerson; reason: string }
  /** Somebody who was asked cannot be reached: ask these instead; nobody left ends the request. */
  | {
      type: 'reseat'
      seats: readonly Seat[]
      others: readonly string[]
      unreached: readonly PersonId[]
      say: string
    }
  | { type: 'cancel' | 'done'; by: PersonId }
  | { type: 'give-source'; by: PersonId; source: string }
  | { type: 'request-window'; endsAt: Instant; sources: readonly string[] }
  | { type: 'window-declined'; say: string }
  | { type: 'prove'; azureEndsAt: Instant; wayIn: WayIn; proofs: readonly Proof[]; verified: boolean }
  | { type: 'fail'; say: string }
  | { type: 'shut'; alsoOpen?: string }
  | { type: 'trouble'; say: string }
  | { type: 'wake' }

export type Step =
  | { ok: true; events: readonly AccessEvent[]; queue: readonly Queued[] }
  | { ok: false; refusal: Refusal }

/** An opening that is not proven by then is given up and shut. */
const GIVE_UP_MINUTES = 15
/** How long before the end the person is warned. Grants shorter than twice this are not. */
const WARN_MINUTES = 10

export function decide(state: AccessRequest, command: Command, now: Instant): Step {
  const no = (refusal: Refusal): Step => ({ ok: false, refusal })
  const moves = (events: readonly AccessEvent[], ...more: readonly Queued[]): Step => {
    const after = events.reduce(evolve, state)
    return { ok: true, events, queue: [...cardsOf(after), ...more] }
  }
  const nothing: Step = { ok: true, events: [], queue: [] }

  if (command.type === 'ask') {
    if (state.status !== 'none') return nothing
    const { ask, seats, others, allowedBy } = command
    const asked: AccessEvent = { type: 'asked', at: now, ask, seats, others }
    if (allowedBy === undefined) return moves([asked], wakeAt(ask, ask.lapsesAt))
    const by: Approver = { rule: allowedBy }
    return moves(
      [asked, { type: 'approved', at: now, by, rule: allowedBy, lapsesAt: ask.lapsesAt }],
      wakeAt(ask, ask.lapsesAt),
    )
  }
  if (state.status === 'none') return no({ code: 'no-such-request', typed: '', waiting: [] })
  const { ask } = state

  switch (command.type) {
    case 'approve':
    case 'deny': {
      // INVARIANT: nobody decides their own request, whatever the policy or the caller thinks.
      if (command.by.person === ask.by.person) return no({ code: 'own-request' })
      if (state.status !== 'asked') return no(settled(state))
      if (now >= ask.lapsesAt) return no({ code: 'lapsed', at: ask.lapsesAt })
      if (command.type === 'deny')
        return moves([{ type: 'denied', at: now, by: command.by, reason: command.reason }])
      const lapsesAt = later(now, command.lapseMinutes)
      const approved: AccessEvent = {
        type: 'approved',
        at: now,
        by: command.by,
        rule: command.rule,
        lapsesAt,
      }
      return moves([approved], wakeAt(ask, lapsesAt))
    }
    case 'reseat': {
      if (state.status !== 'asked') return nothing
      const { seats, others, unreached, say } = command
      return seats.length === 0
        ? moves([{ type: 'unanswerable', at: now, say }])
        : moves([{ type: 'reseated', at: now, seats, others, unreached }])
    }
    case 'cancel':
    case 'done': {
      if (command.by !== ask.by.person) return no({ code: 'not-requester' })
      if (state.status === 'asked' || state.status === 'approved')
        return moves([{ type: 'withdrawn', at: now }])
      if (state.status === 'opening' || state.status === 'open')
        return moves([{ type: 'closing-started', at: now, why: 'returned' }], reconcile(ask))
      return state.status === 'closing' ? nothing : no(settled(state))
    }
    case 'give-source': {
      if (command.by !== ask.by.person) return no({ code: 'not-requester' })
      if (state.status === 'opening' || state.status === 'open')
        return state.source === command.source ? nothing : no(settled(state))
      if (state.status !== 'approved') return no({ code: 'not-open', status: state.status })
      if (now >= state.lapsesAt) return no({ code: 'lapsed', at: state.lapsesAt })
      const giveUpAt = later(now, GIVE_UP_MINUTES)
      return moves(
        [{ type: 'source-given', at: now, source: command.source, giveUpAt }],
        reconcile(ask),
        wakeAt(ask, giveUpAt),
      )
    }
    case 'request-window': {
      if (state.status !== 'opening' && state.status !== 'open') return nothing
      const { endsAt, sources } = command
      return moves([{ type: 'window-requested', at: now, endsAt, sources }])
    }
    case 'window-declined':
      if (state.status !== 'opening' && state.status !== 'open') return nothing
      return moves([{ type: 'window-declined', at: now, say: command.say }])
    case 'prove': {
      if (state.status !== 'opening') return nothing
      const { azureEndsAt, wayIn, proofs, verified } = command
      const until = earliest(later(now, ask.minutes), later(azureEndsAt, 0))
      const opened: AccessEvent = { type: 'opened', at: now, until, azureEndsAt, wayIn, proofs, verified }
      const warnings = ask.minutes >= 2 * WARN_MINUTES ? [wakeAt(ask, later(until, -WARN_MINUTES))] : []
      return moves(
        [opened],
        { effect: { do: 'hand', request: ask.id, to: ask.home } },
        wakeAt(ask, until),
        ...warnings,
      )
    }
    case 'fail':
      if (state.status !== 'opening') return nothing
      return moves([{ type: 'closing-started', at: now, why: 'failed', say: command.say }], reconcile(ask))
    case 'shut': {
      if (state.status !== 'closing') return nothing
      const { alsoOpen } = command
      return moves([{ type: 'closed', at: now, ...(alsoOpen === undefined ? {} : { alsoOpen }) }])
    }
    case 'trouble':
      if (state.status !== 'closing' || state.trouble === command.say) return nothing
      return moves([{ type: 'closing-troubled', at: now, say: command.say }])
    case 'wake':
      return wake(state, now, moves, nothing)
  }
}

function wake(
  state: Exclude<AccessRequest, { status: 'none' }>,
  now: Instant,
  moves: (events: readonly AccessEvent[], ...more: readonly Queued[]) => Step,
  nothing: Step,
): Step {
  const { ask } = state
  switch (state.status) {
    case 'asked':
      return now >= ask.lapsesAt ? moves([{ type: 'lapsed', at: now }]) : nothing
    case 'approved':
      return now >= state.lapsesAt ? moves([{ type: 'lapsed', at: now }]) : nothing
    case 'opening':
      if (now < state.giveUpAt) return nothing
      return moves(
        [{ type: 'closing-started', at: now, why: 'failed', say: 'Azure did not open the way in time.' }],
        reconcile(ask),
      )
    case 'open':
      if (now >= state.until)
        return moves([{ type: 'closing-started', at: now, why: 'expired' }], reconcile(ask))
      if (state.warned || now < later(state.until, -WARN_MINUTES) || ask.minutes < 2 * WARN_MINUTES)
        return nothing
      return moves([{ type: 'ending-soon', at: now }])
    case 'closing':
    case 'over':
      return nothing
  }
}

/** Every card of a request, to be brought up to date. */
function cardsOf(state: AccessRequest): readonly Queued[] {
  if (state.status === 'none') return []
  const { ask, seats } = state
  const requester: Queued = {
    effect: { do: 'refresh', request: ask.id, slot: 'requester', reader: 'requester', to: ask.home },
  }
  const approvers = seats.flatMap(seat =>
    seat.at.map(
      (to): Queued => ({
        effect: {
          do: 'refresh',
          request: ask.id,
          slot: `approver:${to.platform}:${seat.person}`,
          reader: 'approver',
          to,
        },
      }),
    ),
  )
  return [requester, ...approvers]
}

const wakeAt = (ask: Ask, notBefore: Instant): Queued => ({
  effect: { do: 'wake', request: ask.id },
  notBefore,
})

const reconcile = (ask: Ask): Queued => ({ effect: { do: 'reconcile', vm: ask.vm.id, port: ask.port } })

function settled(state: Exclude<AccessRequest, { status: 'none' }>): Refusal {
  const by =
    state.status === 'over' && state.deniedBy
      ? state.deniedBy.name
      : 'approver' in state && state.approver && 'name' in state.approver
        ? state.approver.name
        : undefined
  return { code: 'already-settled', status: state.status, ...(by === undefined ? {} : { by }) }
}
