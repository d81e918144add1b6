/** Moves one request by one command: read, decide, append; again when somebody else was faster. */
import { alreadyLive, soleKey } from './access/already-live.ts'
import type { Command, Step } from './access/decide.ts'
import { decide } from './access/decide.ts'
import { isStarting } from './access/power/power.ts'
import type { AccessEvent, AccessRequest } from './access/request.ts'
import { evolve } from './access/request.ts'
import type { RequestId } from './ids.ts'
import type { Ports, Queued, Task } from './ports.ts'
import type { Refusal } from './refusal.ts'

/** More than any real crowd presses one button at the same instant. */
const MOST_RACES = 20

export type Advanced =
  | { ok: true; state: AccessRequest; moved: boolean }
  | { ok: false; refusal: Refusal; state: AccessRequest }
  | 'lease-lost'

/**
 * Repeating is safe: a command that has nothing left to change succeeds with `moved: false`.
 *
 * @param with.settles the task this comes from: settled in the same transaction, so that it is never performed twice
 * @param with.queue further effects, stored only if the command is accepted
 */
export async function advance(
  { store, clock, diagnostics }: Pick<Ports, 'store' | 'clock' | 'diagnostics'>,
  id: RequestId,
  command: Command,
  { settles, queue = [] }: { settles?: Task; queue?: readonly Queued[] } = {},
): Promise<Advanced> {
  for (let race = 0; race < MOST_RACES; race++) {
    const { state, version } = await store.load(id)
    const now = clock.now()
    const step: Step = decide(state, command, now)
    if (!step.ok) return { ok: false, refusal: step.refusal, state }
    if (step.events.length === 0 && step.queue.length + queue.length === 0 && settles === undefined)
      return { ok: true, state, moved: false }
    const result = await store.append({
      id,
      expected: version,
      at: now,
      events: step.events,
      queue: [
        ...step.queue,
        ...queue,
        ...(diagnostics === undefined ? [] : lookIntoFailure(id, state, step.events)),
      ],
      ...(settles ? { settles } : {}),
      ...(command.type === 'ask' ? { sole: soleKey(command.ask) } : {}),
    })
    if (result === 'lease-lost') return result
    // Asked for in both chats in the same instant: the other one was faster. It may be over again by now.
    const live = result === 'taken' && command.type === 'ask' && (await alreadyLive(store, command.ask))
    if (live) return { ok: false, refusal: live, state }
    if (result === 'appended')
      return { ok: true, state: step.events.reduce(evolve, state), moved: step.events.length > 0 }
  }
  throw new Error(`request ${id} kept changing`)
}

/** Our own check said no, or Azure did: why, is looked into at once. */
const lookIntoFailure = (
  id: RequestId,
  before: AccessRequest,
  events: readonly AccessEvent[],
): readonly Queued[] =>
  // That a VM did not start says already why nobody gets in.
  !isStarting(before) && events.some(event => event.type === 'closing-started' && event.why === 'failed')
    ? [{ effect: { do: 'look-into', request: id } }]
    : []
