/**
 * What the rules of a network say about one inbound flow: the words that the evaluator, the near misses and the JIT judgement share.
 *
 * Names in rules are carried as they are and never interpreted: they are hostile text until drawn.
 */
import type { NetworkRule, RuleSet } from '../readings.ts'

/** Inbound traffic meets the layers in this order. */
export type Layer = 'admin' | 'subnet' | 'nic'

/** A rule where it stands. Admin rules stand in no NSG. */
export type RuleAt = { layer: Layer; nsg?: RuleSet; rule: NetworkRule; isDefault: boolean }

/** One inbound connection as the VM's network sees it: after every address translation, before the guest. */
export type Flow = {
  /** The sender's address as it arrives; behind a firewall's DNAT that is the firewall's own. Absent: not known. */
  source?: string
  /** Application security groups the sender is known to belong to: lower-case ARM ids. Absent: not known. */
  sourceGroups?: readonly string[]
  /** Absent: whatever a client picks. */
  sourcePort?: number
  protocol: 'tcp' | 'udp'
  /** A private address of the VM. */
  destination: string
  /** The port at the VM, not the front-end port of a NAT rule. */
  port: number
  /** It came to a public address (the VM's own, or a public load balancer's). False behind DNAT: the firewall speaks for it there. */
  overPublic: boolean
  /** The sku of a front end that is not the VM's own public address. */
  frontEndSku?: 'Basic' | 'Standard' | 'StandardV2'
}

/** Something unread or unknowable on which the answer hangs. */
export type Doubt = {
  about: 'tag' | 'group' | 'source-port' | 'text' | 'source' | 'destination' | 'unread' | 'front-end'
  /** The tag, the group's id, the text, or the part that could not be read. */
  what: string
  rule?: RuleAt
  /** The Azure action the bot was denied, where that was the reason. */
  lacks?: string
}

export type LayerVerdict =
  /** No NSG attached, or no admin rules: the layer passes. */
  | { state: 'absent' }
  | { state: 'unread'; doubt: Doubt }
  /** `decidedBy` is absent in the admin layer when no rule matched: it passes on. */
  | {
      state: 'read'
      access: 'allow' | 'deny' | 'always-allow' | 'unknown'
      decidedBy?: RuleAt
      doubts: readonly Doubt[]
    }

/** Why a flow is open or closed where no rule decides. */
export type WithoutRule = 'no-nsg' | 'standard-address-without-nsg' | 'basic-address-without-nsg'

export type Verdict = {
  /** Unknown when what could not be read might turn the answer round. */
  access: 'allow' | 'deny' | 'unknown'
  /** The answer with doubts set aside; equal to `access` unless that is unknown. Absent when an unread NSG has the last word. */
  apparent?: 'allow' | 'deny'
  /** Where `apparent` is decided: on deny the first layer that denies, on allow the last that has a say. */
  layer: Layer | 'none'
  decidedBy?: RuleAt
  withoutRule?: WithoutRule
  layers: Readonly<Record<Layer, LayerVerdict>>
  /** What the answer hangs on. Empty unless `access` is unknown. */
  doubts: readonly Doubt[]
}
