/** What the person told about their account and how they typed it. */
import { entraLogin } from '../entra.ts'
import type { Finding } from '../finding.ts'
import { bySubStatus, formFor } from '../guest/account.ts'
import { stoppedController } from '../guest/domain.ts'
import { asksForEntra, type Scene, value } from '../scene.ts'

export function byAccount(scene: Scene): Finding[] {
  const { entries, hints, said } = scene
  const atSignIn =
    scene.floor === 'tls' ||
    scene.floor === 'auth' ||
    scene.floor === 'logon' ||
    said.failedAt === 'auth' ||
    said.failedAt === 'logon'
  const found: Finding[] = []
  const status = bySubStatus(said.subStatus ?? '')
  if (status !== undefined)
    found.push({ cause: status.cause, sure: 0.92, proof: [`The event in your message says: ${status.say}.`] })
  if (entries[0] === 'E-NLA-DC' || entries[0] === 'E-LSA' || entries.includes('E-CLOCK'))
    found.push(...byDomain(scene))
  // Whoever says so is past the network, whatever the message leaves out.
  const lost = hints.has('forgot-password') && !hints.has('became-dc')
  if (!atSignIn && lost && status === undefined && (scene.kind === 'none' || scene.listenerProven))
    found.push({
      cause: 'cred.wrong_password',
      sure: scene.listenerProven ? 0.88 : 0.8,
      proof: ['You said that nobody knows the password.'],
    })
  // Windows itself wrote why: how the name was typed is no longer a guess.
  if (!atSignIn || status !== undefined) return found
  const becameDc = hints.has('became-dc')
  if (becameDc)
    found.push({
      cause: 'cred.dc_promoted',
      sure: 0.88,
      proof: ['You said that the VM became a domain controller: its local accounts are gone.'],
      details: { ...signInAs(scene, 'domain') },
    })
  else if (hints.has('forgot-password'))
    found.push({
      cause: 'cred.wrong_password',
      sure: 0.92,
      proof: ['You said that nobody knows the password.'],
    })
  if (hints.has('guest-account') || scene.known.case.asker.guest === true)
    found.push({
      cause: 'entra.guest_user',
      sure:
        scene.known.case.asker.guest === true && asksForEntra(scene)
          ? 0.95
          : asksForEntra(scene)
            ? 0.9
            : 0.72,
      proof: ['You use a guest account of another organisation, and Windows VMs do not let those sign in.'],
    })
  if (
    hints.has('protected-user') &&
    (entries.includes('E-C07') || entries.includes('E-LSA') || entries.includes('E-CREDS'))
  )
    found.push({
      cause: 'cred.restriction',
      sure: 0.86,
      proof: ['You named Protected Users or NTLM: such accounts need the name of the VM, not its address.'],
      details: { what: 'kerberos' },
    })
  if (hints.has('blank-password'))
    found.push({
      cause: 'cred.restriction',
      sure: 0.86,
      proof: ['You said that the password is empty: such accounts sign in at the console only.'],
    })
  const expires = entries.some(id => id === 'E-LSA' || id === 'E-CREDS' || id === 'E-PW-EXPIRED')
  if (expires && (scene.choice('Q-ACCOUNT') === 'temporary_password' || hints.has('password-given')))
    found.push({
      cause: 'cred.password_expired',
      sure: 0.86,
      proof: ['The password was given to you and has to be changed first, which Remote Desktop cannot do.'],
    })
  return [...found, ...byForm(scene), ...byEntra(scene)]
}

/** No domain controller: the text says so, and a stopped one in the log proves it. */
function byDomain(scene: Scene): Finding[] {
  const entra = entraLogin(value(scene, 'extensions') ?? [])
  if (
    entra !== undefined &&
    scene.entries[0] === 'E-NLA-DC' &&
    value(scene, 'guest')?.domain?.joined !== true
  )
    return [
      {
        cause: 'entra.server_hardened',
        sure: scene.hints.has('hardened') ? 0.93 : 0.85,
        proof: [
          'The VM is joined to Entra and to no domain: after hardening it asks for a domain controller that does not exist.',
        ],
      },
    ]
  const controller = stoppedController(scene)
  return controller.proof.length === 0
    ? []
    : [{ cause: 'guest.nla_no_dc', sure: 0.92, proof: controller.proof, ...controller.more }]
}

const signInAs = (scene: Scene, kind: 'local' | 'domain' | 'entra') =>
  formFor(scene, kind, scene.said.named.users[0]?.typed ?? value(scene, 'model')?.adminAccount ?? 'user')

/** The form of the user name. */
function byForm(scene: Scene): Finding[] {
  const refused = scene.entries.some(id =>
    ['E-CREDS', 'E-0x207', 'E-BAS-LOGIN', 'E-LSA', 'E-C07', 'E-EVENT-4625', 'E-CS-LSA'].includes(id),
  )
  if (!refused) return []
  const [typed] = scene.said.named.users
  const bastion = scene.approach?.startsWith('bastion') === true
  const form =
    scene.choice('Q-USERFORM') ??
    (typed === undefined
      ? undefined
      : {
          azuread: 'azuread_user_company',
          upn: 'user_company',
          backslash: 'domain_user',
          dot: 'vmname_user',
          plain: 'just_user',
        }[typed.form])
  const isMachine =
    typed !== undefined && typed.form === 'backslash' && isName(scene, typed.typed.split('\\')[0] ?? '')
  const account = scene.choice('Q-ACCOUNT')
  const shown = typed?.typed ?? 'the name'
  switch (form) {
    case 'just_user':
      if (scene.hints.has('forgot-password')) return []
      return [
        {
          cause: 'cred.wrong_user_form',
          sure: account === 'domain' || account === 'company' ? 0.75 : 0.85,
          proof: [
            `${shown} without the machine in front is tried against your own computer's domain, not against the VM.`,
          ],
          details: signInAs(
            scene,
            account === 'domain' ? 'domain' : account === 'company' ? 'entra' : 'local',
          ),
        },
      ]
    case 'domain_user':
      if (isMachine) return []
      if (bastion)
        return [
          {
            cause: 'bastion.username',
            sure: 0.88,
            proof: ['The Bastion page does not take DOMAIN\\user: it wants user@domain.'],
            details: { signInAs: 'user@domain' },
          },
        ]
      return value(scene, 'guest')?.domain?.joined === false || account === 'local'
        ? [
            {
              cause: 'cred.wrong_user_form',
              sure: 0.88,
              proof: [`${shown} names a domain, and this VM belongs to none.`],
              details: signInAs(scene, 'local'),
            },
          ]
        : [
            {
              cause: 'cred.wrong_user_form',
              sure: 0.5,
              proof: [`${shown} names a domain; the account may be local to the VM.`],
              details: signInAs(scene, 'local'),
            },
          ]
    case 'user_company': {
      const entra = entraLogin(value(scene, 'extensions') ?? [])
      if (entra !== undefined)
        return [
          {
            cause: 'entra.client',
            sure: 0.8,
            proof: ['A company account needs AzureAD\\ in front of the name here.'],
            details: signInAs(scene, 'entra'),
          },
        ]
      return bastion
        ? []
        : [
            {
              cause: 'cred.wrong_user_form',
              sure: 0.72,
              proof: [
                'The name has the form of a company account, and this VM knows local or domain accounts.',
              ],
              details: signInAs(scene, 'local'),
            },
          ]
    }
    default:
      return []
  }
}

const isName = (scene: Scene, domain: string): boolean => {
  const names = [scene.vm?.name, value(scene, 'state')?.computerName].flatMap(name =>
    name === undefined ? [] : [name.toLowerCase(), name.slice(0, 15).toLowerCase()],
  )
  return domain === '.' || names.includes(domain.toLowerCase())
}

/** Company accounts: which device and form, and what the tenant wants. */
function byEntra(scene: Scene): Finding[] {
  const { entries, hints } = scene
  const entra = entraLogin(value(scene, 'extensions') ?? [])
  const isEntra = entra?.state === 'succeeded' || asksForEntra(scene)
  if (!isEntra) return []
  const found: Finding[] = []
  const refused = entries.some(id => ['E-CREDS', 'E-0x207', 'E-LSA', 'E-BAS-LOGIN'].includes(id))
  const [said] = [scene.text.toLowerCase()]
  const mfa = /\bmfa\b|multi-?factor|conditional access|authenticator/.test(said)
  if (entries.includes('E-LOGON-TYPE'))
    found.push({
      cause: 'entra.mfa',
      sure: 0.86,
      proof: [
        'On a VM with company sign-in this text means that a Conditional Access or MFA rule was not met.',
      ],
    })
  if (refused && mfa)
    found.push({
      cause: 'entra.mfa',
      sure: 0.84,
      proof: [
        'You named MFA or Conditional Access, which the password prompt of Remote Desktop cannot satisfy.',
      ],
    })
  const device = ['mac', 'phone', 'linux-client', 'unjoined'].find(hint => hints.has(hint as 'mac'))
  const client = scene.choice('Q-CLIENT')
  const foreign =
    device !== undefined ||
    client === 'mac' ||
    client === 'phone' ||
    scene.said.client === 'windows_app_mac' ||
    scene.said.client === 'ios' ||
    scene.said.client === 'android'
  if (refused)
    found.push({
      cause: 'entra.client',
      sure: foreign
        ? 0.88
        : scene.said.named.users.some(({ form }) => form === 'azuread') || hints.has('azuread-user')
          ? 0.72
          : 0.6,
      proof: [
        foreign
          ? 'A company account signs in from a Windows device that is joined or registered in the same tenant; yours is another kind.'
          : 'A company account signs in from a device of the same tenant, with AzureAD\\ before the name.',
      ],
      details: signInAs(scene, 'entra'),
    })
  if (hints.has('web-account') && scene.dialled !== undefined && /^[\d.]+$/.test(scene.dialled.host))
    found.push({
      cause: 'entra.hostname',
      sure: 0.9,
      proof: ['Web account sign-in needs the name of the VM, not an address.'],
    })
  return found
}
