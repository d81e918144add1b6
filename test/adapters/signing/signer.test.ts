import { constants, createHash, createPrivateKey, publicDecrypt, sign, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openSigner, verifySigned } from '../../../adapters/signing/adapter.ts'
import type { FileSigner } from '../../../core/index.ts'
import { type Bench, openBench } from '../../support/openssl.ts'
import { fileOf, linesOf, payloadOf, pkcs7Of, settingIn, unsigned } from './samples.ts'

const DAY_MS = 86_400_000

let bench: Bench
beforeAll(() => {
  bench = openBench()
})
afterAll(() => bench.close())

/** Throws with OpenSSL's words unless both of its readers accept the signature. */
function opensslVerifies(file: Uint8Array, trusted: string): void {
  bench.write('payload', payloadOf(file))
  bench.write('pkcs7', pkcs7Of(file))
  const common = [
    '-verify',
    '-binary',
    '-inform',
    'DER',
    '-in',
    'pkcs7',
    '-content',
    'payload',
    '-out',
    'out',
  ]
  // Any purpose: by default OpenSSL asks for a certificate for e-mail.
  for (const command of ['cms', 'smime']) bench.run(command, ...common, '-CAfile', trusted, '-purpose', 'any')
  expect(bench.readBytes('out')).toEqual(payloadOf(file))
}

describe.each([2048, 3072, 4096])('a file signed with an RSA key of %i bits', bits => {
  let signer: FileSigner
  let signed: Uint8Array
  const name = `rsa${bits}`
  beforeAll(async () => {
    signer = openSigner({ kind: 'pem', ...bench.certificate({ name, newKey: [`rsa:${bits}`] }) })
    signed = await signer.sign(unsigned())
  }, 60_000)

  test('is verified by our verifier, which names the signer and the scope', () => {
    const verdict = verifySigned(signed)
    expect(verdict).toEqual({
      valid: true,
      signer: signer.publisher,
      digest: 'sha256',
      attributes: false,
      scope: settingIn(signed, 'signscope').split(','),
      unscoped: [],
    })
  })

  test('is verified by both of OpenSSL’s readers, and by neither once it is changed', () => {
    opensslVerifies(signed, `${name}.crt`)
    const changed = fileOf(linesOf(signed).map(line => line.replace('vm01.', 'vm02.')))
    expect(() => opensslVerifies(changed, `${name}.crt`)).toThrow(/digest failure|signature failure|verif/i)
  })

  test('carries the same bytes as a signature by OpenSSL, which Windows accepts', () => {
    bench.write('payload', payloadOf(signed))
    const key = ['-signer', `${name}.crt`, '-inkey', `${name}.key`, '-md', 'sha256']
    const form = ['-binary', '-noattr', '-nosmimecap', '-outform', 'DER']
    bench.run('smime', '-sign', '-in', 'payload', ...key, ...form, '-out', 'theirs')
    expect(pkcs7Of(signed)).toEqual(bench.readBytes('theirs'))
  })

  test('holds the SHA-256 of its settings under RSA PKCS#1 v1.5', () => {
    const key = { key: bench.readText(`${name}.crt`), padding: constants.RSA_PKCS1_PADDING }
    const info = publicDecrypt(key, pkcs7Of(signed).subarray(-bits / 8))
    expect(info.subarray(-32)).toEqual(createHash('sha256').update(payloadOf(signed)).digest())
  })

  test('is otherwise as it was, and the same every time', async () => {
    expect(linesOf(signed).slice(0, -2)).toEqual(linesOf(unsigned()))
    expect(await signer.sign(unsigned())).toEqual(signed)
  })
})

describe('a chain of certificates', () => {
  let certificate: string
  let key: string
  beforeAll(() => {
    bench.certificate({ name: 'root', subject: '/CN=Root', issuer: true, uses: '' })
    const between = bench.issued({
      name: 'between',
      subject: '/CN=Between',
      issuer: true,
      uses: '',
      by: 'root',
    })
    const leaf = bench.issued({ name: 'end', by: 'between', uses: 'serverAuth,codeSigning' })
    certificate = `some words before\n${leaf.certificate}\nand between\n${between.certificate}`
    key = leaf.key
  }, 60_000)

  test('goes along, so that somebody who knows only the root can verify', async () => {
    const signer = openSigner({ kind: 'pem', certificate, key })
    const signed = await signer.sign(unsigned())
    expect(signer.publisher.chain).toBe(2)
    expect(verifySigned(signed)).toMatchObject({ valid: true, signer: signer.publisher })
    opensslVerifies(signed, 'root.crt')
    const alone = await openSigner({ kind: 'pem', certificate: bench.readText('end.crt'), key }).sign(
      unsigned(),
    )
    expect(() => opensslVerifies(alone, 'root.crt')).toThrow(/unable to get local issuer certificate/)
  })

  test('is written in the order that OpenSSL writes it', async () => {
    const signed = await openSigner({ kind: 'pem', certificate, key }).sign(unsigned())
    bench.write('payload', payloadOf(signed))
    const who = ['-signer', 'end.crt', '-inkey', 'end.key', '-certfile', 'between.crt', '-md', 'sha256']
    const form = ['-binary', '-noattr', '-nosmimecap', '-outform', 'DER']
    bench.run('cms', '-sign', '-in', 'payload', ...who, ...form, '-out', 'theirs')
    const certificates = (file: string) =>
      bench
        .run('asn1parse', '-inform', 'DER', '-in', file)
        .match(/(?<=commonName[\s\S]*?:)(?:Root|Between)$/gm)
    bench.write('ours', pkcs7Of(signed))
    expect(certificates('ours')).toEqual(certificates('theirs'))
  })
})

describe('the publisher', () => {
  test('is what Windows shows of the certificate', () => {
    const { certificate, key } = bench.certificate({
      name: 'who',
      subject: '/O=Contoso/OU=IT/CN=Zoë, JIT \\+ RDP',
    })
    const { publisher } = openSigner({ kind: 'pem', certificate, key })
    const thumbprint = (kind: string) =>
      bench
        .run('x509', '-in', 'who.crt', '-noout', '-fingerprint', `-${kind}`)
        .trim()
        .split('=')[1]
        ?.replaceAll(':', '')
    expect(publisher).toEqual({
      name: 'Zoë, JIT + RDP',
      sha1: thumbprint('sha1'),
      sha256: thumbprint('sha256'),
      notAfter: Date.parse(
        bench.run('x509', '-in', 'who.crt', '-noout', '-enddate').trim().split('=')[1] ?? '',
      ),
      chain: 1,
    })
  })

  test.each([
    ['/O=Contoso/OU=IT', 'IT'],
    ['/C=DE/O=Contoso', 'Contoso'],
    ['/C=DE/L=Berlin', 'C=DE, L=Berlin'],
    ['/CN=one/CN=two', 'one'],
  ])('with the subject %s is called %s', (subject, name) => {
    const pair = bench.certificate({ name: 'named', subject })
    expect(openSigner({ kind: 'pem', ...pair }).publisher.name).toBe(name)
  })
})

describe('the warning', () => {
  test('comes 30 days before the end and says how long is left', () => {
    const signer = openSigner({ kind: 'pem', ...bench.certificate({ name: 'short' }) })
    const { notAfter } = signer.publisher
    const day = new Date(notAfter).toISOString().slice(0, 10)
    expect(signer.warning(notAfter - 30 * DAY_MS)).toBeUndefined()
    expect(signer.warning(notAfter - 30 * DAY_MS + 1)).toBe(
      `The certificate that signs connection files (Contoso JIT) expires on ${day}, in 29 days: put a new one in place.`,
    )
    expect(signer.warning(notAfter - DAY_MS)).toMatch(/, in 1 day:/)
    expect(signer.warning(notAfter)).toMatch(/, in less than a day:/)
    expect(signer.warning(notAfter + 1)).toMatch(new RegExp(`\\(Contoso JIT\\) expired on ${day}:`))
  })
})

describe('a key that is kept elsewhere', () => {
  const pair = () => ({ certificate: bench.readText('remote.crt'), key: bench.readText('remote.key') })
  beforeAll(() => {
    bench.certificate({ name: 'remote' })
    bench.certificate({ name: 'stranger' })
  })
  const source = (signDigest: (digest: Uint8Array) => Promise<Uint8Array>) =>
    ({ kind: 'remote', certificateChain: [new X509Certificate(pair().certificate).raw], signDigest }) as const

  test('is shown a digest of 32 bytes and nothing else, and gives the same file', async () => {
    const shown: Uint8Array[] = []
    const local = openSigner({ kind: 'pem', ...pair() })
    const expected = await local.sign(unsigned())
    // A vault hashes nothing: this one knows the settings only because the test tells it.
    const signature = sign('sha256', payloadOf(expected), createPrivateKey(pair().key))
    const remote = openSigner(
      source(async digest => {
        shown.push(digest)
        return signature
      }),
    )
    expect(await remote.sign(unsigned())).toEqual(expected)
    expect(shown.map(digest => Buffer.from(digest))).toEqual([
      createHash('sha256').update(payloadOf(expected)).digest(),
    ])
    expect(remote.publisher).toEqual(local.publisher)
  })

  test('hands out no file when its signature is by another key, or over something else', async () => {
    const payload = payloadOf(await openSigner({ kind: 'pem', ...pair() }).sign(unsigned()))
    const stranger = sign('sha256', payload, createPrivateKey(bench.readText('stranger.key')))
    const other = sign('sha256', Buffer.from('other'), createPrivateKey(pair().key))
    for (const wrong of [stranger, other, new Uint8Array(), new Uint8Array(256)])
      await expect(openSigner(source(async () => wrong)).sign(unsigned())).rejects.toMatchObject({
        kind: 'invalid',
        op: 'signing.sign',
        say: 'The signing key does not belong to the signing certificate.',
      })
  })

  test('passes its own failure on', async () => {
    const failure = new Error('vault away')
    const signer = openSigner(source(() => Promise.reject(failure)))
    await expect(signer.sign(unsigned())).rejects.toBe(failure)
  })
})
