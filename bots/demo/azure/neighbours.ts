/**
 * The VMs beside the one a triage scenario is about, as scenarios write them: `vm-fin-02`, `jumpbox (sub-dev, rg-dev)`,
 * `jumpbox in sub-prod: running`, `vm-dc-1 (deallocated 9h ago by cost-script)`, `vm-b at 20.61.9.9`.
 */
import { isIPv4 } from 'node:net'

export type Neighbour = {
  name: string
  subscription?: string
  rg?: string
  power?: 'running' | 'starting' | 'stopping' | 'stopped' | 'deallocated' | 'hibernated'
  os?: 'Linux'
  address?: string
}

/** What one entry says. Undefined where it names no VM. */
export function neighbourOf(text: string): Neighbour | undefined {
  const [, name, rest = ''] = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(.*)$/.exec(text) ?? []
  if (name === undefined) return undefined
  const aside = /\(([^)]*)\)/.exec(rest)?.[1] ?? ''
  const parts = aside.split(',').map(part => part.trim())
  const power = /\b(running|starting|stopping|stopped|deallocated|hibernated)\b/i
    .exec(rest)?.[1]
    ?.toLowerCase()
  const isPlace = power === undefined || !new RegExp(power, 'i').test(aside)
  const subscription =
    /\bin\s+([\w-]+)/i.exec(rest)?.[1] ?? (isPlace ? parts.find(one => /^sub/i.test(one)) : undefined)
  const rg = isPlace ? parts.find(one => /^rg/i.test(one)) : undefined
  const address = rest.split(/[^\d.]+/).find(isIPv4)
  return {
    name,
    ...(subscription === undefined ? {} : { subscription }),
    ...(rg === undefined ? {} : { rg }),
    ...(power === undefined ? {} : { power: power as NonNullable<Neighbour['power']> }),
    ...(/\blinux\b/i.test(rest) ? { os: 'Linux' as const } : {}),
    ...(address === undefined ? {} : { address }),
  }
}

/** One VM said in two ways is one VM. */
export function neighboursOf(texts: readonly string[]): Neighbour[] {
  const found: Neighbour[] = []
  for (const neighbour of texts.map(neighbourOf)) {
    if (neighbour === undefined) continue
    const same = found.find(
      one =>
        one.name.toLowerCase() === neighbour.name.toLowerCase() &&
        (one.subscription === neighbour.subscription ||
          one.subscription === undefined ||
          neighbour.subscription === undefined),
    )
    if (same === undefined) found.push(neighbour)
    else Object.assign(same, neighbour)
  }
  return found
}
