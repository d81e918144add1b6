/**
 * The signature of an .rdp file, all but the cryptography: what is signed, how it is written down, and how it is read back.
 *
 * A signature covers the settings that `signscope` names and nothing else. Only the settings of `SIGNABLE_SETTINGS` can be in it: the
 * account name, cameras, location and WebAuthn cannot, so whoever holds a signed file may change those without anybody noticing.
 *
 * Promises: total functions, no clock, no chance; what cannot be signed or read is a problem in one sentence, never half a result. A signed
 * file has every signable setting in its scope, once. Reading is stricter than clients are: a line that is no setting, a control
 * character or a scoped setting that stands twice is a problem, because clients differ in what they make of them.
 *
 * Sources: [MS-RDWR] 4.2 (v20240423), whose signed file is reproduced here to the byte (test/fixtures/rdp); names, order and spelling as
 * rdpsign.exe has them after nfedera/rdpsign and NullOps.RdpSigner (read 2026-11-21). Newer lists add settings of 2026; whether an older
 * Windows accepts those in a scope is not known, so they are left out.
 */
import assert from 'node:assert/strict'
import type { RdpProblem } from './file.ts'
import { utf16 } from './utf16.ts'

/** The settings a signature can cover, in the order and spelling of `signscope`. In the file itself the names are in lower case. */
export const SIGNABLE_SETTINGS: readonly string[] = [
  ...['Full Address', 'Alternate Full Address', 'PCB', 'Use Redirection Server Name', 'Server Port'],
  ...['Negotiate Security Layer', 'EnableCredSspSupport', 'DisableConnectionSharing'],
  ...['AutoReconnection Enabled', 'GatewayHostname', 'GatewayUsageMethod', 'GatewayProfileUsageMethod'],
  ...['GatewayCredentialsSource', 'Support URL', 'PromptCredentialOnce', 'Require pre-authentication'],
  ...['Pre-authentication server address', 'Alternate Shell', 'Shell Working Directory'],
  ...['RemoteApplicationProgram', 'RemoteApplicationExpandWorkingdir', 'RemoteApplicationMode'],
  ...['RemoteApplicationGuid', 'RemoteApplicationName', 'RemoteApplicationIcon', 'RemoteApplicationFile'],
  ...['RemoteApplicationFileExtensions', 'RemoteApplicationCmdLine', 'RemoteApplicationExpandCmdLine'],
  ...['Prompt For Credentials', 'Authentication Level', 'AudioMode', 'RedirectDrives', 'RedirectPrinters'],
  ...['RedirectCOMPorts', 'RedirectSmartCards', 'RedirectPOSDevices', 'RedirectClipboard'],
  ...['DevicesToRedirect', 'DrivesToRedirect', 'LoadBalanceInfo', 'RedirectDirectX', 'RDGIsKDCProxy'],
  ...['KDCProxyName', 'EventLogUploadAddress'],
]

/** A file made ready: its lines, what of them is signed, and the bytes to sign. */
export type ToSign = { lines: readonly string[]; scope: readonly string[]; payload: Uint8Array }

/** A signed file taken apart. Nothing is verified yet. */
export type SignedFile = ToSign & {
  /** The detached PKCS#7 signature over `payload`, DER. */
  pkcs7: Uint8Array
  /** Signable settings that the file has and its signature does not cover. Never any in ours. */
  unscoped: readonly string[]
}

/**
 * Makes an unsigned file ready for signing, as rdpsign does: where the alternate address is missing it is added, so that nobody else can.
 * A file that carries a signature is refused: it is somebody else's word.
 */
export function toBeSigned(unsigned: Uint8Array): ToSign | RdpProblem {
  const text = textOf(unsigned)
  if (typeof text !== 'string') return text
  const found = settingsOf(text)
  if ('problem' in found) return found
  // Lower case throughout: what a client that goes by its own names for the settings would sign, too.
  const settings = found.map(({ name, type, value }) => ({ name, type: type.toLowerCase(), value }))
  const names = settings.map(({ name }) => name)
  if (names.includes('signature') || names.includes('signscope'))
    return { problem: 'The connection file is signed already.' }
  const [twice] = [...Map.groupBy(names, name => name)].find(([, all]) => all.length > 1) ?? []
  if (twice !== undefined) return { problem: `The connection file has the setting "${twice}" twice.` }
  const address = settings.find(({ name }) => name === 'full address')
  if (address === undefined || address.value === '') return { problem: 'The connection file has no address.' }
  if (!names.includes('alternate full address')) settings.push({ ...address, name: 'alternate full address' })
  const lines = settings.map(({ name, type, value }) => `${name}:${type}:${value}`)
  const scope = scopeOf(lines)
  return { lines, scope, payload: signingPayload(lines, scope) }
}

/** The signed file: the lines, what is signed, and the signature; written as mstsc saves files. The same input gives the same bytes. */
export function withSignature({ lines, scope }: ToSign, pkcs7: Uint8Array): Uint8Array {
  const all = [...lines, scopeLine(scope), `signature:s:${wrapped(pkcs7)}`]
  return utf16(`\ufeff${all.map(line => `${line}\r\n`).join('')}`)
}

/** Takes a signed file apart: ours, or any that a client would read. Says nothing about whether the signature is good. Never throws. */
export function readSigned(bytes: Uint8Array): SignedFile | RdpProblem {
  const text = textOf(bytes)
  if (typeof text !== 'string') return text
  const settings = settingsOf(text)
  if ('problem' in settings) return settings
  const byName = Map.groupBy(settings, ({ name }) => name)
  const [scopeSetting, ...moreScopes] = byName.get('signscope') ?? []
  const [signature, ...moreSignatures] = byName.get('signature') ?? []
  if (scopeSetting === undefined || signature === undefined)
    return { problem: 'The connection file is not signed.' }
  if (moreScopes.length + moreSignatures.length > 0)
    return { problem: 'The connection file has more than one signature.' }

  const scope = scopeSetting.value.split(',')
  if (new Set(scope.map(lowerCase)).size !== scope.length)
    return { problem: 'The signature covers a setting twice.' }
  const lines = settings.flatMap(one => (one === scopeSetting || one === signature ? [] : [one.line]))
  const linesByName = Map.groupBy(lines, nameOf)
  if (scope.some(name => linesByName.get(lowerCase(name))?.length !== 1))
    return { problem: 'The signature covers a setting that the file does not have exactly once.' }
  const pkcs7 = unwrapped(signature.value)
  if (pkcs7 === undefined) return { problem: 'The signature is not written as Windows writes it.' }
  const payload = signingPayload(lines, scope, scopeSetting.line)
  return { lines, scope, payload, pkcs7, unscoped: unscopedSecure(lines, scope) }
}

// ---- What is signed ------------------------------------------------------------------------------------------------------------

/** What of these lines (`name:type:value`) a signature covers: the signable ones, in rdpsign's order and spelling. */
export function scopeOf(lines: readonly string[]): readonly string[] {
  const names = new Set(lines.map(nameOf))
  return SIGNABLE_SETTINGS.filter(name => names.has(lowerCase(name)))
}

/** Signable settings among these lines that a scope leaves out: whoever passes the file on may change them. */
export function unscopedSecure(lines: readonly string[], scope: readonly string[]): readonly string[] {
  const covered = new Set(scope.map(lowerCase))
  return scopeOf(lines).filter(name => !covered.has(lowerCase(name)))
}

/**
 * The bytes to sign: the covered lines exactly as in the file, in the order of the scope, then the scope itself, each with CRLF, then one
 * NUL; UTF-16LE without a byte order mark.
 *
 * @param lines must hold every setting of the scope exactly once
 * @param signscope the line of the scope as it stands in the file
 */
export function signingPayload(
  lines: readonly string[],
  scope: readonly string[],
  signscope: string = scopeLine(scope),
): Uint8Array {
  const byName = Map.groupBy(lines, nameOf)
  const covered = scope.map(name => {
    const [line, ...more] = byName.get(lowerCase(name)) ?? []
    assert(line !== undefined && more.length === 0, 'a scope over settings that are not there once')
    return line
  })
  return utf16(`${[...covered, signscope].map(line => `${line}\r\n`).join('')}\0`)
}

const scopeLine = (scope: readonly string[]): string => `signscope:s:${scope.join(',')}`
const nameOf = (line: string): string => lowerCase(line.slice(0, line.indexOf(':')))
/** Of plain letters only: names with others (the Kelvin sign is a "k" to some) stay what they are. */
const lowerCase = (name: string): string => name.replace(/[A-Z]/g, letter => letter.toLowerCase())

// ---- Lines ---------------------------------------------------------------------------------------------------------------------

type Setting = { line: string; name: string; type: string; value: string }

/** Begins with a letter: some clients run a line that begins with "/" as a command-line option. */
const SETTING = /^([a-z](?:[a-z0-9 _-]*[a-z0-9])?):([sib]):(.*)$/i
const UNSEEN = /[\p{Cc}\u2028\u2029\ufeff]/u

function settingsOf(text: string): readonly Setting[] | RdpProblem {
  const settings: Setting[] = []
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line === '') continue
    const [, name, type, value] = SETTING.exec(line) ?? []
    if (name === undefined || type === undefined || value === undefined || UNSEEN.test(line))
      return { problem: `Line ${index + 1} of the connection file is not a setting.` }
    settings.push({ line, name: lowerCase(name), type, value })
  }
  return settings
}

/** UTF-16LE with a byte order mark, or plain ASCII. Anything else means different things to different clients. */
function textOf(bytes: Uint8Array): string | RdpProblem {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe && bytes.length % 2 === 0
  if (!isUtf16 && bytes.some(byte => byte > 0x7f))
    return { problem: 'The connection file is neither UTF-16 with a byte order mark nor plain ASCII.' }
  let text = ''
  if (isUtf16)
    for (let index = 2; index < bytes.length; index += 2)
      text += String.fromCharCode((bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8))
  else for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

// ---- The signature as text -----------------------------------------------------------------------------------------------------

/** Version 1.1, and 1 for "signed with a certificate": two little-endian 32-bit numbers. The length of the PKCS#7 follows as a third. */
const HEADER: readonly number[] = [1, 0, 1, 0, 1, 0, 0, 0]

/** rdpsign puts two spaces after every 64 characters; whoever reads a signature ignores them. */
const wrapped = (pkcs7: Uint8Array): string =>
  base64(new Uint8Array([...HEADER, ...lengthOf(pkcs7), ...pkcs7])).replace(/.{64}(?=.)/g, '$&  ')

/** Undefined when the text is not base64, or the header is not the one above, or its length is not that of what follows. */
function unwrapped(text: string): Uint8Array | undefined {
  const blob = unbase64(text.replaceAll(' ', ''))
  const pkcs7 = blob?.slice(HEADER.length + 4)
  if (blob === undefined || pkcs7 === undefined) return undefined
  const isOurs = [...HEADER, ...lengthOf(pkcs7)].every((byte, index) => blob[index] === byte)
  return isOurs ? pkcs7 : undefined
}

const lengthOf = ({ length }: Uint8Array): readonly number[] =>
  [0, 8, 16, 24].map(shift => (length >>> shift) & 0xff)

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b, c] = bytes.subarray(index, index + 3)
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    text += DIGITS.charAt(bits >> 18) + DIGITS.charAt((bits >> 12) & 63)
    text +=
      (b === undefined ? '=' : DIGITS.charAt((bits >> 6) & 63)) +
      (c === undefined ? '=' : DIGITS.charAt(bits & 63))
  }
  return text
}

/** Undefined unless it is exactly what `base64` writes. */
function unbase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/={1,2}$/, '')
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let bits = 0
  let filled = 0
  for (let index = 0; index < digits.length; index += 1) {
    bits = ((bits << 6) | DIGITS.indexOf(digits.charAt(index))) & 0xffff
    if (index % 4 === 0) continue
    bytes[filled] = (bits >> (6 - (index % 4) * 2)) & 0xff
    filled += 1
  }
  return base64(bytes) === text ? bytes : undefined
}
