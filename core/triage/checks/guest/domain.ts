/** Inside Windows: domain, trust and clock. They matter to domain accounts only. */
import type { Guest } from '../../readings.ts'
import { othersSwitchedOff } from '../activity.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../scene.ts'
import { ago } from '../words.ts'

const FIVE_MINUTES = 300

export function judgeDomain(guest: Guest, scene: Scene): Finding[] {
  const { domain } = guest
  const found: Finding[] = []
  const skew = Math.abs(guest.clockSkewSeconds ?? 0)
  const isDomainUser = guest.account === undefined || guest.account.kind === 'domain'
  if (skew > FIVE_MINUTES)
    found.push({
      cause: 'guest.clock',
      sure: domain?.joined === true || scene.entries.includes('E-CLOCK') ? 0.93 : 0.65,
      proof: [`The clock of the VM is ${Math.round(skew / 60)} minutes off; sign-in allows five.`],
    })
  if (domain?.joined !== true || domain.isDc) return found
  if (domain.dcReachable === false)
    found.push({
      cause: 'guest.nla_no_dc',
      sure: isDomainUser ? 0.93 : 0.7,
      proof: [
        `The VM belongs to ${domain.name ?? 'a domain'} and reaches no domain controller.`,
        ...stoppedController(scene).proof,
      ],
      ...stoppedController(scene).more,
    })
  else if (domain.secureChannel === false)
    found.push({
      cause: 'guest.trust_broken',
      sure: isDomainUser ? 0.96 : 0.7,
      proof: [`The trust between the VM and ${domain.name ?? 'its domain'} is broken.`],
    })
  return found
}

/** A machine of the same log that was switched off and looks like a domain controller. */
export function stoppedController(scene: Scene): { proof: string[]; more: Pick<Finding, 'details'> } {
  const entry = othersSwitchedOff(scene).find(({ resource }) => isControllersName(nameOf(resource)))
  if (entry === undefined) return { proof: [], more: {} }
  const name = nameOf(entry.resource)
  return {
    proof: [
      `${name}, which looks like a domain controller, was switched off ${ago(entry.at, scene.now)}${entry.by === undefined ? '' : ` by ${entry.by}`}.`,
    ],
    more: {
      details: {
        vm: {
          id: entry.resource.toLowerCase() as NonNullable<NonNullable<Finding['details']>['vm']>['id'],
          name,
        },
      },
    },
  }
}

/** Whether a VM is called like a domain controller: dc, ad or pdc as a part of the name. */
export const isControllersName = (name: string): boolean =>
  /(^|[-_.])(r?o?dc|adc?|adds|pdc|bdc|domain)([-_.]?\d|[-_.]|$)|dc\d+$|[a-z]dc$/i.test(name)

const nameOf = (resource: string): string => resource.replace(/^.*\//, '')
