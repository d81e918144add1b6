/**
 * Puts the rules that Azure reports in force (K13) in the place of those as written: tags expanded, admin rules included. What could not be
 * read before no longer matters then.
 */
import type { Network, NetworkRule, RuleSet } from '../readings.ts'
import type { Layer } from './verdict.ts'

type EffectiveRule = NetworkRule & { layer: Layer }

/** The network as seen from its primary NIC, which the effective rules are of. Other NICs are left out. */
export function withEffectiveRules(network: Network, rules: readonly EffectiveRule[]): Network {
  const of = (layer: Layer) => rules.filter(rule => rule.layer === layer)
  const guard = (layer: 'subnet' | 'nic', written: RuleSet | undefined): RuleSet | undefined => {
    const inForce = of(layer)
    if (inForce.length === 0) return undefined
    const unnamed = { id: `effective/${layer}`, name: 'an NSG', resourceGroup: '', attachedTo: 1, tags: {} }
    return { ...(written ?? unnamed), rules: inForce.filter(isWritten) }
  }
  const tag = rules.find(({ name }) => /^allowvnetinbound$/i.test(name))?.sources.filter(isPrefix) ?? []
  return {
    ...network,
    adminRules: of('admin'),
    missing: [],
    nics: network.nics
      .filter(({ primary }) => primary)
      .map(({ attachedNsg, ...nic }) => {
        const onNic = guard('nic', attachedNsg)
        return {
          ...nic,
          ...(onNic === undefined ? {} : { attachedNsg: onNic }),
          ipConfigurations: nic.ipConfigurations.map(({ subnet: { nsg, ...subnet }, ...ip }) => {
            const onSubnet = guard('subnet', nsg)
            return {
              ...ip,
              subnet: {
                ...subnet,
                ...(onSubnet === undefined ? {} : { nsg: onSubnet }),
                virtualNetwork: tag.length > 0 ? tag : subnet.virtualNetwork,
              },
            }
          }),
        }
      }),
  }
}

/** The default rules are known, and read anew. */
const isWritten = ({ priority }: NetworkRule): boolean => priority <= 4096
const isPrefix = (text: string): boolean => text.includes('/')
