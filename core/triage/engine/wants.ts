/**
 * Which reads are wanted next.
 *
 * First the sweep of Azure's side, all at once; then probes of a running VM, where they can still change the answer; the script inside
 * Windows only after a yes for this run and with nothing in its way.
 */
import { parseAddress } from '../../access/source.ts'
import { isOfAnother } from '../checks/k12-flow.ts'
import { viewOf } from '../checks/rules.ts'
import { asksForEntra, type Scene, value, wasRead } from '../checks/scene.ts'
import { wantsSecondSample } from '../checks/screens.ts'
import { soughtIn } from '../checks/target.ts'
import { isCause, type Sorted, SURE } from './findings.ts'
import type { FactName, ReadName } from './knowledge.ts'
import { guestObstacles } from './preflight.ts'

/** Names and addresses to look up. */
export function lookups(scene: Scene): readonly string[] {
  const sought = soughtIn(scene.target)
  const view = viewOf(scene)
  const host = scene.dialled?.host
  const isStale = view?.match?.match === 'stale' && host !== undefined && parseAddress(host) !== undefined
  const looked = scene.known.found.some(({ typed }) => typed === host)
  return isStale && !looked && host !== undefined ? [...sought, host] : sought
}

export function wantedReads(scene: Scene, sorted: Sorted): readonly ReadName[] {
  const { target } = scene
  const find: ReadName[] = lookups(scene).length > 0 ? ['find'] : []
  const missing = (names: readonly FactName[]) => names.filter(name => scene.known.facts[name] === undefined)
  if (target.kind === 'other')
    return [
      ...find,
      ...missing(
        target.machine.kind === 'classic-cloud-service' || target.machine.kind === 'cloud-service-role'
          ? ['cloudService']
          : [],
      ),
    ]
  if (target.kind !== 'one') return find
  if (target.vm.os === 'linux') return find
  const sweep = sweepOf(scene)
  const probes =
    scene.known.facts.state === undefined || scene.known.facts.network === undefined
      ? []
      : probesOf(scene, sorted)
  const anew: FactName[] = probes.includes('flow') && isOfAnother(scene) ? ['flow'] : []
  return [...find, ...missing(sweep), ...missing(probes), ...anew]
}

function sweepOf(scene: Scene): FactName[] {
  const { hints, entries } = scene
  const bastion =
    scene.approach?.startsWith('bastion') === true ||
    hints.has('bastion') ||
    scene.said.path === 'bastion' ||
    scene.said.path === 'bastion_native'
  const signIn = isSignIn(scene)
  const roles =
    bastion ||
    asksForEntra(scene) ||
    hints.has('not-visible') ||
    hints.has('jit-refused') ||
    entries.some(id => id === 'E-PORTAL-GREY' || id.startsWith('E-ENTRA') || id === 'E-LOGON-TYPE')
  // Where no way from outside exists, Bastion may be the way to offer.
  const network = value(scene, 'network')
  const isInner = network !== undefined && viewOf(scene)?.published.length === 0
  const isShut =
    viewOf(scene)?.verdict?.access === 'deny' && value(scene, 'jit') === undefined && wasRead(scene, 'jit')
  return [
    'state',
    'model',
    'health',
    'activity',
    'network',
    'jit',
    'incidents',
    ...(roles || isEntraVm(scene) ? (['roles'] as const) : []),
    ...(signIn || asksForEntra(scene) ? (['extensions'] as const) : []),
    ...(bastion || isInner || isShut ? (['bastion'] as const) : []),
  ]
}

/** The attempt got as far as a sign-in. */
const isSignIn = (scene: Scene): boolean =>
  scene.floor === 'tls' ||
  scene.floor === 'auth' ||
  scene.said.failedAt === 'auth' ||
  scene.said.failedAt === 'logon'

const isEntraVm = (scene: Scene): boolean =>
  (value(scene, 'extensions') ?? []).some(({ type }) => /aadlogin/i.test(type)) && isSignIn(scene)

function probesOf(scene: Scene, sorted: Sorted): FactName[] {
  if (scene.running === false) return []
  const power = value(scene, 'state')?.power
  if (power !== undefined && power !== 'running') return []
  const low = scene.floor === 'none' || scene.floor === 'resolve'
  const isPrompt = scene.entry === 'E-RDPFILE-PROMPT'
  const bastion = scene.approach?.startsWith('bastion') === true
  const view = viewOf(scene)
  const denied = view?.verdict?.access === 'deny' && !bastion
  const sure = sorted.named.find(({ cause, sure: how }) => how >= SURE && isCause(cause))
  const wanted: FactName[] = ['metrics']
  const model = scene.known.facts.model
  const hasBoot = model === undefined ? false : !model.read || model.value.bootDiagnostics
  if (low && !isPrompt && hasBoot && scene.kind !== 'warning') wanted.push('boot')
  const boot = value(scene, 'boot')
  if (
    boot !== undefined &&
    wantsSecondSample(boot.screen) &&
    (sure === undefined || sure.cause.startsWith('boot.') || !isEarlier(sure.cause))
  )
    wanted.push('bootAgain')
  const tcp = low || scene.floor === 'tcp'
  const gateway = scene.approach === 'gateway'
  if (tcp && !denied && !gateway && view?.way !== undefined) wanted.push('probe')
  if (low && !denied && !bastion && !gateway && scene.kind !== 'warning' && view?.way !== undefined)
    wanted.push('routes')
  const source = view?.flow?.source
  if (
    low &&
    !bastion &&
    !gateway &&
    source !== undefined &&
    parseAddress(source)?.bits === 32 &&
    view?.verdict?.access !== 'deny' &&
    scene.kind !== 'warning'
  )
    wanted.push('flow')
  if (
    !bastion &&
    view?.verdict?.access === 'unknown' &&
    !view.hangsOnSource &&
    view.verdict.doubts.some(({ about }) => about !== 'source')
  )
    wanted.push('effectiveRules')
  if (bastion && value(scene, 'bastion') !== undefined && sure === undefined && tcp)
    wanted.push('reachability')
  if (
    asksForEntra(scene) &&
    sure === undefined &&
    isSignIn(scene) &&
    scene.known.case.asker.person !== undefined
  )
    wanted.push('signIns')
  if (scene.choice('Q-CONSENT') === 'allow_once') {
    if (scene.known.facts.extensions === undefined) wanted.push('extensions')
    else if (guestObstacles(scene).length === 0) wanted.push('guest')
  } else if (
    sure === undefined &&
    scene.known.facts.extensions === undefined &&
    guestObstacles(scene).length === 0 &&
    !isPrompt
  )
    wanted.push('extensions')
  return wanted
}

/** Causes that decide before the screen does. */
const isEarlier = (cause: string): boolean =>
  cause.startsWith('target.') ||
  cause.startsWith('vm.') ||
  cause.startsWith('platform.') ||
  cause.startsWith('bastion.')
