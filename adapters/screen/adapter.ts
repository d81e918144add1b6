/**
 * Pictures of VMs' screens, which are hostile until drawn anew: their words for the diagnosis, and the same dots again for people.
 *
 * All work is done in a thread of its own, one picture at a time, which is started with the first picture and ended when none has come for
 * a while: until then it costs nothing, and afterwards it leaves nothing behind. Each picture has a deadline; what takes longer costs the
 * thread its life and the picture its words. Nothing of a picture is ever logged.
 */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Log, Pictures, ScreenReader } from '../../core/index.ts'
import type { Done, Job } from './job.ts'

const THREAD = join(import.meta.dirname, 'job.ts')
const DEADLINE_MS = 10_000
/** Who has waited for so long for the pictures before theirs does without. */
const PATIENCE_MS = 15_000
const IDLE_MS = 60_000
/** A console of 1920 by 1200 as BMP has 9 MB. */
const MOST_BYTES = 10 * 1024 * 1024

export type ScreenOptions = { log: Log; deadlineMs?: number; idleMs?: number }

export type Screens = { reader: ScreenReader; pictures: Pictures; stop(): Promise<void> }

export function openScreens({ log, deadlineMs = DEADLINE_MS, idleMs = IDLE_MS }: ScreenOptions): Screens {
  let thread: Worker | undefined
  let ending: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()

  function end(): Promise<unknown> {
    clearTimeout(ending)
    const ended = thread?.terminate()
    thread = undefined
    return ended ?? Promise.resolve()
  }

  function begin(): Worker {
    clearTimeout(ending)
    thread ??= new Worker(THREAD, { execArgv: ['--disable-warning=ExperimentalWarning'] })
    return thread
  }

  async function inThread(job: Job): Promise<Done> {
    const worker = begin()
    const late = Promise.withResolvers<Done>()
    const timer = setTimeout(() => late.resolve({ problem: `took longer than ${deadlineMs} ms` }), deadlineMs)
    const answered = Promise.withResolvers<Done>()
    const onError = (error: Error) => answered.resolve({ problem: error.message })
    const onExit = () => answered.resolve({ problem: 'the thread ended' })
    worker.once('message', answered.resolve).once('error', onError).once('exit', onExit)
    worker.postMessage(job)
    const done = await Promise.race([answered.promise, late.promise])
    clearTimeout(timer)
    worker.off('message', answered.resolve).off('error', onError).off('exit', onExit)
    // Whatever it is doing still, or is left of it: the next picture gets a new one.
    if (done.problem !== undefined) {
      worker.on('error', () => undefined)
      await end()
    } else {
      ending = setTimeout(end, idleMs)
      ending.unref()
      worker.unref()
    }
    return done
  }

  /** In turn. */
  async function work(job: Job): Promise<Done> {
    if (job.picture.length > MOST_BYTES) return {}
    const asked = performance.now()
    const before = last
    const mine = before.then(async (): Promise<Done> => {
      if (performance.now() - asked > PATIENCE_MS) return { problem: 'too many pictures at once' }
      return inThread(job)
    })
    last = mine
    const done = await mine
    if (done.problem !== undefined) log.warn('screen.failed', { what: job.do, why: done.problem })
    return done
  }

  return {
    reader: { read: async picture => (await work({ do: 'read', picture })).words },
    pictures: { fit: async (picture, mostBytes) => (await work({ do: 'fit', picture, mostBytes })).png },
    async stop() {
      await end()
    },
  }
}
