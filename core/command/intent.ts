/**
 * What a person wants, as data: typed commands and pressed buttons both become an Intent.
 *
 * An intent carries no power. Whoever sends one is identified and judged again when it arrives.
 */
import { parseCaseId } from '../access/drift/case.ts'
import type { DiagnosisId, RequestId, VmId } from '../ids.ts'
import { parseDiagnosisId, parseRequestId, parseVmId } from '../ids.ts'
import { firstHalf } from './words.ts'

/** Names one request: by id (a button), by what a person typed (a short reference or a VM name), or "the only one there is". */
export type Which = { id: RequestId } | { typed: string } | 'only'

/** Names one VM: by id (a button), or by the name a person typed. */
export type VmRef = { id: VmId } | { typed: string }

export type Intent =
  | { do: 'connect'; vm: VmRef; minutes?: number; reason: string }
  /**
   * `minutes`: agree to no more than these. `extension`: the number of the extension that the pressed card was about, absent where it was
   * about the request itself; a typed approval means whatever waits.
   */
  | { do: 'approve'; which: Which; minutes?: number; extension?: number }
  /** `keep`: the answer to whether it is still needed, from its button alone. */
  | { do: 'cancel' | 'done' | 'show' | 'keep'; which: Which }
  /** A reason is needed; a press without one is answered with the form. */
  | { do: 'deny'; which: Which; reason: string; extension?: number }
  /** `minutes` to be added to the end; without them they are asked for. */
  | { do: 'extend'; which: Which; minutes?: number; reason: string }
  /** What somebody says does not work, in their words; the VM where they named it. */
  | { do: 'diagnose'; vm?: VmRef; text: string }
  /** Answers the question with this number (from 0) of a diagnosis: the id of a button, or the person's own words. */
  | { do: 'answer'; diagnosis: DiagnosisId; question: number; text: string }
  /** `recheck`: read everything again. `details`, `summary`: show more of a verdict, or less. `leave`: not the remedy after all. */
  | { do: 'recheck' | 'details' | 'summary' | 'leave'; diagnosis: DiagnosisId }
  /** Carries out a remedy that the verdict offers; `sure`: its warnings were shown, and confirmed. */
  | {
      do: 'repair'
      diagnosis: DiagnosisId
      remedy: string
      sure: boolean
      /** Only from the form: the VM's name as it was typed, and what there is to go back to. */
      accepts?: { name: string; back: 'snapshot' | 'nothing' }
    }
  /** What an approver decides about a remedy; `repair` is the key of the asking. A refusal needs a reason; without one it is asked for. */
  | { do: 'agree'; diagnosis: DiagnosisId; repair: string }
  | { do: 'refuse'; diagnosis: DiagnosisId; repair: string; reason: string }
  | { do: 'why'; vm: VmRef; minutes?: number }
  | { do: 'list' | 'help' }
  /** What is to become of a VM that was started for the access of this request. */
  | { do: 'switch-off' | 'leave-on'; request: RequestId }
  /** What an administrator decides about a finding of drift; `finding` is its `caseId`. Only a form ignores one, with a reason. */
  | { do: 'drift'; act: 'close' | 'adopt'; finding: string }
  | { do: 'drift'; act: 'ignore'; finding: string; reason: string }

/** One line of at most 2,000 characters, Slack's limit for a button's value. Only what somebody tells in a diagnosis can be longer: it is cut. */
export function writeButton(intent: Intent): string {
  const written = JSON.stringify(intent)
  if (written.length <= 2_000 || intent.do !== 'diagnose') return written
  return writeButton({ ...intent, text: firstHalf(intent.text) })
}

/** Reads a button's value strictly: anything this version would not write is undefined. Total; never throws. */
export function readButton(text: string): Intent | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { do: verb, which, vm, minutes, reason, extension, text: told } = value
  if (!isCountOrNothing(minutes) || !isCountOrNothing(extension)) return undefined
  const spare = minutes === undefined ? {} : { minutes }
  const longer = extension === undefined ? {} : { extension }
  switch (verb) {
    case 'approve': {
      const request = requestId(which)
      return request && { do: verb, which: { id: request }, ...spare, ...longer }
    }
    case 'extend': {
      const request = requestId(which)
      return request && typeof reason === 'string'
        ? { do: verb, which: { id: request }, ...spare, reason }
        : undefined
    }
    case 'diagnose': {
      const id = vmId(vm)
      if (typeof told !== 'string' || (vm !== undefined && id === undefined)) return undefined
      return { do: verb, ...(id === undefined ? {} : { vm: { id } }), text: told }
    }
    case 'answer': {
      const id = diagnosisId(value['diagnosis'])
      const question = value['question']
      const isNumber = Number.isSafeInteger(question) && Number(question) >= 0
      return id && isNumber && typeof told === 'string'
        ? { do: verb, diagnosis: id, question: Number(question), text: told }
        : undefined
    }
    case 'repair': {
      const id = diagnosisId(value['diagnosis'])
      const { remedy, sure } = value
      return id && typeof remedy === 'string' && typeof sure === 'boolean'
        ? { do: verb, diagnosis: id, remedy, sure }
        : undefined
    }
    case 'agree': {
      const id = diagnosisId(value['diagnosis'])
      const repair = requestId({ id: value['repair'] })
      return id && repair && { do: verb, diagnosis: id, repair }
    }
    case 'refuse': {
      const id = diagnosisId(value['diagnosis'])
      const repair = requestId({ id: value['repair'] })
      return id && repair && typeof reason === 'string'
        ? { do: verb, diagnosis: id, repair, reason }
        : undefined
    }
    case 'recheck':
    case 'details':
    case 'summary':
    case 'leave': {
      const id = diagnosisId(value['diagnosis'])
      return id && { do: verb, diagnosis: id }
    }
    case 'cancel':
    case 'done':
    case 'keep':
    case 'show': {
      const request = requestId(which)
      return request && { do: verb, which: { id: request } }
    }
    case 'deny': {
      const request = requestId(which)
      const why = typeof reason === 'string' ? reason : ''
      return request && { do: verb, which: { id: request }, reason: why, ...longer }
    }
    case 'connect': {
      const id = vmId(vm)
      return id && typeof reason === 'string' ? { do: verb, vm: { id }, reason, ...spare } : undefined
    }
    case 'why': {
      const id = vmId(vm)
      return id && { do: verb, vm: { id }, ...spare }
    }
    case 'drift': {
      const finding = parseCaseId(value['finding'])
      const act = value['act']
      return finding !== undefined && (act === 'close' || act === 'adopt')
        ? { do: verb, act, finding }
        : undefined
    }
    case 'switch-off':
    case 'leave-on': {
      const request = requestId({ id: value['request'] })
      return request && { do: verb, request }
    }
    case 'list':
    case 'help':
      return { do: verb }
    default:
      return undefined
  }
}

const isCountOrNothing = (value: unknown): value is number | undefined =>
  value === undefined || (Number.isSafeInteger(value) && Number(value) > 0)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const requestId = (which: unknown): RequestId | undefined =>
  isRecord(which) && typeof which['id'] === 'string' ? parseRequestId(which['id']) : undefined
const diagnosisId = (id: unknown): DiagnosisId | undefined =>
  typeof id === 'string' ? parseDiagnosisId(id) : undefined
const vmId = (vm: unknown): VmId | undefined =>
  isRecord(vm) && typeof vm['id'] === 'string' ? parseVmId(vm['id']) : undefined
