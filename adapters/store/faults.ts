/**
 * What goes wrong between Latchkey and a PostgreSQL server, in words.
 *
 * While running everything that can pass by itself is a `Fault` worth retrying; what only a bug of ours explains stays as it is thrown.
 * At the start it is a `DatabaseProblem`: one line that says what is wrong and what to do. Neither ever holds the password.
 * Codes: PostgreSQL 15 documentation, appendix A; Node 24 documentation, "Common system errors" (read 2026-11-21).
 */
import { DatabaseError } from 'pg'
import { Fault, type FaultKind } from '../../core/index.ts'

/** Why a database server cannot be used. `message` is one line for people. */
export class DatabaseProblem extends Error {
  constructor(message: string, cause?: unknown) {
    super(message.replaceAll(/\s*\n\s*/g, ' '), { cause })
    this.name = 'DatabaseProblem'
  }
}

const KINDS: readonly (readonly [codes: RegExp, kind: FaultKind])[] = [
  // A statement took too long, or a transaction lay idle for too long.
  [/^(57014|25P0[34])$/, 'timeout'],
  // A lock, or room: connections, memory, disk.
  [/^(55P03|53...)$/, 'busy'],
  // Lost, refused, shutting down, turned into a read-only copy, failed inside.
  [/^(08...|25006|28...|3D000|57P..|58...|XX...)$/, 'broken'],
]

/** What to throw for an error of the driver: a `Fault` when it can pass by itself, else the error as it is. */
export function faultOf(error: unknown): unknown {
  const kind = kindOf(error)
  if (kind === undefined) return error
  return new Fault(kind, {
    op: 'store',
    say: 'The database of Latchkey does not answer right now. Please try again in a minute.',
    cause: error,
  })
}

function kindOf(error: unknown): FaultKind | undefined {
  if (error instanceof DatabaseError) return KINDS.find(([codes]) => codes.test(error.code ?? ''))?.[1]
  // What the driver throws that the server did not say is about the connection.
  return /timeout/i.test(wordsOf(error)) ? 'timeout' : 'broken'
}

/** Where the database is, without the password. */
export type Place = { server: string; database: string; user: string }

/** Why the database at this place cannot be used. */
export function problemOf(error: unknown, place: Place): DatabaseProblem {
  if (error instanceof DatabaseProblem) return error
  const reason = error instanceof Fault ? error.cause : error
  return new DatabaseProblem(sentenceFor(reason, place), reason)
}

function sentenceFor(error: unknown, { server, database, user }: Place): string {
  const at = `PostgreSQL at ${server}`
  const code = codeOf(error)
  const words = wordsOf(error)
  if (!(error instanceof DatabaseError)) {
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return `The host of ${at} is not known (${code}). Correct the database URL.`
    if (words.startsWith('SASL'))
      return `${at} asks for a password of user "${user}", and the database URL has none that fits. Correct the database URL.`
    if (/certificate|ERR_TLS|self.signed/i.test(`${code} ${words}`))
      return `The certificate of ${at} is not trusted (${code || words}). Add sslrootcert=<file with its authority> to the database URL.`
    if (/SSL|TLS/.test(words))
      return `${at} does not encrypt (${words}). Turn that on there, or take sslmode out of the database URL.`
    return `${at} does not answer (${code || words}). Start it, or correct the database URL.`
  }
  switch (code) {
    case '28P01':
      return `${at} refuses the password of user "${user}". Correct the database URL.`
    case '28000':
      return `${at} does not let user "${user}" in (${words}). Correct the user, or add sslmode=verify-full to the database URL if it asks for encryption.`
    case '3D000':
      return `There is no database "${database}" on ${at}. Make it, or correct the database URL.`
    case '42501':
      return `User "${user}" may not make tables in database "${database}" on ${at} (${words}). Make the user its owner.`
    case '42P07':
    case '42710':
      return `Database "${database}" on ${at} holds something that is not Latchkey's (${words}). Give Latchkey a database of its own.`
    case '53300':
      return `${at} has no connection left for user "${user}". Raise its limit, or stop what uses them up.`
    case '57P03':
    case '57P01':
      return `${at} is starting or stopping (${words}). Start Latchkey again when it is ready.`
    case '08P01':
      return `${at} does not understand (${words}). Give the address of the database itself, not of a pooler in front of it.`
    default:
      return `Database "${database}" on ${at} cannot be used (${code}: ${words}). Look into the log of PostgreSQL.`
  }
}

function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** An error of several tries, as for a name with several addresses, has no words of its own. */
function wordsOf(error: unknown): string {
  const { message, errors } = Object(error) as { message?: unknown; errors?: readonly unknown[] }
  if (typeof message === 'string' && message !== '') return message
  return errors?.[0] === undefined ? 'no reason given' : wordsOf(errors[0])
}
