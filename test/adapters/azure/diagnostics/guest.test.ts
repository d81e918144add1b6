import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { guestIn } from '../../../../adapters/azure/diagnostics/guest-answer.ts'
import { example, TOKEN } from './double.ts'
import { startOffice, VM, vmId } from './office.ts'

const RUN = `${VM}/runCommand`
const said = (message: string) => ({
  value: [
    { code: 'ComponentStatus/StdOut/succeeded', message },
    { code: 'ComponentStatus/StdErr/succeeded', message: '' },
  ],
})
const FACTS = {
  os: 'Windows Server 2022',
  domain: { joined: true, name: 'corp.contoso.com', is_dc: false, dc_reachable: false, secure_channel: null },
  entra_joined: false,
  termservice: { state: 'running', start: 'manual' },
  listener: { port: 3389, owner: 'TermService', enabled: true, adapter: 'all' },
  deny_ts: 0,
  deny_ts_policy: null,
  drain: 0,
  logons_disabled: false,
  nla: true,
  security_layer: 2,
  tls12_server: true,
  fips: false,
  cert: { not_after: '2027-04-10', usable: true },
  machinekeys_acl: 'default',
  schannel_events: [36870],
  rcm_events: ['1057'],
  firewall: {
    inbound: 'block_all',
    rdp_rule_enabled: true,
    rdp_rule_port: 3389,
    rdp_rule_remote: 'any',
    rdp_rule_profiles: 'all',
    outbound_blocks_rdp: false,
    third_party: null,
  },
  adapter: { state: 'up', dhcp: true, ip_matches_azure: true },
  account: {
    name: 'asker',
    kind: 'local',
    exists: true,
    enabled: true,
    locked: false,
    expired: false,
    must_change: false,
    admin: true,
    rdp_users: false,
    blank_password: false,
    deny_rdp_right: false,
  },
  sessions: [
    { user: 'anna', state: 'active', idle_min: 3 },
    { user: 'svc-batch', state: 'disconnected 6d' },
  ],
  session_host_role: false,
  licence_grace_days: null,
  max_idle_min: 0,
  credssp_patched: true,
  disk_free_pct: 38,
  failed_logons_24h: 4,
  failed_logon_sources: 1,
  last_failure_substatus: '0xC000006A',
  clock_skew_s: 0,
}

describe('what the script printed', () => {
  test('is read as facts, and what it could not tell is absent', () => {
    const guest = guestIn(`a warning that came first\n${JSON.stringify(FACTS)}\r\n`)
    expect(guest).toMatchObject({
      domain: { joined: true, name: 'corp.contoso.com', isDc: false, dcReachable: false },
      termService: { state: 'running', start: 'manual' },
      certificate: { notAfter: Date.parse('2027-04-10'), usable: true },
      schannelEvents: ['36870'],
      firewall: { inbound: 'block-all', rdpRuleRemote: 'any' },
      account: { mustChange: false, denyRdpRight: false },
      sessions: [
        { user: 'anna', state: 'active', idleMinutes: 3 },
        { user: 'svc-batch', state: 'disconnected', idleMinutes: 8640 },
      ],
      failedLogons24h: 4,
      clockSkewSeconds: 0,
    })
    for (const absent of ['denyTsPolicy', 'licenceGraceDays', 'domain.secureChannel', 'firewall.thirdParty'])
      expect(guest).not.toHaveProperty(absent)
  })

  test('of another kind than expected counts as not told', () => {
    expect(
      guestIn(
        JSON.stringify({
          os: 7,
          nla: 'yes',
          listener: { port: 'many' },
          disk_free_pct: 12,
          sessions: 'none',
          machinekeys_acl: 'odd',
          other: 1,
        }),
      ),
    ).toEqual({ diskFreePercent: 12 })
  })

  test.each([
    [''],
    ['{}'],
    ['[]'],
    ['null'],
    ['{"os":"Windows'],
    ['in_0":true,"nla":true}'],
    [`${JSON.stringify(FACTS)}\nand more`],
  ])('is nothing when it is %j', output => {
    expect(guestIn(output)).toBeUndefined()
  })

  test('never makes the reader fall over, and never holds long text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(FACTS)), fc.jsonValue()), facts => {
        const guest = guestIn(JSON.stringify(facts))
        expect(JSON.stringify(guest ?? {})).not.toContain('undefined')
      }),
    )
    expect(guestIn(JSON.stringify({ os: 'x'.repeat(5_000) }))?.os).toHaveLength(200)
  })
})

describe('the script inside Windows', () => {
  test('is sent once, with the account as a parameter and not as a part of it', async () => {
    await using azure = await startOffice()
    azure.later(RUN, said(JSON.stringify(FACTS)))
    expect(await azure.diagnosis().guest(vmId(), 'VM01\\azadmin')).toMatchObject({
      read: true,
      value: { os: 'Windows Server 2022' },
    })
    const sent = azure.asked.filter(({ method, path }) => method === 'POST' && path.endsWith('/runCommand'))
    expect(sent).toHaveLength(1)
    const body = sent[0]?.body as { commandId: string; script: string[]; parameters: object[] }
    expect(body.commandId).toBe('RunPowerShellScript')
    expect(body.parameters).toEqual([{ name: 'Account', value: 'VM01\\azadmin' }])
    expect(body.script.join('\n')).not.toContain('azadmin')
  })

  test.each([
    ["a'; Remove-Item C:\\ -Recurse; '"],
    ['$(calc)'],
    ['a b'],
    ['-EncodedCommand'],
    ['a`n'],
    [`${'a'.repeat(101)}`],
    ['a|b'],
    ['a"b'],
    [''],
    ['*)(cn=*'],
    [undefined],
  ])('is run without an account where that is %j', async account => {
    await using azure = await startOffice()
    azure.gives('POST', RUN, said(JSON.stringify(FACTS)))
    await azure.diagnosis().guest(vmId(), account)
    expect(azure.asked[0]?.body).not.toHaveProperty('parameters')
  })

  test.each([
    [said('x'.repeat(4_096)), /did not come back whole/],
    [{ value: [] }, /did not come back whole/],
    [{}, /did not come back whole/],
  ])('whose output is cut or missing is not read', async (body, why) => {
    await using azure = await startOffice()
    azure.gives('POST', RUN, body)
    expect(await azure.diagnosis().guest(vmId(), undefined)).toEqual({
      read: false,
      why: expect.stringMatching(why),
    })
  })

  test("has the form of Microsoft's example, whose output is none of ours", async () => {
    await using azure = await startOffice()
    azure.later(RUN, await example('VirtualMachineRunCommand'))
    expect(await azure.diagnosis().guest(vmId(), undefined)).toMatchObject({ read: false })
  })

  test('says so when another command is running, and is not sent again when it failed', async () => {
    await using azure = await startOffice()
    azure.on('POST', RUN, () => ({
      status: 409,
      body: { error: { code: 'Conflict', message: 'Run command extension execution is in progress.' } },
    }))
    expect(await azure.diagnosis().guest(vmId(), undefined)).toEqual({
      read: false,
      why: 'Another command is running inside vm01; Windows takes one at a time.',
    })
    azure.on('POST', RUN, () => ({
      status: 500,
      body: { error: { code: 'InternalServerError', message: 'x' } },
    }))
    expect(await azure.diagnosis().guest(vmId(), undefined)).toMatchObject({ read: false })
    expect(azure.asked).toHaveLength(2)
  })

  test('is given up on when its time is over', async () => {
    await using azure = await startOffice()
    azure.on('POST', RUN, () => ({
      status: 202,
      headers: { location: `https://management.azure.com${RUN}/operationResults/1` },
      body: '',
    }))
    azure.on('GET', `${RUN}/operationResults/1`, () => ({
      status: 202,
      headers: { location: `https://management.azure.com${RUN}/operationResults/1` },
      body: '',
    }))
    const reading = await azure
      .diagnosis({ deadlines: { guestMs: 400 }, pollMs: 50 })
      .guest(vmId(), undefined)
    expect(reading).toMatchObject({ read: false, why: expect.stringMatching(/did not answer/) })
  })

  test('does not run at all without an identity of its own: the other one is not used for it', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RUN, said(JSON.stringify(FACTS)))
    expect(await azure.diagnosis({ guestCredential: undefined }).guest(vmId(), undefined)).toEqual({
      read: false,
      why: 'No identity of its own for looking inside Windows is set up.',
    })
    expect(azure.asked).toEqual([])
  })

  test('runs under an identity of its own', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RUN, said(JSON.stringify(FACTS)))
    const guestCredential = {
      getToken: async () => ({ token: 'a-token-for-guests', expiresOnTimestamp: Date.now() + 3_600_000 }),
    }
    const diagnosis = azure.diagnosis({ guestCredential })
    await diagnosis.guest(vmId(), undefined)
    await diagnosis.state(vmId())
    expect(azure.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer a-token-for-guests',
      `Bearer ${TOKEN}`,
    ])
  })

  test('names the right that is lacking', async () => {
    await using azure = await startOffice()
    azure.denies('POST', RUN, 'Microsoft.Compute/virtualMachines/runCommand/action')
    expect(await azure.diagnosis().guest(vmId(), undefined)).toMatchObject({
      read: false,
      lacks: 'Microsoft.Compute/virtualMachines/runCommand/action',
    })
  })
})

const script = await readFile(
  new URL('../../../../adapters/azure/diagnostics/guest-facts.ps1', import.meta.url),
  'utf8',
)

describe('the text of the script', () => {
  const code = script.replace(/^\s*#.*$/gm, '')

  test('holds no command that changes anything, and none that builds code from text', () => {
    const changing =
      /\b(?:Set|New|Remove|Add|Clear|Enable|Disable|Start|Stop|Restart|Rename|Move|Copy|Reset|Repair|Register|Unregister|Update|Install|Uninstall|Out|Export|Import|Save|Write|Push|Send)-(?!Object\b|TimeSpan\b|Output\b)\w+/gi
    expect([...code.matchAll(changing)].map(([command]) => command)).toEqual([])
    expect(code).not.toMatch(
      /Invoke-Expression|\biex\b|Add-Type|-Repair\b|[^2']>{1,2}\s*[\w\x22$.]|\[ScriptBlock\]::Create|Invoke-WebRequest|reg(?:\.exe)? (?:add|delete)|secedit|netsh|\.Put\(|SetInfo|CommitChanges/i,
    )
  })

  test('calls only one method of the system, and that one asks', () => {
    expect([...code.matchAll(/Invoke-CimMethod .*-MethodName (\w+)/g)].map(([, name]) => name)).toEqual([
      'GetGracePeriodDays',
    ])
    expect([...code.matchAll(/& "\$env:windir\\System32\\(\w+\.exe)"/g)].map(([, name]) => name)).toEqual([
      'quser.exe',
    ])
    expect([...code.matchAll(/https?:\/\/[^\s'"]+/g)].map(([address]) => new URL(address).hostname)).toEqual([
      '169.254.169.254',
    ])
  })

  test('prints every fact that is read, under the name it is read by', () => {
    for (const name of Object.keys(FACTS)) expect(code).toMatch(new RegExp(`\\$facts\\.${name}\\b`))
    for (const group of [
      FACTS.domain,
      FACTS.listener,
      FACTS.cert,
      FACTS.firewall,
      FACTS.adapter,
      FACTS.account,
    ])
      for (const name of Object.keys(group)) expect(code).toMatch(new RegExp(`\\b${name}\\b`))
  })

  test('is plain ASCII with balanced brackets, and prints its line last', () => {
    expect(script).toMatch(/^[\t\n\x20-\x7e]*$/)
    for (const [open, close] of ['()', '{}', '[]']) {
      const bare = code.replace(/'(?:[^'\n]|'')*'|"(?:[^"\n])*"/g, text => text.replace(/[()[\]{}]/g, ''))
      const count = (sign = '') => bare.split(sign).length
      expect([open, count(open)]).toEqual([open, count(close)])
    }
    expect(code.trim().split('\n').at(-1)).toBe('Write-Output $line')
  })
})
