import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  ALICE,
  appToken,
  askToken,
  authorizeUrl,
  BOB,
  EVE,
  GUS,
  LATCHKEY,
  MANY,
  OTHER,
  pick,
  type Running,
  startTenant,
} from './tenant.ts'

let tenant: Running
let token: string
beforeAll(async () => {
  tenant = await startTenant()
  token = await appToken(tenant.baseUrl, LATCHKEY, 'https://graph.microsoft.com/.default')
})
afterAll(() => tenant.stop())

type Body = Record<string, unknown> & { value: Record<string, unknown>[]; '@odata.nextLink'?: string }

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body }> {
  const url = path.startsWith('http') ? path : `${tenant.baseUrl}/graph/v1.0/${path}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } })
  return { status: answer.status, body: (await answer.json()) as Body }
}

const EVENTUAL = { consistencylevel: 'eventual' }

describe('a person', () => {
  test('is found by object id and by user principal name', async () => {
    const upn = encodeURIComponent('gus_fabrikam.example#EXT#@contoso.example')
    expect((await get(`users/${GUS}`)).body['displayName']).toBe('Gus Gast')
    expect((await get(`users/${upn}`)).body['id']).toBe(GUS)
  })

  test('shows whether it is enabled and a guest only when that is selected', async () => {
    expect((await get(`users/${EVE}`)).body).not.toHaveProperty('accountEnabled')
    const { body } = await get(`users/${EVE}?$select=id,accountEnabled,userType`)
    expect(body).toMatchObject({ id: EVE, accountEnabled: false, userType: 'Member' })
    expect(body).not.toHaveProperty('displayName')
  })

  test('has a manager, or a 404 in Graph’s own words', async () => {
    expect((await get(`users/${ALICE}/manager`)).body).toMatchObject({
      '@odata.type': '#microsoft.graph.user',
      id: BOB,
    })
    const none = await get(`users/${BOB}/manager`)
    expect(none.status).toBe(404)
    expect(none.body['error']).toMatchObject({ code: 'Request_ResourceNotFound', innerError: {} })
  })
})

describe('groups', () => {
  test('come in pages of two, each linking to the next', async () => {
    const path = `users/${ALICE}/transitiveMemberOf/microsoft.graph.group?$select=id&$count=true&$top=999`
    const first = await get(path, EVENTUAL)
    const second = await get(first.body['@odata.nextLink'] ?? '', EVENTUAL)
    const third = await get(second.body['@odata.nextLink'] ?? '', EVENTUAL)
    const pages = [first, second, third].map(({ body }) => body)
    expect(pages.map(page => page.value.length)).toEqual([2, 2, 1])
    expect(pages[0]?.['@odata.count']).toBe(5)
    expect(pages[2]).not.toHaveProperty('@odata.nextLink')
    expect(new Set(pages.flatMap(page => page.value.map(({ id }) => id))).size).toBe(5)
  })

  test.each([
    ['without the header', '?$count=true', {}],
    ['without the count', '', EVENTUAL],
  ])('a cast %s is not answered', async (_name, query, headers) => {
    const { status, body } = await get(
      `groups/${MANY}/transitiveMembers/microsoft.graph.user${query}`,
      headers,
    )
    expect(status).toBe(400)
    expect(body['error']).toMatchObject({ code: 'Request_UnsupportedQuery' })
  })

  test('members are ids with nulls for an app that may not read users', async () => {
    const other = await appToken(tenant.baseUrl, OTHER, 'https://graph.microsoft.com/.default')
    const { body } = await get(
      `groups/${MANY}/transitiveMembers/microsoft.graph.user?$count=true&$select=id,displayName,accountEnabled`,
      { ...EVENTUAL, authorization: `Bearer ${other}` },
    )
    expect(body.value[0]).toMatchObject({ id: ALICE, displayName: null, accountEnabled: null })
  })

  test('an unknown group is a 404', async () => {
    expect((await get(`groups/${ALICE}/transitiveMembers`)).status).toBe(404)
  })
})

describe('who may ask', () => {
  test.each([
    ['nobody', {}],
    ['something else than a token', { authorization: 'Bearer nonsense' }],
  ])('%s gets 401', async (_name, headers) => {
    const answer = await fetch(`${tenant.baseUrl}/graph/v1.0/users/${ALICE}`, { headers })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ error: { code: 'InvalidAuthenticationToken' } })
  })

  test('a token for Azure gets 401', async () => {
    const arm = await appToken(tenant.baseUrl, LATCHKEY, 'https://management.azure.com/.default')
    expect((await get(`users/${ALICE}`, { authorization: `Bearer ${arm}` })).status).toBe(401)
  })

  test('an app without the permission gets 403', async () => {
    const other = await appToken(tenant.baseUrl, OTHER, 'https://graph.microsoft.com/.default')
    const { status, body } = await get(`users/${ALICE}`, { authorization: `Bearer ${other}` })
    expect(status).toBe(403)
    expect(body['error']).toMatchObject({ code: 'Authorization_RequestDenied' })
  })

  test('the token of a signed-in person does not carry the app’s permissions', async () => {
    const answer = await pick(authorizeUrl(tenant.baseUrl), 'alice@contoso.example')
    const redeemed = await askToken(tenant.baseUrl, {
      grant_type: 'authorization_code',
      client_id: LATCHKEY.clientId,
      client_secret: LATCHKEY.secret,
      code: new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '',
      redirect_uri: 'http://127.0.0.1:1/sign-in/done',
    })
    const { access_token } = (await redeemed.json()) as { access_token: string }
    expect((await get(`users/${BOB}`, { authorization: `Bearer ${access_token}` })).status).toBe(403)
  })
})

describe('changing people while it runs', () => {
  const change = (body: unknown) =>
    fetch(`${tenant.baseUrl}/world/people`, { method: 'POST', body: JSON.stringify(body) })

  test('takes effect at once and is told', async () => {
    const before = tenant.changes()
    const upn = 'bob@contoso.example'
    expect(
      (await change({ upn, change: { enabled: false, manager: 'alice@contoso.example', groups: [] } }))
        .status,
    ).toBe(200)
    expect(tenant.changes()).toBe(before + 1)
    expect((await get(`users/${BOB}?$select=accountEnabled`)).body['accountEnabled']).toBe(false)
    expect((await get(`users/${BOB}/manager`)).body['id']).toBe(ALICE)
    const members = `groups/${MANY}/transitiveMembers?$top=1`
    expect((await get(members)).body.value.map(({ id }) => id)).toEqual([ALICE])
    await change({ upn, change: { enabled: true, manager: null, groups: ['g1'] } })
    expect((await get(`users/${BOB}/manager`)).status).toBe(404)
  })

  test.each([
    ['an unknown person', { upn: 'nobody', change: { enabled: false } }, 404],
    ['an unknown group', { upn: 'bob@contoso.example', change: { enabled: false, groups: ['nope'] } }, 404],
    ['an unknown manager', { upn: 'bob@contoso.example', change: { manager: 'nope' } }, 404],
    ['an unknown wish', { upn: 'bob@contoso.example', change: { name: 'Robert' } }, 400],
    ['nonsense', 7, 400],
  ])('%s changes nothing and says why', async (_name, wish, status) => {
    const before = tenant.changes()
    const answer = await change(wish)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({ error: expect.any(String) })
    expect(tenant.changes()).toBe(before)
    expect(tenant.sim.state.people.find(({ oid }) => oid === BOB)?.enabled).toBe(true)
  })

  test('the list shows everybody as they are now', async () => {
    const answer = await fetch(`${tenant.baseUrl}/world/people`)
    const { people } = (await answer.json()) as { people: { upn: string }[] }
    expect(people).toHaveLength(4)
  })
})
