/** Whether Windows is set up for sign-in with Entra accounts. */
import type { Extension } from '../readings.ts'

export const entraLogin = (extensions: readonly Extension[]): Extension | undefined =>
  extensions.find(({ type }) => /aadlogin/i.test(type))
