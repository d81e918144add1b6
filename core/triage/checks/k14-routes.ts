/** K14: do replies go back the way the requests came? */
import { isPublic } from '../../access/source.ts'
import { replyPath } from '../reach/reply.ts'
import { clear, type Finding, notNeeded, type Outcome, outcome } from './finding.ts'
import { viewOf } from './rules.ts'
import { type Scene, unread, value } from './scene.ts'

export function checkRoutes(scene: Scene): Outcome {
  const broken = brokenPeering(scene)
  if (broken !== undefined) return outcome('K14', [broken], '')
  const routes = value(scene, 'routes')
  if (routes === undefined) return unread(scene, 'K14', 'routes')
  const view = viewOf(scene)
  if (view?.way === undefined) return notNeeded('K14', 'No way in to compare with.')
  if (scene.approach?.startsWith('bastion') === true)
    return notNeeded('K14', 'Bastion answers inside the network.')
  // Behind a firewall's DNAT the answer goes back through the firewall, as it should.
  if (view.way.kind === 'firewall')
    return clear('K14', 'Replies go back through the firewall, as they should.')
  const client = view.way.overPublic
    ? scene.source !== undefined && isPublic(scene.source)
      ? scene.source
      : undefined
    : scene.source
  if (!view.way.overPublic && client === undefined)
    return notNeeded('K14', 'Which way replies take depends on your address.')
  const reply = replyPath(routes, client, view.way.overPublic)
  const hop = `${reply.route?.prefix ?? '0.0.0.0/0'} goes to ${reply.route?.nextHop ?? 'another place'}${reply.route?.nextHopAddress === undefined ? '' : ` ${reply.route.nextHopAddress}`}`
  if (!reply.lost) {
    const isPrivate = client !== undefined && !isPublic(client)
    if (isPrivate && reply.path === 'unclear')
      return outcome(
        'K14',
        [
          {
            cause: 'net.private_path',
            sure: 0.82,
            proof: [
              `No route leads back to ${client}: the VPN, line or peering that should carry it is missing.`,
            ],
            details: { ...(client === undefined ? {} : { source: client }) },
          },
        ],
        '',
      )
    return clear('K14', 'Replies go back the way they came.', ['net.route_asym', 'net.forced_tunnel'])
  }
  const findings: Finding[] = []
  if (!view.way.overPublic)
    findings.push({ cause: 'net.private_path', sure: 0.9, proof: [`Replies to you are dropped: ${hop}.`] })
  else
    findings.push({
      cause: reply.path === 'appliance' ? 'net.route_asym' : 'net.forced_tunnel',
      sure: 0.95,
      proof: [`You come over the public address, but replies leave another way: ${hop}.`],
      details: { what: hop },
    })
  return outcome('K14', findings, '')
}

function brokenPeering(scene: Scene): Finding | undefined {
  if (scene.approach !== 'private') return undefined
  const network = value(scene, 'network')
  const peering = network?.nics
    .flatMap(nic => nic.ipConfigurations.flatMap(ip => ip.subnet.peerings))
    .find(({ state }) => state !== 'connected')
  if (peering === undefined) return undefined
  return {
    cause: 'net.private_path',
    sure: 0.88,
    proof: [`The peering ${peering.name}, which should carry the private path, is not connected.`],
    details: { what: peering.name },
  }
}
