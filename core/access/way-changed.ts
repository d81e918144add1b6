/** An opening that takes another way. */
import type { AccessEvent } from './event.ts'
import type { AccessRequest } from './request.ts'
import { isOpenedForOwn } from './way-in.ts'

type Opening = Extract<AccessRequest, { status: 'opening' }>

/** What stands for the address stays; for another one everything begins again. */
export function otherWay(state: Opening, event: Extract<AccessEvent, { type: 'way-changed' }>): Opening {
  const { requested, checks: _, kept: __, ...before } = state
  const { way, giveUpAt, say } = event
  const source = event.source ?? state.source
  const isSame = event.source === state.source
  const wants = event.source === undefined
  const own = isOpenedForOwn(state.way) ? { own: state.source } : {}
  const tried = state.way === undefined ? [] : [{ way: state.way, say, ...own }]
  return {
    ...before,
    ...{ way, source, giveUpAt, wants, tried: [...(state.tried ?? []), ...tried] },
    ...(isSame || wants ? {} : { left: [...state.left, state.source], movedAt: event.at }),
    ...(isSame && requested !== undefined ? { requested } : {}),
  }
}
