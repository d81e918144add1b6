/** Latchkey assembled: what chats deliver to, what pages ask, and the worker that does the rest. */
import { makeDesk } from './desk.ts'
import type { PageDesk } from './pages.ts'
import type { Answer, Inbox, Ports } from './ports.ts'
import { makeRush } from './rush.ts'
import { suggest } from './suggest.ts'
import { makeWorker, type Worker } from './worker.ts'

export type Latchkey = { inbox: Inbox; desk: PageDesk; worker: Worker }

/** Answers are kept for those who wait a moment for them; the stored effects say the same in any case. */
const MOST_ANSWERS = 500
const LOOK_EVERY_MS = 20

export function makeLatchkey(ports: Ports): Latchkey {
  const answers = new Map<string, Answer>()
  const answered = (delivery: string, answer: Answer) => {
    answers.set(delivery, answer)
    for (const oldest of answers.keys()) {
      if (answers.size <= MOST_ANSWERS) break
      answers.delete(oldest)
    }
  }
  const rush = makeRush(ports.clock.now)
  const inbox: Inbox = {
    async receive(incoming) {
      return rush.isTooMany(incoming.who) ? 'too-many' : ports.store.note(incoming)
    },
    suggest: (who, text) => suggest(ports, who, text),
    async outcome(delivery, withinMs) {
      for (let waited = 0; waited <= withinMs; waited += LOOK_EVERY_MS) {
        const answer = answers.get(delivery)
        if (answer) return answer
        await ports.clock.pause(LOOK_EVERY_MS)
      }
      return undefined
    },
  }
  return { inbox, desk: makeDesk(ports), worker: makeWorker(ports, answered) }
}
