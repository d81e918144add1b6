/** Whose password may be set: VMAccess makes an administrator of any name, so a name has to be proven. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { makePassword } from '../../../core/rdp/cloud-service/account.ts'
import { accountFor } from '../../../core/triage/conversation/password-account.ts'
import type { Knowledge } from '../../../core/triage/engine/knowledge.ts'
import type { Guest, MachineModel } from '../../../core/triage/readings.ts'

const alone: Guest = { domain: { joined: false, isDc: false } }
const account: NonNullable<Guest['account']> = {
  ...{ name: 'azadmin', kind: 'local' as const, exists: true, enabled: true, locked: true, expired: false },
  ...{ mustChange: false, admin: true, rdpUsers: false, blankPassword: false, denyRdpRight: false },
}
const of = (guest: Guest | string | undefined, adminAccount?: string) =>
  accountFor({
    facts: {
      ...(guest === undefined
        ? {}
        : { guest: typeof guest === 'string' ? { read: false, why: guest } : { read: true, value: guest } }),
      ...(adminAccount === undefined
        ? {}
        : { model: { read: true, value: { adminAccount } as MachineModel } }),
    } as Knowledge['facts'],
  })

describe('a password may be set', () => {
  test('for a local administrator that was seen inside Windows', () => {
    expect(of({ ...alone, account })).toEqual({ name: 'azadmin', admin: false, say: '' })
  })
  test('for the administrator that Azure names, where nobody named one', () => {
    expect(of(alone, 'azadmin')).toMatchObject({ name: 'azadmin', admin: true })
  })
  test.each<[string, Guest | string | undefined, RegExp]>([
    ['before anybody looked inside', undefined, /not seen that this is no domain controller/],
    [
      'where Windows could not be looked into',
      'the agent is away.',
      /could not be looked into.*agent is away/,
    ],
    ['where nobody could tell what it is', { account }, /not seen that this is no domain controller/],
    ['on a domain controller', { domain: { joined: true, isDc: true }, account }, /is a domain controller/],
    ['for one that is not there', { ...alone, account: { ...account, exists: false } }, /new administrator/],
    ['for one that is no administrator', { ...alone, account: { ...account, admin: false } }, /make it one/],
    ['for one of the domain', { ...alone, account: { ...account, kind: 'domain' } }, /directory/],
    ['for one of Entra', { ...alone, account: { ...account, kind: 'entra' } }, /directory/],
    ['for nobody', alone, /which account/],
  ])('never %s, and it says why', (_, guest, why) => {
    expect(of(guest)).toEqual({ not: expect.stringMatching(why) })
  })
  test('what was seen inside Windows outweighs the name that the VM was made with', () => {
    expect(of({ ...alone, account: { ...account, exists: false } }, 'azadmin')).toHaveProperty('not')
    expect(of({ domain: { joined: true, isDc: true } }, 'azadmin')).toHaveProperty('not')
    expect(of(undefined, 'azadmin')).toHaveProperty('not')
  })
})

describe('the password itself', () => {
  const KINDS = [/[A-HJ-NP-Z]/, /[a-km-z]/, /[2-9]/, /[!#$%*+\-=?@_]/]

  test('has 20 characters of four kinds that nobody confuses, and nothing of the account’s name, whatever that is', () => {
    const name = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'aeZ09-._ #\\xyäAdmin') })
    fc.assert(
      fc.property(name, user => {
        const password = makePassword(count => randomBytes(count), user)
        expect(password).toMatch(/^[A-HJ-NP-Za-km-z2-9!#$%*+\-=?@_]{20}$/)
        for (const kind of KINDS) expect(password).toMatch(kind)
        for (const part of [user, ...user.split(/[-._,\s#]+/)].filter(each => each.length > 2))
          expect(password.toLowerCase()).not.toContain(part.toLowerCase())
      }),
      { numRuns: 300 },
    )
  })
  test('is another one each time', () => {
    const many = new Set(
      Array.from({ length: 1_000 }, () => makePassword(count => randomBytes(count), 'azadmin')),
    )
    expect(many.size).toBe(1_000)
  })
})
