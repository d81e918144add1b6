/**
 * The publisher of connection files: what Windows shows of a signing certificate, and whether it can sign at all.
 *
 * Windows takes certificates for server authentication, code signing or RDP signing (Microsoft Learn, cc754499, read 2026-11-21). Only RSA is
 * known to be accepted. A signed file has no time stamp: it is good for as long as the certificate is.
 */
import type { X509Certificate } from 'node:crypto'
import type { Publisher } from '../../core/index.ts'
import { publicKeyOf } from './cms.ts'

const USES: readonly string[] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.3', '1.3.6.1.4.1.311.54.1.1']
const LEAST_BITS = 2048
const DAY_MS = 86_400_000
const WARN_DAYS = 30

/** What is known of the certificate that signs. */
export function publisherOf(certificate: X509Certificate, chain: number): Publisher {
  return {
    name: nameOf(certificate),
    sha1: certificate.fingerprint.replaceAll(':', ''),
    sha256: certificate.fingerprint256.replaceAll(':', ''),
    notAfter: certificate.validToDate.getTime(),
    chain,
  }
}

/** Why this certificate cannot sign connection files at this moment, in one sentence; undefined when it can. */
export function problemWith(certificate: X509Certificate, now: number): string | undefined {
  const key = publicKeyOf(certificate)
  if (key?.asymmetricKeyType !== 'rsa')
    return 'The signing certificate does not have an RSA key; Windows is known to accept only those.'
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS)
    return `The RSA key of the signing certificate is too short: ${LEAST_BITS} bits are the least.`
  // Absent at run time when the certificate has no such extension.
  const uses: readonly string[] | undefined = certificate.keyUsage
  if (!uses?.some(use => USES.includes(use)))
    return 'The signing certificate is not meant for this: it needs the extended key usage server authentication, code signing or RDP signing.'
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()]
  if (now < from) return `The signing certificate is not valid before ${dayOf(from)}.`
  if (now > to) return `The signing certificate expired on ${dayOf(to)}.`
  return undefined
}

/** One sentence for administrators, from 30 days before the certificate ends; undefined before that. */
export function warningOf({ name, notAfter }: Publisher, now: number): string | undefined {
  const which = `The certificate that signs connection files (${name})`
  if (now > notAfter) return `${which} expired on ${dayOf(notAfter)}: put a new one in place.`
  const days = Math.floor((notAfter - now) / DAY_MS)
  if (days >= WARN_DAYS) return undefined
  const when = days === 0 ? 'in less than a day' : days === 1 ? 'in 1 day' : `in ${days} days`
  return `${which} expires on ${dayOf(notAfter)}, ${when}: put a new one in place.`
}

const dayOf = (moment: number): string => new Date(moment).toISOString().slice(0, 10)

/** In the order in which Windows looks for a name to show. */
function nameOf(certificate: X509Certificate): string {
  const { CN, OU, O } = certificate.toLegacyObject().subject
  const [name] = [CN, OU, O].flatMap(part => part ?? [])
  return name ?? certificate.subject.replaceAll('\n', ', ')
}
