/** What must be true of a VM before anybody is asked to approve: no manager should decide about something that cannot work. */
import type { VmReport, VmSummary } from '../ports.ts'
import type { Refusal } from '../refusal.ts'
import type { Rule } from './policy.ts'
import { isWithin } from './source.ts'

export const RDP_PORT = 3389

/** The first reason why a window on this VM could not be opened or should not be; undefined when there is none. */
export function preflight(
  report: VmReport,
  wish: { port: number; minutes: number; rules: readonly Rule[] },
): Refusal | undefined {
  const { vm } = report
  const { port, minutes, rules } = wish
  if (report.exposure.state === 'open-to-everyone')
    return { code: 'open-to-everyone', vm: vm.name, port, rule: report.exposure.rule }
  if (report.exposure.state === 'unknown')
    return { code: 'exposure-unknown', vm: vm.name, why: report.exposure.why }
  if (report.power !== 'running') return { code: 'not-running', vm: vm.name, power: report.power }
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
  const ranges = rules.flatMap(rule => rule.from ?? ['*'])
  if (!ranges.some(range => covered.sources.some(allowed => overlap(range, allowed))))
    return { code: 'jit-source', vm: vm.name, source: ranges.join(', '), allowed: covered.sources }
  return publicWay(report) === undefined ? { code: 'no-way-in', vm: vm.name } : undefined
}

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
