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
    // Reading which certificate is in use is no renewal.
    pattern:
      /Remove-Item\b[^\n;]*Remote Desktop|(Set|New|Remove|Clear)-ItemProperty\b[^\n;]*SSLCertificateSHA1Hash/i,
    change: guest => {
      guest['cert'] = { not_after: '2027-11-20', usable: true }
      guest['rcm_events'] = []
      guest['schannel_events'] = []
    },
  },
  'log-off': {
    pattern: /^\s*(logoff|rwinsta)\b|\blogoff\.exe" \$/im,
    change: guest => {
      const sessions = Array.isArray(guest['sessions']) ? guest['sessions'] : []
      guest['sessions'] = sessions.filter(one => !/^disc/i.test(String((one as Facts)['state'])))
    },
  },
  'unlock-account': {
    pattern: /InvokeSet\('IsAccountLocked', \$false\)/i,
    change: guest => {
      Object.assign(part(guest, 'account'), { locked: false })
    },
  },
  'enable-account': {
    pattern: /Enable-LocalUser\b/i,
    change: guest => {
      Object.assign(part(guest, 'account'), { enabled: true })
    },
  },
  'add-to-group': {
    pattern: /Add-LocalGroupMember\b/i,
    change: guest => {
      Object.assign(part(guest, 'account'), { rdp_users: true })
    },
  },
  'grant-right': {
    pattern: /SeDenyRemoteInteractiveLogonRight/i,
    change: guest => {
      Object.assign(part(guest, 'account'), { deny_rdp_right: false })
    },
  },
  'firewall-defaults': {
    pattern: /Set-NetFirewallProfile\b[^\n;]*-AllowInboundRules\s+True/i,
    change: guest => {
      Object.assign(part(guest, 'firewall'), { inbound: 'block', outbound_blocks_rdp: false })
    },
  },
  'machine-keys': {
    pattern: /icacls[^\n;]*MachineKeys|\$icacls \$folder \/grant/i,
    change: guest => {
      guest['machinekeys_acl'] = 'default'
    },
  },
  tls12: {
    pattern: /Set-ItemProperty\b[^\n;]*\$protocol\b[^\n;]*Enabled\b[^\n;]*\b1\b/i,
    change: guest => {
      guest['tls12_server'] = true
    },
  },
  'nla-off': {
    pattern: /UserAuthenticationRequired = \[uint32\] 0/i,
    change: guest => {
      guest['nla'] = false
    },
  },
  'nla-on': {
    pattern: /UserAuthenticationRequired = \[uint32\] 1/i,
    change: guest => {
      guest['nla'] = true
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

/** Where a script asks whether it is on a domain controller, and says a word if so. */
const GUARD = /ProductType\s+-eq\s+2\)\s*\{\s*Write-Output '([^']*)'/i
/** A line that says nothing but a plain text. */
const SAYS = /^Write-Output '([^']*)'\s*$/gim

/** What a script plainly says, last. Undefined for one that does not: it prints what it has found out. */
export function printsOf(script: string): { last: string; onController?: string } | undefined {
  const last = [...script.matchAll(SAYS)].at(-1)?.[1]
  if (last === undefined) return undefined
  const onController = GUARD.exec(script)?.[1]
  return { last, ...(onController === undefined ? {} : { onController }) }
}

/** The names of the changes that a script makes. */
export const actsOf = (script: string): string[] => (READS.test(script) ? [] : changesOf(script))

/** What prints facts as JSON only looks, whichever settings it names. */
const READS = /\|\s*ConvertTo-Json\b|\bConvertTo-Json\s+-/i

const changesOf = (script: string): string[] =>
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
