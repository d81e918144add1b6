/**
 * What may happen next to an access request.
 *
 * decide() is the only place that lets a request move. It is pure: state, command and time in; events and effects, or a refusal, out.
 * Authority is judged before (see handler.ts); what must never be, whoever asks, is refused here as well. Extensions: `extension.ts`.
 */
import type { Instant, PersonId } from '../ids.ts'
import { earliest, later } from '../ids.ts'
import type { Queued } from '../ports.ts'
import type { ChosenWay } from '../rdp/route/way.ts'
import { wayKey } from '../rdp/route/way.ts'
import type { Refusal } from '../refusal.ts'
import { begin, GIVE_UP_MINUTES, startOf } from './begin.ts'
import { cardsOf } from './cards.ts'
import { answerExtension, askExtension, type ExtensionCommand, lapseExtension } from './extension.ts'
import { decideInside, type InsideCommand, insideTimers, isInsideCommand } from './inside/decide.ts'
import type { InsidePlan } from './inside/inside.ts'
import { sayLate, sayNotMoved, settled } from './late.ts'
import { decideLink, isLinkCommand, type LinkCommand, leavesLink, linkWork } from './link/link.ts'
import {
  decidePower,
  isPowerCommand,
  isStarting,
  isToPutBack,
  type PowerCommand,
  START_MINUTES,
} from './power/power.ts'
import { endings, isShort, power, reconcile, WARN_MINUTES, wakeAt } from './queued.ts'
import type {
  AccessEvent,
  AccessRequest,
  Approver,
  Ask,
  Check,
  Ending,
  NamedPerson,
  Proof,
  Seat,
  Seen,
  WayIn,
} from './request.ts'
import { evolve } from './request.ts'
import { type AccountCommand, decideAccount, isAccountCommand } from './role-instance/account-decide.ts'
import { isOpenedForOwn } from './way-in.ts'

export type Command =
  /** `allowedBy`: a rule that lets this happen without anybody's agreement. */
  | { type: 'ask'; ask: Ask; seats: readonly Seat[]; others: readonly string[]; allowedBy?: string }
  /**
   * `rule`: the rule under which this person may decide, as judged at the press. `minutes`: for no more than these. `extension`: the number
   * of the extension that is meant; without it, the request itself is.
   */
  | {
      type: 'approve'
      by: NamedPerson
      rule: string
      lapseMinutes: number
      minutes?: number
      extension?: number
    }
  | { type: 'deny'; by: NamedPerson; reason: string; extension?: number }
  | ExtensionCommand
  /** Somebody who was asked cannot be reached: ask these instead; nobody left ends the request. */
  | {
      type: 'reseat'
      seats: readonly Seat[]
      others: readonly string[]
      unreached: readonly PersonId[]
      say: string
    }
  | { type: 'cancel' | 'done'; by: PersonId }
  /** What was asked for cannot be opened any more, and nothing was. */
  | { type: 'give-up'; say: string }
  | { type: 'give-source'; by: PersonId; source: string }
  /** `most`: how often the address may change, as judged at the press. */
  | { type: 'change-source'; by: PersonId; source: string; most: number }
  /** The present way failed its check with these words: this one is opened instead, for this source, or for the person's once it is known. */
  | { type: 'take-way'; instead: ChosenWay | undefined; say: string; way: ChosenWay; source?: string }
  /** There is no other way: wait as long as was promised. */
  | { type: 'keep-way' }
  /** How the checks for this address stand. */
  | { type: 'check'; source: string; checks: readonly Check[] }
  | { type: 'request-window'; endsAt: Instant; sources: readonly string[] }
  | { type: 'window-declined'; say: string }
  /**
   * `source`: the address that was proven to be let in; it may have changed meanwhile. `shared`: Azure's end is somebody else's, and the
   * window is renewed before it.
   */
  | {
      type: 'prove'
      source: string
      shared?: boolean
      azureEndsAt: Instant
      wayIn: WayIn
      proofs: readonly Proof[]
      verified: boolean
      inside?: InsidePlan | undefined
    }
  | {
      type: 'prove-source'
      source: string
      azureEndsAt: Instant
      proofs: readonly Proof[]
      verified: boolean
    }
  /** Azure will not let the address in (any more). `source`: only if it is still this one. */
  | { type: 'fail'; say: string; source?: string }
  /** Azure ends it at this moment and does not renew it. */
  | { type: 'cut-short'; until: Instant; say: string }
  | { type: 'shut'; alsoOpen?: string; seen?: Seen }
  | { type: 'trouble'; say: string }
  | { type: 'wake' }
  | PowerCommand
  | LinkCommand
  | InsideCommand
  | AccountCommand

export type Step =
  | { ok: true; events: readonly AccessEvent[]; queue: readonly Queued[] }
  | { ok: false; refusal: Refusal }

/** How long an approval waits for the person's address when the first way turns out to be none. */
const ADDRESS_MINUTES = 60

export function decide(state: AccessRequest, command: Command, now: Instant): Step {
  const no = (refusal: Refusal): Step => ({ ok: false, refusal })
  const moves = (events: readonly AccessEvent[], ...more: readonly Queued[]): Step => {
    const after = events.reduce(evolve, state)
    return { ok: true, events, queue: [...cardsOf(after), ...insideTimers(events, after), ...more] }
  }
  const nothing: Step = { ok: true, events: [], queue: [] }

  if (command.type === 'ask') {
    if (state.status !== 'none') return nothing
    const { ask, seats, others, allowedBy } = command
    const asked: AccessEvent = { type: 'asked', at: now, ask, seats, others }
    if (allowedBy === undefined) return moves([asked], wakeAt(ask, ask.lapsesAt))
    const by: Approver = { rule: allowedBy }
    const { minutes, lapsesAt } = ask
    const start = startOf(ask, now)
    return moves(
      [asked, { type: 'approved', at: now, by, rule: allowedBy, lapsesAt, minutes }, ...start.events],
      wakeAt(ask, lapsesAt),
      ...start.queue,
    )
  }
  if (state.status === 'none') return no({ code: 'no-such-request', typed: '', waiting: [] })
  const { ask } = state
  if (isPowerCommand(command)) return powered(command)
  if (isLinkCommand(command)) return linked(command)
  if (isInsideCommand(command)) return entered(command)
  if (isAccountCommand(command)) return accounted(command)

  switch (command.type) {
    case 'approve':
    case 'deny': {
      // INVARIANT: nobody decides their own request or extension, whatever the policy or the caller thinks.
      if (command.by.person === ask.by.person) return no({ code: 'own-request' })
      if (command.extension !== undefined)
        return longer(answerExtension(state, command, command.extension, now))
      if (state.status !== 'asked') return no(settled(state))
      if (now >= ask.lapsesAt) return no({ code: 'lapsed', at: ask.lapsesAt })
      if (command.type === 'deny')
        return moves([{ type: 'denied', at: now, by: command.by, reason: command.reason }])
      const { by, rule, lapseMinutes } = command
      const lapsesAt = later(now, lapseMinutes)
      const minutes = Math.min(command.minutes ?? ask.minutes, ask.minutes)
      const start = startOf(ask, now)
      return moves(
        [{ type: 'approved', at: now, by, rule, lapsesAt, minutes }, ...start.events],
        wakeAt(ask, lapsesAt),
        ...start.queue,
      )
    }
    case 'ask-extension':
      return longer(askExtension(state, command, now))
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
      if (state.status === 'opening' || state.status === 'open') return closes('returned')
      return state.status === 'closing' ? nothing : no(settled(state))
    }
    case 'give-up':
      if (state.status !== 'asked' && state.status !== 'approved') return nothing
      return moves([{ type: 'impossible', at: now, say: command.say }])
    case 'give-source': {
      if (command.by !== ask.by.person) return no({ code: 'not-requester' })
      if (state.status === 'opening' && state.wants) {
        const giveUpAt = later(now, GIVE_UP_MINUTES)
        const { source } = command
        return moves(
          [{ type: 'source-changed', at: now, source, giveUpAt }],
          reconcile(ask),
          wakeAt(ask, giveUpAt),
        )
      }
      if (state.status === 'opening' || state.status === 'open')
        return state.source === command.source ? nothing : no(settled(state))
      if (state.status === 'over') return no(settled(state))
      if (state.status !== 'approved') return no({ code: 'not-open', status: state.status })
      if (now >= state.lapsesAt) return no({ code: 'lapsed', at: state.lapsesAt })
      const start = begin(ask, now, command.source)
      return moves(start.events, ...start.queue)
    }
    case 'take-way': {
      if (state.status !== 'opening' || keyOf(state.way) !== keyOf(command.instead)) return nothing
      const { say, way, source } = command
      if (keyOf(way) === keyOf(state.way)) return nothing
      const giveUpAt = later(now, source === undefined ? ADDRESS_MINUTES : GIVE_UP_MINUTES)
      const whose = source === undefined ? {} : { source }
      return moves(
        [{ type: 'way-changed', at: now, say, way, ...whose, giveUpAt }],
        reconcile(ask),
        wakeAt(ask, giveUpAt),
      )
    }
    case 'keep-way':
      return state.status !== 'opening' || state.kept ? nothing : moves([{ type: 'way-kept', at: now }])
    case 'check': {
      if (state.status !== 'opening' || state.source !== command.source) return nothing
      const isKnown = JSON.stringify(state.checks) === JSON.stringify(command.checks)
      return isKnown ? nothing : moves([{ type: 'checked', at: now, checks: command.checks }])
    }
    case 'change-source': {
      const { by, source, most } = command
      if (by !== ask.by.person) return no({ code: 'not-requester' })
      if (state.status !== 'opening' && state.status !== 'open')
        return no({ code: 'not-open', status: state.status })
      // A way that is opened for a fixed source does not care where the person comes from.
      if (state.source === source || !isOpenedForOwn(state.way)) return nothing
      if (state.status === 'open' && now >= state.until) return no({ code: 'not-open', status: 'closing' })
      if (state.left.length >= most) return no({ code: 'too-many-addresses', most })
      const giveUpAt = later(now, isStarting(state) ? START_MINUTES : GIVE_UP_MINUTES)
      return moves(
        [{ type: 'source-changed', at: now, source, giveUpAt }],
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
      if (state.status !== 'opening' || state.wants || state.source !== command.source) return nothing
      const { azureEndsAt, wayIn, proofs, verified, inside } = command
      const wished = later(now, state.minutes)
      const until = command.shared ? wished : earliest(wished, azureEndsAt)
      const plan = inside === undefined ? {} : { inside }
      const proven = { until, azureEndsAt, wayIn, proofs, verified, ...plan }
      const opened: AccessEvent = { type: 'opened', at: now, ...proven }
      return moves(
        [opened],
        { effect: { do: 'hand', request: ask.id, to: ask.home } },
        ...endings(ask, until, state.minutes),
        ...linkWork(evolve(state, opened)),
      )
    }
    case 'prove-source': {
      if (state.status !== 'open' || !state.moving || state.source !== command.source) return nothing
      const { source, azureEndsAt, proofs, verified } = command
      return moves([{ type: 'source-proven', at: now, source, azureEndsAt, proofs, verified }])
    }
    case 'fail':
      if (state.status !== 'opening' && state.status !== 'open') return nothing
      if (command.source !== undefined && command.source !== state.source) return nothing
      return closes('failed', command.say)
    case 'cut-short': {
      if (state.status !== 'open' || command.until >= state.until) return nothing
      if (command.until <= now) return closes('failed', command.say)
      const { until, say } = command
      return moves([{ type: 'cut-short', at: now, until, say }], ...endings(ask, until, state.minutes))
    }
    case 'shut': {
      // INVARIANT: nothing is over while a link that leads to the VM may still be there because of it.
      if (state.status !== 'closing' || leavesLink(state)) return nothing
      const { alsoOpen, seen } = command
      const how = {
        ...(alsoOpen === undefined ? {} : { alsoOpen }),
        ...(seen === undefined ? {} : { seen }),
      }
      return moves([{ type: 'closed', at: now, ...how }], ...(isToPutBack(state) ? [power(ask)] : []))
    }
    case 'trouble':
      if (state.status !== 'closing' || state.trouble === command.say) return nothing
      return moves([{ type: 'closing-troubled', at: now, say: command.say }])
    case 'wake':
      return wake(state)
  }

  function wake(known: Known): Step {
    switch (known.status) {
      case 'asked':
        return now >= ask.lapsesAt ? moves([{ type: 'lapsed', at: now }]) : nothing
      case 'approved':
        return now >= known.lapsesAt ? moves([{ type: 'lapsed', at: now }]) : nothing
      case 'opening':
        if (now < known.giveUpAt) return nothing
        return closes('failed', sayLate(known))
      case 'open':
        if (now >= known.until) return closes('expired')
        if (known.moving && now >= known.moving.giveUpAt) return closes('failed', sayNotMoved(known))
        if (known.warned || now < later(known.until, -WARN_MINUTES) || isShort(known.minutes)) return nothing
        return moves([{ type: 'ending-soon', at: now }])
      case 'closing':
      case 'over':
        return nothing
    }
  }

  /** The VM is started before anything is opened, and seen to after the end. */
  function powered(command: PowerCommand): Step {
    if (command.type === 'answer-off' && command.by.person !== ask.by.person)
      return no({ code: 'not-requester' })
    const event = decidePower(state, command, now)
    if (event === undefined) return nothing
    if (event.type === 'vm-up') return moves([event], reconcile(ask), wakeAt(ask, event.giveUpAt))
    if (event.type !== 'vm-after') return moves([event])
    const { after } = event
    const isLooked = after.state === 'wanted' || after.state === 'asking'
    return moves([event], ...(isLooked ? [power(ask, 'until' in after ? after.until : undefined)] : []))
  }

  /** The window of a grant that has released its link is what is left to be shut. */
  function linked(command: LinkCommand): Step {
    const event = decideLink(state, command, now)
    return event === undefined
      ? nothing
      : moves([event], ...(event.type === 'link-released' ? [reconcile(ask)] : []))
  }

  /** An account is looked after by the same effect as windows. */
  function accounted(command: AccountCommand): Step {
    const outcome = decideAccount(state as Known, command, now)
    if ('refusal' in outcome) return no(outcome.refusal)
    const { events, giveUpAt } = outcome
    if (events.length === 0) return nothing
    return moves(events, ...(giveUpAt === undefined ? [] : [reconcile(ask), wakeAt(ask, giveUpAt)]))
  }

  function entered(command: InsideCommand): Step {
    const step = decideInside(state as Known, command, now)
    if ('refusal' in step) return no(step.refusal)
    const { events, what } = step
    if (what === 'close') return closes('unused', undefined, events)
    return what === 'show' ? moves(events) : { ok: true, events, queue: [] }
  }

  function closes(why: Ending, say?: string, first: readonly AccessEvent[] = []): Step {
    const started: AccessEvent = {
      type: 'closing-started',
      at: now,
      why,
      ...(say === undefined ? {} : { say }),
    }
    const work = [reconcile(ask), ...linkWork(evolve(state, started))]
    return moves([...first, ...lapseExtension(state, now), started], ...work)
  }

  /** An extension that is granted moves the end: new timers, and JIT windows that last as long. */
  function longer(outcome: { events: readonly AccessEvent[] } | { refusal: Refusal }): Step {
    if ('refusal' in outcome) return no(outcome.refusal)
    const after = outcome.events.reduce(evolve, state)
    const isLonger = outcome.events.some(({ type }) => type === 'extended')
    if (!isLonger || after.status !== 'open') return moves(outcome.events)
    return moves(outcome.events, reconcile(ask), ...endings(ask, after.until, after.minutes))
  }
}

type Known = Exclude<AccessRequest, { status: 'none' }>

const keyOf = (way: ChosenWay | undefined): string => (way === undefined ? '' : wayKey(way))
