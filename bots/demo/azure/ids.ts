/** ARM ids of what is in the pretend Azure. Whoever asks may spell them in any case. */

export const ARM = 'https://management.azure.com'

/** Where the pretend Azure keeps what boot diagnostics leave. */
export const BLOBS = 'https://latchkeydiag.blob.core.windows.net'

const inGroup = (subscription: string, rg: string, rest: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${rg}/providers/${rest}`

export const vmIdOf = (subscription: string, rg: string, name: string): string =>
  inGroup(subscription, rg, `Microsoft.Compute/virtualMachines/${name}`)

export const nsgIdOf = (subscription: string, rg: string, name: string): string =>
  inGroup(subscription, rg, `Microsoft.Network/networkSecurityGroups/${name}`)

export const policyIdOf = (subscription: string, rg: string, location: string, name: string): string =>
  inGroup(subscription, rg, `Microsoft.Security/locations/${location}/jitNetworkAccessPolicies/${name}`)

/** `kind` is a type of Microsoft.Network, with the name after it: `networkInterfaces/vm01-nic`. */
export const networkIdOf = (subscription: string, rg: string, kind: string): string =>
  inGroup(subscription, rg, `Microsoft.Network/${kind}`)

export const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()
