/**
 * One message that people see or paste, as data.
 *
 * `floor` is the last stage the message proves was passed; `failedAt` the stage that failed. Only a `connect` message of the last attempt
 * rules anything out: a drop, a warning or an answer of Azure's own calls does not.
 */
import type { CauseId } from '../causes/index.ts'
import type { CheckId } from '../checks/index.ts'
import type { QuestionId } from '../questions.ts'
import type { Path, Stage } from '../scales.ts'

/** Where a message is shown. */
export type Shown =
  | 'mstsc'
  | 'windows_app_mac'
  | 'ios'
  | 'android'
  | 'windows_app_windows'
  | 'event_log'
  | 'bastion_browser'
  | 'rdcman'
  | 'bastion_native'
  | 'portal'
  | 'azure_api'
  | 'freerdp'
  | 'remmina'
  | 'cloud_service_rdp'

type Language = 'de' | 'fr' | 'es' | 'it' | 'pt' | 'zh' | 'ja' | 'nl'

export type ErrorEntry = {
  title: string
  kind: 'connect' | 'drop' | 'warning' | 'azure_api'
  clients: readonly Shown[]
  /** The product's own words. NAME stands for whatever differs. */
  texts?: readonly string[]
  localised?: Readonly<Partial<Record<Language, readonly string[]>>>
  /** Lower-case hexadecimal: `0x204`, a pair `0x3/0x9` of error and extended error, or `/0x104` for an extended error alone. */
  codes?: readonly string[]
  /** Words that name it by themselves, lower case. */
  marks?: readonly string[]
  /** Tried on normalised text: lower case, straight quotes, single spaces. Every repeat in them is bounded. */
  patterns?: readonly RegExp[]
  /** What people write instead, in our own words. */
  variants?: readonly string[]
  floor: Stage | 'none'
  failedAt: Stage
  /** The floor where the message was shown on another path. */
  floorOn?: Readonly<Partial<Record<Path, Stage | 'none'>>>
  /** Likely causes with starting weights. */
  likely: Readonly<Partial<Record<CauseId, number>>>
  /** What to look at or ask first. */
  next: readonly (CheckId | QuestionId)[]
  /** How far the reading of this message can be trusted. */
  confidence: 'high' | 'medium' | 'low'
  note?: string
}
