/** Azure resource ids, taken apart. Type names in them are case-insensitive; the values keep the spelling they came with. */
import { Fault } from '../../core/index.ts'

/** `/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n` by its type names in lower case. */
export type ArmId = {
  /** @throws {Fault} `broken` when the id has no such part */
  part(type: string): string
  subscription: string
  resourceGroup: string
  /** The last segment. */
  name: string
}

/** @throws {Fault} `broken` when a part that is asked for is not in the id */
export function armId(id: string): ArmId {
  const segments = id.split('/').slice(1)
  const part = (type: string): string => {
    const at = segments.findIndex((segment, index) => index % 2 === 0 && segment.toLowerCase() === type)
    const value = at === -1 ? undefined : segments[at + 1]
    if (value) return value
    throw new Fault('broken', { op: 'azure.read-id', say: 'Azure sent a resource id that cannot be read.' })
  }
  return {
    part,
    get subscription() {
      return part('subscriptions')
    },
    get resourceGroup() {
      return part('resourcegroups')
    },
    name: segments.at(-1) ?? '',
  }
}

/** ARM ids name the same thing whatever their case. */
export const sameId = (left: string | undefined, right: string): boolean =>
  left?.toLowerCase() === right.toLowerCase()
