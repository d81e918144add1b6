/**
 * What a person wants, as data: typed commands and pressed buttons both become an Intent.
 *
 * An intent carries no power. Whoever sends one is identified and judged again when it arrives.
 */
import type { RequestId, VmId } from '../ids.ts'
import { parseRequestId, parseVmId } from '../ids.ts'

/** Names one request: by id (a button), by what a person typed (a short reference or a VM name), or "the only one there is". */
export type Which = { id: RequestId } | { typed: string } | 'only'

/** Names one VM: by id (a button), or by the name a person typed. */
export type VmRef = { id: VmId } | { typed: string }

export type Intent =
  | { do: 'connect'; vm: VmRef; minutes?: number; reason: string }
  | { do: 'approve'; which: Which }
  | { do: 'cancel' | 'done' | 'show'; which: Which }
  /** A press carries no reason of its own: it comes from the card's field (see `Pressed.values`). */
  | { do: 'deny'; which: Which; reason: string }
  | { do: 'why'; vm: VmRef; minutes?: number }
  | { do: 'list' | 'help' }

/** One line for a button's value. Reasons are at most 300 characters, so this stays below 1,000 (Slack allows 2,000). */
export const writeButton = (intent: Intent): string => JSON.stringify(intent)

/** Reads a button's value strictly: anything this version would not write is undefined. Total; never throws. */
export function readButton(text: string): Intent | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { do: verb, which, vm, minutes, reason } = value
  if (minutes !== undefined && !(Number.isInteger(minutes) && Number(minutes) > 0)) return undefined
  const spare = minutes === undefined ? {} : { minutes: Number(minutes) }
  switch (verb) {
    case 'approve':
    case 'cancel':
    case 'done':
    case 'show': {
      const request = requestId(which)
      return request && { do: verb, which: { id: request } }
    }
    case 'deny': {
      const request = requestId(which)
      return request && { do: verb, which: { id: request }, reason: typeof reason === 'string' ? reason : '' }
    }
    case 'connect': {
      const id = vmId(vm)
      return id && typeof reason === 'string' ? { do: verb, vm: { id }, reason, ...spare } : undefined
    }
    case 'why': {
      const id = vmId(vm)
      return id && { do: verb, vm: { id }, ...spare }
    }
    case 'list':
    case 'help':
      return { do: verb }
    default:
      return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const requestId = (which: unknown): RequestId | undefined =>
  isRecord(which) && typeof which['id'] === 'string' ? parseRequestId(which['id']) : undefined
const vmId = (vm: unknown): VmId | undefined =>
  isRecord(vm) && typeof vm['id'] === 'string' ? parseVmId(vm['id']) : undefined
