import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HttpClient } from '@azure/core-rest-pipeline'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { localName, outcomeOf, scriptFor } from '../../../../adapters/azure/repairs/scripts.ts'
import { Fault, type Repair } from '../../../../core/index.ts'
import { KEY, SEEN, startRepairs, VM } from './world.ts'

const FOLDER = join(import.meta.dirname, '../../../../adapters/azure/repairs/scripts')
const inside = { vm: VM, seen: SEEN }

/** Each script, what it finds, and what it leaves. */
const SCRIPTS: readonly (readonly [repair: Repair, before: object, after: object])[] = [
  [{ do: 'enable-rdp-reg', ...inside }, { deny_ts: 1 }, { deny_ts: 0 }],
  [
    { do: 'start-termservice', ...inside },
    { termservice: { state: 'stopped', start: 'disabled' } },
    { termservice: { state: 'running', start: 'manual' } },
  ],
  [
    { do: 'restart-termservice', ...inside },
    { termservice: { state: 'stopped', start: 'manual' } },
    { termservice: { state: 'running', start: 'manual' } },
  ],
  [{ do: 'set-rdp-port', ...inside }, { listener: { port: 3390 } }, { listener: { port: 3389 } }],
  [
    { do: 'enable-fw-rule', ...inside },
    { firewall: { rdp_rule_enabled: false } },
    { firewall: { rdp_rule_enabled: true } },
  ],
  [
    { do: 'fix-fw-policy', ...inside },
    { firewall: { inbound: 'block_all', outbound_blocks_rdp: true } },
    { firewall: { inbound: 'block', outbound_blocks_rdp: false } },
  ],
  [{ do: 'renew-rdp-cert', ...inside }, { cert: { usable: false } }, { cert: { usable: true } }],
  [{ do: 'fix-machinekeys', ...inside }, { machinekeys_acl: 'changed' }, { machinekeys_acl: 'default' }],
  [{ do: 'enable-tls12', ...inside }, { tls12_server: false }, { tls12_server: true }],
  [{ do: 'disable-nla-temp', ...inside, minutes: 30 }, { nla: true }, { nla: false }],
  [{ do: 'turn-nla-on', ...inside }, { nla: false }, { nla: true }],
  [
    { do: 'unlock-account', ...inside, account: '.\\ann' },
    { account: { locked: true } },
    { account: { locked: false } },
  ],
  [
    { do: 'enable-account', ...inside, account: 'ann' },
    { account: { enabled: false } },
    { account: { enabled: true } },
  ],
  [
    { do: 'add-rdp-group', ...inside, account: 'AzureAD\\ann@contoso.com' },
    { account: { rdp_users: false } },
    { account: { rdp_users: true } },
  ],
  [
    { do: 'grant-rdp-right', ...inside, account: 'ann' },
    { account: { deny_rdp_right: true } },
    { account: { deny_rdp_right: false } },
  ],
  [
    { do: 'free-port', ...inside, program: 'nginx.exe' },
    { listener: { port: 3389, owner: 'nginx.exe' } },
    { listener: { port: 3389, owner: 'TermService' } },
  ],
  [
    { do: 'log-off-session', ...inside, user: 'ann', state: 'disconnected' },
    { sessions: [{ user: 'ann', state: 'disconnected' }] },
    { sessions: [] },
  ],
]
const named = SCRIPTS.map(([repair, before, after]) => [repair.do, repair, before, after] as const)

describe('a script', () => {
  test.each(named)('%s is done, and leaves what it is for', async (_, repair, before, after) => {
    await using azure = await startRepairs({ guest: before })
    expect(await azure.through(repair)).toEqual({ done: true })
    expect(azure.vmState().guest).toMatchObject(after)
  })

  test.each(named)('%s leaves a domain controller alone, whatever was seen', async (_, repair, before) => {
    const guest = { ...before, domain: { joined: true, is_dc: true } }
    await using azure = await startRepairs({ guest })
    expect(await azure.through(repair)).toEqual({
      failed: 'vm01 is a domain controller; nothing was changed inside it.',
    })
    expect(azure.vmState().guest).toEqual(guest)
    // Where it was seen, Azure is not even asked.
    azure.sim.state.calls = []
    const seen = { ...repair, seen: { isDomainController: true } } as Repair
    await expect(azure.repairs.begin(seen, { key: KEY })).rejects.toMatchObject({ kind: 'invalid' })
    expect(azure.sim.state.calls).toEqual([])
  })

  test('is there for every file in the folder, and each has a file', async () => {
    const files = (await readdir(FOLDER)).map(name => name.replace('.ps1', ''))
    const played = SCRIPTS.map(([repair]) => repair.do)
    expect([...played, 'head', 'tail'].toSorted()).toEqual(files.toSorted())
  })

  test('whose VM agent does not answer is a sentence', async () => {
    await using azure = await startRepairs({ agent: 'not_ready' })
    expect(await azure.through({ do: 'enable-rdp-reg', ...inside })).toEqual({
      failed: expect.stringMatching(/VM agent of vm01 did not carry it out/),
    })
  })
})

describe('Azure’s own scripts', () => {
  test('are not used: some of them change more than they say', async () => {
    const bodies: { commandId?: string }[] = []
    await using azure = await startRepairs()
    const { httpClient } = azure
    const watching: HttpClient = {
      sendRequest: request => {
        if (request.url.includes('/runCommand')) bodies.push(JSON.parse(String(request.body)))
        return httpClient.sendRequest(request)
      },
    }
    const repairs = azure.connect({ httpClient: watching })
    for (const [repair] of SCRIPTS) {
      await repairs.begin(repair, { key: KEY })
      azure.pass(60_000)
    }
    expect(bodies).toHaveLength(SCRIPTS.length)
    expect(new Set(bodies.map(({ commandId }) => commandId))).toEqual(new Set(['RunPowerShellScript']))
  })
})

describe('what a script says', () => {
  const answer = (message: string) => ({ value: [{ code: 'ComponentStatus/StdOut/succeeded', message }] })

  test('is its last word, and only "done" is success', () => {
    expect(outcomeOf(answer('noise\nlatchkey: done\n'), 'vm01')).toEqual({ done: true })
    expect(outcomeOf(answer('latchkey: done\r\nlatchkey: failed\r\n'), 'vm01')).toEqual({
      failed: expect.stringMatching(/met an error/),
    })
    expect(outcomeOf(answer('latchkey: policy'), 'vm01')).toEqual({
      failed: expect.stringMatching(/Group Policy sets this on vm01/),
    })
  })

  test.each([
    undefined,
    null,
    {},
    { value: 7 },
    { value: [null] },
    answer(''),
    answer('done'),
    answer('latchkey: toString'),
    answer('latchkey: done and more'),
    { value: [{ code: 'ComponentStatus/StdErr/succeeded', message: 'latchkey: done' }] },
  ])('is no success when it is %j', said => {
    expect(outcomeOf(said, 'vm01')).toEqual({ failed: expect.stringMatching(/did not come back/) })
  })

  test('is found in the state of the operation too', () => {
    expect(outcomeOf({ properties: { output: answer('latchkey: done') } }, 'vm01')).toEqual({ done: true })
  })

  test('never reaches anybody but by words of ours', () => {
    fc.assert(
      fc.property(fc.string(), message => {
        const outcome = outcomeOf(answer(`latchkey: ${message}`), 'vm01')
        return 'done' in outcome ? message.trim().startsWith('done') : !outcome.failed.includes('latchkey')
      }),
    )
  })

  test('has words for each word that a script can leave with', async () => {
    const left = new Set<string>()
    for (const name of await readdir(FOLDER)) {
      const text = await readFile(join(FOLDER, name), 'utf8')
      for (const [, word = ''] of text.matchAll(/Leave '([^']+)'|latchkey: ([a-z-]+)/g)) left.add(word)
    }
    left.delete('')
    expect(left.size).toBeGreaterThan(10)
    for (const word of left)
      expect([word, outcomeOf(answer(`latchkey: ${word}`), 'vm01')]).not.toEqual([
        word,
        { failed: expect.stringMatching(/did not come back/) },
      ])
  })
})

describe('what goes along', () => {
  test('is a parameter with a good name, or the order is refused; the text stays the same', async () => {
    const plain = await scriptFor({ do: 'add-rdp-group', ...inside, account: 'ann' })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9$;"'`|&() {}-]{1,20}$/)),
        async text => {
          const orders: Repair[] = [
            { do: 'add-rdp-group', ...inside, account: text },
            { do: 'unlock-account', ...inside, account: text },
            { do: 'free-port', ...inside, program: text },
            { do: 'log-off-session', ...inside, user: text, state: 'active' },
          ]
          for (const order of orders) {
            const script = await scriptFor(order).catch(error => error)
            if (script instanceof Fault) expect(script.kind).toBe('invalid')
            else
              for (const { value } of script.parameters)
                expect(value).toMatch(/^[A-Za-z0-9][A-Za-z0-9._@\\-]{0,99}$/)
          }
          const again = await scriptFor({ do: 'add-rdp-group', ...inside, account: 'bob' })
          expect(again?.script).toEqual(plain?.script)
        },
      ),
      { numRuns: 200 },
    )
  })

  test.each([4, 481, 30.5, Number.NaN, -30])('%s minutes without NLA are refused', async minutes => {
    await expect(scriptFor({ do: 'disable-nla-temp', ...inside, minutes })).rejects.toMatchObject({
      kind: 'invalid',
    })
  })

  test.each([
    ['.\\ann', 'ann'],
    ['VM01\\ann', 'ann'],
    ['ann', 'ann'],
  ])('%s is the local account %s', (written, name) => {
    expect(localName(written)).toBe(name)
  })
})

const texts = await Promise.all(
  (await readdir(FOLDER)).map(async name => [name, await readFile(join(FOLDER, name), 'utf8')] as const),
)

describe('the text of each script', () => {
  test.each(texts)(
    '%s is plain ASCII, begins by saying what it is for, and builds no code from text',
    (_, text) => {
      expect(text).toMatch(/^[\t\n\x20-\x7e]*$/)
      if (!text.startsWith('}')) expect(text).toMatch(/^# [A-Z]/)
      expect(text).not.toMatch(
        /Invoke-Expression|\biex\b|Add-Type|\[ScriptBlock\]::Create|Invoke-WebRequest|Invoke-RestMethod|DownloadString|https?:|Start-Process|cmd(?:\.exe)? \/c/i,
      )
    },
  )

  test.each(texts)(
    '%s never turns the firewall off, opens RDP to accounts without a password, or lowers security',
    (_, text) => {
      expect(text).not.toMatch(
        /-Enabled\s+(?:False|\$false)|state off|LimitBlankPasswordUse|SecurityLayer\b.*-Value 0|MinEncryptionLevel|TLS 1\.[01]\b|AllowEncryptionOracle|DefaultInboundAction\s+Allow/i,
      )
    },
  )

  test('only the one that is for it turns NLA off, and it arranges for its return first', () => {
    const off = texts.filter(([, text]) => /UserAuthenticationRequired = \[uint32\] 0/.test(text))
    expect(off.map(([name]) => name)).toEqual(['disable-nla-temp.ps1'])
    const text = off[0]?.[1] ?? ''
    expect(text.indexOf('Register-ScheduledTask')).toBeGreaterThan(0)
    expect(text.indexOf('Register-ScheduledTask')).toBeLessThan(text.indexOf('[uint32] 0'))
  })

  test('all of them together with head and tail have balanced brackets and end with "done"', async () => {
    for (const [repair] of SCRIPTS) {
      const { script = [] } = (await scriptFor(repair)) ?? {}
      const bare = script
        .join('\n')
        .replace(/^\s*#.*$/gm, '')
        .replace(/'(?:[^'\n]|'')*'|"(?:[^"\n]|"")*"/g, text => text.replace(/[()[\]{}]/g, ''))
      for (const [open = '', close = ''] of ['()', '{}', '[]'])
        expect([repair.do, open, bare.split(open).length]).toEqual([
          repair.do,
          open,
          bare.split(close).length,
        ])
      expect(script.at(-1)).toBe("Write-Output 'latchkey: done'")
    }
  })
})
