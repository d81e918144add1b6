/** The PostgreSQL server goes away, hangs or comes back while Latchkey runs. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { openPostgresStore } from '../../../adapters/store/postgres.ts'
import type { OwnedStore } from '../../../adapters/store/store.ts'
import { isPassing, type Log, type Task } from '../../../core/index.ts'
import { at, incoming as incomingFrom } from '../../contracts/store/cast.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const logged: string[] = []
const log: Log = {
  info: event => logged.push(event),
  warn: event => logged.push(event),
  error: event => logged.push(event),
}
const AGES_MS = 3_600_000
/** Less than a test may take: what fails must not go on behind it. */
const PATIENCE_MS = 20_000
let postgres: TestPostgres
const stores: OwnedStore[] = []
const closers: (() => unknown)[] = []

async function open(options: Partial<Parameters<typeof openPostgresStore>[0]> = {}): Promise<OwnedStore> {
  const store = await openPostgresStore({ url: postgres.url(), log, newId: randomUUID, ...options })
  stores.push(store)
  return store
}
/** Each from somebody else, so that none has to wait for another. */
const incoming = (delivery: string) =>
  incomingFrom(delivery, { who: { platform: 'slack', workspace: 'T1', key: delivery } })
/** What a call that had to fail was thrown. */
const faultIn = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no fault',
    error => error,
  )
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come about')
    await pause(20)
  }
}
const hearers = async () => {
  const rows = await postgres.ask(
    `select pid from pg_stat_activity where query = 'listen latchkey' order by pid`,
  )
  return rows.map(row => row['pid'])
}

beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
beforeEach(() => {
  logged.length = 0
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await Promise.all(stores.splice(0).map(store => store.close()))
  await postgres.start()
})
afterAll(() => postgres.remove(), 60_000)

describe('a server that goes away for a while', () => {
  test.each(['fast', 'immediate'] as const)(
    '(%s) makes calls fail with a fault worth retrying, and everything goes on when it is back',
    async how => {
      const store = await open()
      // Several connections, so that idle ones are lost as well.
      const keys = [1, 2, 3, 4, 5, 6].map(n => `slack:${how} ${n}`)
      await Promise.all(keys.map(key => store.note(incoming(key))))
      await postgres.stop(how)
      for (const call of [store.note(incoming('slack:lost')), store.claim(at(0), AGES_MS), store.ready()])
        expect(await faultIn(call)).toSatisfyFault()
      await store.wait(10)

      await postgres.start()
      await until(() => store.ready().catch(() => false))
      expect(await Promise.all(keys.map(key => store.note(incoming(key))))).toEqual(keys.map(() => 'seen'))
      await until(() => logged.includes('store.listening-again'))
      expect(logged).toEqual(['store.not-listening', 'store.listening-again'])
    },
  )
  test('may be away while the store is closed', async () => {
    const store = await open()
    await postgres.stop('immediate')
    try {
      await store.close()
    } finally {
      await postgres.start()
    }
  })
  test('loses nothing that was acknowledged, whenever it stops', async () => {
    const store = await open()
    const acknowledged: string[] = []
    let [n, restarting] = [0, true]
    const writer = async () => {
      while (restarting) {
        n += 1
        const key = `slack:restart ${n}`
        const outcome = await store.note(incoming(key)).catch(error => error)
        // 'seen': the server had stored it before it went away, and said so only when it was asked again.
        if (outcome === 'noted' || outcome === 'seen') acknowledged.push(key)
        else {
          expect(outcome).toSatisfyFault()
          await pause(20)
        }
      }
    }
    const writers = [1, 2, 3, 4].map(writer)
    for (const how of ['immediate', 'fast', 'immediate'] as const) {
      const enough = acknowledged.length + 20
      await until(() => acknowledged.length >= enough)
      await postgres.stop(how)
      await postgres.start()
    }
    restarting = false
    await Promise.all(writers)
    const again = await Promise.all(acknowledged.map(key => store.note(incoming(key))))
    expect(again.every(outcome => outcome === 'seen')).toBe(true)
  })
})

describe('a server that hangs', () => {
  test('at a lock: the statement ends with a fault, and the connection is used again', async () => {
    const store = await open({ statementMs: 200, poolSize: 1 })
    const other = new Client(postgres.url())
    await other.connect()
    closers.push(() => other.end())
    await other.query('begin; lock table outbox')
    expect(await faultIn(store.claim(at(0), AGES_MS))).toMatchObject({ name: 'Fault', kind: 'timeout' })
    expect(await faultIn(store.note(incoming('slack:locked')))).toMatchObject({
      name: 'Fault',
      kind: 'timeout',
    })
    await other.query('rollback')
    expect(await store.note(incoming('slack:locked'))).toBe('noted')
  })
  test('without a word: the call ends with a fault, and so does a call that waits for a connection', async () => {
    const line = await telephone()
    closers.push(line.close)
    const store = await open({ url: line.url, statementMs: 200, connectMs: 500, poolSize: 1 })
    expect(await store.note(incoming('slack:heard'))).toBe('noted')
    line.freeze()
    const faults = [store.note(incoming('slack:frozen')), store.ready()].map(faultIn)
    for (const fault of await Promise.all(faults))
      expect(fault).toMatchObject({ name: 'Fault', kind: 'timeout' })
    line.thaw()
    await until(() => store.ready().catch(() => false))
    // The transaction that hung was thrown away whole.
    expect(await store.note(incoming('slack:frozen'))).toBe('noted')
  })

  /** A line to the server that can be made to hang: what is said stays in it. */
  async function telephone() {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-line-'))
    const sockets = new Set<Socket>()
    let frozen = false
    const server = createServer(near => {
      const far = connect(join(postgres.folder, '.s.PGSQL.5432'))
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from)
        from.on('error', () => {}).on('close', () => to.destroy())
        from.on('data', chunk => !frozen && to.write(chunk))
      }
    })
    await new Promise<void>(resolve => server.listen(join(folder, '.s.PGSQL.5432'), resolve))
    return {
      url: postgres.url({ folder }),
      freeze() {
        frozen = true
      },
      thaw() {
        frozen = false
      },
      async close() {
        for (const socket of sockets) socket.destroy()
        server.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  }
})

describe('the hint between processes', () => {
  // The waits end because something was heard; otherwise the test itself would run out of time.
  const drain = async (store: OwnedStore) => {
    for (let task = await store.claim(at(0), AGES_MS); task; task = await store.claim(at(0), AGES_MS))
      await store.settle(task, { how: 'done' })
  }
  const next = async (store: OwnedStore): Promise<Task> => {
    for (;;) {
      const task = await store.claim(at(0), AGES_MS)
      if (task) return task
      await store.wait(AGES_MS)
    }
  }
  test('ends a wait when another store has queued something', async () => {
    const [here, there] = [await open(), await open()]
    await drain(here)
    const waited = here.wait(AGES_MS)
    await there.note(incoming('slack:hint'))
    await waited
    expect(await here.claim(at(0), AGES_MS)).toMatchObject({
      effect: { incoming: { delivery: 'slack:hint' } },
    })
  })
  test('is not sent for what was rolled back or seen before', async () => {
    const there = await open()
    await there.note(incoming('slack:once'))
    const heard: unknown[] = []
    const listener = new Client(postgres.url())
    await listener.connect()
    closers.push(() => listener.end())
    listener.on('notification', ({ payload }) => heard.push(payload))
    await listener.query('listen latchkey')
    expect(await there.note(incoming('slack:once'))).toBe('seen')
    const id = '00000001-0000-4000-8000-00000000000a' as Parameters<OwnedStore['load']>[0]
    const entry = { id, at: at(0), events: [], queue: [{ effect: { do: 'wake' as const, request: id } }] }
    expect(await there.append({ ...entry, expected: 7 })).toBe('stale')
    await listener.query('select')
    expect(heard).toEqual([])
    expect(await there.append({ ...entry, expected: 0 })).toBe('appended')
    await until(() => heard.length > 0)
    expect(heard).toHaveLength(1)
  })
  test('comes back when the connection that listens is lost, and what was queued meanwhile is found at once', async () => {
    const [here, there] = [await open(), await open()]
    await drain(here)
    const before = await hearers()
    expect(before).toHaveLength(2)
    const waited = here.wait(AGES_MS)
    for (const pid of before) await postgres.ask(`select pg_terminate_backend(${pid})`)
    await there.note(incoming('slack:meanwhile'))
    await waited
    await until(async () => (await hearers()).filter(pid => !before.includes(pid)).length === 2)

    await drain(here)
    const found = next(here)
    await there.note(incoming('slack:after'))
    expect(await found).toMatchObject({ effect: { incoming: { delivery: 'slack:after' } } })
  })
})

expect.extend({
  toSatisfyFault: received => ({
    pass: isPassing(received),
    message: () => `expected a fault that can pass, not ${String(received)}`,
  }),
})
declare module '@jest/expect' {
  interface Matchers<R> {
    toSatisfyFault(): R
  }
}
