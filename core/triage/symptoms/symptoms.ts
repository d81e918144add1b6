/**
 * What a message says about a failed connection, as facts without a verdict.
 *
 * Nothing here is checked against Azure: names are candidates, addresses may be mistyped, and a hint is only a hint. A password that was
 * pasted leaves a flag and nothing else.
 */

import type { Shown } from '../catalogue/errors/entry.ts'
import type { ErrorId } from '../catalogue/errors/index.ts'
import type { Path, Stage } from '../catalogue/scales.ts'

/** One entry of the catalogue of messages that fits. */
export type Recognised = {
  id: ErrorId
  /** 0 to 1. Below 0.6 it is worth asking for the text. */
  score: number
  /** What it was told by: a code, the product's own words, a pattern of them, or the person's own words. */
  by: 'code' | 'text' | 'pattern' | 'words'
}

/** Numbers as lower-case hexadecimal without leading zeros: `0x204`. */
export type ErrorCode = { error: string; extended?: string; meaning?: string }

/** Something that may be a machine's name; best first. `score` is 0 to 1. */
export type NameCandidate = { name: string; score: number }

export type NamedAddress = {
  /** As typed, IPv4 or IPv6 without brackets. */
  address: string
  port?: number
  /** `own`: the person says they come from it. */
  role: 'target' | 'own' | 'unknown'
}

export type TypedUser = {
  typed: string
  form: 'azuread' | 'upn' | 'backslash' | 'dot' | 'plain'
}

export type Named = {
  machines: readonly NameCandidate[]
  addresses: readonly NamedAddress[]
  /** Lower case, without the ones that everybody uses (portal.azure.com and the like). */
  dns: readonly string[]
  ports: readonly number[]
  users: readonly TypedUser[]
  /** Role instances of a Cloud Service, such as `Web_IN_0`. */
  instances: readonly string[]
  /** Cloud Services, by the first label of their cloudapp.net name or by what was said. */
  services: readonly string[]
}

/** What the person says has changed, or has been done, before it failed. */
export type Change =
  | 'update'
  | 'restart'
  | 'started'
  | 'created'
  | 'moved'
  | 'password'
  | 'hardening'
  | 'script'
  | 'driver'
  | 'route'
  | 'rules'
  | 'policy'
  | 'rdp_port'
  | 'fixed_address'
  | 'key_vault'
  | 'domain_controller'
  | 'guest_vpn'

export type Place = 'office' | 'home' | 'hotspot' | 'travel'

export type Symptoms = {
  /** Best first, one to three; `E-NONE` where nothing is recognised. */
  errors: readonly Recognised[]
  /** The last stage that the best entry proves was passed on this attempt. */
  floor: Stage | 'none'
  /** The stage that failed; absent where no entry is good enough to say. */
  failedAt?: Stage
  codes: readonly ErrorCode[]
  /** Sub-status of a Windows sign-in event, lower case: `0xc000006a`. */
  subStatus?: string
  /** The way that was tried, where the message says so. */
  path?: Path | 'bastion_native' | 'rd_gateway'
  vpn?: 'on' | 'off' | 'mentioned'
  named: Named
  client?: Shown | 'connection_manager'
  history: { worked?: 'today' | 'yesterday' | 'before' | 'never'; after: readonly Change[] }
  /** Who is affected, where the message says so. */
  scope?: 'everyone' | 'only_me'
  places: { works: readonly Place[]; fails: readonly Place[] }
  /** Just-in-time access: mentioned, said to be approved, or said to have ended. */
  jit?: 'mentioned' | 'approved' | 'ended'
  /** `works_now`: it says that it works again. `nothing_wrong`: it asks whether all is well, without an own failure. */
  says?: 'works_now' | 'nothing_wrong'
  /** The message plainly holds a password. Its text is kept nowhere. */
  passwordShown: boolean
  /** False where the message was so long that its middle was left out. */
  readAll: boolean
}
