/** How a worker learns that something may be due. */
import { describe, expect, test } from '@jest/globals'
import { instant } from '../../../core/index.ts'
import { at, incoming, wake } from './cast.ts'
import { MINUTE_MS, type Stage } from './stage.ts'

export function waiting(stage: Stage): void {
  // These end because the store ends the wait; otherwise the test itself would run out of time.
  const LONG_MS = 10 * MINUTE_MS

  describe('waiting', () => {
    test('ends when something is queued', async () => {
      const { store, queue, claim } = await stage()
      expect(await claim()).toBeUndefined()
      const waited = store.wait(LONG_MS)
      await queue(wake(1))
      await waited
      expect(await claim()).toMatchObject({ effect: wake(1) })
    })
    test('ends at once when something was queued between looking and waiting', async () => {
      const { store, claim } = await stage()
      expect(await claim()).toBeUndefined()
      await store.note(incoming('slack:1'))
      await store.wait(LONG_MS)
      expect(await claim()).toMatchObject({ effect: { do: 'handle' } })
    })
    test('ends for a second worker when the first one took only part of what was queued', async () => {
      const { store, queue, claim } = await stage()
      expect(await claim()).toBeUndefined()
      await queue(wake(1), wake(2))
      await claim()
      await store.wait(LONG_MS)
      expect(await claim()).toMatchObject({ effect: wake(2) })
    })
    test('ends when a lane becomes free', async () => {
      const { store, queue, take, claim } = await stage()
      await queue(wake(1), wake(1))
      const held = await take()
      expect(await claim()).toBeUndefined()
      const waited = store.wait(LONG_MS)
      await store.settle(held, { how: 'done' })
      await waited
      expect(await claim()).toMatchObject({ effect: wake(1) })
    })
    test.each([
      [
        'a retry',
        async (scene: Awaited<ReturnType<Stage>>) => {
          await scene.queue(wake(1))
          await scene.store.settle(await scene.take(), { how: 'again', afterMs: 30 })
        },
      ],
      [
        'a timer',
        (scene: Awaited<ReturnType<Stage>>) =>
          scene.queue({ effect: wake(1), notBefore: instant(at(0) + 30) }),
      ],
      [
        'the end of a lease',
        async (scene: Awaited<ReturnType<Stage>>) => {
          await scene.queue(wake(1))
          await scene.take(at(0), 30)
        },
      ],
    ])('ends by itself when %s falls due', async (_, arrange) => {
      const scene = await stage()
      await arrange(scene)
      expect(await scene.claim()).toBeUndefined()
      await scene.store.wait(LONG_MS)
      scene.passWall(30)
      expect(await scene.claim(instant(at(0) + 30))).toMatchObject({ effect: wake(1) })
    })
    test('ends after the time given', async () => {
      const { store, claim } = await stage()
      expect(await claim()).toBeUndefined()
      await store.wait(10)
    })
    test('ends when the store is closed', async () => {
      const { store, claim } = await stage()
      expect(await claim()).toBeUndefined()
      const waited = store.wait(LONG_MS)
      await store.close()
      await waited
      await store.wait(LONG_MS)
    })
  })
}
