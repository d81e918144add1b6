/**
 * Screens of Windows VMs, drawn by a real browser and read by the shipped reader: each is recognised for what it shows.
 *
 * LATCHKEY_SCREENS_KEPT=1 npm run test:browser keeps them for the tests that need no browser.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'
import { openScreens } from '../../adapters/screen/adapter.ts'
import { shownBy } from '../support/shown-by.ts'
import { WINDOWS_SCREENS } from '../support/windows-screens.ts'
import { browserPath } from './stage.ts'

const KEPT = join(import.meta.dirname, '../fixtures/screens')
const MOST_KEPT = 24_000

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const screens = openScreens({ log })
let browser: Browser
let page: Page
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: await browserPath() })
  page = await browser.newPage({ viewport: { width: 1024, height: 768 } })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await screens.stop()
})

test.each(WINDOWS_SCREENS)('$name is recognised', async ({ name, shows, html }) => {
  await page.setContent(html)
  const png = await page.screenshot()
  expect(shownBy(await screens.reader.read(png))).toBe(shows ?? 'a page to sign in')
  const small = await screens.pictures.fit(png, MOST_KEPT)
  expect(small?.length).toBeLessThanOrEqual(MOST_KEPT)
  if (small === undefined || process.env['LATCHKEY_SCREENS_KEPT'] !== '1') return
  await mkdir(KEPT, { recursive: true })
  await writeFile(join(KEPT, `${name}.png`), small)
})
