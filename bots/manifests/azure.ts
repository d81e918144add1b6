/**
 * Custom roles for Azure, as the JSON that `az role definition create` takes.
 *
 * Which actions a role holds, and what each is for, stands in `azure-ask.ts` and `azure-later.ts`; the JSON has Azure's own fields only.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/role-definitions (read 2026-11-20).
 */
import { ASK } from './azure-ask.ts'
import { LATER } from './azure-later.ts'

/** One action of a role. `*` stands for anything, as in Azure. */
export type Grant = {
  action: string
  /** What Latchkey does with it. */
  why: string
  /**
   * What uses it, as the Azure adapter's sources write it: client and operation, `raw.post` with the end of its path, or `table` with the
   * Resource Graph type a query reads. Absent as long as nothing does.
   */
  calls?: readonly string[]
  /** Where Microsoft says that a call needs it although nothing of the kind is asked for over the wire. */
  saidBy?: string
}

export type Role = {
  /** `role-NAME.json` */
  file: string
  name: string
  description: string
  grants: readonly Grant[]
}

export const ROLES: readonly Role[] = [ASK, ...LATER]

/** @param scopes where the role may be assigned */
export const roleJson = ({ name, description, grants }: Role, scopes: readonly string[]) => ({
  Name: name,
  IsCustom: true,
  Description: description,
  Actions: grants.map(({ action }) => action),
  NotActions: [],
  DataActions: [],
  NotDataActions: [],
  AssignableScopes: [...scopes],
})
