/**
 * A pretend Entra ID for one tenant: sign-in for people, tokens for apps, and the part of Microsoft Graph that Latchkey reads.
 *
 * Speaks the real wire, so that the shipped clients (openid-client, @azure/identity, MSAL, plain Graph calls) talk to it unchanged.
 * There are no passwords: the authorize page lists everybody, and one press signs in.
 */
import type { Request, Response, Server } from 'restify'
import { z } from 'zod'
import { readJson, sendJson } from '../http.ts'
import type { Company } from '../people.ts'
import { mountGraph } from './graph.ts'
import { mountSignIn } from './sign-in.ts'
import { SignIn } from './sign-in-log.ts'
import { Change, changePerson, type EntraState, findPerson, firstState } from './state.ts'
import type { EntraApp, Tenant } from './tenant.ts'
import { mountTokenEndpoint } from './token.ts'
import { tokensOf } from './tokens.ts'

export type EntraOptions = {
  /** Path under which everything is mounted, without a slash at its end; '' for the root. */
  prefix: string
  /** Absolute address of the prefix, as browsers and Latchkey reach it. */
  baseUrl: string
  company: Company
  apps: Readonly<Record<string, EntraApp>>
  /** What an earlier run left; the key in it keeps its tokens valid. */
  state?: EntraState
  /** Called after each change of what could be seen from outside. */
  changed: () => void
}

export type EntraSim = {
  /** Everything there is to save. Changes in place. */
  readonly state: EntraState
  /** The issuer of sign-ins; Latchkey's `authority` is its part before the tenant id. */
  readonly issuer: string
  /**
   * Which app an access token speaks for.
   * @throws {Error} when it is not a live token of this tenant for this audience
   */
  verifyToken(token: string, audience: string): Promise<{ appId: string }>
}

const USUAL_ROLES = ['User.Read.All', 'GroupMember.Read.All', 'AuditLog.Read.All']

export function mountEntra(server: Server, options: EntraOptions): EntraSim {
  const { company, prefix, changed } = options
  const baseUrl = options.baseUrl.replace(/\/$/, '')
  const { id, domain } = company.tenant
  const issuer = `${baseUrl}/${id}/v2.0`
  const state = options.state ?? firstState(company)
  const tokens = tokensOf(state, id, issuer)
  const apps = Object.values(options.apps)
  const tenant: Tenant = {
    id,
    prefix,
    baseUrl,
    issuer,
    state,
    tokens,
    knows: name => [id, domain.toLowerCase()].includes(name.toLowerCase()),
    appWith: clientId => apps.find(app => app.clientId.toLowerCase() === clientId.toLowerCase()),
    graphRolesOf: app => app.graphRoles ?? USUAL_ROLES,
    changed,
  }
  mountSignIn(server, tenant)
  mountTokenEndpoint(server, tenant)
  mountGraph(server, tenant)
  mountWorld(server, tenant)
  return {
    state,
    issuer,
    verifyToken: async (token, audience) => ({ appId: (await tokens.verify(token, audience)).appId }),
  }
}

const Wish = z.strictObject({ upn: z.string(), change: Change })

/** More of the sign-in log, and whether the tenant may read it. */
const SignInLog = z.strictObject({ add: z.array(SignIn).optional(), unlicensed: z.boolean().optional() })

/** The handles that the demo page and the tests pull: not a part of Entra. */
function mountWorld(server: Server, { prefix, state, changed }: Tenant): void {
  server.get(`${prefix}/world/people`, async (_req: Request, res: Response) => {
    sendJson(res, 200, { people: state.people, groups: state.groups })
  })

  server.post(`${prefix}/world/people`, async (req: Request, res: Response) => {
    const wish = Wish.safeParse(await readJson(req).catch(() => undefined))
    if (!wish.success) return sendJson(res, 400, { error: z.prettifyError(wish.error) })
    const problem = changePerson(state, wish.data.upn, wish.data.change)
    if (problem !== undefined) return sendJson(res, 404, { error: problem })
    changed()
    sendJson(res, 200, { people: state.people })
  })

  server.post(`${prefix}/world/sign-ins`, async (req: Request, res: Response) => {
    const wish = SignInLog.safeParse(await readJson(req).catch(() => undefined))
    if (!wish.success) return sendJson(res, 400, { error: z.prettifyError(wish.error) })
    const { add = [], unlicensed } = wish.data
    const stranger = add.find(({ who }) => findPerson(state, who) === undefined)
    if (stranger !== undefined) return sendJson(res, 404, { error: `there is nobody called ${stranger.who}` })
    state.signIns = [...(state.signIns ?? []), ...add]
    if (unlicensed !== undefined) state.unlicensed = unlicensed
    changed()
    sendJson(res, 200, { signIns: state.signIns })
  })
}
