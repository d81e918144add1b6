/**
 * Every address and every rule on the way to a VM, as written (K06 and K08). Judging them is the core's business.
 *
 * Works for VMs that are off. What could not be read is named in `missing`; only without any network interface is there no answer at all.
 * Facts on the VirtualNetwork tag: https://learn.microsoft.com/azure/virtual-network/service-tags-overview (read 2026-11-20).
 */
import type {
  NetworkInterface,
  NetworkInterfaceIPConfiguration,
  PublicIPAddress,
  VirtualNetwork,
} from '@azure/arm-network'
import {
  Fault,
  type IpConfiguration,
  type Network,
  type Nic,
  type RuleSet,
  type VmId,
} from '../../../core/index.ts'
import { armId, sameId } from '../arm-id.ts'
import { firewallsBefore } from './firewalls.ts'
import { type Look, networkOf, nicIdsOf } from './look.ts'
import { natRulesOf } from './nat.ts'
import { type Deadline, Gaps, unasked } from './reading.ts'
import { nsgOf, type Surroundings, subnetOf } from './subnets.ts'
import { adminRulesOf, serviceTagsOf } from './surroundings.ts'

const OP = 'azure.diagnostics.network'
/** What a part may not take of the time for the whole, so that the rest is still told. */
const SPARE_MS = 500

export async function network(look: Look, id: VmId, end: Deadline): Promise<Network> {
  const gaps = new Gaps(OP, end, SPARE_MS)
  const vm = await look.vm(id)
  const nics = await readNics(look, gaps, nicIdsOf(vm))
  const surroundings: Surroundings = { look, gaps, vm, nics: nics.map(({ nic }) => nic) }
  // Side by side: one part that hangs must not cost the others their time.
  const vnets = readNetworks(surroundings)
  const [read, natRules, firewalls, adminRules] = await Promise.all([
    Promise.all(nics.map(({ nic, primary }) => nicOf(surroundings, nic, primary))),
    natRulesOf(surroundings, id),
    vnets.then(found => firewallsBefore(surroundings, id, found)),
    vnets.then(found => adminRulesOf(surroundings, found)),
  ])
  const rules = [...read.flatMap(ruleSetsOf).flatMap(set => set.rules), ...adminRules]
  const serviceTags = await serviceTagsOf(surroundings, id, rules)
  return { nics: read, natRules, firewalls, adminRules, serviceTags, missing: gaps.missing }
}

type FoundNic = { nic: NetworkInterface; primary: boolean }

/** @throws {Fault} when there is none, or none can be read: then there is nothing to tell */
async function readNics(
  look: Look,
  gaps: Gaps,
  references: readonly { id: string; primary: boolean }[],
): Promise<readonly FoundNic[]> {
  if (references.length === 0) throw unasked(OP, 'The VM has no network interface.')
  const failures: unknown[] = []
  const found = await Promise.all(
    references.map(({ id, primary }) => {
      const nic = look.nic(id)
      nic.catch(error => failures.push(error))
      return gaps.fill(
        `the network interface ${armId(id).name}`,
        nic.then((read): FoundNic => ({ nic: { ...read, id: read.id ?? id }, primary })),
        undefined,
      )
    }),
  )
  const read = found.filter(one => one !== undefined)
  if (read.length === 0)
    throw (
      failures[0] ??
      new Fault('timeout', { op: OP, say: 'Azure did not tell the network interfaces in time.' })
    )
  return read
}

async function nicOf(surroundings: Surroundings, nic: NetworkInterface, primary: boolean): Promise<Nic> {
  const { look, gaps } = surroundings
  const settings = nic.ipConfigurations ?? []
  const first = settings.find(one => one.primary) ?? settings[0]
  const [attachedNsg, configurations] = await Promise.all([
    nsgOf(look, gaps, nic.networkSecurityGroup?.id),
    Promise.all(settings.map(one => configurationOf(surroundings, one, one === first))),
  ])
  return {
    id: nic.id ?? '',
    primary,
    ...(attachedNsg === undefined ? {} : { attachedNsg }),
    groups: [
      ...new Set(
        settings.flatMap(({ applicationSecurityGroups = [] }) =>
          applicationSecurityGroups.flatMap(group =>
            group.id === undefined ? [] : [group.id.toLowerCase()],
          ),
        ),
      ),
    ],
    ipConfigurations: configurations.filter(one => one !== undefined),
  }
}

/** Undefined where Azure names no subnet: such a setting has no address yet. */
async function configurationOf(
  surroundings: Surroundings,
  setting: NetworkInterfaceIPConfiguration,
  primary: boolean,
): Promise<IpConfiguration | undefined> {
  if (setting.subnet?.id === undefined) return undefined
  const [subnet, publicAddress] = await Promise.all([
    subnetOf(surroundings, setting.subnet.id),
    publicAddressOf(surroundings, setting.publicIPAddress?.id),
  ])
  // A setting may hold a whole block; Azure then writes it as a prefix.
  const privateAddress = setting.privateIPAddress?.split('/')[0]
  return {
    primary,
    ...(privateAddress === undefined ? {} : { privateAddress }),
    ...(publicAddress === undefined ? {} : { public: publicAddress }),
    subnet,
  }
}

async function publicAddressOf(
  { look, gaps }: Surroundings,
  id: string | undefined,
): Promise<IpConfiguration['public']> {
  if (id === undefined) return undefined
  const found = await gaps.fill(`the public address ${armId(id).name}`, look.publicAddress(id), undefined)
  // It is there, whatever its address: most are Standard, and those are static.
  return found === undefined ? { sku: 'Standard', allocation: 'static' } : publicOf(found)
}

function publicOf({ ipAddress, dnsSettings, sku, publicIPAllocationMethod }: PublicIPAddress) {
  const name = sku?.name ?? 'Basic'
  return {
    ...(ipAddress === undefined ? {} : { address: ipAddress }),
    ...(dnsSettings?.fqdn === undefined ? {} : { name: dnsSettings.fqdn }),
    sku: /^standardv2$/i.test(name) ? 'StandardV2' : /^basic$/i.test(name) ? 'Basic' : 'Standard',
    allocation: /^dynamic$/i.test(publicIPAllocationMethod ?? '') ? 'dynamic' : 'static',
  } as const
}

function ruleSetsOf({ attachedNsg, ipConfigurations }: Nic): readonly RuleSet[] {
  const sets = [attachedNsg, ...ipConfigurations.map(({ subnet }) => subnet.nsg)]
  return sets.filter(set => set !== undefined)
}

/** Networks of the VM's interfaces, without those that cannot be read: `subnetOf` says which. */
async function readNetworks({ look, gaps, nics }: Surroundings): Promise<readonly VirtualNetwork[]> {
  const ids = nics.flatMap(({ ipConfigurations = [] }) =>
    ipConfigurations.flatMap(({ subnet }) => (subnet?.id === undefined ? [] : [networkOf(subnet.id)])),
  )
  const distinct = ids.filter((one, index) => ids.findIndex(other => sameId(other, one)) === index)
  const found = await Promise.all(
    distinct.map(id =>
      gaps.fill(
        `the virtual network ${armId(id).name}`,
        look.vnet(id).then(vnet => ({ ...vnet, id: vnet.id ?? id })),
        undefined,
      ),
    ),
  )
  return found.filter(one => one !== undefined)
}
