/** K09: may this person do what they try? Owner and Contributor of a VM may not sign in with an Entra account. */

import { entraLogin } from './entra.ts'
import { type Finding, type Outcome, outcome } from './finding.ts'
import { asksForEntra, type Scene, unread, value } from './scene.ts'

export function checkRoles(scene: Scene): Outcome {
  const roles = value(scene, 'roles')
  if (roles === undefined) return unread(scene, 'K09', 'roles')
  const held = roles.map(role => role.toLowerCase())
  const mayLogin = held.some(role => /virtual machine (administrator|user) login/.test(role))
  const mayRead = held.some(role => /reader|contributor|owner|operator|administrator/.test(role))
  const findings: Finding[] = []
  const login = entraLogin(value(scene, 'extensions') ?? [])
  const isEntra = scene.entry === 'E-ENTRA-ROLE' || (asksForEntra(scene) && login?.state === 'succeeded')
  if (isEntra && !mayLogin)
    findings.push({
      cause: 'entra.no_role',
      sure: scene.entry === 'E-ENTRA-ROLE' ? 0.97 : 0.85,
      proof: [
        `Your roles on this VM are ${roles.length === 0 ? 'none' : roles.slice(0, 5).join(', ')}: none of them allows signing in with a company account.`,
      ],
    })
  const bastion = scene.approach?.startsWith('bastion') === true
  if (bastion && !mayRead)
    findings.push({
      cause: 'bastion.rbac',
      sure: 0.93,
      proof: [
        'You lack the Reader role that Bastion needs on the VM, its network interface and the Bastion host.',
      ],
    })
  else if (bastion && scene.entry === 'E-BAS-MISSING' && value(scene, 'bastion') !== undefined)
    findings.push({
      cause: 'bastion.rbac',
      sure: 0.8,
      proof: [
        'A Bastion host reaches this VM, but you do not see it: the Reader role on it, or on its virtual network, is missing.',
      ],
    })
  if (!bastion && roles.length === 0 && (scene.hints.has('not-visible') || scene.hints.has('portal-greyed')))
    findings.push({
      cause: 'target.no_access',
      sure: 0.82,
      proof: ['You hold no Azure role on this VM.'],
    })
  return outcome(
    'K09',
    findings,
    roles.length === 0
      ? 'You hold no Azure role on this VM.'
      : `Your roles: ${roles.slice(0, 5).join(', ')}.`,
    mayLogin ? ['entra.no_role'] : [],
  )
}
