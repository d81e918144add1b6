/** Inside Windows: the adapter and its address. */
import type { Guest } from '../../readings.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../scene.ts'

export function judgeAdapter({ adapter }: Guest, scene: Scene): Finding[] {
  if (adapter === undefined) return []
  if (/disabled|not ?present|absent/i.test(adapter.state))
    return [
      {
        cause: 'guest.nic_disabled',
        sure: 0.97,
        proof: [`The network adapter is ${adapter.state} in Windows.`],
      },
    ]
  if (/down|disconnected|error|fail/i.test(adapter.state))
    return [
      {
        cause: 'guest.net_stack',
        sure: 0.85,
        proof: [`The network adapter is ${adapter.state} in Windows although Azure's side is up.`],
      },
    ]
  if (!adapter.ipMatchesAzure)
    return adapter.dhcp
      ? [
          {
            cause: scene.hints.has('net-stack') ? 'guest.net_stack' : 'guest.dhcp_off',
            sure: 0.88,
            proof: [
              'Windows is set to get its address by itself and has another one than Azure gave: DHCP is not working.',
            ],
          },
        ]
      : [
          {
            cause: 'guest.static_ip',
            sure: 0.96,
            proof: ['A fixed address is set in Windows, and it is not the one that Azure gave the VM.'],
          },
        ]
  return []
}
