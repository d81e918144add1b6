/**
 * A VM as the value of an option in a list: Slack allows 150 characters there, and a full ARM id can be longer than twice that.
 *
 * The value is "subscription|resource group|name" where that fits, else the VM's name. It carries no power: whoever sends one back is
 * judged again for that VM.
 */
import type { VmId } from '../ids.ts'
import { parseVmId } from '../ids.ts'
import type { VmRef } from './intent.ts'
import { instanceName, vmId, vmName } from './words.ts'

/** Slack's limit for the value of an option, in characters. Source: docs.slack.dev, composition object "option" (read 2026-11-20). */
const MOST_VALUE = 150

/** At most 150 characters; a VM whose place and name are longer than that is known by its name alone. */
export function writeVmValue({ id, name }: { id: VmId; name: string }): string {
  const [, , subscription, , resourceGroup, , , , vm] = id.split('/')
  const compact = `${subscription}|${resourceGroup}|${vm}`
  return compact.length <= MOST_VALUE ? compact : name.slice(0, MOST_VALUE)
}

/** Reads a list's value, and what somebody typed in its place: a name, or a full ARM id. Total; undefined when no VM can be meant. */
export function readVmValue(text: string): VmRef | undefined {
  const value = text.trim()
  const parts = value.split('|')
  const [subscription, resourceGroup, name] = parts
  const id =
    parts.length === 3
      ? parseVmId(
          `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`,
        )
      : vmId(value)
  if (id !== undefined) return { id }
  const typed = vmName(value) ?? instanceName(value)
  return typed === undefined ? undefined : { typed }
}
