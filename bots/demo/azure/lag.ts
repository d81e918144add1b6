/** Lists and Resource Graph see a change later than the thing itself does: for that, the state keeps how it was for as long as it lags. */
import type { AzureState, SimView } from './model.ts'

const lags = ({ lag }: AzureState): boolean => lag.listMs > 0 || lag.graphMs > 0

/** How it is now, for {@link remember}. Nothing where nothing lags. */
export const viewOf = (state: AzureState): SimView | undefined =>
  lags(state) ? structuredClone({ vms: state.vms, nsgs: state.nsgs, policies: state.policies }) : undefined

/** Keeps how it was before a change. */
export function remember(state: AzureState, before: SimView | undefined, now: number): void {
  if (before === undefined) return
  const longest = Math.max(state.lag.listMs, state.lag.graphMs)
  state.past = [...state.past.filter(({ until }) => until > now - longest), { until: now, view: before }]
}

/** The state as a list or Resource Graph sees it. For reading only. */
export function seen(state: AzureState, kind: 'list' | 'graph', now: number): AzureState {
  const moment = now - (kind === 'list' ? state.lag.listMs : state.lag.graphMs)
  const then = lags(state) ? state.past.find(({ until }) => until > moment) : undefined
  return then === undefined ? state : { ...state, ...then.view }
}
