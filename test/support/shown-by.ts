/** What the diagnosis makes of the words on a screen when it knows nothing else of the VM. */

import { instant } from '../../core/index.ts'
import { checkBoot } from '../../core/triage/checks/k15-boot.ts'
import { look } from '../../core/triage/checks/scene.ts'
import { showsSignIn } from '../../core/triage/checks/screens.ts'
import { begin, learn } from '../../core/triage/engine/knowledge.ts'

const NOW = instant(Date.parse('2026-11-20T09:00:00Z'))

/** The cause that is found first, or what there is instead of one. */
export function shownBy(screen: string | undefined): string {
  if (screen === undefined) return 'no words'
  if (showsSignIn(screen)) return 'a page to sign in'
  const known = begin({ text: 'rdp to vm01 times out', asker: { accounts: [] } }, NOW)
  const sample = { read: true, value: { at: NOW, screen, serial: '' } } as const
  return checkBoot(look(learn(known, 'boot', sample, NOW))).findings[0]?.cause ?? `nothing in ${screen}`
}
