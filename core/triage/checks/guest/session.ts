/** Inside Windows: licences, sessions, disk, attacks and time limits. */
import type { Guest } from '../../readings.ts'
import type { Finding } from '../finding.ts'
import { viewOf } from '../rules.ts'
import { type Scene, value } from '../scene.ts'
import { listed } from '../words.ts'

const FULL_PERCENT = 1
const ATTACK_FAILURES = 1_000
const ATTACK_SOURCES = 5

export function judgeSession(guest: Guest, scene: Scene): Finding[] {
  const found: Finding[] = []
  if (guest.sessionHostRole === true && guest.licenceGraceDays !== undefined && guest.licenceGraceDays <= 0)
    found.push({
      cause: 'guest.licence',
      sure: 0.96,
      proof: ['The grace period of the Session Host role is over, and no licence server gives a licence.'],
    })
  found.push(...sessions(guest, scene))
  if (/\b(2056|1296|1280|1281|1283|1306)\b/.test((guest.rcmEvents ?? []).join(' ')))
    found.push({
      cause: 'guest.broker',
      sure: 0.88,
      proof: ['Windows reports trouble with the Connection Broker.'],
    })
  if (guest.diskFreePercent !== undefined && guest.diskFreePercent < FULL_PERCENT)
    found.push({
      cause: 'guest.disk_full',
      sure: 0.96,
      proof: [`The system disk is full: ${guest.diskFreePercent} percent are free.`],
    })
  const failures = guest.failedLogons24h ?? 0
  if (failures >= ATTACK_FAILURES) {
    const spread = (guest.failedLogonSources ?? 0) >= ATTACK_SOURCES
    found.push({
      cause: 'guest.brute_force',
      sure: spread ? 0.92 : 0.7,
      proof: [
        `${failures.toLocaleString('en')} sign-ins failed within a day${guest.failedLogonSources === undefined ? '' : `, from ${guest.failedLogonSources} addresses`}: passwords are being guessed.`,
        ...openTo(scene),
      ],
      details: {},
    })
  }
  if ((guest.maxIdleMinutes ?? 0) > 0)
    found.push({
      cause: 'guest.session_policy',
      sure:
        scene.kind === 'drop' || scene.hints.has('drops') || scene.hints.has('drops-regularly') ? 0.93 : 0.4,
      proof: [`A policy ends sessions that are idle for ${guest.maxIdleMinutes} minutes.`],
    })
  return found
}

/** Who may reach the port, when that is everybody. */
function openTo(scene: Scene): string[] {
  const rule = viewOf(scene)?.verdict?.decidedBy
  return rule?.rule.access === 'allow' &&
    rule.rule.sources.some(source => /^(\*|internet|any|0\.0\.0\.0\/0)$/i.test(source))
    ? [`The rule ${rule.rule.name} lets everybody in.`]
    : []
}

function sessions(guest: Guest, scene: Scene): Finding[] {
  const all = guest.sessions ?? []
  if (all.length < 2 || guest.sessionHostRole === true) return []
  const idle = all
    .filter(({ state, idleMinutes }) => state === 'disconnected' || (idleMinutes ?? 0) > 240)
    .toSorted(
      (a, b) =>
        Number(b.state === 'disconnected') - Number(a.state === 'disconnected') ||
        (b.idleMinutes ?? 0) - (a.idleMinutes ?? 0),
    )[0]
  const own = guest.account?.name.toLowerCase()
  const isOwn = all.some(({ user }) => user.toLowerCase() === own)
  const said = scene.entries.some(
    id =>
      id === 'E-TOO-MANY' ||
      id === 'E-BUSY' ||
      id === 'E-REPLACED' ||
      id === 'E-CANT-CONNECT' ||
      id === 'E-NOT-AUTHORIZED',
  )
  return [
    {
      cause: 'guest.session_limit',
      sure: isOwn ? 0.4 : said ? 0.96 : scene.floor === 'auth' || scene.floor === 'logon' ? 0.85 : 0.5,
      proof: [
        `Both sessions are taken: ${listed(all.map(({ user, state }) => `${user} (${state})`))}.`,
        ...(idle === undefined ? [] : [`${idle.user} has been idle longest.`]),
      ],
      details: idle === undefined ? {} : { user: idle.user },
    },
  ]
}

/** Signs of a shell or graphics trouble: a session that stands, and nothing else wrong. */
export function judgeShell(guest: Guest, scene: Scene): Finding[] {
  const black =
    scene.entries.some(id => id === 'E-BLACK' || id === 'E-DWM' || id === 'E-PROFILE') ||
    scene.choice('Q-SCREEN') === 'black' ||
    scene.choice('Q-SCREEN') === 'welcome'
  if (!black) return []
  const own = guest.account?.name.toLowerCase()
  const session = guest.sessions?.find(
    ({ user, state }) => state === 'active' && (own === undefined || user.toLowerCase() === own),
  )
  const starved = (value(scene, 'metrics')?.cpuPercent ?? 0) >= 95
  if (starved) return []
  const newest = /2025/.test(guest.os ?? '')
  return [
    {
      cause: 'guest.black_screen',
      sure: session !== undefined || newest ? 0.86 : 0.82,
      proof: [
        session === undefined
          ? 'You got past the sign-in, and Windows itself shows no other fault: its desktop did not come up.'
          : `Your session is ${session.state}, but its desktop did not come up.`,
        ...(newest ? ['Windows Server 2025 is known to freeze over UDP.'] : []),
      ],
      details: session === undefined ? {} : { user: session.user },
    },
  ]
}
