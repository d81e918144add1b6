/**
 * The embedded store: PostgreSQL inside this process (PGlite), kept in a folder that one process at a time may use.
 *
 * What is acknowledged survives the process being killed at any instant. PGlite never calls fsync, so a power cut or a crash of the
 * operating system may lose the last writes: keep the folder on a disk of a machine that is not switched off carelessly, and back it up
 * with Latchkey stopped.
 */
import type { Kysely } from 'kysely'
import type { Log } from '../../core/index.ts'
import { DataFolderProblem, openFolder } from './folder.ts'
import { migrate, NewerDatabase } from './migrations/index.ts'
import type { Tables } from './schema.ts'
import { createStore, type OwnedStore } from './store.ts'

export { DataFolderProblem } from './folder.ts'
export type { OwnedStore } from './store.ts'

/**
 * Opens the store in a folder of its own, making it when it is not there. The first time takes some seconds and runs in a process of its own.
 *
 * @param options.folder holds nothing else
 * @throws {DataFolderProblem} with one line for people: in use, not writable, not a folder, holding something else, damaged, or too new
 */
export async function openStore(options: {
  folder: string
  log: Log
  newId: () => string
  wall?: () => number
}): Promise<OwnedStore> {
  const { folder, ...rest } = options
  const { db, close } = await openFolder(folder, options.log)
  try {
    await migrate(db)
    await freeLeases(db)
  } catch (error) {
    await close()
    throw error instanceof NewerDatabase
      ? new DataFolderProblem(
          `The data in ${folder} was changed by a newer Latchkey. Run that version, or restore a backup made before.`,
          error,
        )
      : error
  }
  return createStore(db, { ...rest, close })
}

/** Nobody else can have this folder open, so whoever held a lease is dead: its effects need not wait for the lease to run out. */
const freeLeases = (db: Kysely<Tables>) =>
  db.updateTable('outbox').set({ lease_until: 0 }).where('state', '=', 'leased').execute()
