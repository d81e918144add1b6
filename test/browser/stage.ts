/**
 * The demo in a real browser: the simulated world in this process, the product in its own, and Debian's Chromium in front of the page.
 * Pictures are kept in coverage/browser, to be looked at before a release.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { startWorld } from '../../bots/demo/world.ts'
import { readWorldFile } from '../../bots/demo/world-file.ts'

export type Stage = Awaited<ReturnType<typeof openStage>>

const top = join(import.meta.dirname, '../..')
const worlds = join(top, 'bots/demo/worlds')
const pictures = join(top, 'coverage/browser')

/** Long, because a whole product works behind it on a busy machine. Never asserted on. */
const PATIENCE_MS = 30_000

export async function openStage() {
  const executablePath = await browserPath()
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-browser-'))
  await mkdir(pictures, { recursive: true })
  const world = await startWorld({
    file: await readWorldFile(join(worlds, 'contoso.yaml')),
    policyFile: join(worlds, 'contoso.policy.yaml'),
    folder,
    port: 0,
    ruleDelayMs: 200,
  })
  const browser = await chromium.launch({ executablePath })
  const problems: string[] = []

  return {
    world,
    /** What browsers complained about: broken scripts, refused resources. */
    problems,
    /** The page in a browser of its own, at a place given as after `#`. */
    async openPage(place: string, options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({
        viewport: { width: 1600, height: 1000 },
        reducedMotion: 'reduce',
        ...options,
      })
      context.setDefaultTimeout(PATIENCE_MS)
      watch(context, problems)
      const page = await context.newPage()
      await page.goto(`${world.url}/#${place}`)
      await page.getByText('Bot: ready').waitFor()
      return page
    },
    keep: (page: Page, name: string) => page.screenshot({ path: join(pictures, `${name}.png`) }),
    async close() {
      await browser.close()
      await world.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function watch(context: BrowserContext, problems: string[]): void {
  context.on('weberror', problem => problems.push(String(problem.error())))
  context.on('console', message => {
    // Browsers ask for this by themselves; pages without one are fine.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
      problems.push(`${message.text()} ${message.location().url}`)
  })
}

/** @throws when there is no browser: nothing is skipped */
export async function browserPath(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('which', ['chromium'])
    return stdout.trim()
  } catch {
    throw new Error(
      'The browser tests need Chromium. On Debian: apt-get install --no-install-recommends chromium',
    )
  }
}
