/** K22: what Entra's sign-in log says about the asker's own attempts. Personal: shown to the asker and the approver only. */
import { type Finding, type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value } from './scene.ts'
import { ago } from './words.ts'

const MFA = new Set([50_074, 50_076, 50_079, 50_158, 53_000, 53_001, 53_002, 53_003, 53_004, 500_121, 50_072])
const GUEST = new Set([50_020, 90_072, 50_034, 500_212])
const HOST = new Set([293_004, 293_005])
const EXPIRED = new Set([50_055, 50_144])
const LOCKED = new Set([50_053])
const DISABLED = new Set([50_057])
const WRONG = new Set([50_126])
/** What was tried before says nothing about this failure. */
const RECENT_MS = 3_600_000

export function checkSignIns(scene: Scene): Outcome {
  const attempts = value(scene, 'signIns')
  if (attempts === undefined) return unread(scene, 'K22', 'signIns')
  const last = attempts
    .filter(
      ({ app, at }) =>
        scene.now - at < RECENT_MS && /vm sign-?in|remote desktop|windows|cloud login/i.test(app),
    )
    .toSorted((a, b) => b.at - a.at)[0]
  if (last === undefined || (last.code === 0 && last.conditionalAccess !== 'failure'))
    return outcome(
      'K22',
      [],
      last === undefined
        ? 'Entra saw no attempt to sign in to a Windows VM within the last hour.'
        : 'Entra let the last attempt in.',
    )
  const when = `Entra refused the sign-in ${ago(last.at, scene.now)} with code ${last.code}`
  const cause =
    MFA.has(last.code) || last.conditionalAccess === 'failure'
      ? 'entra.mfa'
      : GUEST.has(last.code)
        ? 'entra.guest_user'
        : HOST.has(last.code)
          ? 'entra.hostname'
          : EXPIRED.has(last.code)
            ? 'cred.password_expired'
            : LOCKED.has(last.code)
              ? 'cred.account_locked'
              : DISABLED.has(last.code)
                ? 'cred.account_disabled'
                : WRONG.has(last.code)
                  ? 'cred.wrong_password'
                  : 'entra.client'
  const findings: Finding[] = [
    {
      cause,
      sure: cause === 'entra.client' ? 0.7 : 0.92,
      proof: [`${when}${last.conditionalAccess === 'failure' ? ', by a Conditional Access policy' : ''}.`],
    },
  ]
  return outcome('K22', findings, '')
}
