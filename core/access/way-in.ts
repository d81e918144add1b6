/** The way in of a request: what was checked of it, what was tried before, and what is handed over. */
import type { FileWishes } from '../rdp/file.ts'
import type { BastionWay, ChosenWay, DialledWay } from '../rdp/route/way.ts'

/** What was checked before "Ready" was said. `not-tested` carries the reason and is shown as such. */
export type Proof = { check: string; result: 'proven' | 'not-tested'; note?: string }

/** What is looked at on the way to "Ready", in this order. `waiting`: looked at, and not as it should be yet. */
export type Check = {
  what: 'rule' | 'flow' | 'machine' | 'answer'
  state: 'proven' | 'not-tested' | 'waiting'
  note?: string
}

/** The way in, as handed over. */
export type WayIn = {
  /** The Windows account name to sign in with, where Azure reports one. */
  account?: string
  /** What the policy wants of the file, as far as it can be had here. */
  file?: FileWishes
  /** What the policy wants and cannot be had here, as a sentence. */
  lacks?: string
} & (
  | { host: string; port: number; way?: DialledWay }
  /** Nothing to dial: the person goes through Bastion. `link`: a shareable link is made for it. */
  | { host?: undefined; port: number; way: BastionWay; link?: true }
)

/** A way that did not pass its checks. `own`: the person's own address, where it was opened for that. */
export type TriedWay = { way: ChosenWay; say: string; own?: string }

/** Opened for the address that the person gave, and not for a fixed source. */
export const isOpenedForOwn = (way: ChosenWay | undefined): boolean => way?.source === undefined
