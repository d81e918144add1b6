/**
 * The Azure part of a world file: subscriptions with their VMs, and everything between the internet and them.
 *
 * States only what differs from a healthy, running Windows Server with one network interface. Where it says the same as a triage
 * scenario it says it in the same words, so a scenario can be lifted into a fleet of one.
 */
import { z } from 'zod'

const Words = z
  .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
  .transform(given => (Array.isArray(given) ? given : [given]).map(String))

/** An inbound rule that somebody made. `src` and `dst` are addresses, prefixes, service tags or `asg:NAME`. */
export const FleetRule = z.strictObject({
  name: z.string().min(1).max(80),
  prio: z.int().min(100).max(4096),
  access: z.enum(['allow', 'deny']),
  src: Words.prefault('*'),
  sport: Words.prefault('*'),
  dst: Words.prefault('*'),
  dport: Words.prefault('*'),
  proto: z.enum(['tcp', 'udp', 'icmp', '*']).default('tcp'),
})

export const Power = z.enum(['running', 'starting', 'stopping', 'stopped', 'deallocating', 'deallocated'])

const Nic = z.strictObject({
  private_ip: z.ipv4().default('10.20.1.4'),
  public_ip: z.ipv4().nullable().default(null),
  public_sku: z.enum(['Standard', 'Basic']).default('Standard'),
  public_alloc: z.enum(['static', 'dynamic']).default('static'),
  dns_label: z.string().nullable().default(null),
  asgs: z.array(z.string()).default([]),
  /** Name of an NSG of the subscription; null when none is attached. */
  nsg: z.string().nullable().default(null),
})

const Subnet = z.strictObject({
  name: z.string().default('snet-app'),
  prefix: z.cidrv4().default('10.20.1.0/24'),
  nsg: z.string().nullable().default(null),
  vnet: z.string().default('vnet-app'),
  /** What the VirtualNetwork tag stands for here. */
  vnet_tag: z.array(z.cidrv4()).default(['10.20.0.0/16', '168.63.129.16/32']),
})

export const JitPortSpec = z.strictObject({
  port: z.int().min(0).max(65535),
  /** ISO 8601, 5 minutes to a day. */
  max: z.string().regex(/^P(?!$)(\d+D)?(T(?!$)(\d+H)?(\d+M)?)?$/),
  allowed: Words.prefault('*'),
  proto: z.enum(['TCP', 'UDP', '*']).default('*'),
})

const Jit = z.strictObject({
  policy: z.string().default('default'),
  ports: z.array(JitPortSpec).min(1),
  /** Requests made before the world began. `ends` is a moment. */
  requests: z
    .array(
      z.strictObject({
        by: z.string(),
        port: z.int(),
        source: Words,
        ends: z.string(),
        why: z.string().default(''),
      }),
    )
    .default([]),
})

export const FleetVm = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  rg: z.string().default('rg-app'),
  /** Left out: that of the subscription. */
  location: z.string().optional(),
  os: z.enum(['Windows', 'Linux']).default('Windows'),
  /** Left out: the VM's name. */
  computer_name: z.string().nullable().default(null),
  size: z.string().default('Standard_D4s_v5'),
  admin: z.string().default('localadmin'),
  power: Power.default('running'),
  provisioning: z.enum(['succeeded', 'updating', 'failed']).default('succeeded'),
  agent: z.enum(['ready', 'not_ready', 'unknown']).default('ready'),
  tags: z.record(z.string(), z.string()).default({}),
  nic: Nic.prefault({}),
  subnet: Subnet.prefault({}),
  jit: Jit.nullable().default(null),
})

export const Subscription = z
  .strictObject({
    id: z.guid().transform(id => id.toLowerCase()),
    name: z.string().min(1),
    location: z.string().default('westeurope'),
    /** Whether the regions of its VMs have a Network Watcher. */
    ip_flow_verify_available: z.boolean().default(true),
    nsgs: z.record(z.string(), z.array(FleetRule)).default({}),
    vms: z.array(FleetVm).default([]),
  })
  .superRefine(({ vms, nsgs }, context) => {
    const complain = (index: number, path: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['vms', index, path], message })
    const seen = new Set<string>()
    for (const [index, vm] of vms.entries()) {
      const key = `${vm.rg}/${vm.name}`.toLowerCase()
      if (seen.has(key)) complain(index, 'name', `two VMs are called ${vm.name} in ${vm.rg}`)
      seen.add(key)
      for (const nsg of [vm.nic.nsg, vm.subnet.nsg])
        if (nsg !== null && nsgs[nsg] === undefined) complain(index, 'nic', `there is no NSG called ${nsg}`)
      if (vm.jit !== null && vm.nic.nsg === null && vm.subnet.nsg === null)
        complain(index, 'jit', 'Defender for Cloud cannot cover a VM without an NSG')
    }
  })

export type FleetRule = z.infer<typeof FleetRule>
export type Power = z.infer<typeof Power>
export type JitPortSpec = z.infer<typeof JitPortSpec>
export type FleetVm = z.infer<typeof FleetVm>
export type Subscription = z.infer<typeof Subscription>
