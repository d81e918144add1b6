/** Who is shown a request, as more people are asked. */
import type { Address } from '../ports.ts'
import type { Seat } from './request.ts'

/** Everyone who is shown the request: a card that was posted once is redrawn for as long as the request lives. */
export function seatedToo(seats: readonly Seat[], more: readonly Seat[]): readonly Seat[] {
  const known = seats.map(seat => {
    const again = more.find(({ person }) => person === seat.person)?.at ?? []
    const isNew = (to: Address) => !seat.at.some(at => at.platform === to.platform && at.key === to.key)
    return { ...seat, at: [...seat.at, ...again.filter(isNew)] }
  })
  return [...known, ...more.filter(({ person }) => !seats.some(seat => seat.person === person))]
}
