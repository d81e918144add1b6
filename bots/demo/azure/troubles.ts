/**
 * Ready-made troubles, each one a switch: what the demo page breaks, and mends again.
 *
 * Whether a switch is on is read from the state itself, so a trouble that somebody mends in another way (Latchkey, say) goes off by itself.
 * How a failed host, a stopped service and an expired certificate look from outside is what the triage scenarios say of them.
 */
import { z } from 'zod'
import { nsgsOf } from './defender.ts'
import { setPower } from './effects.ts'
import { Boot, Guest } from './fleet-health.ts'
import { nsgIdOf, same } from './ids.ts'
import type { AzureState, SimFault, SimNsg, SimVm } from './model.ts'

const VM_TROUBLES = [
  'deallocated',
  'subnet-denied',
  'service-stopped',
  'certificate-expired',
  'host-failed',
] as const
const AZURE_TROUBLES = ['throttled', 'slow'] as const
type VmTrouble = (typeof VM_TROUBLES)[number]
type AzureTrouble = (typeof AZURE_TROUBLES)[number]

/** `vm` is the id of the VM that a trouble is one of. */
export const TroubleSwitch = z.union([
  z.strictObject({ trouble: z.enum(VM_TROUBLES), vm: z.string(), on: z.boolean() }),
  z.strictObject({ trouble: z.enum(AZURE_TROUBLES), on: z.boolean() }),
])

export const vmTroubles = (state: AzureState, vm: SimVm): VmTrouble[] =>
  VM_TROUBLES.filter(trouble => TROUBLES[trouble].has(state, vm))

export const azureTroubles = ({ faults }: AzureState): AzureTrouble[] =>
  AZURE_TROUBLES.filter(trouble => faults.some(fault => isFault(fault, FAULTS[trouble])))

/** Safe to repeat. */
export function switchVmTrouble(
  state: AzureState,
  { vm, trouble, on, now }: { vm: SimVm; trouble: VmTrouble; on: boolean; now: number },
): void {
  if (TROUBLES[trouble].has(state, vm) !== on) TROUBLES[trouble].turn(state, vm, { on, now })
}

/** Safe to repeat. Faults that somebody else plays stay. */
export function switchAzureTrouble(state: AzureState, trouble: AzureTrouble, on: boolean): void {
  const others = state.faults.filter(fault => !isFault(fault, FAULTS[trouble]))
  // Only the first fault that fits is played, and a call that is refused is not slow.
  const own = on ? [{ ...FAULTS[trouble] }] : []
  state.faults = trouble === 'throttled' ? [...own, ...others] : [...others, ...own]
}

// ---- Azure as a whole ----------------------------------------------------------------------------------------------------------

const FAULTS: Readonly<Record<AzureTrouble, SimFault>> = {
  throttled: { match: '^', status: 429, code: 'SubscriptionRequestsThrottled', retryAfter: 2 },
  slow: { match: '^', waitMs: 2_000 },
}

const isFault = (one: SimFault, other: SimFault): boolean => JSON.stringify(one) === JSON.stringify(other)

// ---- One VM --------------------------------------------------------------------------------------------------------------------

type Turn = { on: boolean; now: number }
type Trouble = {
  has: (state: AzureState, vm: SimVm) => boolean
  turn: (state: AzureState, vm: SimVm, turn: Turn) => void
}

const RULE = 'DenyRdpFromOutside'
const FIRST = 100

const TROUBLES: Readonly<Record<VmTrouble, Trouble>> = {
  deallocated: {
    has: (_, vm) => vm.power === 'deallocated',
    turn: (_, vm, { on, now }) => setPower(vm, on ? 'deallocated' : 'running', now),
  },
  'subnet-denied': {
    has: (state, vm) => subnetNsg(state, vm)?.rules.some(({ name }) => name === RULE) ?? false,
    turn: (state, vm, { on }) => (on ? denyAtSubnet(state, vm) : allowAtSubnet(state, vm)),
  },
  'service-stopped': {
    has: (_, { guest }) => partOf(guest, 'termservice')['state'] === 'stopped',
    turn: (_, vm, { on }) => {
      vm.guest['termservice'] = on
        ? { state: 'stopped', start: 'disabled' }
        : { state: 'running', start: 'manual' }
      vm.guest['listener'] = { ...partOf(vm.guest, 'listener'), port: 3389, owner: on ? null : 'TermService' }
    },
  },
  'certificate-expired': {
    has: (_, { guest }) => partOf(guest, 'cert')['usable'] === false,
    turn: (_, vm, { on, now }) => {
      const day = new Date(now + (on ? -3 : 180) * 86_400_000).toISOString().slice(0, 10)
      vm.guest['cert'] = { not_after: day, usable: !on }
      vm.guest['rcm_events'] = on ? [1057] : []
      vm.guest['schannel_events'] = on ? [36870] : []
    },
  },
  'host-failed': {
    has: (_, { health }) => health?.state === 'Unavailable',
    turn: (_, vm, { on, now }) => {
      vm.health = on
        ? {
            state: 'Unavailable',
            annotation: 'VirtualMachineHostRebootedForRepair',
            context: 'Platform Initiated',
          }
        : null
      vm.agent = on ? 'not_ready' : 'ready'
      vm.boot = Boot.parse(on ? { screen: 'black', second_sample: 'black' } : {})
      vm.provisionedAt = now
    },
  },
}

function partOf(guest: Guest, name: string): Guest {
  const part = Guest.safeParse(guest[name])
  return part.success ? part.data : {}
}

const subnetNsg = (state: AzureState, vm: SimVm): SimNsg | undefined =>
  nsgsOf(state, vm).find(({ name }) => name === vm.subnet.nsg)

/** Everybody in the subnet is behind it, as they would be in Azure. */
function denyAtSubnet(state: AzureState, vm: SimVm): void {
  const nsg = subnetNsg(state, vm) ?? attachNsg(state, vm)
  const taken = nsg.rules.find(({ prio }) => prio === FIRST)
  if (taken !== undefined) taken.prio = freeAfter(nsg, FIRST)
  nsg.rules.push({
    name: RULE,
    description: 'Nothing from outside to RDP. The network team.',
    prio: FIRST,
    access: 'deny',
    src: ['*'],
    sport: ['*'],
    dst: ['*'],
    dport: ['3389'],
    proto: 'tcp',
    inForce: true,
  })
}

function allowAtSubnet(state: AzureState, vm: SimVm): void {
  const nsg = subnetNsg(state, vm)
  if (nsg === undefined) return
  nsg.rules = nsg.rules.filter(({ name }) => name !== RULE)
  if (nsg.name !== madeFor(vm)) return
  for (const other of neighbours(state, vm)) other.subnet.nsg = null
  state.nsgs = state.nsgs.filter(other => other !== nsg)
}

/** Only an NSG that was made for the trouble is taken away with it. */
const madeFor = ({ subnet }: SimVm): string => `nsg-${subnet.name}-lockdown`

function attachNsg(state: AzureState, vm: SimVm): SimNsg {
  const name = madeFor(vm)
  const { subscription, rg, location } = vm
  const nsg: SimNsg = { id: nsgIdOf(subscription, rg, name), subscription, name, location, rules: [] }
  state.nsgs.push(nsg)
  for (const other of neighbours(state, vm)) other.subnet.nsg = name
  return nsg
}

const neighbours = ({ vms }: AzureState, { subscription, subnet }: SimVm): SimVm[] =>
  vms.filter(
    other =>
      same(other.subscription, subscription) &&
      same(other.subnet.vnet, subnet.vnet) &&
      same(other.subnet.name, subnet.name),
  )

function freeAfter({ rules }: SimNsg, prio: number): number {
  let free = prio + 1
  while (rules.some(rule => rule.prio === free)) free += 1
  return free
}
