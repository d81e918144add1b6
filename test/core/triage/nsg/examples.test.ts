import { describe, expect, test } from '@jest/globals'
import { evaluate } from '../../../../core/triage/nsg/evaluate.ts'
import type { Flow } from '../../../../core/triage/nsg/verdict.ts'
import { CLIENT, deny, network, OWN_PUBLIC, PRIVATE, rule, type World } from './world.ts'

type Example = {
  title: string
  world: World
  flow?: Partial<Flow>
  access: 'allow' | 'deny'
  layer: 'admin' | 'subnet' | 'nic' | 'none'
  by: string
}

const JIT = 'MicrosoftDefenderForCloud-JITRule'
const privately = { source: '10.9.0.20', overPublic: false } as const

const examples: readonly Example[] = [
  {
    title: 'a wide deny with the lower number beats the exact allow below it',
    world: {
      nic: [
        rule('AllowRDP', 300),
        deny('BlockHigh', 200, { sources: ['Internet'], destinationPorts: ['1024-65535'] }),
      ],
    },
    access: 'deny',
    layer: 'nic',
    by: 'BlockHigh',
  },
  {
    title: 'an NSG without rules of its own on the subnet shuts what the NIC lets in',
    world: { subnet: [], nic: [rule('AllowRDP', 300)] },
    access: 'deny',
    layer: 'subnet',
    by: 'DenyAllInBound',
  },
  {
    title: 'a NIC without an NSG passes what the subnet lets in',
    world: { subnet: [rule('AllowRDP', 300)] },
    access: 'allow',
    layer: 'subnet',
    by: 'AllowRDP',
  },
  {
    title: 'a Standard public address without any NSG is closed',
    world: {},
    access: 'deny',
    layer: 'none',
    by: 'standard-address-without-nsg',
  },
  {
    title: 'without any NSG a private client gets in',
    world: {},
    flow: { source: '10.1.9.9', overPublic: false },
    access: 'allow',
    layer: 'none',
    by: 'no-nsg',
  },
  {
    title: 'a rule for source port 3389 matches no client',
    world: { nic: [rule('AllowRDP', 300, { destinationPorts: ['*'], sourcePorts: ['3389'] })] },
    access: 'deny',
    layer: 'nic',
    by: 'DenyAllInBound',
  },
  {
    title: 'a rule aimed at the public address never matches: it is translated before',
    world: { nic: [rule('AllowRDP', 300, { destinations: [OWN_PUBLIC] })] },
    access: 'deny',
    layer: 'nic',
    by: 'DenyAllInBound',
  },
  {
    title: 'an allow for UDP does not let TCP in',
    world: { nic: [rule('AllowRDP', 300, { protocol: 'udp' })] },
    access: 'deny',
    layer: 'nic',
    by: 'DenyAllInBound',
  },
  {
    title: 'the Internet is also other machines in Azure that come over their public address',
    world: {
      serviceTags: { AzureCloud: ['20.40.0.0/13'] },
      nic: [
        deny('DenyInternet', 310, { sources: ['Internet'], destinationPorts: ['3000-3500'] }),
        rule('AllowAzure', 400, { sources: ['AzureCloud'] }),
      ],
    },
    flow: { source: '20.40.1.9' },
    access: 'deny',
    layer: 'nic',
    by: 'DenyInternet',
  },
  {
    title: 'the load balancer tag stands for health probes, not for clients',
    world: { nic: [rule('AllowLB', 300, { sources: ['AzureLoadBalancer'] })] },
    access: 'deny',
    layer: 'nic',
    by: 'DenyAllInBound',
  },
  {
    title: 'a rule for the front-end port of a NAT rule does not match: the port is translated before',
    world: { nic: [rule('AllowNat', 300, { destinationPorts: ['50001'] })] },
    access: 'deny',
    layer: 'nic',
    by: 'DenyAllInBound',
  },
  {
    title: 'a rule for an application security group passes over NICs that are no members',
    world: {
      groups: ['/asgs/asg-web'],
      subnet: [rule('AllowJump', 300, { destinationGroups: ['/asgs/asg-rdp'] })],
    },
    access: 'deny',
    layer: 'subnet',
    by: 'DenyAllInBound',
  },
  {
    title: 'a client in a peered network gets in by the default rule',
    world: { virtualNetwork: ['10.1.0.0/16', '10.9.0.0/16'], nic: [] },
    flow: privately,
    access: 'allow',
    layer: 'nic',
    by: 'AllowVnetInBound',
  },
  {
    title: 'a deny for the port stands before the default allow, so peered clients are shut out too',
    world: { virtualNetwork: ['10.1.0.0/16', '10.9.0.0/16'], nic: [deny('DenyRDP', 1000)] },
    flow: privately,
    access: 'deny',
    layer: 'nic',
    by: 'DenyRDP',
  },
  {
    title: 'a default route to an appliance makes everything part of VirtualNetwork',
    world: { virtualNetwork: ['10.1.0.0/16', '0.0.0.0/0'], nic: [] },
    access: 'allow',
    layer: 'nic',
    by: 'AllowVnetInBound',
  },
  {
    title: 'an admin deny is final, whatever the NSGs say',
    world: { admin: [deny('CorpBlockRdp', 10, { sources: ['Internet'] })], nic: [rule('AllowRDP', 300)] },
    access: 'deny',
    layer: 'admin',
    by: 'CorpBlockRdp',
  },
  {
    title: 'an admin always-allow passes by the NSGs',
    world: {
      admin: [rule('CorpAlwaysAllow', 5, { access: 'always-allow', sources: ['198.51.100.0/24'] })],
      nic: [deny('DenyAll', 100, { destinationPorts: ['*'] })],
    },
    flow: { source: '198.51.100.7' },
    access: 'allow',
    layer: 'admin',
    by: 'CorpAlwaysAllow',
  },
  {
    title: 'a plain admin allow only passes on to the NSGs',
    world: { admin: [rule('CorpAllow', 5)], nic: [] },
    access: 'deny',
    layer: 'nic',
    by: 'DenyAllInBound',
  },
  {
    title: 'a list of ranges with a gap at the port leaves it out',
    world: { nic: [rule('AllowRange', 300, { destinationPorts: ['3380-3388', '3390-3399'] })] },
    access: 'deny',
    layer: 'nic',
    by: 'DenyAllInBound',
  },
  {
    title: '0.0.0.0/0 is no IPv6 client',
    world: { address: 'fd00:1::4', nic: [rule('AllowV4', 300, { sources: ['0.0.0.0/0'] })] },
    flow: { source: '2001:db8:5::9', destination: 'fd00:1::4' },
    access: 'deny',
    layer: 'nic',
    by: 'DenyAllInBound',
  },
  {
    title: 'a port that JIT calls closed is open by an older allow with a lower number',
    world: {
      nic: [
        rule('ssh-and-rdp', 1002, { destinationPorts: ['22', '3389'] }),
        deny(`${JIT}_-1151891693_AA`, 4096, { destinations: [PRIVATE] }),
      ],
    },
    access: 'allow',
    layer: 'nic',
    by: 'ssh-and-rdp',
  },
  {
    title: 'a JIT window for another address leaves the JIT deny to decide',
    world: {
      nic: [
        rule(`${JIT}-884-BB`, 100, { sources: ['198.51.100.40'], destinations: [PRIVATE] }),
        deny(`${JIT}_884_BB`, 1000, { destinations: [PRIVATE] }),
      ],
    },
    access: 'deny',
    layer: 'nic',
    by: `${JIT}_884_BB`,
  },
]

describe('known cases of inbound rules', () => {
  test.each(examples)('$title', ({ world, flow, access, layer, by }) => {
    const verdict = evaluate(
      { source: CLIENT, protocol: 'tcp', destination: PRIVATE, port: 3389, overPublic: true, ...flow },
      network(world),
    )
    expect([verdict.access, verdict.apparent, verdict.layer]).toEqual([access, access, layer])
    expect(verdict.decidedBy?.rule.name ?? verdict.withoutRule).toBe(by)
    expect(verdict.doubts).toEqual([])
  })
})
