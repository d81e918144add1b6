/**
 * One process per data folder: two would overwrite each other's data without any error.
 *
 * The lock is SQLite's exclusive lock on a small file. The kernel gives it back when the process ends, however it ends, so there is no
 * stale lock to clean up. It holds on local disks; file systems shared over a network may not keep the promise.
 * INVARIANT: nothing else in this process opens the file, because closing it would drop the lock (POSIX locks belong to the process).
 */
import { DatabaseSync } from 'node:sqlite'

/** @returns how to give it back; 'taken' while another holds it; 'foreign' when a file of that name is not ours */
export function takeLock(file: string): (() => void) | 'taken' | 'foreign' {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    database.close()
    const { errcode } = error as { errcode?: number }
    if (errcode === SQLITE_BUSY) return 'taken'
    if (errcode === SQLITE_NOTADB) return 'foreign'
    throw error
  }
  return () => database.close()
}

// Source: sqlite.org/rescode.html (read 2026-11-21).
const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26
