/**
 * Makes an empty database in the folder named on the command line, and ends. Runs as a process of its own: it needs several hundred
 * megabytes that would not be given back, and keeps a processor busy for seconds in which the bot could not answer.
 */
import { PGlite } from '@electric-sql/pglite'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('which folder?')
const database = await PGlite.create({
  dataDir: folder,
  // Read only now. The defaults are made for a server: they would cost memory and disk for nothing.
  postgresqlconf: ['shared_buffers=8MB', 'max_connections=5', 'max_wal_size=64MB', 'min_wal_size=32MB'],
})
await database.close()
process.exit(0)
