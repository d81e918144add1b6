/** The thread that reads pictures: what it recognises, and what it does with those that are hostile or slow. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { openScreens } from '../../../adapters/screen/adapter.ts'
import { writePng } from '../../../adapters/screen/png.ts'
import { drawScreen } from '../../../bots/demo/azure/screen.ts'
import type { Log } from '../../../core/index.ts'
import { shownBy } from '../../support/shown-by.ts'
import { WINDOWS_SCREENS } from '../../support/windows-screens.ts'

const logged: string[] = []
const note = (...said: unknown[]) => void logged.push(JSON.stringify(said))
const log: Log = { info: note, warn: note, error: note }
const screens = openScreens({ log })
afterAll(() => screens.stop())

const kept = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../fixtures/screens', `${name}.png`))
const blank = writePng({ width: 64, height: 64, rgb: new Uint8Array(64 * 64 * 3) })

describe('a screen of Windows', () => {
  test.each(WINDOWS_SCREENS)('is read: $name', async ({ name, shows }) => {
    expect(shownBy(await screens.reader.read(kept(name)))).toBe(shows ?? 'a page to sign in')
  })

  test('of the pretend Azure is read too', async () => {
    expect(await screens.reader.read(drawScreen('sign-in screen, clock current'))).toMatch(/sign-in screen/i)
  })
})

describe('what has no words', () => {
  test('an empty screen, no picture and a broken one are read as nothing', async () => {
    expect(await screens.reader.read(blank)).toBeUndefined()
    expect(await screens.reader.read(Buffer.from('not a picture'))).toBeUndefined()
    expect(await screens.reader.read(kept('lock').subarray(0, 5_000))).toBeUndefined()
  })

  test('a file larger than any screen is not even looked at', async () => {
    expect(await screens.reader.read(new Uint8Array(11 * 1024 * 1024))).toBeUndefined()
  })
})

describe('the thread', () => {
  test('that does not answer in time is given up, says so without what it read, and the next picture gets a new one', async () => {
    logged.length = 0
    const hasty = openScreens({ log, deadlineMs: 0 })
    expect(await hasty.reader.read(kept('updates'))).toBeUndefined()
    expect(logged.join()).toMatch(/screen\.failed.*took longer/)
    expect(logged.join()).not.toMatch(/updates|computer/i)
    await hasty.stop()
    expect(await screens.reader.read(kept('updates'))).toMatch(/Working on updates/)
  })

  test('takes many pictures at once, each in its turn', async () => {
    const names = ['updates', 'shutting-down', 'policy'] as const
    const words = await Promise.all(names.map(name => screens.reader.read(kept(name))))
    expect(words.map(shownBy)).toEqual(['boot.updating', 'boot.shutdown_stuck', 'boot.policy_stuck'])
  })

  test('that ended for want of work is begun again', async () => {
    const brief = openScreens({ log, idleMs: 0 })
    for (const name of ['policy', 'shutting-down']) expect(await brief.reader.read(kept(name))).toBeDefined()
    await brief.stop()
  })
})
