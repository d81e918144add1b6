/**
 * Azure behind the ports `Machines` and `JitAccess`, over Microsoft's own clients.
 *
 * Nothing is loaded or sent before the first call. Every call has a deadline; calls that change something are sent once.
 * Public Azure only: tokens go to management.azure.com and nowhere else.
 */
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import { isPassing, type JitAccess, type Log, type Machines } from '../../core/index.ts'
import { callsWith } from './calls.ts'
import { clientsFor } from './clients.ts'
import { flow } from './flow.ts'
import { entry, leftovers, remove, request, windows } from './jit.ts'
import { rememberLayouts } from './layout.ts'
import { byId, like, named, subscriptionName } from './machines.ts'
import type { Tools } from './network.ts'
import { report } from './report.ts'

const DEADLINE_MS = 15_000

export type AzureOptions = {
  credential: TokenCredential
  /** How to reach management.azure.com instead of the network. */
  httpClient?: HttpClient
  log: Log
  /** For one call with its repeats, milliseconds. */
  deadlineMs?: number
  /** The clock JIT windows live by, ms since 1970. Wall time unless given. */
  now?: () => number
}

export function connectAzure(options: AzureOptions): { machines: Machines; jit: JitAccess } {
  const { credential, httpClient, log, deadlineMs = DEADLINE_MS, now = Date.now } = options
  const tools: Tools = { clients: clientsFor(credential, httpClient), calls: callsWith({ deadlineMs, log }) }
  const nameOf = subscriptionNames(tools)
  const memory = rememberLayouts(tools)
  return {
    machines: {
      named: name => named(tools, name),
      byId: id => byId(tools, id),
      like: text => like(tools, text),
      report: (id, port, how) => report(tools, id, port, nameOf, how),
    },
    jit: {
      windows: (vm, port, how) => windows(tools, memory, vm, port, now, how?.anew === true),
      entry: (vm, port) => entry(tools, vm, port),
      leftovers: (vm, port) => leftovers(memory, vm, port),
      request: order => request(tools, order),
      remove: rule => remove(tools, rule),
      flow: (vm, port, source, at) => flow(tools, memory, vm, port, source, at),
    },
  }
}

/** Subscriptions are hardly ever renamed, so each is asked for its name once. One that cannot be seen goes by its id. */
function subscriptionNames(tools: Tools): (id: string) => Promise<string> {
  const known = new Map<string, string>()
  return async id => {
    const name =
      known.get(id) ??
      // A name is for reading only: a report that can say everything else does not wait for it.
      (await subscriptionName(tools, id).catch(error => {
        if (isPassing(error)) return undefined
        throw error
      }))
    if (name !== undefined) known.set(id, name)
    return name ?? id
  }
}
