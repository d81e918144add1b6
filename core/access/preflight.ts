/** What must be true of a VM before anybody is asked to approve: no manager should decide about something that cannot work. */
import type { VmId } from '../ids.ts'
import type { JitPort, Ports, VmReport, VmSummary } from '../ports.ts'
import type { Routed } from '../rdp/route/route.ts'
import type { ChosenWay } from '../rdp/route/way.ts'
import type { Refusal } from '../refusal.ts'
import type { Rule } from './policy.ts'
import { isWithin } from './source.ts'
import { isOpenedForOwn } from './way-in.ts'

export const RDP_PORT = 3389

/**
 * The first reason why a window on this VM could not be opened or should not be, its ways in aside; undefined when there is none.
 *
 * @param wish.start it would be started, so that its being off is no reason
 */
export function preflight(
  report: VmReport,
  wish: { port: number; minutes: number; start?: boolean },
): Refusal | undefined {
  const { vm } = report
  const { port, minutes } = wish
  if (report.exposure.state === 'open-to-everyone')
    return { code: 'open-to-everyone', vm: vm.name, port, rule: report.exposure.rule }
  if (report.exposure.state === 'unknown')
    return { code: 'exposure-unknown', vm: vm.name, why: report.exposure.why }
  if (report.power !== 'running' && wish.start !== true)
    return { code: 'not-running', vm: vm.name, power: report.power }
  if (!report.jit) return { code: 'no-jit-policy', vm: vm.name }
  const covered = report.jit.ports.find(({ number, protocol }) => number === port && protocol !== 'UDP')
  if (!covered) {
    return {
      code: 'jit-port-missing',
      vm: vm.name,
      port,
      ports: report.jit.ports.map(({ number }) => number),
    }
  }
  if (minutes > covered.maxMinutes)
    return { code: 'jit-too-long', vm: vm.name, asked: minutes, most: covered.maxMinutes }
  return undefined
}

/** The ways that could be opened for somebody whom one of the rules lets in; never none. */
export function openable(
  report: VmReport,
  routed: Routed,
  { port, rules }: { port: number; rules: readonly Rule[] },
): readonly [ChosenWay, ...ChosenWay[]] | Refusal {
  const { vm, jit } = report
  const allowed =
    jit?.ports.find(({ number, protocol }) => number === port && protocol !== 'UDP')?.sources ?? []
  const ranges = rules.flatMap(rule => rule.from ?? ['*'])
  const isWelcome = ranges.some(range => allowed.some(one => overlap(range, one)))
  const [first, ...rest] = routed.ways.filter(way => isWelcome || !isOpenedForOwn(way))
  if (first !== undefined) return [first, ...rest]
  if (routed.ways.length > 0) return { code: 'jit-source', vm: vm.name, source: ranges.join(', '), allowed }
  return { code: 'no-way-in', vm: vm.name, left: routed.left, add: routed.add }
}

/** What the JIT access policy says of the port, now. @throws {Fault} `missing` when none covers it (any more) */
export const jitEntry = async ({ jit }: Pick<Ports, 'jit'>, vm: VmId, port: number): Promise<JitPort> =>
  jit.entry === undefined ? (await jit.windows(vm, port)).port : jit.entry(vm, port)

export const notWindows = (vm: VmSummary): Refusal | undefined =>
  vm.os === 'windows' ? undefined : { code: 'not-windows', vm: vm.name, os: vm.os }

/** The name or address to connect to from the internet: the DNS name where there is one, because an address may change. */
export function publicWay({ nics }: VmReport): string | undefined {
  const nic = [...nics]
    .sort((a, b) => Number(b.primary) - Number(a.primary))
    .find(({ publicAddress }) => publicAddress !== undefined)
  return nic?.publicName ?? nic?.publicAddress
}

/** Two prefixes overlap exactly when one's first address lies in the other. */
const overlap = (a: string, b: string): boolean => {
  const first = (prefix: string) => prefix.split('/')[0] ?? ''
  return isAny(a) || isAny(b) || isWithin(first(a), [b]) || isWithin(first(b), [a])
}
const isAny = (prefix: string): boolean => /^(\*|any|internet)$/i.test(prefix)
