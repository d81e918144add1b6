/** The part of a fleet that stands between the internet and its VMs: rules, interfaces, routes, and what translates addresses. */
import { z } from 'zod'

export const Words = z
  .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
  .transform(given => (Array.isArray(given) ? given : [given]).map(String))

const matching = {
  name: z.string().min(1).max(80),
  src: Words.prefault('*'),
  sport: Words.prefault('*'),
  dst: Words.prefault('*'),
  dport: Words.prefault('*'),
  proto: z.enum(['tcp', 'udp', 'icmp', '*']).default('tcp'),
}

/** An inbound rule that somebody made. `src` and `dst` are addresses, prefixes, service tags or `asg:NAME`. */
export const FleetRule = z.strictObject({
  ...matching,
  prio: z.int().min(100).max(4096),
  access: z.enum(['allow', 'deny']),
})

/** A security admin rule of a network manager: read before every NSG. */
export const AdminRule = z.strictObject({
  ...matching,
  prio: z.int().min(1).max(4096),
  access: z.enum(['allow', 'always_allow', 'deny']),
})

export const Nic = z.strictObject({
  private_ip: z.ipv4().default('10.20.1.4'),
  public_ip: z.ipv4().nullable().default(null),
  public_sku: z.enum(['Standard', 'Basic']).default('Standard'),
  public_alloc: z.enum(['static', 'dynamic']).default('static'),
  dns_label: z.string().nullable().default(null),
  /** A public IPv6 address, or a unique local one; null when there is none. */
  ipv6: z.ipv6().nullable().default(null),
  asgs: z.array(z.string()).default([]),
  /** Name of an NSG of the subscription; null when none is attached. */
  nsg: z.string().nullable().default(null),
})

export const Route = z.strictObject({
  prefix: z.union([z.cidrv4(), z.cidrv6()]),
  next_hop: z.enum([
    'Internet',
    'VirtualAppliance',
    'VirtualNetworkGateway',
    'VnetLocal',
    'VnetPeering',
    'None',
  ]),
  ip: z.ipv4().nullable().default(null),
  /** Left out: the platform's own for the internet, a gateway's for a gateway, somebody's for the rest. */
  source: z.enum(['Default', 'User', 'VirtualNetworkGateway']).exactOptional(),
})

const Peering = z.strictObject({
  /** The VNet on the other side. */
  vnet: z.string().default('vnet-hub'),
  prefix: Words.prefault([]),
  state: z.enum(['Connected', 'Disconnected', 'Initiated']).default('Connected'),
})

export const Subnet = z.strictObject({
  name: z.string().default('snet-app'),
  prefix: z.cidrv4().default('10.20.1.0/24'),
  nsg: z.string().nullable().default(null),
  vnet: z.string().default('vnet-app'),
  /** What the VirtualNetwork tag stands for here. */
  vnet_tag: z.array(z.union([z.cidrv4(), z.cidrv6()])).default(['10.20.0.0/16', '168.63.129.16/32']),
  peerings: z.array(z.union([Peering, z.string().transform(vnet => Peering.parse({ vnet }))])).default([]),
})

/** A load balancer with NAT rules. */
export const LoadBalancer = z.strictObject({
  name: z.string().default('lb-app'),
  /** Its public address. */
  frontend: z.ipv4().nullable().default(null),
  nat: z
    .array(
      z.strictObject({ front_port: z.int(), back_port: z.int(), vm: z.string().nullable().default(null) }),
    )
    .default([]),
})

/** An Azure Firewall. Its rules are its own, or those of a policy where one is named. */
export const Firewall = z.strictObject({
  name: z.string().default('fw-hub'),
  public_ip: z.ipv4().nullable().default(null),
  private_ip: z.ipv4().default('10.20.255.4'),
  subnet: z.cidrv4().default('10.20.255.0/26'),
  vnet: z.string().default('vnet-app'),
  policy: z.string().nullable().default(null),
  dnat: z.array(z.strictObject({ port: z.int(), to: z.string(), sources: Words.prefault('*') })).default([]),
})

export const Bastion = z.strictObject({
  name: z.string().default('bas-hub'),
  sku: z.enum(['Developer', 'Basic', 'Standard', 'Premium']).default('Standard'),
  prefix: z.cidrv4().default('10.20.250.0/26'),
  vnet: z.string().default('vnet-app'),
  /** Whether its VNet and those of the VMs are peered, where they differ. */
  peered: z.boolean().default(false),
  state: z.enum(['Succeeded', 'Updating', 'Failed']).default('Succeeded'),
  native_client: z.boolean().default(false),
  ip_connect: z.boolean().default(false),
  shareable_link: z.boolean().default(false),
  nsg: z.string().nullable().default(null),
  /** Name of the route table on its subnet; null when there is none. */
  route_table: z.string().nullable().default(null),
})

export type FleetRule = z.infer<typeof FleetRule>
export type AdminRule = z.infer<typeof AdminRule>
export type Route = z.infer<typeof Route>
