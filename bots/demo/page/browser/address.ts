/** What is chosen on the page lives in the address after the `#`, so that a reload or a shared link shows the same. */
import { useEffect, useState } from 'preact/hooks'

export type Chosen = 'slack' | 'slack-in' | 'teams' | 'teams-in' | 'vm' | 'tour'
type Choice = Partial<Record<Chosen, string>>

const read = () => new URLSearchParams(location.hash.slice(1))

const CHANGED = 'latchkey-chosen'

/** What is given replaces what was chosen; an empty text takes it away. The rest stays. */
export function choose(choice: Choice): void {
  const next = read()
  for (const [name, value] of Object.entries(choice)) {
    if (value) next.set(name, value)
    else next.delete(name)
  }
  history.replaceState(undefined, '', `#${next}`)
  // Replacing the address is no event by itself.
  dispatchEvent(new Event(CHANGED))
}

export function useChosen(): (name: Chosen) => string | undefined {
  const [parameters, setParameters] = useState(read)
  useEffect(() => {
    const follow = () => setParameters(read())
    const events = ['hashchange', CHANGED]
    for (const event of events) addEventListener(event, follow)
    return () => {
      for (const event of events) removeEventListener(event, follow)
    }
  }, [])
  return name => parameters.get(name) ?? undefined
}
