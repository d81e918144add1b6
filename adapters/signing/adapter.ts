/**
 * Signs connection files, so that Windows names a publisher instead of warning of an unknown one, and shows when anybody changed them.
 *
 * Promises: what comes out was verified the way a client would, with every signable setting in its scope; a certificate that Windows would
 * not take is refused when it is opened, and again at every file, because time passes. Nothing secret is in any error.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Fault, type FileSigner, toBeSigned, withSignature } from '../../core/index.ts'
import { signedData } from './cms.ts'
import { certificateFrom, type PemFiles, pemKey, type SigningKey, unusable } from './key.ts'
import { problemWith, publisherOf, warningOf } from './publisher.ts'
import { verifySigned } from './verify.ts'

export { pemFromPfx } from './pfx.ts'

export { verifySigned } from './verify.ts'

export type SignerSource = ({ kind: 'pem' } & PemFiles) | ({ kind: 'remote' } & SigningKey)

/**
 * @param options.now wall time in milliseconds since 1970
 * @throws {Fault} `invalid`, with one sentence that says what is wrong with the certificate or the key
 */
export function openSigner(
  source: SignerSource,
  { now = Date.now }: { now?: () => number } = {},
): FileSigner {
  const key = source.kind === 'pem' ? pemKey(source) : source
  const chain = key.certificateChain.map(certificateFrom)
  const [leaf] = chain
  if (leaf === undefined) throw unusable('There is no signing certificate.')
  const problem = problemWith(leaf, now())
  if (problem !== undefined) throw unusable(problem)
  const publisher = publisherOf(leaf, chain.length)

  const sign = async (unsigned: Uint8Array): Promise<Uint8Array> => {
    const ready = toBeSigned(unsigned)
    if ('problem' in ready) throw unsignable(ready.problem)
    const problem = problemWith(leaf, now())
    if (problem !== undefined) throw unsignable(problem)
    const signature = await key.signDigest(createHash('sha256').update(ready.payload).digest())
    const file = withSignature(ready, signedData(chain, signature))
    const seen = verifySigned(file)
    if (!seen.valid || seen.signer.sha256 !== publisher.sha256)
      throw unsignable('The signing key does not belong to the signing certificate.')
    assert.deepEqual(seen.unscoped, [], 'a signable setting is outside the scope')
    return file
  }
  return { publisher, sign, warning: moment => warningOf(publisher, moment) }
}

const unsignable = (say: string): Fault => new Fault('invalid', { op: 'signing.sign', say })
