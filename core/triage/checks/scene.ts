/**
 * One look at everything that is known, made ready for the checks: who is meant, how they come, from where, to which port, how far the
 * connection got, and what the person said and answered.
 *
 * Pure and total. What was not read stays unknown here; nothing is assumed to be fine.
 */
import { isPublic, parseAddress } from '../../access/source.ts'
import type { Instant } from '../../ids.ts'
import type { VmSummary } from '../../ports.ts'
import type { CheckId } from '../catalogue/checks/index.ts'
import { ERRORS, type ErrorId } from '../catalogue/errors/index.ts'
import type { QuestionId } from '../catalogue/questions.ts'
import { reaches, type Stage } from '../catalogue/scales.ts'
import { choiceOf } from '../engine/answers.ts'
import type { FactName, Facts, Knowledge } from '../engine/knowledge.ts'
import type { Dialled } from '../reach/dialled.ts'
import { isSame } from '../reach/ways.ts'
import type { Network } from '../readings.ts'
import { readSymptoms } from '../symptoms/read.ts'
import type { Symptoms } from '../symptoms/symptoms.ts'
import { type Hint, hintsIn } from '../symptoms/told.ts'
import { entraLogin } from './entra.ts'
import { notTested, type Outcome, open } from './finding.ts'
import { type Target, targetOf } from './target.ts'

/** How the person comes to the VM. */
type Approach =
  | 'public'
  | 'private'
  | 'bastion-browser'
  | 'bastion-native'
  | 'gateway'
  | 'cloud-service'
  | 'classic'

export type Scene = {
  known: Knowledge
  now: Instant
  /** Everything the person wrote: the message, and answers in their own words. Hostile. */
  text: string
  said: Symptoms
  hints: ReadonlySet<Hint>
  /** The error text that fits best, when one fits well enough. */
  entry: ErrorId | undefined
  /** All that fit well enough, best first. */
  entries: readonly ErrorId[]
  kind: 'connect' | 'drop' | 'warning' | 'azure_api' | 'none'
  /** The last stage that was proven on this attempt. `none` when nothing was. */
  floor: Stage | 'none'
  target: Target
  vm: VmSummary | undefined
  /** Undefined while neither the person nor the network tells. */
  approach: Approach | undefined
  /** The person said it, or the dialled address shows it. */
  approachIsKnown: boolean
  dialled: Dialled | undefined
  /** The address the client comes from. */
  source: string | undefined
  /** The port on which RDP listens at the VM, as far as known. */
  listens: number
  running: boolean | undefined
  /** Something answered as RDP on the port, or the person's own text shows that it did. */
  listenerProven: boolean
  /** What the person chose: a button's id, their own words, or undefined when not asked or not answered. */
  choice(question: QuestionId): string | undefined
  wasAsked(question: QuestionId): boolean
  isAsker(account: string): boolean
}

const GOOD_ENOUGH = 0.6

export function look(known: Knowledge): Scene {
  const answers = new Map(known.asked.map(({ question, answer }) => [question, answer]))
  const text = [known.case.text, answers.get('Q-ERROR') ?? '', answers.get('Q-CLIENT') ?? ''].join('\n')
  const said = readSymptoms(text)
  const hints = hintsIn(text, said)
  const choice = (question: QuestionId) => choiceOf(question, answers.get(question))
  const entries = said.errors
    .filter(({ id, score }) => id !== 'E-NONE' && score >= GOOD_ENOUGH)
    .map(({ id }) => id)
  const entry = entries[0]
  const target = targetOf(known, said)
  const vm = target.kind === 'one' ? target.vm : undefined
  const dialled = dialledOf({ known, said, hints, vm, answer: answers.get('Q-TARGET') })
  const { approach, approachIsKnown } = approachOf({ known, said, hints, choice, target, dialled, entry })
  const power = deliveredBy(known, 'state')?.power
  const running = power === undefined || power === 'unknown' ? undefined : power === 'running'
  const kind = entry === undefined ? 'none' : ERRORS[entry].kind
  // A message that proves a running listener is older than the stop of a VM that is off now.
  const floor = running === false ? 'none' : floorOf(said, kind, choice)
  const probe = deliveredBy(known, 'probe')
  const source = sourceOf(known, said, answers.get('Q-SRCIP'))
  const accounts = new Set(['asker', ...known.case.asker.accounts].map(account => account.toLowerCase()))
  return {
    known,
    now: known.at,
    text,
    said,
    hints,
    entry,
    entries,
    kind,
    floor,
    target,
    vm,
    approach,
    approachIsKnown,
    dialled,
    source,
    listens: listensOf(known, said, dialled),
    running,
    listenerProven:
      probe?.answer === 'rdp' ||
      deliveredBy(known, 'reachability')?.reachable === true ||
      (floor !== 'none' && reaches('tcp', floor)) ||
      (kind === 'warning' && entry === 'E-IDENTITY-WARN'),
    choice,
    wasAsked: question => answers.has(question),
    isAsker: account => accounts.has(account.toLowerCase()),
  }
}

/** What a read delivered; undefined when it failed or did not happen. */
export const value = <K extends FactName>(scene: Scene, name: K): Facts[K] | undefined =>
  deliveredBy(scene.known, name)

/** The outcome of a check whose read is missing: not looked at yet, or not tested and why. */
export function unread(scene: Scene, check: CheckId, name: FactName): Outcome {
  const reading = scene.known.facts[name]
  if (reading === undefined || reading.read) return open(check)
  return notTested(check, reading.why, reading.lacks)
}

/** Whether a read happened, whatever it delivered. */
export const wasRead = (scene: Scene, name: FactName): boolean => scene.known.facts[name]?.read === true

function deliveredBy<K extends FactName>(known: Knowledge, name: K): Facts[K] | undefined {
  const reading = known.facts[name]
  return reading?.read === true ? reading.value : undefined
}

function floorOf(said: Symptoms, kind: Scene['kind'], choice: Scene['choice']): Stage | 'none' {
  const floor: Stage | 'none' = kind === 'connect' ? said.floor : 'none'
  // A TCP test that succeeded proves everything up to the port.
  const tested = choice('Q-LOCALTEST') === 'true' ? 'tcp' : 'none'
  const seen = choice('Q-SCREEN')
  const screen: Stage | 'none' =
    seen === 'black' || seen === 'desktop_then_drop'
      ? 'logon'
      : seen === 'welcome'
        ? 'auth'
        : seen === 'spinning_configuring'
          ? 'tcp'
          : 'none'
  return [tested, screen].reduce<Stage | 'none'>((best, one) => furthest(best, one as Stage | 'none'), floor)
}

const furthest = (a: Stage | 'none', b: Stage | 'none'): Stage | 'none' =>
  a === 'none' ? b : b === 'none' ? a : reaches(a, b) ? b : a

function dialledOf({
  known,
  said,
  hints,
  vm,
  answer,
}: {
  known: Knowledge
  said: Symptoms
  hints: ReadonlySet<Hint>
  vm: VmSummary | undefined
  answer: string | undefined
}): Dialled | undefined {
  const now = answer === undefined ? undefined : readSymptoms(answer).named
  for (const named of [now, said.named]) {
    if (named === undefined) continue
    // An address that was set inside Windows is what broke, not what was dialled.
    const isSet = hints.has('static-ip-set')
    const strange = named.addresses.filter(
      ({ role, address }) => role !== 'own' && !(isSet && role !== 'target' && !isPublic(address)),
    )
    // Of several, the one that leads to the VM was dialled; another is where the person comes from, or was just mentioned.
    const address =
      strange.find(({ role }) => role === 'target') ??
      strange.find(({ address: one }) => strange.length > 1 && leadsHere(known, one)) ??
      strange[0]
    if (address !== undefined)
      return { host: address.address, ...(address.port === undefined ? {} : { port: address.port }) }
    const name = named.dns.find(dns => dns !== vm?.name.toLowerCase())
    const port = named.ports.find(one => one !== 3389)
    if (name !== undefined) return { host: name, ...(port === undefined ? {} : { port }) }
  }
  return undefined
}

/** Whether it is an address of the VM, or of something that publishes it. */
function leadsHere(known: Knowledge, address: string): boolean {
  const network = deliveredBy(known, 'network')
  return (
    network !== undefined &&
    (network.nics.some(nic =>
      nic.ipConfigurations.some(
        ip => isSame(ip.privateAddress, address) || isSame(ip.public?.address, address),
      ),
    ) ||
      network.natRules.some(({ frontendAddress }) => isSame(frontendAddress, address)) ||
      network.firewalls.some(({ publicAddresses }) => publicAddresses.some(one => isSame(one, address))))
  )
}

function sourceOf(known: Knowledge, said: Symptoms, answer: string | undefined): string | undefined {
  const typed = answer === undefined ? undefined : readSymptoms(answer).named.addresses[0]?.address
  const own = said.named.addresses.find(({ role }) => role === 'own')?.address
  return [typed, known.case.source, known.case.grant?.source, own].find(
    one => one !== undefined && parseAddress(one) !== undefined,
  )
}

/** The port at the VM that the person means to reach: RDP's own unless something names another. */
function listensOf(known: Knowledge, said: Symptoms, dialled: Dialled | undefined): number {
  const usual = known.case.grant?.port ?? 3389
  const network = deliveredBy(known, 'network')
  // A port that the person says they moved it to counts like one that was dialled: only where something in Azure names it too.
  const moved = said.history.after.includes('rdp_port')
    ? said.named.ports.find(port => port !== usual)
    : undefined
  if (moved !== undefined && network !== undefined && isNamedPort(known, network, moved)) return moved
  const typed = dialled?.port
  if (typed === undefined || typed === usual || network === undefined) return usual
  const isOwn = network.nics.some(nic =>
    nic.ipConfigurations.some(
      ip =>
        ip.privateAddress === dialled?.host ||
        ip.public?.address === dialled?.host ||
        (ip.public?.name !== undefined && ip.public.name === dialled?.host),
    ),
  )
  if (!isOwn) return usual
  // Typed for the VM itself, and known elsewhere: a custom port and not a slip.
  return isNamedPort(known, network, typed) ? typed : usual
}

const isNamedPort = (known: Knowledge, network: Network, port: number): boolean =>
  deliveredBy(known, 'guest')?.listener?.port === port ||
  deliveredBy(known, 'jit')?.ports.some(({ number }) => number === port) === true ||
  network.nics
    .flatMap(nic => [nic.attachedNsg, ...nic.ipConfigurations.map(ip => ip.subnet.nsg)])
    .some(nsg => nsg?.rules.some(rule => rule.destinationPorts.includes(String(port))))

type Clues = {
  known: Knowledge
  said: Symptoms
  hints: ReadonlySet<Hint>
  choice: Scene['choice']
  target: Target
  dialled: Dialled | undefined
  entry: ErrorId | undefined
}

function approachOf(clues: Clues): { approach: Approach | undefined; approachIsKnown: boolean } {
  const told = toldApproach(clues)
  if (told !== undefined) return { approach: told, approachIsKnown: true }
  const network = deliveredBy(clues.known, 'network')
  if (network === undefined) return { approach: undefined, approachIsKnown: false }
  const vm = clues.target.kind === 'one' ? clues.target.vm.id : undefined
  const isPublished =
    network.nics.some(nic => nic.ipConfigurations.some(ip => ip.public !== undefined)) ||
    network.natRules.some(rule => rule.vm === vm) ||
    network.firewalls.some(({ dnat }) => dnat.length > 0)
  return { approach: isPublished ? 'public' : undefined, approachIsKnown: false }
}

function toldApproach({ said, hints, choice, target, dialled, entry }: Clues): Approach | undefined {
  if (target.kind === 'other') {
    if (target.machine.kind === 'classic-vm') return 'classic'
    if (target.machine.kind === 'classic-cloud-service' || target.machine.kind === 'cloud-service-role')
      return 'cloud-service'
  }
  switch (choice('Q-PATH')) {
    case 'public_address':
      return 'public'
    case 'vpn_office_line':
      return 'private'
    case 'bastion_in_browser':
      return 'bastion-browser'
    case 'bastion_native_client':
      return 'bastion-native'
    case 'rd_gateway':
      return 'gateway'
  }
  switch (said.path) {
    case 'bastion':
      return hints.has('bastion-native') ? 'bastion-native' : 'bastion-browser'
    case 'bastion_native':
      return 'bastion-native'
    case 'rd_gateway':
      return 'gateway'
    case 'cloud_service':
      return 'cloud-service'
    case 'classic':
      return 'classic'
  }
  if (entry?.startsWith('E-BAS') === true || hints.has('bastion-native'))
    return hints.has('bastion-native') ? 'bastion-native' : 'bastion-browser'
  if (choice('Q-VPN') === 'yes') return 'private'
  if (choice('Q-SRCIP') === 'i_am_on_vpn') return 'private'
  if (dialled !== undefined && parseAddress(dialled.host) !== undefined)
    return isPublic(dialled.host)
      ? 'public'
      : choice('Q-VPN') === 'no' || said.vpn === 'off'
        ? 'public'
        : hints.has('on-vpn') || hints.has('path-works')
          ? 'private'
          : undefined
  if (choice('Q-VPN') === 'no') return 'public'
  if (hints.has('on-vpn')) return 'private'
  return undefined
}

/** Whether the person tries to sign in with a company account, or the VM is made for that. */
export function asksForEntra(scene: Scene): boolean {
  const extensions = value(scene, 'extensions')
  return (
    scene.entries.some(id => id.startsWith('E-ENTRA')) ||
    scene.hints.has('azuread-user') ||
    scene.hints.has('web-account') ||
    scene.said.named.users.some(({ form }) => form === 'azuread') ||
    scene.choice('Q-USERFORM') === 'azuread_user_company' ||
    scene.choice('Q-ACCOUNT') === 'company' ||
    value(scene, 'guest')?.account?.kind === 'entra' ||
    (extensions !== undefined && entraLogin(extensions)?.state === 'succeeded' && scene.floor === 'auth')
  )
}
