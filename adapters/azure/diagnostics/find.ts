/**
 * Which machine is meant (K01): by VM name, computer name, Cloud Service or role instance, address, or DNS name.
 *
 * Asks Resource Graph, which lags behind Azure by seconds to minutes and leaves out what the bot may not read. What people type becomes
 * part of a query only after it was found to be a name or an address.
 */
import ipaddr from 'ipaddr.js'
import { type Found, type OtherMachine, parseVmId, type VmId, type VmSummary } from '../../../core/index.ts'
import { query, type Row } from '../graph.ts'
import { COLUMNS, SUMMARY, summaryOf, VM_NAME } from '../machines.ts'
import type { Tools } from '../network.ts'
import { serviceNames, servicesNamed } from './cloud-service.ts'
import type { Look } from './look.ts'
import { machinesOf, quoted } from './nat.ts'
import { nearest, partsOf } from './near.ts'

const OP = 'azure.diagnostics.find'
const NOTHING: Found = { vms: [], others: [], near: [] }

export async function find(look: Look, typed: string): Promise<Found> {
  const wanted = withoutPort(typed.trim())
  if (ipaddr.isValid(wanted)) return byAddress(look, wanted)
  if (!DNS_NAME.test(wanted)) return byName(look.sweep, wanted)
  const [addressed, named] = await Promise.all([byAddress(look, wanted), byDnsName(look.sweep, wanted)])
  return addressed.vms.length > 0 ? addressed : { ...named, others: [...addressed.others, ...named.others] }
}

/** Something with a dot that could be resolved. */
const DNS_NAME = /^(?=.{4,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))+$/i

/** `20.61.61.1` of `20.61.61.1:13389`. */
const withoutPort = (typed: string): string => typed.replace(/^([^:]+):\d{1,5}$/, '$1').replace(/\.$/, '')

// ---- By name ----------------------------------------------------------------------------------------------------------------------

const LOOSE = ['loadbalancers', 'azurefirewalls', 'bastionhosts'] as const

async function byName(tools: Tools, name: string): Promise<Found> {
  if (!VM_NAME.test(name)) return NOTHING
  const services = serviceNames(name)
  const parts = partsOf(name).map(part => `name contains '${part}'`)
  const rows = await query(
    tools,
    `the VM ${name}`,
    [
      'resources',
      `| where (type =~ 'microsoft.compute/virtualmachines' and (${parts.join(' or ')} or tostring(properties.osProfile.computerName) =~ '${name}'))`,
      `  or (type =~ 'microsoft.classiccompute/virtualmachines' and name =~ '${name}')`,
      `  or (type =~ 'microsoft.network/loadbalancers' and name =~ '${name}')`,
      `  or (type =~ 'microsoft.network/azurefirewalls' and name =~ '${name}')`,
      `  or (type =~ 'microsoft.network/bastionhosts' and name =~ '${name}')`,
      ...(services === undefined ? [] : [`  or ${servicesNamed(services)}`]),
      `| extend computerName = tostring(properties.osProfile.computerName)`,
      `| extend tier = case(name =~ '${name}', 0, computerName =~ '${name}', 1, 2)`,
      SUMMARY,
      '| order by tier asc, name asc',
      `| project ${COLUMNS}, type, computerName`,
    ],
    OP,
  )
  const machines = rows.filter(({ type }) => /^microsoft\.compute\/virtualmachines$/i.test(String(type)))
  const exact = machines.filter(row => [row['name'], row['computerName']].some(one => equal(one, name)))
  const rest = machines.filter(row => !exact.includes(row))
  return {
    vms: summaries(exact),
    others: rows.flatMap(row => otherOf(row) ?? []),
    near: nearest(name, summaries(rest)),
  }
}

/** `vm01.corp.example` may be a VM called vm01 or another's name altogether, so it is near and never exact. */
async function byDnsName(tools: Tools, name: string): Promise<Found> {
  const label = serviceNames(name)?.label ?? name
  const isService = label !== name
  const first = isService ? label : (name.split('.')[0] ?? '')
  const { vms, others, near } = await byName(tools, first)
  const services = others.filter(
    ({ kind }) => kind === 'cloud-service-role' || kind === 'classic-cloud-service',
  )
  return { vms: [], others: isService ? services : [], near: isService ? [] : [...vms, ...near] }
}

const equal = (value: unknown, name: string): boolean =>
  typeof value === 'string' && value.toLowerCase() === name.toLowerCase()

const KINDS: Readonly<Record<string, OtherMachine['kind']>> = {
  'microsoft.classiccompute/virtualmachines': 'classic-vm',
  'microsoft.classiccompute/domainnames': 'classic-cloud-service',
  'microsoft.compute/cloudservices': 'cloud-service-role',
  'microsoft.network/loadbalancers': 'load-balancer',
  'microsoft.network/azurefirewalls': 'firewall',
  'microsoft.network/bastionhosts': 'bastion',
}

function otherOf(row: Row): OtherMachine | undefined {
  const kind = KINDS[String(row['type']).toLowerCase()]
  const { id, name } = row
  return kind === undefined || typeof id !== 'string' || typeof name !== 'string'
    ? undefined
    : { name, kind, id }
}

const summaries = (rows: readonly Row[]): readonly VmSummary[] => rows.flatMap(row => summaryOf(row) ?? [])

// ---- By address -------------------------------------------------------------------------------------------------------------------

/** A public address, one of its DNS names, or a private address; held by a VM or by something in front of VMs. */
async function byAddress(look: Look, address: string): Promise<Found> {
  const rows = await query(
    look.sweep,
    `the address ${address}`,
    [
      'resources',
      `| where (type =~ 'microsoft.network/publicipaddresses' and (tostring(properties.ipAddress) =~ '${address}' or tostring(properties.dnsSettings.fqdn) =~ '${address}'))`,
      `  or (type =~ 'microsoft.network/networkinterfaces' and tostring(properties.ipConfigurations) contains '"${address}"')`,
      `  or (type =~ 'microsoft.network/loadbalancers' and tostring(properties.frontendIPConfigurations) contains '"${address}"')`,
      `  or (type =~ 'microsoft.network/azurefirewalls' and tostring(properties.ipConfigurations) contains '"${address}"')`,
      '| project id, name, type, holder = tostring(properties.ipConfiguration.id), machine = tostring(properties.virtualMachine.id)',
      '| order by id asc',
    ],
    OP,
  )
  const holders = rows.flatMap(({ holder }) => (typeof holder === 'string' && holder !== '' ? [holder] : []))
  const nics = holders
    .filter(id => /\/networkInterfaces\//i.test(id))
    .map(id => id.replace(/\/ipConfigurations\/.*$/i, ''))
  const direct = rows.flatMap(({ machine }) =>
    typeof machine === 'string' ? (parseVmId(machine) ?? []) : [],
  )
  const attached = nics.length === 0 ? [] : (await machinesOf(look, nics)).map(([, vm]) => vm)
  const vms = [...new Set([...direct, ...attached])]
  return {
    vms: vms.length === 0 ? [] : await summariesOf(look.sweep, vms),
    others: distinct([
      ...rows.flatMap(row => otherOf(row) ?? []),
      ...holders.flatMap(id => holderOf(id) ?? []),
    ]),
    near: [],
  }
}

/** Whatever carries a public address that is not a network interface: the thing before the setting in its id. */
function holderOf(settingId: string): OtherMachine | undefined {
  const [, id, type, name] = /^(.*\/providers\/(microsoft\.[a-z]+\/[a-z]+)\/([^/]+))\//i.exec(settingId) ?? []
  const kind = KINDS[type?.toLowerCase() ?? '']
  return kind === undefined ||
    id === undefined ||
    name === undefined ||
    !LOOSE.some(loose => type?.toLowerCase().endsWith(`/${loose}`))
    ? undefined
    : { name, kind, id }
}

const distinct = (others: readonly OtherMachine[]): readonly OtherMachine[] =>
  others.filter((one, index) => others.findIndex(other => equal(other.id, one.id)) === index)

async function summariesOf(tools: Tools, ids: readonly VmId[]): Promise<readonly VmSummary[]> {
  return summaries(
    await query(
      tools,
      'the VMs behind an address',
      [
        'resources',
        `| where type =~ 'microsoft.compute/virtualmachines' and (${ids.map(id => `id =~ '${quoted(id)}'`).join(' or ')})`,
        SUMMARY,
        `| project ${COLUMNS}`,
        '| order by id asc',
      ],
      OP,
    ),
  )
}
