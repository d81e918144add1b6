import { describe, expect, test } from '@jest/globals'
import { readConfig, realSettings } from '../../bots/config.ts'
import { Stop } from '../../bots/stop.ts'

const GUID = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
const common = {
  LATCHKEY_BASE_URL: 'https://latchkey.contoso.example/',
  LATCHKEY_POLICY: 'policy.yaml',
  LATCHKEY_COOKIE_KEY: Buffer.alloc(32, 7).toString('base64'),
  LATCHKEY_SIGN_IN_CLIENT_ID: GUID,
  LATCHKEY_SIGN_IN_CLIENT_SECRET: 's',
  AZURE_TENANT_ID: GUID,
}
const slack = { SLACK_SIGNING_SECRET: 'x', SLACK_BOT_TOKEN: 'xoxb-1', SLACK_TEAM_ID: 'T1' }
const teams = { MicrosoftAppId: GUID, MicrosoftAppPassword: 'p' }

const problemsOf = (env: Record<string, string>): string => {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof Stop) return error.message
    throw error
  }
  return ''
}

describe('real settings forbid the demo', () => {
  test.each(Object.keys({ ...slack, ...teams, LATCHKEY_POLICY: '' }))('%s does', name => {
    expect(realSettings({ [name]: 'anything' })).toEqual([name])
  })
  test('where the demo runs is not one of them, and neither are the Azure variables that many machines have', () => {
    expect(
      realSettings({
        LATCHKEY_PORT: '1',
        LATCHKEY_DATA: 'x',
        AZURE_TENANT_ID: GUID,
        DATABASE_URL: 'postgres://x',
      }),
    ).toEqual([])
  })
  test('an empty variable counts as absent', () => {
    expect(realSettings({ SLACK_BOT_TOKEN: '' })).toEqual([])
  })
})

describe('settings', () => {
  test.each([
    ['Slack alone', slack, { slack: true, teams: false }],
    ['Teams alone', teams, { slack: false, teams: true }],
    ['both', { ...slack, ...teams }, { slack: true, teams: true }],
  ])('%s is enough', (_, chats, expected) => {
    const config = readConfig({ ...common, ...chats })
    expect({ slack: config.slack !== undefined, teams: config.teams !== undefined }).toEqual(expected)
    expect(config).toMatchObject({
      baseUrl: 'https://latchkey.contoso.example',
      host: '127.0.0.1',
      port: 3978,
    })
  })
  test('every problem is told at once', () => {
    const said = problemsOf({
      SLACK_BOT_TOKEN: 'xoxp-no',
      LATCHKEY_BASE_URL: 'http://plain.example',
      LATCHKEY_PORT: 'x',
    })
    for (const name of [
      'LATCHKEY_POLICY is missing',
      'LATCHKEY_COOKIE_KEY is missing',
      'AZURE_TENANT_ID is missing',
    ])
      expect(said).toContain(name)
    for (const part of [
      'SLACK_SIGNING_SECRET is missing',
      'SLACK_BOT_TOKEN must be',
      'LATCHKEY_BASE_URL must be',
      'LATCHKEY_PORT',
    ])
      expect(said).toContain(part)
  })
  test('no secret is repeated in what is said', () => {
    expect(
      problemsOf({ ...common, ...slack, SLACK_BOT_TOKEN: 'xoxp-hush', LATCHKEY_COOKIE_KEY: 'c2hvcnQ=' }),
    ).not.toMatch(/hush|c2hvcnQ/)
  })
  test('a database server takes the place of the folder', () => {
    expect(readConfig({ ...common, ...slack }).store).toEqual({ folder: '.data' })
    const url = 'postgres://latchkey@db.contoso.example/latchkey'
    expect(readConfig({ ...common, ...slack, DATABASE_URL: url }).store).toEqual({ url })
    expect(problemsOf({ ...common, ...slack, DATABASE_URL: 'mysql://hush' })).toBe(
      'The settings are incomplete:\n  DATABASE_URL must be a postgres:// address',
    )
  })
  test('screens are read and shown unless it says otherwise', () => {
    expect(readConfig({ ...common, ...slack })).not.toHaveProperty('screens')
    expect(readConfig({ ...common, ...slack, LATCHKEY_SCREENS: 'read' })).not.toHaveProperty('screens')
    for (const screens of ['show', 'off'])
      expect(readConfig({ ...common, ...slack, LATCHKEY_SCREENS: screens })).toMatchObject({ screens })
    expect(problemsOf({ ...common, ...slack, LATCHKEY_SCREENS: 'yes' })).toContain(
      'LATCHKEY_SCREENS must be read, show or off',
    )
  })
  test('a Teams app without a password is a managed identity only when it says so', () => {
    expect(problemsOf({ ...common, MicrosoftAppId: GUID })).toContain('MicrosoftAppPassword is missing')
    const config = readConfig({ ...common, MicrosoftAppId: GUID, MicrosoftAppType: 'UserAssignedMSI' })
    expect(config.teams?.credential).toEqual({ kind: 'managed-identity' })
  })
  test('an Azure secret needs its client id; without both a managed identity is used', () => {
    expect(problemsOf({ ...common, ...slack, AZURE_CLIENT_SECRET: 's' })).toContain(
      'AZURE_CLIENT_ID is missing',
    )
    expect(readConfig({ ...common, ...slack }).azure).toEqual({ kind: 'managed-identity' })
  })
})

describe('who enters Windows', () => {
  const OTHER = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a12'
  const secret = { AZURE_CLIENT_ID: GUID, AZURE_CLIENT_SECRET: 's' }
  test('is nobody unless somebody is named: the main identity never stands in', () => {
    expect(readConfig({ ...common, ...slack, ...secret })).not.toHaveProperty('guest')
  })
  test('is an identity with a secret of its own, or a managed one', () => {
    const named = { ...common, ...slack, ...secret, LATCHKEY_GUEST_CLIENT_ID: OTHER }
    expect(readConfig(named).guest).toEqual({ kind: 'managed-identity', clientId: OTHER })
    expect(readConfig({ ...named, LATCHKEY_GUEST_CLIENT_SECRET: 'other' }).guest).toEqual({
      kind: 'client-secret',
      tenantId: GUID,
      clientId: OTHER,
      clientSecret: 'other',
    })
  })
  test('is never the same as the main one, and needs its id', () => {
    const same = { ...common, ...slack, ...secret, LATCHKEY_GUEST_CLIENT_ID: GUID.toUpperCase() }
    expect(problemsOf(same)).toMatch(/LATCHKEY_GUEST_CLIENT_ID must be another identity than AZURE_CLIENT_ID/)
    const lost = { ...common, ...slack, LATCHKEY_GUEST_CLIENT_SECRET: 'hush' }
    expect(problemsOf(lost)).toMatch(/LATCHKEY_GUEST_CLIENT_ID is missing beside/)
    expect(problemsOf(lost)).not.toContain('hush')
    expect(realSettings({ LATCHKEY_GUEST_CLIENT_ID: OTHER })).toEqual(['LATCHKEY_GUEST_CLIENT_ID'])
  })
})
