/**
 * The product process is killed with -9 after every step that a person takes, at once and after a seeded moment, on its embedded database,
 * and started again as a supervisor would. Nobody notices but for the waiting: opened once, shut, every card settled.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import { openStory, type Story, until } from '../support/story.ts'
import { downloads, opensFromPage, readRdp, signsInFromSlack, windowsAre } from './acts.ts'

let story: Story | undefined
afterEach(() => story?.close())

/** A small seeded generator (mulberry32): the same moments for the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe.each([
  ['at once', () => 0],
  ['after a seeded moment', seeded(7)],
])('killed %s after every step', (_, random) => {
  test('the story still ends right', async () => {
    story = await openStory()
    const { world } = story
    const alice = story.inSlack('Alice')
    const bob = story.inTeams('Bob')
    let kills = 0
    const killed = async () => {
      await pause(random() * 500)
      await world.product.kill(true)
      kills += 1
      await until(
        async () => world.product.status === 'ready',
        async () => `the product is ${world.product.status}`,
      )
    }

    await alice.type('/rdp connect vm01 2h INC-7')
    await killed()
    await signsInFromSlack(alice)
    await killed()
    await bob.presses('Approve', /Alice Adams asks for RDP to vm01/)
    await killed()
    await opensFromPage(alice, 'vm01')
    await killed()
    // What was recorded but perhaps not sent is asked for again after half a minute of the world's clock.
    world.pass(1)
    await alice.sees(/Ready: vm01/)
    await killed()
    expect(readRdp((await downloads(alice, 'vm01')).bytes)[0]).toMatch(/^full address:s:/)
    await killed()
    world.pass(125)
    await killed()
    await alice.sees(/Time is over, shut: vm01/)
    await bob.sees(/Time is over, shut: vm01/)
    await windowsAre(story, 'vm01', [])

    const requests = (await story.azure('vm01')).jitRequests.filter(({ justification }) =>
      justification.includes('Alice Adams'),
    )
    expect(requests).toHaveLength(1)
    for (const person of [alice, bob, story.inSlack('Bob')]) {
      const buttons = (await person.messages())
        .filter(({ text }) => /vm01/.test(text))
        .flatMap(message => message.buttons)
      expect(buttons.map(({ label }) => label)).toEqual([])
    }
    expect(kills).toBe(7)
  }, 180_000)
})
