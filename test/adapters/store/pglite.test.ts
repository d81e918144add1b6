/** The store's contract on PGlite. The database is made once; each test gets it emptied. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'
import { openFolder } from '../../../adapters/store/folder.ts'
import { migrate } from '../../../adapters/store/migrations/index.ts'
import { createStore, type OwnedStore } from '../../../adapters/store/store.ts'
import type { Log } from '../../../core/index.ts'
import { storeContract } from '../../contracts/store.ts'
import { empty } from './empty.ts'

const quiet: Log = { info() {}, warn() {}, error() {} }
let folder: string
let database: Awaited<ReturnType<typeof openFolder>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-store-'))
  database = await openFolder(folder, quiet)
  await migrate(database.db)
}, 120_000)
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

storeContract('PGlite', async wall => {
  await empty(database.db)
  const open = (): OwnedStore =>
    createStore(database.db, { log: quiet, newId: randomUUID, wall, close: async () => {} })
  let store = open()
  return {
    store,
    async reopen() {
      await store.close()
      await database.close()
      database = await openFolder(folder, quiet)
      store = open()
      return store
    },
    close: () => store.close(),
  }
})
