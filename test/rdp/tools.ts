/**
 * A real Windows-like sign-in on this machine, and a real client: FreeRDP's shadow server with network level authentication, xfreerdp, and
 * two X displays. All from Debian: freerdp2-x11 freerdp2-shadow-x11 winpr-utils xvfb x11-xserver-utils imagemagick strace.
 * Whatever is missing is named and fails the run; nothing is skipped.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

const PROGRAMS = 'xfreerdp freerdp-shadow-cli winpr-hash Xvfb xsetroot import convert strace'.split(' ')
const PATIENCE_MS = 15_000

/** @throws with the names of what is missing */
async function needPrograms(): Promise<void> {
  const found = await Promise.allSettled(PROGRAMS.map(name => run('which', [name])))
  const missing = PROGRAMS.filter((_, index) => found[index]?.status === 'rejected')
  if (missing.length > 0)
    throw new Error(
      `The RDP test needs ${missing.join(', ')}. On Debian: apt-get install --no-install-recommends freerdp2-x11 freerdp2-shadow-x11 winpr-utils xvfb x11-xserver-utils imagemagick strace`,
    )
}

export type Workbench = Awaited<ReturnType<typeof openWorkbench>>

/** A folder that is somebody's home, two displays, and everything that was started, to be ended together. */
export async function openWorkbench() {
  await needPrograms()
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-rdp-'))
  const children: ChildProcess[] = []
  const begin = (program: string, args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
      stdio: 'ignore',
    })
    children.push(child)
    return child
  }
  const display = async () => {
    for (let number = 90; number < 200; number += 1) {
      if (await exists(`/tmp/.X${number}-lock`)) continue
      begin('Xvfb', [`:${number}`, '-screen', '0', '1024x700x24', '-nolisten', 'tcp', '-noreset'])
      await until(() => exists(`/tmp/.X11-unix/X${number}`), 'the display never came up')
      return `:${number}`
    }
    throw new Error('there is no free display')
  }
  const [theirs, ours] = [await display(), await display()]

  return {
    folder,
    /** A desktop that lets this account in and nobody else; its background has this colour. */
    async desktop({
      address,
      port,
      user,
      password,
      colour,
    }: Record<'address' | 'user' | 'password' | 'colour', string> & { port: number }) {
      const { stdout } = await run('winpr-hash', ['-u', user, '-p', password])
      const sam = join(folder, 'sam')
      await writeFile(sam, `${user}:::${stdout.trim()}:::\n`, { mode: 0o600 })
      await run('xsetroot', ['-display', theirs, '-solid', colour])
      begin(
        'freerdp-shadow-cli',
        [`/port:${port}`, `/bind-address:${address}`, '/sec:nla', `/sam-file:${sam}`, '+auth'],
        { DISPLAY: theirs },
      )
      await until(() => listens(address, port), 'the desktop never listened')
    },
    /** Opens a connection file as a person would, only to sign in; gives the exit code and every address that was dialled. */
    async signIn(file: string, password: string): Promise<{ code: number; dialled: readonly string[] }> {
      const trace = join(folder, 'trace')
      const client = begin(
        'strace',
        [
          ...['-f', '-qq', '-e', 'trace=connect,sendto', '-o', trace],
          ...['timeout', '20', 'xfreerdp', file, `/p:${password}`, '/cert:ignore', '+auth-only'],
        ],
        { DISPLAY: ours },
      )
      const [code] = (await once(client, 'exit')) as [number]
      return { code, dialled: dialledIn(await readFile(trace, 'utf8')) }
    },
    /** Opens a connection file, stays, and takes a picture of the client's screen once the desktop's colour fills it. */
    async lookAt(file: string, password: string, colour: string, picture: string): Promise<void> {
      const client = begin('xfreerdp', [file, `/p:${password}`, '/cert:ignore'], { DISPLAY: ours })
      await until(async () => {
        if (client.exitCode !== null) throw new Error(`the client ended with ${client.exitCode}`)
        await run('import', ['-display', ours, '-window', 'root', picture])
        const { stdout } = await run('convert', [
          picture,
          '-gravity',
          'center',
          '-crop',
          '9x9+0+0',
          '-resize',
          '1x1!',
          'txt:-',
        ])
        return resembles(stdout, colour)
      }, `the client never showed the desktop (${colour})`)
      client.kill()
    },
    async close() {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Internet addresses in a trace, as address:port. Sockets of the machine itself (the display) are not the internet. */
const dialledIn = (trace: string): readonly string[] => [
  ...new Set(
    [...trace.matchAll(/sin_port=htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)/g)].map(
      ([, port, address]) => `${address}:${port}`,
    ),
  ),
  ...[...trace.matchAll(/inet_pton\(AF_INET6, "([^"]+)"/g)].map(([, address]) => `[${address}]`),
]

/** RDP's pictures lose a little: each part of the colour may be off by 12 of 256. */
function resembles(pixel: string, colour: string): boolean {
  const parts = (hex: string | undefined) =>
    hex?.match(/[0-9a-f]{2}/gi)?.map(part => Number.parseInt(part, 16)) ?? []
  const wanted = parts(colour)
  const seen = parts(/#([0-9A-F]{6})/.exec(pixel)?.[1])
  return seen.length === 3 && seen.every((part, index) => Math.abs(part - (wanted[index] ?? 0)) <= 12)
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

async function listens(address: string, port: number): Promise<boolean> {
  const socket = createConnection(port, address)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function until(check: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await pause(100)) {
    if (await check()) return
    if (performance.now() > deadline) throw new Error(otherwise)
  }
}
