/** The shipped hands before a pretend Azure on a real port. */
import { connectHands, type HandsOptions } from '../../../../adapters/azure/hands/connect.ts'
import type { Subscription } from '../../../../bots/demo/azure/fleet.ts'
import type { Begun, GuestSessions, LongOperation } from '../../../../core/index.ts'
import { startWorld, type TestWorld, TOKEN } from '../world.ts'

type Tested = TestWorld &
  ReturnType<typeof connectHands> & {
    sessions: GuestSessions
    settled: (begun: Begun) => LongOperation
  }

export async function startHands(
  subscriptions: readonly Subscription[],
  options: Parameters<typeof startWorld>[1] = {},
  more: Partial<HandsOptions> = {},
): Promise<Tested> {
  const world = await startWorld(subscriptions, options)
  const log = {
    info: () => undefined,
    warn: (event: string, facts?: unknown, error?: unknown) =>
      void world.logged.push({ event, facts, error }),
    error: (event: string, facts?: unknown, error?: unknown) =>
      void world.logged.push({ event, facts, error }),
  }
  const credential = {
    getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }),
  }
  const hands = connectHands({
    credential,
    guestCredential: credential,
    httpClient: world.httpClient,
    log,
    now: () => world.clock.now,
    ...more,
  })
  return Object.assign(world, hands as typeof hands & { sessions: GuestSessions }, {
    /** The operation that was begun; Azure always needs time here. */
    settled: (begun: Begun): LongOperation => {
      if (begun === 'done') throw new Error('nothing was begun')
      return begun
    },
  })
}

/** Everything that was logged, with the causes of errors in full. */
export const logText = ({ logged }: TestWorld): string =>
  logged.map(line => JSON.stringify(line) + String((line.error as Error)?.stack ?? '')).join('\n')
