/** The process is killed in the middle of its work, several times over: nothing that was acknowledged is lost, and nothing is half done. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openStore } from '../../../adapters/store/adapter.ts'
import { openFolder } from '../../../adapters/store/folder.ts'
import { type Log, type RequestId, replay } from '../../../core/index.ts'
import { child } from './processes.ts'

const quiet: Log = { info() {}, warn() {}, error() {} }
const ROUNDS = 3
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-crash-'))
})
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

test('killed while the database is made for the first time: the next start makes it', async () => {
  const first = child('hold', folder)
  await new Promise(resolve => setTimeout(resolve, 1200))
  await first.kill()
  const store = await openStore({ folder, log: quiet, newId: randomUUID })
  expect(await store.ready()).toBe(true)
  await store.close()
}, 120_000)

test('killed in the middle of appends, again and again', async () => {
  /** The version each request had when its last append was acknowledged. */
  const acknowledged = new Map<string, number>()
  for (let round = 1; round <= ROUNDS; round += 1) {
    const writer = child('append', folder, String(round * 1_000_000))
    await writer.lines(20 + Math.ceil(Math.random() * 60))
    await writer.kill()
    expect(writer.said[0]).toBe('open')
    for (const line of writer.said.slice(1)) {
      const [id = '', version] = line.split(' ')
      acknowledged.set(id, Number(version))
    }

    const store = await openStore({ folder, log: quiet, newId: randomUUID })
    for (const [id, version] of acknowledged) {
      const loaded = await store.load(id as RequestId)
      expect(loaded.version).toBeGreaterThanOrEqual(version)
      // At most the one append that was under way when the process was killed was stored without having been acknowledged.
      expect(loaded.version).toBeLessThanOrEqual(version + 1)
      expect(loaded.state).toEqual(replay(loaded.events))
    }
    await store.close()
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * 4)

  // Each append stored its event, its place in the projection and its effect together, or none of them.
  const { db, close } = await openFolder(folder, quiet)
  const events = await db.selectFrom('events').select(['stream', 'seq']).execute()
  const requests = await db.selectFrom('requests').select(['id', 'version', 'status']).execute()
  const effects = await db.selectFrom('outbox').select('lane').execute()
  await close()
  const perStream = Map.groupBy(events, ({ stream }) => stream)
  const perLane = Map.groupBy(effects, ({ lane }) => lane)
  expect(requests).toHaveLength(perStream.size)
  for (const { id, version, status } of requests) {
    expect(
      perStream
        .get(id)
        ?.map(({ seq }) => seq)
        .toSorted(),
    ).toEqual([1, 2, 3].slice(0, version))
    expect(perLane.get(`request:${id}`)).toHaveLength(version)
    expect(status).toBe(['none', 'asked', 'approved', 'over'][version])
  }
}, 120_000)
