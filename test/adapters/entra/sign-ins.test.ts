/** The sign-in log over HTTP, against the pretend Microsoft Graph. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { connectSignInLog } from '../../../adapters/entra/sign-ins.ts'
import type { Log, PersonId } from '../../../core/index.ts'
import * as world from '../../bots/demo/entra/tenant.ts'

const NOW = Date.parse('2026-11-20T09:00:00Z')
const minutesAgo = (minutes: number) => NOW - minutes * 60_000
const logged: unknown[] = []
const log: Log = {
  info: (...said) => logged.push(said),
  warn: (...said) => logged.push(said),
  error: (...said) => logged.push(said),
}

let tenant: world.Running
beforeAll(async () => {
  tenant = await world.startTenant()
})
afterEach(() => {
  delete tenant.sim.state.signIns
  delete tenant.sim.state.unlicensed
})
afterAll(() => tenant.stop())

const signIns = (oid = world.ALICE, graph = `${tenant.baseUrl}/graph`, app = world.LATCHKEY) =>
  connectSignInLog({
    credential: { getToken: async scope => ({ token: await world.appToken(tenant.baseUrl, app, scope) }) },
    graph,
    log,
    now: () => NOW,
  })(oid as PersonId)

async function note(body: object): Promise<void> {
  const answer = await fetch(`${tenant.baseUrl}/world/sign-ins`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
}

describe('the sign-in log', () => {
  test('gives the person’s own attempts at Windows within the hour, newest first, over all pages, and nothing of where they were', async () => {
    const who = 'alice@contoso.example'
    await note({
      add: [
        { who, at: minutesAgo(50), code: 50_126 },
        { who, at: minutesAgo(20), code: 50_076, conditionalAccess: 'failure' },
        { who, at: minutesAgo(5), app: 'cloud-login', code: 0, conditionalAccess: 'success' },
        { who, at: minutesAgo(4), app: 'portal', code: 0 },
        { who, at: minutesAgo(70), code: 50_053 },
        { who: 'bob@contoso.example', at: minutesAgo(1), code: 50_057 },
      ],
    })
    const reading = await signIns()
    expect(reading).toEqual({
      read: true,
      value: [
        { at: minutesAgo(5), app: 'Windows Cloud Login', code: 0, conditionalAccess: 'success' },
        { at: minutesAgo(20), app: 'Azure Windows VM Sign-In', code: 50_076, conditionalAccess: 'failure' },
        {
          at: minutesAgo(50),
          app: 'Azure Windows VM Sign-In',
          code: 50_126,
          conditionalAccess: 'notApplied',
        },
      ],
    })
    expect(JSON.stringify(logged)).not.toMatch(/203\.0\.113|Utrecht/)
  })

  test('of somebody who did not try is empty, which is not the same as unread', async () => {
    expect(await signIns()).toEqual({ read: true, value: [] })
  })

  test('without the licence says that it takes one, and names no permission', async () => {
    await note({ unlicensed: true })
    const reading = await signIns()
    expect(reading).toMatchObject({ read: false, why: expect.stringMatching(/P1 licence/) })
    expect(reading).not.toHaveProperty('lacks')
  })

  test('without the permission names it', async () => {
    const limited = await world.startTenant({
      apps: { latchkey: { ...world.LATCHKEY, redirectUris: [], graphRoles: ['User.Read.All'] } },
    })
    const reading = await connectSignInLog({
      credential: {
        getToken: async scope => ({ token: await world.appToken(limited.baseUrl, world.LATCHKEY, scope) }),
      },
      graph: `${limited.baseUrl}/graph`,
      log,
      now: () => NOW,
    })(world.ALICE as PersonId)
    await limited.stop()
    expect(reading).toMatchObject({ read: false, lacks: 'AuditLog.Read.All' })
    expect(reading).toMatchObject({
      why: expect.stringMatching(/administrator has to grant .*AuditLog\.Read\.All/),
    })
  })

  test('that cannot be reached is unread, and the diagnosis goes on', async () => {
    expect(await signIns(world.ALICE, 'http://127.0.0.1:9')).toMatchObject({
      read: false,
      why: expect.stringMatching(/cannot be reached/),
    })
  })
})
