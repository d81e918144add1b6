/** Inside Windows: what its firewall, or another one, does with the RDP port. */
import { isWithin, parsePrefix } from '../../../access/source.ts'
import type { Guest } from '../../readings.ts'
import type { Finding } from '../finding.ts'
import { viewOf } from '../rules.ts'
import { type Scene, value } from '../scene.ts'

export function judgeFirewall({ firewall, listener }: Guest, scene: Scene): Finding[] {
  if (firewall === undefined) return []
  const port = listener?.port ?? 3389
  const found: Finding[] = []
  if (firewall.inbound === 'block-all')
    found.push({
      cause: 'guest.fw_block_all',
      sure: 0.97,
      proof: ['The Windows firewall blocks every inbound connection, rules or not.'],
    })
  else if (firewall.inbound === 'block') {
    if (!firewall.rdpRuleEnabled)
      found.push({
        cause: 'guest.fw_rule',
        sure: 0.97,
        proof: ['The Windows firewall has no enabled rule for Remote Desktop.'],
        details: { port },
      })
    else if (firewall.rdpRulePort !== undefined && firewall.rdpRulePort !== port)
      found.push({
        cause: 'guest.fw_rule',
        sure: 0.93,
        proof: [
          `The Windows firewall opens port ${firewall.rdpRulePort}, and Remote Desktop listens on ${port}.`,
        ],
        details: { port },
      })
    else found.push(...scope(firewall, scene, port))
  }
  if (firewall.outboundBlocksRdp)
    found.push({
      cause: 'guest.fw_outbound',
      sure: 0.88,
      proof: ['An outbound rule of the Windows firewall stops the replies of Remote Desktop.'],
    })
  if (found.length === 0 && firewall.thirdParty !== undefined && isSilent(scene))
    found.push({
      cause: 'guest.security_agent',
      sure: 0.85,
      proof: [
        `${firewall.thirdParty} filters the network of the VM; Windows itself is fine, and nothing answers.`,
      ],
      details: { program: firewall.thirdParty },
    })
  return found
}

/** Nothing came back, by the probe or by what the person saw. */
const isSilent = (scene: Scene): boolean => {
  const probe = value(scene, 'probe')
  return probe === undefined ? !scene.listenerProven : probe.answer === 'silent'
}

function scope(firewall: NonNullable<Guest['firewall']>, scene: Scene, port: number): Finding[] {
  const remote = firewall.rdpRuleRemote ?? 'any'
  const limited = !/^(any|\*|all)$/i.test(remote)
  const way = viewOf(scene)?.way
  const bastion =
    scene.approach?.startsWith('bastion') === true
      ? value(scene, 'bastion')?.prefix?.replace(/\/.*$/, '')
      : undefined
  const client = bastion ?? way?.arrivesAs ?? scene.source
  if (limited) {
    const prefixes = remote.split(/[\s,;]+/).filter(text => parsePrefix(text) !== undefined)
    const local = /localsubnet/i.test(remote)
    const inside =
      client !== undefined &&
      (isWithin(client, prefixes) || (local && way?.kind === 'private-address' && false))
    if (inside) return []
    return [
      {
        cause: 'guest.fw_scope',
        sure: client === undefined ? (isSilent(scene) ? 0.85 : 0.7) : 0.96,
        proof: [
          `The Windows firewall opens Remote Desktop for ${remote} only${client === undefined ? '' : `, not for ${client}`}.`,
        ],
        details: { port, ...(client === undefined ? {} : { source: client }) },
      },
    ]
  }
  const profiles = firewall.rdpRuleProfiles ?? 'all'
  if (/^(all|any|\*)$/i.test(profiles) || !isSilent(scene)) return []
  return [
    {
      cause: 'guest.fw_scope',
      sure: /public/i.test(profiles) ? 0.62 : 0.86,
      proof: [
        `The Windows firewall opens Remote Desktop in the profile ${profiles} only, and the network may be in another one.`,
      ],
      details: { port },
    },
  ]
}
