/** The VM as a request keeps it. */
import type { VmSummary } from '../ports.ts'
import type { Target } from './request.ts'

/** How a VM's facts become the Target a request keeps. */
export function targetOf(vm: VmSummary): Target {
  const environment = environmentOf(vm.tags)
  return {
    id: vm.id,
    name: vm.name,
    subscriptionName: vm.subscription.name,
    resourceGroup: vm.resourceGroup,
    ...(environment === undefined ? {} : { environment }),
  }
}

const ENVIRONMENT_TAGS = ['environment', 'env', 'stage']

/** The environment a VM says it belongs to. Tag names are case-insensitive in Azure; tag values are not. */
function environmentOf(tags: Readonly<Record<string, string>>): string | undefined {
  const byName = new Map(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]))
  return ENVIRONMENT_TAGS.map(name => byName.get(name)).find(value => value !== undefined)
}
