/** K17: does anything answer on the port, and is it RDP? Silence is a filter or a dead network; a refusal is a missing listener. */
import type { CauseId } from '../catalogue/causes/index.ts'
import { clear, type Finding, type Outcome, outcome } from './finding.ts'
import { viewOf } from './rules.ts'
import { type Scene, unread, value } from './scene.ts'

/** A listener that answered proves these absent. */
export const LISTENING_EXCLUDES: readonly CauseId[] = [
  'guest.fw_rule',
  'guest.fw_block_all',
  'guest.fw_outbound',
  'guest.security_agent',
  'guest.rdp_disabled',
  'guest.rdp_disabled_gpo',
  'guest.termservice_down',
  'guest.port_changed',
  'guest.port_conflict',
  'guest.listener',
  'guest.nic_disabled',
  'guest.static_ip',
  'guest.dhcp_off',
  'guest.net_stack',
  'guest.hung',
  'boot.updating',
  'boot.update_stuck',
  'boot.getting_ready',
  'boot.bluescreen',
  'boot.bitlocker',
  'boot.bootmgr',
  'boot.chkdsk',
  'vm.provisioning_failed',
]

export function checkProbe(scene: Scene): Outcome {
  const probe = value(scene, 'probe')
  if (probe === undefined) return unread(scene, 'K17', 'probe')
  const { hints } = scene
  switch (probe.answer) {
    case 'rdp': {
      const certificate = probe.certificate
      const expired = certificate !== undefined && certificate.notAfter < scene.now
      if (expired)
        return outcome(
          'K17',
          [
            {
              cause: 'guest.cert_bad',
              sure: 0.85,
              proof: ['RDP answers, with a certificate that has expired.'],
            },
          ],
          '',
          LISTENING_EXCLUDES,
        )
      return clear('K17', 'Remote Desktop answers on the port.', LISTENING_EXCLUDES)
    }
    case 'other-bytes':
      return outcome(
        'K17',
        [
          {
            cause: 'guest.port_conflict',
            // Behind a NAT rule that ends at another port, it is that port's own program.
            sure: endsElsewhere(scene) ? 0.4 : 0.88,
            proof: ['Something answers on the port, and it is not Remote Desktop.'],
          },
        ],
        '',
      )
    case 'reset': {
      const say = 'The port refuses: the VM is reached, and nothing listens there.'
      return outcome(
        'K17',
        [
          { cause: 'guest.termservice_down', sure: 0.5, proof: [say] },
          { cause: 'guest.rdp_disabled', sure: hints.has('rdp-switched-off') ? 0.7 : 0.5, proof: [say] },
          {
            cause: 'guest.port_changed',
            sure: hints.has('port-moved') ? 0.7 : 0.45,
            proof: [say],
          },
          { cause: 'guest.listener', sure: 0.35, proof: [say] },
        ],
        '',
        [
          'guest.fw_rule',
          'guest.fw_block_all',
          'guest.security_agent',
          'guest.nic_disabled',
          'guest.static_ip',
          'guest.dhcp_off',
          'net.private_path',
        ],
      )
    }
    case 'silent':
      return outcome('K17', silent(scene), '')
  }
}

function endsElsewhere(scene: Scene): boolean {
  const way = viewOf(scene)?.way
  return (way?.kind === 'nat-rule' || way?.kind === 'firewall') && way.to.port !== scene.listens
}

function silent(scene: Scene): Finding[] {
  const { hints } = scene
  const verdict = viewOf(scene)?.verdict
  const isOpen = verdict?.access === 'allow' || verdict?.access === 'unknown'
  const after = scene.said.history.after
  const say = isOpen
    ? 'The rules let the connection in, and nothing answers: it is stopped inside Windows.'
    : 'Nothing answers on the port.'
  const base = isOpen ? 0 : -0.15
  const agent = hints.has('security-agent')
  return [
    {
      cause: 'guest.fw_rule',
      sure: (hints.has('hardened') || after.includes('script') ? 0.58 : 0.55) + base,
      proof: [say],
    },
    ...(agent
      ? [
          {
            cause: 'guest.security_agent' as const,
            sure: 0.6 + base,
            proof: [say, 'You named a security program inside the VM.'],
          },
        ]
      : []),
    ...(hints.has('guest-vpn')
      ? [
          {
            cause: 'guest.default_route' as const,
            sure: 0.82 + base,
            proof: [say, 'You said that a VPN was set up inside the VM: it takes the replies with it.'],
          },
        ]
      : []),
    { cause: 'guest.fw_block_all', sure: 0.35 + base, proof: [say] },
  ]
}
