/**
 * Who may do what to which VM, for how long, from where, and who must agree.
 *
 * Default is no. `forbid` beats everything, `allow` beats `ask`; the order of rules means nothing. A rule that cannot be judged never
 * grants, and a `forbid` that cannot be judged forbids. The verdict always says which rules were considered and why.
 */
import type { GroupId, PersonId } from '../ids.ts'
import type { Address, VmSummary } from '../ports.ts'
import type { FileWishes } from '../rdp/file.ts'
import type { RouteKind } from '../rdp/route/way.ts'
import type { Refusal } from '../refusal.ts'
import { sayDuration } from './duration.ts'
import { isPrefixWithin } from './source.ts'

/**
 * What a rule can speak of. `look-inside`: read Windows itself, after a yes for each time; what else triage reads is `diagnose`. The others are
 * remedies, each by its own name: first those on the VM from outside, then those inside Windows, then those on a Cloud Service, which rules
 * name like a VM. A remedy takes no time and no ticket, so that the longest time and the reason of a rule do not matter to it.
 */
export const VERBS = [
  ...['connect', 'diagnose', 'look-inside'],
  ...['start-vm', 'start-dc', 'restart-vm', 'redeploy-vm', 'reapply-vm'],
  ...['reset-rdp-config', 'reinstall-aadlogin', 'set-rdp-port', 'start-termservice', 'enable-rdp-reg'],
  ...['enable-fw-rule', 'fix-fw-policy', 'renew-rdp-cert', 'fix-machinekeys', 'enable-tls12'],
  ...['unlock-account', 'enable-account', 'add-rdp-group', 'grant-rdp-right'],
  ...['free-port', 'disable-nla-temp', 'log-off-session', 'reset-password'],
  ...['cs-enable-rdp', 'cs-extend-expiry', 'cs-restart-instance'],
] as const
export type Verb = (typeof VERBS)[number]

/** How approvers are named in a rule, tried in order when a request looks for a seat; anyone named may decide. */
export type ApproverRef = { manager: true } | { group: GroupId; name?: string } | { person: PersonId }

/** With `start-and-put-back` it is deallocated again after the access, where nobody else uses it. */
type WhenOff = 'start' | 'start-and-put-back'

export type Rule = {
  id: string
  effect: 'allow' | 'ask' | 'forbid'
  verbs: readonly Verb[]
  /** Any of these. `everyone` means every enabled member of the tenant; never a guest. */
  who: { everyone: boolean; groups: readonly GroupId[]; people: readonly PersonId[] }
  /** Every block that is present must match; within a block any entry. Names and resource groups may use * and ?. */
  machines: {
    names?: readonly string[]
    tags?: Readonly<Record<string, readonly string[]>>
    subscriptions?: readonly string[]
    resourceGroups?: readonly string[]
  }
  /** Longest time in minutes; absent on forbid. */
  maxMinutes?: number
  /** A regular expression the reason must match, and words for people on what that means. */
  reason?: { pattern: string; hint: string }
  /** CIDR prefixes the person's address must lie in; absent: any. */
  from?: readonly string[]
  /** How often the requester may change the address of one grant; absent: `ADDRESS_CHANGES`. */
  addressChanges?: number
  /** Which kinds of ways in may be used, best first; absent: `USUAL_ROUTES`. */
  routes?: readonly RouteKind[]
  /** The range from which people reach private addresses; needed for the route of that kind. */
  vpn?: string
  /** The port on which Windows listens for RDP; absent: told from the JIT access policy. */
  port?: number
  /** What may be used of Azure Bastion beyond the portal and the Azure CLI. */
  bastion?: { shareableLink: boolean }
  /** What connection files hold beyond the least. */
  file?: FileWishes
  /** What becomes of a request for a VM that is off: started under the same approval. Absent: refused. */
  whenOff?: WhenOff
  /** Windows warns the person before the end, and their session is signed out after it, on VMs that are opted in. */
  endSessions?: boolean
  /** After so many minutes without a sign-in, on VMs that are opted in, the person is asked whether it is still needed. */
  closeUnusedMinutes?: number
  /** Only on ask; never empty there. */
  approvers: readonly ApproverRef[]
}

/** Enough for a train ride, too few to hand a grant round. */
export const ADDRESS_CHANGES = 3

export type Policy = {
  rules: readonly Rule[]
  /** Entra group of administrators. */
  administrators?: GroupId
  /** Channels in which administrators read what was found. */
  reportTo?: readonly Address[]
  defaultMinutes: number
  /** How long a request waits for a decision, and an approval for the requester's address. */
  lapseMinutes: number
  /** Latchkey itself has a path to the RDP ports of the VMs, so it may try them before it says "Ready". */
  probe?: boolean
  /** Addresses and ranges that those tries come from: where the rules let them in, a silence of the port means something. */
  probeFrom?: readonly string[]
  /** Tags by which the owner of a VM lets Latchkey look into Windows there by itself: one of them with one of its values. Absent: nowhere. */
  guestOptIn?: GuestOptIn
}

export type GuestOptIn = Readonly<Record<string, readonly string[]>>

/** What is known about the one who asks and what they ask for. `undefined` groups: the directory did not answer. */
export type Question = {
  verb: Verb
  person: { id: PersonId; groups: ReadonlySet<GroupId> | undefined }
  vm: VmSummary
  minutes: number
  /** Undefined: not said yet, as in "would I get in?"; rules that want one then say so. */
  reason: string | undefined
  /** Known only once the person has opened the access page. */
  source?: string
}

/** What one rule had to say. `say` is a clause for people: "applies", "only for members of …". */
export type Considered = {
  rule: string
  effect: Rule['effect']
  fits: boolean
  say: string
}

export type Verdict =
  | { kind: 'allow'; rule: Rule; considered: readonly Considered[] }
  /** Any of these rules' approvers may agree. Never empty. */
  | { kind: 'ask'; rules: readonly [Rule, ...Rule[]]; considered: readonly Considered[] }
  | { kind: 'refuse'; refusal: Refusal; considered: readonly Considered[] }

/** Judges one question. Pure and total; answers `/rdp why` and every press alike. */
export function judge(policy: Policy, question: Question): Verdict {
  const findings = policy.rules
    .filter(rule => rule.verbs.includes(question.verb) && coversVm(rule, question.vm))
    .map(rule => ({ rule, miss: missOf(rule, question) }))
  const considered = findings.map(({ rule, miss }) => ({
    rule: rule.id,
    effect: rule.effect,
    fits: miss === undefined,
    say: miss === undefined ? sayFit(rule, question) : sayMiss(miss),
  }))
  const refuse = (refusal: Refusal): Verdict => ({ kind: 'refuse', refusal, considered })

  for (const { rule, miss } of findings) {
    if (rule.effect !== 'forbid') continue
    if (miss === undefined) return refuse({ code: 'forbidden', rule: rule.id })
    if (miss.what === 'groups-unknown') return refuse(cannotJudge(rule))
  }
  const fitting = findings.filter(({ rule, miss }) => rule.effect !== 'forbid' && miss === undefined)
  const allow = fitting.find(({ rule }) => rule.effect === 'allow')
  if (allow) return { kind: 'allow', rule: allow.rule, considered }
  const [first, ...rest] = fitting.map(({ rule }) => rule)
  if (first) return { kind: 'ask', rules: [first, ...rest], considered }

  // Nothing fits. Name the miss that is easiest to mend; never a rule that is about other people.
  const grants = findings.filter(({ rule, miss }) => rule.effect !== 'forbid' && miss?.what !== 'who')
  const unknown = grants.find(({ miss }) => miss?.what === 'groups-unknown')
  if (unknown) return refuse(cannotJudge(unknown.rule))
  for (const { rule, miss } of grants) {
    if (miss?.what === 'reason')
      return refuse({ code: 'reason-needed', hint: rule.reason?.hint ?? '', rule: rule.id })
  }
  const longest = grants
    .filter(({ miss }) => miss?.what === 'duration')
    .sort((a, b) => (b.rule.maxMinutes ?? 0) - (a.rule.maxMinutes ?? 0))[0]
  if (longest) {
    const most = longest.rule.maxMinutes ?? 0
    return refuse({ code: 'too-long', asked: question.minutes, most, rule: longest.rule.id })
  }
  for (const { rule, miss } of grants) {
    if (miss?.what !== 'source') continue
    return refuse({
      code: 'source-outside',
      source: question.source ?? '',
      from: rule.from ?? [],
      rule: rule.id,
    })
  }
  return refuse({ code: 'no-rule', vm: question.vm.name })
}

/**
 * Whether a person may know that a VM exists: some rule could let them connect to or diagnose it.
 * Everyone else gets the same words as for a VM that does not exist.
 */
export const couldSee = (policy: Policy, person: Question['person'], vm: VmSummary): boolean =>
  policy.rules.some(
    rule => rule.effect !== 'forbid' && coversVm(rule, vm) && whoMiss(rule, person) === undefined,
  )

/** Whether one of the rules names this person as an approver, given who the requester's manager is. */
export function mayDecide(
  rules: readonly Rule[],
  decider: { id: PersonId; groups: ReadonlySet<GroupId> },
  requester: { id: PersonId; manager: PersonId | undefined },
): Rule | undefined {
  if (decider.id === requester.id) return undefined
  const names = (ref: ApproverRef): boolean => {
    if ('manager' in ref) return requester.manager === decider.id
    if ('group' in ref) return decider.groups.has(ref.group)
    return ref.person === decider.id
  }
  return rules.find(rule => rule.approvers.some(names))
}

type Miss =
  | { what: 'who' }
  | { what: 'groups-unknown' }
  | { what: 'reason'; hint: string }
  | { what: 'duration'; most: number }
  | { what: 'source'; from: readonly string[] }

function missOf(rule: Rule, { person, minutes, reason, source }: Question): Miss | undefined {
  const who = whoMiss(rule, person)
  if (who) return who
  // A source is known only when the person has opened the access page; until then the rule is judged on the rest, and again there.
  if (rule.from && source !== undefined && !isPrefixWithin(source, rule.from))
    return { what: 'source', from: rule.from }
  if (rule.effect === 'forbid')
    return rule.from && source === undefined ? { what: 'source', from: rule.from } : undefined
  if (rule.reason && reason !== undefined && !matches(rule.reason.pattern, reason))
    return { what: 'reason', hint: rule.reason.hint }
  const most = rule.maxMinutes ?? 0
  return minutes > most ? { what: 'duration', most } : undefined
}

function whoMiss({ who }: Rule, person: Question['person']): Miss | undefined {
  if (who.everyone || who.people.includes(person.id)) return undefined
  if (who.groups.length === 0) return { what: 'who' }
  const { groups } = person
  if (groups === undefined) return { what: 'groups-unknown' }
  return who.groups.some(group => groups.has(group)) ? undefined : { what: 'who' }
}

function coversVm({ machines }: Rule, vm: VmSummary): boolean {
  const { names, tags, subscriptions, resourceGroups } = machines
  if (names && !names.some(pattern => resembles(pattern, vm.name))) return false
  if (resourceGroups && !resourceGroups.some(pattern => resembles(pattern, vm.resourceGroup))) return false
  if (subscriptions && !subscriptions.some(id => id.toLowerCase() === vm.subscription.id.toLowerCase()))
    return false
  const byName = new Map(Object.entries(vm.tags).map(([name, value]) => [name.toLowerCase(), value]))
  return Object.entries(tags ?? {}).every(([name, values]) => {
    const value = byName.get(name.toLowerCase())
    return value !== undefined && values.includes(value)
  })
}

/** Shell-like patterns on Azure names, which are case-insensitive: `*` any text, `?` one character. */
function resembles(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'is').test(name)
}

/** The pattern was compiled once when the policy was read, so it is known to be a regular expression. */
const matches = (pattern: string, reason: string): boolean => new RegExp(pattern, 'u').test(reason)

const cannotJudge = (rule: Rule): Refusal => ({
  code: 'cannot-judge',
  rule: rule.id,
  why: 'the directory did not say which groups you are in',
})

const sayFit = ({ reason, effect }: Rule, question: Question): string =>
  reason && effect !== 'forbid' && question.reason === undefined
    ? `applies, with a reason: ${reason.hint}`
    : 'applies'

function sayMiss(miss: Miss): string {
  switch (miss.what) {
    case 'who':
      return 'is for other people'
    case 'groups-unknown':
      return 'could not be judged: your groups are not known right now'
    case 'reason':
      return `needs another reason: ${miss.hint}`
    case 'duration':
      return `allows at most ${sayDuration(miss.most)}`
    case 'source':
      return `is only for addresses in ${miss.from.join(', ')}`
  }
}
