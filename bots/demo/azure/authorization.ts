/**
 * Microsoft.Authorization: who has which role on a VM, what the roles are called, and locks.
 *
 * Shapes: https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope (2022-04-01) and
 * https://learn.microsoft.com/rest/api/resources/management-locks/list-at-resource-level (2020-05-01); ids of built-in roles:
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles; all read 2026-11-21.
 */
import { createHash } from 'node:crypto'
import { ArmError, type Ask, notFound, page, type Reply, type Route, VERSIONS } from './arm.ts'
import { VM, vmOf } from './compute.ts'
import { same } from './ids.ts'
import type { AzureState, SimRole } from './model.ts'

const AUTHORIZATION = 'Microsoft.Authorization'

export const authorizationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${VM}/providers/${AUTHORIZATION}/roleAssignments`,
    action: `${AUTHORIZATION}/roleAssignments/read`,
    versions: VERSIONS.roles,
    lag: 'list',
    run: assignments,
  },
  {
    method: 'GET',
    path: `${VM}/providers/${AUTHORIZATION}/roleDefinitions`,
    action: `${AUTHORIZATION}/roleDefinitions/read`,
    versions: VERSIONS.roles,
    run: ask => {
      vmOf(ask)
      return page(ask, definitionsIn(ask))
    },
  },
  {
    method: 'GET',
    path: `${VM}/providers/${AUTHORIZATION}/roleDefinitions/{definition}`,
    action: `${AUTHORIZATION}/roleDefinitions/read`,
    versions: VERSIONS.roles,
    run: ask => {
      const name = ask.params['definition'] ?? ''
      const found = definitionsIn(ask).find(one => same(one.name, name))
      if (found === undefined) throw notFound(`${AUTHORIZATION}/roleDefinitions`, name, '')
      return { status: 200, body: found }
    },
  },
  {
    method: 'GET',
    path: `${VM}/providers/${AUTHORIZATION}/locks`,
    action: `${AUTHORIZATION}/locks/read`,
    versions: VERSIONS.locks,
    run: ask => {
      const vm = vmOf(ask)
      return page(
        ask,
        vm.locks.map(({ name, level }) => ({
          name,
          id: `${vm.id}/providers/${AUTHORIZATION}/locks/${name}`,
          type: `${AUTHORIZATION}/locks`,
          properties: { level, notes: '' },
        })),
      )
    },
  },
]

const BUILT_IN: Readonly<Record<string, string>> = {
  Owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  'Virtual Machine Contributor': '9980e02c-c2be-4d73-94e8-173b1dc7cf3c',
  'Virtual Machine Administrator Login': '1c0163c0-47e6-4577-8991-ea5c82e286e4',
  'Virtual Machine User Login': 'fb879df8-f326-4884-b1cf-06f3ad86be52',
  'Network Contributor': '4d97b98b-1d4f-4787-a291-c67834d212e7',
}

const guidOf = (text: string): string => {
  const hex = createHash('sha256').update(text.toLowerCase()).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
const definitionIdOf = (role: string): string =>
  Object.entries(BUILT_IN).find(([name]) => same(name, role))?.[1] ?? guidOf(role)

/** Assignments on the VM and above it, which hold for it; only those of one person where the filter names one. */
function assignments(ask: Ask): Reply {
  const vm = vmOf(ask)
  const filter = ask.query.get('$filter') ?? ''
  const [, person] = /(?:assignedTo\(\s*|principalId\s+eq\s+)'([^']+)'/i.exec(filter) ?? []
  if (filter !== '' && person === undefined && !/^atScope\(\)$/i.test(filter.trim()))
    throw new ArmError(400, 'UnsupportedQuery', `The filter '${filter}' is not supported.`)
  const holds = ({ scope }: SimRole) => `${vm.id}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase())
  return page(
    ask,
    ask.world.state.roles
      .filter(one => holds(one) && (person === undefined || same(one.principal, person)))
      .map(one => assignmentBody(one)),
  )
}

function assignmentBody({ principal, role, scope }: SimRole) {
  const name = guidOf(`${principal} ${role} ${scope}`)
  const [, subscription = ''] = /^\/subscriptions\/([^/]+)/.exec(scope) ?? []
  return {
    name,
    id: `${scope}/providers/${AUTHORIZATION}/roleAssignments/${name}`,
    type: `${AUTHORIZATION}/roleAssignments`,
    properties: {
      roleDefinitionId: `/subscriptions/${subscription}/providers/${AUTHORIZATION}/roleDefinitions/${definitionIdOf(role)}`,
      principalId: principal,
      principalType: 'User',
      scope,
    },
  }
}

function definitionsIn({ world, params }: Ask) {
  const names = new Set([...Object.keys(BUILT_IN), ...world.state.roles.map(({ role }) => role)])
  return [...names].map(role => ({
    name: definitionIdOf(role),
    id: `/subscriptions/${params['subscription']}/providers/${AUTHORIZATION}/roleDefinitions/${definitionIdOf(role)}`,
    type: `${AUTHORIZATION}/roleDefinitions`,
    properties: {
      roleName: role,
      type: BUILT_IN[role] === undefined ? 'CustomRole' : 'BuiltInRole',
      description: '',
      assignableScopes: ['/'],
      permissions: [{ actions: [], notActions: [], dataActions: [], notDataActions: [] }],
    },
  }))
}

/** For Resource Graph. */
export const assignmentsOf = (state: AzureState) => state.roles.map(assignmentBody)
