/** Opens the certificate that signs connection files, from the files that the settings name. */
import { readFile } from 'node:fs/promises'
import { openSigner, pemFromPfx } from '../adapters/signing/adapter.ts'
import { Fault, type FileSigner } from '../core/index.ts'
import type { Signing } from './config.ts'
import { EXIT, Stop } from './stop.ts'

/** @throws {Stop} when a file cannot be read, or Windows would not take the certificate */
export async function openSigning(signing: Signing): Promise<FileSigner> {
  try {
    const pem =
      'pfx' in signing
        ? pemFromPfx(await read(signing.pfx), signing.password)
        : { certificate: String(await read(signing.certificate)), key: String(await read(signing.key)) }
    return openSigner({ kind: 'pem', ...pem })
  } catch (error) {
    if (error instanceof Fault) throw new Stop(`LATCHKEY_RDP_CERTIFICATE: ${error.say}`, EXIT.badSettings)
    throw error
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Stop(`LATCHKEY_RDP_CERTIFICATE: the file ${file} cannot be read (${code}).`, EXIT.badSettings)
  }
}
