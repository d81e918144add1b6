/**
 * Asks a machine whether it speaks RDP, without credentials: TCP, the first exchange of RDP, and the certificate it shows.
 *
 * Nothing is believed of the certificate but what it is: who asked compares it. A silence says only that nothing came back *here*: a JIT
 * window is open for the requester's address, not for ours. Where to connect must come from Azure, never from what somebody typed.
 * The machine keeps a line about the attempt in its RDP log.
 */
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as secure } from 'node:tls'
import { instant, type ProbeAnswer } from '../../core/index.ts'
import { type Confirm, connectionRequest, readConfirm } from './negotiation.ts'

const DEADLINE_MS = 5_000

/** No connection, or one that ended: what it means for who asked. */
const MEANS: Readonly<Record<string, ProbeAnswer['answer']>> = {
  ECONNREFUSED: 'reset',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
}

/**
 * @param host an address or name that Azure reported
 * @returns 'silent' also when there is no such name or no route: nothing was proven
 */
export async function probeRdp(
  host: string,
  port: number,
  { deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {},
): Promise<ProbeAnswer> {
  const signal = AbortSignal.timeout(deadlineMs)
  const socket = connect({ host, port })
  socket.on('error', () => undefined)
  try {
    await once(socket, 'connect', { signal })
    socket.write(connectionRequest())
    const confirm = await confirmed(socket, signal)
    if (confirm.kind === 'not-rdp') return { answer: 'other-bytes' }
    if (confirm.kind === 'refused' || !confirm.tls) return { answer: 'rdp', nla: confirm.nla }
    const certificate = await certificateOf(socket, host, signal)
    return { answer: 'rdp', nla: confirm.nla, ...(certificate === undefined ? {} : { certificate }) }
  } catch (error) {
    return { answer: MEANS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'silent' }
  } finally {
    socket.destroy()
  }
}

/** @throws with code ECONNRESET when it hangs up before it has answered */
async function confirmed(socket: Socket, signal: AbortSignal): Promise<Confirm> {
  let bytes = Buffer.alloc(0)
  return new Promise<Confirm>((resolve, reject) => {
    const stop = (end: () => void) => {
      socket.off('data', take)
      socket.pause()
      end()
    }
    const take = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      const confirm = readConfirm(bytes)
      if (confirm !== undefined) stop(() => resolve(confirm))
    }
    socket.on('data', take)
    socket.once('close', () => stop(() => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))))
    signal.addEventListener('abort', () => stop(() => reject(signal.reason)), { once: true })
  })
}

/** Undefined when the handshake does not come to an end: that it speaks RDP is known all the same. */
async function certificateOf(socket: Socket, host: string, signal: AbortSignal) {
  const encrypted = secure({
    socket,
    // Azure VMs sign for themselves. What counts is compared afterwards: name and thumbprint.
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    ...(isIP(host) === 0 ? { servername: host } : {}),
  })
  encrypted.on('error', () => undefined)
  try {
    await once(encrypted, 'secureConnect', { signal })
    const certificate = encrypted.getPeerX509Certificate()
    return (
      certificate && {
        subject: certificate.toLegacyObject().subject.CN?.toString() ?? certificate.subject,
        thumbprint: certificate.fingerprint.replaceAll(':', ''),
        notAfter: instant(certificate.validToDate.getTime()),
      }
    )
  } catch {
    return undefined
  } finally {
    encrypted.destroy()
  }
}
