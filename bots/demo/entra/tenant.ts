/** What the parts of the pretend Entra share. */
import type { EntraState } from './state.ts'
import type { Tokens } from './tokens.ts'

/** An app registration. `graphRoles` are its application permissions on Microsoft Graph; absent: all that Latchkey asks for. */
export type EntraApp = {
  clientId: string
  secret: string
  redirectUris: string[]
  graphRoles?: readonly string[]
}

/** The one tenant there is. */
export type Tenant = {
  id: string
  prefix: string
  baseUrl: string
  issuer: string
  state: EntraState
  tokens: Tokens
  /** Whether a path segment names this tenant: by id, or by domain. */
  knows(name: string): boolean
  appWith(clientId: string): EntraApp | undefined
  graphRolesOf(app: EntraApp): readonly string[]
  changed(): void
}
