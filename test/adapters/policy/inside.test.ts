/** What a rule says of the inside of Windows: signing out at the end, and asking whether it is still needed. */
import { describe, expect, test } from '@jest/globals'
import { file, policyOf, rule, told } from './writing.ts'

const optIn = (text: string) => `guestOptIn: { latchkey-guest: ['yes', sessions] }\n${text}`

describe('a rule', () => {
  test('has sessions signed out, and asks about what nobody uses, on VMs that are tagged for it', () => {
    const policy = policyOf(optIn(file(rule({ endSessions: 'true', closeUnused: '15m' }))))
    expect(policy.guestOptIn).toEqual({ 'latchkey-guest': ['yes', 'sessions'] })
    expect(policy.rules[0]).toMatchObject({ endSessions: true, closeUnusedMinutes: 15 })
  })
  test('that says nothing of it, or no, wants neither', () => {
    for (const changes of [{}, { endSessions: 'false' }]) {
      const policy = policyOf(file(rule(changes)))
      expect(policy).not.toHaveProperty('guestOptIn')
      for (const key of ['endSessions', 'closeUnusedMinutes']) expect(policy.rules[0]).not.toHaveProperty(key)
    }
  })
  test('is told what is wrong with it, where it stands', () => {
    const at = (changes: Record<string, string>, head = optIn) => told(head(file(rule(changes))))
    const plain = (text: string) => text
    expect(at({ endSessions: 'true' }, plain)).toEqual([
      expect.stringMatching(
        /^10:18 endSessions needs guestOptIn: the tags of VMs whose Windows may be entered/,
      ),
    ])
    expect(at({ closeUnused: '15m' }, plain)).toEqual([expect.stringMatching(/closeUnused needs guestOptIn/)])
    expect(at({ endSessions: 'sometimes' })[0]).toMatch(/endSessions is true or false/)
    expect(at({ closeUnused: '2m' })[0]).toMatch(/closeUnused is 5m or more/)
    expect(at({ closeUnused: '15' })[0]).toMatch(/a duration needs a unit: write 15m/)
    expect(at({ verbs: '[diagnose]', endSessions: 'true' })[0]).toMatch(/endSessions is about connections/)
    expect(at({ EndSessions: 'true' })[0]).toMatch(/unknown key EndSessions: write endSessions/)
    const forbids = { effect: 'forbid', maxDuration: undefined, approvers: undefined }
    expect(told(optIn(file(rule({ ...forbids, endSessions: 'true' }))))[0]).toMatch(
      /a forbid rule takes no endSessions/,
    )
  })
})

test('the tags that open Windows are named, with values', () => {
  for (const [written, say] of [
    ['{}', /tags names no tag/],
    ['{ a: [] }', /at least one/],
    ['{ a: true }', /put it in quotes/],
    ['yes', /guestOptIn must be a block of keys/],
  ] as const)
    expect(told(`guestOptIn: ${written}\n${file(rule())}`)[0]).toMatch(say)
  expect(told(`guestoptin: { a: b }\n${file(rule())}`)[0]).toMatch(/unknown key guestoptin: write guestOptIn/)
})
