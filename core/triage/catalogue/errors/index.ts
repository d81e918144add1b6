/** All error texts, by id. */
import { ACCOUNT_ERRORS } from './account.ts'
import { AZURE_ERRORS } from './azure.ts'
import { CONNECT_ERRORS } from './connect.ts'
import { ENTRA_ERRORS } from './entra.ts'
import type { ErrorEntry } from './entry.ts'
import { HOPS_ERRORS } from './hops.ts'
import { SECURE_ERRORS } from './secure.ts'
import { SESSION_ERRORS } from './session.ts'
import { SIGN_IN_ERRORS } from './sign-in.ts'

const ALL = {
  ...CONNECT_ERRORS,
  ...SECURE_ERRORS,
  ...SESSION_ERRORS,
  ...SIGN_IN_ERRORS,
  ...ACCOUNT_ERRORS,
  ...ENTRA_ERRORS,
  ...HOPS_ERRORS,
  ...AZURE_ERRORS,
}

export type ErrorId = keyof typeof ALL

export const ERRORS: Readonly<Record<ErrorId, ErrorEntry>> = ALL
