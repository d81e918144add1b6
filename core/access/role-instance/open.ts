/**
 * What the access page does for a role instance: the press sets an account, and its password stands in the answer and nowhere else.
 *
 * Recorded first, without the password, then sent, then recorded that Azure took it. Whoever loses the answer presses again: a new account
 * takes the place of the one before. Two people who press at the same moment for one role: whoever sees the other gives way.
 */
import { advance } from '../../advance.ts'
import { Fault, isPassing } from '../../fault.ts'
import { later } from '../../ids.ts'
import type { AccessView, OnceShown } from '../../pages.ts'
import type { CloudServiceReport, CloudServices, Ports } from '../../ports.ts'
import { makeAccount } from '../../rdp/cloud-service/account.ts'
import { judgeService, type ServiceVerdict } from '../../rdp/cloud-service/judge.ts'
import { serviceWords } from '../../rdp/cloud-service/words.ts'
import type { Refusal } from '../../refusal.ts'
import { activePerson } from '../people.ts'
import { judge } from '../policy.ts'
import type { AccessRequest, Ask } from '../request.ts'
import { forInstances, subjectOf, takenUntil } from './role-instance.ts'

type Known = Exclude<AccessRequest, { status: 'none' }>
type Settable = Extract<Known, { status: 'approved' | 'opening' | 'open' }>
type Can = Extract<ServiceVerdict, { can: true }>

const isSettable = (state: Known): state is Settable =>
  state.status === 'approved' || state.status === 'opening' || state.status === 'open'

/** What has to be read before anybody presses, as things are now. */
export async function accountView(ports: Ports, state: Known): Promise<AccessView['account']> {
  const { instance } = state.ask
  if (instance === undefined || !isSettable(state)) return undefined
  const files = [instance.instance, ...instance.also]
  const where = files.length > 1 ? { files } : {}
  if (state.status !== 'approved') return { ...where, again: true, warnings: [] }
  const warnings = await look(ports, state).then(
    verdict => (verdict.can ? verdict.warnings : [verdict.why]),
    error => {
      // It is looked at again when somebody presses.
      if (error instanceof Fault) return instance.warnings
      throw error
    },
  )
  return { ...where, again: false, warnings }
}

/** @param source the address of the press: judged, though Azure cannot be told to let in that one alone */
export async function openInstance(ports: Ports, state: Known, source: string): Promise<OnceShown | Refusal> {
  const { ask } = state
  const { services } = ports
  if (!isSettable(state)) return { code: 'not-open', status: state.status }
  const refused = await judgePress(ports, state, source)
  if (refused !== undefined) return refused
  const verdict = await look(ports, state)
  if (!verdict.can || services === undefined)
    return unfit(ask, verdict.can ? 'Nobody reaches Cloud Services from here.' : verdict.why)
  const account = makeAccount(ports.random)
  const { user } = account
  const set = await advance(ports, ask.id, { type: 'set-account', by: ask.by.person, source, user })
  if (set === 'lease-lost' || !set.ok)
    return set === 'lease-lost' ? { code: 'not-open', status: state.status } : set.refusal
  const after = set.state
  if (after.status === 'none' || !('account' in after) || after.account?.user !== user)
    return { code: 'not-open', status: state.status }
  if (await isTaken(ports, ask)) {
    const say = serviceWords.taken(ask.instance?.role)
    await lose(ports, state, { user, say, isNo: true })
    return unfit(ask, say)
  }
  const { expiresAt } = after.account
  await send(ports, services, state, { verdict, account, expiresAt })
  return account
}

async function send(
  ports: Ports,
  services: CloudServices,
  state: Settable,
  order: { verdict: Can; account: OnceShown; expiresAt: Can['expiresAt'] },
): Promise<void> {
  const { ask } = state
  const { verdict, account, expiresAt } = order
  const { role, replacing } = verdict
  const { user } = account
  try {
    const begun = await services.enable({
      ...{ id: ask.vm.id, account, expiresAt, replacing },
      ...(role === undefined ? {} : { role }),
    })
    await advance(ports, ask.id, { type: 'begin-account', user, doing: 'set', begun })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    // No answer, or a broken one: Azure may have taken it. What it shows a minute later tells, and the person presses again.
    const isUnknown = error.kind === 'timeout' || error.kind === 'broken'
    if (!isUnknown) await lose(ports, state, { user, say: error.say, isNo: !isPassing(error) })
    throw error
  }
}

/** Azure did not take it. Where it will not, however often it is asked, and nothing was open before, the request ends. */
async function lose(
  ports: Ports,
  { ask, status }: Settable,
  { user, say, isNo }: { user: string; say: string; isNo: boolean },
): Promise<void> {
  await advance(ports, ask.id, { type: 'lose-account', user, say, kept: status === 'open' })
  if (isNo && status === 'approved') await advance(ports, ask.id, { type: 'fail', say })
}

const unfit = ({ vm }: Ask, why: string): Refusal => ({ code: 'instance-unfit', name: vm.name, why })

const isTaken = async ({ store, clock }: Ports, { id, vm, instance }: Ask): Promise<boolean> =>
  takenUntil(await store.liveOn(vm.id), { role: instance?.role, self: id }, clock.now()) !== undefined

/** The policy as it is now, with the address that was not known before. */
async function judgePress(
  ports: Ports,
  { ask, minutes }: Settable,
  source: string,
): Promise<Refusal | undefined> {
  const [active, vm] = await Promise.all([
    activePerson(ports.directory, ask.by.person),
    subjectOf(ports, ask),
  ])
  if (active?.person.kind !== 'member') return { code: 'person-disabled' }
  if (vm === undefined) return { code: 'instance-not-found', name: ask.vm.name }
  const verdict = judge(forInstances(ports.policies.current()), {
    ...{ verb: 'connect', minutes, source, reason: ask.reason, vm },
    person: { id: active.person.id, groups: active.groups },
  })
  return verdict.kind === 'refuse' ? verdict.refusal : undefined
}

/** The service as it is now. */
async function look({ services, store, clock }: Ports, state: Settable): Promise<ServiceVerdict> {
  const { ask } = state
  const { instance, vm } = ask
  if (services === undefined || instance === undefined)
    return { can: false, why: 'Nobody reaches Cloud Services from here.' }
  const now = clock.now()
  const until = state.status === 'open' ? state.until : later(now, state.minutes)
  const [report, live] = await Promise.all([services.report(vm.id), store.liveOn(vm.id)])
  const taken = takenUntil(live, { role: instance.role, self: ask.id }, now)
  const ref =
    instance.role === undefined
      ? { service: instance.service }
      : { service: instance.service, role: instance.role, instance: instance.instance }
  // Once it is being opened, its instances may be restarting: a password that was lost is set anew all the same.
  const seen = state.status === 'approved' ? report : asIfReady(report)
  const verdict = judgeService(seen, ref, {
    ...{ until, now },
    ...(taken === undefined ? {} : { taken }),
  })
  // Nobody agreed to that.
  if (verdict.can && verdict.restarts && !instance.restarts && state.status === 'approved')
    return { can: false, why: NOW_RESTARTS }
  return verdict
}

const asIfReady = (report: CloudServiceReport): CloudServiceReport => ({
  ...report,
  instances: report.instances.map(one => ({ ...one, state: 'ready' })),
})

const NOW_RESTARTS =
  'Remote Desktop was switched off there after this was asked for. Enabling it now would restart the role instances, and nobody has agreed to that: cancel this request and ask again.'
