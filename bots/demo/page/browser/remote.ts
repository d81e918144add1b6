/** What the page reads from the simulators and tells them. Nothing here throws: an API that is away is a state to be shown. */
import { useEffect, useState } from 'preact/hooks'
import { onChange } from './live.ts'

const readDeadlineMs = 10_000
/** Longer than the deadlines of both platforms (Slack 3 s, Teams 15 s). */
const writeDeadlineMs = 30_000
const longestPauseMs = 5_000

export type Remote<T> = {
  /** Undefined until the first answer. While the API is away: what it said last. */
  data: T | undefined
  away: boolean
}

/** Reads an address now, after every change in the world, and again and again while it does not answer. */
export function useRemote<T>(url: string | undefined, isRight: (value: unknown) => value is T): Remote<T> {
  const [known, setKnown] = useState<Remote<T> & { url: string | undefined }>({
    url,
    data: undefined,
    away: false,
  })

  useEffect(() => {
    if (url === undefined) return
    const over = new AbortController()
    let reading = false
    let again = false
    let failures = 0
    let lastText: string | undefined
    let pause: ReturnType<typeof setTimeout> | undefined

    const read = async (): Promise<void> => {
      if (reading) {
        again = true
        return
      }
      reading = true
      clearTimeout(pause)
      try {
        const text = await readText(url, over.signal)
        if (over.signal.aborted) return
        if (failures > 0 || text !== lastText) {
          const data: unknown = JSON.parse(text)
          if (!isRight(data)) throw new TypeError(`${url} answered something else`)
          setKnown({ url, data, away: false })
        }
        lastText = text
        failures = 0
      } catch {
        if (over.signal.aborted) return
        failures += 1
        setKnown(before => ({ url, data: before.url === url ? before.data : undefined, away: true }))
        pause = setTimeout(read, Math.min(500 * 2 ** failures, longestPauseMs))
      } finally {
        reading = false
      }
      if (again) {
        again = false
        await read()
      }
    }
    void read()
    const forget = onChange(() => void read())
    return () => {
      over.abort()
      clearTimeout(pause)
      forget()
    }
  }, [url])

  return known.url === url ? known : { data: undefined, away: false }
}

async function readText(url: string, over: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([over, AbortSignal.timeout(readDeadlineMs)])
  const response = await fetch(url, { signal, headers: { accept: 'application/json' } })
  if (!response.ok) throw new TypeError(`${url} answered ${response.status}`)
  return response.text()
}

export type Answer = { ok: true; body: unknown } | { ok: false; say: string }

/** Tells a simulator something, once. */
export async function post(url: string, body: unknown): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(writeDeadlineMs),
    })
    const text = await response.text()
    if (response.ok) return { ok: true, body: parsed(text) }
    return { ok: false, say: sayProblem(response.status, text) }
  } catch {
    return { ok: false, say: 'That did not arrive: the server is not reachable.' }
  }
}

/** Why a chat could not bring something to the bot, as its simulator names it. */
const PROBLEMS: Readonly<Record<string, string>> = {
  connection_failed: 'The bot could not be reached, so it knows nothing of this. Do it again in a moment.',
  http_timeout: 'The bot did not answer in time. Look whether it happened before you do it again.',
}

function sayProblem(status: number, text: string): string {
  const body = parsed(text)
  const problem = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : ''
  return PROBLEMS[problem] ?? `That did not work: the answer was ${status}. ${text.slice(0, 200)}`.trim()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isListOf =
  <T extends object>(...keys: readonly (keyof T & string)[]) =>
  (value: unknown): value is readonly T[] =>
    Array.isArray(value) && value.every(item => isRecordWith(item, keys))

export const isRecordWith = (value: unknown, keys: readonly string[]): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && keys.every(key => key in value)
