/**
 * Who is signed in, kept in the browser: encrypted cookies (JWE, direct A256GCM), so that there is nothing to store and nothing to read.
 *
 * Two cookies, sealed for different purposes so that one never passes for the other: the session (an hour), and a sign-in on its way
 * (ten minutes). Anything that does not decrypt, is too old or is of another shape counts as absent.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { EncryptJWT, jwtDecrypt } from 'jose'
import { z } from 'zod'
import { type PersonId, parsePersonId } from '../../core/index.ts'

export type Session = {
  person: PersonId
  name: string
  upn: string
  /** Goes into every form of this session and must come back with it. */
  csrf: string
}

/** A sign-in that was started in this browser: what the SignIn port wants back, and where the person wanted to go. */
type Started = { pending: string; to?: string }

export type Cookies = {
  session(request: IncomingMessage): Promise<Session | undefined>
  started(request: IncomingMessage): Promise<Started | undefined>
  /** The following make values for Set-Cookie. */
  keepSession(who: Omit<Session, 'csrf'>): Promise<string>
  dropSession(): string
  keepStarted(started: Started): Promise<string>
  dropStarted(): string
}

const SESSION_S = 3_600
const STARTED_S = 600
/** Browsers keep cookies of at least 4,096 bytes; names from a directory must not make ours longer. */
const LONGEST_NAME = 200

const SessionClaims = z.object({
  person: z.string().transform((id, context) => {
    const person = parsePersonId(id)
    if (person === undefined) context.addIssue('not a person')
    return person ?? z.NEVER
  }),
  name: z.string(),
  upn: z.string(),
  csrf: z.string().min(20),
})
const StartedClaims = z.object({ pending: z.string(), to: z.string().exactOptional() })

export function sealCookies(how: { key: Uint8Array; secure: boolean; now: () => number }): Cookies {
  const { key, secure, now } = how
  assert.equal(key.length, 32, 'the cookie key must have 32 bytes')
  // The prefix makes browsers refuse the cookie from anybody but this host over https, a neighbouring subdomain included.
  const nameOf = (purpose: string) => `${secure ? '__Host-' : ''}latchkey-${purpose}`
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  const drop = (purpose: string) => `${nameOf(purpose)}=${attributes}; Max-Age=0`

  async function seal(purpose: string, claims: Record<string, unknown>, lifeS: number): Promise<string> {
    const nowS = Math.floor(now() / 1000)
    const sealed = await new EncryptJWT(claims)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(purpose)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + lifeS)
      .encrypt(key)
    return `${nameOf(purpose)}=${sealed}${attributes}; Max-Age=${lifeS}`
  }

  async function unseal(purpose: string, request: IncomingMessage): Promise<unknown> {
    const sealed = cookieNamed(nameOf(purpose), request)
    if (sealed === undefined) return undefined
    const opened = await jwtDecrypt(sealed, key, {
      audience: purpose,
      currentDate: new Date(now()),
      requiredClaims: ['exp'],
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    }).catch(() => undefined)
    return opened?.payload
  }

  return {
    session: async request => SessionClaims.safeParse(await unseal('session', request)).data,
    started: async request => StartedClaims.safeParse(await unseal('sign-in', request)).data,
    keepSession: ({ person, name, upn }) => {
      const csrf = randomBytes(24).toString('base64url')
      const claims = { person, name: name.slice(0, LONGEST_NAME), upn: upn.slice(0, LONGEST_NAME), csrf }
      return seal('session', claims, SESSION_S)
    },
    dropSession: () => drop('session'),
    keepStarted: started => seal('sign-in', started, STARTED_S),
    dropStarted: () => drop('sign-in'),
  }
}

function cookieNamed(name: string, request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map(pair => pair.trim())
  return pairs.find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
