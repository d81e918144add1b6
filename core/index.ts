/** The one door of core: what adapters and bots may import. */
export type * from './access/policy.ts'
export { VERBS } from './access/policy.ts'
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
export { publisherMessage, signatureLine } from './message/publisher.ts'
export { refusalMessage } from './message/refusal/refusal.ts'
export type * from './pages.ts'
export type * from './ports.ts'
export { OURS } from './rdp/cloud-service/words.ts'
export type { FileWishes } from './rdp/file.ts'
export { ROUTE_KINDS } from './rdp/route/way.ts'
export { readSigned, toBeSigned, withSignature } from './rdp/signature.ts'
export { isRefusal, type Refusal } from './refusal.ts'
export type { Diagnosis } from './triage/conversation/diagnosis.ts'
export type * from './triage/diagnostics.ts'
export type * from './triage/readings.ts'
export type * from './triage/repairs.ts'
