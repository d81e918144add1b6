/**
 * Reads what the script inside Windows printed.
 *
 * Total and strict: a value of another kind than expected counts as not told, and so does a group that lacks one of its facts. The text
 * comes from a machine that anybody may have tampered with; it is shortened, and drawn as text by whoever shows it.
 */
import { z } from 'zod'
import type { Guest } from '../../../core/index.ts'
import { momentOf } from './health.ts'

const MOST_TEXT = 200
const MOST_ITEMS = 20

/** Anything that does not fit counts as absent. */
const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)
const text = z
  .string()
  .min(1)
  .transform(value => value.slice(0, MOST_TEXT))
const flag = z.boolean()
const number = z.number().finite()
const eventId = z.union([z.number().transform(String), text])
const events = z.array(eventId).max(MOST_ITEMS)

const Answer = z.object({
  os: maybe(text),
  domain: maybe(
    z.object({
      joined: flag,
      name: maybe(text),
      is_dc: flag,
      dc_reachable: maybe(flag),
      secure_channel: maybe(flag),
    }),
  ),
  entra_joined: maybe(flag),
  termservice: maybe(z.object({ state: text, start: text })),
  listener: maybe(
    z.object({ port: z.int().min(1).max(65_535), owner: maybe(text), enabled: flag, adapter: text }),
  ),
  deny_ts: maybe(number),
  deny_ts_policy: maybe(number),
  drain: maybe(number),
  logons_disabled: maybe(flag),
  nla: maybe(flag),
  security_layer: maybe(number),
  tls12_server: maybe(flag),
  fips: maybe(flag),
  cert: maybe(z.object({ not_after: maybe(text), usable: flag })),
  machinekeys_acl: maybe(z.enum(['default', 'changed'])),
  schannel_events: maybe(events),
  rcm_events: maybe(events),
  firewall: maybe(
    z.object({
      inbound: z.preprocess(
        value => (typeof value === 'string' ? value.replaceAll('_', '-') : value),
        z.enum(['block', 'allow', 'block-all']),
      ),
      rdp_rule_enabled: flag,
      rdp_rule_port: maybe(number),
      rdp_rule_remote: maybe(text),
      rdp_rule_profiles: maybe(text),
      outbound_blocks_rdp: flag,
      third_party: maybe(text),
    }),
  ),
  adapter: maybe(z.object({ state: text, dhcp: flag, ip_matches_azure: flag })),
  account: maybe(
    z.object({
      name: text,
      kind: z.enum(['local', 'domain', 'entra']),
      exists: flag,
      enabled: flag,
      locked: flag,
      expired: flag,
      must_change: flag,
      admin: flag,
      rdp_users: flag,
      blank_password: flag,
      deny_rdp_right: flag,
    }),
  ),
  sessions: maybe(
    z
      .array(z.object({ user: text, state: text, idle_min: maybe(number), client: maybe(text) }))
      .max(MOST_ITEMS),
  ),
  session_host_role: maybe(flag),
  licence_grace_days: maybe(number),
  max_idle_min: maybe(number),
  credssp_patched: maybe(flag),
  disk_free_pct: maybe(number),
  failed_logons_24h: maybe(number),
  failed_logon_sources: maybe(number),
  last_failure_substatus: maybe(text),
  clock_skew_s: maybe(number),
})
type Answer = z.infer<typeof Answer>

/** Undefined where the last line is no such object: the output was cut, or something else spoke last. */
export function guestIn(output: string): Guest | undefined {
  const line = output.trim().split('\n').at(-1)?.trim() ?? ''
  const { success, data } = Answer.safeParse(parsed(line))
  return success && Object.values(data).some(value => value !== undefined) ? guestOf(data) : undefined
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function guestOf(answer: Answer): Guest {
  const { domain, listener, cert, firewall, adapter, account } = answer
  return withoutAbsent({
    os: answer.os,
    domain:
      domain &&
      withoutAbsent({
        joined: domain.joined,
        name: domain.name,
        isDc: domain.is_dc,
        dcReachable: domain.dc_reachable,
        secureChannel: domain.secure_channel,
      }),
    entraJoined: answer.entra_joined,
    termService: answer.termservice,
    listener: listener && withoutAbsent(listener),
    denyTs: answer.deny_ts,
    denyTsPolicy: answer.deny_ts_policy,
    drain: answer.drain,
    logonsDisabled: answer.logons_disabled,
    nla: answer.nla,
    securityLayer: answer.security_layer,
    tls12Server: answer.tls12_server,
    fips: answer.fips,
    certificate: cert && withoutAbsent({ notAfter: momentOf(cert.not_after), usable: cert.usable }),
    machineKeysAcl: answer.machinekeys_acl,
    schannelEvents: answer.schannel_events,
    rcmEvents: answer.rcm_events,
    firewall:
      firewall &&
      withoutAbsent({
        inbound: firewall.inbound,
        rdpRuleEnabled: firewall.rdp_rule_enabled,
        rdpRulePort: firewall.rdp_rule_port,
        rdpRuleRemote: firewall.rdp_rule_remote,
        rdpRuleProfiles: firewall.rdp_rule_profiles,
        outboundBlocksRdp: firewall.outbound_blocks_rdp,
        thirdParty: firewall.third_party,
      }),
    adapter: adapter && {
      state: adapter.state,
      dhcp: adapter.dhcp,
      ipMatchesAzure: adapter.ip_matches_azure,
    },
    account: account && {
      name: account.name,
      kind: account.kind,
      exists: account.exists,
      enabled: account.enabled,
      locked: account.locked,
      expired: account.expired,
      mustChange: account.must_change,
      admin: account.admin,
      rdpUsers: account.rdp_users,
      blankPassword: account.blank_password,
      denyRdpRight: account.deny_rdp_right,
    },
    sessions: answer.sessions?.map(sessionOf),
    sessionHostRole: answer.session_host_role,
    licenceGraceDays: answer.licence_grace_days,
    maxIdleMinutes: answer.max_idle_min,
    credsspPatched: answer.credssp_patched,
    diskFreePercent: answer.disk_free_pct,
    failedLogons24h: answer.failed_logons_24h,
    failedLogonSources: answer.failed_logon_sources,
    lastFailureSubstatus: answer.last_failure_substatus,
    clockSkewSeconds: answer.clock_skew_s,
  })
}

type Session = NonNullable<Guest['sessions']>[number]
const MINUTES = { m: 1, h: 60, d: 1440 } as const

/** `disconnected 6d` says how long, too. */
function sessionOf({ user, state, idle_min, client }: NonNullable<Answer['sessions']>[number]): Session {
  const [, count, unit] = /\s(\d{1,5})\s?([mhd])$/.exec(state) ?? []
  const told = count === undefined ? undefined : Number(count) * MINUTES[unit as keyof typeof MINUTES]
  return withoutAbsent({
    user,
    state: /^active/i.test(state) ? ('active' as const) : ('disconnected' as const),
    idleMinutes: idle_min ?? told,
    client,
  })
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Absent means not told, so nothing is there with the value undefined. */
const withoutAbsent = <T extends object>(value: T): Present<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Present<T>
