/** K22: the asker's own sign-ins, where the sign-in is Entra's. */
import { describe, expect, test } from '@jest/globals'
import { instant } from '../../../../core/ids.ts'
import type { SignInAttempt } from '../../../../core/triage/readings.ts'
import { actionFor, diagnose, NOW } from './office.ts'

const TEXT =
  'app-win-1, I sign in with AzureAD\\ann@contoso.com and get: Your credentials did not work. It is an Entra VM.'
const attempt = (more: Partial<SignInAttempt> = {}): SignInAttempt => ({
  at: instant(NOW - 5 * 60_000),
  app: 'Azure Windows VM Sign-In',
  code: 50_076,
  conditionalAccess: 'failure',
  ...more,
})
const EXTENSION = {
  name: 'AADLoginForWindows',
  publisher: 'Microsoft.Azure.ActiveDirectory',
  type: 'AADLoginForWindows',
  state: 'succeeded',
} as const
const FACTS = {
  extensions: [EXTENSION],
  roles: ['Virtual Machine User Login'],
  probe: { answer: 'rdp' },
} as const

const ran = (signIns: readonly SignInAttempt[], more: object = {}) =>
  diagnose({ text: TEXT, facts: { ...FACTS, signIns }, answers: { 'Q-CONSENT': 'No' }, ...more })
const k22 = ({ assessment }: Awaited<ReturnType<typeof ran>>) =>
  assessment.checks.find(({ id }) => id === 'K22')

describe('the sign-in log', () => {
  test('is read for whoever asks, and what it says of a refusal names the cause', async () => {
    const diagnosis = await ran([attempt()])
    expect(diagnosis.read).toContain('signIns')
    expect(k22(diagnosis)).toMatchObject({ result: 'found', personal: true })
    expect(k22(diagnosis)?.say).toMatch(/5 min.*50076, by a Conditional Access policy/)
    expect(diagnosis.assessment.first?.cause).toBe('entra.mfa')
  })

  test.each([
    [50_126, 'cred.wrong_password'],
    [50_053, 'cred.account_locked'],
    [50_057, 'cred.account_disabled'],
    [50_055, 'cred.password_expired'],
    [50_020, 'entra.guest_user'],
  ])('code %i means %s', async (code, cause) => {
    const diagnosis = await ran([attempt({ code, conditionalAccess: 'notApplied' })])
    expect(diagnosis.assessment.first?.cause).toBe(cause)
  })

  test('of another app, or of hours ago, says nothing about this failure', async () => {
    const other = await ran([attempt({ app: 'Azure Portal' }), attempt({ at: instant(NOW - 2 * 3_600_000) })])
    expect(k22(other)).toMatchObject({ result: 'clear', say: expect.stringMatching(/no attempt.*last hour/) })
  })

  test('that may not be read is not tested, with the right that is missing', async () => {
    const denied = await ran([], { denied: ['signIns'] })
    expect(k22(denied)).toMatchObject({ result: 'not-tested', lacks: actionFor('signIns') })
  })

  test('is not read where nobody signs in with Entra', async () => {
    const { read } = await diagnose({ text: 'rdp to app-win-1 times out, I come from 203.0.113.25' })
    expect(read).not.toContain('signIns')
  })
})
