/**
 * The account that Remote Desktop on a Cloud Service is enabled with: made anew for each grant, and worth nothing after it.
 *
 * The password fits Windows' complexity rules in every edition: 20 characters of four kinds, no part of the account's name in it. It holds
 * only what can be typed on any keyboard and stands in XML as it is; letters and digits that look alike are left out.
 * Source: https://learn.microsoft.com/windows/security/threat-protection/security-policy-settings/password-must-meet-complexity-requirements
 * (read 2026-11-21).
 */
import assert from 'node:assert/strict'

/** That many random bytes, from a source fit for secrets. */
export type RandomBytes = (count: number) => Uint8Array

/** The password is a secret: shown once to its person, kept nowhere. */
export type ServiceAccount = { user: string; password: string }

const KINDS = ['ABCDEFGHJKMNPQRSTUVWXYZ', 'abcdefghijkmnpqrstuvwxyz', '23456789', '!#$%*+-=?@_'] as const
const PASSWORD = KINDS.join('')
const NAME = 'abcdefghjkmnpqrstuvwxyz23456789'
const LENGTH = 20
/** With a fair source one draw in twenty lacks a kind; so many in a row are a broken source. */
const MOST_DRAWS = 100

/** @throws a bug where the source is not random */
export function makeAccount(random: RandomBytes): ServiceAccount {
  const user = `lk-${draw(random, NAME, 8)}`
  return { user, password: makePassword(random, user) }
}

/**
 * More than 120 bits that Windows takes for this account, also for one that somebody else has named.
 * @throws a bug where the source is not random
 */
export function makePassword(random: RandomBytes, user: string): string {
  for (let draws = 0; draws < MOST_DRAWS; draws += 1) {
    const password = draw(random, PASSWORD, LENGTH)
    if (isComplex(password, user)) return password
  }
  assert.fail('the source of randomness gives no password')
}

/** Whether Windows takes it: long enough, of all four kinds, and without the name or a part of it. */
export function isComplex(password: string, user: string): boolean {
  const parts = user.split(/[-._,\s#]+/).filter(part => part.length > 2)
  const held = password.toLowerCase()
  return (
    password.length >= LENGTH &&
    KINDS.every(kind => [...password].some(one => kind.includes(one))) &&
    ![user, ...parts].some(part => held.includes(part.toLowerCase()))
  )
}

/** Every character equally likely: bytes beyond the last whole round of the alphabet are thrown away. */
function draw(random: RandomBytes, alphabet: string, length: number): string {
  const fair = 256 - (256 % alphabet.length)
  let text = ''
  for (let rounds = 0; text.length < length; rounds += 1) {
    assert(rounds < MOST_DRAWS, 'the source of randomness gives nothing that can be used')
    for (const byte of random(length)) {
      if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length]
    }
  }
  return text
}
