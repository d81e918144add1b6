/**
 * Starts the VM of a request that was agreed to while it was off, one step at a time; the opening goes on once it runs.
 *
 * Repeating is safe at any point: it looks first, the order is recorded before it is sent, and starting what runs changes nothing. Nothing
 * waits here: what takes long is looked at again.
 */
import { type Advanced, advance } from '../../advance.ts'
import { Fault, isPassing } from '../../fault.ts'
import { later } from '../../ids.ts'
import type { Ports, Settlement, VmReport } from '../../ports.ts'
import { allowedBy, lookForWays } from '../../rdp/route/look.ts'
import type { Rule } from '../policy.ts'
import type { AccessRequest } from '../request.ts'
import type { Started } from './power.ts'

type Starting = Extract<AccessRequest, { status: 'opening' }> & { started: Started }

/** The first look comes soon; the later ones at Azure's pace. */
const FIRST_LOOK_MS = 2_000
const LOOK_AGAIN_MS = 5_000
/** A VM without a working agent may be well for all that: it is not waited for longer. */
const AGENT_MINUTES = 5

/** @returns how the task is to be settled */
export async function startVm(ports: Ports, state: Starting): Promise<Settlement> {
  const { ask, started } = state
  const fail = async (say: string): Promise<Settlement> => {
    await advance(ports, ask.id, { type: 'fail', say })
    return { how: 'done' }
  }
  const rule = ports.policies.current().rules.find(({ id }) => id === state.rule)
  const { repairs } = ports
  if (repairs === undefined || rule === undefined) return fail('I am no longer allowed to start the VM.')
  const { order } = started
  if (order?.operation !== undefined && started.runningAt === undefined) {
    const seen = await repairs.look(order.operation)
    if (seen === 'running') return { how: 'again', afterMs: order.operation.lookEveryMs }
    if ('failed' in seen) return fail(`The VM was not started. ${seen.failed}`)
  }

  let report: VmReport
  try {
    report = await ports.machines.report(ask.vm.id, ask.port)
  } catch (error) {
    if (isPassing(error) || !(error instanceof Fault)) throw error
    return fail(error.say)
  }
  switch (report.power) {
    case 'running':
      return runs(ports, state, report, rule)
    case 'deallocated':
    case 'stopped':
      if (order?.operation !== undefined) return { how: 'again', afterMs: LOOK_AGAIN_MS }
      if (order === undefined && rule.whenOff === undefined)
        return fail('The policy no longer lets me start the VM.')
      return send(ports, state, report.power)
    default:
      return { how: 'again', afterMs: LOOK_AGAIN_MS }
  }
}

/** Recorded before it is sent. Who does not know whether it was sent sends it again: nothing comes of it but that the VM runs. */
async function send(ports: Ports, state: Starting, was: VmReport['power']): Promise<Settlement> {
  const { ask } = state
  const { repairs } = ports
  const before = state.started.order
  const key = before?.key ?? ports.ids.request()
  if (before === undefined) {
    const recorded = await advance(ports, ask.id, { type: 'order-start', was, key })
    // Somebody called it off in the same instant.
    if (!isRecorded(recorded) || repairs === undefined) return { how: 'again', afterMs: 0 }
  }
  try {
    const again = before === undefined ? {} : { again: before.at }
    const operation = await repairs?.begin({ do: 'start-vm', vm: ask.vm.id }, { key, ...again })
    if (operation !== undefined) await advance(ports, ask.id, { type: 'start-taken', operation })
    return { how: 'again', afterMs: FIRST_LOOK_MS }
  } catch (error) {
    if (!(error instanceof Fault) || isPassing(error)) throw error
    await advance(ports, ask.id, { type: 'fail', say: `The VM was not started. ${error.say}` })
    return { how: 'done' }
  }
}

const isRecorded = (advanced: Advanced): boolean => advanced !== 'lease-lost' && advanced.ok && advanced.moved

/** Windows is waited for, and then the opening begins: with the way that could not be told before. */
async function runs(ports: Ports, state: Starting, report: VmReport, rule: Rule): Promise<Settlement> {
  const { ask, started, way } = state
  await advance(ports, ask.id, { type: 'vm-running' })
  const ready = report.agent === 'ready'
  const isPatient = ports.clock.now() < later(started.runningAt ?? ports.clock.now(), AGENT_MINUTES)
  if (!ready && isPatient) return { how: 'again', afterMs: LOOK_AGAIN_MS }
  if (way !== undefined) {
    await advance(ports, ask.id, { type: 'vm-up', ready })
    return { how: 'done' }
  }
  const { ways, left } = await lookForWays(ports, report, { port: ask.port, allowed: allowedBy([rule]) })
  // The person's address is known; a way for everybody's would do as well.
  const chosen = ways.find(({ source }) => source === undefined) ?? ways[0]
  if (chosen === undefined) {
    const why = left.map(({ what, why: reason }) => `${what}: ${reason}`).join('; ')
    const say = `The VM runs, but there is no way in${why === '' ? '.' : ` (${why}).`}`
    await advance(ports, ask.id, { type: 'fail', say })
    return { how: 'done' }
  }
  const source = chosen.source === undefined ? {} : { source: chosen.source }
  await advance(ports, ask.id, { type: 'vm-up', ready, way: chosen, ...source })
  return { how: 'done' }
}
