/**
 * CMS SignedData (PKCS#7): written in the one form that Windows' own publisher uses, read in the forms that Windows accepts.
 *
 * Written: detached, content type "data", SHA-256, RSA PKCS#1 v1.5, no signed attributes, the signer named by issuer and serial number,
 * its certificate and the given chain included. Read: also SHA-1, SHA-384 and SHA-512, and signed attributes.
 *
 * Sources: RFC 5652, 5.1 to 5.4 and 11.1 to 11.2; RFC 8017, 9.2 and A.2.4; RFC 5754, 2 and 3.2; the signature in [MS-RDWR] 4.2 (v20240423).
 */
import { constants, createHash, type KeyObject, verify, X509Certificate } from 'node:crypto'
import {
  bodyOf,
  CONTEXT_0,
  type Element,
  element,
  INTEGER,
  integer,
  NULL,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  objectIdentifier,
  read,
  SEQUENCE,
  SET,
  setOf,
  Unreadable,
  within,
} from './der.ts'

const SIGNED_DATA = objectIdentifier('1.2.840.113549.1.7.2')
const DATA = objectIdentifier('1.2.840.113549.1.7.1')
const CONTENT_TYPE = objectIdentifier('1.2.840.113549.1.9.3')
const MESSAGE_DIGEST = objectIdentifier('1.2.840.113549.1.9.4')
const RSA_ENCRYPTION = objectIdentifier('1.2.840.113549.1.1.1')

export type Digest = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** Each digest, and the identifier of RSA PKCS#1 v1.5 over it: some signers name that one instead of plain RSA. */
const DIGESTS: readonly { digest: Digest; id: Buffer; withRsa: Buffer }[] = (
  [
    ['sha1', '1.3.14.3.2.26', 5],
    ['sha256', '2.16.840.1.101.3.4.2.1', 11],
    ['sha384', '2.16.840.1.101.3.4.2.2', 12],
    ['sha512', '2.16.840.1.101.3.4.2.3', 13],
  ] as const
).map(([digest, id, arc]) => ({
  digest,
  id: objectIdentifier(id),
  withRsa: objectIdentifier(`1.2.840.113549.1.1.${arc}`),
}))

const SHA256 = element(SEQUENCE, objectIdentifier('2.16.840.1.101.3.4.2.1'), NULL)
const RSA = element(SEQUENCE, RSA_ENCRYPTION, NULL)

// ---- Writing -------------------------------------------------------------------------------------------------------------------

/** What RSA PKCS#1 v1.5 pads and signs for a SHA-256 digest. */
export const digestInfo = (sha256: Uint8Array): Buffer =>
  element(SEQUENCE, SHA256, element(OCTET_STRING, sha256))

/**
 * The detached signature of a content, DER.
 * @param chain certificates, the signer's first
 * @param signature RSA PKCS#1 v1.5 with SHA-256 over the content
 */
export function signedData(chain: readonly X509Certificate[], signature: Uint8Array): Buffer {
  const [signer] = chain
  if (signer === undefined) throw new Unreadable('There is no signing certificate.')
  const signerInfo = element(
    SEQUENCE,
    integer(1),
    issuerAndSerialOf(signer),
    SHA256,
    RSA,
    element(OCTET_STRING, signature),
  )
  const certificates = chain.map(({ raw }) => raw)
  const content = element(
    SEQUENCE,
    integer(1),
    setOf(SET, [SHA256]),
    element(SEQUENCE, DATA),
    setOf(CONTEXT_0, certificates),
    setOf(SET, [signerInfo]),
  )
  return element(SEQUENCE, SIGNED_DATA, element(CONTEXT_0, content))
}

/** As they stand in the certificate, byte for byte: names that mean the same can be written differently. */
function issuerAndSerialOf(certificate: X509Certificate): Buffer {
  const [body] = within(read(certificate.raw), SEQUENCE)
  // The version stands before the serial number, in [0], except in certificates of version 1.
  const [serial, , issuer] = within(body, SEQUENCE).filter(({ tag }) => tag !== CONTEXT_0)
  if (serial === undefined || issuer === undefined) throw new Unreadable('A certificate is damaged.')
  return element(SEQUENCE, issuer.whole, serial.whole)
}

// ---- Reading -------------------------------------------------------------------------------------------------------------------

/** A signature that fits its content. */
export type Signed = {
  signer: X509Certificate
  certificates: readonly X509Certificate[]
  digest: Digest
  /** Whether the signature covers the content by way of signed attributes. */
  attributes: boolean
}

/**
 * Verifies that the content was signed with the key of a certificate in the signature. Whether that certificate deserves trust is not asked.
 * @param pkcs7 may be anything at all
 * @throws {Unreadable} when it does not fit, or is no such signature, with the reason
 */
export function verifySignedData(pkcs7: Uint8Array, content: Uint8Array): Signed {
  const { certificates, signerInfo } = partsOf(pkcs7)
  const [version, signerId, digestAlgorithm, ...rest] = signerInfo
  if (bodyOf(version, INTEGER).toString('hex') !== '01' || signerId?.tag !== SEQUENCE)
    throw new Unreadable('The signature does not name its signer by issuer and serial number.')
  const signer = certificates.find(some => issuerAndSerialOf(some).equals(signerId.whole))
  if (signer === undefined) throw new Unreadable('The signature does not hold the certificate of its signer.')

  const known = DIGESTS.find(({ id }) => id.equals(algorithmOf(digestAlgorithm)))
  if (known === undefined) throw new Unreadable('The signature uses a digest that is not supported.')
  const attributes = rest[0]?.tag === CONTEXT_0 ? rest.shift() : undefined
  const [signatureAlgorithm, signature] = rest
  const algorithm = algorithmOf(signatureAlgorithm)
  if (!algorithm.equals(RSA_ENCRYPTION) && !algorithm.equals(known.withRsa))
    throw new Unreadable('The signature is not an RSA signature of a supported kind.')

  const { digest } = known
  const signedBytes = attributes === undefined ? content : attributesOver(content, attributes, digest)
  if (!isSignedBy(signer, digest, signedBytes, bodyOf(signature, OCTET_STRING)))
    throw new Unreadable('The file was changed after it was signed, or signed with another key.')
  return { signer, certificates, digest, attributes: attributes !== undefined }
}

function partsOf(pkcs7: Uint8Array): {
  certificates: readonly X509Certificate[]
  signerInfo: readonly Element[]
} {
  const [type, wrapper, ...extra] = within(read(pkcs7), SEQUENCE)
  if (!type?.whole.equals(SIGNED_DATA) || extra.length > 0)
    throw new Unreadable('The signature is not a PKCS#7 signature.')
  const [signedData, ...others] = within(wrapper, CONTEXT_0)
  const [, , contentInfo, ...rest] = within(signedData, SEQUENCE)
  const [contentType, ...embedded] = within(contentInfo, SEQUENCE)
  if (others.length > 0 || !contentType?.whole.equals(DATA) || embedded.length > 0)
    throw new Unreadable('The signature is not detached from what it signs.')
  const certificates = within(
    rest.find(({ tag }) => tag === CONTEXT_0),
    CONTEXT_0,
  ).map(certificateFrom)
  const [signerInfo, ...moreSigners] = within(rest.at(-1), SET)
  if (moreSigners.length > 0) throw new Unreadable('The file has more than one signer.')
  return { certificates, signerInfo: within(signerInfo, SEQUENCE) }
}

function certificateFrom({ whole }: Element): X509Certificate {
  try {
    return new X509Certificate(whole)
  } catch {
    throw new Unreadable('The signature holds something that is not a certificate.')
  }
}

const algorithmOf = (outer: Element | undefined): Buffer => {
  const [id] = within(outer, SEQUENCE)
  bodyOf(id, OBJECT_IDENTIFIER)
  return id?.whole ?? Buffer.alloc(0)
}

/** Checks that signed attributes speak of this content, and gives the bytes that the signature is over then. */
function attributesOver(content: Uint8Array, attributes: Element, digest: Digest): Buffer {
  const values = (id: Buffer): readonly Element[] =>
    within(attributes, CONTEXT_0)
      .map(attribute => within(attribute, SEQUENCE))
      .filter(([type]) => type?.whole.equals(id))
      .flatMap(([, set]) => within(set, SET))
  const [contentType, ...moreTypes] = values(CONTENT_TYPE)
  const [messageDigest, ...moreDigests] = values(MESSAGE_DIGEST)
  if (!contentType?.whole.equals(DATA) || moreTypes.length + moreDigests.length > 0)
    throw new Unreadable('The signed attributes of the signature are damaged.')
  if (!createHash(digest).update(content).digest().equals(bodyOf(messageDigest, OCTET_STRING)))
    throw new Unreadable('The file was changed after it was signed.')
  // They are signed as the set they are, not under the [0] that they are stored with.
  return element(SET, attributes.body)
}

function isSignedBy(
  signer: X509Certificate,
  digest: Digest,
  content: Uint8Array,
  signature: Buffer,
): boolean {
  const key = publicKeyOf(signer)
  if (key?.asymmetricKeyType !== 'rsa') throw new Unreadable('The signature is not by an RSA key.')
  return verify(digest, content, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
}

/** Undefined when the certificate has a key that cannot be read. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey
  } catch {
    return undefined
  }
}
