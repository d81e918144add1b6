import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { EncryptJWT } from 'jose'
import { sealCookies } from '../../../adapters/web/session.ts'
import { ALICE } from './house.ts'

const key = randomBytes(32)
const NOW = Date.parse('2026-11-21T10:00:00Z')
const cookies = sealCookies({ key, secure: false, now: () => NOW })
const requestWith = (cookie: string) => ({ headers: { cookie } }) as IncomingMessage

const CLAIMS = { person: ALICE, name: 'Alice', upn: 'alice@contoso.example', csrf: 'c'.repeat(32) }
const sealed = (claims: Record<string, unknown>, { audience = 'session', expires = true } = {}) => {
  const token = new EncryptJWT(claims)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setAudience(audience)
  return (expires ? token.setExpirationTime(NOW / 1000 + 60) : token).encrypt(key)
}
const sessionFrom = async (token: string) =>
  cookies.session(requestWith(`other=1; latchkey-session=${token}`))

describe('what counts as a session', () => {
  test('what was sealed as one', async () => {
    expect(await sessionFrom(await sealed(CLAIMS))).toEqual(CLAIMS)
  })

  test('comes back as it was kept, with a fresh form token each time', async () => {
    const keep = () => cookies.keepSession({ person: ALICE, name: 'Alice', upn: 'alice@contoso.example' })
    const [one, two] = await Promise.all(
      [keep(), keep()].map(async set => cookies.session(requestWith(await set))),
    )
    expect(one).toMatchObject({ person: ALICE, name: 'Alice', upn: 'alice@contoso.example' })
    expect(one?.csrf).not.toBe(two?.csrf)
    expect(one?.csrf.length).toBeGreaterThanOrEqual(32)
  })

  test.each([
    ['the same claims sealed for another purpose', CLAIMS, { audience: 'sign-in' }],
    ['one that never ends', CLAIMS, { expires: false }],
    ['one without a person', { ...CLAIMS, person: undefined }, {}],
    ['one whose person is no object id', { ...CLAIMS, person: 'alice' }, {}],
    ['one with an empty form token', { ...CLAIMS, csrf: '' }, {}],
  ])('not %s', async (_name, claims, how) => {
    expect(await sessionFrom(await sealed(claims, how))).toBeUndefined()
  })

  test('not a cookie whose name only ends like ours', async () => {
    expect(await cookies.session(requestWith(`x-latchkey-session=${await sealed(CLAIMS)}`))).toBeUndefined()
  })

  test('not the http cookie once we are on https', async () => {
    const secure = sealCookies({ key, secure: true, now: () => NOW })
    expect(await secure.session(requestWith(`latchkey-session=${await sealed(CLAIMS)}`))).toBeUndefined()
  })
})
