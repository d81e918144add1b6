/**
 * Signs people in with Entra ID: OpenID Connect code flow with PKCE, state and nonce, through openid-client.
 *
 * Discovery happens at the first sign-in and again after a failure, so that Entra being away never stops Latchkey from starting.
 * The id token's signature is checked against Entra's published keys although it comes straight from the token endpoint.
 * Source: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc and id-token-claims-reference (read 2026-11-21).
 */
import assert from 'node:assert/strict'
import * as oidc from 'openid-client'
import { Fault, type PersonId, parsePersonId, type SignIn } from '../../core/index.ts'
import { discoveryFault, signInFault } from './faults.ts'

export type SignInSettings = {
  /** The tenant's id. Not its domain: the token's issuer and `tid` hold the id. */
  tenantId: string
  clientId: string
  clientSecret: string
  /** As registered with the app: our own page that finishes the sign-in. */
  redirectUri: string
  /** Where Entra ID lives: a sovereign cloud's sign-in host, or the demo's. */
  authority?: string
  /** Allows plain http. Only the demo passes it, whose Entra ID is a pretend one on this machine. */
  allowInsecure?: boolean
}

/** Each call to Entra ID ends after this. */
const DEADLINE_S = 8
/** Keys and addresses are looked up afresh after this, should Entra move them. */
const DISCOVERY_LIFE_MS = 24 * 3_600_000
/** Entra's clocks and ours may differ by this. */
const CLOCK_TOLERANCE_S = 60

const PUBLIC_CLOUD = 'https://login.microsoftonline.com'

type Pending = { state: string; nonce: string; verifier: string }

/** @throws {Error} when the settings cannot be right; never because Entra ID does not answer */
export function connectSignIn(settings: SignInSettings): SignIn {
  const { clientId, clientSecret, redirectUri, allowInsecure = false } = settings
  const tenantId = settings.tenantId.toLowerCase()
  assert(parsePersonId(tenantId), 'the tenant must be given as its id, not as a domain')
  assert(clientId !== '' && clientSecret !== '', 'sign-in needs a client id and a client secret')
  const issuer = new URL(`${(settings.authority ?? PUBLIC_CLOUD).replace(/\/+$/, '')}/${tenantId}/v2.0`)
  assert(issuer.protocol === 'https:' || allowInsecure, 'sign-in over plain http is for the demo only')
  const discover = remember(() => discoverAt(issuer, { clientId, clientSecret, allowInsecure }))

  return {
    async begin() {
      const op = 'entra.sign-in.begin'
      const config = await discover(op)
      const pending: Pending = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      }
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        // People with several accounts must see which one they are about to use; a silent choice binds the wrong one.
        prompt: 'select_account',
      })
      return { url: url.href, pending: JSON.stringify(pending) }
    },

    async finish(currentUrl, pending) {
      const op = 'entra.sign-in.finish'
      const started = readPending(pending)
      if (started === undefined)
        throw new Fault('invalid', {
          op,
          say: 'This sign-in was not started here, or too long ago. Start again.',
        })
      const config = await discover(op)
      // Behind a proxy we may see another host than the browser did; only what was answered counts, at the address we registered.
      const answered = new URL(redirectUri)
      answered.search = new URL(currentUrl, redirectUri).search
      const tokens = await oidc
        .authorizationCodeGrant(config, answered, {
          expectedState: started.state,
          expectedNonce: started.nonce,
          pkceCodeVerifier: started.verifier,
          idTokenExpected: true,
        })
        .catch(error => {
          throw signInFault(op, error)
        })
      return personIn(tokens.claims() ?? {}, tenantId, op)
    },
  }
}

async function discoverAt(
  issuer: URL,
  {
    clientId,
    clientSecret,
    allowInsecure,
  }: { clientId: string; clientSecret: string; allowInsecure: boolean },
): Promise<oidc.Configuration> {
  const config = await oidc.discovery(
    issuer,
    clientId,
    { [oidc.clockTolerance]: CLOCK_TOLERANCE_S },
    oidc.ClientSecretPost(clientSecret),
    {
      timeout: DEADLINE_S,
      execute: [oidc.enableNonRepudiationChecks, ...(allowInsecure ? [oidc.allowInsecureRequests] : [])],
    },
  )
  // openid-client lets this pass for login.microsoftonline.com, for the sake of multi-tenant apps. We are single-tenant.
  if (config.serverMetadata().issuer !== issuer.href)
    throw Object.assign(new Error('the issuer is another tenant’s'), { code: 'OTHER_ISSUER' })
  return config
}

/** Shares one discovery among all who ask, and forgets it when it failed or is old. */
function remember(discover: () => Promise<oidc.Configuration>): (op: string) => Promise<oidc.Configuration> {
  let held: { config: Promise<oidc.Configuration>; at: number } | undefined
  return async op => {
    if (held === undefined || Date.now() - held.at > DISCOVERY_LIFE_MS)
      held = { config: discover(), at: Date.now() }
    const mine = held
    try {
      return await mine.config
    } catch (error) {
      if (held === mine) held = undefined
      throw discoveryFault(op, error)
    }
  }
}

/** Object id, display name and user principal name; the last two are for people to read, never to judge by. */
function personIn(
  claims: Readonly<Record<string, unknown>>,
  tenantId: string,
  op: string,
): { person: PersonId; name: string; upn: string } {
  if (String(claims['tid']).toLowerCase() !== tenantId)
    throw new Fault('denied', {
      op,
      say: 'This account belongs to another organisation. Sign in with your work account here.',
    })
  const person = parsePersonId(String(claims['oid']))
  if (person === undefined)
    throw new Fault('broken', { op, say: 'Entra ID did not say who signed in. Tell whoever runs Latchkey.' })
  const upn = String(claims['preferred_username'] ?? '')
  return { person, name: String(claims['name'] ?? upn), upn }
}

function readPending(text: string): Pending | undefined {
  try {
    const { state, nonce, verifier } = JSON.parse(text) as Record<string, unknown>
    if (typeof state !== 'string' || typeof nonce !== 'string' || typeof verifier !== 'string')
      return undefined
    return { state, nonce, verifier }
  } catch {
    return undefined
  }
}
