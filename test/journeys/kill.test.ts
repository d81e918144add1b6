/**
 * The real product process is killed with -9 while it works on what a person has just done, at seeded moments: on its embedded database,
 * where a supervisor starts it again, and one or both of two processes that share a PostgreSQL server, where the other one takes over what
 * the dead one held. Nobody notices but for the waiting: opened once, shut, every card settled.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { seeded } from '../support/crash-seed.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { type Chatter, openStory, type Story, until } from '../support/story.ts'
import { downloads, opensFromPage, readRdp, signsInFromSlack, windowsAre } from './acts.ts'

/** Longer than an effect takes here on a busy machine, and short enough to wait for. */
const LEASE_MS = 6000
/** A lease may run out in the middle of what a person waits for, more than once. */
const PATIENCE = 4
const VMS = ['vm01', 'vm10']

/** What a person waits for comes, though later. */
async function patiently<T>(wait: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await wait()
    } catch (error) {
      if (tries === PATIENCE) throw error
    }
  }
}

/** Somebody answers at the door again. */
const answers = ({ world }: Story) =>
  patiently(() =>
    until(
      async () => world.products.some(({ port }) => port !== undefined),
      async () => `the product is ${world.products.map(({ status }) => status)}`,
    ),
  )

/** A whole story on one VM, with deaths among its steps. Returns how many there were. */
async function live(at: Story, vm: string, seed: number, deaths: number): Promise<number> {
  const { world } = at
  const random = seeded(seed)
  const alice = at.inSlack('Alice')
  const bob = at.inTeams('Bob')
  const ticket = `INC-${seed}`
  const card = (title: string) => new RegExp(`${title}: ${vm} .*${ticket}(?!\\d)`)
  const isFirst = vm === VMS[0]

  const steps: (() => Promise<unknown>)[] = [
    () => alice.type(`/rdp connect ${vm} 2h ${ticket}`),
    ...(isFirst ? [() => signsInFromSlack(alice)] : []),
    () =>
      patiently(() =>
        bob.presses('Approve', new RegExp(`Alice Adams asks for RDP to ${vm} .*${ticket}(?!\\d)`)),
      ),
    () => patiently(() => opensFromPage(alice, vm)),
    async () => {
      // What was recorded but perhaps not sent is asked for again after half a minute of the world's clock.
      world.pass(1)
      await patiently(() => alice.sees(card('Ready')))
    },
    async () =>
      expect(readRdp((await patiently(() => downloads(alice, vm))).bytes)[0]).toMatch(/^full address:s:/),
    async () => world.pass(125),
  ]
  const dangerous = new Set<number>()
  while (dangerous.size < deaths) dangerous.add(Math.floor(random() * steps.length))
  for (const [index, step] of steps.entries()) {
    await answers(at)
    await step()
    if (!dangerous.has(index)) continue
    await pause(random() * 500)
    const which = random()
    const victims = world.products.filter(
      (_, n) => world.products.length === 1 || which < 0.25 || which < 0.625 === (n === 0),
    )
    await Promise.all(victims.map(victim => victim.kill(true)))
  }
  await answers(at)

  const everybody: readonly Chatter[] = [alice, bob, at.inSlack('Bob')]
  for (const person of everybody) await patiently(() => person.sees(card('Time is over, shut')))
  await patiently(() => windowsAre(at, vm, []))
  const requests = (await at.azure(vm)).jitRequests.filter(({ justification }) =>
    justification.includes(ticket),
  )
  expect(requests).toHaveLength(1)
  for (const person of everybody) {
    const about = (await person.messages()).filter(({ text }) => text.includes(vm) && text.includes(ticket))
    expect(about.flatMap(({ buttons }) => buttons.map(({ label }) => label))).toEqual([])
  }
  return dangerous.size
}

/** One story after the other in one world, each with a seed of its own. */
async function liveAll(at: Story, seeds: readonly number[], deaths: number): Promise<void> {
  for (const [index, seed] of seeds.entries()) {
    const vm = VMS[index] ?? 'no such VM'
    try {
      expect(await live(at, vm, seed, deaths)).toBe(deaths)
    } catch (error) {
      const say = error instanceof Error ? error.message : String(error)
      throw new Error(`with seed ${seed}, on ${vm}: ${say}`, { cause: error })
    }
  }
}

test('killed at seeded moments on the embedded database, the story still ends right', async () => {
  const story = await openStory()
  try {
    await liveAll(story, [7, 8], 3)
  } finally {
    await story.close()
  }
}, 300_000)

describe('two processes on a PostgreSQL server', () => {
  let postgres: TestPostgres
  let story: Story
  const asked = (sql: string) => postgres.ask(sql, 'latchkey')
  beforeAll(async () => {
    postgres = await startPostgres()
    await postgres.ask('create database latchkey')
    const database = postgres.url({ database: 'latchkey' })
    story = await openStory({ database, processes: [undefined, undefined], leaseMs: LEASE_MS })
  }, 180_000)
  afterAll(async () => {
    await story?.close()
    await postgres?.remove()
  }, 60_000)

  test('one or both killed at seeded moments, the story still ends right', async () => {
    await liveAll(story, [9, 10], 3)
    const rows = await asked(
      `select (select count(*) from outbox where state = 'parked')::integer as parked,
        (select count(*) from events where type = 'opened')::integer as opened,
        (select count(*) from events where type = 'closed')::integer as closed`,
    )
    expect(rows).toEqual([{ parked: 0, opened: 2, closed: 2 }])
  }, 300_000)

  test('what a dead one held is taken over by the other one as soon as its lease has run out', async () => {
    const [first, second] = story.world.products
    if (!first || !second) throw new Error('two processes were asked for')
    await patiently(() =>
      until(
        async () => first.status === 'ready' && second.status === 'ready',
        async () => `they are ${first.status} and ${second.status}`,
      ),
    )
    await second.kill(false)
    const drawing = `kind = 'refresh' and effect #>> '{to,platform}' = 'slack' and effect::text like '%' || (
      select id from requests order by changed_at desc limit 1) || '%'`

    // Slack does not answer, so whoever draws the cards there waits for it.
    story.world.slack.misbehave({ method: 'chat.postMessage', how: 'hang', times: 9 })
    await story.inTeams('Carol').type('connect vm01 1h INC-11')
    const [lease] = await until(
      async () => {
        const held = await asked(
          `select attempt, lease_until::float8 as until from outbox where state = 'leased' and ${drawing}`,
        )
        return held.length > 0 && held
      },
      async () => 'nobody waits for Slack',
    )
    await first.kill(false)
    story.world.slack.state.misbehaviours.splice(0)
    await second.start()
    // Carol's manager reads it in Slack, drawn by the other one.
    await patiently(() => story.inSlack('Sofia').sees(/Carol Castillo asks for RDP to vm01 .*INC-11/))
    expect(lease).toMatchObject({ attempt: 1 })
    expect(Number(lease?.['until'])).toBeLessThanOrEqual(Date.now())
    const [drawn] = await patiently(() =>
      until(
        async () => {
          const done = await asked(`select attempt, failures from outbox where state = 'done' and ${drawing}`)
          return done.length > 0 && done
        },
        async () => 'it was not drawn',
      ),
    )
    expect(drawn).toEqual({ attempt: 2, failures: 0 })
  }, 180_000)
})
