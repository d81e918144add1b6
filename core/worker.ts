/**
 * Performs the effects in the outbox, at least once each, and decides what a failure means.
 *
 * Nothing in here sleeps inside an effect: what is not there yet is queued again. A fault that can pass is retried with growing pauses; one
 * that cannot is told to whom it concerns; a bug parks the effect and gets a reference that finds it in the log.
 */

import { watchDrift } from './access/drift/watch.ts'
import { giveUpInside, guestSession } from './access/inside/guest-session.ts'
import { keepLink } from './access/link/keep.ts'
import { seeToPower } from './access/power/put-back.ts'
import { reconcile } from './access/reconcile.ts'
import { reseat } from './access/reseat.ts'
import { advance } from './advance.ts'
import { drawHome, homesBeside } from './app-home.ts'
import { Fault, isPassing } from './fault.ts'
import { isAutomatic } from './handled.ts'
import { handle } from './handler.ts'
import type { Platform } from './ids.ts'
import { accessCard } from './message/access/access.ts'
import { isFailed } from './message/access/failed-request.ts'
import { brokenMessage, faultMessage } from './message/answers.ts'
import type { Message } from './message/message.ts'
import { signatureWords } from './message/publisher.ts'
import type { Answer, Chat, Effect, Incoming, Ports, Posted, Queued, Settlement, Task } from './ports.ts'
import { connectionFile } from './rdp/connection.ts'
import { isDialled } from './rdp/target.ts'
import { requesterCard } from './requester-card.ts'
import { hush } from './triage/conversation/answer.ts'
import { lookInto } from './triage/conversation/begin.ts'
import { lapse, reseatRepair } from './triage/conversation/decide.ts'
import { investigate } from './triage/conversation/investigate.ts'
import { performRepair } from './triage/conversation/repair.ts'
import { report } from './triage/conversation/report.ts'
import { showScreen } from './triage/conversation/screen.ts'

/** What a process that died held is taken over after this. Leases of what is still being performed are renewed. */
const LEASE_MS = 30_000
/** Often enough that one renewal may fail. */
const RENEWALS_PER_LEASE = 4
const MOST_PAUSE_BETWEEN_RENEWALS_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** After so many failures a person who waits for an answer gets one. */
const PATIENCE: Record<Effect['do'], number> = {
  handle: 6,
  say: 12,
  refresh: 30,
  redraw: 4,
  hand: 8,
  'app-home': 4,
  report: 12,
  'show-screen': 4,
  'look-into': 6,
  hush: 12,
  lapse: 12,
  // What was sent is followed to its end.
  repair: Number.POSITIVE_INFINITY,
  // Every read can fail without a fault: what fails here is the store or the directory.
  investigate: 12,
  // What opens and shuts doors is never given up.
  reconcile: Number.POSITIVE_INFINITY,
  'bastion-link': Number.POSITIVE_INFINITY,
  // A VM that was started is not forgotten.
  power: Number.POSITIVE_INFINITY,
  // Whoever waits for it is told when it is given up.
  'guest-session': Number.POSITIVE_INFINITY,
  wake: Number.POSITIVE_INFINITY,
  drift: Number.POSITIVE_INFINITY,
}

export type Worker = {
  /** Performs one due effect. False when nothing was due. */
  tick(): Promise<boolean>
  /** Performs effects, several side by side, until the signal says stop; resolves when the last one is finished. */
  run(stop: { readonly stopped: boolean }, sideBySide: number): Promise<void>
}

/** @param answered called with what came of each delivery that this worker handled */
export function makeWorker(ports: Ports, answered: (delivery: string, answer: Answer) => void): Worker {
  const { store, clock, log, leaseMs = LEASE_MS } = ports
  const held = new Set<Task>()

  async function tick(): Promise<boolean> {
    const task = await store.claim(clock.now(), leaseMs)
    if (!task) return false
    held.add(task)
    try {
      await perform(ports, task, answered)
    } catch (error) {
      await failed(ports, task, error, answered)
    } finally {
      held.delete(task)
    }
    return true
  }

  /** In short pauses, so that nothing is kept waiting when the work is over. */
  async function renewLeases(work: { isOver: boolean }): Promise<void> {
    const renewEveryMs = leaseMs / RENEWALS_PER_LEASE
    const pauseMs = Math.min(renewEveryMs, MOST_PAUSE_BETWEEN_RENEWALS_MS)
    for (let sinceMs = 0; ; ) {
      await clock.pause(pauseMs)
      if (work.isOver) return
      sinceMs += pauseMs
      if (sinceMs < renewEveryMs) continue
      sinceMs = 0
      // A lease that could not be renewed runs out: then another one performs the effect too, and the later lease counts.
      await store.renew([...held], leaseMs).catch(error => log.warn('leases-not-renewed', {}, error))
    }
  }

  async function loop(stop: { readonly stopped: boolean }): Promise<void> {
    while (!stop.stopped) {
      try {
        if (!(await tick())) await store.wait(1000)
      } catch (error) {
        // The store itself failed: nothing is lost, because nothing was settled.
        log.error('worker-troubled', {}, error)
        await clock.pause(1000)
      }
    }
  }
  return {
    tick,
    run: async (stop, sideBySide) => {
      if (ports.surveyor !== undefined && sideBySide > 0) await store.queue([{ effect: { do: 'drift' } }])
      const work = { isOver: false }
      void renewLeases(work)
      await Promise.all(Array.from({ length: sideBySide }, () => loop(stop)))
      work.isOver = true
    },
  }
}

async function perform(ports: Ports, task: Task, answered: (delivery: string, answer: Answer) => void) {
  const { effect } = task
  switch (effect.do) {
    case 'handle':
      answered(effect.incoming.delivery, await handle(ports, task, effect.incoming))
      return
    case 'refresh':
      await refresh(ports, task, effect)
      return
    case 'redraw': {
      const { state } = await ports.store.load(effect.request)
      if (state.status !== 'none') {
        const card =
          effect.reader === 'requester'
            ? await requesterCard(ports, state)
            : accessCard(state, effect.reader, ports.pages)
        await chatOf(ports, effect.posted.platform)?.amend(effect.posted, card)
      }
      await settle(ports, task, { how: 'done' })
      return
    }
    case 'say': {
      const chat = chatOf(ports, effect.to.platform)
      await chat?.post(effect.to, effect.message, { key: `say:${task.id}`, again: task.attempt > 1 })
      await settle(ports, task, { how: 'done' })
      return
    }
    case 'power':
      await seeToPower(ports, task, effect)
      return
    case 'wake':
      await advance(ports, effect.request, { type: 'wake' }, { settles: task })
      return
    case 'hand': {
      const { state } = await ports.store.load(effect.request)
      // Through Bastion there is nothing to hand over: the card says how to go.
      if (state.status === 'open' && isDialled(state.wayIn)) {
        const made = await connectionFile(ports, state)
        const say = `For ${state.ask.vm.name}, ${signatureWords(made.signed)}`
        const file = { ...made, request: effect.request, say }
        await chatOf(ports, effect.to.platform)?.hand(effect.to, file)
      }
      await settle(ports, task, { how: 'done' })
      return
    }
    case 'drift':
      await settle(ports, task, await watchDrift(ports, task, effect.asked === true))
      return
    case 'bastion-link':
      await settle(ports, task, await keepLink(ports, effect.request, effect.vm, task.attempt - 1))
      return
    case 'report':
      await report(ports, task, effect)
      return
    case 'show-screen':
      await showScreen(ports, task, effect)
      return
    case 'investigate':
      await investigate(ports, task, effect.diagnosis)
      return
    case 'repair':
      await performRepair(ports, task, effect.diagnosis)
      return
    case 'hush':
      await hush(ports, task, effect.diagnosis, effect.question)
      return
    case 'lapse':
      await lapse(ports, task, effect.diagnosis, effect.repair)
      return
    case 'guest-session':
      await guestSession(ports, task, effect)
      return
    case 'look-into':
      await lookInto(ports, task, (await ports.store.load(effect.request)).state)
      return
    case 'app-home':
      await drawHome(ports, effect.user)
      await settle(ports, task, { how: 'done' })
      return
    case 'reconcile':
      await settle(ports, task, await reconcile(ports, effect.vm, effect.port, task.attempt - 1))
      return
  }
}

async function refresh(ports: Ports, task: Task, effect: Extract<Effect, { do: 'refresh' }>): Promise<void> {
  const { store, pages } = ports
  const [{ state }, before] = await Promise.all([
    store.load(effect.request),
    store.card(effect.request, effect.slot),
  ])
  const chat = chatOf(ports, effect.to.platform)
  if (state.status === 'none' || !chat) return settle(ports, task, { how: 'done' })
  // Whether access is still needed is asked in a message of its own, for the same reader.
  const isOwn = effect.slot === 'requester'
  const card = isOwn ? await requesterCard(ports, state) : accessCard(state, effect.reader, pages)
  const queue = await homesBeside(ports, state, effect.slot)
  // Somebody deleted it: why nobody gets in is worth saying again.
  const isSaidAgain = isOwn && isFailed(state)
  if (before && (await isAmended(chat, before, card, isSaidAgain)))
    return settle(ports, task, { how: 'done', queue })
  const key = `${effect.request}:${effect.slot}${before === undefined ? '' : `:${before.messageKey}`}`
  const posted = await chat.post(effect.to, card, { key, again: task.attempt > 1 })
  const { request, slot } = effect
  await settle(ports, task, { how: 'done', queue, card: { request, slot, posted } })
}

/** False: the message is gone, and is posted anew. */
async function isAmended(chat: Chat, posted: Posted, card: Message, isSaidAgain: boolean): Promise<boolean> {
  try {
    await chat.amend(posted, card)
    return true
  } catch (error) {
    if (isSaidAgain && error instanceof Fault && error.kind === 'missing') return false
    throw error
  }
}

async function failed(
  ports: Ports,
  task: Task,
  error: unknown,
  answered: (delivery: string, answer: Answer) => void,
): Promise<void> {
  const { effect } = task
  const { log } = ports
  const facts = { effect: effect.do, task: task.id, attempt: task.attempt }
  if (!(error instanceof Fault)) {
    const reference = task.id.slice(-6).toUpperCase()
    log.error('effect-broke', { ...facts, reference }, error)
    if (effect.do === 'handle')
      return giveAnswer(ports, task, effect.incoming, brokenMessage(reference), answered)
    if (isNeverGivenUp(effect))
      return settle(ports, task, { how: 'failed', afterMs: pauseAfter(task), why: String(error) })
    if (effect.do === 'guest-session') await giveUpInside(ports, effect.request, reference)
    return settle(ports, task, { how: 'parked', why: String(error) })
  }
  log.warn('effect-failed', { ...facts, op: error.op, kind: error.kind }, error)
  if (isPassing(error) && task.failures + 1 < PATIENCE[effect.do]) {
    const afterMs = Math.max(error.retryAfterMs ?? 0, pauseAfter(task))
    return settle(ports, task, { how: 'failed', afterMs, why: error.message })
  }
  switch (effect.do) {
    case 'handle':
      return giveAnswer(ports, task, effect.incoming, faultMessage(error.say), answered)
    case 'refresh': {
      const unseen = (await ports.store.card(effect.request, effect.slot)) === undefined
      if (unseen && effect.reader === 'approver' && !isPassing(error)) await reseat(ports, effect)
      return settle(ports, task, { how: 'parked', why: error.message })
    }
    case 'power':
    case 'reconcile':
    case 'bastion-link':
    case 'wake':
    case 'drift':
      return settle(ports, task, { how: 'failed', afterMs: pauseAfter(task), why: error.message })
    case 'say': {
      const { otherwise, to, message } = effect
      const isOut = otherwise !== undefined && (error.kind === 'missing' || error.kind === 'denied')
      if (isOut) log.info('said-elsewhere', { platform: to.platform, kind: error.kind })
      const queue: readonly Queued[] = isOut ? [{ effect: { do: 'say', to: otherwise, message } }] : []
      return settle(ports, task, { how: 'parked', why: error.message, queue })
    }
    case 'report':
      if (effect.slot.startsWith('approver:') && !isPassing(error)) await reseatRepair(ports, effect)
      return settle(ports, task, { how: 'parked', why: error.message })
    case 'redraw':
    case 'hand':
    case 'show-screen':
    case 'investigate':
    case 'repair':
    case 'hush':
    case 'lapse':
    case 'look-into':
    case 'guest-session':
    case 'app-home':
      return settle(ports, task, { how: 'parked', why: error.message })
  }
}

const isNeverGivenUp = (effect: Effect): boolean =>
  effect.do === 'power' ||
  effect.do === 'reconcile' ||
  effect.do === 'bastion-link' ||
  effect.do === 'wake' ||
  effect.do === 'drift'

async function giveAnswer(
  ports: Ports,
  task: Task,
  incoming: Incoming,
  said: ReturnType<typeof faultMessage>,
  answered: (delivery: string, answer: Answer) => void,
): Promise<void> {
  await settle(ports, task, {
    how: 'parked',
    why: said.plain,
    queue: isAutomatic(incoming) ? [] : [{ effect: { do: 'say', to: incoming.home, message: said } }],
  })
  answered(incoming.delivery, { said })
}

/** 1, 2, 4, … 60 seconds. */
const pauseAfter = ({ failures }: Task): number =>
  Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** Math.min(failures, 6))

/** A lost lease means that somebody else has the task: then there is nothing to settle here. */
async function settle({ store }: Ports, task: Task, settlement: Settlement): Promise<void> {
  await store.settle(task, settlement)
}

const chatOf = ({ chats }: Ports, platform: Platform): Chat | undefined =>
  chats.find(chat => chat.platform === platform)
