/** Whether a VM may be switched off: who is signed in to Windows, as far as it may be looked into, and who has switched its power since. */
import { Fault, isPassing } from '../../fault.ts'
import type { LongOperation } from '../../hands.ts'
import { later } from '../../ids.ts'
import type { Ports, VmReport } from '../../ports.ts'
import { matchSession, mayEnter, type SessionGrant } from '../inside/sessions.ts'
import type { AccessRequest } from '../request.ts'

type Over = Extract<AccessRequest, { status: 'over' }>

/** `own`: only sessions of this grant. An object: a script is under way that will tell. */
export type Signed = 'nobody' | 'own' | 'others' | 'unknown' | { looking: LongOperation }

const LIST = { do: 'list' } as const
/** A script that cannot be run or read is not tried for ever. */
const MOST_TRIES = 4

/**
 * By a script inside Windows, where the VM is opted in. Repeating is safe: it only reads.
 * @param grant undefined: it was never open, so nobody is in by it
 */
export async function whoIsOn(
  { sessions, policies, log }: Ports,
  { vm }: VmReport,
  grant: SessionGrant | undefined,
  looking: LongOperation | undefined,
  failures: number,
): Promise<Signed> {
  if (sessions === undefined || !mayEnter(vm, policies.current().guestOptIn)) return 'unknown'
  try {
    const operation = looking ?? (await sessions.begin(vm.id, LIST))
    if (operation === 'done') return 'unknown'
    if (looking === undefined) return { looking: operation }
    const seen = await sessions.look(operation, LIST)
    if (seen === 'running') return { looking: operation }
    if (seen.kind !== 'sessions') return 'unknown'
    if (seen.sessions.length === 0) return 'nobody'
    const { own = [] } = grant === undefined ? {} : matchSession(grant, seen.sessions, [])
    return own.length === seen.sessions.length ? 'own' : 'others'
  } catch (error) {
    if (!(error instanceof Fault) || (isPassing(error) && failures < MOST_TRIES)) throw error
    log.warn('power.sessions-unread', { vm: vm.id, op: error.op, kind: error.kind }, error)
    return 'unknown'
  }
}

const SWITCHES =
  /^microsoft\.compute\/virtualmachines\/(start|restart|deallocate|poweroff|redeploy|hibernate|reimage|simulateeviction)\/action$/
/** Azure's log tells of our own start a moment later than we saw it. */
const OWN_START_MINUTES = 2

/** From Azure's activity log, which lags by minutes. */
export async function whoSwitched(
  { diagnostics, clock }: Ports,
  { ask, started }: Over,
): Promise<'nobody' | 'somebody' | 'unknown'> {
  const order = started?.order
  if (diagnostics === undefined || order === undefined) return 'unknown'
  const now = clock.now()
  const hours = Math.ceil((now - order.at) / 3_600_000) + 1
  const log = await diagnostics.forOneDiagnosis().activity(ask.vm.id, hours)
  if (!log.read) return 'unknown'
  const ownUntil = later(started?.upAt ?? now, OWN_START_MINUTES)
  const isOthers = log.value.some(({ at, operation, resource }) => {
    const verb = SWITCHES.exec(operation)?.[1]
    if (verb === undefined || at < order.at || resource.toLowerCase() !== ask.vm.id.toLowerCase())
      return false
    return verb !== 'start' || at > ownUntil
  })
  return isOthers ? 'somebody' : 'nobody'
}
