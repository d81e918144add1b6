import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { rdpFile } from '../../../core/rdp/file.ts'
import {
  readSigned,
  SIGNABLE_SETTINGS,
  scopeOf,
  signingPayload,
  type ToSign,
  toBeSigned,
  unscopedSecure,
  withSignature,
} from '../../../core/rdp/signature.ts'

/** Names and order, written out a second time on purpose: Windows goes by them. */
const NAMES = `
full address,alternate full address,pcb,use redirection server name,server port,negotiate security layer,enablecredsspsupport,
disableconnectionsharing,autoreconnection enabled,gatewayhostname,gatewayusagemethod,gatewayprofileusagemethod,gatewaycredentialssource,
support url,promptcredentialonce,require pre-authentication,pre-authentication server address,alternate shell,shell working directory,
remoteapplicationprogram,remoteapplicationexpandworkingdir,remoteapplicationmode,remoteapplicationguid,remoteapplicationname,
remoteapplicationicon,remoteapplicationfile,remoteapplicationfileextensions,remoteapplicationcmdline,remoteapplicationexpandcmdline,
prompt for credentials,authentication level,audiomode,redirectdrives,redirectprinters,redirectcomports,redirectsmartcards,
redirectposdevices,redirectclipboard,devicestoredirect,drivestoredirect,loadbalanceinfo,redirectdirectx,rdgiskdcproxy,kdcproxyname,
eventloguploadaddress`
  .replaceAll('\n', '')
  .split(',')

const utf16 = (text: string): Uint8Array => Buffer.from(text, 'utf16le')
const file = (...lines: readonly string[]): Uint8Array => utf16(`\ufeff${lines.join('\r\n')}\r\n`)
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf16le')

function ready(unsigned: Uint8Array): ToSign {
  const result = toBeSigned(unsigned)
  if ('problem' in result) throw new Error(result.problem)
  return result
}

function taken(signed: Uint8Array) {
  const result = readSigned(signed)
  if ('problem' in result) throw new Error(result.problem)
  return result
}

const problemOf = (result: object): unknown => ('problem' in result ? result.problem : 'none')

const SMALL = [
  'server port:i:3389',
  'username:s:alice',
  'full address:s:vm01:3389',
  'alternate full address:s:vm01:3389',
]
const SMALL_SCOPE = 'Full Address,Alternate Full Address,Server Port'
const PKCS7 = Buffer.from('any bytes at all, long enough for more than one line of sixty-four characters')

describe('the signable settings', () => {
  test('are the 45 that rdpsign knows, in its order', () => {
    expect(SIGNABLE_SETTINGS.map(name => name.toLowerCase())).toEqual(NAMES)
    expect(new Set(NAMES).size).toBe(45)
  })

  test('are spelled as in a scope that Windows wrote', () => {
    const vector = readFileSync(join(import.meta.dirname, '../../fixtures/rdp/ms-rdwr-4.2.rdp'))
    const { scope } = taken(vector)
    expect(scope).toHaveLength(22)
    expect(SIGNABLE_SETTINGS.filter(name => scope.includes(name))).toEqual(scope)
  })
})

describe('the scope', () => {
  test('names what is there, in the canonical order, whatever the order of the file', () => {
    expect(scopeOf(SMALL).join()).toBe(SMALL_SCOPE)
    expect(scopeOf(SMALL.toReversed()).join()).toBe(SMALL_SCOPE)
  })

  test('holds every signable setting of any file that we make', () => {
    fc.assert(
      fc.property(
        fc.domain(),
        fc.integer({ min: 1, max: 65_535 }),
        fc.option(fc.constantFrom('alice', '.\\bob', 'AzureAD\\eve@contoso.com'), { nil: undefined }),
        (host, port, account) => {
          const made = rdpFile({ host, port, label: 'vm', ...(account === undefined ? {} : { account }) })
          fc.pre('bytes' in made)
          const { lines, scope } = ready('bytes' in made ? made.bytes : new Uint8Array())
          const names = lines.map(line => line.slice(0, line.indexOf(':')))
          const signable = NAMES.filter(name => names.includes(name))
          expect(scope.map(name => name.toLowerCase())).toEqual(signable)
          expect(signable.length).toBeGreaterThan(20)
          expect(unscopedSecure(lines, scope)).toEqual([])
        },
      ),
      { numRuns: 50 },
    )
  })

  test('cannot cover what Windows does not let it cover', () => {
    const made = rdpFile({ host: 'vm01', port: 3389, account: 'alice', label: 'vm01' })
    const { lines, scope } = ready('bytes' in made ? made.bytes : new Uint8Array())
    const covered = new Set(scope.map(name => name.toLowerCase()))
    const rest = lines.map(line => line.slice(0, line.indexOf(':'))).filter(name => !covered.has(name))
    expect(rest.toSorted()).toEqual([
      ...['audiocapturemode', 'camerastoredirect', 'dynamic resolution', 'redirectlocation'],
      ...['redirectwebauthn', 'screen mode id', 'usbdevicestoredirect', 'use multimon', 'username'],
    ])
  })

  test('leaves something out when a signable setting is not named', () => {
    const lines = [...SMALL, 'redirectdrives:i:1']
    expect(unscopedSecure(lines, SMALL_SCOPE.split(','))).toEqual(['RedirectDrives'])
    expect(unscopedSecure(lines, ['full address', 'ALTERNATE FULL ADDRESS', 'server port'])).toEqual([
      'RedirectDrives',
    ])
  })
})

describe('the bytes to sign', () => {
  test('are the covered lines, the scope and one NUL, in UTF-16LE without a byte order mark', () => {
    const expected = `full address:s:vm01:3389\r\nalternate full address:s:vm01:3389\r\nserver port:i:3389\r\nsignscope:s:${SMALL_SCOPE}\r\n\0`
    expect(textOf(ready(file(...SMALL)).payload)).toBe(expected)
    expect([...ready(file(...SMALL)).payload.slice(0, 4)]).toEqual([0x66, 0, 0x75, 0])
    expect([...ready(file(...SMALL)).payload.slice(-6)]).toEqual([0x0d, 0, 0x0a, 0, 0, 0])
  })

  test('keep the value exactly, with spaces, colons and letters of any script', () => {
    const { payload } = ready(file(...SMALL, 'loadbalanceinfo:s: a:b  Ōta\u{1f511} '))
    expect(textOf(payload)).toContain('\r\nloadbalanceinfo:s: a:b  Ōta\u{1f511} \r\n')
  })

  test('are refused over a setting that is missing or there twice', () => {
    expect(() => signingPayload(SMALL, ['PCB'])).toThrow(/not there once/)
    expect(() => signingPayload([...SMALL, ...SMALL], ['Full Address'])).toThrow(/not there once/)
  })
})

describe('making a file ready', () => {
  test('adds the alternate address where it is missing, so that nobody else can', () => {
    const { lines, scope } = ready(file('full address:s:vm01'))
    expect(lines).toEqual(['full address:s:vm01', 'alternate full address:s:vm01'])
    expect(scope).toEqual(['Full Address', 'Alternate Full Address'])
  })

  test('writes names and types in lower case and leaves values alone', () => {
    expect(ready(file('Full Address:S:VM01', 'ALTERNATE FULL ADDRESS:s:VM01')).lines).toEqual([
      'full address:s:VM01',
      'alternate full address:s:VM01',
    ])
  })

  test('takes plain ASCII and line feeds, too', () => {
    const ascii = Buffer.from(SMALL.join('\n'))
    expect(ready(ascii)).toEqual(ready(file(...SMALL)))
  })

  test.each([
    ['no address', file('server port:i:3389'), /no address/],
    ['an empty address', file('full address:s:'), /no address/],
    ['nothing', new Uint8Array(), /no address/],
    ['a setting twice', file(...SMALL, 'USERNAME:s:eve'), /"username" twice/],
    ['a signature', file(...SMALL, 'signature:s:AQABAAEAAAA='), /signed already/],
    ['a scope', file(...SMALL, 'SignScope:s:Full Address'), /signed already/],
    ['a command-line option', file(...SMALL, '/v:s:evil'), /^Line 5 .* not a setting/],
    ['a line without a type', file(...SMALL, 'username:alice'), /^Line 5 /],
    ['an unknown type', file(...SMALL, 'pcb:x:1'), /^Line 5 /],
    ['a space before the name', file(...SMALL, ' pcb:s:1'), /^Line 5 /],
    ['a space after the name', file(...SMALL, 'pcb :s:1'), /^Line 5 /],
    ['a letter that only looks like a k', file(...SMALL, '\u212adcproxyname:s:evil'), /^Line 5 /],
    ['a NUL', file('full address:s:vm01\0evil'), /^Line 1 /],
    ['a line separator', file('full address:s:vm01\u2028pcb:s:1'), /^Line 1 /],
    ['a second byte order mark', file('\ufefffull address:s:vm01'), /^Line 1 /],
    ['UTF-16 without a byte order mark', utf16('full address:s:vm01'), /^Line 1 /],
    ['UTF-8', Buffer.from('full address:s:vm01\nusername:s:Zoë'), /neither UTF-16 .* nor plain ASCII/],
    ['half a character', file('full address:s:vm01').slice(0, -1), /neither UTF-16/],
  ])('refuses a file with %s', (_what, bytes, words) => {
    expect(problemOf(toBeSigned(bytes))).toMatch(words)
  })
})

describe('a signed file', () => {
  const signed = withSignature(ready(file(...SMALL)), PKCS7)
  const lines = textOf(signed).slice(1).split('\r\n')

  test('is what it was, then the scope, then the signature, as mstsc saves files', () => {
    expect([...signed.slice(0, 2)]).toEqual([0xff, 0xfe])
    expect(lines.slice(0, 5)).toEqual([...SMALL, `signscope:s:${SMALL_SCOPE}`])
    expect(lines[5]).toMatch(/^signature:s:AQABAAEAAA/)
    expect(lines.slice(6)).toEqual([''])
  })

  test('has its signature on one line, with two spaces after every 64 characters', () => {
    const base64 = lines[5]?.slice('signature:s:'.length) ?? ''
    expect(base64.split('  ').map(part => part.length)).toEqual([64, 56])
    const blob = Buffer.from(base64, 'base64')
    expect([...blob.subarray(0, 12)]).toEqual([1, 0, 1, 0, 1, 0, 0, 0, PKCS7.length, 0, 0, 0])
    expect(blob.subarray(12)).toEqual(PKCS7)
  })

  test('has no spaces at the end of a signature that fills its last 64 characters', () => {
    const full = textOf(withSignature(ready(file(...SMALL)), new Uint8Array(96 - 12)))
    expect(full).toMatch(/signature:s:\S{64} {2}\S{64}\r\n$/)
  })

  test('reads back as what was signed, for any signature', () => {
    const toSign = ready(file(...SMALL))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000, size: 'max' }), pkcs7 => {
        const back = taken(withSignature(toSign, pkcs7))
        expect({ ...back, payload: Buffer.from(back.payload) }).toEqual({
          ...toSign,
          payload: Buffer.from(toSign.payload),
          pkcs7,
          unscoped: [],
        })
      }),
      { numRuns: 60 },
    )
  })

  test('says which signable settings somebody added', () => {
    const back = taken(file(...lines.slice(0, 6), 'redirectdrives:i:1', 'gatewayhostname:s:evil'))
    expect(back.unscoped).toEqual(['GatewayHostname', 'RedirectDrives'])
  })

  test('may name its scope and its lines in its own order and spelling', () => {
    const own = 'SignScope:s:Server Port,full address'
    const back = taken(file('Server Port:i:1', 'full address:s:vm', own, lines[5] ?? ''))
    expect(back.scope).toEqual(['Server Port', 'full address'])
    expect(textOf(back.payload)).toBe(`Server Port:i:1\r\nfull address:s:vm\r\n${own}\r\n\0`)
    expect(back.unscoped).toEqual([])
  })

  const [scopeLine = '', signature = ''] = lines.slice(4)
  const blobWith = (index: number, byte: number) => {
    const blob = Buffer.from(signature.slice('signature:s:'.length), 'base64')
    blob[index] = byte
    return `signature:s:${blob.toString('base64')}`
  }
  test.each([
    ['it has no signature', [...SMALL, scopeLine], /not signed/],
    ['it has no scope', [...SMALL, signature], /not signed/],
    ['it has two signatures', [...SMALL, scopeLine, signature, signature], /more than one/],
    ['it has two scopes', [...SMALL, scopeLine, signature, scopeLine], /more than one/],
    ['the scope is empty', [...SMALL, 'signscope:s:', signature], /not have exactly once/],
    ['a covered setting is gone', [...SMALL.slice(1), scopeLine, signature], /not have exactly once/],
    [
      'a covered setting is there twice',
      [...SMALL, 'Full Address:s:evil', scopeLine, signature],
      /exactly once/,
    ],
    ['the scope covers itself', [...SMALL, 'signscope:s:SignScope', signature], /exactly once/],
    ['the scope covers the signature', [...SMALL, 'signscope:s:signature', signature], /exactly once/],
    ['the scope names a setting twice', [...SMALL, `${scopeLine},FULL ADDRESS`, signature], /twice/],
    ['it has a command-line option', [...SMALL, scopeLine, signature, '/v:evil'], /^Line 7 /],
    ['the version differs', [...SMALL, scopeLine, blobWith(0, 2)], /not written as Windows/],
    ['the kind differs', [...SMALL, scopeLine, blobWith(4, 2)], /not written as Windows/],
    ['the length differs', [...SMALL, scopeLine, blobWith(8, 76)], /not written as Windows/],
    ['the base64 lacks its end', [...SMALL, scopeLine, signature.replace(/=*$/, '')], /not written/],
    [
      'the base64 has other characters',
      [...SMALL, scopeLine, signature.replace('AQAB', 'AQ-B')],
      /not written/,
    ],
    [
      'the base64 has bits to spare',
      [...SMALL, scopeLine, 'signature:s:AQABAAEAAAAAAAAA/x=='],
      /not written/,
    ],
    ['the signature is empty', [...SMALL, scopeLine, 'signature:s:'], /not written as Windows/],
  ])('cannot be read when %s', (_what, all, words) => {
    expect(problemOf(readSigned(file(...all)))).toMatch(words)
  })

  test('never makes the reader throw, whatever was done to it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(signed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        changes => {
          const changed = signed.slice()
          for (const [index, byte] of changes) changed[index] = byte
          expect(readSigned(changed)).toBeInstanceOf(Object)
        },
      ),
    )
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...lines, 'signscope:s:SignScope,Signature', ':', '::', 'a:s:'), {
          maxLength: 9,
        }),
        some => {
          expect(readSigned(file(...some))).toBeInstanceOf(Object)
          expect(toBeSigned(file(...some))).toBeInstanceOf(Object)
        },
      ),
    )
  })
})
