import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { connectDirectory } from '../../../adapters/entra/directory.ts'
import { retryAfterMs } from '../../../adapters/entra/faults.ts'
import type { Credential } from '../../../adapters/entra/graph.ts'
import { Fault, type GroupId, type Log, type PersonId } from '../../../core/index.ts'
import * as world from '../../bots/demo/entra/tenant.ts'

const person = (oid: string) => oid as PersonId
const group = (oid: string) => oid as GroupId
const ALICE = person(world.ALICE)
const BOB = person(world.BOB)
const MANY = group(world.MANY)
const NOBODY = '00000000-0000-4000-8000-000000000000'

const logged: unknown[] = []
const log: Log = {
  info: (...said) => logged.push(said),
  warn: (...said) => logged.push(said),
  error: (...said) => logged.push(said),
}

async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const error = await call.then(
    () => new Error('it did not fail'),
    (caught: unknown) => caught,
  )
  if (!(error instanceof Fault)) throw error
  return error
}

describe('against the pretend Microsoft Graph', () => {
  let tenant: world.Running
  beforeAll(async () => {
    tenant = await world.startTenant()
  })
  afterAll(() => tenant.stop())

  const directoryOf = (app = world.LATCHKEY) =>
    connectDirectory({
      credential: { getToken: async scope => ({ token: await world.appToken(tenant.baseUrl, app, scope) }) },
      graph: `${tenant.baseUrl}/graph`,
      log,
    })

  test('reads a person', async () => {
    expect(await directoryOf().person(ALICE)).toEqual({
      id: ALICE,
      name: 'Alice <b>Adams</b>',
      upn: 'alice@contoso.example',
      mail: 'alice@contoso.example',
      enabled: true,
      kind: 'member',
    })
  })

  test('tells guests and disabled accounts', async () => {
    expect(await directoryOf().person(person(world.GUS))).toMatchObject({ kind: 'guest', enabled: true })
    expect(await directoryOf().person(person(world.EVE))).toMatchObject({ kind: 'member', enabled: false })
  })

  test('nobody is undefined', async () => {
    expect(await directoryOf().person(person(NOBODY))).toBeUndefined()
  })

  test('reads the manager, or that there is none', async () => {
    expect(await directoryOf().managerOf(ALICE)).toMatchObject({ id: BOB, name: 'Bob Brandt' })
    expect(await directoryOf().managerOf(BOB)).toBeUndefined()
    expect(await directoryOf().managerOf(person(NOBODY))).toBeUndefined()
  })

  test('reads every group, over all pages', async () => {
    const groups = await directoryOf().groupsOf(ALICE)
    expect([...groups].sort()).toEqual(world.company.groups.slice(0, 5).map(({ oid }) => oid))
  })

  test('the groups of nobody are not an empty set, which no forbidding rule would match', async () => {
    expect((await faultOf(directoryOf().groupsOf(person(NOBODY)))).kind).toBe('missing')
  })

  test('reads every member, over all pages', async () => {
    const members = await directoryOf().membersOf(MANY)
    expect(members.map(({ name }) => name)).toEqual([
      'Alice <b>Adams</b>',
      'Bob Brandt',
      'Gus Gast',
      'Eve Gone',
    ])
  })

  test('an empty group and an unknown group have no members', async () => {
    expect(await directoryOf().membersOf(group(world.EMPTY))).toEqual([])
    expect(await directoryOf().membersOf(group(NOBODY))).toEqual([])
  })

  test('a missing permission is named', async () => {
    const blind = directoryOf(world.OTHER)
    expect(await faultOf(blind.person(ALICE))).toMatchObject({
      kind: 'denied',
      say: expect.stringContaining('User.Read.All'),
    })
    // Graph answers this one with ids and nulls: it must not read as a group of disabled people.
    expect(await faultOf(blind.membersOf(MANY))).toMatchObject({
      kind: 'denied',
      say: expect.stringContaining('User.Read.All'),
    })
  })
})

describe('against a Graph that misbehaves', () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void
  const answers: Answer[] = []
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    answer?.(request, response)
  })
  let base: string
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  })
  afterEach(() => {
    answers.length = 0
    seen.length = 0
    logged.length = 0
  })

  const credential: Credential = { getToken: async () => ({ token: 'the-token' }) }
  const directory = (more: { credential?: Credential; graph?: string } = {}) =>
    connectDirectory({ credential, graph: base, log, ...more })

  const send =
    (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
  const user = (more = {}) => ({
    id: ALICE.toUpperCase(),
    displayName: 'Alice',
    userPrincipalName: 'alice@contoso.example',
    mail: null,
    accountEnabled: true,
    userType: 'Member',
    ...more,
  })

  test('asks with the token, for the fields it needs, and for groups with what a cast wants', async () => {
    answers.push(send(200, { value: [] }))
    await directory().groupsOf(ALICE)
    const url = new URL(seen[0]?.url ?? '', base)
    expect(url.pathname).toBe(`/v1.0/users/${ALICE}/transitiveMemberOf/microsoft.graph.group`)
    expect(Object.fromEntries(url.searchParams)).toEqual({ $select: 'id', $count: 'true', $top: '999' })
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer the-token',
      consistencylevel: 'eventual',
    })
  })

  test('asks for a token of Microsoft Graph, wherever Graph is', async () => {
    const scopes: string[] = []
    answers.push(send(200, user()))
    await directory({
      credential: {
        getToken: async scope => {
          scopes.push(scope)
          return { token: 't' }
        },
      },
    }).person(ALICE)
    expect(scopes).toEqual(['https://graph.microsoft.com/.default'])
  })

  test.each([
    ['says nothing of the account’s state', { accountEnabled: null }, { enabled: false }],
    ['leaves the state out', { accountEnabled: undefined }, { enabled: false }],
    ['says nothing of the kind', { userType: null }, { kind: 'guest' }],
    ['knows no display name', { displayName: null }, { name: 'alice@contoso.example' }],
  ])('when Graph %s, nothing is guessed in the person’s favour', async (_name, more, expected) => {
    answers.push(send(200, user(more)))
    expect(await directory().person(ALICE)).toMatchObject({ id: ALICE, ...expected })
  })

  test('a manager who is only a contact is no manager', async () => {
    answers.push(send(200, { '@odata.type': '#microsoft.graph.orgContact', id: BOB, displayName: 'Outside' }))
    expect(await directory().managerOf(ALICE)).toBeUndefined()
  })

  test.each([429, 503, 504])('asks again twice on %i when the wait is short', async status => {
    answers.push(
      send(status, {}, { 'retry-after': '0' }),
      send(status, {}, { 'retry-after': '0' }),
      send(200, user()),
    )
    expect(await directory().person(ALICE)).toMatchObject({ name: 'Alice' })
    expect(seen).toHaveLength(3)
  })

  test('gives up after the third time, and says how long Graph asked us to wait', async () => {
    answers.push(send(429, {}, { 'retry-after': '0' }))
    expect(await faultOf(directory().person(ALICE))).toMatchObject({ kind: 'busy', retryAfterMs: 0 })
    expect(seen).toHaveLength(3)
  })

  test.each([
    ['a long wait', { 'retry-after': '4' }, 4_000],
    ['no word about the wait', {}, undefined],
  ])('does not ask again after %s', async (_name, headers, retryAfter) => {
    answers.push(send(429, {}, headers))
    const fault = await faultOf(directory().person(ALICE))
    expect([fault.kind, fault.retryAfterMs]).toEqual(['busy', retryAfter])
    expect(seen).toHaveLength(1)
  })

  test.each<[number, Fault['kind'], string]>([
    [400, 'invalid', 'does not accept our question'],
    [401, 'denied', 'token'],
    [403, 'denied', 'User.Read.All'],
    [408, 'timeout', 'Try again'],
    [500, 'broken', 'trouble'],
    [502, 'broken', 'trouble'],
    [503, 'busy', 'overloaded'],
  ])('%i becomes %s, in words of our own', async (status, kind, words) => {
    answers.push(send(status, { error: { code: 'x', message: 'internal detail' } }))
    const fault = await faultOf(directory().person(ALICE))
    expect(fault).toMatchObject({ kind, op: 'entra.person', say: expect.stringContaining(words) })
    expect(fault.message).not.toContain('internal detail')
    expect(seen).toHaveLength(1)
  })

  test('groups name both permissions that can be missing', async () => {
    answers.push(send(403, {}))
    const { say } = await faultOf(directory().groupsOf(ALICE))
    expect(say).toContain('User.Read.All and GroupMember.Read.All')
  })

  test.each([
    ['another host', () => 'https://evil.example/v1.0/users?$skiptoken=1'],
    ['another port', () => `${base.replace(/\d+$/, '1')}/v1.0/x`],
    ['another path', () => `${base}/beta/users`],
    ['a path that climbs out', () => `${base}/v1.0/../beta/users`],
    ['our host as a user name', () => `http://127.0.0.1@evil.example/v1.0/users`],
    ['no address at all', () => 'next please'],
  ])('never follows a next page to %s', async (_name, link) => {
    answers.push(send(200, { value: [{ id: MANY }], '@odata.nextLink': link() }))
    expect(await faultOf(directory().groupsOf(ALICE))).toMatchObject({
      kind: 'broken',
      say: expect.stringContaining('another address'),
    })
    expect(seen).toHaveLength(1)
  })

  test('a list that links to itself ends', async () => {
    answers.push((request, response) =>
      send(200, { value: [], '@odata.nextLink': `${base}${request.url}` })(request, response),
    )
    expect((await faultOf(directory().groupsOf(ALICE))).say).toContain('without an end')
    expect(seen).toHaveLength(1)
  })

  test('a list that always links further ends', async () => {
    let page = 0
    answers.push((request, response) =>
      send(200, { value: [], '@odata.nextLink': `${base}/v1.0/x?$skiptoken=${page++}` })(request, response),
    )
    expect((await faultOf(directory().groupsOf(ALICE))).say).toContain('without an end')
  })

  test('a list whose second page is gone is not taken for the whole', async () => {
    answers.push(send(200, { value: [{ id: MANY }], '@odata.nextLink': `${base}/v1.0/x` }), send(404, {}))
    expect((await faultOf(directory().groupsOf(ALICE))).kind).toBe('broken')
  })

  test.each([
    ['no JSON', '<html>'],
    ['no person', '{"value":[]}'],
    ['a person without an object id', JSON.stringify(user({ id: 'alice' }))],
  ])('%s cannot be read', async (_name, body) => {
    answers.push(send(200, body))
    expect(await faultOf(directory().person(ALICE))).toMatchObject({
      kind: 'broken',
      say: expect.stringContaining('cannot be read'),
    })
  })

  test('a redirect is not followed with the token', async () => {
    answers.push(send(302, '', { location: `${base}/elsewhere` }))
    expect((await faultOf(directory().person(ALICE))).kind).toBe('broken')
    expect(seen).toHaveLength(1)
  })

  test('nobody listening, and a lost connection, may pass', async () => {
    expect((await faultOf(directory({ graph: 'http://127.0.0.1:1' }).person(ALICE))).kind).toBe('broken')
    answers.push((_request, response) => response.destroy())
    expect((await faultOf(directory().person(ALICE))).kind).toBe('broken')
  })

  test.each<[string, Credential, Fault['kind']]>([
    ['has nothing', { getToken: async () => null }, 'broken'],
    [
      'is refused',
      { getToken: () => Promise.reject(new Error('invalid_client: AADSTS7000215: Invalid client secret')) },
      'denied',
    ],
    ['fails', { getToken: () => Promise.reject(new Error('getaddrinfo ENOTFOUND')) }, 'broken'],
    [
      'is too late',
      { getToken: () => Promise.reject(new DOMException('too late', 'TimeoutError')) },
      'timeout',
    ],
  ])('a credential that %s', async (_name, tokenless, kind) => {
    expect((await faultOf(directory({ credential: tokenless }).person(ALICE))).kind).toBe(kind)
    expect(seen).toHaveLength(0)
  })

  describe('when nobody answers', () => {
    let soon: AbortController
    let asked: jest.SpiedFunction<typeof AbortSignal.timeout>
    beforeEach(() => {
      soon = new AbortController()
      asked = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => soon.signal)
    })
    afterEach(() => {
      asked.mockRestore()
    })
    const timeIsUp = () => soon.abort(new DOMException('late', 'TimeoutError'))

    test('a call to Graph ends after eight seconds', async () => {
      answers.push(timeIsUp)
      expect((await faultOf(directory().person(ALICE))).kind).toBe('timeout')
      expect(asked).toHaveBeenCalledWith(8_000)
    })

    test('so does an answer that stops half way', async () => {
      answers.push((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"id":')
        setImmediate(timeIsUp)
      })
      expect((await faultOf(directory().person(ALICE))).kind).toBe('timeout')
    })

    test('so does the wait for a token, even when the credential does not listen', async () => {
      const deaf: Credential = {
        getToken: () => {
          timeIsUp()
          return new Promise(() => {})
        },
      }
      expect((await faultOf(directory({ credential: deaf }).person(ALICE))).kind).toBe('timeout')
      expect(seen).toHaveLength(0)
    })
  })

  test('neither token nor names are logged', async () => {
    answers.push(send(429, {}, { 'retry-after': '0' }), send(200, user()))
    await directory().person(ALICE)
    expect(logged).toHaveLength(1)
    expect(JSON.stringify(logged)).not.toMatch(/the-token|alice/i)
  })
})

describe('Retry-After', () => {
  test('in seconds', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer(), (seconds, now) => {
        expect(retryAfterMs(`${seconds}`, now)).toBe(seconds * 1000)
      }),
    )
  })

  test('as a date, never below zero', () => {
    const now = Date.parse('2026-11-21T10:00:00Z')
    expect(retryAfterMs('Sat, 21 Nov 2026 10:00:07 GMT', now)).toBe(7_000)
    expect(retryAfterMs('Sat, 21 Nov 2026 09:00:00 GMT', now)).toBe(0)
  })

  test.each([null, '', 'soon', '-1', '1.5e9x'])('%j says nothing', header => {
    expect(retryAfterMs(header, 0)).toBeUndefined()
  })
})
