/** Performs one wanted read through the `Diagnostics` port and adds its outcome to what is known. */
import { parseVmId, type VmId } from '../../ids.ts'
import type { Clock, VmSummary } from '../../ports.ts'
import { isControllersName } from '../checks/guest/domain.ts'
import { viewOf } from '../checks/rules.ts'
import { look, type Scene } from '../checks/scene.ts'
import { wordsToKeep } from '../checks/screens.ts'
import type { Diagnostics } from '../diagnostics.ts'
import type { Activity, Found, Reading } from '../readings.ts'
import {
  type FactName,
  type Facts,
  idOf,
  type Knowledge,
  learn,
  learnFound,
  type ReadName,
} from './knowledge.ts'
import { type OwnTry, tryPort } from './own-try.ts'
import { lookups } from './wants.ts'

export type ReadPorts = {
  diagnostics: Diagnostics
  clock: Pick<Clock, 'now' | 'pause'>
  /** Which of these VMs the asker may see. What is left out is as if it did not exist. */
  visible: (vms: readonly VmSummary[]) => Promise<readonly VmSummary[]>
  /** Absent: nobody tries the port from here. */
  own?: OwnTry
}

/** How far back the activity log is read. */
const ACTIVITY_HOURS = 14 * 24
/** The pause between two pictures of a screen that shows progress. */
const BETWEEN_SAMPLES_MS = 60_000
/** How many VMs that may be a domain controller are looked up. */
const MOST_CONTROLLERS = 2

/** What one read adds. A change, not a state: reads of one step run side by side and each is applied to the newest knowledge. */
export type Learned = (known: Knowledge) => Knowledge

/** Never throws for what the world does; a read that breaks is one that could not be taken. */
export async function perform(name: ReadName, known: Knowledge, ports: ReadPorts): Promise<Learned> {
  if (name === 'find') return find(known, ports)
  const answer = await guarded(() => read(name, known, ports))
  if (name === 'activity' && answer.read) {
    const shown = await guarded(() => withoutStrangers(known, answer as Reading<Facts['activity']>, ports))
    return newer => learn(newer, name, shown, ports.clock.now())
  }
  return newer => learn(newer, name, answer as Reading<Facts[typeof name]>, ports.clock.now())
}

async function find(known: Knowledge, ports: ReadPorts): Promise<Learned> {
  const typed = lookups(look(known))
  const answers = await Promise.all(
    typed.map(async name => ({ name, answer: await guarded(() => visibly(name, ports)) })),
  )
  return newer =>
    answers.reduce((all, { name, answer }) => learnFound(all, name, answer, ports.clock.now()), newer)
}

/** What the asker may not see is left out before anything is known of it. */
async function visibly(name: string, { diagnostics, visible }: ReadPorts): Promise<Reading<Found>> {
  const found = await diagnostics.find(name)
  if (!found.read) return found
  const [vms, near] = await Promise.all([visible(found.value.vms), visible(found.value.near)])
  return { read: true, value: { ...found.value, vms, near } }
}

/**
 * The log without other VMs, save for a domain controller that was switched off and that the asker may see.
 *
 * Looked up only where the message is about one, so no other diagnosis pays for it.
 */
async function withoutStrangers(
  known: Knowledge,
  log: Reading<Facts['activity']>,
  ports: ReadPorts,
): Promise<Reading<Facts['activity']>> {
  if (!log.read) return log
  const scene = look(known)
  const isOther = ({ resource }: Activity) =>
    parseVmId(resource) !== undefined && parseVmId(resource) !== scene.vm?.id
  const own = log.value.filter(entry => !isOther(entry))
  if (!scene.entries.some(id => id === 'E-NLA-DC' || id === 'E-LSA' || id === 'E-TRUST'))
    return { read: true, value: own }
  const names = [...new Set(log.value.filter(isOther).map(({ resource }) => nameOf(resource)))].filter(
    isControllersName,
  )
  const seen = await Promise.all(
    names.slice(0, MOST_CONTROLLERS).map(async name => {
      const found = await visibly(name, ports)
      return found.read ? found.value.vms.map(({ id }) => id) : []
    }),
  )
  const visible = new Set(seen.flat())
  const others = log.value.filter(entry => isOther(entry) && visible.has(parseVmId(entry.resource) as VmId))
  return { read: true, value: [...own, ...others] }
}

const nameOf = (resource: string): string => resource.replace(/^.*\//, '')

async function guarded<T>(work: () => Promise<Reading<T>>): Promise<Reading<T>> {
  try {
    return await work()
  } catch {
    return { read: false, why: 'it broke off unexpectedly.' }
  }
}

async function read(
  name: FactName,
  known: Knowledge,
  { diagnostics, clock, own }: ReadPorts,
): Promise<Reading<unknown>> {
  const scene = look(known)
  if (name === 'cloudService') return diagnostics.cloudService(serviceOf(scene))
  if (name === 'signIns') {
    const { person } = known.case.asker
    return person === undefined
      ? { read: false, why: 'it is not known who you are in the directory.' }
      : diagnostics.signIns(person)
  }
  if (scene.vm === undefined) return { read: false, why: 'the VM is not known.' }
  const vm = idOf(scene.vm)
  const view = viewOf(scene)
  switch (name) {
    case 'state':
      return diagnostics.state(vm)
    case 'model':
      return diagnostics.model(vm)
    case 'health':
      return diagnostics.health(vm)
    case 'activity':
      return diagnostics.activity(vm, ACTIVITY_HOURS)
    case 'network':
      return diagnostics.network(vm)
    case 'jit':
      return diagnostics.jit(vm)
    case 'roles': {
      const { person } = known.case.asker
      return person === undefined
        ? { read: false, why: 'it is not known who you are in the directory.' }
        : diagnostics.roles(vm, person)
    }
    case 'extensions':
      return diagnostics.extensions(vm)
    case 'bastion':
      return diagnostics.bastion(vm)
    case 'incidents':
      return diagnostics.incidents(scene.vm)
    case 'flow': {
      const source = view?.flow?.source
      if (source === undefined) return { read: false, why: 'the address you come from is not known.' }
      const verdict = await diagnostics.flow(vm, view?.flow?.port ?? scene.listens, source)
      return verdict.read ? { read: true, value: { ...verdict.value, source } } : verdict
    }
    case 'effectiveRules':
      return diagnostics.effectiveRules(vm)
    case 'routes':
      return diagnostics.routes(vm)
    case 'boot':
      return withoutNames(await diagnostics.boot(vm))
    case 'bootAgain':
      await clock.pause(BETWEEN_SAMPLES_MS)
      return withoutNames(await diagnostics.boot(vm))
    case 'metrics':
      return diagnostics.metrics(vm)
    case 'probe':
      return tryPort(scene, own)
    case 'reachability':
      return diagnostics.reachability(vm, scene.listens)
    case 'guest':
      return diagnostics.guest(vm, accountOf(scene))
  }
}

const withoutNames = (sample: Reading<Facts['boot']>): typeof sample =>
  sample.read && sample.value.screen !== undefined
    ? { read: true, value: { ...sample.value, screen: wordsToKeep(sample.value.screen) } }
    : sample

/** The account whose state is wanted: the one that was typed, without what stands before or after it. */
const accountOf = (scene: Scene): string | undefined => scene.said.named.users[0]?.typed

function serviceOf(scene: Scene): string {
  return scene.target.kind === 'other' ? scene.target.machine.name : (scene.said.named.services[0] ?? '')
}
