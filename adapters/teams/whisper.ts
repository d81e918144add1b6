/**
 * Lines that concern one person, said after the activity was acknowledged.
 *
 * In the private chat they are messages. Among others they are targeted messages, which Teams shows to their reader alone for a day. Where
 * Teams does not offer those, it may show them to everybody: so nothing is ever whispered that others must not read.
 * Source: learn.microsoft.com/microsoftteams/platform/agents-in-teams, "Targeted messages" (read 2026-11-20).
 */
import { Fault, type Log, type PersonId } from '../../core/index.ts'
import type { Connector } from './connector.ts'
import { words } from './draw.ts'
import { TOO_MANY_MS } from './limits.ts'
import type { Scene } from './scene.ts'
import { clean, shorten } from './text.ts'

export type Whisper = {
  /** Says a line to whoever did something, where they did it. A line that cannot be posted is lost, and logged. */
  say(scene: Scene, text: string): void
  /** Says so once a minute to each person, however much they go on sending. */
  tooMany(scene: Scene, text: string): void
  /** Tells that the answer is in the private chat. Everybody had seen what was asked, unless it was `targeted`. */
  point(scene: Scene, targeted: boolean): void
  /** Resolves when nothing is left to be said. */
  idle(): Promise<void>
}

const MOST_REMEMBERED = 10_000

export function openWhisper({ connector, log }: { connector: Connector; log: Log }): Whisper {
  const begun = new Set<Promise<void>>()
  const told = new Map<PersonId, number>()

  async function post({ place, user, private: alone, foreign }: Scene, text: string): Promise<void> {
    if (!foreign) await connector.post(place, words(shorten(clean(text), 500)), alone ? undefined : user)
  }

  async function pointing(scene: Scene, targeted: boolean): Promise<void> {
    const text = 'I answer in our private chat.'
    try {
      await post(scene, text)
    } catch (error) {
      // Refused as such: no targeted messages here. After any other failure it may have been posted.
      const isRefused = error instanceof Fault && error.kind === 'invalid'
      if (targeted || !isRefused) throw error
      await connector.post(scene.place, words(text))
    }
  }

  function begin(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => log.warn('teams-line-not-posted', {}, error))
      .finally(() => begun.delete(watched))
    begun.add(watched)
  }

  return {
    say: (scene, text) => begin(post(scene, text)),
    tooMany(scene, text) {
      const now = Date.now()
      if (now - (told.get(scene.person) ?? Number.NEGATIVE_INFINITY) < TOO_MANY_MS) return
      if (told.size >= MOST_REMEMBERED) told.clear()
      told.set(scene.person, now)
      begin(post(scene, text))
    },
    point: (scene, targeted) => begin(pointing(scene, targeted)),
    async idle() {
      await Promise.all(begun)
    },
  }
}
