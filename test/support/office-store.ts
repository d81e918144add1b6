/** Where the office keeps its store when nothing else is said: the embedded database, in a folder that goes with it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { openFolder } from '../../adapters/store/folder.ts'
import { migrate } from '../../adapters/store/migrations/index.ts'
import type { Peers } from '../../adapters/store/peers.ts'
import type { Tables } from '../../adapters/store/schema.ts'
import type { Log } from '../../core/index.ts'

/** Migrated, and used by nobody else. */
export type OfficeDatabase = { db: Kysely<Tables>; peers?: Peers; close(): Promise<void> }

export async function openEmbedded(log: Log): Promise<OfficeDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-office-'))
  const { db, close } = await openFolder(join(folder, 'store'), log)
  await migrate(db)
  return {
    db,
    async close() {
      await close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
