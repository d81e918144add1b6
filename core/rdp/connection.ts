/** The connection file of an open request. */
import assert from 'node:assert/strict'
import type { AccessRequest } from '../access/request.ts'
import { Fault } from '../fault.ts'
import type { ConnectionFile, FileSignature, FileSigner, Ports } from '../ports.ts'
import { rdpFile } from './file.ts'
import { fileTarget, isDialled } from './target.ts'

/**
 * Made afresh each time and kept nowhere. Signed where there is a signer; a signature that fails does not keep anybody out, but the file
 * says that it has none, and the log says why.
 */
export async function connectionFile(
  { signer, log }: Pick<Ports, 'signer' | 'log'>,
  { ask, wayIn }: Extract<AccessRequest, { status: 'open' }>,
  instance?: string,
): Promise<ConnectionFile & { signed: FileSignature }> {
  assert(isDialled(wayIn), 'a connection file for a way without an address')
  // Another instance of the same Cloud Service differs in the routing cookie alone; a name that was not asked for is not believed.
  const other = ask.instance?.also.find(name => name === instance)
  const file = rdpFile(
    other === undefined
      ? fileTarget(wayIn, ask.vm.name)
      : {
          ...fileTarget(wayIn, `${ask.instance?.service}-${other}`),
          roleInstance: { role: other.replace(/_IN_\d+$/i, ''), instance: other },
        },
  )
  // The way in was validated by making the same file before "Ready" was said.
  assert('bytes' in file, 'an open request without a usable way in')
  if (signer === undefined) return { ...file, signed: UNSIGNED }
  try {
    return { ...file, bytes: await signer.sign(file.bytes), signed: { by: signer.publisher.name } }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    log.error('signing.failed', { request: ask.id }, error)
    return { ...file, signed: { not: error.say } }
  }
}

/** What a file handed out now would say of its publisher. */
export const signatureOf = (signer: FileSigner | undefined): FileSignature =>
  signer === undefined ? UNSIGNED : { by: signer.publisher.name }

const UNSIGNED: FileSignature = { not: 'No signing certificate is set up.' }
