/** A world file: a company and its fleet, in YAML. */
import { readFile } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { EXIT, Stop } from '../stop.ts'
import { Subscription } from './azure/fleet.ts'
import { Company } from './people.ts'

const World = z.strictObject({ ...Company.shape, subscriptions: z.array(Subscription) })
export type WorldFile = z.infer<typeof World>

/** @throws {Stop} naming every problem with its line, when the file cannot be read as a world */
export async function readWorldFile(path: string): Promise<WorldFile> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Stop(`The world file ${path} cannot be read.`, EXIT.badOption)
  })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true })
  const [broken] = document.errors
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0])
    throw new Stop(`${path}:${line}:${col} ${broken.message.split('\n')[0]}`, EXIT.badOption)
  }
  const result = World.safeParse(document.toJS())
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path: where, message }) => `  ${where.join('.')}: ${message}`)
  throw new Stop(`The world file ${path} has problems:\n${problems.join('\n')}`, EXIT.badOption)
}
