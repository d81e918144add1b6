/**
 * A TCP port on this machine that behaves as the RDP port of a pretend VM does to whoever tries it: it says nothing, hangs up, confirms an
 * RDP connection, or says something that is no RDP.
 *
 * A port that is filtered takes no connection at all; here it takes one and stays silent, which to a client is the same: nothing comes back.
 * Source: [MS-RDPBCGR] 2.2.1.2, X.224 Connection Confirm with an RDP negotiation failure (HYBRID_REQUIRED_BY_SERVER), v20240423.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export type Heard = 'silent' | 'reset' | 'rdp_reply' | 'other_bytes'

export type RdpPort = { port: number; close: () => void }

const WANTS_NLA = Buffer.from('030000130ed000001234000300080005000000', 'hex')
const BANNER = Buffer.from('SSH-2.0-OpenSSH_9.5\r\n', 'latin1')

const ACTS: Readonly<Record<Heard, (socket: Socket) => void>> = {
  silent: () => undefined,
  reset: socket => socket.resetAndDestroy(),
  rdp_reply: socket => socket.once('data', () => socket.write(WANTS_NLA)),
  other_bytes: socket => socket.write(BANNER),
}

export async function openRdpPort(heard: Heard): Promise<RdpPort> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    ACTS[heard](socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
