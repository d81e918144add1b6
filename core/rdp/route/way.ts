/**
 * A way in as it is recorded with a request: where it leads, through what, and why it was taken.
 *
 * Some ways let in one fixed source, whoever the person is: the subnet of a Bastion host, or the range that the policy names for the VPN.
 * All others are opened for the person's own address, which they give on the access page.
 */
import type { BastionMethod } from '../bastion/abilities.ts'
import type { RoleInstance } from '../file.ts'

/** The kinds of ways that a policy can allow. */
export const ROUTE_KINDS = [
  'public-address',
  'nat-rule',
  'bastion',
  'private-address',
  'role-instance',
] as const
export type RouteKind = (typeof ROUTE_KINDS)[number]

/**
 * What a rule allows that says nothing of it, best first. A private address needs to be told where people come from. Role instances of Cloud
 * Services are let in by nothing but a rule that names them: just-in-time access does not cover them.
 */
export const USUAL_ROUTES: readonly RouteKind[] = ['public-address', 'nat-rule', 'bastion']

/** A way that a connection file leads through: a host and a port to dial. */
export type DialledWay = {
  kind: 'public-address' | 'nat-rule' | 'private-address' | 'role-instance'
  /** A DNS name where there is one, else an IPv4 address. */
  host: string
  /** The port to dial: a load balancer may have another one than the VM. */
  port: number
  /** The private address it ends at, where that is not the VM's first. */
  at?: string
  /** The load balancer it passes. */
  through?: string
  /** The fixed source it is opened for. Absent: the person's own address. */
  source?: string
  roleInstance?: RoleInstance
  /** Why this one, as a clause for people. */
  why: string
}

/** A way through Azure Bastion: nothing to dial, the person goes to the portal or uses the Azure CLI. */
export type BastionWay = {
  kind: 'bastion'
  /** ARM id of the Bastion host. */
  id: string
  name: string
  sku: 'Developer' | 'Basic' | 'Standard' | 'Premium'
  methods: readonly BastionMethod[]
  /** What the host cannot do here, with what that would need. */
  lacking: readonly { label: string; needs: readonly string[] }[]
  source: string
  why: string
}

export type ChosenWay = DialledWay | BastionWay

/** Why the VM’s own address: what sets it apart from an open port. */
export const PUBLIC_WHY = 'it leads straight to the VM, and the port opens for one address only'

/** Two ways with the same key lead the same way, whenever they were read. */
export const wayKey = (way: ChosenWay): string =>
  way.kind === 'bastion'
    ? `bastion:${way.id.toLowerCase()}`
    : `${way.kind}:${way.host.toLowerCase()}:${way.port}`

/** The way as people say it: "the load balancer lb-app". */
export function sayWay(way: ChosenWay): string {
  switch (way.kind) {
    case 'public-address':
      return 'the VM’s own public address'
    case 'nat-rule':
      return `the load balancer ${way.through ?? ''}`.trim()
    case 'private-address':
      return way.through === undefined
        ? 'the VM’s private address'
        : `the internal load balancer ${way.through}`
    case 'bastion':
      return `Azure Bastion ${way.name}`
    case 'role-instance':
      return `the address of the Cloud Service, for ${way.roleInstance?.instance ?? 'one instance'}`
  }
}
