/** What the demo page and the tests see of Cloud Services: their roles, and the account of Remote Desktop on each. */
import type { AzureState } from './model.ts'

export const servicesView = (state: AzureState) =>
  state.cloudServices.map(({ name, rg, instances, roles }) => ({
    name,
    resourceGroup: rg,
    instances,
    roles: Object.entries(roles).map(([role, { rdp_extension, expiry, written }]) => {
      const settings = written?.settings ?? ''
      const inside = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(settings)?.[1]
      const account = rdp_extension
        ? { user: inside('UserName') ?? 'clouduser', ends: inside('Expiration') ?? expiry ?? 'never' }
        : undefined
      return { name: role, ...(account === undefined ? {} : { account }) }
    }),
  }))
