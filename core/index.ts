/** The one door of core: what adapters and bots may import. */
export type * from './access/policy.ts'
export type * from './access/request.ts'
export { isWaiting, replay } from './access/request.ts'
export {
  type FormProblem,
  fill,
  formFor,
  isFormProblem,
  readForm,
  type Unfilled,
  writeForm,
} from './command/form.ts'
export { type Intent, readButton, writeButton } from './command/intent.ts'
export { Fault, type FaultKind, isPassing } from './fault.ts'
export * from './ids.ts'
export { type Latchkey, makeLatchkey } from './latchkey.ts'
export { formOf } from './message/form.ts'
export * from './message/message.ts'
export { refusalMessage } from './message/refusal.ts'
export type * from './pages.ts'
export type * from './ports.ts'
export { readSigned, toBeSigned, withSignature } from './rdp/signature.ts'
export { isRefusal, type Refusal } from './refusal.ts'
export type * from './triage/diagnostics.ts'
export type * from './triage/readings.ts'
