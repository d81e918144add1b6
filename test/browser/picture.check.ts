/**
 * The picture that opens the README: made here, from a story that really happened, so that it can be made again.
 *
 * LATCHKEY_PICTURE=1 npm run test:browser -- picture writes it anew; without that, it only proves that it could be.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { STORIES } from '../../bots/demo/page/browser/tour-stories.ts'
import { openStage, type Stage } from './stage.ts'
import { walk } from './walk.ts'

const PICTURE = join(import.meta.dirname, 'pictures/demo.png')
const STORY = 'ask'
/** The step at which everything of the story is to be seen: approved, ready, and the rule in Azure. */
const AT = 4

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
}, 90_000)
afterAll(() => stage?.close())

test('the picture of the README can be made: asked in Slack, approved in Teams, open in Azure', async () => {
  const story = STORIES.find(({ id }) => id === STORY)
  if (story === undefined) throw new Error(`there is no story ${STORY}`)
  const page = await stage.openPage('', { viewport: { width: 1600, height: 1040 } })
  let taken: Buffer | undefined
  await walk(page, story, async at => {
    if (at === AT) taken = await page.screenshot()
  })
  expect(taken?.subarray(1, 4).toString()).toBe('PNG')
  await stage.keep(page, 'picture-end')
  if (taken !== undefined && process.env['LATCHKEY_PICTURE'] === '1') await writeFile(PICTURE, taken)
}, 240_000)
