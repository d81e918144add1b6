/**
 * The handles that the demo page and the tests pull: not a part of Azure.
 *
 * GET world tells what there is to see. POST world/power, world/rule, world/link, world/vm, world/trouble, world/window, world/mode, world/pace and
 * world/faults change it, at once and without asking who it is.
 */
import type { Request, Response, Server } from 'restify'
import { z } from 'zod'
import { readJson, sendJson } from '../http.ts'
import { changeLink, LinkChange, linksView } from './bastion-links.ts'
import { nsgsOf, openRequest } from './defender.ts'
import { setPower } from './effects.ts'
import { FleetRule, FleetVm, Power } from './fleet.ts'
import { Boot, Guest, Metrics } from './fleet-health.ts'
import { same } from './ids.ts'
import type { AzureState, SimNsg, SimVm } from './model.ts'
import { servicesView } from './service-view.ts'
import { publicAddressOf, publicNameOf } from './topology.ts'
import { azureTroubles, switchAzureTrouble, switchVmTrouble, TroubleSwitch, vmTroubles } from './troubles.ts'
import { memberName, ownVm, vmWithId } from './vms.ts'

const MOST_CALLS_SHOWN = 50

type Handles = {
  prefix: string
  state: AzureState
  now: () => number
  catchUp: () => void
  changed: () => void
}

export function mountWorld(server: Server, { prefix, state, now, catchUp, changed }: Handles): void {
  server.get(`${prefix}/world`, async (_req: Request, res: Response) => {
    catchUp()
    sendJson(res, 200, worldView(state))
  })

  /** `act` says what does not fit, or nothing. */
  const handle = <T>(name: string, shape: z.ZodType<T>, act: (wish: T) => string | undefined) => {
    server.post(`${prefix}/world/${name}`, async (req: Request, res: Response) => {
      const wish = shape.safeParse(await readJson(req).catch(() => undefined))
      if (!wish.success) return sendJson(res, 400, { error: z.prettifyError(wish.error) })
      const problem = act(wish.data)
      if (problem !== undefined) return sendJson(res, 404, { error: problem })
      changed()
      sendJson(res, 200, worldView(state))
    })
  }

  handle('power', z.strictObject({ vm: z.string(), power: Power }), ({ vm, power }) => {
    const found = ownVm(state, vm)
    if (found === undefined) return `there is no VM ${vm}`
    setPower(found, power, now())
    return undefined
  })
  handle('mode', z.strictObject({ mode: z.enum(['merge', 'supersede']) }), ({ mode }) => {
    state.mode = mode
    return undefined
  })
  handle('faults', Faults, ({ faults, denied }) => {
    if (faults !== undefined) state.faults = faults
    if (denied !== undefined) state.denied = denied
    return undefined
  })
  handle('pace', Pace, ({ realistic, throttling, listLagMs, graphLagMs }) => {
    state.realistic = realistic ?? state.realistic
    state.throttling = throttling ?? state.throttling
    state.lag = { listMs: listLagMs ?? state.lag.listMs, graphMs: graphLagMs ?? state.lag.graphMs }
    return undefined
  })
  handle('vm', VmChange, ({ vm, ...change }) => {
    const found = ownVm(state, vm)
    if (found === undefined) return `there is no VM ${vm}`
    const { guest, ...rest } = change
    Object.assign(found, rest)
    for (const [name, part] of Object.entries(guest ?? {}))
      found.guest[name] = isPart(part) && isPart(found.guest[name]) ? { ...found.guest[name], ...part } : part
    return undefined
  })
  handle('trouble', TroubleSwitch, wish => {
    if (!('vm' in wish)) {
      switchAzureTrouble(state, wish.trouble, wish.on)
      return undefined
    }
    const vm = ownVm(state, wish.vm)
    if (vm === undefined) return `there is no VM ${wish.vm}`
    switchVmTrouble(state, { ...wish, vm, now: now() })
    return undefined
  })
  handle('window', ByHand, ({ vm: id, port, source, minutes, by, why }) => {
    const vm = ownVm(state, id)
    const policy = state.policies.find(({ vms }) => vms.some(covered => same(covered.id, id)))
    if (vm === undefined || policy === undefined) return `no JIT access policy covers ${id}`
    const at = now()
    const wishes = [{ vm, port, sources: [source], endsAt: at + minutes * 60_000 }]
    openRequest(state, policy, { requestor: by, justification: why, startedAt: at, from: at, wishes })
    return undefined
  })
  handle('link', LinkChange, wish => changeLink(state, wish, now()))
  handle('rule', RuleChange, change => {
    const nsg = nsgFor(state, change.on)
    if (nsg === undefined) return `there is no NSG at ${change.on}`
    if ('add' in change) {
      nsg.rules = [
        ...nsg.rules.filter(({ name }) => name !== change.add.name),
        { ...change.add, inForce: true },
      ]
      return undefined
    }
    if (!nsg.rules.some(({ name }) => same(name, change.delete))) return `there is no rule ${change.delete}`
    nsg.rules = nsg.rules.filter(({ name }) => !same(name, change.delete))
    return undefined
  })
}

/** Both lists replace what was there; one that is left out stays. */
const Faults = z.strictObject({
  faults: z
    .array(
      z.strictObject({
        match: z.string().refine(isExpression, 'not a regular expression'),
        status: z.int().min(400).max(599).exactOptional(),
        code: z.string().exactOptional(),
        message: z.string().exactOptional(),
        retryAfter: z.int().min(0).exactOptional(),
        times: z.int().min(1).exactOptional(),
        hang: z.boolean().exactOptional(),
        reset: z.boolean().exactOptional(),
        late: z.boolean().exactOptional(),
        waitMs: z.int().min(0).max(600_000).exactOptional(),
        operationMs: z.int().min(0).exactOptional(),
        operationFails: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
      }),
    )
    .optional(),
  denied: z.array(z.string()).optional(),
})

/** How fast and how strict Azure is; what is left out stays. */
const Pace = z.strictObject({
  realistic: z.boolean().optional(),
  throttling: z.boolean().optional(),
  listLagMs: z.int().min(0).optional(),
  graphLagMs: z.int().min(0).optional(),
})

/** How a VM is, in the words of a world file. The parts of `guest` are merged with what is there. */
const VmChange = z
  .strictObject({
    vm: z.string(),
    agent: FleetVm.shape.agent.unwrap(),
    provisioning: FleetVm.shape.provisioning.unwrap(),
    health: FleetVm.shape.health.unwrap(),
    boot: Boot,
    metrics: Metrics,
    guest: Guest,
  })
  .partial()
  .required({ vm: true })

/** A window that somebody opens in the portal, past everybody else. */
const ByHand = z.strictObject({
  vm: z.string(),
  port: z.int().min(1).max(65535).default(3389),
  source: z.string().min(1),
  minutes: z.number().min(1).max(1440),
  by: z.string().default('somebody in the portal'),
  why: z.string().default(''),
})

const isPart = (value: unknown): value is Record<string, never> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `on` is the id of an NSG, or of a VM: then the NSG nearest to it is meant. */
const RuleChange = z.union([
  z.strictObject({ on: z.string(), add: FleetRule }),
  z.strictObject({ on: z.string(), delete: z.string() }),
])

function nsgFor(state: AzureState, id: string): SimNsg | undefined {
  const vm = vmWithId(state, id)
  return vm === undefined ? state.nsgs.find(nsg => same(nsg.id, id)) : nsgsOf(state, vm).at(-1)
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

function worldView(state: AzureState) {
  return {
    mode: state.mode,
    troubles: azureTroubles(state),
    crowds: state.crowds.map(crowd => ({
      count: crowd.count,
      first: memberName(crowd, 0),
      last: memberName(crowd, crowd.count - 1),
    })),
    vms: state.vms.map(vm => vmView(state, vm)),
    links: linksView(state),
    cloudServices: servicesView(state),
    calls: state.calls.slice(-MOST_CALLS_SHOWN).toReversed(),
  }
}

function vmView(state: AzureState, vm: SimVm) {
  const { id, name, power, rg, os, tags } = vm
  return {
    id,
    name,
    subscription: state.subscriptions.find(one => one.id === vm.subscription)?.name,
    resourceGroup: rg,
    os,
    tags,
    power,
    troubles: vmTroubles(state, vm),
    /** Inside Windows, with what each was shown last. */
    sessions: Array.isArray(vm.guest['sessions']) ? vm.guest['sessions'] : [],
    subnet: vm.subnet.name,
    privateAddress: vm.nic.private_ip,
    publicAddress: publicAddressOf(vm),
    publicName: publicNameOf(vm),
    nsgRules: nsgsOf(state, vm).flatMap(nsg =>
      nsg.rules
        .filter(({ inForce }) => inForce)
        // A shared NSG holds the JIT rules of its other VMs too: they say nothing about this one.
        .filter(({ jit, dst }) => jit === undefined || dst.includes(vm.nic.private_ip))
        .toSorted((left, right) => left.prio - right.prio)
        .map(rule => ({
          nsg: nsg.name,
          name: rule.name,
          priority: rule.prio,
          access: rule.access,
          source: rule.src.join(', '),
          port: rule.dport.join(', '),
          jit: rule.jit !== undefined,
        })),
    ),
    jitRequests: state.policies.flatMap(policy =>
      policy.requests.flatMap(({ entries, justification, startedAt }) =>
        entries
          .filter(entry => same(entry.vm, id))
          .map(({ sources, port, endsAt, status, reason }) => ({
            sources,
            port,
            startedAt,
            endsAt,
            status,
            reason,
            live: status !== 'Revoked',
            justification: justification ?? '',
          })),
      ),
    ),
  }
}
