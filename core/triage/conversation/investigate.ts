/**
 * Reads what a diagnosis lacks, and goes on to its question or its verdict.
 *
 * Each answer is kept as it comes, so a process that is killed loses no more than the reads under way; they are taken again. Nothing waits in
 * here for longer than a lease: what has to wait is queued, and reads that would begin too late are left to the next turn.
 */
import type { Asker } from '../../handled.ts'
import type { DiagnosisId } from '../../ids.ts'
import { later } from '../../ids.ts'
import type { Ports, Queued, Task } from '../../ports.ts'
import { answered, type Knowledge, learn, type ReadName } from '../engine/knowledge.ts'
import { type Learned, perform, type ReadPorts } from '../engine/reads.ts'
import { copiesFor, reports } from './begin.ts'
import {
  BETWEEN_SAMPLES_MINUTES,
  type Diagnosis,
  moveOn,
  noting,
  questionNumber,
  SILENCE_MINUTES,
  stepOf,
} from './diagnosis.ts'
import { askable, askerOf, diagnosable, mayNot } from './may.ts'
import { screenOf } from './screen.ts'

/** A lease is 120 s: no read begins after the first of these, and none is waited for longer than the second. */
const LATEST_START_MS = 12_000
const LONGEST_READ_MS = 100_000
/** Between two drawings of the message while answers come in. */
const BETWEEN_DRAWINGS_MS = 1_200
/** More rounds than any diagnosis takes. */
const MOST_ROUNDS = 120

export async function investigate(ports: Ports, task: Task, id: DiagnosisId): Promise<void> {
  const { store, clock, diagnostics } = ports
  const found = await store.diagnosis(id)
  if (diagnostics === undefined || found?.diagnosis.status !== 'reading') {
    await store.settle(task, { how: 'done' })
    return
  }
  const asker = await askerOf(ports, found.diagnosis)
  const reading: ReadPorts = {
    diagnostics: diagnostics.forOneDiagnosis(),
    // The pause between two samples is a timer of ours, not a wait.
    clock: { now: clock.now, pause: async () => undefined },
    visible: async vms => diagnosable(ports, asker, vms),
    ...ownTry(ports),
  }
  const began = clock.now()
  const running = new Map<ReadName, Promise<{ name: ReadName; learned: Learned }>>()
  let kept = found
  let drawnAt = began

  /** Keeps a change, over what others kept meanwhile. False: there is nothing left to do here. */
  async function change(make: (diagnosis: Diagnosis) => Diagnosis, draw: boolean): Promise<boolean> {
    for (;;) {
      const diagnosis = make(kept.diagnosis)
      const queue = draw ? reports(diagnosis) : []
      const outcome = await store.keep({ diagnosis, expected: kept.version, queue })
      if (outcome === 'kept') {
        kept = { diagnosis, version: kept.version + 1 }
        return true
      }
      const newer = await store.diagnosis(id)
      if (newer?.diagnosis.status !== 'reading') return false
      kept = newer
    }
  }
  const stop = () => store.settle(task, { how: 'done' })

  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = stepOf(kept.diagnosis)
    const wants = 'wants' in next ? next.wants : []
    const now = clock.now()
    const isLate = now - began > LATEST_START_MS
    let waitsUntil: Queued['notBefore']
    for (const name of wants) {
      if (running.has(name)) continue
      if (name === 'bootAgain') {
        const at = kept.diagnosis.sampleAgainAt ?? later(now, BETWEEN_SAMPLES_MINUTES)
        if (kept.diagnosis.sampleAgainAt === undefined) {
          const noted = await change(diagnosis => ({ ...diagnosis, sampleAgainAt: at }), false)
          if (!noted) return void (await stop())
        }
        if (now < at) {
          waitsUntil = at
          continue
        }
      }
      if (isLate) {
        waitsUntil ??= now
        continue
      }
      if (name === 'guest') {
        const noted = await change(each => noting(each, { what: 'windows-read', at: now }), false)
        if (!noted) return void (await stop())
      }
      running.set(name, bounded(ports, name, kept.diagnosis.known, reading))
    }
    if (running.size > 0) {
      const { name, learned } = await Promise.race(running.values())
      running.delete(name)
      const draw = clock.now() - drawnAt >= BETWEEN_DRAWINGS_MS
      if (draw) drawnAt = clock.now()
      const went = await change(each => ({ ...each, known: learned(each.known) }), draw)
      if (!went) return void (await stop())
      continue
    }
    if (waitsUntil !== undefined) {
      await store.settle(task, {
        how: 'done',
        queue: [
          ...reports(kept.diagnosis),
          { effect: { do: 'investigate', diagnosis: id }, notBefore: waitsUntil },
        ],
      })
      return
    }
    if ('ask' in next && next.ask.id === 'Q-CONSENT' && isShut(ports, asker, kept.diagnosis)) {
      if (!(await change(withoutWindows(clock.now(), ports), false))) return void (await stop())
      continue
    }
    const after = moveOn(kept.diagnosis, clock.now())
    const moved = after.status === 'over' ? { ...after, may: await askable(ports, asker, after) } : after
    const outcome = await store.keep({
      diagnosis: moved,
      expected: kept.version,
      // Whoever agreed to a remedy reads whether it helped.
      queue: [...reports(moved), ...copiesFor(moved), ...screenOf(moved), ...hush(moved, clock.now())],
      settles: task,
    })
    if (outcome !== 'stale') return
    const newer = await store.diagnosis(id)
    if (newer?.diagnosis.status !== 'reading') return void (await stop())
    kept = newer
  }
  throw new Error(`diagnosis ${id} did not come to an end`)
}

/** A try of our own, where the policy says that there is a path. */
function ownTry({ probe, policies }: Ports): Pick<ReadPorts, 'own'> {
  const { probe: may, probeFrom = [] } = policies.current()
  return probe === undefined || may !== true ? {} : { own: { from: probeFrom, dial: probe } }
}

async function bounded(
  { clock }: Ports,
  name: ReadName,
  known: Knowledge,
  reading: ReadPorts,
): Promise<{ name: ReadName; learned: Learned }> {
  const late = clock.pause(LONGEST_READ_MS).then((): Learned => {
    if (name === 'find') return newer => newer
    return newer => learn(newer, name, { read: false, why: 'it took too long.' }, clock.now())
  })
  return { name, learned: await Promise.race([perform(name, known, reading), late]) }
}

/** Whether no rule opts the VM in to being looked into. */
function isShut(ports: Ports, asker: Asker, diagnosis: Diagnosis): boolean {
  const { vm } = stepOf(diagnosis).assessment
  return vm === undefined || mayNot(ports, asker, vm, 'look-inside') !== undefined
}

/**
 * Windows stays shut, and the verdict names why. The engine takes a question that is answered and a read that failed; nobody's yes is in the
 * history, and with the failed read there is nothing left that it could allow.
 */
const withoutWindows =
  (now: Knowledge['at'], { guest }: Pick<Ports, 'guest'>) =>
  (diagnosis: Diagnosis): Diagnosis => ({
    ...diagnosis,
    known: answered(
      learn(
        diagnosis.known,
        'guest',
        {
          read: false,
          why:
            guest === 'closed'
              ? 'no identity of its own for looking inside Windows is set up here.'
              : 'no rule of the policy lets me look inside this VM.',
        },
        now,
      ),
      'Q-CONSENT',
      'allow_once',
      now,
    ),
  })

/** A question waits for a day. */
const hush = (diagnosis: Diagnosis, now: Knowledge['at']): readonly Queued[] =>
  diagnosis.status !== 'asking'
    ? []
    : [
        {
          effect: { do: 'hush', diagnosis: diagnosis.id, question: questionNumber(diagnosis) },
          notBefore: later(now, SILENCE_MINUTES),
        },
      ]
