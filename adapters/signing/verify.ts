/**
 * Verifies a signed connection file, ours or anybody's, and says who signed it and what the signature covers.
 *
 * "Valid" means: the settings in `scope` are as they were when the holder of the key of `signer` signed them. It does not mean that this
 * signer deserves trust, that its certificate is still valid, or that anything outside the scope is as it was: compare the thumbprint with
 * the one you expect, and `notAfter` with the time.
 */
import { type Publisher, readSigned } from '../../core/index.ts'
import { type Digest, verifySignedData } from './cms.ts'
import { Unreadable } from './der.ts'
import { publisherOf } from './publisher.ts'

export type Verdict =
  | {
      valid: true
      signer: Publisher
      digest: Digest
      /** Whether it was signed by way of signed attributes; rdpsign and Latchkey do without. */
      attributes: boolean
      /** The settings that the signature covers, in its own order and spelling. */
      scope: readonly string[]
      /** Settings that it could cover and does not: anybody may have changed them. Never any in a file by Latchkey. */
      unscoped: readonly string[]
    }
  /** `why` is one sentence and holds nothing of the file. */
  | { valid: false; why: string }

/** Verifies any bytes whatsoever. Never throws, needs no network. */
export function verifySigned(file: Uint8Array): Verdict {
  const found = readSigned(file)
  if ('problem' in found) return { valid: false, why: found.problem }
  try {
    const { signer, certificates, digest, attributes } = verifySignedData(found.pkcs7, found.payload)
    const { scope, unscoped } = found
    return {
      valid: true,
      signer: publisherOf(signer, certificates.length),
      digest,
      attributes,
      scope,
      unscoped,
    }
  } catch (error) {
    if (error instanceof Unreadable) return { valid: false, why: error.message }
    throw error
  }
}
