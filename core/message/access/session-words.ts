/** What became of the session inside Windows after the access, and what could not be done about it. */
import { insideOf, type NotOurs } from '../../access/inside/inside.ts'
import type { AccessRequest } from '../../access/request.ts'
import type { Line } from '../message.ts'

type Over = Extract<AccessRequest, { status: 'over' }>

/** Why nobody was taken for the person. */
export const WHY_NOBODY: Readonly<Record<NotOurs, string>> = {
  nobody: 'nobody was signed in from the address',
  'shared-address': 'somebody else with a way in comes from the same address',
  'several-accounts': 'several accounts are signed in from the same address',
  untold: 'Windows does not say of every session where it comes from',
}

/** After the end. @param whose as the reader says it: "Your", "The" */
export function sessionLines(state: Over, whose: 'Your' | 'The'): readonly Line[] {
  const opened = state.outcome !== 'failed' || state.wasOpen === true
  if (state.seen === 'vm-gone' || state.seen === 'service-gone' || !opened) return []
  const inside = insideOf(state)
  const isOwn = whose === 'Your'
  const live = (why: string): readonly Line[] => [
    [{ strong: 'A live session may continue:' }, ` ${why}${isOwn ? ' Sign out of Windows.' : ''}`],
  ]
  if (inside === undefined)
    return [
      [
        `A remote desktop session that is still running is not cut by Azure${isOwn ? ': sign out of Windows' : ''}.`,
      ],
    ]
  const { plan, ended, controller } = inside
  if (controller) return live('Windows there is a domain controller, where nobody is signed out by me.')
  if (plan.not !== undefined) return live(`Azure does not cut it, and I cannot sign it out: ${plan.not}.`)
  if (!plan.ends) return live('Azure does not cut it, and the policy does not have it signed out.')
  const session = isOwn ? 'your session' : 'the session'
  switch (ended?.how) {
    case undefined:
      return [[`I am looking inside Windows for ${session}, to sign it out.`]]
    case 'done':
      return [
        [
          { strong: `${whose} session was signed out at ` },
          { time: ended.at },
          ', and Windows was read back.',
        ],
      ]
    case 'off':
      return [['The VM does not run any more, and no session on it does.']]
    case 'none':
      return ended.why === 'nobody'
        ? [['Windows was looked into at ', { time: ended.at }, ': no session from the address was left.']]
        : live(`${WHY_NOBODY[ended.why]}, so nobody was signed out.`)
    case 'stayed':
      return live('Windows was told to sign it out, and did not.')
    case 'controller':
    case 'unknown':
      return live(`could not look inside Windows: ${'say' in ended ? ended.say : ''}`)
  }
}
