/** Who signs connection files: the settings, the command for administrators, the words about it, and what happens when signing fails. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { publisherFiles } from '../../bots/demo/publisher.ts'
import { openSigning } from '../../bots/signing.ts'
import { asText } from '../../bots/text.ts'
import { Fault, type FileSigner, message, publisherMessage } from '../../core/index.ts'
import { connectionFile } from '../../core/rdp/connection.ts'
import { openBench } from '../support/openssl.ts'

const bench = openBench()
afterAll(() => bench.close())
const PROGRAM = join(import.meta.dirname, '../../bots/publisher.ts')

const file = (name: string, content: string | Uint8Array) => {
  bench.write(name, content)
  return join(bench.folder, name)
}
const told = (env: Record<string, string>) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM], { env, encoding: 'utf8' })
  return { stdout, stderr, status }
}

describe('npm run publisher', () => {
  test('names the publisher, both thumbprints and the place in Group Policy, as openssl sees them', () => {
    const { certificate, key } = bench.certificate({ name: 'it', subject: '/CN=Contoso IT' })
    const { stdout, status } = told({
      LATCHKEY_RDP_CERTIFICATE: file('it.crt', certificate),
      LATCHKEY_RDP_KEY: file('it.key', key),
    })
    const thumbprint = (digest: string) =>
      bench
        .run('x509', '-in', 'it.crt', '-noout', '-fingerprint', digest)
        .split('=')[1]
        ?.trim()
        .replaceAll(':', '')
    expect(status).toBe(0)
    expect(stdout).toContain('Connection files are signed by Contoso IT')
    expect(stdout).toContain(`SHA-1                    ${thumbprint('-sha1')}`)
    expect(stdout).toContain(`SHA-256                  ${thumbprint('-sha256')}`)
    expect(stdout).toContain('Specify thumbprints of certificates representing trusted .rdp publishers')
    expect(stdout).not.toContain('PRIVATE KEY')
  })

  test('opens a .pfx with its password, and says in one line when that is wrong', () => {
    bench.certificate({ name: 'box' })
    bench.run(
      'pkcs12',
      '-export',
      '-in',
      'box.crt',
      '-inkey',
      'box.key',
      '-passout',
      'pass:hush',
      '-out',
      'box.pfx',
    )
    const pfx = file('box.pfx', bench.readBytes('box.pfx'))
    expect(told({ LATCHKEY_RDP_CERTIFICATE: pfx, LATCHKEY_RDP_PASSWORD: 'hush' }).stdout).toContain(
      'Contoso JIT',
    )
    const refused = told({ LATCHKEY_RDP_CERTIFICATE: pfx, LATCHKEY_RDP_PASSWORD: 'other-secret' })
    expect([refused.status, refused.stdout]).toEqual([3, ''])
    expect(refused.stderr).toMatch(/^LATCHKEY_RDP_CERTIFICATE: The .pfx file cannot be opened[^\n]*\n$/)
    expect(refused.stderr).not.toContain('other-secret')
  })

  test.each([
    [{ LATCHKEY_RDP_KEY: 'x' }, /LATCHKEY_RDP_CERTIFICATE is missing/],
    [{ LATCHKEY_RDP_CERTIFICATE: 'a.pem' }, /LATCHKEY_RDP_KEY is missing/],
    [{ LATCHKEY_RDP_CERTIFICATE: 'a.pfx', LATCHKEY_RDP_KEY: 'x' }, /LATCHKEY_RDP_KEY is not wanted/],
    [
      { LATCHKEY_RDP_CERTIFICATE: 'a.pem', LATCHKEY_RDP_KEY: 'x', LATCHKEY_RDP_PASSWORD: 'hush' },
      /LATCHKEY_RDP_PASSWORD is for .pfx files/,
    ],
    [{ LATCHKEY_RDP_CERTIFICATE: 'gone.pfx' }, /the file gone.pfx cannot be read \(ENOENT\)/],
  ])('%j is refused in words', (env, words) => {
    const { stderr, status } = told(env)
    expect([status, stderr]).toEqual([3, expect.stringMatching(words)])
    expect(stderr).not.toContain('hush')
  })

  test('without settings says that files are not signed, and what to set', () => {
    expect(told({})).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/not signed[\s\S]*LATCHKEY_RDP_CERTIFICATE/),
    })
  })
})

test('the words for administrators lead with the warning when the certificate is near its end', () => {
  const signer = {
    publisher: { name: 'It', sha1: 'A1', sha256: 'B2', notAfter: 10, chain: 1 },
    warning: () => 'It ends in 3 days.',
  }
  const said = publisherMessage(signer, 0)
  expect(said.tone).toBe('bad')
  expect(said.lines[0]).toEqual([{ strong: 'It ends in 3 days.' }])
})

test('a name in a certificate cannot move the cursor of a terminal', () => {
  const text = asText(message({ title: 'By \u001b[2J\u0007Mallory\r\nnext', plain: '' }))
  expect(text).toBe('By  Mallory  next\n\n')
})

test('the demo’s own publisher is made once, and can sign', async () => {
  const files = await publisherFiles(bench.folder)
  const first = await openSigning(files)
  const again = await openSigning(await publisherFiles(bench.folder))
  expect(again.publisher).toEqual(first.publisher)
  expect(first.publisher.name).toContain('invented for the demo')
})

test('a signature that fails leaves the file unsigned, says so, and the log says why', async () => {
  const signer: FileSigner = {
    publisher: { name: 'It', sha1: '', sha256: '', notAfter: 0, chain: 1 },
    sign: async () => {
      throw new Fault('invalid', {
        op: 'signing.sign',
        say: 'The signing certificate expired on 2026-01-01.',
      })
    },
    warning: () => undefined,
  }
  const logged: unknown[] = []
  const log = { info: () => undefined, warn: () => undefined, error: (event: string) => logged.push(event) }
  const open = { ask: { id: 'r', vm: { name: 'vm01' } }, wayIn: { host: 'vm01.example', port: 3389 } }
  const made = await connectionFile({ signer, log }, open as never)
  expect(made.signed).toEqual({ not: 'The signing certificate expired on 2026-01-01.' })
  expect(new TextDecoder('utf-16le').decode(made.bytes)).not.toContain('signature:s:')
  expect(logged).toEqual(['signing.failed'])
})
