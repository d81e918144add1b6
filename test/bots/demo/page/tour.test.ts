/** What can be said of the guided tour without a browser. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Step, withTicket } from '../../../../bots/demo/page/browser/tour-steps.ts'
import { STORIES } from '../../../../bots/demo/page/browser/tour-stories.ts'
import { readWorldFile, type WorldFile } from '../../../../bots/demo/world-file.ts'
import { readCommand } from '../../../../core/command/grammar.ts'
import { isRefusal } from '../../../../core/index.ts'

let world: WorldFile
beforeAll(async () => {
  world = await readWorldFile(join(import.meta.dirname, '../../../../bots/demo/worlds/contoso.yaml'))
})

describe.each(STORIES.map(story => [story.title, story] as const))('"%s"', (_, story) => {
  test('is about people and VMs of Contoso', () => {
    const people = world.people.map(({ name }) => name)
    const vms = world.subscriptions.flatMap(subscription => subscription.vms.map(({ name }) => name))
    const played = story.steps.flatMap(({ as, tab }) => [
      ...Object.values(as ?? {}),
      ...(tab ? [tab.as] : []),
    ])
    expect(people).toEqual(expect.arrayContaining([...story.people, ...played]))
    expect(vms).toEqual(expect.arrayContaining([...story.vms, ...story.steps.flatMap(({ vm }) => vm ?? [])]))
  })

  test('has commands that the bot understands', () => {
    const typed = story.steps.map(step => withTicket(step, 'INC-1234')).filter(({ at }) => at.pane !== 'top')
    for (const { type } of typed.filter(({ type }) => type !== undefined))
      expect([type, isRefusal(readCommand(type ?? ''))]).toEqual([type, false])
  })

  test('has patterns that are patterns, and a way on from every step', () => {
    const patterns = ({ at, until }: Step): string[] => [
      ...('see' in at ? [at.see] : []),
      ...('on' in at && at.on !== undefined ? [at.on] : []),
      ...(until && 'reads' in until ? [until.reads] : []),
    ]
    for (const step of story.steps) {
      for (const pattern of patterns(withTicket(step, 'INC-1234')))
        expect(new RegExp(pattern)).toBeInstanceOf(RegExp)
      expect(step.maybe === true && step.until === undefined).toBe(false)
    }
  })
})
