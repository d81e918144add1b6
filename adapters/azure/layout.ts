/**
 * How a VM is laid out: its interfaces with their addresses, and which NSGs stand before them. Remembered for half a minute, because an
 * opening looks several times within seconds, and none of it changes by itself. What the NSGs say is read afresh each time.
 *
 * Only for looking at windows and asking IP flow verify; a report, by which people are let in at all, remembers nothing.
 */
import type { NetworkWatcher } from '@azure/arm-network'
import type { VmId } from '../../core/index.ts'
import {
  type IpSetting,
  type Layers,
  readIpSettings,
  readLayers,
  readSubnet,
  readVm,
  type Tools,
} from './network.ts'

type Layout = { id: string; location: string; settings: readonly IpSetting[] }

export type Memory = {
  /** @param anew not what was remembered */
  layout(op: string, vm: VmId, anew?: boolean): Promise<Layout>
  layers(op: string, settings: readonly IpSetting[], anew?: boolean): Promise<readonly Layers[]>
  watchers(
    subscription: string,
    read: () => Promise<readonly NetworkWatcher[]>,
  ): Promise<readonly NetworkWatcher[]>
}

const LAYOUT_MS = 30_000
/** A region's Network Watcher is made once and stays. */
const WATCHERS_MS = 600_000

/** @param wall milliseconds that only ever grow */
export function rememberLayouts(tools: Tools, wall: () => number = () => performance.now()): Memory {
  const layouts = remembered<Layout>(LAYOUT_MS, wall)
  const subnets = remembered<{ networkSecurityGroup?: { id?: string } }>(LAYOUT_MS, wall)
  const watchers = remembered<readonly NetworkWatcher[]>(WATCHERS_MS, wall)
  return {
    layout: (op, id, anew = false) =>
      layouts(
        id,
        async () => {
          const vm = await readVm(tools, op, id)
          return { id: vm.id ?? id, location: vm.location, settings: await readIpSettings(tools, op, vm) }
        },
        anew,
      ),
    layers: (op, settings, anew = false) =>
      readLayers(tools, op, settings, id => subnets(id, () => readSubnet(tools, op, id), anew)),
    watchers: (subscription, read) => watchers(subscription, read),
  }
}

/** What was read lately; what failed, or found nothing, is not remembered. */
function remembered<T>(forMs: number, wall: () => number) {
  const known = new Map<string, { at: number; value: Promise<T> }>()
  return (id: string, read: () => Promise<T>, anew = false): Promise<T> => {
    const key = id.toLowerCase()
    for (const [old, { at }] of known) if (wall() - at >= forMs) known.delete(old)
    const before = known.get(key)
    if (before !== undefined && !anew) return before.value
    const value = read()
    known.set(key, { at: wall(), value })
    const forget = () => {
      if (known.get(key)?.value === value) known.delete(key)
    }
    value.then(found => (Array.isArray(found) && found.length === 0 ? forget() : undefined), forget)
    return value
  }
}
