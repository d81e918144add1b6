/**
 * The process is killed at every single call that crosses a port, before and after the call took effect, and another one carries on: the
 * same one started again on the embedded database, another one that was there all the time on a PostgreSQL server. Deliveries arrive a second
 * time. The story must end right each time: opened once, shut, every card settled, every event once, nothing left to do.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openServer } from '../../adapters/store/server.ts'
import { countedIds, type Point, walk } from '../support/crash.ts'
import { expectEnd, STORIES } from '../support/crash-stories.ts'
import { type Office, openOffice } from '../support/office.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'

const quiet = { info() {}, warn() {}, error() {} }
/** Calls that these stories make when nobody dies and one effect is performed at a time. Fewer than these: something is no longer tried. */
const KNOWN = {
  whole: 248,
  longer: 390,
}
const PORTS = [
  'store.note',
  'store.claim',
  'store.load',
  'store.append',
  'store.settle',
  'store.card',
  'store.liveOf',
  'store.liveOn',
  'store.waitingFor',
  'store.userBoundTo',
  'slack.post',
  'slack.amend',
  'slack.homeOf',
  'teams.post',
  'teams.amend',
  'teams.hand',
  'teams.homeOf',
  'directory.person',
  'directory.groupsOf',
  'directory.managerOf',
  'machines.named',
  'machines.byId',
  'machines.report',
  'jit.windows',
  'jit.request',
  'jit.flow',
  'jit.remove',
]

const oneAtATime = (points: readonly Point[]) =>
  points.filter(({ way, when }) => way === 'one at a time' && when === 'after').map(({ call }) => call)

function walks(
  replaced: 'by itself' | 'by another',
  ids: ReturnType<typeof countedIds>,
  office: () => Office,
): void {
  test.each(['whole', 'longer'] as const)(
    'the %s story ends right wherever the process dies',
    async name => {
      const story = STORIES[name]
      const { points, worlds } = await walk(office(), {
        acts: story.acts,
        replaced,
        ids,
        expectEnd: at => expectEnd(at, story),
      })
      const calls = oneAtATime(points)
      expect([...new Set(calls)]).toEqual(expect.arrayContaining(PORTS))
      expect(calls.length).toBeGreaterThanOrEqual(KNOWN[name])
      // Each call was a point to die at, before and after, and far from all of them leave the same world behind.
      expect(points.filter(({ when }) => when === 'before')).toHaveLength(points.length / 2)
      expect(worlds).toBeGreaterThan(KNOWN[name] / 3)
    },
    300_000,
  )
}

describe('on the embedded database', () => {
  const ids = countedIds()
  let office: Office
  beforeAll(async () => {
    office = await openOffice({ newId: ids.newId, mode: 'merge' })
  }, 60_000)
  afterAll(() => office.close())
  walks('by itself', ids, () => office)
})

describe('on a PostgreSQL server', () => {
  const ids = countedIds()
  let postgres: TestPostgres
  let office: Office
  beforeAll(async () => {
    postgres = await startPostgres()
    const database = await openServer({ url: postgres.url(), log: quiet })
    office = await openOffice({ newId: ids.newId, mode: 'supersede', database })
  }, 120_000)
  afterAll(async () => {
    await office?.close()
    await postgres?.remove()
  }, 60_000)
  walks('by another', ids, () => office)
})
