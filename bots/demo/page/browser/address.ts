/** What is chosen on the page lives in the address after the `#`, so that a reload or a shared link shows the same. */
import { useEffect, useState } from 'preact/hooks'

export type Chosen = 'slack' | 'slack-in' | 'teams' | 'teams-in'

const read = () => new URLSearchParams(location.hash.slice(1))

export function useChosen(): [
  (name: Chosen) => string | undefined,
  (choice: Partial<Record<Chosen, string>>) => void,
] {
  const [parameters, setParameters] = useState(read)
  useEffect(() => {
    const follow = () => setParameters(read())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  const choose = (choice: Partial<Record<Chosen, string>>) => {
    const next = read()
    for (const [name, value] of Object.entries(choice)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    history.replaceState(undefined, '', `#${next}`)
    setParameters(next)
  }
  return [name => parameters.get(name) ?? undefined, choose]
}
