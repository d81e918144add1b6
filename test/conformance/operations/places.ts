/** Things of the demo's fleet that are asked about, and changes to them. */
import { networkIdOf, vmIdOf } from '../../../bots/demo/azure/ids.ts'
import type { AzureState, SimVm } from '../../../bots/demo/azure/model.ts'

export const SUBSCRIPTION = '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01'

/** The id of the VM that most questions are about. */
export const FIRST = vmIdOf(SUBSCRIPTION, 'rg-orders', 'vm01')
export const SECOND = vmIdOf(SUBSCRIPTION, 'rg-orders', 'vm10')

/** Changes a VM of the fleet. */
export function vmIn(state: AzureState, name: string, change: Partial<SimVm>): void {
  const vm = state.vms.find(one => one.name === name)
  if (vm === undefined) throw new Error(`the fleet has no ${name}`)
  Object.assign(vm, change)
}

/** Changes the interface of a VM. */
export function nicIn(state: AzureState, name: string, change: Partial<SimVm['nic']>): void {
  const vm = state.vms.find(one => one.name === name)
  if (vm === undefined) throw new Error(`the fleet has no ${name}`)
  Object.assign(vm.nic, change)
}

const at = { subscription: SUBSCRIPTION, rg: 'rg-orders', location: 'westeurope' }

/** Puts everything in front of the VMs that a fleet can have. */
export function withFront({ state }: { state: AzureState }): void {
  state.balancers.push({
    ...at,
    name: 'lb-orders',
    frontend: '198.51.100.90',
    nat: [
      { front_port: 50001, back_port: 3389, vm: 'vm01' },
      { front_port: 50002, back_port: 3389, vm: null },
    ],
  })
  const firewall = { private_ip: '10.20.255.4', subnet: '10.20.255.0/26', vnet: 'vnet-app' }
  state.firewalls.push(
    {
      ...at,
      ...firewall,
      name: 'fw-hub',
      public_ip: '198.51.100.91',
      policy: null,
      dnat: [{ port: 13389, to: '10.20.1.4:3389', sources: ['192.0.2.7'] }],
    },
    {
      ...at,
      ...firewall,
      name: 'fw-spoke',
      public_ip: '198.51.100.92',
      policy: 'policy-spoke',
      dnat: [{ port: 13390, to: '10.20.1.4:3389', sources: ['*'] }],
    },
  )
  const bastion = {
    native_client: true,
    ip_connect: false,
    shareable_link: false,
    nsg: null,
    state: 'Succeeded',
  } as const
  state.bastions.push(
    {
      ...at,
      ...bastion,
      name: 'bas-app',
      sku: 'Standard',
      prefix: '10.20.250.0/26',
      vnet: 'vnet-app',
      peered: false,
      route_table: null,
    },
    {
      ...at,
      ...bastion,
      name: 'bas-hub',
      sku: 'Developer',
      prefix: '10.99.250.0/26',
      vnet: 'vnet-hub',
      peered: true,
      route_table: 'rt-bastion',
    },
  )
  state.cloudServices.push({
    ...at,
    name: 'shop',
    tags: {},
    roles: {
      Web: { rdp_extension: true, expiry: '2026-10-31', certificate_present: true },
      Worker: { rdp_extension: false, expiry: null, certificate_present: false },
    },
    nsg_3389: 'allow',
    nsg_20000: 'deny',
    instances: 'ready',
    instance_names: [],
    events: null,
  })
}

/** The id of a thing of the first group. */
export const networkId = (rest: string): string => networkIdOf(SUBSCRIPTION, 'rg-orders', rest)
