/**
 * The Azure part of a world file: subscriptions with their VMs, and everything between the internet and them.
 *
 * States only what differs from a healthy, running Windows Server with one network interface. Where it says the same as a triage
 * scenario it says it in the same words, so a scenario can be lifted into a fleet of one.
 */
import { z } from 'zod'
import { Ago, Boot, CloudService, Extension, Guest, Happened, Health, Lock, Metrics } from './fleet-health.ts'
import {
  AdminRule,
  Bastion,
  Firewall,
  FleetRule,
  LoadBalancer,
  Nic,
  Route,
  Subnet,
  Words,
} from './fleet-network.ts'

export const Power = z.enum([
  'running',
  'starting',
  'stopping',
  'stopped',
  'deallocating',
  'deallocated',
  'hibernated',
])

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
  /** The NSGs say already what Defender for Cloud has done, right or wrong: nothing is added to them at the start. */
  as_written: z.boolean().default(false),
})

export const FleetVm = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  rg: z.string().default('rg-app'),
  /** Left out: that of the subscription. */
  location: z.string().optional(),
  os: z.enum(['Windows', 'Linux']).default('Windows'),
  /** Left out: the VM's name. */
  computer_name: z.string().nullable().default(null),
  model: z.enum(['arm', 'classic']).default('arm'),
  size: z.string().default('Standard_D4s_v5'),
  admin: z.string().default('localadmin'),
  priority: z.enum(['Regular', 'Spot']).default('Regular'),
  ephemeral_os_disk: z.boolean().default(false),
  /** Whether there is a disk that loses what is on it; null: as the size has it. */
  temp_disk: z.boolean().nullable().default(null),
  power: Power.default('running'),
  provisioning: z.enum(['succeeded', 'updating', 'failed']).default('succeeded'),
  agent: z.enum(['ready', 'not_ready', 'unknown']).default('ready'),
  extension_operations: z.boolean().default(true),
  extensions: z.array(Extension).default([]),
  identity: z.enum(['none', 'system']).default('none'),
  locks: z.array(Lock).default([]),
  tags: z.record(z.string(), z.string()).default({}),
  running_for: Ago.nullable().default('12d'),
  /** null: as its power has it. */
  health: Health.nullable().default(null),
  activity: z.array(Happened).default([]),
  boot: Boot.prefault({}),
  metrics: Metrics.prefault({}),
  nic: Nic.prefault({}),
  subnet: Subnet.prefault({}),
  /** Routes in force at its interface, besides those inside its VNet. */
  routes: z.array(Route).prefault([{ prefix: '0.0.0.0/0', next_hop: 'Internet' }]),
  jit: Jit.nullable().default(null),
  guest: Guest.default({}),
})

/** Many VMs that are all alike, told apart by a number: `vm-00000` and so on. They take no room before one of them changes. */
const Crowd = z.strictObject({
  count: z.int().min(1).max(1_000_000),
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .default('vm-'),
  rg: z.string().default('rg-crowd'),
})

export const Subscription = z
  .strictObject({
    id: z.guid().transform(id => id.toLowerCase()),
    name: z.string().min(1),
    location: z.string().default('westeurope'),
    /** Whether the regions of its VMs have a Network Watcher. */
    ip_flow_verify_available: z.boolean().default(true),
    nsgs: z.record(z.string(), z.array(FleetRule)).default({}),
    admin_rules: z.array(AdminRule).default([]),
    /** What service tags stand for, other than VirtualNetwork and Internet. */
    service_tags: z.record(z.string(), Words).default({}),
    load_balancers: z.array(LoadBalancer).default([]),
    firewalls: z.array(Firewall).default([]),
    bastions: z.array(Bastion).default([]),
    cloud_services: z.array(CloudService).default([]),
    /** An outage that Azure has announced, in words. */
    service_incident: z.string().nullable().default(null),
    /** Roles of people, by their object id, on a resource group; on the whole subscription where none is named. */
    roles: z
      .array(z.strictObject({ person: z.string(), role: z.string(), rg: z.string().exactOptional() }))
      .default([]),
    vms: z.array(FleetVm).default([]),
    crowd: Crowd.nullable().default(null),
  })
  .superRefine(({ vms, nsgs, load_balancers, bastions }, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    const seen = new Set<string>()
    for (const [index, vm] of vms.entries()) {
      const key = `${vm.rg}/${vm.name}`.toLowerCase()
      if (seen.has(key)) complain(['vms', index, 'name'], `two VMs are called ${vm.name} in ${vm.rg}`)
      seen.add(key)
      for (const nsg of [vm.nic.nsg, vm.subnet.nsg])
        if (nsg !== null && nsgs[nsg] === undefined)
          complain(['vms', index, 'nic'], `there is no NSG called ${nsg}`)
      if (vm.jit !== null && !vm.jit.as_written && vm.nic.nsg === null && vm.subnet.nsg === null)
        complain(['vms', index, 'jit'], 'Defender for Cloud cannot cover a VM without an NSG')
    }
    for (const [index, { nat }] of load_balancers.entries())
      for (const { vm } of nat)
        if (vm !== null && !vms.some(({ name }) => name.toLowerCase() === vm.toLowerCase()))
          complain(['load_balancers', index, 'nat'], `there is no VM called ${vm}`)
    for (const [index, { nsg }] of bastions.entries())
      if (nsg !== null && nsgs[nsg] === undefined)
        complain(['bastions', index, 'nsg'], `there is no NSG called ${nsg}`)
  })

export { FleetRule } from './fleet-network.ts'
export type Power = z.infer<typeof Power>
export type JitPortSpec = z.infer<typeof JitPortSpec>
export type FleetVm = z.infer<typeof FleetVm>
export type Subscription = z.infer<typeof Subscription>
