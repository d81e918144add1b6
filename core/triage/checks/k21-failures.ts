/** K21: why this person's sign-ins failed, and what state their account is in. Personal: for the asker and the approver only. */
import type { CauseId } from '../catalogue/causes/index.ts'
import { type Outcome, outcome } from './finding.ts'
import { judgeAccount } from './guest/account.ts'
import { type Scene, unread, value } from './scene.ts'

export function checkFailures(scene: Scene): Outcome {
  const guest = value(scene, 'guest')
  if (guest === undefined) return unread(scene, 'K21', 'guest')
  const findings = judgeAccount(guest, scene)
  const { account } = guest
  const fine: CauseId[] =
    account?.exists === true
      ? (
          [
            [account.enabled, 'cred.account_disabled'],
            [!account.locked, 'cred.account_locked'],
            [!account.expired, 'cred.account_expired'],
            [account.admin || account.rdpUsers, 'cred.no_rdp_right'],
            [!account.denyRdpRight, 'cred.right_denied'],
            [!account.blankPassword, 'cred.restriction'],
          ] as const
        ).flatMap(([isFine, cause]) => (isFine && !findings.some(one => one.cause === cause) ? [cause] : []))
      : []
  return outcome(
    'K21',
    findings,
    account === undefined ? 'The account was not looked at.' : `The account ${account.name} is fine.`,
    fine,
  )
}
