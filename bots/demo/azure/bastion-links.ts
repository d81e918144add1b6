/**
 * Shareable links of Bastion hosts: at most one for a VM, until somebody deletes it.
 * Shapes: Azure/azure-rest-api-specs, Microsoft.Network 2024-03-01, network.json (read 2026-11-21).
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { ArmError, type Ask, accepted, type Reply, type Route, VERSIONS } from './arm.ts'
import { bastionWithId } from './front.ts'
import { networkIdOf, same } from './ids.ts'
import type { AzureState, SimBastion, SimEffect } from './model.ts'

const HOST =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Network/bastionHosts/{name}'
const TYPE = 'Microsoft.Network/bastionHosts'

export const bastionLinkRoutes: readonly Route[] = [
  route('getShareableLinks', ({ world, body }, bastion) => ({
    status: 200,
    body: { value: linksOf(world.state, bastion, wantedIn(body)) },
  })),
  route('createShareableLinks', (ask, bastion) => {
    const vms = wantedIn(ask.body)
    for (const vm of vms)
      if (!ask.world.state.vms.some(({ id }) => same(id, vm)))
        throw new ArmError(404, 'ResourceNotFound', `The Resource '${vm}' was not found.`)
    return accepted(ask, {
      provider: 'Microsoft.Network',
      effect: { do: 'create-links', bastion, vms },
      result: {},
      did: { operation: `${TYPE}/createShareableLinks/action`, resource: bastion },
    })
  }),
  route('deleteShareableLinks', (ask, bastion) =>
    accepted(ask, {
      provider: 'Microsoft.Network',
      effect: { do: 'delete-links', bastion, vms: wantedIn(ask.body) },
      result: null,
      did: { operation: `${TYPE}/deleteShareableLinks/action`, resource: bastion },
    }),
  ),
]

function route(verb: string, run: (ask: Ask, bastion: string) => Reply): Route {
  return {
    method: 'POST',
    path: `${HOST}/${verb}`,
    action: `${TYPE}/${verb}/action`,
    versions: VERSIONS.network,
    run: ask => {
      const { subscription = '', rg = '', name = '' } = ask.params
      const id = networkIdOf(subscription, rg, `bastionHosts/${name}`)
      refuseUnfit(bastionWithId(ask.world.state, id))
      return run(ask, id)
    },
  }
}

function refuseUnfit({ sku, shareable_link }: SimBastion): void {
  if (sku === 'Standard' || sku === 'Premium') {
    if (shareable_link) return
    throw new ArmError(400, 'BadRequest', 'Shareable link feature is not enabled on this Bastion host.')
  }
  throw new ArmError(400, 'BadRequest', `Shareable link is not supported by Bastion hosts of SKU ${sku}.`)
}

const Wanted = z.object({ vms: z.array(z.object({ vm: z.object({ id: z.string() }) })).default([]) })

function wantedIn(body: unknown): string[] {
  const wanted = Wanted.safeParse(body ?? {})
  if (!wanted.success) throw new ArmError(400, 'InvalidRequestFormat', 'Cannot parse the request.')
  return wanted.data.vms.map(({ vm }) => vm.id)
}

/** Of these VMs; of all where none is named. */
function linksOf({ links }: AzureState, bastion: string, vms: readonly string[]): unknown[] {
  return links
    .filter(link => same(link.bastion, bastion) && (vms.length === 0 || vms.some(vm => same(vm, link.vm))))
    .map(({ vm, token, createdAt }) => ({
      vm: { id: vm },
      bsl: `https://bst-${bastion.split('/').at(-1)}.bastion.azure.com/api/shareable-url/${token}`,
      createdAt: new Date(createdAt).toISOString(),
    }))
}

type LinkEffect = Extract<SimEffect, { do: 'create-links' | 'delete-links' }>

/** A link that is there stays as it is. @returns what its operation leads to */
export function takeLinks(state: AzureState, { do: what, bastion, vms }: LinkEffect, at: number): unknown {
  const isMeant = (link: AzureState['links'][number]) =>
    same(link.bastion, bastion) && vms.some(vm => same(vm, link.vm))
  if (what === 'delete-links') {
    state.links = state.links.filter(link => !isMeant(link))
    return undefined
  }
  for (const vm of vms)
    if (!state.links.some(link => same(link.bastion, bastion) && same(link.vm, vm)))
      state.links.push({ bastion, vm, token: randomUUID(), createdAt: at })
  return { value: linksOf(state, bastion, vms) }
}

/** Somebody makes or deletes a link by hand, in the portal. */
export const LinkChange = z.strictObject({ bastion: z.string(), vm: z.string(), there: z.boolean() })

/** @returns what does not fit */
export function changeLink(
  state: AzureState,
  { bastion, vm, there }: z.infer<typeof LinkChange>,
  at: number,
): string | undefined {
  const host = state.bastions.find(({ name }) => same(name, bastion))
  const target = state.vms.find(({ name }) => same(name, vm))
  if (host === undefined || target === undefined) return `there is no Bastion host ${bastion}, or no VM ${vm}`
  const id = networkIdOf(host.subscription, host.rg, `bastionHosts/${host.name}`)
  takeLinks(state, { do: there ? 'create-links' : 'delete-links', bastion: id, vms: [target.id] }, at)
  return undefined
}

/** Everything but the secret. */
export const linksView = (state: AzureState): unknown[] =>
  state.links.map(({ bastion, vm, createdAt }) => ({
    bastion: bastion.split('/').at(-1),
    vm: vm.split('/').at(-1),
    createdAt,
  }))
