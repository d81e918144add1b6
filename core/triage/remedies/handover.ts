/**
 * What an owner gets: what to do, the exact command where there is one, why, and the proof.
 *
 * Latchkey never runs these. Names stand in them as Azure gave them: quoted in commands, hostile until drawn elsewhere. A command is left
 * out rather than guessed: without a known source no rule is proposed, and never one for everybody.
 * Facts: Azure CLI reference of az network nsg rule, az network lb inbound-nat-rule, az role assignment, az network bastion (read 2026-11-20).
 */
import { parseAddress } from '../../access/source.ts'
import type { Cause } from '../catalogue/causes/cause.ts'
import { CAUSES } from '../catalogue/causes/index.ts'
import { REMEDIES, type RemedyId } from '../catalogue/remedies/index.ts'
import type { Details, Finding } from '../checks/finding.ts'
import { viewOf } from '../checks/rules.ts'
import { type Scene, value } from '../checks/scene.ts'
import { command } from './quote.ts'

export type HandOver = {
  /** Who has to act. */
  to: NonNullable<Cause['owner']> | 'engineer'
  /** One line: what is asked. */
  ask: string
  /** For the Azure CLI. Placeholders in angle brackets stand for what only the owner knows. */
  command?: string
  reason: string
  proof: readonly string[]
}

export function handOver(remedy: RemedyId, scene: Scene, finding: Finding): HandOver {
  const cause = CAUSES[finding.cause]
  const { hands, text, kind } = REMEDIES[remedy]
  const words = commandFor(remedy, scene, finding.details ?? {})
  const line = words === undefined ? undefined : command(words)
  return {
    to:
      hands === 'engineer' || (kind !== 'external' && cause.owner === undefined)
        ? 'engineer'
        : (cause.owner ?? 'it'),
    ask: text,
    ...(line === undefined ? {} : { command: line }),
    reason: `${cause.title}: ${cause.text}`,
    proof: [...finding.proof, ...flowWords(scene)],
  }
}

/** The connection in question, for whoever has to look it up. */
function flowWords(scene: Scene): string[] {
  const flow = viewOf(scene)?.flow
  if (flow === undefined) return []
  return [
    `The connection: ${scene.source ?? flow.source ?? 'any source'} to ${flow.destination}, TCP port ${flow.port}.`,
  ]
}

/** `[...]` when a command is known and everything it needs is. */
function commandFor(remedy: RemedyId, scene: Scene, details: Details): string[] | undefined {
  const { vm } = scene
  if (vm === undefined) return undefined
  const subscription = ['--subscription', vm.subscription.id]
  const group = (name: string) => ['--resource-group', name]
  switch (remedy) {
    case 'add_nsg_rule':
    case 'restore_nsg_rule':
    case 'fix_bastion_nsg':
    case 'ask_nsg_owner': {
      const { nsg, source, port, address, freePriority } = details
      if (
        nsg === undefined ||
        source === undefined ||
        port === undefined ||
        address === undefined ||
        isEverybody(source)
      )
        return undefined
      return [
        ...[
          'az',
          'network',
          'nsg',
          'rule',
          'create',
          ...subscription,
          ...group(nsg.resourceGroup),
          '--nsg-name',
          nsg.name,
        ],
        ...[
          '--name',
          `Allow-RDP-${vm.name}`.slice(0, 80),
          '--priority',
          String(freePriority ?? 200),
          '--direction',
          'Inbound',
          '--access',
          'Allow',
          '--protocol',
          'Tcp',
        ],
        ...[
          '--source-address-prefixes',
          narrow(source),
          '--source-port-ranges',
          '*',
          '--destination-address-prefixes',
          address,
          '--destination-port-ranges',
          String(port),
        ],
      ]
    }
    case 'fix_nsg_rule': {
      const { nsg, rule, source, port, address } = details
      if (nsg === undefined || rule === undefined || port === undefined) return undefined
      return [
        ...[
          'az',
          'network',
          'nsg',
          'rule',
          'update',
          ...subscription,
          ...group(nsg.resourceGroup),
          '--nsg-name',
          nsg.name,
          '--name',
          rule,
        ],
        ...[
          '--direction',
          'Inbound',
          '--protocol',
          'Tcp',
          '--source-port-ranges',
          '*',
          '--destination-port-ranges',
          String(port),
        ],
        ...(address === undefined ? [] : ['--destination-address-prefixes', address]),
        ...(source === undefined || isEverybody(source) ? [] : ['--source-address-prefixes', narrow(source)]),
      ]
    }
    case 'lock_source': {
      const rule = viewOf(scene)?.verdict?.decidedBy
      if (rule?.nsg === undefined) return undefined
      return [
        'az',
        'network',
        'nsg',
        'rule',
        'update',
        ...subscription,
        ...group(rule.nsg.resourceGroup),
        '--nsg-name',
        rule.nsg.name,
        '--name',
        rule.rule.name,
        '--source-address-prefixes',
        scene.source === undefined ? '<your-address>/32' : narrow(scene.source),
      ]
    }
    case 'attach_nsg': {
      const nic = value(scene, 'network')?.nics.find(({ primary }) => primary)
      return nic === undefined
        ? undefined
        : [
            'az',
            'network',
            'nic',
            'update',
            '--ids',
            nic.id,
            '--network-security-group',
            '<network-security-group>',
          ]
    }
    case 'fix_nat_rule': {
      const way = viewOf(scene)?.way
      if (way?.kind !== 'nat-rule' || way.through === undefined || details.port === undefined)
        return undefined
      const rule = viewOf(scene)?.network.natRules.find(
        one => one.loadBalancer === way.through && one.frontendPort === way.port,
      )
      return rule === undefined
        ? undefined
        : [
            'az',
            'network',
            'lb',
            'inbound-nat-rule',
            'update',
            ...subscription,
            ...group(vm.resourceGroup),
            '--lb-name',
            rule.loadBalancer,
            '--name',
            rule.name,
            '--backend-port',
            String(details.port),
          ]
    }
    case 'assign_vm_login':
      return [
        'az',
        'role',
        'assignment',
        'create',
        '--role',
        'Virtual Machine User Login',
        '--assignee',
        assignee(scene),
        '--scope',
        vm.id,
      ]
    case 'assign_reader':
      return [
        'az',
        'role',
        'assignment',
        'create',
        '--role',
        'Reader',
        '--assignee',
        assignee(scene),
        '--scope',
        value(scene, 'bastion')?.id ?? vm.id,
      ]
    case 'upgrade_bastion': {
      const bastion = value(scene, 'bastion')
      if (bastion === undefined) return undefined
      return details.what === 'feature'
        ? ['az', 'network', 'bastion', 'update', '--ids', bastion.id, '--enable-tunneling', 'true']
        : ['az', 'network', 'bastion', 'update', '--ids', bastion.id, '--sku', 'Standard']
    }
    case 'dealloc_start':
      return ['az', 'vm', 'deallocate', '--ids', vm.id]
    case 'resize_vm':
      return ['az', 'vm', 'resize', '--ids', vm.id, '--size', '<size>']
    case 'serial_console':
      return [
        'az',
        'serial-console',
        'connect',
        ...subscription,
        ...group(vm.resourceGroup),
        '--name',
        vm.name,
      ]
    case 'offline_repair':
      return ['az', 'vm', 'repair', 'create', ...subscription, ...group(vm.resourceGroup), '--name', vm.name]
    default:
      return undefined
  }
}

const assignee = (scene: Scene): string => scene.known.case.asker.person ?? '<person>'
const isEverybody = (source: string): boolean => /^(\*|any|internet|0\.0\.0\.0(\/0)?|::(\/0)?)$/i.test(source)

/** One address as a prefix; a prefix stays as it is. */
function narrow(source: string): string {
  const address = parseAddress(source)
  return address === undefined ? source : `${source}/${address.bits}`
}
