/**
 * The Azure roles a person holds on a VM, directly, through groups, or from above (K09).
 *
 * Azure follows groups itself. Roles are named in another call; those that matter here are built in and known by their ids.
 * Sources: https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest and
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-11-21).
 */
import { z } from 'zod'
import type { PersonId, Roles, VmId } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import type { Look } from './look.ts'

const OP = 'azure.diagnostics.roles'
const API = '2022-04-01'
const MOST_PAGES = 10

const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner'],
  ['b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor'],
  ['acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader'],
  ['18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator'],
  ['9980e02c-c2be-4d73-94e8-173b1dc7cf3c', 'Virtual Machine Contributor'],
  ['1c0163c0-47e6-4577-8991-ea5c82e286e4', 'Virtual Machine Administrator Login'],
  ['fb879df8-f326-4884-b1cf-06f3ad86be52', 'Virtual Machine User Login'],
])

const Assignment = z.object({ properties: z.object({ roleDefinitionId: z.string() }) })
const Definition = z.object({ name: z.string(), properties: z.object({ roleName: z.string() }) })

export async function roles(look: Look, id: VmId, person: PersonId): Promise<Roles> {
  const { sweep } = look
  const { subscription, name } = armId(id)
  const found = await sweep.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Authorization/roleAssignments/read',
      thing: `the role assignments on ${name}`,
      subscription,
    },
    sweep.clients.raw(),
    (arm, abortSignal) =>
      arm.list(
        `${id}/providers/Microsoft.Authorization/roleAssignments`,
        { 'api-version': API, $filter: `atScope() and assignedTo('${person}')` },
        MOST_PAGES,
        abortSignal,
      ),
  )
  const ids = found.flatMap(item => {
    const { success, data } = Assignment.safeParse(item)
    return success ? [data.properties.roleDefinitionId.split('/').at(-1)?.toLowerCase() ?? ''] : []
  })
  const distinct = [...new Set(ids)]
  const names = distinct.every(one => BUILT_IN.has(one)) ? BUILT_IN : await namesOn(look, id)
  return distinct.map(one => BUILT_IN.get(one) ?? names.get(one) ?? `role ${one}`)
}

/** Names of all roles that can be held on the VM, by their ids; none where the bot may not read them. */
async function namesOn({ sweep, log }: Look, id: VmId): Promise<ReadonlyMap<string, string>> {
  const { subscription, name } = armId(id)
  try {
    const found = await sweep.calls.read(
      {
        op: OP,
        needs: 'Microsoft.Authorization/roleDefinitions/read',
        thing: `the roles on ${name}`,
        subscription,
      },
      sweep.clients.raw(),
      (arm, abortSignal) =>
        arm.list(
          `${id}/providers/Microsoft.Authorization/roleDefinitions`,
          { 'api-version': API },
          MOST_PAGES,
          abortSignal,
        ),
    )
    return new Map(
      found.flatMap((item): [string, string][] => {
        const { success, data } = Definition.safeParse(item)
        return success ? [[data.name.toLowerCase(), data.properties.roleName]] : []
      }),
    )
  } catch (error) {
    log.warn('azure.diagnostics.role-names-unread', {}, error)
    return new Map()
  }
}
