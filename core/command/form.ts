/**
 * Forms: what an intent still lacks is asked for in a few fields, and the values complete it.
 *
 * `Unfilled` is data that travels in a button or a modal; like an intent it carries no power. `core/message/form.ts` says which fields each
 * has. Values are text from a person: `fill` reads them as strictly as typed commands are read, and what it returns is judged again.
 */
import { parseCaseId } from '../access/drift/case.ts'
import { parseDuration, sayDuration } from '../access/duration.ts'
import type { DiagnosisId, RequestId, VmId } from '../ids.ts'
import { parseDiagnosisId, parseRequestId, parseVmId } from '../ids.ts'
import { isRefusal } from '../refusal.ts'
import { MOST_REASON, readCommand, readReason } from './grammar.ts'
import type { Intent } from './intent.ts'
import { readVmValue } from './vm-value.ts'
import { firstHalf, tidyLines } from './words.ts'

/** An intent that a person has yet to complete. */
export type Unfilled =
  | { fill: 'connect'; vm?: { id: VmId; name: string }; minutes?: number; reason?: string }
  /** `extension`: the number of the extension that is decided; absent for the request itself. */
  | { fill: 'deny'; request: RequestId; extension?: number }
  /** Approve, but for less than the `minutes` that were asked for. */
  | { fill: 'less-time'; request: RequestId; minutes: number }
  | { fill: 'extend'; request: RequestId }
  | { fill: 'diagnose'; vm?: { id: VmId; name: string }; text?: string }
  /** An answer in the person's own words to the question with this number of a diagnosis. */
  | { fill: 'answer'; diagnosis: DiagnosisId; question: number }
  /** A remedy that can lose something: the VM's name is typed, and what there is to go back to is said. */
  | { fill: 'repair'; diagnosis: DiagnosisId; remedy: string }
  /** Why the remedy with this key is not agreed to. */
  | { fill: 'refuse'; diagnosis: DiagnosisId; repair: string }
  /** Why a finding of drift is ignored. */
  | { fill: 'ignore-drift'; finding: string }

/** Why a form cannot be sent as it is: shown beside the field. */
export type FormProblem = { field: string; say: string }

export const isFormProblem = (value: Intent | FormProblem): value is FormProblem => 'field' in value

/** The longest text in which somebody tells what happens, in characters. */
export const MOST_TOLD = 1_000

type Values = Readonly<Record<string, string>>

/** Completes the intent with what was filled in. Pure and total: unknown fields are ignored, missing ones count as empty. */
export function fill(unfilled: Unfilled, values: Values): Intent | FormProblem {
  switch (unfilled.fill) {
    case 'connect': {
      const chosen = textIn(values, 'vm')
      const vm = readVmValue(chosen)
      if (vm === undefined) return noVm(chosen)
      const minutes = minutesOf(values, { optional: true })
      const reason = reasonOf(values)
      if (isProblem(minutes)) return minutes
      if (isProblem(reason)) return reason
      return { do: 'connect', vm, ...(minutes === undefined ? {} : { minutes }), reason }
    }
    case 'deny': {
      const { request, extension } = unfilled
      const reason = reasonOf(values)
      if (isProblem(reason)) return reason
      if (reason === '') return { field: 'reason', say: 'Say why: the requester will read it.' }
      const which = { id: request }
      return { do: 'deny', which, reason, ...(extension === undefined ? {} : { extension }) }
    }
    case 'less-time': {
      const minutes = minutesOf(values, { optional: false })
      if (isProblem(minutes)) return minutes
      if (minutes === undefined || minutes >= unfilled.minutes)
        return {
          field: 'time',
          say: `Choose less than the ${sayDuration(unfilled.minutes)} that were asked for.`,
        }
      return { do: 'approve', which: { id: unfilled.request }, minutes }
    }
    case 'extend': {
      const minutes = minutesOf(values, { optional: false })
      const reason = reasonOf(values)
      if (isProblem(minutes)) return minutes
      if (isProblem(reason)) return reason
      const which = { id: unfilled.request }
      return { do: 'extend', which, ...(minutes === undefined ? {} : { minutes }), reason }
    }
    case 'ignore-drift': {
      const reason = reasonOf(values)
      if (isProblem(reason)) return reason
      if (reason === '') return { field: 'reason', say: 'Say why: others will read it.' }
      return { do: 'drift', act: 'ignore', finding: unfilled.finding, reason }
    }
    case 'repair': {
      const { diagnosis, remedy } = unfilled
      const name = textIn(values, 'name')
      const back = textIn(values, 'back')
      if (name === '') return { field: 'name', say: 'Type the name of the VM.' }
      if (back !== 'snapshot' && back !== 'nothing')
        return { field: 'back', say: 'Say what there is to go back to.' }
      return { do: 'repair', diagnosis, remedy, sure: true, accepts: { name: name.slice(0, 100), back } }
    }
    case 'refuse': {
      const reason = reasonOf(values)
      if (isProblem(reason)) return reason
      if (reason === '') return { field: 'reason', say: 'Say why: whoever asked will read it.' }
      return { do: 'refuse', diagnosis: unfilled.diagnosis, repair: unfilled.repair, reason }
    }
    case 'diagnose': {
      const chosen = textIn(values, 'vm')
      const vm = readVmValue(chosen)
      if (vm === undefined && chosen !== '') return noVm(chosen)
      const text = tidyLines(textIn(values, 'text'))
      if (text === '') return { field: 'text', say: 'Tell in a few words what happens.' }
      if ([...text].length > MOST_TOLD)
        return { field: 'text', say: `At most ${MOST_TOLD} characters, please.` }
      return { do: 'diagnose', ...(vm === undefined ? {} : { vm }), text }
    }
    case 'answer': {
      const text = tidyLines(textIn(values, 'text'))
      if (text === '') return { field: 'text', say: 'Write your answer, or close this and press a button.' }
      if ([...text].length > MOST_TOLD)
        return { field: 'text', say: `At most ${MOST_TOLD} characters, please.` }
      return { do: 'answer', diagnosis: unfilled.diagnosis, question: unfilled.question, text }
    }
  }
}

/** The form that a typed text calls for, because the text alone does not say enough. Pure and total. */
export function formFor(text: string): Unfilled | undefined {
  const read = readCommand(text)
  if (!isRefusal(read) || read.code !== 'missing-vm') return undefined
  if (read.command === 'diagnose') return { fill: 'diagnose' }
  if (read.command !== 'connect') return undefined
  return { fill: 'connect', ...(read.minutes === undefined ? {} : { minutes: read.minutes }) }
}

// ---- As text -------------------------------------------------------------------------------------------------------------------

/** Slack's limit for the value of a button, in characters. Source: docs.slack.dev, block element "button" (read 2026-11-20). */
const MOST_WRITTEN = 2_000

/** One line of at most 2,000 characters for a button's value or a modal; longer free text in it is cut, and a VM's name after that. Total. */
export function writeForm(unfilled: Unfilled): string {
  let form = unfilled
  for (;;) {
    const written = JSON.stringify(form)
    const shorter = written.length > MOST_WRITTEN ? shortened(form) : undefined
    if (shorter === undefined) return written
    form = shorter
  }
}

/** Undefined when nothing is left to be cut. INVARIANT: what is left then fits, because ids have lengths of their own. */
function shortened(form: Unfilled): Unfilled | undefined {
  if (form.fill === 'diagnose' && form.text) return { ...form, text: firstHalf(form.text) }
  if (form.fill === 'connect' && form.reason) return { ...form, reason: firstHalf(form.reason) }
  if (!('vm' in form) || !form.vm?.name) return undefined
  return { ...form, vm: { id: form.vm.id, name: firstHalf(form.vm.name) } }
}

/** Reads what `writeForm` wrote, strictly: anything this version would not write is undefined. Total; never throws. */
export function readForm(text: string): Unfilled | undefined {
  if (text.length > MOST_WRITTEN) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const request = typeof value['request'] === 'string' ? parseRequestId(value['request']) : undefined
  const minutes = optional(value['minutes'], isCount)
  const extension = optional(value['extension'], isCount)
  const vm = optional(value['vm'], isVm)
  const reason = optional(value['reason'], isText)
  const told = optional(value['text'], isText)
  if (!(minutes && extension && vm && reason && told)) return undefined
  switch (value['fill']) {
    case 'connect':
      return { fill: 'connect', ...named('vm', vm), ...named('minutes', minutes), ...named('reason', reason) }
    case 'deny':
      return request && { fill: 'deny', request, ...named('extension', extension) }
    case 'less-time':
      return request && minutes.is !== undefined
        ? { fill: 'less-time', request, minutes: minutes.is }
        : undefined
    case 'extend':
      return request && { fill: 'extend', request }
    case 'diagnose':
      return { fill: 'diagnose', ...named('vm', vm), ...named('text', told) }
    case 'answer': {
      const diagnosis = typeof value['diagnosis'] === 'string' && parseDiagnosisId(value['diagnosis'])
      const question = value['question']
      return diagnosis && Number.isSafeInteger(question) && Number(question) >= 0
        ? { fill: 'answer', diagnosis, question: Number(question) }
        : undefined
    }
    case 'repair': {
      const id = typeof value['diagnosis'] === 'string' ? parseDiagnosisId(value['diagnosis']) : undefined
      const remedy = value['remedy']
      return id && isText(remedy) ? { fill: 'repair', diagnosis: id, remedy } : undefined
    }
    case 'refuse': {
      const id = typeof value['diagnosis'] === 'string' ? parseDiagnosisId(value['diagnosis']) : undefined
      const repair = typeof value['repair'] === 'string' ? parseRequestId(value['repair']) : undefined
      return id && repair && { fill: 'refuse', diagnosis: id, repair }
    }
    case 'ignore-drift': {
      const finding = parseCaseId(value['finding'])
      return finding === undefined ? undefined : { fill: 'ignore-drift', finding }
    }
    default:
      return undefined
  }
}

/** `is` undefined: absent. No result at all: there, but not what it should be. */
type Optional<T> = { is: T | undefined }

const optional = <T>(value: unknown, check: (value: unknown) => value is T): Optional<T> | undefined =>
  value === undefined ? { is: undefined } : check(value) ? { is: value } : undefined

const named = <Name extends string, T>(name: Name, { is }: Optional<T>): { [key in Name]?: T } =>
  (is === undefined ? {} : { [name]: is }) as { [key in Name]?: T }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0
const isVm = (value: unknown): value is { id: VmId; name: string } =>
  isRecord(value) &&
  isText(value['name']) &&
  isText(value['id']) &&
  parseVmId(value['id']) === value['id'] &&
  Object.keys(value).length === 2

// ---- One field each ------------------------------------------------------------------------------------------------------------

const isProblem = (value: string | number | FormProblem | undefined): value is FormProblem =>
  typeof value === 'object'

/** Own properties only: a field called "constructor" is not filled in. */
const textIn = (values: Values, id: string): string =>
  (Object.hasOwn(values, id) ? String(values[id]) : '').trim()

const noVm = (chosen: string): FormProblem => ({
  field: 'vm',
  say: chosen === '' ? 'Choose a VM.' : 'That cannot be the name of a VM. Choose one from the list.',
})

function minutesOf(values: Values, { optional }: { optional: boolean }): number | FormProblem | undefined {
  const chosen = textIn(values, 'time')
  if (chosen === '') return optional ? undefined : { field: 'time', say: 'Choose how long.' }
  return parseDuration(chosen) ?? { field: 'time', say: 'Write a time such as 30m, 2h or 1h30m.' }
}

function reasonOf(values: Values): string | FormProblem {
  const reason = readReason(textIn(values, 'reason'))
  return isRefusal(reason) ? { field: 'reason', say: `At most ${MOST_REASON} characters, please.` } : reason
}
