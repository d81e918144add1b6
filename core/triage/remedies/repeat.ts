/** Which reads are taken again after a remedy, to see whether it helped: the failed check first, then the port. */
import type { RemedyId } from '../catalogue/remedies/index.ts'
import type { FactName } from '../engine/knowledge.ts'

const AFTER: Readonly<Partial<Record<RemedyId, readonly FactName[]>>> = {
  start_vm: ['state', 'boot', 'network', 'probe'],
  restart_vm: ['state', 'boot', 'metrics', 'probe'],
  redeploy_vm: ['state', 'health', 'network', 'boot', 'probe'],
  reapply_vm: ['state', 'probe'],
  dealloc_start: ['state', 'network', 'boot', 'probe'],
  resize_vm: ['state', 'model', 'boot', 'probe'],
  request_jit: ['jit', 'network', 'flow', 'probe'],
  rerequest_jit_ip: ['jit', 'network', 'flow', 'probe'],
  reset_nic: ['state', 'network', 'boot', 'probe'],
  start_dc: ['activity', 'guest'],
  wait_and_recheck: ['state', 'health', 'boot', 'metrics', 'probe'],
  cs_enable_rdp: ['cloudService'],
  cs_extend_expiry: ['cloudService'],
  cs_open_20000: ['cloudService'],
  cs_restart_instance: ['cloudService'],
  assign_vm_login: ['roles'],
  assign_reader: ['roles', 'bastion'],
  assign_jit_right: ['roles', 'jit'],
  reinstall_aadlogin: ['extensions'],
  fix_bastion_nsg: ['bastion', 'network', 'reachability'],
  upgrade_bastion: ['bastion'],
  fix_nat_rule: ['network', 'probe'],
  add_public_ip: ['network', 'probe'],
  ask_network_owner: ['network', 'routes', 'flow', 'probe'],
}
const RULES: readonly FactName[] = ['network', 'jit', 'flow', 'probe']
const INSIDE: readonly FactName[] = ['probe', 'guest']

/** The reads to repeat, in order of their worth as proof. */
export function repeatedAfter(
  remedy: RemedyId,
  kind: 'advice' | 'azure_write' | 'guest_write' | 'external',
): readonly FactName[] {
  const own = AFTER[remedy]
  if (own !== undefined) return own
  if (/nsg|rule|jit|lock_source/.test(remedy)) return RULES
  return kind === 'guest_write' ? INSIDE : ['state', 'probe']
}
