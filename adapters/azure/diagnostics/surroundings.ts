/** What guards a network beside its NSGs: admin rules of Virtual Network Manager, and what service tags stand for. */
import type { EffectiveBaseSecurityAdminRuleUnion, VirtualNetwork } from '@azure/arm-network'
import type { NetworkRule, VmId } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { all } from '../calls.ts'
import { prefixOf } from '../rules.ts'
import { adminRuleOf } from './rule-sets.ts'
import { PLATFORM, type Surroundings } from './subnets.ts'

const OP = 'azure.diagnostics.network'
/** Rules of one network; a manager has a few dozen. */
const MOST_PAGES = 5
/** Tags that occur in the rules of one VM; each costs a call. */
const MOST_TAGS = 5

/** Rules that are read before every NSG, lowest number first; none where no network manager rules the network. */
export async function adminRulesOf(
  { look, gaps }: Surroundings,
  vnets: readonly VirtualNetwork[],
): Promise<readonly NetworkRule[]> {
  const { clients, calls } = look.sweep
  const read = await Promise.all(
    vnets.map(async vnet => {
      const { subscription, resourceGroup, name } = armId(vnet.id ?? '')
      const pages = async () => {
        const rules: EffectiveBaseSecurityAdminRuleUnion[] = []
        let skipToken: string | undefined
        for (let page = 0; page < MOST_PAGES; page++) {
          const body = skipToken === undefined ? {} : { skipToken }
          const answer = await calls.read(
            {
              op: OP,
              needs: 'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action',
              thing: `the admin rules of the virtual network ${name}`,
              subscription,
            },
            clients.network(subscription),
            (client, abortSignal) =>
              client.listNetworkManagerEffectiveSecurityAdminRules(resourceGroup, name, body, {
                abortSignal,
              }),
          )
          rules.push(...(answer.value ?? []))
          skipToken = answer.skipToken
          if (!skipToken) break
        }
        return rules
      }
      return gaps.fill(`the admin rules of the virtual network ${name}`, pages(), [])
    }),
  )
  return read
    .flat()
    .flatMap(rule => adminRuleOf(rule) ?? [])
    .toSorted((left, right) => left.priority - right.priority)
}

/** Everybody knows what these mean, or nobody's list can say it. */
const KNOWN = /^(?:\*|internet|virtualnetwork|azureloadbalancer)$/i
const TAG = /^[A-Za-z][A-Za-z0-9.-]{1,80}$/

export async function serviceTagsOf(
  { look, gaps, vm }: Surroundings,
  id: VmId,
  rules: readonly NetworkRule[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const words = rules.flatMap(({ sources, destinations }) => [...sources, ...destinations])
  const tags = [
    ...new Set(words.filter(word => !KNOWN.test(word) && prefixOf(word) === undefined && TAG.test(word))),
  ]
  const read = await Promise.all(
    tags.slice(0, MOST_TAGS).map(async (tag): Promise<[string, readonly string[]] | undefined> => {
      const found = await gaps.fill(`the service tag ${tag}`, readTag(look, id, vm.location, tag), undefined)
      return found === undefined ? undefined : [tag, found]
    }),
  )
  for (const tag of tags.slice(MOST_TAGS))
    gaps.note(`the service tag ${tag}`, { why: 'The rules name more service tags than are looked up.' })
  // The address that load balancers probe from, and no client ever has.
  const probes = words.find(word => /^azureloadbalancer$/i.test(word))
  return Object.fromEntries([
    ...read.filter(entry => entry !== undefined),
    ...(probes === undefined ? [] : [[probes, [PLATFORM]] as const]),
  ])
}

async function readTag(
  { sweep }: Surroundings['look'],
  id: VmId,
  location: string,
  tag: string,
): Promise<readonly string[] | undefined> {
  const { subscription } = armId(id)
  const found = await sweep.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Network/locations/serviceTagDetails/read',
      thing: `the service tag ${tag}`,
      subscription,
    },
    sweep.clients.network(subscription),
    (client, abortSignal) =>
      all(client.serviceTagInformationOperations.list(location, { tagName: tag, abortSignal })),
  )
  return found.find(({ name, id: tagId }) =>
    [name, tagId].some(one => one?.toLowerCase() === tag.toLowerCase()),
  )?.properties?.addressPrefixes
}
