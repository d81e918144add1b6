/** K20: what Windows itself says, from one read-only script. Only after a yes for this run. */
import type { CauseId } from '../catalogue/causes/index.ts'
import type { Guest } from '../readings.ts'
import { type Finding, type Outcome, outcome } from './finding.ts'
import { judgeDomain } from './guest/domain.ts'
import { judgeFirewall } from './guest/firewall.ts'
import { judgeAdapter } from './guest/network.ts'
import { judgeRdp } from './guest/rdp.ts'
import { judgeSession, judgeShell } from './guest/session.ts'
import { judgeTls } from './guest/tls.ts'
import { type Scene, unread, value } from './scene.ts'

export function checkGuest(scene: Scene): Outcome {
  const guest = value(scene, 'guest')
  if (guest === undefined) return unread(scene, 'K20', 'guest')
  const before = [
    ...judgeAdapter(guest, scene),
    ...judgeFirewall(guest, scene),
    ...judgeRdp(guest, scene),
    ...judgeTls(guest, scene),
    ...judgeDomain(guest, scene),
    ...judgeSession(guest, scene),
  ]
  const findings: Finding[] = before.some(({ sure }) => sure >= 0.8)
    ? before
    : [...before, ...judgeShell(guest, scene)]
  return outcome(
    'K20',
    findings,
    'Windows shows nothing that would stop Remote Desktop.',
    excluded(guest, findings),
  )
}

/** What a part of the script's answer proves absent. Parts that are missing prove nothing. */
function excluded(guest: Guest, findings: readonly Finding[]): CauseId[] {
  const parts: (readonly [boolean, readonly CauseId[]])[] = [
    [guest.adapter !== undefined, ['guest.nic_disabled', 'guest.static_ip', 'guest.dhcp_off', 'guest.hung']],
    [
      guest.firewall !== undefined,
      ['guest.fw_rule', 'guest.fw_block_all', 'guest.fw_scope', 'guest.fw_outbound'],
    ],
    [guest.denyTs !== undefined, ['guest.rdp_disabled', 'guest.rdp_disabled_gpo']],
    [guest.termService !== undefined, ['guest.termservice_down']],
    [guest.listener !== undefined, ['guest.port_changed', 'guest.port_conflict', 'guest.listener']],
    [guest.certificate !== undefined, ['guest.cert_bad']],
    [guest.machineKeysAcl !== undefined, ['guest.machinekeys']],
    [guest.tls12Server !== undefined && guest.schannelEvents?.length === 0, ['guest.tls_mismatch']],
    [guest.credsspPatched !== undefined, ['guest.credssp']],
    [guest.diskFreePercent !== undefined, ['guest.disk_full']],
    [guest.failedLogons24h !== undefined, ['guest.brute_force']],
    [
      guest.domain !== undefined && (guest.domain.dcReachable === true || !guest.domain.joined),
      ['guest.nla_no_dc'],
    ],
    [guest.domain?.secureChannel === true || guest.domain?.joined === false, ['guest.trust_broken']],
    [guest.sessions !== undefined, ['guest.session_limit']],
    [guest.clockSkewSeconds !== undefined, ['guest.clock']],
  ]
  const named = new Set(findings.map(({ cause }) => cause))
  return parts.flatMap(([known, causes]) => (known ? causes : [])).filter(cause => !named.has(cause))
}
