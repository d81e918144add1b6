import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openSigner, pemFromPfx, verifySigned } from '../../../adapters/signing/adapter.ts'
import { type Bench, openBench } from '../../support/openssl.ts'
import { unsigned } from './samples.ts'

let bench: Bench
beforeAll(() => {
  bench = openBench()
  bench.certificate({ name: 'root', subject: '/CN=Root', issuer: true, uses: '' })
  bench.issued({ name: 'leaf', by: 'root' })
}, 60_000)
afterAll(() => bench.close())

function exported(password: string, ...how: readonly string[]): Uint8Array {
  const what = ['-inkey', 'leaf.key', '-in', 'leaf.crt', '-certfile', 'root.crt']
  bench.run('pkcs12', '-export', ...what, '-passout', `pass:${password}`, ...how, '-out', 'file.pfx')
  return bench.readBytes('file.pfx')
}

describe('a .pfx file', () => {
  test.each([
    ['as new programs write it', []],
    ['as Windows Server 2012 wrote it', ['-legacy']],
    ['with a SHA-256 check', ['-macalg', 'sha256', '-certpbe', 'AES-256-CBC', '-keypbe', 'AES-256-CBC']],
  ])('%s signs like its key and certificate', async (_, how) => {
    const fromPfx = openSigner({ kind: 'pem', ...pemFromPfx(exported('s3cret', ...how), 's3cret') })
    const pem = { certificate: bench.readText('leaf.crt'), key: bench.readText('leaf.key') }
    expect(fromPfx.publisher).toEqual({ ...openSigner({ kind: 'pem', ...pem }).publisher, chain: 2 })
    expect(verifySigned(await fromPfx.sign(unsigned()))).toMatchObject({ valid: true, unscoped: [] })
  })

  test('without a password is opened with an empty one', () => {
    expect(openSigner({ kind: 'pem', ...pemFromPfx(exported(''), '') }).publisher.chain).toBe(2)
  })

  test('with another password, or damaged, is refused in one sentence that gives nothing away', () => {
    const pfx = exported('s3cret')
    const say = 'The .pfx file cannot be opened: it is damaged, or the password is not the right one.'
    for (const [bytes, password] of [
      [pfx, 'other'],
      [pfx.slice(0, 500), 's3cret'],
      [new Uint8Array(), ''],
      [Buffer.from('-----BEGIN CERTIFICATE-----'), ''],
    ] as const)
      expect(() => pemFromPfx(bytes, password)).toThrow(expect.objectContaining({ kind: 'invalid', say }))
  })

  test('without a key is refused', () => {
    bench.run('pkcs12', '-export', '-nokeys', '-in', 'leaf.crt', '-passout', 'pass:x', '-out', 'no-key.pfx')
    expect(() => pemFromPfx(bench.readBytes('no-key.pfx'), 'x')).toThrow(
      expect.objectContaining({ say: 'The .pfx file must hold exactly one RSA key with its certificate.' }),
    )
  })
})
