/** Connection files to sign, and ways to take signed ones apart without the code under test. */
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rdpFile } from '../../../core/rdp/file.ts'

export function unsigned(host = 'vm01.westeurope.cloudapp.azure.com'): Uint8Array {
  const made = rdpFile({ host, port: 3389, account: '.\\alice', label: 'vm01' })
  if ('problem' in made) throw new Error(made.problem)
  return made.bytes
}

export const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../fixtures/rdp', name))

export const linesOf = (file: Uint8Array): readonly string[] =>
  Buffer.from(file)
    .toString('utf16le')
    .replace(/^\ufeff/, '')
    .replace(/\r\n$/, '')
    .split('\r\n')

export const fileOf = (lines: readonly string[]): Uint8Array =>
  Buffer.from(`\ufeff${lines.map(line => `${line}\r\n`).join('')}`, 'utf16le')

export const settingIn = (file: Uint8Array, name: string): string =>
  linesOf(file)
    .find(line => line.startsWith(`${name}:s:`))
    ?.slice(name.length + 3) ?? ''

/** The PKCS#7 in a signed file. */
export const pkcs7Of = (file: Uint8Array): Buffer =>
  Buffer.from(settingIn(file, 'signature').replaceAll(' ', ''), 'base64').subarray(12)

/** What the signature in a file is over, put together anew from the description of the format. */
export function payloadOf(file: Uint8Array): Buffer {
  const lines = linesOf(file)
  const covered = settingIn(file, 'signscope')
    .split(',')
    .map(name => lines.find(line => line.startsWith(`${name.toLowerCase()}:`)))
  const scope = lines.find(line => line.startsWith('signscope:'))
  return Buffer.from(`${[...covered, scope].join('\r\n')}\r\n\0`, 'utf16le')
}

/** The file with another signature, in the header of such signatures. */
export function withPkcs7(file: Uint8Array, pkcs7: Uint8Array): Uint8Array {
  const head = Buffer.from([1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
  head.writeUInt32LE(pkcs7.length, 8)
  const signature = `signature:s:${Buffer.concat([head, pkcs7]).toString('base64')}`
  return fileOf([...linesOf(file).filter(line => !line.startsWith('signature:')), signature])
}
