/**
 * Reads what a person wrote or pasted about a failed connection.
 *
 * Pure and total: any text gives symptoms, in time that grows with its length. Of a text above 20,000 characters the head and the tail are
 * read. Knows the messages of the catalogue in several languages, whole or in part, with a wrong letter here and there.
 */
import { readAddresses } from './addresses.ts'
import { readCodes } from './codes.ts'
import { readHints } from './hints.ts'
import { readNames } from './names.ts'
import { fold, normalise } from './normalise.ts'
import { ordinary } from './ordinary.ts'
import { recognise } from './recognise.ts'
import type { Symptoms } from './symptoms.ts'
import { readUsers, withoutPasswords } from './users.ts'

export function readSymptoms(text: string): Symptoms {
  const normal = normalise(text)
  const { shown, passwordShown } = withoutPasswords(normal.shown, ordinary)
  const plain = passwordShown ? fold(shown) : normal.plain
  const { codes, subStatus } = readCodes(plain)
  const hints = readHints(plain, shown.split(/\n|(?<=[.!?。]) /).map(fold))
  const recognised = recognise(plain, codes, hints)
  const users = readUsers(shown, ordinary)
  const { addresses, dns, ports } = readAddresses(shown)
  const { machines, instances, services } = readNames(
    shown,
    users.map(user => user.typed),
    dns,
  )
  return {
    ...recognised,
    codes,
    ...(subStatus && { subStatus }),
    ...hints,
    named: { machines, addresses, dns, ports, users, instances, services },
    passwordShown,
    readAll: normal.readAll,
  }
}
