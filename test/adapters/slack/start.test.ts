import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from '@jest/globals'
import { message } from '../../../core/index.ts'
import { form, type House, openHouse, SECRET, send, until } from './house.ts'

let house: House | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
})

describe('while Slack cannot be reached', () => {
  test('a process starts, lives on, and takes deliveries', async () => {
    const program = fileURLToPath(new URL('lonely.ts', import.meta.url))
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      env: { ...process.env, SECRET },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', data => {
      output += data
    })
    // Twice: the first question failed, and so did its repetition, which an unhandled rejection would have ended.
    await until(() => output.split('slack.unknown-identity').length > 2 || child.exitCode !== null)
    expect(child.exitCode).toBeNull()
    const door = `http://127.0.0.1:${/port (\d+)/.exec(output)?.[1]}/slack/events`
    const fields = {
      command: '/rdp',
      text: 'list',
      user_id: 'U1',
      team_id: 'T1',
      channel_id: 'C1',
      trigger_id: '1',
    }
    expect((await send({ door } as House, form(fields))).status).toBe(200)
    child.kill()
  })

  test('posting is a fault that passes', async () => {
    house = await openHouse({ apiUrl: 'http://127.0.0.1:9/api/' })
    const posting = house.chat.post({ platform: 'slack', key: 'U1' }, message({ title: 't', plain: 'p' }), {
      key: 'k',
      again: false,
    })
    await expect(posting).rejects.toMatchObject({
      kind: 'broken',
      say: 'Slack cannot be reached. It is tried again.',
    })
  })
})

describe('at start', () => {
  const saidBy = async (prepare: (house: House) => void, workspace = 'T0CONTOSO') => {
    house = await openHouse({ workspace, ready: false })
    prepare(house)
    await until(() => house?.lines.some(({ event }) => /ready|unknown-identity/.test(event)) ?? false)
    return house.lines
  }

  test('a token of another workspace is noticed', async () => {
    expect(await saidBy(() => {}, 'T0OTHER')).toContainEqual({
      level: 'error',
      event: 'slack.wrong-workspace',
      facts: { configured: 'T0OTHER', token: 'T0CONTOSO' },
      error: undefined,
    })
  })

  test('scopes that are missing are named', async () => {
    const lines = await saidBy(({ slack }) => {
      slack.state.scopes = slack.state.scopes.filter(scope => !scope.startsWith('im:'))
    })
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'slack.scopes-missing', facts: { missing: 'im:history im:write' } }),
    )
  })

  test('a first question that fails is asked again', async () => {
    await saidBy(({ slack }) => slack.misbehave({ method: 'auth.test', how: 'broken' }))
    await until(() => house?.lines.some(({ event }) => event === 'slack.ready') ?? false)
  })
})
