/** Which effects must not be performed side by side, and which of them say the same thing. */
import type { Effect } from '../../core/index.ts'
import { toText } from './schema.ts'

/**
 * Effects of one lane are performed one at a time and in order.
 *
 * What "brings something up to date" has a lane that names exactly that thing and holds nothing else: one waiting in it is enough.
 */
export function laneOf(effect: Effect): string {
  switch (effect.do) {
    case 'handle': {
      const { platform, workspace, key } = effect.incoming.who
      return toText(`from:${platform}:${workspace}:${key}`)
    }
    case 'refresh':
      return toText(`card:${effect.request}:${effect.slot}`)
    case 'redraw': {
      const { platform, key, messageKey } = effect.posted
      return toText(`copy:${platform}:${key}:${messageKey}`)
    }
    case 'reconcile':
      return toText(`vm:${effect.vm}:${effect.port}`)
    case 'power':
      return toText(`power:${effect.vm}`)
    case 'bastion-link':
      return toText(`link:${effect.vm}`)
    // Windows takes one script at a time.
    case 'guest-session':
      return toText(`guest:${effect.vm}`)
    case 'app-home': {
      const { platform, workspace, key } = effect.user
      return toText(`home:${platform}:${workspace}:${key}`)
    }
    case 'wake':
      return `request:${effect.request}`
    case 'drift':
      return 'drift'
    case 'report':
      return toText(`report:${effect.diagnosis}:${effect.slot}`)
    case 'show-screen':
      return `screen:${effect.diagnosis}`
    case 'investigate':
    case 'repair':
    case 'hush':
    case 'lapse':
      return `diagnosis:${effect.diagnosis}`
    case 'look-into':
      return `look-into:${effect.request}`
    case 'say':
    case 'hand':
      return toText(`to:${effect.to.platform}:${effect.to.key}`)
  }
}

const LEVEL_TRIGGERED: ReadonlySet<string> = new Set<Effect['do']>([
  'refresh',
  'redraw',
  'reconcile',
  'app-home',
  'report',
])

/** Whether a second one waiting in the same lane adds nothing. INVARIANT: the index outbox_one_waiting names the same kinds. */
export const merges = (kind: string): boolean => LEVEL_TRIGGERED.has(kind)
