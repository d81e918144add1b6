/**
 * Brings the account of a role to what the live grants on its service say, one step at a time: the counterpart of `reconcile` for what has no
 * JIT windows.
 *
 * "Open" is recorded only after the account was read back with its end and the instance was seen to answer; "shut" only after none of the
 * grant's accounts was there any more. Azure takes one change of a service at a time, and so does this: all grants on a service share a lane.
 * Repeating is safe at any point.
 */
import { advance } from '../../advance.ts'
import { Fault, isPassing } from '../../fault.ts'
import type { Begun, CloudServiceReport, CloudServices } from '../../hands.ts'
import { later } from '../../ids.ts'
import type { Ports, Settlement } from '../../ports.ts'
import { isDisabled, isEnabled, ourUsers } from '../../rdp/cloud-service/judge.ts'
import type { AccessRequest } from '../request.ts'
import { accountsOf, type RoleAccount } from './account.ts'
import { endOf, isOnItsWay } from './account-decide.ts'
import { proveInstance, showSteps } from './prove.ts'

type Live = Extract<AccessRequest, { status: 'opening' | 'open' | 'closing' }>
type Setting = Extract<Live, { status: 'opening' | 'open' }>
type Open = Extract<Live, { status: 'open' }>
type Closing = Extract<Live, { status: 'closing' }>
type Next = 'look again' | 'settled'

/** An order of a process that died may still be under way for so long: Azure shows nothing of it yet. */
const MAY_STILL_COME_MINUTES = 2
const WATCH_MINUTES = 10
/** Role instances take minutes. */
const LEAST_PAUSE_MS = 500
const MOST_PAUSE_MS = 4000

export async function reconcileInstances(
  ports: Ports,
  states: readonly Live[],
  looks: number,
): Promise<Settlement> {
  const { services } = ports
  const [first] = states
  if (first === undefined) return { how: 'done' }
  if (services === undefined)
    throw new Fault('denied', { op: 'reconcile', say: 'Nobody reaches Cloud Services from here.' })
  const next: Next[] = []
  for (const state of states) next.push(await step(ports, services, state))
  const afterMs = Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** Math.min(looks, 6))
  if (next.includes('look again')) return { how: 'again', afterMs }
  if (states.every(({ status }) => status === 'closing')) return { how: 'done' }
  const { vm, port } = first.ask
  const notBefore = later(ports.clock.now(), WATCH_MINUTES)
  return { how: 'done', queue: [{ effect: { do: 'reconcile', vm: vm.id, port }, notBefore }] }
}

async function step(ports: Ports, services: CloudServices, state: Live): Promise<Next> {
  const { ask } = state
  try {
    if (state.status === 'closing') return await shut(ports, services, state)
    if (state.status === 'opening' || state.moving !== undefined) return await set(ports, services, state)
    return await keep(ports, services, state)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.kind === 'missing' && (await isGone(services, state))) {
      if (state.status === 'closing') await advance(ports, ask.id, { type: 'shut', seen: 'service-gone' })
      else await advance(ports, ask.id, { type: 'fail', say: error.say })
      return 'look again'
    }
    if (state.status === 'closing') await advance(ports, ask.id, { type: 'trouble', say: error.say })
    if (state.status === 'opening' && !isPassing(error)) {
      await advance(ports, ask.id, { type: 'fail', say: error.say })
      return 'look again'
    }
    throw error
  }
}

// ---- Opening, and a new password for what is open --------------------------------------------------------------------------------

async function set(ports: Ports, services: CloudServices, state: Setting): Promise<Next> {
  const { account } = state
  // What is lost waits for another press, and is given up in time.
  if (account === undefined || account.lost !== undefined) return 'settled'
  if (account.begun === undefined) {
    if (isOnItsWay(account, ports.clock.now())) return 'look again'
    return lose(ports, services, state, account, NOT_KNOWN)
  }
  try {
    if (await isRunning(services, account.begun)) {
      await showSteps(ports, state, undefined)
      return 'look again'
    }
  } catch (error) {
    if (!(error instanceof Fault) || isPassing(error)) throw error
    return lose(ports, services, state, account, error.say)
  }
  const report = await services.report(state.ask.vm.id)
  const proof = isEnabled(report, wishOf(state, account))
  if (typeof proof === 'object') {
    await advance(ports, state.ask.id, { type: 'fail', say: proof.failed })
    return 'look again'
  }
  if (proof === 'not yet') {
    await showSteps(ports, state, report)
    return 'look again'
  }
  return proveInstance(ports, state, report)
}

const NOT_KNOWN =
  'It is not known whether Azure took the last password, and it was shown to nobody. Open the page and press again: a new one takes its place.'

/** Nobody holds the password of this account. Where the one before is still there, it stays. */
async function lose(
  ports: Ports,
  services: CloudServices,
  { ask, status }: Setting,
  { user, before }: RoleAccount,
  say: string,
): Promise<Next> {
  const report = await services.report(ask.vm.id)
  if (isChanging(report, ask.instance?.role)) return 'look again'
  const present = ourUsers(report, ask.instance?.role)
  const kept = status === 'open' && present.includes(before.at(-1) ?? '')
  await advance(ports, ask.id, { type: 'lose-account', user, say, kept })
  return kept ? 'look again' : 'settled'
}

// ---- Open ------------------------------------------------------------------------------------------------------------------------

async function keep(ports: Ports, services: CloudServices, state: Open): Promise<Next> {
  const { ask, account, until, azureEndsAt } = state
  if (account === undefined) return 'settled'
  if (endOf(until) > azureEndsAt) return extend(ports, services, state, account)
  const report = await services.report(ask.vm.id)
  const role = ask.instance?.role
  if (isChanging(report, role) || ourUsers(report, role).includes(account.user)) return 'settled'
  await advance(ports, ask.id, { type: 'fail', say: GONE })
  return 'look again'
}

const GONE = 'Somebody disabled Remote Desktop on the role, or gave it another account, outside Latchkey.'

/** More time was granted: the account's own end follows. */
async function extend(
  ports: Ports,
  services: CloudServices,
  state: Open,
  account: RoleAccount,
): Promise<Next> {
  const { ask, until, azureEndsAt } = state
  const now = ports.clock.now()
  const cut = async (say: string): Promise<Next> => {
    await advance(ports, ask.id, { type: 'cut-short', until: azureEndsAt, say })
    return 'look again'
  }
  const isLate = now >= azureEndsAt
  const isMeant = account.doing === 'extend' && account.expiresAt === endOf(until)
  if (isMeant && account.begun === undefined && isOnItsWay(account, now)) return 'look again'
  if (isMeant && account.begun !== undefined) {
    const isDone = !(await isRunning(services, account.begun))
    const proof = isEnabled(await services.report(ask.vm.id), wishOf(state, account))
    if (proof === 'proven') {
      await advance(ports, ask.id, { type: 'prove-extended', azureEndsAt: account.expiresAt })
      return 'look again'
    }
    if (isDone && typeof proof === 'object') return cut(proof.failed)
    return isLate ? cut(LATE) : 'look again'
  }
  if (isLate) return cut(LATE)
  // Recorded before it is sent. Sent twice, it is the same end.
  await advance(ports, ask.id, { type: 'extend-account' })
  const { user } = account
  try {
    const begun = await services.extend({
      ...{ id: ask.vm.id, user, expiresAt: endOf(until) },
      ...(ask.instance?.role === undefined ? {} : { role: ask.instance.role }),
    })
    await advance(ports, ask.id, { type: 'begin-account', user, doing: 'extend', begun })
  } catch (error) {
    if (!(error instanceof Fault) || isPassing(error)) throw error
    return cut(error.say)
  }
  return 'look again'
}

const LATE = 'Azure did not move the end of the account in time.'

// ---- Shut ------------------------------------------------------------------------------------------------------------------------

async function shut(ports: Ports, services: CloudServices, state: Closing): Promise<Next> {
  const { ask, account } = state
  const now = ports.clock.now()
  const mayCome =
    account !== undefined &&
    account.doing === 'set' &&
    account.begun === undefined &&
    account.lost === undefined &&
    now < later(account.at, MAY_STILL_COME_MINUTES)
  if (mayCome) return 'look again'
  if (account?.begun !== undefined && (await isUnderWay(services, account.begun))) return 'look again'
  if (account?.doing === 'remove' && account.begun === undefined && isOnItsWay(account, now))
    return 'look again'
  const role = ask.instance?.role
  const report = await services.report(ask.vm.id)
  if (isChanging(report, role)) return 'look again'
  const ours = accountsOf(state)
  if (!ourUsers(report, role).some(user => ours.includes(user))) {
    await advance(ports, ask.id, { type: 'shut', seen: 'account-gone' })
    return 'look again'
  }
  await advance(ports, ask.id, { type: 'remove-account' })
  try {
    const begun = await services.disable({ id: ask.vm.id, ...(role === undefined ? {} : { role }) })
    const user = account?.user ?? ''
    await advance(ports, ask.id, { type: 'begin-account', user, doing: 'remove', begun })
  } catch (error) {
    // Azure will not take it away, but it has ended it.
    const isOver = error instanceof Fault && !isPassing(error) && isDisabled(report, role, now)
    if (!isOver) throw error
    await advance(ports, ask.id, { type: 'shut', seen: 'account-over' })
  }
  return 'look again'
}

// ---- Small things ----------------------------------------------------------------------------------------------------------------

const wishOf = ({ ask }: Setting, { user, expiresAt }: RoleAccount) => ({
  ...{ instance: ask.instance?.instance ?? '', user, expiresAt },
  ...(ask.instance?.role === undefined ? {} : { role: ask.instance.role }),
})

const isChanging = ({ roles }: CloudServiceReport, role: string | undefined): boolean =>
  roles
    .filter(({ name }) => role === undefined || name.toLowerCase() === role.toLowerCase())
    .some(({ access }) => access?.state === 'changing')

/** What Azure has forgotten is done: what it shows is what counts. */
async function isRunning(services: CloudServices, begun: Begun): Promise<boolean> {
  if (begun === 'done') return false
  try {
    return (await services.look(begun)) === 'running'
  } catch (error) {
    if (error instanceof Fault && error.kind === 'missing') return false
    throw error
  }
}

/** However it ended: what is there is read next. */
async function isUnderWay(services: CloudServices, begun: Begun): Promise<boolean> {
  try {
    return await isRunning(services, begun)
  } catch (error) {
    if (error instanceof Fault && !isPassing(error)) return false
    throw error
  }
}

async function isGone(services: CloudServices, { ask }: Live): Promise<boolean> {
  try {
    await services.report(ask.vm.id)
    return false
  } catch (error) {
    if (error instanceof Fault && error.kind === 'missing') return true
    throw error
  }
}
