/** All remedies, by id. */
import { ASKER_REMEDIES } from './asker.ts'
import { MACHINE_REMEDIES } from './machine.ts'
import { OWNER_REMEDIES } from './owner.ts'
import type { Remedy } from './remedy.ts'
import { WINDOWS_REMEDIES } from './windows.ts'

const ALL = { ...ASKER_REMEDIES, ...MACHINE_REMEDIES, ...WINDOWS_REMEDIES, ...OWNER_REMEDIES }

export type RemedyId = keyof typeof ALL

export const REMEDIES: Readonly<Record<RemedyId, Remedy>> = ALL
