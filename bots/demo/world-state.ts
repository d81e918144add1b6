/** What the world remembers between two starts, in one JSON file beside the product's data. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { EXIT, Stop } from '../stop.ts'
import type { AzureState } from './azure/model.ts'
import type { EntraState } from './entra/state.ts'
import { Secrets } from './settings.ts'
import type { SlackState } from './slack/state.ts'
import type { TeamsState } from './teams/state.ts'

/** Written by the same version of the same simulators; each looks after its own. */
const opaque = <T>() => z.custom<T>(value => value === undefined || typeof value === 'object').optional()

const Saved = z.strictObject({
  version: z.literal(1),
  secrets: Secrets,
  clockOffsetMs: z.number().min(0),
  entra: opaque<EntraState>(),
  azure: opaque<AzureState>(),
  slack: opaque<SlackState>(),
  teams: opaque<TeamsState>(),
})
export type Saved = z.infer<typeof Saved>

const SAVE_AFTER_MS = 300

export type WorldMemory = {
  readonly saved: Saved
  /** Notes that something changed; the file follows shortly after. */
  changed(): void
  flush(): Promise<void>
}

/**
 * @param snapshot what is to be saved, asked for at the moment of saving
 * @throws {Stop} when the file is there but cannot be used
 */
export async function openWorldMemory(
  folder: string,
  snapshot: () => Omit<Saved, 'version'>,
): Promise<WorldMemory> {
  const file = join(folder, 'world.json')
  const saved = (await readSaved(file)) ?? fresh()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const write = async () => {
    const text = JSON.stringify({ version: 1, ...snapshot() } satisfies Saved)
    await mkdir(folder, { recursive: true })
    await writeFile(`${file}.new`, text, { mode: 0o600 })
    await rename(`${file}.new`, file)
  }
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }
  return {
    saved,
    changed: () => {
      timer ??= setTimeout(() => void flush().catch(() => undefined), SAVE_AFTER_MS)
    },
    flush,
  }
}

async function readSaved(file: string): Promise<Saved | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Stop(`The data folder cannot be used: ${(error as Error).message}`, EXIT.dataFolder)
  }
  try {
    return Saved.parse(withGuest(JSON.parse(text)))
  } catch {
    throw new Stop(
      `${file} is damaged or from another version. Start with --reset to begin anew.`,
      EXIT.dataFolder,
    )
  }
}

const secret = () => randomBytes(24).toString('base64url')
const app = () => ({ clientId: randomUUID(), secret: secret() })

/** What was saved before there was an identity for Windows gets one. */
function withGuest(saved: { secrets?: object }): unknown {
  return { ...saved, secrets: { guest: app(), ...saved.secrets } }
}

function fresh(): Saved {
  return {
    version: 1,
    secrets: {
      azure: app(),
      guest: app(),
      bot: app(),
      signIn: app(),
      slackSigningSecret: secret(),
      slackBotToken: `xoxb-${secret()}`,
      cookieKey: randomBytes(32).toString('base64'),
    },
    clockOffsetMs: 0,
  }
}
