/**
 * Kills the process at every call that crosses a port, before it had its effect and after it, and lets another one carry on.
 *
 * A process that is killed leaves the world and nothing else: what is stored, what Azure and the chats hold, and the time. So a story is
 * lived without a death, and the world is kept before and after each call, with the act that people were in the middle of. Then each kept
 * world is brought back, a new process starts in it, the act that was not answered is repeated, and the story goes on to its end. Where
 * two deaths lead to the same world (a read changes nothing; the same act, repeated, ends the same) the rest is lived once.
 *
 * Calls that are under way at the same time could take effect in another order than they were made in: a story is lived with one effect
 * at a time, the oldest call first, and with several side by side, the newest call first.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Kept, Office } from './office.ts'

/** Something that people do. What they send is made once, and is the same when it is sent again. */
export type Act<Input = unknown> = {
  name: string
  /** Where it comes from, if a delivery is noted for it. */
  from?: 'chat'
  prepare?(office: Office): Input
  /** Ends when it was answered; what follows from it is performed afterwards. */
  send(office: Office, input: Input): Promise<void>
}
export const act = <Input>(it: Act<Input>): Act => it as Act

/** A call, and where the story was: the same call again and again is the same point only within one act. */
export type Point = { act: string; call: string; when: 'before' | 'after'; way: string }

type Moment = { kept: Kept; act: number; input: unknown; points: Point[] }

/** How a killed process is replaced: the only one is started again; or another one was there all the time, and must wait for the leases. */
export type Replaced = 'by itself' | 'by another'

type Way = { name: string; sideBySide: number; next: 'oldest' | 'newest' }
const WAYS: readonly Way[] = [
  { name: 'one at a time', sideBySide: 1, next: 'oldest' },
  { name: 'three at a time, newest first', sideBySide: 3, next: 'newest' },
]

const LEASE_MS = 120_000
const STEP_MS = 5000
/** More effects than any of these stories has: a story that goes on for ever fails instead. */
const MOST_TICKS = 500

/** Performs everything that is due, and what comes due while time goes by. */
async function settle(office: Office, sideBySide = 1): Promise<void> {
  let quiet = false
  for (let n = 0; n < MOST_TICKS; n++) {
    const ticks = await Promise.all(Array.from({ length: sideBySide }, () => office.latchkey.worker.tick()))
    if (ticks.some(Boolean)) quiet = false
    else if (quiet) return
    else {
      quiet = true
      office.elapse(STEP_MS)
    }
  }
  throw new Error(`never at rest: ${office.calls.slice(-30).join(' ')}`)
}

/** Has calls take effect strictly one after the other, and tells of the moment before and after each. */
function gate(
  next: Way['next'],
  around: (call: string, when: Point['when']) => Promise<void>,
): (call: string, perform: () => Promise<unknown>) => Promise<unknown> {
  const pending: (() => Promise<void>)[] = []
  let busy = false
  async function pump(): Promise<void> {
    if (busy) return
    busy = true
    // Whatever is asked for at the same time has arrived by then.
    for (await turn(); pending.length > 0; await turn())
      await (next === 'oldest' ? pending.shift() : pending.pop())?.()
    busy = false
  }
  return (call, perform) =>
    new Promise((resolve, reject) => {
      pending.push(async () => {
        try {
          await around(call, 'before')
          const result = await perform()
          await around(call, 'after')
          resolve(result)
        } catch (error) {
          reject(error)
        }
      })
      void pump()
    })
}

/** Lives the story without a death. Returns every moment at which the process could have died. */
async function live(
  office: Office,
  acts: readonly Act[],
  way: Way,
  moments: Map<string, Moment>,
): Promise<readonly Point[]> {
  const points: Point[] = []
  /** The world after the last call. Only calls and time change it. */
  let last: { kept: Kept; now: number } | undefined
  await office.reset()
  for (const [index, { name, prepare, send }] of acts.entries()) {
    office.watch((_call, perform) => perform())
    const input = prepare?.(office)
    office.watch(
      gate(way.next, async (call, when) => {
        const point: Point = { act: name, call, when, way: way.name }
        points.push(point)
        if (when === 'after' || last?.now !== office.now())
          last = { kept: await office.keep(), now: office.now() }
        const { kept } = last
        const key = sameness(index, kept, input)
        const moment = moments.get(key)
        if (moment) moment.points.push(point)
        else moments.set(key, { kept, act: index, input, points: [point] })
      }),
    )
    await send(office, input)
    await settle(office, way.sideBySide)
  }
  office.watch((_call, perform) => perform())
  return points
}

/** From a moment on, in a new process, to the end. */
async function carryOn(
  office: Office,
  acts: readonly Act[],
  { kept, act: from, input }: Moment,
  replaced: Replaced,
  isKnown: (world: string) => boolean,
): Promise<'to the end' | 'to a known world'> {
  await office.bringBack(kept)
  office.restart()
  if (replaced === 'by itself') await office.freeLeases()
  else {
    await settle(office)
    office.elapse(LEASE_MS)
  }
  await settle(office)
  expectNoProblems(office)
  // The act may have been answered before the death, or not: so it is sent again in any case.
  if (isKnown(sameness(from, await office.keep(), input))) return 'to a known world'
  for (const [index, { prepare, send }] of acts.entries()) {
    if (index < from) continue
    await send(office, index === from ? input : prepare?.(office))
    await settle(office)
    expectNoProblems(office)
    if (isKnown(sameness(index, await office.keep()))) return 'to a known world'
  }
  return 'to the end'
}

function expectNoProblems({ problems }: Office): void {
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

/**
 * Equal for worlds in which the same will happen: ids are names, and what is done is never looked at again. A difference that makes none
 * only costs time.
 */
function sameness(act: number, { rows, outside }: Kept, input?: unknown): string {
  const { outbox, ...tables } = JSON.parse(rows) as { outbox: readonly { state: string }[] }
  const ahead = outbox.filter(({ state }) => state !== 'done')
  const names = new Map<string, string>()
  return JSON.stringify([act, tables, ahead, outside, input]).replace(ID, id => {
    const name = names.get(id) ?? `id ${names.size + 1}`
    names.set(id, name)
    return name
  })
}
const ID = /01a1fbc9-a8a1-7000-8000-\d{12}/g

/**
 * @param expectEnd throws when the story has not ended as it must
 * @returns every point of the story, and how many different worlds they left behind
 */
export async function walk(
  office: Office,
  story: {
    acts: readonly Act[]
    replaced: Replaced
    ids: { from(n: number): void }
    expectEnd(office: Office): Promise<void>
  },
): Promise<{ points: readonly Point[]; worlds: number }> {
  const { acts, replaced, ids, expectEnd } = story
  const moments = new Map<string, Moment>()
  const points: Point[] = []
  for (const way of WAYS) {
    ids.from(1)
    points.push(...(await live(office, acts, way, moments)))
    await told(`nowhere, ${way.name}`, () => expectEnd(office))
  }
  ids.from(1_000_000)
  const known = new Set<string>()
  for (const moment of moments.values()) {
    const fresh: string[] = []
    const isKnown = (world: string) => {
      fresh.push(world)
      return known.has(world)
    }
    const where = moment.points.map(({ act, call, when, way }) => `${when} ${call} in "${act}" (${way})`)
    await told(where.slice(0, 3).join(', or '), async () => {
      const how = await carryOn(office, acts, moment, replaced, isKnown)
      if (how === 'to the end') await expectEnd(office)
    })
    for (const world of fresh) known.add(world)
  }
  return { points, worlds: moments.size }
}

/** A failure says where the process had died. */
async function told(where: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    throw new Error(`killed ${where}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** Ids that are the same each time a story is lived, so that equal worlds look equal. */
export function countedIds() {
  let n = 0
  return {
    newId: () => {
      n += 1
      return `01a1fbc9-a8a1-7000-8000-${String(n).padStart(12, '0')}`
    },
    from(first: number) {
      n = first
    },
  }
}
