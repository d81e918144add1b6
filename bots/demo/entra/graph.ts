/**
 * The few pages of Microsoft Graph that Latchkey reads, over the pretend tenant.
 *
 * Odd where Graph is odd: a user without $select has no accountEnabled; an OData cast wants the ConsistencyLevel header and $count on
 * every page; without User.Read.All the members of a group are ids with nulls. Pages hold two entries, so paging is always walked.
 * Sources: https://learn.microsoft.com/graph/api/user-list-transitivememberof, group-list-transitivemembers, user-list-manager and
 * https://learn.microsoft.com/graph/errors (read 2026-11-21).
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request, Response, Server } from 'restify'
import { sendJson } from '../http.ts'
import type { Group } from '../people.ts'
import { signInsFor } from './sign-in-log.ts'
import { findPerson, type Member } from './state.ts'
import type { Tenant } from './tenant.ts'

const PAGE = 2
const USUAL = ['id', 'displayName', 'userPrincipalName', 'mail']

type Entry = Record<string, unknown>
type Asked = {
  query: URLSearchParams
  roles: ReadonlySet<string>
  advanced: boolean
  req: Request
  res: Response
}

export function mountGraph(server: Server, tenant: Tenant): void {
  const { state } = tenant
  const users = `${tenant.prefix}/graph/v1.0/users/:id`
  const members = `${tenant.prefix}/graph/v1.0/groups/:id/transitiveMembers`

  get(users, ['User.Read.All'], ({ req, res, query }) => {
    const person = findPerson(state, req.params.id)
    if (person === undefined) return notFound(res, req.params.id)
    sendJson(res, 200, {
      '@odata.context': `${tenant.baseUrl}/graph/v1.0/$metadata#users/$entity`,
      ...userEntry(person, query),
    })
  })

  get(`${users}/manager`, ['User.Read.All'], ({ req, res, query }) => {
    const manager = findPerson(state, findPerson(state, req.params.id)?.manager ?? '')
    if (manager === undefined) return notFound(res, 'manager')
    sendJson(res, 200, { '@odata.type': '#microsoft.graph.user', ...userEntry(manager, query) })
  })

  for (const cast of ['', '/microsoft.graph.group'])
    get(`${users}/transitiveMemberOf${cast}`, ['User.Read.All', 'GroupMember.Read.All'], asked => {
      const person = findPerson(state, asked.req.params.id)
      if (person === undefined) return notFound(asked.res, asked.req.params.id)
      if (cast !== '' && !asked.advanced) return unsupported(asked.res)
      const groups = state.groups.filter(group => person.groups.includes(group.name))
      sendPage(
        asked,
        groups.map(group => groupEntry(group, asked)),
      )
    })

  for (const cast of ['', '/microsoft.graph.user'])
    get(`${members}${cast}`, ['GroupMember.Read.All'], asked => {
      const group = state.groups.find(({ oid }) => oid === String(asked.req.params.id).toLowerCase())
      if (group === undefined) return notFound(asked.res, asked.req.params.id)
      if (cast !== '' && !asked.advanced) return unsupported(asked.res)
      const people = state.people.filter(person => person.groups.includes(group.name))
      const readable = asked.roles.has('User.Read.All')
      sendPage(
        asked,
        people.map(person => {
          const entry = userEntry(person, asked.query)
          const shown = readable ? entry : { ...mapValues(entry, () => null), id: person.oid }
          return { '@odata.type': '#microsoft.graph.user', ...shown }
        }),
      )
    })

  get(`${tenant.prefix}/graph/v1.0/auditLogs/signIns`, ['AuditLog.Read.All'], asked => {
    if (state.unlicensed === true)
      return fail(
        asked.res,
        403,
        'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
        'Tenant is not a B2C tenant and does not have premium license',
      )
    const entries = signInsFor(state, asked.query.get('$filter') ?? '')
    if (entries === undefined) return fail(asked.res, 400, 'BadRequest', 'The filter is not understood.')
    sendPage(asked, entries)
  })

  /** A route for apps that hold one of `anyOf`. */
  function get(path: string, anyOf: readonly string[], answer: (asked: Asked) => void): void {
    server.get(path, async (req: Request, res: Response) => {
      const caller = await callerOf(req)
      if (caller === undefined)
        return fail(res, 401, 'InvalidAuthenticationToken', 'Access token validation failure.')
      const roles = new Set(caller.kind === 'app' ? caller.roles : [])
      if (!anyOf.some(role => roles.has(role)))
        return fail(
          res,
          403,
          'Authorization_RequestDenied',
          'Insufficient privileges to complete the operation.',
        )
      const query = new URL(req.url ?? '/', 'http://localhost').searchParams
      const advanced = req.headers['consistencylevel'] === 'eventual' && query.get('$count') === 'true'
      answer({ query, roles, advanced, req, res })
    })
  }

  async function callerOf(req: IncomingMessage) {
    const token = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1]
    if (token === undefined) return undefined
    return tenant.tokens.verify(token, 'https://graph.microsoft.com').catch(() => undefined)
  }

  function sendPage({ req, res, query }: Asked, entries: readonly Entry[]): void {
    const from = Number.parseInt(
      Buffer.from(query.get('$skiptoken') ?? 'MA', 'base64url').toString('utf8'),
      10,
    )
    const size = Math.min(PAGE, Number(query.get('$top') ?? PAGE))
    const next = new URL(`${tenant.baseUrl}${(req.url ?? '').slice(tenant.prefix.length)}`)
    next.searchParams.set('$skiptoken', Buffer.from(String(from + size)).toString('base64url'))
    sendJson(res, 200, {
      '@odata.context': `${tenant.baseUrl}/graph/v1.0/$metadata#directoryObjects`,
      ...(query.get('$count') === 'true' && from === 0 ? { '@odata.count': entries.length } : {}),
      ...(from + size < entries.length ? { '@odata.nextLink': next.href } : {}),
      value: entries.slice(from, from + size),
    })
  }
}

function userEntry(person: Member, query: URLSearchParams): Entry {
  return select(query, USUAL, {
    id: person.oid,
    displayName: person.name,
    userPrincipalName: person.upn,
    mail: person.mail,
    accountEnabled: person.enabled,
    userType: person.kind === 'guest' ? 'Guest' : 'Member',
  })
}

function groupEntry(group: Group, { query, roles }: Asked): Entry {
  const readable = roles.has('GroupMember.Read.All')
  const entry = select(query, ['id', 'displayName'], {
    id: group.oid,
    displayName: readable ? group.name : null,
    securityEnabled: readable ? true : null,
  })
  return { '@odata.type': '#microsoft.graph.group', ...entry }
}

function select(query: URLSearchParams, usual: readonly string[], all: Entry): Entry {
  const names = query.get('$select')?.split(',') ?? usual
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
}

const mapValues = (entry: Entry, change: (value: unknown) => unknown): Entry =>
  Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, change(value)]))

const notFound = (res: ServerResponse, id: string): void =>
  fail(
    res,
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )

const unsupported = (res: ServerResponse): void =>
  fail(
    res,
    400,
    'Request_UnsupportedQuery',
    'A cast needs the header ConsistencyLevel: eventual, and $count=true.',
  )

function fail(res: ServerResponse, status: number, code: string, message: string): void {
  const id = randomUUID()
  const innerError = {
    date: new Date().toISOString().slice(0, 19),
    'request-id': id,
    'client-request-id': id,
  }
  sendJson(res, status, { error: { code, message, innerError } }, { 'request-id': id })
}
