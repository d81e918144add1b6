/** K06: by which addresses and ports can the VM be reached, and is what was dialled one of them? */
import { isPublic, parseAddress } from '../../access/source.ts'
import { reaches } from '../catalogue/scales.ts'
import type { Way } from '../reach/ways.ts'
import { addressChange } from './activity.ts'
import { type Finding, type Outcome, outcome } from './finding.ts'
import { type View, viewOf } from './rules.ts'
import { type Scene, unread, value } from './scene.ts'
import { ago, listed } from './words.ts'

export function checkAddresses(scene: Scene): Outcome {
  const view = viewOf(scene)
  if (view === undefined) return unread(scene, 'K06', 'network')
  if (scene.approach?.startsWith('bastion') === true)
    return outcome('K06', [], 'Bastion uses the private address.')
  const found = [...dialledFindings(scene, view), ...wayFindings(scene, view)]
  const ways = view.published.map(placeOf)
  return outcome(
    'K06',
    found,
    ways.length === 0 ? 'It has a private address only.' : `It can be reached at ${listed(ways)}.`,
    view.match?.match === 'exact' ? ['target.stale_address', 'target.wrong_port', 'target.wrong_vm'] : [],
  )
}

const placeOf = ({ address, name, port }: Way): string =>
  `${address ?? name ?? 'an address not read'}${port === 3389 ? '' : `:${port}`}`

function dialledFindings(scene: Scene, view: View): Finding[] {
  const { dialled } = scene
  const { match } = view
  if (dialled === undefined || match === undefined) return []
  const said = `${dialled.host}${dialled.port === undefined ? '' : `:${dialled.port}`}`
  switch (match.match) {
    case 'exact':
      return []
    case 'other-nic':
      return [
        {
          cause: 'net.secondary_nic',
          sure: 0.82,
          proof: [`${said} belongs to a second network interface, for which Windows often has no gateway.`],
        },
      ]
    case 'private-from-outside':
      return [
        {
          cause: 'target.private_from_internet',
          sure: 0.95,
          proof: [`${said} is a private address, and you are not on the company network.`],
        },
      ]
    case 'refused':
      return [
        {
          cause: 'net.firewall_block',
          sure: 0.93,
          proof: [
            `The firewall ${match.way.through ?? ''} passes ${said} on for ${listed(match.way.sources ?? [])} only, not for ${scene.source ?? 'you'}.`,
          ],
        },
      ]
    case 'wrong-port':
      return wrongPort(scene, view, said, match.ways)
    case 'other-machine':
    case 'no-rule': {
      const here = view.published.filter(({ address }) => address === match.elsewhere.address)
      if (here.length > 0) return wrongPort(scene, view, said, here)
      const isFirewall = match.elsewhere.owner === 'firewall'
      return [
        {
          cause: isFirewall ? 'net.firewall_block' : 'net.lb_nat',
          sure: match.match === 'no-rule' ? 0.9 : 0.87,
          proof: [
            `${said} is the ${isFirewall ? 'firewall' : 'load balancer'} ${match.elsewhere.name}, and no rule there leads to this VM.`,
          ],
        },
      ]
    }
    case 'stale':
      return stale(scene, view, said)
    case 'unknown-name':
      return []
  }
}

function wrongPort(scene: Scene, view: View, said: string, ways: readonly Way[]): Finding[] {
  const [way] = ways
  if (way === undefined) return []
  const isTranslated = way.kind === 'nat-rule' || way.kind === 'firewall'
  const proven = isTranslated || scene.listenerProven || value(scene, 'guest')?.listener?.port === way.port
  return [
    {
      cause: 'target.wrong_port',
      sure: proven ? 0.94 : view.flow === undefined ? 0.7 : 0.75,
      proof: [
        `You dialled ${said}${scene.dialled?.port === undefined ? ' (port 3389)' : ''}; this VM is published at ${listed(ways.map(placeOf))}.`,
      ],
      details: { port: way.port, ...(way.address === undefined ? {} : { address: way.address }) },
    },
  ]
}

function stale(scene: Scene, view: View, said: string): Finding[] {
  const host = scene.dialled?.host ?? ''
  const found = scene.known.found.find(({ typed }) => typed === host)?.answer
  const owner = found?.read === true ? found.value.vms.find(({ id }) => id !== scene.vm?.id) : undefined
  if (owner !== undefined)
    return [
      {
        cause: 'target.wrong_vm',
        sure: 0.95,
        proof: [`${said} belongs to ${owner.name}, not to ${scene.vm?.name ?? 'this VM'}.`],
      },
    ]
  // The address of something in front of VMs, which nothing leads on to this one.
  const front =
    found?.read === true
      ? found.value.others.find(({ kind }) => kind === 'load-balancer' || kind === 'firewall')
      : undefined
  if (front !== undefined)
    return [
      {
        cause: front.kind === 'firewall' ? 'net.firewall_block' : 'net.lb_nat',
        sure: 0.93,
        proof: [
          `${said} is the ${front.kind.replace('-', ' ')} ${front.name}, and no rule there leads to this VM.`,
        ],
      },
    ]
  const change = addressChange(scene)
  const now = view.published[0]?.address
  const isKnown = change?.before === host
  return [
    {
      cause: 'target.stale_address',
      sure: isKnown ? 0.98 : isPublic(host) || parseAddress(host) !== undefined ? 0.93 : 0.8,
      proof: [
        `${said} is no address of this VM${now === undefined ? '' : `; its address now is ${now}`}.`,
        ...(change === undefined ? [] : [`The address was changed ${ago(change.entry.at, scene.now)}.`]),
      ],
      details: now === undefined ? {} : { address: now },
    },
  ]
}

function wayFindings(scene: Scene, view: View): Finding[] {
  const findings: Finding[] = []
  const change = addressChange(scene)
  if (scene.dialled === undefined && change !== undefined && view.published.length > 0) {
    const suspects = ['others-get-in', 'saved-entry'] as const
    const signs = suspects.filter(hint => scene.hints.has(hint)).length
    const now = change.after ?? view.published[0]?.address
    findings.push({
      cause: 'target.stale_address',
      // Until what was dialled is known it is a suspicion: worth the question, not a name.
      sure: signs > 0 && scene.wasAsked('Q-TARGET') ? 0.72 : 0.5,
      proof: [
        `The public address was changed ${ago(change.entry.at, scene.now)}; a saved connection may still use the old one.`,
      ],
      details: now === undefined ? {} : { address: now },
    })
  }
  if (view.published.length === 0 && scene.approach !== 'private') {
    const isOutside = scene.approach === 'public' || scene.choice('Q-VPN') === 'no'
    const greyed = scene.entries.includes('E-PORTAL-GREY') || scene.hints.has('portal-greyed')
    if (view.match?.match !== 'private-from-outside')
      findings.push({
        cause: 'net.no_public_ip',
        sure: isOutside ? 0.93 : greyed ? 0.78 : 0.5,
        proof: ['The VM has no public address, and no load balancer or firewall publishes a port for it.'],
      })
  }
  findings.push(...natFindings(scene, view))
  return findings
}

/** A NAT rule that ends at a port where RDP does not listen. */
function natFindings(scene: Scene, view: View): Finding[] {
  const { way } = view
  if (way?.kind !== 'nat-rule' && way?.kind !== 'firewall') return []
  // That something took the connection does not prove that it was Remote Desktop.
  const spoke =
    value(scene, 'probe')?.answer === 'rdp' || (scene.floor !== 'none' && reaches('tls', scene.floor))
  const listens = value(scene, 'guest')?.listener?.port ?? (spoke ? way.to.port : scene.listens)
  if (listens === way.to.port) return []
  return [
    {
      cause: 'net.lb_nat',
      sure: value(scene, 'guest')?.listener === undefined ? 0.82 : 0.94,
      proof: [
        `${way.through ?? 'The load balancer'} sends ${placeOf(way)} to port ${way.to.port} of the VM, and RDP listens on ${listens}.`,
      ],
      details: { port: listens },
    },
  ]
}
