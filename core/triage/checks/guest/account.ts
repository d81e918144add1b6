/** Inside Windows: the asker's account, and why its last sign-in failed. Personal: for the asker and the approver only. */
import type { CauseId } from '../../catalogue/causes/index.ts'
import type { Guest } from '../../readings.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../scene.ts'

export function judgeAccount(guest: Guest, scene: Scene): Finding[] {
  const { account, domain } = guest
  const found: Finding[] = []
  const user = account?.name ?? ''
  const details = { user, ...(domain?.name === undefined ? {} : { what: domain.name }) }
  if (account !== undefined) {
    const isLocal = account.kind === 'local'
    if (isLocal && domain?.isDc === true)
      found.push({
        cause: 'cred.dc_promoted',
        sure: 0.95,
        proof: [
          'The VM is a domain controller now: local accounts are gone, and domain accounts take their place.',
        ],
        details: {
          ...details,
          signInAs: `${(domain.name ?? 'DOMAIN').split('.')[0]?.toUpperCase() ?? 'DOMAIN'}\\${user}`,
        },
      })
    else if (!account.exists)
      found.push({
        cause: 'cred.wrong_user_form',
        sure: 0.93,
        proof: [`There is no account ${user} on this VM.`],
        details: { ...details, ...formFor(scene, account.kind, user) },
      })
    else {
      if (!account.enabled)
        found.push({
          cause: 'cred.account_disabled',
          sure: 0.97,
          proof: [`The account ${user} is disabled.`],
          details,
        })
      if (account.locked)
        found.push({
          cause: 'cred.account_locked',
          sure: 0.97,
          proof: [`The account ${user} is locked after failed attempts.`],
          details,
        })
      if (account.expired)
        found.push({
          cause: /71|224/.test(guest.lastFailureSubstatus ?? '')
            ? 'cred.password_expired'
            : 'cred.account_expired',
          sure: 0.95,
          proof: [`The account ${user} has expired.`],
          details,
        })
      if (account.mustChange)
        found.push({
          cause: 'cred.password_expired',
          sure: 0.95,
          proof: [
            `The password of ${user} has to be changed before the first sign-in, which Remote Desktop cannot do.`,
          ],
          details,
        })
      if (account.denyRdpRight)
        found.push({
          cause: 'cred.right_denied',
          sure: 0.95,
          proof: [`A policy denies ${user} the right to sign in over Remote Desktop.`],
          details,
        })
      else if (!account.admin && !account.rdpUsers && account.kind !== 'entra')
        found.push({
          cause: 'cred.no_rdp_right',
          sure: 0.95,
          proof: [`${user} is neither an administrator nor in Remote Desktop Users.`],
          details,
        })
      if (account.blankPassword)
        found.push({
          cause: 'cred.restriction',
          sure: 0.94,
          proof: [
            `${user} has an empty password, and Windows lets such accounts sign in at the console only.`,
          ],
          details,
        })
    }
  }
  const code = (guest.lastFailureSubstatus ?? scene.said.subStatus ?? '').toLowerCase()
  const told = bySubStatus(code)
  if (told !== undefined && !found.some(({ cause }) => cause === told.cause))
    found.push({
      cause: told.cause,
      sure: found.length === 0 ? told.sure : 0.55,
      proof: [`The last sign-in failed with ${code}: ${told.say}.`],
      details: {
        ...details,
        ...(told.cause === 'cred.wrong_user_form' ? formFor(scene, account?.kind ?? 'local', user) : {}),
      },
    })
  if (guest.entraJoined === false && account?.kind === 'entra')
    found.unshift({
      cause: 'entra.extension',
      sure: 0.93,
      proof: ['Windows is not joined to Entra, so a company account cannot sign in.'],
      details,
    })
  return found
}

/** What a sub-status of a failed sign-in means. The code comes from Windows or from people: anything may stand there. */
export const bySubStatus = (code: string): (typeof BY_SUBSTATUS)[string] | undefined => {
  const plain = code.toLowerCase().replace(/^0x0+/, '0x')
  return Object.hasOwn(BY_SUBSTATUS, plain) ? BY_SUBSTATUS[plain] : undefined
}

const BY_SUBSTATUS: Readonly<Record<string, { cause: CauseId; sure: number; say: string }>> = {
  '0xc000006a': { cause: 'cred.wrong_password', sure: 0.93, say: 'the password was wrong' },
  '0xc0000064': { cause: 'cred.wrong_user_form', sure: 0.93, say: 'no such user is known' },
  '0xc0000072': { cause: 'cred.account_disabled', sure: 0.95, say: 'the account is disabled' },
  '0xc0000234': { cause: 'cred.account_locked', sure: 0.95, say: 'the account is locked' },
  '0xc0000071': { cause: 'cred.password_expired', sure: 0.95, say: 'the password has expired' },
  '0xc0000224': { cause: 'cred.password_expired', sure: 0.95, say: 'the password must be changed' },
  '0xc0000193': { cause: 'cred.account_expired', sure: 0.95, say: 'the account has expired' },
  '0xc000015b': { cause: 'cred.right_denied', sure: 0.88, say: 'the account may not sign in this way' },
  '0xc000006e': { cause: 'cred.restriction', sure: 0.9, say: 'a restriction of the account forbids it' },
  '0xc000006f': { cause: 'cred.restriction', sure: 0.9, say: 'the account may not sign in at this hour' },
  '0xc0000070': {
    cause: 'cred.restriction',
    sure: 0.88,
    say: 'the account may not sign in from this computer',
  },
  '0xc0000133': { cause: 'guest.clock', sure: 0.9, say: 'the clocks differ too much' },
  '0xc000005e': { cause: 'guest.nla_no_dc', sure: 0.9, say: 'no domain controller could be reached' },
  '0xc000018d': { cause: 'guest.trust_broken', sure: 0.92, say: 'the trust of the machine is broken' },
  '0xc0000413': { cause: 'cred.right_denied', sure: 0.85, say: 'an authentication policy forbids it' },
}

/** How the name should be typed for this VM. */
export function formFor(
  scene: Scene,
  kind: 'local' | 'domain' | 'entra',
  user: string,
): { signInAs: string } {
  const name = user.replace(/^.*\\/, '').replace(/@.*$/, '') || 'user'
  const machine = scene.vm?.name.slice(0, 15).toUpperCase() ?? 'VMNAME'
  switch (kind) {
    case 'local':
      return { signInAs: `${machine}\\${name}` }
    case 'domain':
      return { signInAs: `DOMAIN\\${name}` }
    case 'entra':
      return { signInAs: `AzureAD\\${user.includes('@') ? user.replace(/^.*\\/, '') : `${name}@company`}` }
  }
}
