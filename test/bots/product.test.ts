/** The product with everything outside away: it starts, stands, and records what it is told. */
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type ProductProcess, runProduct } from '../../bots/demo/product-process.ts'
import { EXIT, Stop } from '../../bots/stop.ts'

const POLICY = new URL('../../bots/demo/worlds/contoso.policy.yaml', import.meta.url)
const GUID = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
/** A port of this machine where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9'
const SIGNING_SECRET = 'a signing secret of some length'

let folder = ''
let product: ProductProcess | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-product-'))
  await writeFile(join(folder, 'policy.yaml'), await readFile(POLICY))
})
afterEach(async () => {
  await product?.stop()
  product = undefined
  await rm(folder, { recursive: true, force: true })
})

const start = () => {
  const app = { clientId: GUID, secret: 'a secret of some length' }
  return runProduct(
    () => ({
      world: NOWHERE,
      baseUrl: 'http://127.0.0.1:9',
      store: { folder: join(folder, 'store') },
      policyFile: join(folder, 'policy.yaml'),
      tenantId: GUID,
      workspace: 'T1',
      secrets: {
        azure: app,
        guest: app,
        bot: app,
        signIn: app,
        slackSigningSecret: SIGNING_SECRET,
        slackBotToken: 'xoxb-1',
        cookieKey: Buffer.alloc(32).toString('base64'),
      },
      clockOffsetMs: 0,
    }),
    () => undefined,
  )
}

function signedCommand(text: string, trigger: string, secret = SIGNING_SECRET): RequestInit {
  const body = new URLSearchParams({
    command: '/rdp',
    text,
    user_id: 'U1',
    team_id: 'T1',
    channel_id: 'D1',
    channel_name: 'directmessage',
    trigger_id: trigger,
    response_url: `${NOWHERE}/hook`,
  }).toString()
  const time = String(Math.floor(Date.now() / 1000))
  const digest = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': time,
      'x-slack-signature': `v0=${digest}`,
    },
  }
}

describe('with Azure, Entra, Slack and Teams away', () => {
  test('it stands, takes what Slack tells, and refuses what is not signed', async () => {
    product = await start()
    const at = (path: string) => `http://127.0.0.1:${product?.port}${path}`
    const status = async (path: string, init?: RequestInit) => (await fetch(at(path), init)).status
    expect(await status('/healthz')).toBe(200)
    expect(await status('/readyz')).toBe(200)
    expect(await status('/slack/events', signedCommand('help', '1.1.a'))).toBe(200)
    expect(await status('/slack/events', signedCommand('help', '1.1.b', 'another secret'))).toBe(401)
    const activity = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    expect(await status('/api/messages', activity)).toBe(401)
    expect(await status('/access/01a1fbc9-a8a1-724d-89b5-a948e76ef448')).toBe(503)
    expect(await status('/healthz')).toBe(200)
  }, 60_000)

  test('a policy with problems is told line by line, and it does not start', async () => {
    await writeFile(join(folder, 'policy.yaml'), 'version: 2\nrules:\n  - id: x\n    effect: maybe\n')
    const failure = await start().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Stop)
    expect(failure).toMatchObject({ exitCode: EXIT.badPolicy })
    const said = (failure as Stop).message
    expect(said).toMatch(/policy\.yaml:1:\d+/)
    expect(said).toMatch(/policy\.yaml:4:\d+/)
  }, 60_000)
})
