/**
 * K07: is the port under just-in-time access, and is a window open for this source?
 *
 * The policy's own state is never the verdict: only where the rules really deny the flow is a missing window its cause.
 */
import { rulesRewritten } from './activity.ts'
import { clear, type Finding, notNeeded, type Outcome, outcome } from './finding.ts'
import { detailsOf, isJitMatter } from './k08-rules.ts'
import { viewOf } from './rules.ts'
import { type Scene, unread, value, wasRead } from './scene.ts'
import { ago, listed } from './words.ts'

/** A window that ended longer ago does not explain a failure of now. */
const RECENT_MS = 7 * 24 * 3_600_000

export function checkJit(scene: Scene): Outcome {
  if (!wasRead(scene, 'jit')) return unread(scene, 'K07', 'jit')
  const jit = value(scene, 'jit')
  const refused = scene.hints.has('jit-refused')
  if (jit === undefined) return notNeeded('K07', 'No just-in-time policy covers this VM.')
  const view = viewOf(scene)
  if (view?.verdict === undefined) return unread(scene, 'K07', 'network')
  const findings: Finding[] = []
  if (refused)
    findings.push({
      cause: 'net.jit_no_right',
      sure: 0.88,
      proof: [
        'A just-in-time policy covers this VM, although the portal says otherwise to you: you may not read or use it.',
      ],
    })
  const { window, verdict } = view
  const details = detailsOf(scene, verdict.decidedBy, view)
  const isShut = verdict.apparent === 'deny' && (verdict.access === 'deny' || !view.hangsOnSource)
  const rule = verdict.decidedBy === undefined ? '' : ` ${verdict.decidedBy.rule.name} denies meanwhile.`
  const bastion = scene.approach?.startsWith('bastion') === true
  if (bastion) return clear('K07', 'Judged for the Bastion host instead.')
  const jitMatters = isJitMatter(window.state, verdict.decidedBy) && verdict.decidedBy?.layer !== 'admin'
  switch (window.state) {
    case 'no-policy':
    case 'not-covered':
      if (
        isShut &&
        window.state === 'not-covered' &&
        (scene.hints.has('port-moved') || scene.listens !== 3389)
      )
        findings.push({
          cause: 'net.jit_port',
          sure: 0.9,
          proof: [
            `Just-in-time access covers port ${listed(window.ports.map(String))}, not ${view.flow?.port ?? scene.listens}.`,
          ],
          details,
        })
      break
    case 'closed':
      if (isShut && jitMatters)
        findings.push({
          cause: 'net.jit_closed',
          sure: 0.95,
          proof: [
            `Just-in-time access guards port ${view.flow?.port ?? scene.listens}, and no window is open.${rule}`,
          ],
          details,
        })
      break
    case 'expired':
      if (isShut && jitMatters) {
        const recent = scene.now - window.request.endsAt < RECENT_MS
        const isOwn = window.mine !== false && recent
        findings.push({
          cause: isOwn ? 'net.jit_expired' : 'net.jit_closed',
          sure: 0.95,
          proof: [
            isOwn
              ? `The just-in-time window ended ${ago(window.request.endsAt, scene.now)}.${rule}`
              : `Just-in-time access guards port ${view.flow?.port ?? scene.listens}, and no window is open.${rule}`,
          ],
          details,
        })
      }
      break
    case 'other-port':
      if (isShut)
        findings.push({
          cause: 'net.jit_port',
          sure: 0.93,
          proof: [
            `A just-in-time window is open for port ${window.request.port}, but RDP uses ${view.flow?.port ?? scene.listens}.`,
          ],
          details,
        })
      break
    case 'other-source':
    case 'source-unknown': {
      const known = window.state === 'other-source'
      if (isShut || view.hangsOnSource)
        findings.push({
          cause: 'net.jit_other_ip',
          sure: known && jitMatters ? 0.96 : scene.hints.has('away') ? 0.7 : 0.55,
          proof: [
            `The just-in-time window is open for ${listed(window.requests.flatMap(({ sources }) => sources))}${known ? `, and you come from ${scene.source}` : ''}.`,
          ],
          details,
        })
      break
    }
    case 'open':
      break
    case 'rule-missing': {
      const rewritten = rulesRewritten(scene)
      findings.push({
        cause: 'net.jit_rule_removed',
        sure: rewritten === undefined ? 0.87 : 0.94,
        proof: [
          `The just-in-time window is open for another ${Math.max(1, Math.round((window.request.endsAt - scene.now) / 60_000))} min, but its rule is gone from the security group.`,
          ...(rewritten === undefined
            ? []
            : [
                `The rules were changed ${ago(rewritten.at, scene.now)}${rewritten.by === undefined ? '' : ` by ${rewritten.by}`}.`,
              ]),
        ],
        details,
      })
      break
    }
    case 'outranked':
      findings.push({
        cause: verdict.decidedBy?.layer === 'admin' ? 'net.admin_rule' : 'net.jit_outranked',
        sure: 0.95,
        proof: [
          `The just-in-time window is open, but ${window.by?.rule.name ?? 'another rule'}${window.by?.nsg === undefined ? '' : ` on ${window.by.nsg.name}`} is read first and denies.`,
        ],
        details,
      })
      break
    case 'behind-firewall':
      findings.push({
        cause: 'net.jit_firewall',
        sure: 0.9,
        proof: [
          `The just-in-time window names ${scene.source ?? 'your address'}, but behind the firewall the VM sees ${window.arrivesAs}.`,
        ],
        details,
      })
      break
  }
  return outcome(
    'K07',
    findings,
    window.state === 'open'
      ? 'A just-in-time window is open for you.'
      : 'Just-in-time access does not stand in the way.',
  )
}
