/** K18: the same from the Bastion host: does Azure's connection check reach the VM, and what stops it? */
import type { Bastion } from '../readings.ts'
import { clear, type Finding, type Outcome, outcome } from './finding.ts'
import { LISTENING_EXCLUDES } from './k17-probe.ts'
import { type Scene, unread, value } from './scene.ts'

export function checkReachability(scene: Scene): Outcome {
  const answer = value(scene, 'reachability')
  if (answer === undefined) return unread(scene, 'K18', 'reachability')
  if (answer.reachable)
    return clear('K18', 'From the Bastion host the port can be reached.', LISTENING_EXCLUDES)
  const bastion: Bastion | undefined = value(scene, 'bastion')
  const findings: Finding[] = answer.issues.flatMap(({ kind, detail }): Finding[] => {
    const more = detail === undefined ? '' : ` (${detail})`
    if (/guestfirewall/i.test(kind))
      return [
        {
          cause: 'guest.fw_rule',
          sure: 0.82,
          proof: [`Azure sees the Windows firewall stop the connection${more}.`],
        },
      ]
    if (/route/i.test(kind))
      return [
        {
          cause: 'bastion.routing',
          sure: 0.85,
          proof: [`Azure sees a route lead the connection astray${more}.`],
        },
      ]
    if (/networksecurityrule|nsg/i.test(kind))
      return [
        {
          cause: 'bastion.target_nsg',
          sure: 0.87,
          proof: [
            `Azure sees a security rule stop the connection from ${bastion?.name ?? 'Bastion'}${more}.`,
          ],
        },
      ]
    if (/cpu|memory/i.test(kind))
      return [{ cause: 'guest.exhausted', sure: 0.8, proof: [`Azure sees the VM starved${more}.`] }]
    if (/port|socket/i.test(kind))
      return [{ cause: 'guest.termservice_down', sure: 0.5, proof: [`Azure sees nothing listening${more}.`] }]
    return []
  })
  return outcome('K18', findings, 'From the Bastion host the port cannot be reached; Azure does not say why.')
}
