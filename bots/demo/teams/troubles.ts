/** Makes calls go wrong on purpose. */
import type { ServerResponse } from 'node:http'
import { sendJson } from '../http.ts'
import type { Trouble } from './state.ts'
import type { Teams } from './teams.ts'

export type Operation = Exclude<Trouble['on'], 'any'>

/** What a call is to suffer: before its work, or instead of its answer. */
export type Suffering = Record<'early' | 'late', (response: ServerResponse) => Promise<boolean>>

/** Takes the next trouble that is meant for this operation. */
export function sufferingOf({ state }: Teams, operation: Operation): Suffering {
  const trouble = state.troubles.find(({ on }) => on === operation || on === 'any')
  if (trouble) {
    trouble.times -= 1
    if (trouble.times === 0) state.troubles.splice(state.troubles.indexOf(trouble), 1)
  }
  const how = trouble?.how
  const strike = async (response: ServerResponse): Promise<true> => {
    if (how === 'hang') {
      // Held until one side closes the connection: restify answers by itself once a handler is done.
      await new Promise(resolve => response.once('close', resolve))
    } else if (how !== undefined) {
      const { status, retryAfterSeconds } = how
      const headers: Record<string, string> =
        retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
      sendJson(response, status, { error: { code: 'ServiceError', message: 'made to go wrong' } }, headers)
    }
    return true
  }
  const isLate = typeof how === 'object' && how.late === true
  return {
    early: async response => how !== undefined && !isLate && (await strike(response)),
    late: async response => isLate && (await strike(response)),
  }
}
