/**
 * K00: what the message itself decides, and what the person told.
 *
 * An error text seldom decides alone: only those with one likely cause name it. What people say about other networks, clients and people is
 * the only way to see their side; it counts more where Azure's side was seen to be open.
 */
import type { CauseId } from '../catalogue/causes/index.ts'
import { ERRORS } from '../catalogue/errors/index.ts'
import { clear, type Finding, type Outcome, outcome } from './finding.ts'
import { byAccount } from './message/account.ts'
import { byClient } from './message/client.ts'
import { byHop } from './message/hop.ts'
import type { Scene } from './scene.ts'
import { wasRead } from './scene.ts'

/** From this weight on, a text names its cause. */
const DECIDES = 0.7
/** What no text decides, however likely: Azure or Windows has to be seen. */
const NEVER: ReadonlySet<CauseId> = new Set([
  'ok.healthy',
  'vm.deallocated',
  'vm.stopped',
  'vm.start_failed',
  'net.no_public_ip',
  'target.wrong_vm',
  'bastion.sku',
  'cs.expired',
  'entra.no_role',
  'entra.extension',
  'target.name_unresolved',
])

export function checkMessage(scene: Scene): Outcome {
  const findings = [...byText(scene), ...byAccount(scene), ...byClient(scene), ...byHop(scene)]
  const best = new Map<CauseId, Finding>()
  for (const finding of findings)
    if (finding.sure > (best.get(finding.cause)?.sure ?? 0)) best.set(finding.cause, finding)
  const title = scene.entry === undefined ? undefined : ERRORS[scene.entry].title
  if (best.size === 0)
    return clear('K00', title === undefined ? 'No known error text was given.' : `The message is: ${title}.`)
  return outcome(
    'K00',
    [...best.values()].toSorted((a, b) => b.sure - a.sure),
    '',
  )
}

function byText(scene: Scene): Finding[] {
  const { entry } = scene
  if (entry === undefined) return []
  const { likely, title, confidence } = ERRORS[entry]
  const { score = 0, by } = scene.said.errors[0] ?? {}
  // Own words that only resemble a message do not go before what a check saw.
  const most = by === 'words' && score < 0.65 ? 0.78 : 1
  return (Object.entries(likely) as [CauseId, number][])
    .filter(([cause, weight]) => weight >= DECIDES && !NEVER.has(cause))
    .map(([cause, weight]) => ({
      cause,
      sure: Math.min(
        most,
        sureOf(scene, cause, weight) - (confidence === 'low' ? 0.1 : 0) - (score < 0.7 ? 0.05 : 0),
      ),
      proof: [`The message "${title}" names it.`],
    }))
}

/** How far the text alone goes, per cause where the round number would mislead. */
function sureOf(scene: Scene, cause: CauseId, weight: number): number {
  switch (cause) {
    case 'guest.nla_no_dc':
      return 0.82
    case 'cred.no_rdp_right':
    case 'cred.account_locked':
    case 'cred.restriction':
    case 'guest.clock':
      // Windows can tell which of several it is.
      return 0.74
    case 'guest.session_limit':
      return scene.kind === 'drop' ? 0.7 : 0.9
    case 'cred.wrong_password':
    case 'guest.exhausted':
      return wasRead(scene, 'metrics') && cause === 'guest.exhausted' ? 0.4 : 0.7
    case 'client.saved_state':
      return 0.82
    case 'guest.session_policy':
      return 0.78
    default:
      return Math.min(0.95, Math.max(weight, 0.8))
  }
}
