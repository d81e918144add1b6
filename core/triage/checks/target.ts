/**
 * Who is meant: the names that were typed, what Azure knows by them, and what the person answered when asked.
 *
 * A near name is never taken silently. When several machines fit, or a word after the name tells that a neighbour may be meant, it is asked.
 */
import { parseVmId } from '../../ids.ts'
import type { VmSummary } from '../../ports.ts'
import type { Knowledge } from '../engine/knowledge.ts'
import type { OtherMachine } from '../readings.ts'
import { readSymptoms } from '../symptoms/read.ts'
import type { Named, Symptoms } from '../symptoms/symptoms.ts'

export type Target =
  /** Names that still have to be looked up; empty when none was typed. */
  | { kind: 'unsought'; typed: readonly string[] }
  | {
      kind: 'none'
      typed: readonly string[]
      near: readonly VmSummary[]
      /** Why nothing could be looked up, when that is the reason. */
      failed?: { why: string; lacks?: string }
    }
  | { kind: 'many'; vms: readonly VmSummary[] }
  /** `instead`: what was typed at first and does not exist. */
  | { kind: 'one'; vm: VmSummary; instead?: string }
  | { kind: 'other'; machine: OtherMachine; near: readonly VmSummary[] }

/** How many of the names in a text are looked up. */
const MOST_NAMES = 4

export function targetOf(known: Knowledge, said: Symptoms): Target {
  const answers = known.asked
    .filter(({ question }) => question === 'Q-TARGET')
    .flatMap(({ answer }) => answer ?? [])
  const first: Target =
    known.case.vm === undefined ? resolve(known, namesIn(said.named)) : { kind: 'one', vm: known.case.vm }
  const last = answers.at(-1)
  if (last === undefined) return hesitate(known, first)
  const chosen = choose(known, last, first)
  if (chosen !== undefined) return chosen
  const named = readSymptoms(last).named
  const typed = namesIn(named)
  // An address answers "what did you dial", not "which machine", once the machine is known.
  if (first.kind === 'one' && named.machines.length === 0) return first
  if (typed.length === 0) return first
  const next = resolve(known, typed)
  if (next.kind === 'one' && first.kind === 'none') return { ...next, instead: first.typed[0] ?? last }
  if (next.kind === 'none' && first.kind === 'one') return first
  if (first.kind === 'many' && next.kind === 'many') {
    const both = next.vms.filter(({ id }) => first.vms.some(vm => vm.id === id))
    const [only, other] = both
    if (only !== undefined && other === undefined) return { kind: 'one', vm: only }
  }
  return next
}

/** What to look up now: names and addresses that were typed and not looked up yet. */
export const soughtIn = (target: Target): readonly string[] =>
  target.kind === 'unsought' ? target.typed : []

function namesIn(named: Named): string[] {
  const instances = [...named.instances, ...named.services]
  const machines = named.machines.map(({ name }) => name)
  const addresses = named.addresses.filter(({ role }) => role !== 'own').map(({ address }) => address)
  const names = [...new Set([...instances, ...machines, ...named.dns])]
  return (names.length > 0 ? names.slice(0, MOST_NAMES) : addresses.slice(0, 2)).map(name =>
    name.slice(0, 255),
  )
}

function resolve(known: Knowledge, typed: readonly string[]): Target {
  const looked = typed.map(name => known.found.find(one => one.typed === name))
  const missing = typed.filter((_, at) => looked[at] === undefined)
  if (typed.length === 0 || missing.length > 0) return { kind: 'unsought', typed: missing }
  const answers = looked.flatMap(one => (one === undefined ? [] : [one.answer]))
  const found = answers.flatMap(answer => (answer.read ? [answer.value] : []))
  const vms = unique(found.flatMap(one => one.vms))
  const others = found.flatMap(one => one.others)
  const near = unique(found.flatMap(one => one.near)).filter(({ id }) => !vms.some(vm => vm.id === id))
  const [vm, another] = vms
  if (another !== undefined) return { kind: 'many', vms }
  if (vm !== undefined) return { kind: 'one', vm }
  const machine =
    others.find(({ kind }) => kind === 'cloud-service-role') ??
    others.find(({ kind }) => kind === 'classic-cloud-service' || kind === 'classic-vm') ??
    others[0]
  if (machine !== undefined) return { kind: 'other', machine, near }
  const failed = answers.find(answer => !answer.read)
  if (failed !== undefined && !failed.read && found.length === 0)
    return {
      kind: 'none',
      typed,
      near,
      failed: { why: failed.why, ...(failed.lacks === undefined ? {} : { lacks: failed.lacks }) },
    }
  return { kind: 'none', typed, near }
}

const QUALIFIED =
  /^\s{0,2}(backup|bak|copy|clone|replica|standby|secondary|spare|old|new|dev|test|prod|staging|dr)\b/i

/** "vm-core-dc2 backup": with neighbours of nearly that name, which of them is meant has to be asked. */
function hesitate(known: Knowledge, target: Target): Target {
  if (target.kind !== 'one' || known.case.vm !== undefined) return target
  const { vm } = target
  const text = known.case.text.slice(0, 20_000)
  const at = text.toLowerCase().indexOf(vm.name.toLowerCase())
  if (at < 0 || !QUALIFIED.test(text.slice(at + vm.name.length, at + vm.name.length + 14))) return target
  const near = unique(known.found.flatMap(({ answer }) => (answer.read ? answer.value.near : [])))
  return near.length === 0 ? target : { kind: 'many', vms: [vm, ...near] }
}

/** The answer as a choice among those that were offered: an ARM id, or words that single one out. */
function choose(known: Knowledge, answer: string, first: Target): Target | undefined {
  const offered = unique([
    ...(first.kind === 'many' ? first.vms : []),
    ...(first.kind === 'none' || first.kind === 'other' ? first.near : []),
    ...known.found.flatMap(({ answer: one }) => (one.read ? [...one.value.vms, ...one.value.near] : [])),
  ])
  const instead = first.kind === 'none' ? first.typed[0] : undefined
  const as = (vm: VmSummary): Target => ({ kind: 'one', vm, ...(instead === undefined ? {} : { instead }) })
  const id = parseVmId(answer)
  const byId = offered.find(vm => vm.id === id)
  if (byId !== undefined) return as(byId)
  const words = new Set(answer.toLowerCase().split(/[\s,;()/]+/))
  const byName = offered.filter(({ name }) => words.has(name.toLowerCase()))
  const narrowed = (byName.length > 0 ? byName : first.kind === 'many' ? first.vms : []).filter(
    vm =>
      byName.length === 1 ||
      words.has(vm.resourceGroup.toLowerCase()) ||
      words.has(vm.subscription.name.toLowerCase()) ||
      words.has(vm.subscription.id.toLowerCase()),
  )
  const [only, other] = narrowed
  return only !== undefined && other === undefined ? as(only) : undefined
}

const unique = (vms: readonly VmSummary[]): VmSummary[] => [...new Map(vms.map(vm => [vm.id, vm])).values()]
