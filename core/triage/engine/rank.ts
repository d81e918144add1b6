/**
 * The order in which links of a connection break: the earliest broken one is named first, the others in the same answer.
 *
 * Order of decision: target, a prompt taken for a fault, the hop in front, power, platform, boot, address, rules, route, Windows from the
 * network inwards, sign-in, session, and last what only the person's side can tell.
 */
import { CAUSES, type CauseId } from '../catalogue/causes/index.ts'

const ORDER: readonly (readonly CauseId[])[] = [
  ['target.ambiguous', 'target.wrong_vm', 'target.no_access', 'target.not_windows'],
  ['client.rdpfile_prompt'],
  [
    'bastion.session_expired',
    'bastion.cli_wrong_place',
    'bastion.no_host',
    'bastion.host_bad',
    'bastion.rbac',
    'bastion.sku',
    'bastion.ip_limits',
    'client.rd_gateway',
    'cs.rdp_off',
    'classic.endpoint',
    'classic.acl',
    'entra.hostname',
  ],
  ['vm.start_failed', 'vm.spot_evicted', 'vm.deallocated', 'vm.stopped'],
  ['platform.unavailable', 'vm.transition', 'platform.maintenance'],
  [
    'boot.reboot_loop',
    'boot.bitlocker',
    'boot.bootmgr',
    'boot.bluescreen',
    'boot.update_stuck',
    'boot.updating',
    'boot.getting_ready',
    'boot.chkdsk',
    'boot.policy_stuck',
    'boot.shutdown_stuck',
    'guest.hung',
  ],
  [
    'target.name_unresolved',
    'target.private_from_internet',
    'target.stale_address',
    'target.wrong_port',
    'net.secondary_nic',
    'net.firewall_block',
    'net.lb_nat',
    'net.no_public_ip',
  ],
  [
    'net.jit_no_right',
    'net.admin_rule',
    'net.jit_firewall',
    'net.jit_rule_removed',
    'net.jit_outranked',
    'net.jit_port',
    'net.jit_other_ip',
    'net.jit_expired',
    'net.jit_closed',
  ],
  [
    'net.policy_blocks_rule',
    'net.nsg_not_on_this_nic',
    'net.std_ip_no_nsg',
    'net.nsg_layer',
    'net.nsg_deny',
    'net.nsg_malformed',
    'net.nsg_source',
    'net.nsg_no_allow',
    'bastion.own_nsg',
    'bastion.target_nsg',
    'cs.port20000',
  ],
  ['net.private_path', 'bastion.routing', 'net.forced_tunnel', 'net.route_asym', 'cs.forwarder'],
  ['guest.static_ip', 'guest.nic_disabled', 'guest.dhcp_off', 'guest.net_stack', 'guest.default_route'],
  ['guest.fw_block_all', 'guest.fw_rule', 'guest.fw_scope', 'guest.fw_outbound', 'guest.security_agent'],
  [
    'guest.rdp_disabled_gpo',
    'guest.rdp_disabled',
    'guest.termservice_fails',
    'guest.termservice_down',
    'guest.port_conflict',
    'guest.port_changed',
    'guest.listener',
  ],
  ['guest.cert_bad', 'guest.machinekeys', 'guest.tls_mismatch', 'guest.credssp', 'client.outdated'],
  ['guest.brute_force'],
  ['guest.trust_broken', 'guest.clock', 'entra.server_hardened', 'guest.nla_no_dc'],
  ['entra.extension', 'entra.guest_user', 'entra.client', 'entra.mfa', 'entra.no_role'],
  [
    'cs.expired',
    'cs.certificate',
    'bastion.username',
    'cred.dc_promoted',
    'cred.wrong_user_form',
    'cred.account_disabled',
    'cred.account_expired',
    'cred.account_locked',
    'cred.password_expired',
    'cred.wrong_password',
    'cred.restriction',
    'cred.right_denied',
    'cred.no_rdp_right',
  ],
  ['guest.licence', 'guest.broker', 'guest.session_limit', 'guest.logons_off'],
  [
    'guest.disk_full',
    'guest.exhausted',
    'platform.degraded',
    'guest.session_policy',
    'guest.black_screen',
    'cs.no_cookie',
  ],
  ['client.display_bug', 'client.saved_state', 'bastion.browser', 'client.edge_block', 'client.local_block'],
  ['vm.provisioning_failed', 'agent.not_ready'],
  ['ok.resolved', 'ok.healthy', 'ok.inconclusive'],
]

const RANKS: ReadonlyMap<CauseId, number> = new Map(
  ORDER.flatMap((group, at) => group.map((cause, within) => [cause, at * 100 + within] as const)),
)

/** Smaller comes first. */
export const rankOf = (cause: CauseId): number => RANKS.get(cause) ?? 10_000

const OFF: ReadonlySet<CauseId> = new Set([
  'vm.deallocated',
  'vm.stopped',
  'vm.spot_evicted',
  'vm.start_failed',
])
const isBoot = (cause: CauseId) => cause.startsWith('boot.') || cause === 'guest.hung'
const NO_NETWORK: ReadonlySet<CauseId> = new Set([
  'guest.static_ip',
  'guest.nic_disabled',
  'guest.dhcp_off',
  'guest.net_stack',
])
const ELSEWHERE: ReadonlySet<CauseId> = new Set(['target.wrong_vm', 'target.stale_address'])
const LAYER = (cause: CauseId) => CAUSES[cause].layer
const isInside = (cause: CauseId) =>
  cause === 'agent.not_ready' || LAYER(cause).startsWith('guest') || cause.startsWith('cred.')

/** Whether `other` is only what `first` looks like elsewhere, and would be gone with it. */
export function explains(first: CauseId, other: CauseId): boolean {
  if (OFF.has(first))
    return (
      OFF.has(other) ||
      isInside(other) ||
      isBoot(other) ||
      other === 'platform.maintenance' ||
      other === 'vm.provisioning_failed' ||
      other === 'vm.transition' ||
      LAYER(other) === 'client' ||
      LAYER(other) === 'edge'
    )
  if (first === 'vm.transition' || first === 'platform.unavailable' || first === 'platform.maintenance')
    return (
      isInside(other) ||
      isBoot(other) ||
      other === 'vm.transition' ||
      other.startsWith('platform.') ||
      other === 'vm.provisioning_failed'
    )
  if (isBoot(first))
    return isInside(other) || isBoot(other) || other === 'vm.provisioning_failed' || other === 'vm.transition'
  if (NO_NETWORK.has(first))
    return (
      NO_NETWORK.has(other) ||
      other === 'agent.not_ready' ||
      LAYER(other) === 'guest_firewall' ||
      LAYER(other) === 'guest_rdp'
    )
  if (first.startsWith('guest.'))
    return (
      (other === 'guest.listener' && LAYER(first) === 'guest_rdp') ||
      LAYER(other) === 'edge' ||
      (LAYER(other) === 'client' && first !== 'guest.black_screen')
    )
  if (first.startsWith('net.jit')) return /^net\.(nsg|jit)/.test(other)
  if (first.startsWith('net.nsg') || first === 'net.std_ip_no_nsg' || first === 'net.admin_rule')
    return other.startsWith('client.') || /^net\.nsg/.test(other)
  if (LAYER(first) === 'target' || first === 'net.no_public_ip')
    return (
      LAYER(other) === 'client' ||
      LAYER(other) === 'edge' ||
      // Whoever refused the sign-in was another machine.
      (ELSEWHERE.has(first) && other.startsWith('cred.')) ||
      (first === 'target.private_from_internet' && other === 'net.no_public_ip')
    )
  if (first === 'client.edge_block') return other === 'client.local_block'
  if (first.startsWith('bastion.')) return other === 'bastion.browser'
  return false
}
