/** A way that does not pass its checks is left for the next one that the rule allows, under the same approval; without one, the opening ends. */
import { advance } from '../advance.ts'
import { later } from '../ids.ts'
import type { Ports } from '../ports.ts'
import { allowedBy, lookForWays } from '../rdp/route/look.ts'
import { type ChosenWay, wayKey } from '../rdp/route/way.ts'
import { GIVE_UP_MINUTES } from './begin.ts'
import { isStarting } from './power/power.ts'
import type { AccessRequest } from './request.ts'
import { isOpenedForOwn } from './way-in.ts'

type Opening = Extract<AccessRequest, { status: 'opening' }>

/** Azure needs up to a minute; a way that is not proven by then is worth another look round. */
const STUCK_MINUTES = 3

/** @param say why this way is none, in a sentence */
export async function failWay(ports: Ports, state: Opening, say: string): Promise<void> {
  const { ask, source, way: instead } = state
  const next = await otherWay(ports, state)
  await advance(
    ports,
    ask.id,
    next === undefined
      ? { type: 'fail', say: sayAll(state, say), source }
      : { type: 'take-way', instead, say, ...next },
  )
}

/** An opening that waits too long for its proof takes another way where there is one, and is waited for where there is none. */
export async function unstick(ports: Ports, state: Opening): Promise<void> {
  const began = later(state.giveUpAt, -GIVE_UP_MINUTES)
  if (isStarting(state)) return
  if (state.kept === true || state.wants === true || ports.clock.now() < later(began, STUCK_MINUTES)) return
  const next = await otherWay(ports, state)
  const waiting = state.checks?.find(check => check.state === 'waiting')?.note
  const say = `Azure did not let the connection through in ${STUCK_MINUTES} minutes${waiting === undefined ? '.' : `: ${waiting}.`}`
  await advance(
    ports,
    state.ask.id,
    next === undefined ? { type: 'keep-way' } : { type: 'take-way', instead: state.way, say, ...next },
  )
}

/** The next way that was not tried, with the source it is opened for. Read afresh: what was found when asked may be gone. */
async function otherWay(
  ports: Ports,
  state: Opening,
): Promise<{ way: ChosenWay; source?: string } | undefined> {
  const { ask, way, tried = [] } = state
  const rule = ports.policies.current().rules.find(({ id }) => id === state.rule)
  if (rule === undefined || ports.diagnostics === undefined) return undefined
  const report = await ports.machines.report(ask.vm.id, ask.port)
  if (report.power !== 'running') return undefined
  const { ways } = await lookForWays(ports, report, {
    port: ask.port,
    allowed: allowedBy([rule]),
    whole: true,
  })
  const own = isOpenedForOwn(way) ? state.source : tried.find(one => one.own !== undefined)?.own
  const known = new Set([...tried.map(one => one.way), ...(way === undefined ? [] : [way])].map(wayKey))
  for (const next of ways) {
    const source = next.source ?? own
    // Stored before ways were chosen: it was the public address.
    const isPresent = way === undefined && next.kind === 'public-address'
    if (known.has(wayKey(next)) || isPresent) continue
    return { way: next, ...(source === undefined ? {} : { source }) }
  }
  return undefined
}

/** All that was tried, for whoever reads the end. */
const sayAll = ({ tried = [] }: Opening, say: string): string => [...tried.map(one => one.say), say].join(' ')
