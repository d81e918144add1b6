/**
 * What holds the private key. The product sees a certificate chain and something that signs a digest, so that a key which never leaves its
 * vault fits as well as one in a file.
 *
 * No error that leaves this module holds anything of the key, not even as its cause.
 */
import { constants, createPrivateKey, type KeyObject, privateEncrypt, X509Certificate } from 'node:crypto'
import { Fault } from '../../core/index.ts'
import { digestInfo } from './cms.ts'

export type SigningKey = {
  /** DER, the certificate of the key first, then those of its issuers if they are to be sent along. */
  certificateChain: readonly Uint8Array[]
  /**
   * Signs a SHA-256 digest (32 bytes) with RSA PKCS#1 v1.5 (Azure Key Vault calls it RS256). Repeating is safe.
   * One that asks another machine brings its own deadline.
   * @throws {Fault}
   */
  signDigest(sha256: Uint8Array): Promise<Uint8Array>
}

/** @param certificate PEM, the certificate of the key first; @param key PEM, without a passphrase */
export type PemFiles = { certificate: string; key: string }

/**
 * A key that is there as PEM text; for a .pfx file see pfx.ts.
 *
 * @throws {Fault} `invalid` when either cannot be read, or they do not belong together
 */
export function pemKey({ certificate, key }: PemFiles): SigningKey {
  const chain = certificatesIn(certificate)
  const privateKey = privateKeyFrom(key)
  if (!chain[0]?.checkPrivateKey(privateKey))
    throw unusable(
      'The signing key does not belong to the signing certificate; the first certificate must be its own.',
    )
  return {
    certificateChain: chain.map(({ raw }) => raw),
    signDigest: async sha256 =>
      privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digestInfo(sha256)),
  }
}

/** The one kind of fault here: something that was configured cannot be used. */
export const unusable = (say: string): Fault => new Fault('invalid', { op: 'signing.open', say })

function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (blocks === null) throw unusable('The signing certificate is not PEM text.')
  return blocks.map(certificateFrom)
}

/** @param encoded PEM or DER */
export function certificateFrom(encoded: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(encoded)
  } catch {
    throw unusable('The signing certificate cannot be read.')
  }
}

function privateKeyFrom(pem: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch (error) {
    const isLocked = (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE'
    throw unusable(
      isLocked
        ? 'The signing key is locked with a passphrase; it must be PEM text without one.'
        : 'The signing key cannot be read; it must be PEM text.',
    )
  }
}
