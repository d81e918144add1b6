/** Starts a peer in a process of its own. */
import { fork } from 'node:child_process'
import { join } from 'node:path'

export type Peer = { pid: number; url: string; stop(): void }

export async function runPeer(name: 'slack' | 'teams', env: Record<string, string>): Promise<Peer> {
  const child = fork(join(import.meta.dirname, `${name}.ts`), [], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', message => resolve((message as { port: number }).port))
    child.once('exit', code => reject(new Error(`the peer ${name} ended with ${code} before it listened`)))
  })
  return { pid: child.pid ?? 0, url: `http://127.0.0.1:${port}`, stop: () => child.disconnect() }
}
