/** K12: does Azure's own flow check agree with the reading of the rules? Where they differ, Azure is believed. */
import { clear, notNeeded, type Outcome, open, outcome } from './finding.ts'
import { CLOSED_BY_RULES, detailsOf } from './k08-rules.ts'
import { viewOf } from './rules.ts'
import { type Scene, unread, value } from './scene.ts'

export function checkFlow(scene: Scene): Outcome {
  const flow = value(scene, 'flow')
  if (flow === undefined) return unread(scene, 'K12', 'flow')
  const view = viewOf(scene)
  if (isOfAnother(scene)) return open('K12')
  const rule = flow.rule.replace(/^.*\//, '').replace(/^(UserRule|DefaultRule)_/, '')
  if (flow.access === 'allow')
    return clear('K12', `Azure lets this connection in (${rule}).`, CLOSED_BY_RULES)
  if (view?.verdict?.apparent === 'deny') return clear('K12', `Azure agrees: ${rule} denies.`)
  const known = view?.network.nics.some(nic =>
    [nic.attachedNsg, ...nic.ipConfigurations.map(ip => ip.subnet.nsg)].some(nsg =>
      nsg?.rules.some(one => one.name.toLowerCase() === rule.toLowerCase()),
    ),
  )
  if (view === undefined) return notNeeded('K12', `Azure denies this connection (${rule}).`)
  const isDefault = /^(default|deny ?all ?in ?bound)/i.test(rule) || /defaultSecurityRules/i.test(flow.rule)
  return outcome(
    'K12',
    [
      {
        cause: isDefault ? 'net.nsg_no_allow' : known === true ? 'net.nsg_deny' : 'net.admin_rule',
        sure: 0.9,
        proof: [`Azure's own check denies this connection: ${rule}.`],
        details: { ...detailsOf(scene, undefined, view), rule },
      },
    ],
    '',
  )
}

/** It was asked about another address than the person's: they have told it since. */
export function isOfAnother(scene: Scene): boolean {
  const asked = value(scene, 'flow')?.source
  return asked !== undefined && asked !== viewOf(scene)?.flow?.source
}
