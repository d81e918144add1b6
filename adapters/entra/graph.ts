/**
 * Reads from Microsoft Graph: one page, or all pages of a list, with a deadline, patience and suspicion.
 *
 * Patience: a throttled or overloaded Graph is asked again twice at most, and only when it wants us to wait no longer than a person
 * would. Suspicion: our token goes to the configured Graph alone, wherever the link to the next page points.
 * Sources: https://learn.microsoft.com/graph/paging and https://learn.microsoft.com/graph/throttling (read 2026-11-21).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Fault, type Log } from '../../core/index.ts'
import { graphFault, lostFault, retryAfterMs, tokenFault } from './faults.ts'

/** The part of a credential that we use; every credential of @azure/identity fits. */
export type Credential = {
  getToken(scope: string, options?: { abortSignal?: AbortSignal }): Promise<{ token: string } | null>
}

type Question = {
  /** Name of the operation in faults and logs. */
  op: string
  /** Below /v1.0, already encoded. */
  path: string
  query: Readonly<Record<string, string>>
  /** OData casts are answered by Graph's index only; they want this said in every request. */
  advanced?: boolean
  /** The application permission this needs, for the sentence when it is missing. */
  permission: string
}

export type Graph = {
  /** Undefined when Graph answers 404. @throws {Fault} */
  one(question: Question): Promise<unknown>
  /** Every entry of every page. Undefined when Graph answers 404. @throws {Fault} */
  all(question: Question): Promise<readonly unknown[] | undefined>
}

const DEADLINE_MS = 8_000
const REPEATS = 2
const LONGEST_WAIT_MS = 3_000
/** Pages hold up to 999 entries; a list longer than this is a loop. */
const MOST_PAGES = 200

const SCOPE = 'https://graph.microsoft.com/.default'
const SERVICE = 'Microsoft Graph'

const Page = z.object({ value: z.array(z.unknown()), '@odata.nextLink': z.string().optional() })

/** @param base where Graph lives, without the version */
export function connectGraph(base: string, credential: Credential, log: Log): Graph {
  const root = new URL(`${base.replace(/\/+$/, '')}/v1.0/`)

  async function one(question: Question): Promise<unknown> {
    return read(firstUrl(root, question), question)
  }

  async function all(question: Question): Promise<readonly unknown[] | undefined> {
    const { op } = question
    const found: unknown[] = []
    const visited = new Set<string>()
    let next: URL | undefined = firstUrl(root, question)
    while (next !== undefined) {
      if (visited.has(next.href) || visited.size >= MOST_PAGES)
        throw new Fault('broken', { op, say: `${SERVICE} sent a list without an end. Try again later.` })
      visited.add(next.href)
      const answer = await read(next, question)
      // A later page that is gone is not an empty list: what was read so far would be taken for the whole.
      if (answer === undefined && visited.size === 1) return undefined
      const page = Page.safeParse(answer)
      if (!page.success) throw unreadable(op, page.error)
      found.push(...page.data.value)
      next = nextUrl(root, page.data['@odata.nextLink'], op)
    }
    return found
  }

  async function read(url: URL, question: Question): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const answer = await ask(url, question)
      if (answer.ok) return answer.body
      const { status, waitMs, code } = answer
      if (status === 404) return undefined
      const patient = [429, 503, 504].includes(status) && waitMs !== undefined && waitMs <= LONGEST_WAIT_MS
      if (!patient || attempt > REPEATS)
        throw graphFault(question.op, { status, permission: question.permission, retryAfterMs: waitMs, code })
      log.info('entra.graph.again', { op: question.op, status, waitMs, attempt })
      await sleep(waitMs)
    }
  }

  async function ask(url: URL, { op, advanced = false }: Question) {
    const signal = AbortSignal.timeout(DEADLINE_MS)
    const token = await tokenFor(credential, signal, op)
    try {
      const response = await fetch(url, {
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(advanced ? { consistencylevel: 'eventual' } : {}),
        },
        // Graph does not redirect these reads; following one could carry the token away.
        redirect: 'error',
        signal,
      })
      if (response.ok) return { ok: true as const, body: (await response.json()) as unknown }
      const waitMs = retryAfterMs(response.headers.get('retry-after'), Date.now())
      const code = response.status === 403 ? codeIn(await response.text()) : await nothingOf(response)
      return { ok: false as const, status: response.status, waitMs, code }
    } catch (cause) {
      if ((cause as { name?: unknown }).name === 'SyntaxError') throw unreadable(op, cause)
      throw lostFault(op, SERVICE, cause)
    }
  }

  return { one, all }
}

const Refusal = z.object({ error: z.object({ code: z.string() }) })

/** Graph's own name for what is wrong, where its answer has one. */
function codeIn(text: string): string | undefined {
  try {
    return Refusal.safeParse(JSON.parse(text)).data?.error.code
  } catch {
    return undefined
  }
}

async function nothingOf({ body }: Response): Promise<undefined> {
  await body?.cancel()
}

/** A fresh token, or the one the credential keeps. Not every credential heeds the signal, so the wait ends by itself too. */
async function tokenFor(credential: Credential, signal: AbortSignal, op: string): Promise<string> {
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const asked = credential.getToken(SCOPE, { abortSignal: signal })
  const given = await Promise.race([asked, late]).catch(cause => {
    throw tokenFault(op, cause)
  })
  if (given === null) throw tokenFault(op)
  return given.token
}

function firstUrl(root: URL, { path, query }: Question): URL {
  const url = new URL(path, root)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

function nextUrl(root: URL, link: string | undefined, op: string): URL | undefined {
  if (link === undefined) return undefined
  const next = URL.parse(link)
  if (next?.origin !== root.origin || !next.pathname.startsWith(root.pathname))
    throw new Fault('broken', {
      op,
      say: `${SERVICE} pointed to a next page at another address, where Latchkey does not send its token. Tell whoever runs Latchkey.`,
    })
  return next
}

export const unreadable = (op: string, cause: unknown): Fault =>
  new Fault('broken', { op, say: `${SERVICE} gave an answer that cannot be read. Try again later.`, cause })
