/** Evidence sentences about rules. Names stand in them as written: whoever draws the sentence escapes it. */
import type { Field } from './match.ts'
import type { NearMiss } from './near.ts'
import type { Doubt, RuleAt, Verdict, WithoutRule } from './verdict.ts'

/** "rule DenyAllInBound (default, 65500) on nsg-app, subnet layer; allow-office (300) would match but for the source". */
export function findingWords(verdict: Verdict, misses: readonly NearMiss[] = []): string {
  const open =
    verdict.access === 'unknown' ? [`not certain: ${verdict.doubts.map(doubtWords).join(', ')}`] : []
  const [miss] = misses
  return [decidedWords(verdict), ...open, ...(miss === undefined ? [] : [missWords(miss)])]
    .filter(part => part !== '')
    .join('; ')
}

function ruleWords({ layer, nsg, rule, isDefault }: RuleAt): string {
  const rank = isDefault ? `default, ${rule.priority}` : `${rule.priority}`
  if (layer === 'admin') return `security admin rule ${rule.name} (${rank})`
  return `rule ${rule.name} (${rank}) on ${nsg?.name ?? 'an NSG'}, ${layer === 'nic' ? 'NIC' : 'subnet'} layer`
}

function decidedWords({ decidedBy, withoutRule }: Verdict): string {
  if (decidedBy !== undefined) return ruleWords(decidedBy)
  return withoutRule === undefined ? '' : WITHOUT_RULE[withoutRule]
}

const WITHOUT_RULE: Record<WithoutRule, string> = {
  'no-nsg': 'no NSG stands in the way',
  'standard-address-without-nsg':
    'no NSG at all, and a Standard public address stays closed until one allows',
  'basic-address-without-nsg': 'no NSG at all, and a Basic public address is then open',
}

function missWords({ rule: at, kind, field, by, opens }: NearMiss): string {
  const name = `${at.rule.name} (${at.rule.priority})`
  const also = opens ? '' : ', and another layer still denies'
  switch (kind) {
    case 'outranked':
      return `${name} would match, but ${by?.rule.name ?? 'another rule'} (${by?.rule.priority ?? '?'}) is read first${also}`
    case 'layer':
      return `${name} lets it in at the ${at.layer === 'nic' ? 'NIC' : 'subnet'}, but not past ${by === undefined ? 'the other layer' : ruleWords(by)}`
    case 'not-attached':
      return `${name} would let it in, but its NSG ${at.nsg?.name ?? ''} is not attached here`
    case 'other-machine':
      return `${name} lets the same traffic in to ${at.rule.destinations.join(', ')}`
    case 'malformed':
    case 'source':
      return `${name} would match but for ${fieldWords(at, field)}${also}`
  }
}

function fieldWords({ rule }: RuleAt, field: Field | undefined): string {
  switch (field) {
    case 'direction':
      return 'its direction: it is an outbound rule'
    case 'protocol':
      return `the protocol: it is for ${rule.protocol.toUpperCase()}`
    case 'port':
      return `the port: it is for ${rule.destinationPorts.join(', ')}`
    case 'source-port':
      return `its source port ${rule.sourcePorts.join(', ')}: clients come from ports of their own choice`
    case 'destination':
      return `its destination ${rule.destinations.join(', ')}: rules see the private address`
    case 'group':
      return 'its application security group, of which this NIC is no member'
    case 'source':
    case undefined:
      return 'the source'
  }
}

function doubtWords({ about, what, rule, lacks }: Doubt): string {
  const where = rule === undefined ? '' : ` in ${rule.rule.name}`
  switch (about) {
    case 'tag':
      return `what ${what}${where} stands for`
    case 'group':
      return `who belongs to ${what}${where}`
    case 'source-port':
      return `whether the client's port is among ${what}${where}`
    case 'text':
      return `what ${what}${where} means`
    case 'source':
      return `the client's address (${what})`
    case 'destination':
      return `${what} is no address of this VM`
    case 'unread':
      return `${what} could not be read${lacks === undefined ? '' : ` (${lacks})`}`
    case 'front-end':
      return what
  }
}
