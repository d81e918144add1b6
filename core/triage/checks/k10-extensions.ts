/** K10: which extensions are there, is one being changed, and is Windows joined to Entra for sign-in? */
import type { Extension } from '../readings.ts'
import { entraLogin } from './entra.ts'
import { type Finding, notNeeded, type Outcome, outcome } from './finding.ts'
import { asksForEntra, type Scene, unread, value } from './scene.ts'

export function checkExtensions(scene: Scene): Outcome {
  const extensions = value(scene, 'extensions')
  if (extensions === undefined) return unread(scene, 'K10', 'extensions')
  const login = entraLogin(extensions)
  const findings: Finding[] = []
  const wantsEntra = asksForEntra(scene)
  if (login !== undefined && login.state === 'failed') {
    findings.push({
      cause: 'entra.extension',
      sure: wantsEntra ? 0.92 : scene.floor === 'tls' || scene.floor === 'auth' ? 0.7 : 0.45,
      proof: [
        `The extension ${login.type} failed${login.code === undefined ? '' : ` with ${login.code}`}: Windows is not joined to Entra.`,
      ],
    })
  } else if (login === undefined && wantsEntra) {
    const hasIdentity = value(scene, 'model')?.identity === 'system'
    findings.push({
      cause: 'entra.extension',
      sure: 0.82,
      proof: [
        `The VM has no Entra sign-in extension${hasIdentity ? '' : ' and no managed identity'}, so a company account cannot sign in.`,
      ],
    })
  }
  const changing = extensionInTransition(extensions)
  if (findings.length === 0 && changing !== undefined)
    return notNeeded(
      'K10',
      `The extension ${changing.name} is being changed: Windows cannot be read meanwhile.`,
    )
  return outcome('K10', findings, 'No extension is failing or being changed.')
}

export const extensionInTransition = (extensions: readonly Extension[]): Extension | undefined =>
  extensions.find(({ state }) => state === 'creating' || state === 'updating' || state === 'deleting')
