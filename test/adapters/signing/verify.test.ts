import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { openSigner, verifySigned } from '../../../adapters/signing/adapter.ts'
import { SIGNABLE_SETTINGS } from '../../../core/rdp/signature.ts'
import { type Bench, openBench } from '../../support/openssl.ts'
import { fileOf, fixture, linesOf, payloadOf, pkcs7Of, settingIn, unsigned, withPkcs7 } from './samples.ts'

const CHANGED = 'The file was changed after it was signed, or signed with another key.'

let bench: Bench
let signed: Uint8Array
beforeAll(async () => {
  bench = openBench()
  signed = await openSigner({ kind: 'pem', ...bench.certificate() }).sign(unsigned())
}, 60_000)
afterAll(() => bench.close())

describe('a signature that Windows made', () => {
  test('verifies, and names its signer and what it covers', () => {
    expect(verifySigned(fixture('ms-rdwr-4.2.rdp'))).toMatchObject({
      valid: true,
      digest: 'sha1',
      attributes: false,
      unscoped: [],
      signer: { name: expect.stringContaining('RDVB9-101184'), chain: 2 },
      scope: expect.arrayContaining(['Full Address', 'Alternate Full Address', 'RemoteApplicationProgram']),
    })
  })

  test('does not verify with the host name as the document prints it', () => {
    expect(verifySigned(fixture('ms-rdwr-4.2-as-printed.rdp'))).toEqual({ valid: false, why: CHANGED })
  })

  test('verifies with OpenSSL over the bytes that we say are signed', () => {
    const file = fixture('ms-rdwr-4.2.rdp')
    bench.write('payload', payloadOf(file))
    bench.write('pkcs7', pkcs7Of(file))
    const verify = (content: string) =>
      bench.run(
        ...['cms', '-verify', '-noverify', '-binary', '-inform', 'DER', '-in', 'pkcs7'],
        ...['-content', content, '-out', 'out'],
      )
    verify('payload')
    expect(bench.readBytes('out')).toEqual(payloadOf(file))
    bench.write('other', payloadOf(fixture('ms-rdwr-4.2-as-printed.rdp')))
    expect(() => verify('other')).toThrow(/digest|signature|verif/i)
  })
})

describe('a file that somebody changed', () => {
  const withLine = (name: string, change: (line: string) => string) =>
    fileOf(linesOf(signed).map(line => (line.startsWith(`${name}:`) ? change(line) : line)))

  test('does not verify, whichever covered setting it was', () => {
    for (const name of settingIn(signed, 'signscope').split(',')) {
      const changed = withLine(name.toLowerCase(), line => (line.endsWith('1') ? `${line}2` : `${line}1`))
      expect({ name, verdict: verifySigned(changed) }).toEqual({
        name,
        verdict: { valid: false, why: CHANGED },
      })
    }
  })

  test('does not verify with a setting taken out of the scope, or put in', () => {
    const [first = '', ...rest] = settingIn(signed, 'signscope').split(',')
    expect(verifySigned(withLine('signscope', () => `signscope:s:${rest.join(',')}`))).toMatchObject({
      valid: false,
    })
    const twice = `signscope:s:${[first, first, ...rest].join(',')}`
    expect(verifySigned(withLine('signscope', () => twice))).toMatchObject({ valid: false })
  })

  test('verifies when only the account was changed, which no signature can cover', () => {
    const changed = withLine('username', () => 'username:s:.\\mallory')
    expect(verifySigned(changed)).toMatchObject({ valid: true, unscoped: [] })
    expect(SIGNABLE_SETTINGS.map(name => name.toLowerCase())).not.toContain('username')
  })

  test('says which setting was added outside the scope', () => {
    const lines = linesOf(signed)
    const added = fileOf([...lines.slice(0, -2), 'kdcproxyname:s:evil.example', ...lines.slice(-2)])
    expect(verifySigned(added)).toMatchObject({ valid: true, unscoped: ['KDCProxyName'] })
  })

  test('does not verify with the signature of another file', async () => {
    const pair = { certificate: bench.readText('leaf.crt'), key: bench.readText('leaf.key') }
    const other = await openSigner({ kind: 'pem', ...pair }).sign(unsigned('vm02.contoso.example'))
    expect(verifySigned(withPkcs7(signed, pkcs7Of(other)))).toEqual({ valid: false, why: CHANGED })
  })

  test('does not verify with one byte of the signature changed, and is a verdict with any other byte changed', () => {
    const pkcs7 = pkcs7Of(signed)
    const changed = (at: number, by: number) => {
      const broken = Buffer.from(pkcs7)
      broken[at] = (broken[at] ?? 0) ^ by
      return verifySigned(withPkcs7(signed, broken))
    }
    const bits = fc.integer({ min: 1, max: 255 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), bits, (fromEnd, by) => {
        expect(changed(pkcs7.length - fromEnd, by)).toEqual({ valid: false, why: CHANGED })
      }),
    )
    fc.assert(
      fc.property(fc.nat(pkcs7.length - 1), bits, (at, by) => {
        const verdict = changed(at, by)
        if (!verdict.valid) expect(verdict.why).toMatch(/^[A-Z].*\.$/)
        else expect(verdict.scope).toEqual(settingIn(signed, 'signscope').split(','))
      }),
      { numRuns: 600 },
    )
  })

  test('and any bytes whatsoever are a verdict, too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), bytes => {
        expect(verifySigned(withPkcs7(signed, bytes))).toMatchObject({ valid: false })
        expect(verifySigned(bytes)).toMatchObject({ valid: false })
      }),
    )
  })
})

test('what others sign with attributes verifies, with the digest they chose', () => {
  for (const digest of ['sha256', 'sha384', 'sha512']) {
    bench.write('payload', payloadOf(signed))
    bench.run(
      ...['cms', '-sign', '-binary', '-in', 'payload', '-signer', 'leaf.crt', '-inkey', 'leaf.key'],
      ...['-md', digest, '-nosmimecap', '-outform', 'DER', '-out', 'theirs'],
    )
    const theirs = withPkcs7(signed, bench.readBytes('theirs'))
    expect(verifySigned(theirs)).toMatchObject({ valid: true, digest, attributes: true })
    const changed = fileOf(linesOf(theirs).map(line => line.replace('vm01.', 'vm02.')))
    expect(verifySigned(changed)).toMatchObject({ valid: false })
  }
})
