/**
 * Remedies that Latchkey carries out itself, once they are agreed to: sent once, followed, and then the failed check is read again.
 *
 * That an order is about to be sent is kept before it is sent, so that a restart asks Azure what became of it instead of sending it blindly.
 */
import { Fault } from '../../fault.ts'
import type { DiagnosisId, Instant } from '../../ids.ts'
import { instant } from '../../ids.ts'
import type { Ports, Queued, Settlement, Task } from '../../ports.ts'
import { everyCopy } from './begin.ts'
import { type Diagnosis, forgetting, noting, type Undertaking } from './diagnosis.ts'
import { readAgain } from './helped.ts'
import { isSecret } from './orders.ts'

/** Between two attempts after Azure was busy. */
const BUSY_MS = 10_000

export async function performRepair(ports: Ports, task: Task, id: DiagnosisId): Promise<void> {
  const { store, repairs, clock } = ports
  const settle = (how: Settlement) => store.settle(task, how)
  const found = await store.diagnosis(id)
  const repair = found?.diagnosis.repair
  if (found === undefined || repair === undefined || repairs === undefined)
    return void (await settle({ how: 'done' }))
  const { diagnosis, version } = found

  /** INVARIANT: while it is sent and followed nobody else changes the remedy; what else changed meanwhile is kept. */
  async function finish(
    make: (latest: Diagnosis) => Diagnosis,
    queue: readonly Queued[] = [],
  ): Promise<void> {
    let latest = found
    while (latest !== undefined) {
      const next = make(latest.diagnosis)
      const outcome = await store.keep({
        diagnosis: next,
        expected: latest.version,
        queue: [...everyCopy(next), ...queue],
        settles: task,
      })
      if (outcome !== 'stale') return
      latest = await store.diagnosis(id)
    }
  }
  const to =
    (changed: Undertaking) =>
    (latest: Diagnosis): Diagnosis => ({ ...latest, repair: changed })
  const failed = (say: string) => finish(to({ ...repair, state: 'failed', say }))

  if (repair.state === 'running' && repair.operation !== undefined) {
    const seen = await repairs.look(repair.operation)
    if (seen === 'running')
      return void (await settle({ how: 'again', afterMs: repair.operation.lookEveryMs }))
    if ('failed' in seen) return failed(seen.failed)
    return finish(
      latest => recheckAfter(latest, repair, clock.now()),
      [{ effect: { do: 'investigate', diagnosis: id } }],
    )
  }
  const { order } = repair
  // What needs a password goes out from the page on which it is shown.
  if (repair.state !== 'sending' || isSecret(order)) return void (await settle({ how: 'done' }))

  const sentAt = repair.sentAt
  if (sentAt === undefined) {
    const sending: Diagnosis = { ...diagnosis, repair: { ...repair, sentAt: clock.now() } }
    const outcome = await store.keep({
      diagnosis: sending,
      expected: version,
      queue: [{ effect: { do: 'repair', diagnosis: id, first: true } }],
      settles: task,
    })
    if (outcome === 'stale') await settle({ how: 'again', afterMs: 100 })
    return
  }
  // The effect that was queued with the record, at its first attempt, is the only one that knows that nothing was sent.
  const isFirst = 'first' in task.effect && task.effect.first && task.attempt === 1
  try {
    const operation = await repairs.begin(order, {
      key: repair.key,
      ...(isFirst ? {} : { again: sentAt }),
    })
    const notBefore = instant(clock.now() + operation.lookEveryMs)
    return await finish(to({ ...repair, state: 'running', operation }), [
      { effect: { do: 'repair', diagnosis: id, first: false }, notBefore },
    ])
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    // Nobody knows whether it arrived: the next attempt asks.
    if (error.kind === 'timeout' || error.kind === 'broken') throw error
    if (error.kind === 'busy') {
      const afterMs = error.retryAfterMs ?? BUSY_MS
      // What was sent before may have arrived; the first time, Azure has taken nothing, and it is sent anew.
      if (!isFirst) return void (await settle({ how: 'again', afterMs }))
      const { sentAt: _, ...unsent } = repair
      return await finish(to(unsent), [
        { effect: { do: 'repair', diagnosis: id, first: false }, notBefore: instant(clock.now() + afterMs) },
      ])
    }
    return failed(error.say)
  }
}

/** Azure carried it out. Whether it helped is for the check that failed to say. */
function recheckAfter(diagnosis: Diagnosis, repair: Undertaking, now: Instant): Diagnosis {
  const again = forgetting(diagnosis, now, readAgain(repair.remedy))
  return noting(
    { ...again, repair: { ...repair, state: 'done' } },
    { what: 'repaired', remedy: repair.remedy, at: now },
  )
}
