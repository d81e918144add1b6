/** Whether a VM that is off may be started under the same approval, and what can be told of its ways in before it runs. */
import type { PowerState, VmReport } from '../../ports.ts'
import { USUAL_ROUTES } from '../../rdp/route/way.ts'
import type { Rule } from '../policy.ts'
import type { StartPlan } from './power.ts'

const STARTABLE: readonly PowerState[] = ['deallocated', 'stopped', 'deallocating', 'stopping', 'starting']

/** @param rules whichever of them is agreed to has to want it, and put back is what all of them put back */
export function startPlan(rules: readonly Rule[], { power, size }: VmReport): StartPlan | undefined {
  const isWanted = rules.length > 0 && rules.every(({ whenOff }) => whenOff !== undefined)
  if (!isWanted || !STARTABLE.includes(power)) return undefined
  return {
    power,
    ...(size === undefined ? {} : { size }),
    putBack: rules.every(({ whenOff }) => whenOff === 'start-and-put-back'),
  }
}

/**
 * The VM has a public address that Azure gives it only while it runs, and that is the way its rules want: taken before any other, or
 * because there is no other.
 *
 * @param found the ways there are now, or the refusal where there is none
 */
export function addressComesLater({ nics }: VmReport, rules: readonly Rule[], found: object): boolean {
  const isLater = nics.some(({ publicWhenRunning }) => publicWhenRunning === true)
  const kinds = rules.map(({ routes = USUAL_ROUTES }) => routes)
  const isFirst = kinds.every(([first]) => first === 'public-address')
  const isAllowed = kinds.every(routes => routes.includes('public-address'))
  return isLater && (isFirst || (isAllowed && 'code' in found && found.code === 'no-way-in'))
}
