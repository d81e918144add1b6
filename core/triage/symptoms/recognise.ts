/**
 * Which messages of the catalogue a text holds.
 *
 * Order of trust: a pair of codes, the product's own words, a pattern of them, one code, the person's own words. Ways of telling that agree
 * lift each other a little. Messages of another hop win where the text speaks of that hop.
 */

import { DISCONNECT_CODES, EXTENDED_CODES } from '../catalogue/errors/codes.ts'
import type { ErrorEntry } from '../catalogue/errors/entry.ts'
import type { ErrorId } from '../catalogue/errors/index.ts'
import { ERRORS } from '../catalogue/errors/index.ts'
import type { Stage } from '../catalogue/scales.ts'
import { words } from './normalise.ts'
import { findVariants, telling } from './own-words.ts'
import { correct, findPhrases } from './phrases.ts'
import type { ErrorCode, Recognised, Symptoms } from './symptoms.ts'

const MOST = 3
const LEAST = 0.3
/** The most that a plain complaint counts: a real message always comes before it, and it is still worth asking for one. */
const MOST_OF_NOTHING = 0.5
/** From here on the best entry may say which stages were passed. */
const TRUSTED = 0.5

type Evidence = Partial<Record<Recognised['by'], number>> & { length?: number }

const ENTRIES = Object.entries(ERRORS) as readonly [ErrorId, ErrorEntry][]

/** Names of FreeRDP and the message of Windows that means the same. */
const FREERDP: readonly (readonly [RegExp, ErrorId])[] = [
  [/err(connect|info)_dns_/, 'E-NAME'],
  [/errconnect_(connect_(failed|transport_failed|undefined)|connect_cancelled)/, 'E-GENERAL-3'],
  [/errconnect_(tls_|security_)/, 'E-INTERNAL'],
  [/errconnect_(hybrid_required|security_nego)/, 'E-NLA-CLIENT'],
  [/errconnect_account_locked/, 'E-LOCKED'],
  [/errconnect_account_disabled/, 'E-DISABLED'],
  [/errconnect_account_expired/, 'E-EXPIRED-ACC'],
  [/errconnect_account_restriction/, 'E-C07'],
  [/errconnect_(password_expired|password_must_change|password_certainly_expired)/, 'E-PW-EXPIRED'],
  [/errconnect_(logon_failure|wrong_password|authentication_failed)/, 'E-CREDS'],
  [/errconnect_logon_type_not_granted/, 'E-LOGON-TYPE'],
  [/errconnect_kdc_unreachable/, 'E-NLA-DC'],
  [/errinfo_idle_timeout|errinfo_logon_timeout/, 'E-IDLE'],
  [/errinfo_disconnected_by_otherconnection/, 'E-REPLACED'],
  [/errinfo_(license|licen[sc])/, 'E-LICENCE'],
]

type Hints = Pick<Symptoms, 'client' | 'path'>
type Recognition = Pick<Symptoms, 'errors' | 'floor'> & { failedAt?: Stage }

/** @param plain folded text */
export function recognise(plain: string, codes: readonly ErrorCode[], hints: Hints): Recognition {
  const said = correct(words(plain))
  const evidence = new Map<ErrorId, Evidence>()
  const note = (id: ErrorId, by: Recognised['by'], score: number, length = 0) => {
    const each = evidence.get(id) ?? {}
    each[by] = Math.max(each[by] ?? 0, score)
    each.length = Math.max(each.length ?? 0, length)
    evidence.set(id, each)
  }
  for (const [id, entry] of ENTRIES) {
    const score = byCode(entry, codes)
    if (score > 0) note(id, 'code', score)
    if (entry.marks?.some(mark => hasWord(plain, mark))) note(id, 'text', 0.95, 3)
    if (entry.patterns?.some(pattern => pattern.test(plain))) note(id, 'pattern', 0.85)
  }
  for (const [id, { score, length }] of findPhrases(said)) note(id, 'text', score, length)
  for (const [id, score] of findVariants(telling(plain))) note(id, 'words', score)
  for (const [id, score] of findVariants(new Set(said))) note(id, 'words', score)

  const ranked = [...evidence]
    .map(([id, each]) => ({ ...rated(id, each, hints), length: each.length ?? 0 }))
    .filter(each => each.score >= LEAST)
    .sort(
      (a, b) =>
        b.score - a.score || b.length - a.length || Number(a.id === 'E-NONE') - Number(b.id === 'E-NONE'),
    )
    .map(({ id, score, by }): Recognised => ({ id, score: Math.round(100 * Math.min(1, score)) / 100, by }))
  const errors = withFreeRdp(ranked, plain).slice(0, MOST)
  const [best] = errors
  if (!best) return { errors: [{ id: 'E-NONE', score: 0.2, by: 'words' }], floor: 'none' }
  return { errors, ...stagesOf(best, errors[1], hints) }
}

function stagesOf(
  best: Recognised,
  second: Recognised | undefined,
  hints: Hints,
): Omit<Recognition, 'errors'> {
  const meant = best.id === 'E-FREERDP' && second ? second.id : best.id
  const entry: ErrorEntry = ERRORS[meant]
  if (best.score < TRUSTED || meant === 'E-NONE' || meant === 'E-FREERDP') return { floor: 'none' }
  if (entry.kind !== 'connect') return { floor: 'none', failedAt: entry.failedAt }
  const path = hints.path === 'bastion_native' ? 'bastion' : hints.path
  // A person's own words for "cannot reach it" do not even prove that the name was found.
  if (best.by === 'words' && entry.floor === 'resolve') return { floor: 'none', failedAt: entry.failedAt }
  const floor = path && path !== 'rd_gateway' ? (entry.floorOn?.[path] ?? entry.floor) : entry.floor
  return { floor, failedAt: entry.failedAt }
}

function rated(id: ErrorId, evidence: Evidence, hints: Hints): Recognised {
  const ways = (['code', 'text', 'pattern', 'words'] as const).filter(way => (evidence[way] ?? 0) >= LEAST)
  const by = ways.reduce<Recognised['by']>(
    (best, way) => ((evidence[way] ?? 0) > (evidence[best] ?? 0) ? way : best),
    ways[0] ?? 'words',
  )
  const agreeing = Math.max(0, ways.length - 1) * 0.03
  const score = (evidence[by] ?? 0) + agreeing + fitting(id, by, hints)
  // That something does not work says nothing, however clearly it is said.
  return { id, by, score: id === 'E-NONE' ? Math.min(score, MOST_OF_NOTHING) : score }
}

/** How far an entry's place of showing fits what else the text says. */
function fitting(id: ErrorId, by: Recognised['by'], hints: Hints): number {
  const { clients } = ERRORS[id]
  const onlyHop = (hop: string) => clients.length === 1 && clients[0] === hop
  if (onlyHop('bastion_browser') || onlyHop('bastion_native'))
    return hints.path === 'bastion' || hints.path === 'bastion_native' ? 0.05 : -0.02
  if (onlyHop('cloud_service_rdp')) return hints.path === 'cloud_service' ? 0.12 : -0.1
  if (hints.client && (clients as readonly string[]).includes(hints.client)) return 0.03
  // A bare number is more often Windows' own dialog than that of an app on another system.
  const windows = clients.includes('mstsc') || clients.includes('windows_app_windows')
  if (by !== 'text' && !windows && clients.includes('windows_app_mac')) return hints.client ? -0.02 : -0.1
  return 0
}

/** 0 where no code of the entry was read. */
function byCode(entry: ErrorEntry, codes: readonly ErrorCode[]): number {
  let best = 0
  for (const code of entry.codes ?? [])
    for (const { error, extended } of codes) {
      const other = extended !== undefined && extended !== '0x0'
      if (code === `${error}/${extended ?? ''}`) best = Math.max(best, 0.96)
      else if (code === error) best = Math.max(best, other ? 0.75 : 0.86)
      else if (other && (code === `/${extended}` || (code === extended && onlyExtended(code))))
        best = Math.max(best, 0.9)
    }
  return best
}

const onlyExtended = (code: string): boolean => code in EXTENDED_CODES && !(code in DISCONNECT_CODES)

function hasWord(text: string, word: string): boolean {
  const at = text.indexOf(word)
  return at >= 0 && !/[a-z0-9]/.test(text[at - 1] ?? '') && !/[a-z0-9]/.test(text[at + word.length] ?? '')
}

/** Puts the message of Windows that FreeRDP's name means right behind it. */
function withFreeRdp(ranked: readonly Recognised[], plain: string): readonly Recognised[] {
  if (ranked[0]?.id !== 'E-FREERDP') return ranked
  const meant = FREERDP.find(([name]) => name.test(plain))?.[1]
  if (!meant) return ranked
  const [freerdp, ...rest] = ranked
  return [freerdp, { id: meant, score: 0.85, by: 'text' }, ...rest.filter(each => each.id !== meant)]
}
