/** Leases of what is still being performed are renewed, so that a lease can be short and the dead are found early. */
import { expect, test } from '@jest/globals'
import { type Chat, instant, makeLatchkey, type Ports, type Store, type Task } from '../../core/index.ts'

const TASK: Task = {
  id: '0199f2d5-0000-7000-8000-000000000001',
  attempt: 1,
  failures: 0,
  effect: {
    do: 'say',
    to: { platform: 'slack', key: 'D1' },
    message: { tone: 'neutral', title: 'Hello', lines: [], facts: [], buttons: [], plain: 'Hello' },
  },
}

test('an effect that takes longer than its lease is performed once, and its lease is no longer renewed when it is done', async () => {
  const stop = { stopped: false }
  const renewed: (readonly Task[])[] = []
  const waiting = [TASK]
  const settled: Task[] = []
  let enough = () => {}
  const renewedTwice = new Promise<void>(resolve => {
    enough = () => renewed.length >= 2 && resolve()
  })
  const store: Partial<Store> = {
    claim: async () => waiting.shift(),
    renew: async tasks => {
      renewed.push(tasks)
      enough()
      // The first one does not reach the database.
      if (renewed.length === 1) throw new Error('connection lost')
    },
    settle: async task => {
      settled.push(task)
      stop.stopped = true
      return 'settled'
    },
    wait: async () => {},
  }
  const chat: Partial<Chat> = {
    platform: 'slack',
    post: async to => {
      await renewedTwice
      return { ...to, messageKey: '1' }
    },
  }
  const warned: string[] = []
  const log = { info() {}, warn: (event: string) => warned.push(event), error() {} }
  const clock = {
    now: () => instant(0),
    pause: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
  }
  const ports = { store, chats: [chat], clock, log, leaseMs: 40 } as unknown as Ports
  await makeLatchkey(ports).worker.run(stop, 1)
  const count = renewed.length
  expect(renewed[0]).toEqual([TASK])
  expect(settled).toEqual([TASK])
  expect(warned).toEqual(['leases-not-renewed'])
  await clock.pause(60)
  expect(renewed).toHaveLength(count)
})
