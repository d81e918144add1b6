/** Who may use a data folder, and what is said when it cannot be used. */
import { randomUUID } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { DataFolderProblem, openStore } from '../../../adapters/store/adapter.ts'
import { openFolder } from '../../../adapters/store/folder.ts'
import type { Log } from '../../../core/index.ts'
import { at, incoming } from '../../contracts/store/cast.ts'
import { child } from './processes.ts'

const quiet: Log = { info() {}, warn() {}, error() {} }
let base: string
/** A folder that was used once and closed; tests work on copies. */
let used: string
let copies = 0

const open = (folder: string, log = quiet) => openStore({ folder, log, newId: randomUUID })
const copy = async () => {
  copies += 1
  const folder = join(base, `copy ${copies}`)
  await cp(used, folder, { recursive: true })
  return folder
}
/** The one line for people. */
async function refusal(folder: string): Promise<string> {
  const refused = await open(folder).then(
    store => store.close().then(() => undefined),
    error => error,
  )
  expect(refused).toBeInstanceOf(DataFolderProblem)
  expect(refused.message).not.toContain('\n')
  expect(refused.message).toContain(folder)
  return refused.message
}

const logged: string[] = []
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'latchkey-folder-'))
  used = join(base, 'made', 'with', 'its parents')
  const store = await open(used, { ...quiet, info: event => logged.push(event) })
  await store.note(incoming('slack:1'))
  await store.close()
}, 120_000)
afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 5 }))

describe('a folder that is fine', () => {
  test('is made with its parents, and holds the lock and the database', async () => {
    expect((await readdir(used)).toSorted()).toEqual(['database', 'latchkey.lock'])
    expect(logged).toEqual(['store.first-boot'])
  })
  test('opens again with everything in it, answers that it is ready, and closes once', async () => {
    const store = await open(await copy())
    expect(await store.ready()).toBe(true)
    expect(await store.note(incoming('slack:1'))).toBe('seen')
    await store.close()
    await store.close()
    await expect(store.ready()).rejects.toThrow()
  })
  test('lets what is under way finish before it closes', async () => {
    const folder = await copy()
    const store = await open(folder)
    const noted = Promise.all(Array.from({ length: 20 }, (_, n) => store.note(incoming(`slack:late ${n}`))))
    await store.close()
    expect(await noted).toEqual(Array(20).fill('noted'))
    const again = await open(folder)
    expect(await again.note(incoming('slack:late 19'))).toBe('seen')
    await again.close()
  })
  test('may hold what others leave there beside the database, and forgets first starts that were cut short', async () => {
    const folder = await copy()
    await mkdir(join(folder, 'lost+found'))
    await writeFile(join(folder, 'notes.txt'), '')
    await mkdir(join(folder, 'database.new-123', 'base'), { recursive: true })
    await (await open(folder)).close()
    expect((await readdir(folder)).toSorted()).toEqual([
      'database',
      'latchkey.lock',
      'lost+found',
      'notes.txt',
    ])
  })
})

describe('a folder in use', () => {
  test('is refused to a second process, until the first one is killed', async () => {
    const folder = await copy()
    const holder = child('hold', folder)
    await holder.lines(1)
    expect(holder.said).toEqual(['open'])
    expect(await refusal(folder)).toBe(
      `Another Latchkey is using the data folder ${folder}. Stop that one first, or choose another folder.`,
    )
    await holder.kill()
    await (await open(folder)).close()
  })
  test('is refused to the same process too', async () => {
    const folder = await copy()
    const store = await open(folder)
    expect(await refusal(folder)).toMatch(/^Another Latchkey is using/)
    // The refusal must not have taken the lock away.
    const other = child('open', folder)
    await other.lines(1)
    expect(other.said).toEqual([expect.stringMatching(/^DataFolderProblem: Another Latchkey/)])
    await store.close()
  })
})

describe('what is no data folder', () => {
  test('a file in its place', async () => {
    const file = join(base, 'file')
    await writeFile(file, '')
    const words = 'cannot be made: there is a file in its place. Choose another folder or move the file away.'
    expect(await refusal(file)).toBe(`The data folder ${file} ${words}`)
    expect(await refusal(join(file, 'below'))).toContain(words)
  })
  test('a folder that may not be written', async () => {
    const folder = join(base, 'read-only')
    await mkdir(folder)
    await chmod(base, 0o755)
    await chmod(folder, 0o555)
    // As root everything may be written: the child becomes nobody.
    const visitor = child('unwritable', folder)
    await visitor.lines(1)
    expect(visitor.said).toEqual([
      expect.stringMatching(
        /^DataFolderProblem: Latchkey may not write to the data folder .*\. Give its user the right to, or choose another folder\.$/,
      ),
    ])
    expect(await readdir(folder)).toEqual([])
  })
  test('a folder that holds something else, which is left as it was', async () => {
    const folder = join(base, 'photos')
    await mkdir(folder)
    await writeFile(join(folder, 'beach.jpg'), '')
    expect(await refusal(folder)).toBe(
      `The data folder ${folder} holds something that is not Latchkey's (beach.jpg). Choose an empty folder.`,
    )
    expect(await readdir(folder)).toEqual(['beach.jpg'])
  })
  test('a folder with another file by the name of the lock', async () => {
    const folder = join(base, 'lookalike')
    await mkdir(folder)
    await writeFile(join(folder, 'latchkey.lock'), 'something else that is called like this')
    expect(await refusal(folder)).toContain("holds something that is not Latchkey's (latchkey.lock)")
  })
})

describe('a database that does not open', () => {
  const DAMAGED =
    /^The database in .* is damaged and does not open \(.+\)\. Restore the folder from a backup, or move it away/

  test.each<[string, (database: string) => Promise<unknown>]>([
    [
      'its heart is overwritten',
      database => writeFile(join(database, 'global', 'pg_control'), 'x'.repeat(8192)),
    ],
    ['its log is gone', database => rm(join(database, 'pg_wal'), { recursive: true })],
    [
      'its log is cut off',
      async database => {
        const wal = join(database, 'pg_wal')
        for (const name of await readdir(wal))
          if (/^[0-9A-F]{24}$/.test(name)) await truncate(join(wal, name), 0)
      },
    ],
  ])('is called damaged when %s, and the lock is given back', async (_, damage) => {
    const folder = await copy()
    await damage(join(folder, 'database'))
    expect(await refusal(folder)).toMatch(DAMAGED)
    expect(await refusal(folder)).toMatch(DAMAGED)
  })
  // PGlite would make a new database in their place.
  test.each<[string, (database: string) => Promise<unknown>]>([
    ['its version is gone', database => mkdir(join(database, 'base'), { recursive: true })],
    ['it is empty', database => mkdir(database)],
    ['it is a file', database => writeFile(database, '')],
  ])('is called damaged when %s, and is left as it is', async (_, make) => {
    const folder = await mkdtemp(join(base, 'half-'))
    const database = join(folder, 'database')
    await make(database)
    const before = await readdir(folder, { recursive: true })
    expect(await refusal(folder)).toMatch(DAMAGED)
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual(
      [...before, 'latchkey.lock'].toSorted(),
    )
  })
  test('of another PostgreSQL is said to be one', async () => {
    const folder = await mkdtemp(join(base, 'old-'))
    await mkdir(join(folder, 'database'))
    await writeFile(join(folder, 'database', 'PG_VERSION'), '17\n')
    expect(await refusal(folder)).toBe(
      `The database in ${folder} is of PostgreSQL 17, and this Latchkey needs 18. Run the version that made it.`,
    )
  })
  test('of a newer Latchkey is said to be one, and nothing in it is changed', async () => {
    const folder = await copy()
    const { db, close } = await openFolder(folder, quiet)
    const newer = { name: '9999-from-the-future', timestamp: '2027-01-01' }
    await db
      .withTables<{ kysely_migration: typeof newer }>()
      .insertInto('kysely_migration')
      .values(newer)
      .execute()
    await close()
    expect(await refusal(folder)).toBe(
      `The data in ${folder} was changed by a newer Latchkey. Run that version, or restore a backup made before.`,
    )
  })
})

test('after a restart nobody waits for the leases of the dead, and what they still say does not count', async () => {
  const folder = await copy()
  const store = await open(folder)
  const first = await store.claim(at(0), 120_000)
  expect(first).toMatchObject({ attempt: 1, effect: { do: 'handle' } })
  await store.close()
  const again = await open(folder)
  const second = await again.claim(at(0), 120_000)
  expect(second).toEqual({ ...first, attempt: 2 })
  if (first) expect(await again.settle(first, { how: 'done' })).toBe('lease-lost')
  expect(await again.claim(at(0), 120_000)).toBeUndefined()
  await again.close()
})
