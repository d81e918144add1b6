/**
 * Says when to look again: something changed in the world, the connection came back, or (while it is away) a few seconds passed.
 *
 * Changes that come close together are one call.
 */
import { useEffect, useState } from 'preact/hooks'

const gatherMs = 120
const reopenMs = 3_000

const listeners = new Set<() => void>()
let gathering = false
let connected = false

export function onChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whether the stream of events is open. */
export function useConnected(): boolean {
  const [shown, setShown] = useState(connected)
  useEffect(() => onChange(() => setShown(connected)), [])
  return shown
}

/** Opens the stream of events; it stays open, or is opened again, as long as the page lives. */
export function connect(): void {
  const stream = new EventSource('/world/events')
  stream.onopen = () => {
    connected = true
    lookAgain()
  }
  stream.onmessage = lookAgain
  stream.onerror = () => {
    connected = false
    lookAgain()
    // A browser reconnects by itself after a broken connection, but not after an answer that was no stream.
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, reopenMs)
  }
}

setInterval(() => {
  if (!connected) lookAgain()
}, reopenMs)

function lookAgain(): void {
  if (gathering) return
  gathering = true
  setTimeout(() => {
    gathering = false
    for (const listener of [...listeners]) listener()
  }, gatherMs)
}
