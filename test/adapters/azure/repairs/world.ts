/** The pretend Azure with the shipped repairs in front of it, by two identities, and nothing that waits. */
import { connectRepairs, type RepairsOptions } from '../../../../adapters/azure/repairs/connect.ts'
import { instant, type Operation, type Repair, type Repairs } from '../../../../core/index.ts'
import { fleet, guarded, SUBSCRIPTION, startWorld, TOKEN, vmId } from '../world.ts'

export const VM = vmId('vm01')
export const KEY = '0196a1f0-7d31-7b6e-9c55-0b7c1a2d3e01'
export const PASSWORD = 'Correct-Horse-7-Battery'
export const SERVICE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Compute/cloudServices/shop`

export const ACCOUNT = { name: 'azadmin', kind: 'local', exists: true, admin: true } as const
/** Seen, and fit for everything. */
export const SEEN = { isDomainController: false, account: ACCOUNT }

const SHOP = {
  name: 'shop',
  roles: { Web: { rdp_extension: false }, Worker: { rdp_extension: true, expiry: '2026-11-01' } },
}

const credential = (token = TOKEN) => ({
  getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
})

export async function startRepairs(
  vm: object = {},
  { options = {}, world: worldOptions = {} }: { options?: Partial<RepairsOptions>; world?: object } = {},
) {
  const world = await startWorld([fleet([{ ...guarded, ...vm }], { cloud_services: [SHOP] })], {
    operationMs: 20_000,
    ...worldOptions,
  })
  /** A new process: nothing is remembered. */
  const connect = (more: Partial<RepairsOptions> = {}): Repairs =>
    connectRepairs({
      credential: credential(),
      guestCredential: credential(),
      httpClient: world.httpClient,
      log: logInto(world.logged),
      now: () => world.clock.now,
      ...options,
      ...more,
    })
  const repairs = connect()
  const vmState = () => {
    const found = world.sim.state.vms[0]
    if (found === undefined) throw new Error('no VM')
    return found
  }
  return Object.assign(world, {
    repairs,
    connect,
    vmState,
    now: () => instant(world.clock.now),
    pass: (ms: number) => {
      world.clock.now += ms
    },
    begin: (repair: Repair) => repairs.begin(repair, { key: KEY }),
    /** Begins it, lets it take its time, and says what became of it. */
    through: async (repair: Repair) => {
      const operation = await repairs.begin(repair, { key: KEY })
      world.clock.now += 30_000
      return repairs.look(operation)
    },
    /** Orders that were sent, polls and reads aside. */
    orders: () => world.calls(/^(?:POST|PUT)/).filter(line => !/Microsoft\.ResourceGraph/.test(line)),
    /** All that was written down anywhere on our side. */
    written: (...more: readonly unknown[]) =>
      JSON.stringify([world.logged, ...more], (_, value) =>
        value instanceof Error ? [value.message, value.stack, value.cause, { ...value }] : value,
      ),
  })
}

const logInto = (lines: { event: string; facts: unknown; error?: unknown }[]) => ({
  info: (event: string, facts?: unknown) => void lines.push({ event, facts }),
  warn: (event: string, facts?: unknown, error?: unknown) => void lines.push({ event, facts, error }),
  error: (event: string, facts?: unknown, error?: unknown) => void lines.push({ event, facts, error }),
})

/** JSON and back, as a store would do. */
export const stored = (operation: Operation): Operation => JSON.parse(JSON.stringify(operation))
