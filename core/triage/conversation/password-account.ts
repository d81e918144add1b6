/**
 * Whose password may be set in Windows. VMAccess makes an administrator of a name that nobody has, and of one that is none; it must never run on
 * a domain controller. So the account has to be known: seen inside Windows in this run, or the administrator that Azure itself names.
 */
import type { Knowledge } from '../engine/knowledge.ts'

/** `admin`: not seen inside Windows, but named by Azure. `say`: more about it, in words. */
export type PasswordAccount = { name: string; admin: boolean; say: string } | { not: string }

/** The account, or why there is none, as a sentence for people. Pure. */
export function accountFor({ facts }: Pick<Knowledge, 'facts'>): PasswordAccount {
  const guest = facts.guest?.read === true ? facts.guest.value : undefined
  if (facts.guest?.read === false)
    return {
      not: `Windows could not be looked into, so the account is not known to be there: ${facts.guest.why}`,
    }
  if (guest?.domain === undefined)
    return {
      not: 'It was not seen that this is no domain controller, where a password is never set from here.',
    }
  if (guest.domain.isDc)
    return { not: 'It is a domain controller: passwords are set in the directory, never from here.' }
  const { account } = guest
  if (account !== undefined) {
    const { name, kind, exists, admin } = account
    if (kind !== 'local')
      return { not: 'The account belongs to a directory: its password is set there, never from here.' }
    if (!exists)
      return {
        not: 'Windows has no account of that name, and setting a password would make a new administrator of it.',
      }
    return admin
      ? { name, admin: false, say: '' }
      : {
          not: 'The account is no administrator, and setting its password from here would make it one. Somebody has to set it by hand.',
        }
  }
  const model = facts.model?.read === true ? facts.model.value : undefined
  return model?.adminAccount === undefined || model.adminAccount === ''
    ? { not: 'It is not known which account is meant. Say which name you sign in with, and ask again.' }
    : { name: model.adminAccount, admin: true, say: ', the administrator that the VM was made with' }
}
