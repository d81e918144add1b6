/** Inside Windows: certificate, keys and TLS of the listener. */
import type { Guest } from '../../readings.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../scene.ts'
import { ago } from '../words.ts'

export function judgeTls(guest: Guest, scene: Scene): Finding[] {
  const found: Finding[] = []
  const schannel = (guest.schannelEvents ?? []).join(' ')
  const listener = (guest.rcmEvents ?? []).join(' ')
  const expired = guest.certificate?.notAfter !== undefined && guest.certificate.notAfter < scene.now
  const keys = guest.machineKeysAcl === 'changed'
  if (keys)
    found.push({
      cause: 'guest.machinekeys',
      sure: expired ? 0.85 : 0.95,
      proof: ['Remote Desktop may not read its private key: the permissions of the key folder were changed.'],
    })
  if (expired)
    found.unshift({
      cause: 'guest.cert_bad',
      sure: 0.97,
      proof: [
        `The certificate of Remote Desktop expired ${ago(guest.certificate?.notAfter ?? scene.now, scene.now)}.`,
      ],
    })
  else if (guest.certificate?.usable === false && !keys)
    found.push({
      cause: 'guest.cert_bad',
      sure: 0.94,
      proof: ['The certificate of Remote Desktop cannot be used.'],
    })
  else if (!keys && guest.certificate === undefined && /\b(1057|1058)\b/.test(listener))
    found.push({
      cause: 'guest.cert_bad',
      sure: 0.8,
      proof: ['Windows reports that Remote Desktop could not use its certificate.'],
    })
  if (
    guest.tls12Server === false ||
    (guest.fips === true && /36871|36874|36888/.test(schannel)) ||
    (guest.tls12Server !== true && /36871|36874/.test(schannel))
  )
    found.push({
      cause: 'guest.tls_mismatch',
      sure: guest.tls12Server === false ? 0.92 : 0.82,
      proof: [
        guest.tls12Server === false
          ? 'TLS 1.2 is turned off for the server side.'
          : 'Windows reports that client and server share no TLS cipher.',
      ],
    })
  else if (
    found.length === 0 &&
    (/36871|36874|36888/.test(schannel) ||
      (guest.fips === true && ['tls', 'auth'].includes(scene.said.failedAt ?? '')))
  )
    found.push({
      cause: 'guest.tls_mismatch',
      sure: 0.8,
      proof: [
        guest.fips === true
          ? 'FIPS mode limits the ciphers of Remote Desktop.'
          : 'Windows reports that a TLS handshake failed.',
      ],
    })
  else if (found.length === 0 && guest.securityLayer === 0 && scene.said.failedAt === 'tls')
    found.push({
      cause: 'guest.tls_mismatch',
      sure: 0.7,
      proof: ['The listener is set to the old RDP security layer.'],
    })
  if (guest.credsspPatched === false)
    found.push({
      cause: 'guest.credssp',
      sure: scene.entries.includes('E-CREDSSP') ? 0.97 : 0.7,
      proof: [`${guest.os ?? 'Windows'} lacks the CredSSP update of 2018.`],
    })
  return found
}
