/**
 * Delivers activities to the bot, as Teams does: signed, and again when they are not answered in time or answered with 5xx. A message
 * may come a third time under a new id and time.
 *
 * Source: learn.microsoft.com/microsoftteams/platform/bots/bot-basics; github.com/microsoft/botbuilder-dotnet issue 5005 (read 2026-11-20).
 */
import type { Activity } from './activities.ts'

/** How long Teams waits. */
export type Patience = {
  /** For an answer, before it delivers again. */
  answerMs: number
  /** Between an answer of 5xx and the next delivery. */
  pauseMs: number
}

/** A search and a message action have somebody in front of them: Teams gives up on those sooner, and does not deliver them again. */
const HASTY: ReadonlySet<unknown> = new Set(['application/search', 'composeExtension/fetchTask'])
const HASTY_MS = 5_000

export const REAL_PATIENCE: Patience = { answerMs: 15_000, pauseMs: 1_000 }

/** How the last delivery ended. Status 0: it was never answered. */
export type Delivered = { status: number; ms: number; body?: unknown }

export type Deliver = (activity: Activity, renewed?: () => Activity) => Promise<Delivered>

export function deliveryTo(us: {
  deliverTo: () => string
  token: () => Promise<string>
  patience: Patience
  stopped: AbortSignal
}): Deliver {
  const isHasty = ({ name }: Activity) => HASTY.has(name)
  const patienceFor = (activity: Activity) =>
    isHasty(activity) ? Math.min(HASTY_MS, us.patience.answerMs) : us.patience.answerMs

  async function once(activity: Activity): Promise<Delivered> {
    const began = performance.now()
    const done = (status: number, body?: unknown): Delivered => ({
      status,
      ms: Math.round(performance.now() - began),
      ...(body === undefined ? {} : { body }),
    })
    try {
      const answer = await fetch(us.deliverTo(), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await us.token()}`,
          'content-type': 'application/json; charset=utf-8',
        },
        body: JSON.stringify(activity),
        signal: AbortSignal.any([us.stopped, AbortSignal.timeout(patienceFor(activity))]),
      })
      return done(answer.status, readJson(await answer.text()))
    } catch {
      return done(0)
    }
  }

  return async (activity, renewed) => {
    const tries = [
      () => activity,
      ...(isHasty(activity) ? [] : [() => activity]),
      ...(renewed ? [renewed] : []),
    ]
    let last: Delivered = { status: 0, ms: 0 }
    for (const [at, next] of tries.entries()) {
      if (us.stopped.aborted) break
      if (at > 0) await pause(us.patience.pauseMs, us.stopped)
      last = await once(next())
      if (last.status !== 0 && last.status < 500) break
    }
    return last
  }
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const pause = (ms: number, stopped: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(end, ms)
    stopped.addEventListener('abort', end, { once: true })
  })
