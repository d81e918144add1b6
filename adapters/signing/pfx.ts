/**
 * A certificate and its key out of a .pfx file (PKCS#12), as Windows exports them.
 *
 * Node opens such files for TLS only and does not give the key out of them, so node-forge reads the container; the signing itself stays
 * with Node (tried with Node 24.21 and node-forge 1.4.3 on 2026-11-21: 3DES as old exports have it, AES-256 as new ones).
 */
import forge from 'node-forge'
import { type PemFiles, unusable } from './key.ts'

/**
 * @param password '' for a file without one
 * @throws {Fault} `invalid` when the password does not fit, or there is not exactly one RSA key with its certificate in it
 */
export function pemFromPfx(pfx: Uint8Array, password: string): PemFiles {
  const container = opened(pfx, password)
  const bags = container.safeContents.flatMap(({ safeBags }) => safeBags)
  const [key, ...moreKeys] = bags.flatMap(bag => (bag.key ? [bag.key as forge.pki.rsa.PrivateKey] : []))
  const certificates = bags.flatMap(bag => bag.cert ?? [])
  if (key === undefined || moreKeys.length > 0)
    throw unusable('The .pfx file must hold exactly one RSA key with its certificate.')
  const isOwn = ({ publicKey }: forge.pki.Certificate) =>
    (publicKey as forge.pki.rsa.PublicKey).n?.equals(key.n) ?? false
  const own = certificates.find(isOwn)
  if (own === undefined) throw unusable('The .pfx file does not hold the certificate of its key.')
  const chain = [own, ...certificates.filter(certificate => certificate !== own)]
  return {
    certificate: chain.map(certificate => forge.pki.certificateToPem(certificate)).join('\n'),
    key: forge.pki.privateKeyToPem(key),
  }
}

function opened(pfx: Uint8Array, password: string): forge.pkcs12.Pkcs12Pfx {
  try {
    const bytes = forge.util.createBuffer(Buffer.from(pfx).toString('binary'))
    return forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(bytes), true, password)
  } catch {
    // What node-forge says could quote the file.
    throw unusable('The .pfx file cannot be opened: it is damaged, or the password is not the right one.')
  }
}
