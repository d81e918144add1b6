/**
 * The manners of Azure Resource Manager that all its services share: paths without regard to case, api-version, errors, pages and
 * long-running operations.
 *
 * Absolute addresses in answers name https://management.azure.com, as the real ones do, whatever address the call came in on.
 * Sources: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations and
 * https://github.com/microsoft/api-guidelines (read 2026-11-20).
 */
import { randomUUID } from 'node:crypto'
import { note } from './activity.ts'
import { ARM } from './ids.ts'
import { operationMsOf } from './latency.ts'
import type { AzureState, SimFault, SimOperation } from './model.ts'

export class ArmError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export type Reply = { status: number; body?: unknown; headers?: Readonly<Record<string, string>> }

export type World = {
  state: AzureState
  now: () => number
  /** How long after a JIT request its rules come into force, ms on the world's clock. */
  ruleDelayMs: number
  /** How long an operation runs, ms on the world's clock. */
  operationMs: number
  /** The same for a script inside Windows. */
  runCommandMs: number
  /** Items on one page of a list. */
  pageSize: number
  /** The one app with a role for the inside of VMs, and with no other; without it every app may do everything. */
  guestApp?: string | undefined
}

/** One call, understood. Parameters keep the spelling of the path. */
export type Ask = {
  world: World
  params: Readonly<Record<string, string>>
  path: string
  query: URLSearchParams
  body: unknown
  caller: { appId: string; address: string }
  /** What the caller calls this request; Azure's activity log keeps it. */
  requestId?: string
  /** The path of the route that answers. */
  route: string
  /** What is played on this call. */
  fault?: SimFault
}

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `{name}` stands for one segment. */
  path: string
  /** What a role has to allow; absent where Azure asks for nothing. */
  action?: string
  versions: readonly string[]
  /** Which lag it is subject to. */
  lag?: 'list' | 'graph'
  run: (ask: Ask) => Reply
}

/** The parameters of a path that fits a template, or undefined. */
export function paramsOf(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, want] of wanted.entries()) {
    const have = given[index] ?? ''
    if (/^\{.+\}$/.test(want)) {
      if (have === '') return undefined
      params[want.slice(1, -1)] = decodeURIComponent(have)
    } else if (want.toLowerCase() !== have.toLowerCase()) return undefined
  }
  return params
}

export const notFound = (type: string, name: string, rg: string): ArmError =>
  new ArmError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${rg}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  )

/** One page of a list; the address of the next one where there is more. */
export function page(ask: Ask, items: readonly unknown[]): Reply {
  const from = Number(ask.query.get('$skiptoken') ?? 0)
  const to = from + ask.world.pageSize
  const next = new URLSearchParams(ask.query)
  next.set('$skiptoken', String(to))
  return {
    status: 200,
    body: {
      value: items.slice(from, to),
      ...(to < items.length ? { nextLink: `${ARM}${ask.path}?${next}` } : {}),
    },
  }
}

type Begun = {
  provider: 'Microsoft.Compute' | 'Microsoft.Network'
  effect: SimOperation['effect']
  /** What it leads to: said at the end, and then only Location is named, as Network does. */
  result?: unknown
  /** Its state can be followed though it leads to something. */
  both?: boolean
  fails?: SimOperation['fails']
  did?: { operation: string; resource: string }
}

/**
 * Starts an operation. Its headers have the addresses at which it can be followed: its state and its result. One that has a result names
 * only the second, unless it names both.
 */
export function begin(ask: Ask, begun: Begun): Readonly<Record<string, string>> {
  const { world, params, query, fault, caller, requestId } = ask
  const { provider, effect, result, both = false } = begun
  const did = begun.did && { ...begun.did, ...(requestId === undefined ? {} : { requestId }) }
  const fails = fault?.operationFails ?? begun.fails
  const id = randomUUID()
  const subscription = params['subscription'] ?? ''
  world.state.operations[id] = {
    readyAt: world.now() + (fault?.operationMs ?? operationMsOf(world, ask.route)),
    status: 'InProgress',
    effect,
    ...(result === undefined ? {} : { result }),
    ...(fails === undefined ? {} : { fails }),
    ...(did === undefined ? {} : { did: { ...did, by: caller.appId, subscription, correlation: id } }),
  }
  if (did !== undefined)
    note(world.state, {
      at: world.now(),
      subscription,
      ...did,
      by: caller.appId,
      status: 'Accepted',
      correlation: id,
    })
  const base = `${ARM}/subscriptions/${subscription}/providers/${provider}/locations/westeurope`
  const version = `api-version=${query.get('api-version')}`
  return {
    ...(result === undefined || both
      ? { 'azure-asyncoperation': `${base}/operations/${id}?${version}` }
      : {}),
    location: `${base}/operationResults/${id}?${version}`,
    'retry-after': '1',
  }
}

/** Starts an operation and answers that it was accepted. */
export const accepted = (ask: Ask, begun: Begun): Reply => ({ status: 202, headers: begin(ask, begun) })

function operationOf({ world, params }: Ask): SimOperation {
  const operation = world.state.operations[params['operation'] ?? '']
  if (operation === undefined) throw new ArmError(404, 'OperationNotFound', 'The operation was not found.')
  return operation
}

const follow = (provider: string, versions: readonly string[]): Route[] => [
  {
    method: 'GET',
    path: `/subscriptions/{subscription}/providers/${provider}/locations/{location}/operations/{operation}`,
    versions,
    run: ask => {
      const { status, fails } = operationOf(ask)
      return {
        status: 200,
        body: { status, name: ask.params['operation'], ...(status === 'Failed' ? { error: fails } : {}) },
      }
    },
  },
  {
    method: 'GET',
    path: `/subscriptions/{subscription}/providers/${provider}/locations/{location}/operationResults/{operation}`,
    versions,
    run: ask => {
      const { status, result, fails } = operationOf(ask)
      if (status === 'Failed')
        throw new ArmError(409, fails?.code ?? 'Conflict', fails?.message ?? 'It failed.')
      if (status === 'InProgress')
        return { status: 202, headers: { location: `${ARM}${ask.path}?${ask.query}` } }
      return { status: 200, body: result }
    },
  },
]

/** Versions that the clients of today send; an unknown one is refused, as Azure does. */
export const VERSIONS = {
  compute: ['2024-07-01', '2026-04-01'],
  cloudService: ['2022-09-04'],
  network: ['2024-03-01', '2026-01-01'],
  security: ['2020-01-01'],
  graph: ['2024-04-01'],
  health: ['2022-10-01'],
  events: ['2015-04-01'],
  metrics: ['2024-02-01'],
  roles: ['2022-04-01'],
  locks: ['2020-05-01'],
} as const

export const operationRoutes: readonly Route[] = [
  ...follow('Microsoft.Compute', [...VERSIONS.compute, ...VERSIONS.cloudService]),
  ...follow('Microsoft.Network', VERSIONS.network),
]
