/** K11: when the way is Bastion: is there a host, can it do this, and do both sides' rules let it? */
import { parsePrefix } from '../../access/source.ts'
import { bastionRules, fromBastion } from '../nsg/bastion.ts'
import { findingWords } from '../nsg/words.ts'
import type { Bastion } from '../readings.ts'
import { clear, type Finding, notNeeded, type Outcome, outcome } from './finding.ts'
import { detailsOf } from './k08-rules.ts'
import { asksForEntra, type Scene, unread, value, wasRead } from './scene.ts'

export function checkBastion(scene: Scene): Outcome {
  if (!wasRead(scene, 'bastion')) return unread(scene, 'K11', 'bastion')
  const bastion = value(scene, 'bastion')
  const isWay = scene.approach === 'bastion-browser' || scene.approach === 'bastion-native'
  if (!isWay)
    return bastion === undefined
      ? notNeeded('K11', 'No Bastion host reaches the VM.')
      : clear('K11', `The Bastion host ${bastion.name} reaches the VM.`)
  if (bastion === undefined)
    return outcome(
      'K11',
      [
        {
          cause: 'bastion.no_host',
          sure: 0.95,
          proof: ["No Bastion host stands in the VM's network or in a connected one."],
        },
      ],
      '',
    )
  const findings = [...ability(scene, bastion), ...health(bastion), ...paths(scene, bastion)]
  const excludes = findings.some(({ cause }) => cause === 'bastion.target_nsg')
    ? []
    : (['bastion.target_nsg'] as const)
  return outcome(
    'K11',
    findings,
    `The Bastion host ${bastion.name} (${bastion.sku}) can reach the VM.`,
    excludes,
  )
}

/** What the SKU and the switches allow. */
function ability(scene: Scene, bastion: Bastion): Finding[] {
  const isSmall = bastion.sku === 'Basic' || bastion.sku === 'Developer'
  const found: Finding[] = []
  const lacking = (what: string) =>
    found.push({
      cause: 'bastion.sku',
      sure: 0.95,
      proof: [
        `${bastion.name} is ${bastion.sku}${isSmall ? '' : ' and the feature is off'}: ${what} does not work with it.`,
      ],
      details: { what: isSmall ? 'sku' : 'feature' },
    })
  if (bastion.sku === 'Developer' && (bastion.place === 'peered-vnet' || bastion.peered))
    found.push({
      cause: 'bastion.no_host',
      sure: 0.92,
      proof: ['A Developer Bastion serves its own virtual network only, and this VM is in another one.'],
    })
  const byAddress = scene.hints.has('bastion-by-address')
  if (scene.approach === 'bastion-native' && (isSmall || !bastion.features.nativeClient))
    lacking('the native client')
  else if (byAddress && (isSmall || !bastion.features.ipConnect)) lacking('connecting by address')
  else if (scene.listens !== 3389 && isSmall) lacking(`port ${scene.listens}`)
  if (byAddress && bastion.features.ipConnect && !isSmall) {
    const entra = asksForEntra(scene)
    const port = scene.approach === 'bastion-native' && (scene.dialled?.port ?? scene.listens) !== 3389
    if (entra || port)
      found.push({
        cause: 'bastion.ip_limits',
        sure: 0.9,
        proof: [
          `Connecting by address supports neither Entra sign-in nor another port with the native client; ${entra ? 'you use Entra sign-in' : 'you use another port'}.`,
        ],
      })
  }
  return found
}

function health(bastion: Bastion): Finding[] {
  if (bastion.state === 'failed' || bastion.state === 'updating')
    return [
      {
        cause: 'bastion.host_bad',
        sure: bastion.state === 'failed' ? 0.92 : 0.75,
        proof: [`Azure reports the Bastion host ${bastion.name} as ${bastion.state}.`],
      },
    ]
  const prefix = bastion.prefix === undefined ? undefined : parsePrefix(bastion.prefix)
  if (prefix !== undefined && prefix.bits === 32 && prefix.length > 26 && bastion.sku !== 'Developer')
    return [
      {
        cause: 'bastion.host_bad',
        sure: 0.8,
        proof: [`The Bastion subnet ${bastion.prefix} is smaller than the /26 it needs.`],
      },
    ]
  return []
}

function paths(scene: Scene, bastion: Bastion): Finding[] {
  const found: Finding[] = []
  const network = value(scene, 'network')
  const address =
    network?.nics.find(({ primary }) => primary)?.ipConfigurations[0]?.privateAddress ??
    network?.nics[0]?.ipConfigurations[0]?.privateAddress
  const target = { ...(address === undefined ? {} : { address }), port: scene.listens }
  const gaps = bastion.nsg === undefined ? [] : bastionRules(bastion.nsg, { bastion, target })
  const [gap] = gaps
  if (gap !== undefined && bastion.nsg !== undefined)
    found.push({
      cause: 'bastion.own_nsg',
      sure: 0.94,
      proof: [
        `${gap.by.rule.name} on ${bastion.nsg.name} blocks ${gap.need.direction} ${gap.need.from} to ${gap.need.to}, port ${gap.need.port}, which Bastion needs.`,
      ],
      details: {
        port: gap.need.port,
        rule: gap.by.rule.name,
        nsg: {
          id: bastion.nsg.id,
          name: bastion.nsg.name,
          resourceGroup: bastion.nsg.resourceGroup,
          attachedTo: bastion.nsg.attachedTo,
        },
        what: `${gap.need.direction} ${gap.need.from} ${gap.need.to}`,
      },
    })
  const away = (bastion.routes ?? []).find(
    ({ prefix, nextHop }) =>
      /^(0\.0\.0\.0|::)\/0$/.test(prefix) &&
      (nextHop === 'VirtualAppliance' || nextHop === 'VirtualNetworkGateway' || nextHop === 'None'),
  )
  const custom = (bastion.routes ?? []).find(({ source }) => source === 'user')
  if (away !== undefined || custom !== undefined)
    found.push({
      cause: 'bastion.routing',
      sure: away === undefined ? 0.75 : 0.94,
      proof: [
        `The Bastion subnet sends ${(away ?? custom)?.prefix ?? 'its traffic'} to ${(away ?? custom)?.nextHop ?? 'another place'}: Bastion does not work behind such a route.`,
      ],
    })
  if (network !== undefined && address !== undefined) {
    const verdict = fromBastion(network, bastion, { destination: address, port: scene.listens })
    if (verdict.apparent === 'deny') {
      const words = findingWords(verdict)
      found.push({
        cause: verdict.decidedBy?.layer === 'admin' ? 'net.admin_rule' : 'bastion.target_nsg',
        sure: verdict.access === 'deny' ? 0.97 : 0.7,
        proof: [`The rules of the VM keep the Bastion host ${bastion.prefix ?? ''} out: ${words}.`],
        details: {
          ...detailsOf(scene, verdict.decidedBy),
          ...(bastion.prefix === undefined ? {} : { source: bastion.prefix }),
          port: scene.listens,
          address,
        },
      })
    }
    const peering = network.nics
      .flatMap(nic => nic.ipConfigurations.flatMap(ip => ip.subnet.peerings))
      .find(({ state }) => state !== 'connected')
    if (bastion.place === 'peered-vnet' && peering !== undefined)
      found.push({
        cause: 'net.private_path',
        sure: 0.85,
        proof: [`The peering ${peering.name} to the Bastion's network is not connected.`],
      })
  }
  return found
}
