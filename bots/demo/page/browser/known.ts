/** What the page knows of the world as a whole, for parts of it that are not drawn by it: the time, the people, and where pages open. */
export type KnownPerson = { name: string; role?: string; teams: string; slack?: string }

export type World = {
  now: number
  product: 'starting' | 'ready' | 'restarting'
  /** Where the product's own pages are. */
  productUrl?: string
  /** The internet address that people's browsers come from, where the world lets one choose it. */
  address?: string
  people?: readonly KnownPerson[]
}

let known: World | undefined
/** How far the world's clock is ahead of this browser's. */
let aheadMs = 0

export function learn(world: World): void {
  known = world
  aheadMs = world.now - Date.now()
}

export const worldNow = (): number => Date.now() + aheadMs

export const knownAddress = (): string | undefined => known?.address

export const peopleKnown = (): readonly KnownPerson[] => known?.people ?? []

/** Who somebody is, by their id in either chat. */
export const personKnown = (id: string): KnownPerson | undefined =>
  peopleKnown().find(({ slack, teams }) => slack === id || teams === id)

/**
 * The address of a page, for the person who follows a link to it: people have browsers of their own, and here one plays everybody. Other
 * addresses stay as they are.
 */
export function followedBy(as: string, address: string): string {
  const number = peopleKnown().findIndex(({ slack, teams }) => slack === as || teams === as)
  if (number < 0 || !known?.productUrl || !URL.canParse(address)) return address
  const { origin, pathname, search } = new URL(address)
  return origin === known.productUrl ? `${origin}/.as/${number}${pathname}${search}` : address
}
