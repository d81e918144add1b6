/** The guided tour, each story from its button to its end, in a browser: what it says can be done, where it points. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { STORIES } from '../../bots/demo/page/browser/tour-stories.ts'
import { openStage, type Stage } from './stage.ts'
import { walk } from './walk.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
}, 90_000)
afterAll(() => stage?.close())

describe('the guided tour', () => {
  test.each(STORIES.map(story => [story.title, story] as const))(
    '"%s" goes on from step to step by what it tells people to do, and ends',
    async (_, story) => {
      const page = await stage.openPage('')
      await walk(page, story, at => stage.keep(page, `story-${story.id}-${at + 1}`))
      await stage.keep(page, `story-${story.id}-end`)
      await page.context().close()
      expect(stage.problems).toEqual([])
    },
    240_000,
  )
})
