/** A VM that can be switched on and off, for the office: what Azure does to its power, its log, and who is signed in there. */
import {
  type Activity,
  type Diagnostics,
  Fault,
  type GuestSessions,
  type Operation,
  type PowerState,
  type Repairs,
  type VmReport,
  type WindowsSession,
} from '../../core/index.ts'
import { vm01 } from './cast.ts'
import { type Kept, type Office, reportOf } from './office.ts'

type State = {
  power: PowerState
  agent: NonNullable<VmReport['agent']>
  /** Orders that Azure took, in order. */
  orders: string[]
  log: Activity[]
  people: WindowsSession[]
  /** How the next order fails once it was taken. */
  fails?: string
  /** Orders stay under way until a test ends them. */
  slow?: boolean
}

const FRESH: State = { power: 'deallocated', agent: 'unknown', orders: [], log: [], people: [] }

/** Gives the office's VM a power of its own, which it keeps with the rest of the world. */
export function withPower(office: Office, { readsLog = true, looksInside = false } = {}) {
  let state: State = structuredClone(FRESH)

  function finish(what: string): void {
    if (state.fails !== undefined) {
      state.power = what === 'start-vm' ? 'deallocated' : 'running'
      return
    }
    state.power = what === 'start-vm' ? 'running' : 'deallocated'
    state.agent = what === 'start-vm' ? 'ready' : 'unknown'
  }
  /** What is under way is seen under way once, and is over the next time, whether anybody follows it or not. */
  function seenPower(): PowerState {
    const { power } = state
    if (!state.slow && power === 'starting') finish('start-vm')
    if (!state.slow && power === 'deallocating') finish('deallocate-vm')
    return power
  }
  const note = (verb: string) =>
    state.log.push({
      at: office.now(),
      operation: `microsoft.compute/virtualmachines/${verb}/action`,
      resource: vm01.id,
      result: 'succeeded',
    })

  const repairs: Repairs = {
    async begin(repair, { key }): Promise<Operation> {
      state.orders.push(repair.do)
      note(repair.do === 'start-vm' ? 'start' : 'deallocate')
      state.power = repair.do === 'start-vm' ? 'starting' : 'deallocating'
      return { repair: repair.do, on: vm01.id, key, since: office.now(), lookEveryMs: 5000, resume: {} }
    },
    async look({ repair }) {
      const isUnderWay = state.power === 'starting' || state.power === 'deallocating'
      if (isUnderWay && state.slow) return 'running'
      if (isUnderWay) finish(repair)
      return state.fails === undefined ? { done: true } : { failed: state.fails }
    },
  }
  const unread = async () => ({ read: false, why: 'not here' })
  const look = new Proxy({} as Diagnostics, {
    get: (_, name) =>
      name === 'activity' && readsLog ? async () => ({ read: true, value: [...state.log] }) : unread,
  })
  const sessions: GuestSessions = {
    begin: async () => 'a script',
    look: async () => ({ kind: 'sessions', sessions: [...state.people] }),
  }
  Object.assign(office.ports, {
    repairs: office.watched('repairs', repairs),
    diagnostics: { forOneDiagnosis: () => office.watched('diagnostics', look) },
    ...(looksInside ? { sessions: office.watched('sessions', sessions) } : {}),
  })
  const furnish = (changes: Partial<VmReport> = {}) => {
    const report = { ...reportOf(vm01, { size: 'Standard_D4s_v5', ...changes }) }
    Object.defineProperties(report, {
      power: { get: seenPower, enumerable: true },
      agent: { get: () => state.agent, enumerable: true },
    })
    office.fleet.set(vm01.id, report)
  }
  furnish()

  return {
    get state() {
      return state
    },
    furnish,
    /** Azure refuses to take an order. */
    refuse(say: string) {
      repairs.begin = async () => {
        throw new Fault('denied', { op: 'fake.begin', say })
      }
    },
    note,
    /** A fresh VM, switched off. */
    reset() {
      state = structuredClone(FRESH)
      furnish()
    },
    /** What outlives a process, with the VM. */
    kept: (kept: Kept): Kept => ({ ...kept, outside: JSON.stringify([kept.outside, state]) }),
    bringBack({ rows, outside }: Kept): Kept {
      const [rest, own] = JSON.parse(outside) as [string, State]
      state = own
      return { rows, outside: rest }
    },
  }
}
