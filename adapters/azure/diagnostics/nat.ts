/**
 * Inbound NAT rules of the load balancers in front of a VM.
 *
 * A rule names either one network interface, or a pool whose members get a port each; Azure tells the port of a member on request.
 * Facts: https://learn.microsoft.com/azure/load-balancer/inbound-nat-rules (read 2026-11-20).
 */
import type { InboundNatRule, LoadBalancer } from '@azure/arm-network'
import { type NatRule, parseVmId, type VmId } from '../../../core/index.ts'
import { armId, sameId } from '../arm-id.ts'
import { query } from '../graph.ts'
import type { Look } from './look.ts'
import type { Surroundings } from './subnets.ts'

const OP = 'azure.diagnostics.nat'
const POLL_MS = 1_000
/** Load balancers in front of one VM; two is common: one for each side. */
const MOST_BALANCERS = 4
/** Other VMs behind the same load balancer whose names are looked up. */
const MOST_OTHERS = 40

export async function natRulesOf(surroundings: Surroundings, vm: VmId): Promise<readonly NatRule[]> {
  const { look, gaps, nics } = surroundings
  const ids = nics.flatMap(({ ipConfigurations = [] }) =>
    ipConfigurations.flatMap(one =>
      [...(one.loadBalancerInboundNatRules ?? []), ...(one.loadBalancerBackendAddressPools ?? [])].flatMap(
        ({ id }) =>
          id === undefined ? [] : [id.replace(/\/(?:inboundNatRules|backendAddressPools)\/.*$/i, '')],
      ),
    ),
  )
  const distinct = ids.filter((one, index) => ids.findIndex(other => sameId(other, one)) === index)
  const rules = await Promise.all(
    distinct.slice(0, MOST_BALANCERS).map(async id => {
      const what = `the load balancer ${armId(id).name}`
      const balancer = await gaps.fill(what, look.loadBalancer(id), undefined)
      return balancer === undefined ? [] : rulesOf(surroundings, vm, { ...balancer, id: balancer.id ?? id })
    }),
  )
  return rules.flat()
}

async function rulesOf(
  surroundings: Surroundings,
  vm: VmId,
  balancer: LoadBalancer & { id: string },
): Promise<readonly NatRule[]> {
  // RDP's own connection is TCP; a rule for UDP leads none of it.
  const rules = (balancer.inboundNatRules ?? []).filter(({ protocol }) => !/^udp$/i.test(protocol ?? ''))
  const single = rules.filter(rule => rule.backendAddressPool?.id === undefined)
  const [machines, frontends, pooled] = await Promise.all([
    machinesBehind(surroundings, vm, single),
    frontendsOf(surroundings, balancer),
    pooledRules(surroundings, vm, { ...balancer, inboundNatRules: rules }),
  ])
  const name = balancer.name ?? armId(balancer.id).name
  return [
    ...single.flatMap(rule => {
      const { frontendPort, backendPort, backendIPConfiguration } = rule
      if (frontendPort === undefined || backendPort === undefined) return []
      const to = addressOf(surroundings, backendIPConfiguration?.id)
      const behind = machines.get(nicOf(backendIPConfiguration?.id))
      return [natRule(name, rule, { frontendPort, backendPort }, frontendOf(frontends, rule), to, behind)]
    }),
    ...pooled.map(({ rule, ports, setting }) =>
      natRule(name, rule, ports, frontendOf(frontends, rule), addressOf(surroundings, setting), vm),
    ),
  ]
}

const natRule = (
  loadBalancer: string,
  rule: InboundNatRule,
  ports: { frontendPort: number; backendPort: number },
  frontend: Frontend | undefined,
  toAddress: string | undefined,
  vm: VmId | undefined,
): NatRule => ({
  loadBalancer,
  name: rule.name ?? '',
  ...ports,
  ...(frontend === undefined ? {} : { frontendAddress: frontend.address }),
  ...(frontend?.name === undefined ? {} : { frontendName: frontend.name }),
  ...(toAddress === undefined ? {} : { toAddress }),
  ...(vm === undefined ? {} : { vm }),
})

/** The lower-case id of the interface that an address setting belongs to. */
const nicOf = (settingId: string | undefined): string =>
  (settingId ?? '').replace(/\/ipConfigurations\/.*$/i, '').toLowerCase()

/** VMs by the lower-case id of their interface. Our own is known; one query names all the others. */
async function machinesBehind(
  { look, gaps, nics }: Surroundings,
  vm: VmId,
  rules: readonly InboundNatRule[],
): Promise<ReadonlyMap<string, VmId>> {
  const machines = new Map(nics.map(({ id = '' }): [string, VmId] => [id.toLowerCase(), vm]))
  const others = new Set(rules.map(rule => nicOf(rule.backendIPConfiguration?.id)))
  const unknown = [...others].filter(id => id !== '' && !machines.has(id)).slice(0, MOST_OTHERS)
  if (unknown.length === 0) return machines
  const found = await gaps.fill('the other VMs behind the load balancer', machinesOf(look, unknown), [])
  return new Map([...machines, ...found])
}

/** VMs by the lower-case id of their network interface. */
export async function machinesOf(look: Look, nicIds: readonly string[]): Promise<[string, VmId][]> {
  const rows = await query(
    look.sweep,
    'network interfaces',
    [
      'resources',
      `| where type =~ 'microsoft.network/networkinterfaces' and (${nicIds.map(id => `id =~ '${quoted(id)}'`).join(' or ')})`,
      '| project id, machine = tostring(properties.virtualMachine.id)',
    ],
    OP,
  )
  return rows.flatMap(({ id, machine }): [string, VmId][] => {
    const vm = typeof machine === 'string' ? parseVmId(machine) : undefined
    return typeof id === 'string' && vm !== undefined ? [[id.toLowerCase(), vm]] : []
  })
}

/** Ids come from Azure itself; even so, none of them ends a string in a query. */
export const quoted = (text: string): string => text.replace(/['"\\\r\n]/g, '')

type Frontend = { address: string; name?: string }

const frontendOf = (frontends: ReadonlyMap<string, Frontend>, rule: InboundNatRule): Frontend | undefined =>
  frontends.get((rule.frontendIPConfiguration?.id ?? '').toLowerCase())

/** The private address of one of the VM's own settings; undefined for another VM's. */
const addressOf = ({ nics }: Surroundings, settingId: string | undefined): string | undefined =>
  nics.flatMap(({ ipConfigurations = [] }) => ipConfigurations).find(({ id }) => sameId(id, settingId ?? ''))
    ?.privateIPAddress

/** Front-end addresses by the lower-case id of their setting. */
async function frontendsOf(
  { look, gaps }: Surroundings,
  balancer: LoadBalancer,
): Promise<ReadonlyMap<string, Frontend>> {
  const entries = await Promise.all(
    (balancer.frontendIPConfigurations ?? []).map(async setting => {
      const publicId = setting.publicIPAddress?.id
      const found =
        publicId === undefined
          ? undefined
          : await gaps.fill(
              `the public address ${armId(publicId).name}`,
              look.publicAddress(publicId),
              undefined,
            )
      const address = publicId === undefined ? setting.privateIPAddress : found?.ipAddress
      const name = found?.dnsSettings?.fqdn
      return setting.id === undefined || address === undefined
        ? []
        : [[setting.id.toLowerCase(), { address, ...(name === undefined ? {} : { name }) }] as const]
    }),
  )
  return new Map(entries.flat())
}

type Pooled = {
  rule: InboundNatRule
  ports: { frontendPort: number; backendPort: number }
  setting: string
}

/** Rules of pools that the VM is a member of. */
async function pooledRules(
  { look, gaps, nics }: Surroundings,
  vm: VmId,
  balancer: LoadBalancer & { id: string },
): Promise<readonly Pooled[]> {
  const rules = (balancer.inboundNatRules ?? []).filter(rule => rule.backendAddressPool?.id !== undefined)
  const settings = nics.flatMap(({ ipConfigurations = [] }) => ipConfigurations)
  const memberships = settings.flatMap(setting =>
    (setting.loadBalancerBackendAddressPools ?? []).flatMap(pool =>
      pool.id !== undefined &&
      setting.id !== undefined &&
      rules.some(rule => sameId(rule.backendAddressPool?.id, pool.id ?? ''))
        ? [{ pool: pool.id, setting: setting.id }]
        : [],
    ),
  )
  const mapped = await Promise.all(
    memberships.map(async ({ pool, setting }) => {
      const found = await gaps.fill(
        `the NAT ports of ${armId(vm).name} in the pool ${armId(pool).name}`,
        portsOf(look, pool, setting),
        [],
      )
      return found.map(mapping => ({ ...mapping, setting }))
    }),
  )
  return mapped.flat().flatMap(mapping => {
    const rule = rules.find(({ name }) => name === mapping.inboundNatRuleName)
    const { frontendPort, backendPort, setting } = mapping
    return rule === undefined || frontendPort === undefined || backendPort === undefined
      ? []
      : [{ rule, ports: { frontendPort, backendPort }, setting }]
  })
}

async function portsOf({ sweep }: Look, pool: string, setting: string) {
  const { subscription, resourceGroup, name, part } = armId(pool)
  const answer = await sweep.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Network/loadBalancers/backendAddressPools/queryInboundNatRulePortMapping/action',
      thing: `the pool ${name}`,
      subscription,
    },
    sweep.clients.network(subscription),
    (client, abortSignal) =>
      client.loadBalancers
        .listInboundNatRulePortMappings(
          resourceGroup,
          part('loadbalancers'),
          name,
          { ipConfiguration: { id: setting } },
          { abortSignal, updateIntervalInMs: POLL_MS },
        )
        .pollUntilDone({ abortSignal }),
  )
  return answer?.inboundNatRulePortMappings ?? []
}
