/**
 * What the pretend Entra tenant remembers: people, groups, apps' open authorization codes and the signing key.
 *
 * One plain JSON object, so that the world can be saved and brought back and tokens issued before still verify.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import { z } from 'zod'
import type { Company, Group, Human } from '../people.ts'
import type { SignIn } from './sign-in-log.ts'

/** A person in the directory. `groups` are names of groups, `manager` is a user principal name. */
export type Member = Pick<Human, 'oid' | 'name' | 'upn' | 'mail' | 'manager' | 'groups' | 'enabled' | 'kind'>

/** What an authorization code stands for until it is redeemed. Times are wall time, ms. */
type Code = {
  clientId: string
  redirectUri: string
  challenge?: string
  nonce?: string
  scope: string
  oid: string
  expiresAt: number
  redeemed: boolean
}

export type EntraState = {
  /** RS256 private key with its `kid`. */
  key: JWK
  people: Member[]
  groups: Group[]
  codes: Record<string, Code>
  /** Nothing was noted in worlds that were saved before there was a log. */
  signIns?: SignIn[]
  /** The tenant has no P1 licence: nobody reads its sign-in log. */
  unlicensed?: boolean
}

/** The tenant as the world file describes it, with a fresh signing key. */
export function firstState(company: Company): EntraState {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = privateKey.export({ format: 'jwk' }) as JWK
  return {
    key: { ...jwk, kid: randomBytes(20).toString('base64url') },
    people: company.people.map(memberOf),
    groups: structuredClone(company.groups),
    codes: {},
  }
}

function memberOf({ oid, name, upn, mail, manager, groups, enabled, kind }: Human): Member {
  return {
    oid,
    name,
    upn,
    mail,
    groups: [...groups],
    enabled,
    kind,
    ...(manager === undefined ? {} : { manager }),
  }
}

/** Finds a person by object id or user principal name, both without regard to case. */
export function findPerson(state: EntraState, idOrUpn: string): Member | undefined {
  const wanted = idOrUpn.toLowerCase()
  return state.people.find(person => person.oid === wanted || person.upn.toLowerCase() === wanted)
}

/** What the world may change about a person while it runs. `manager: null` removes the manager. */
export const Change = z
  .strictObject({
    enabled: z.boolean(),
    manager: z.string().nullable(),
    groups: z.array(z.string()),
  })
  .partial()
export type Change = z.infer<typeof Change>

/** Applies a change whole or not at all; otherwise says what does not fit. */
export function changePerson(state: EntraState, upn: string, change: Change): string | undefined {
  const person = findPerson(state, upn)
  if (person === undefined) return `there is nobody called ${upn}`
  const unknown = change.groups?.find(name => !state.groups.some(group => group.name === name))
  if (unknown !== undefined) return `there is no group called ${unknown}`
  const manager = change.manager == null ? undefined : findPerson(state, change.manager)
  if (change.manager != null && manager === undefined) return `there is nobody called ${change.manager}`
  if (change.enabled !== undefined) person.enabled = change.enabled
  if (change.groups !== undefined) person.groups = [...new Set(change.groups)]
  if (change.manager === null) delete person.manager
  else if (manager !== undefined) person.manager = manager.upn
  return undefined
}
