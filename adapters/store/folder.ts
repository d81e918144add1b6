/**
 * The folder of the embedded database: who may use it, making it the first time, and what to tell people when it cannot be used.
 *
 *   latchkey.lock    held by the running process
 *   database/        PGlite's own files; appears whole or not at all
 *   database.new-…   being made, or left over from a first start that was cut short
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import type { Log } from '../../core/index.ts'
import { takeLock } from './lock.ts'
import type { Tables } from './schema.ts'

/** Why a data folder cannot be used. `message` is one line for people: what is wrong and what to do. */
export class DataFolderProblem extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DataFolderProblem'
  }
}

const DATABASE = 'database'
const UNFINISHED = 'database.new-'
const LOCK = 'latchkey.lock'
/** What file systems and desktops leave in folders by themselves. */
const HARMLESS: ReadonlySet<string> = new Set(['lost+found', '.DS_Store', 'desktop.ini', 'Thumbs.db'])
/** PGlite's PostgreSQL. Files of another major version do not open. Source: `select version()` of PGlite 0.5.16 (2026-11-21). */
const POSTGRES = '18'
const FIRST_BOOT_MS = 180_000

/** @throws {DataFolderProblem} */
export async function openFolder(
  path: string,
  log: Log,
): Promise<{ db: Kysely<Tables>; close: () => Promise<void> }> {
  const folder = resolve(path)
  const names = await listOrMake(folder)
  const stranger = names.find(name => !isOurs(name) && !HARMLESS.has(name))
  if (!names.includes(DATABASE) && stranger !== undefined) throw holdsSomethingElse(folder, stranger)
  const unlock = lock(folder)
  try {
    if (!names.includes(DATABASE)) await firstBoot(folder, log)
    await clearUnfinished(folder)
    const { db, close } = await openDatabase(folder)
    return {
      db,
      async close() {
        await close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

const isOurs = (name: string) => name === DATABASE || name.startsWith(LOCK) || name.startsWith(UNFINISHED)

const holdsSomethingElse = (folder: string, name: string) =>
  new DataFolderProblem(
    `The data folder ${folder} holds something that is not Latchkey's (${name}). Choose an empty folder.`,
  )

async function listOrMake(folder: string): Promise<readonly string[]> {
  try {
    await mkdir(folder, { recursive: true })
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new DataFolderProblem(
        `The data folder ${folder} cannot be made: there is a file in its place. Choose another folder or move the file away.`,
        error,
      )
    throw notWritable(folder, error)
  }
}

function notWritable(folder: string, error: unknown): DataFolderProblem {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return new DataFolderProblem(
    `Latchkey may not write to the data folder ${folder} (${code}). Give its user the right to, or choose another folder.`,
    error,
  )
}

function lock(folder: string): () => void {
  let taken: ReturnType<typeof takeLock>
  try {
    taken = takeLock(join(folder, LOCK))
  } catch (error) {
    throw notWritable(folder, error)
  }
  if (taken === 'taken')
    throw new DataFolderProblem(
      `Another Latchkey is using the data folder ${folder}. Stop that one first, or choose another folder.`,
    )
  if (taken === 'foreign') throw holdsSomethingElse(folder, LOCK)
  return taken
}

/** The database is made beside its place and moved there when it is whole: a start that is cut short leaves nothing half made. */
async function firstBoot(folder: string, log: Log): Promise<void> {
  const unfinished = join(folder, UNFINISHED + randomUUID())
  const started = performance.now()
  try {
    const script = fileURLToPath(new URL('./first-boot.ts', import.meta.url))
    await promisify(execFile)(process.execPath, [script, unfinished], {
      timeout: FIRST_BOOT_MS,
      killSignal: 'SIGKILL',
    })
    await rename(unfinished, join(folder, DATABASE))
  } catch (error) {
    throw new DataFolderProblem(
      `The database in ${folder} could not be made (${reasonOf(error)}). Look for a full disk or little memory, then start again.`,
      error,
    )
  }
  log.info('store.first-boot', { tookMs: Math.round(performance.now() - started) })
}

/** Left over by a first start that was cut short; its process may even still be writing. What cannot be removed now goes next time. */
async function clearUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true }).catch(() => {})
}

async function openDatabase(folder: string): Promise<{ db: Kysely<Tables>; close: () => Promise<void> }> {
  const dataDir = join(folder, DATABASE)
  // PGlite would take files without a version for an empty folder and start afresh over them.
  const version = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(error => {
    throw damaged(folder, error)
  })
  if (version.trim() !== POSTGRES)
    throw new DataFolderProblem(
      `The database in ${folder} is of PostgreSQL ${version.trim()}, and this Latchkey needs ${POSTGRES}. Run the version that made it.`,
    )
  let lite: PGlite | undefined
  try {
    lite = await PGlite.create({ dataDir })
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: lite }) })
    // Nothing vacuums an embedded database by itself; and Kysely closes a PGlite only once a query has run.
    await sql`vacuum (analyze)`.execute(db)
    return {
      db,
      async close() {
        // Whatever holds the one connection finishes first.
        await db.connection().execute(async () => {})
        await db.destroy()
      },
    }
  } catch (error) {
    await lite?.close().catch(() => {})
    throw damaged(folder, error)
  }
}

const damaged = (folder: string, cause: unknown) =>
  new DataFolderProblem(
    `The database in ${folder} is damaged and does not open (${reasonOf(cause)}). ` +
      'Restore the folder from a backup, or move it away to start empty; windows open in Azure then end when Azure says.',
    cause,
  )

/** The end of what an error says, on one line. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string }
  const lines = (stderr || message || String(error)).split('\n').map(line => line.trim())
  const telling = lines.find(line => /error/i.test(line)) ?? lines.find(line => line !== '')
  return (telling ?? 'no reason given').slice(0, 200)
}
