/**
 * What the pretend Windows makes of a PowerShell script: nothing but the few changes to Remote Desktop that it can tell from the text.
 *
 * A script that only reads is recognised as changing nothing.
 */
import type { z } from 'zod'
import type { Guest } from './fleet-health.ts'

type Facts = z.infer<typeof Guest>

type Act = { pattern: RegExp; change: (guest: Facts, user?: string) => void }

const ACTS: Readonly<Record<string, Act>> = {
  'enable-rdp': {
    pattern:
      /Set-ItemProperty\b[^\n;]*fDenyTSConnections[^\n;]*\b0\b|reg(\.exe)?\s+add\b[^\n;]*fDenyTSConnections[^\n;]*\/d\s+0/i,
    change: guest => {
      guest['deny_ts'] = 0
    },
  },
  'enable-rule': {
    pattern:
      /Enable-NetFirewallRule\b|Set-NetFirewallRule\b[^\n;]*-Enabled\s+(True|\$true)|netsh\s+advfirewall[^\n;]*enable=yes/i,
    change: guest => {
      Object.assign(part(guest, 'firewall'), {
        rdp_rule_enabled: true,
        rdp_rule_remote: 'any',
        rdp_rule_profiles: 'all',
      })
    },
  },
  'start-service': {
    pattern: /(Start|Restart)-Service\b[^\n;]*TermService|Set-Service\b[^\n;]*TermService/i,
    change: guest => {
      guest['termservice'] = { state: 'running', start: 'manual' }
      Object.assign(part(guest, 'listener'), { owner: 'TermService' })
    },
  },
  'set-port': {
    pattern: /Set-ItemProperty\b[^\n;]*PortNumber/i,
    change: guest => {
      Object.assign(part(guest, 'listener'), { port: 3389, owner: 'TermService' })
      Object.assign(part(guest, 'firewall'), { rdp_rule_port: 3389 })
    },
  },
  'renew-certificate': {
    pattern: /Remove-Item\b[^\n;]*Remote Desktop|SSLCertificateSHA1Hash/i,
    change: guest => {
      guest['cert'] = { not_after: '2027-11-20', usable: true }
      guest['rcm_events'] = []
      guest['schannel_events'] = []
    },
  },
  'log-off': {
    pattern: /^\s*(logoff|rwinsta)\b/im,
    change: guest => {
      const sessions = Array.isArray(guest['sessions']) ? guest['sessions'] : []
      guest['sessions'] = sessions.filter(one => !/^disc/i.test(String((one as Facts)['state'])))
    },
  },
  'reset-rdp': {
    pattern: /(?!)/,
    change: guest => {
      guest['deny_ts'] = 0
      guest['termservice'] = { state: 'running', start: 'manual' }
      Object.assign(part(guest, 'firewall'), {
        rdp_rule_enabled: true,
        rdp_rule_port: 3389,
        inbound: 'block',
      })
    },
  },
  'reset-user': {
    pattern: /(?!)/,
    change: (guest, user = '') => {
      const account = part(guest, 'account')
      if (String(account['name'] ?? '').toLowerCase() !== user.toLowerCase())
        Object.assign(account, { name: user, kind: 'local' })
      Object.assign(account, {
        exists: true,
        enabled: true,
        locked: false,
        expired: false,
        must_change: false,
        admin: true,
      })
      guest['last_failure_substatus'] = null
    },
  },
}

/** The names of the changes that a script makes. */
export const actsOf = (script: string): string[] =>
  Object.entries(ACTS).flatMap(([name, { pattern }]) => (pattern.test(script) ? [name] : []))

/** Does what was understood. A name that means nothing does nothing. */
export function act(guest: Facts, names: readonly string[], user?: string): void {
  for (const name of names) ACTS[name]?.change(guest, user)
}

function part(guest: Facts, name: string): Facts {
  const found = guest[name]
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Facts
  const made: Facts = {}
  guest[name] = made
  return made
}
