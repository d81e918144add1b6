/** Words about who signed a connection file, for those who open it and for those who decide which publishers a company trusts. */
import type { Instant } from '../ids.ts'
import type { FileSignature, FileSigner } from '../ports.ts'
import { type Line, type Message, message } from './message.ts'

/** For whoever opens the file. The name comes from a certificate: shown as it stands. */
export const signatureLine = (signed: FileSignature): Line =>
  'by' in signed
    ? [
        'Windows asks about the publisher ',
        { strong: signed.by },
        ' when you open the file. Any other name: do not connect.',
      ]
    : [
        'The file is not signed, so Windows calls the publisher unknown: compare the address it shows with the one here. ',
        signed.not,
      ]

/** The same in a few words. */
export const signatureWords = (signed: FileSignature): string =>
  'by' in signed ? `signed by ${signed.by}` : 'not signed: Windows calls its publisher unknown'

/**
 * For administrators: what to put where, so that Windows opens our files without asking. Nothing in it is secret.
 *
 * The policy's name and what it takes: Microsoft Learn, "Understanding security warnings when opening Remote Desktop (RDP) files" (read
 * 2026-11-21). Since July 2026 it takes SHA-2 thumbprints as well, and SHA-1 is to go.
 *
 * @param now milliseconds since 1970
 */
export function publisherMessage(
  signer: Pick<FileSigner, 'publisher' | 'warning'> | undefined,
  now: number,
): Message {
  if (signer === undefined)
    return message({
      title: 'Connection files are not signed',
      plain: 'Connection files are not signed.',
      lines: [
        [
          'Windows warns of an unknown publisher, and where unsigned files are forbidden by policy it does not open ours at all.',
        ],
        [
          'To sign them, set ',
          { code: 'LATCHKEY_RDP_CERTIFICATE' },
          ' to a .pfx file, or to a PEM file together with ',
          { code: 'LATCHKEY_RDP_KEY' },
          '; README says which certificates will do.',
        ],
      ],
    })
  const { name, sha1, sha256, notAfter, chain } = signer.publisher
  const warning = signer.warning(now)
  return message({
    tone: warning === undefined ? 'good' : 'bad',
    title: `Connection files are signed by ${name}`,
    plain: `Connection files are signed by ${name}.`,
    lines: [
      ...(warning === undefined ? [] : [[{ strong: warning }]]),
      [
        'To make Windows open them without asking, enable this setting for computers or for users, and add a thumbprint:',
      ],
      [{ code: GROUP_POLICY }],
      [
        `Before the update of July 2026 the setting is called "${OLD_NAME}" and takes SHA-1 only; since then it takes SHA-256 too, and SHA-1 is to go. Its Help says how a SHA-256 thumbprint is written there. `,
        'Windows then turns on whatever a file asks for: ours ask only for what the policy of Latchkey allows.',
      ],
      [
        'Without Group Policy, the same list is the text value ',
        { code: REGISTRY },
        ', separated by commas.',
      ],
    ],
    facts: [
      { label: 'Publisher', value: [{ strong: name }] },
      { label: 'SHA-1', value: [{ code: sha1 }] },
      { label: 'SHA-256', value: [{ code: sha256 }] },
      { label: 'Valid until', value: [{ time: notAfter as Instant }] },
      { label: 'Certificates sent along', value: [String(chain)] },
    ],
  })
}

const GROUP_POLICY =
  'Administrative Templates › Windows Components › Remote Desktop Services › Remote Desktop Connection Client › Specify thumbprints of certificates representing trusted .rdp publishers'
const OLD_NAME = 'Specify SHA1 thumbprints of certificates representing trusted .rdp publishers'
const REGISTRY = 'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services: TrustedCertThumbprints'
