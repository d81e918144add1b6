/** How long a process takes until it says that it is ready, and how much memory it holds when nobody asks anything of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startWorld } from '../../bots/demo/world.ts'
import { startPostgres } from '../support/postgres.ts'
import { crowdedWorld, POLICY } from './company.ts'
import { type Figure, figure } from './figures.ts'
import { residentMb } from './processes.ts'

const IDLE_MS = 20_000

export async function measureStarts(
  rounds: number,
  say: (line: string) => void,
): Promise<Record<string, Figure>> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const postgres = await startPostgres()
  try {
    await postgres.ask('create database starts')
    const { file } = await crowdedWorld(0)
    const figures: Record<string, Figure> = {}
    for (const [home, database] of [
      ['PGlite', undefined],
      ['PostgreSQL', postgres.url({ database: 'starts' })],
    ] as const) {
      say(`starting and stopping on ${home}`)
      const at = join(folder, home)
      const world = await startWorld({
        ...{ file, policyFile: POLICY, folder: at, port: 0 },
        ...(database === undefined ? {} : { database }),
      })
      try {
        const starts = { first: [] as number[], later: [] as number[] }
        const memory: number[] = []
        const start = async (times: number[]) => {
          await world.product.kill(false)
          if (times === starts.first) await forget(at)
          const began = performance.now()
          await world.product.start()
          times.push((performance.now() - began) / 1000)
        }
        const forget = (where: string) =>
          database === undefined
            ? rm(join(where, 'store'), { recursive: true, force: true })
            : postgres.ask('drop schema public cascade; create schema public', 'starts')
        for (let round = 0; round < rounds; round += 1) {
          await start(starts.first)
          await start(starts.later)
          await pause(IDLE_MS)
          memory.push(await residentMb(world.product.pid ?? 0))
        }
        figures[`${home}: first start to ready`] = figure(starts.first, 's')
        figures[`${home}: later start to ready`] = figure(starts.later, 's')
        figures[`${home}: memory of an idle process`] = figure(memory, 'MB')
      } finally {
        await world.stop()
      }
    }
    return figures
  } finally {
    await postgres.remove()
    await rm(folder, { recursive: true, force: true })
  }
}
