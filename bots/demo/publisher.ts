/** The publisher of the invented company: a certificate that no computer trusts, made once per data folder. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { access, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import forge from 'node-forge'

/** Windows shows it when a file is opened. */
const NAME = 'Contoso IT (invented for the demo)'
const YEARS = 10

/** @returns the files, PEM. Repeating is safe: what is there stays. */
export async function publisherFiles(folder: string): Promise<{ certificate: string; key: string }> {
  const files = { certificate: join(folder, 'publisher.crt'), key: join(folder, 'publisher.key') }
  if (await exists(files.certificate)) return files
  const { certificate, key } = madeUp()
  await mkdir(folder, { recursive: true })
  await writeFile(files.key, key, { mode: 0o600 })
  // Last, and at once: it is the sign that both are there.
  await writeFile(`${files.certificate}.new`, certificate)
  await rename(`${files.certificate}.new`, files.certificate)
  return files
}

function madeUp(): { certificate: string; key: string } {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  // A serial number is positive: its first bit is not set.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000)
  certificate.validity.notAfter = new Date(Date.now() + YEARS * 365 * 86_400_000)
  const subject = [{ name: 'commonName', value: NAME }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.setExtensions([{ name: 'extKeyUsage', codeSigning: true }])
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate), key: pair.privateKey }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
