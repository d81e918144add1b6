/**
 * What every Store promises, whatever keeps it. Run it on each implementation:
 *
 *   storeContract('PGlite', async wall => ({ store, reopen, close }))
 *
 * `open` gives an empty store; opening may be a cleaned one that is used again. A surprise in production becomes a line in here.
 */
import { describe } from '@jest/globals'
import { accounts } from './store/accounts.ts'
import { appending, deliveries, finding } from './store/events.ts'
import { binding, memory, tickets } from './store/keepsakes.ts'
import { leases, merging, order, settling } from './store/outbox.ts'
import { remedies } from './store/remedies.ts'
import { type Open, stageOf } from './store/stage.ts'
import { waiting } from './store/waiting.ts'
import { walks } from './store/walk.ts'

const PARTS = [
  deliveries,
  appending,
  finding,
  order,
  leases,
  merging,
  settling,
  waiting,
  walks,
  binding,
  tickets,
  memory,
  remedies,
  accounts,
]

export function storeContract(name: string, open: Open): void {
  describe(name, () => {
    const stage = stageOf(open)
    for (const part of PARTS) part(stage)
  })
}
