/** The inside of the office's VM: who is signed in, what they are shown, and one script at a time. It keeps with the rest of the world. */
import {
  Fault,
  type FaultKind,
  type GuestSessions,
  type Policy,
  type Rule,
  type SessionAct,
  type SessionAnswer,
  type WindowsSession,
} from '../../core/index.ts'
import { vm01 } from './cast.ts'
import { type Kept, type Office, reportOf, SOURCE } from './office.ts'

type State = {
  people: WindowsSession[]
  shown: { id: number; minutesLeft: number }[]
  controller: boolean
  /** Scripts that Azure took, in order. */
  scripts: SessionAct['do'][]
  answers: Record<string, SessionAnswer>
  /** Operations that were looked at once. */
  looked: string[]
  /** How often a script is refused before one is taken. */
  refused: { kind: FaultKind; times: number }
  /** Nobody is ever signed out. */
  deaf: boolean
}

const FRESH: State = {
  people: [],
  shown: [],
  controller: false,
  scripts: [],
  answers: {},
  looked: [],
  refused: { kind: 'conflict', times: 0 },
  deaf: false,
}

export const TAGGED = { ...vm01, tags: { ...vm01.tags, 'latchkey-guest': 'yes' } }

/** @param wishes what the rule wants inside Windows */
export function withWindows(office: Office, rule: Rule) {
  let state: State = structuredClone(FRESH)
  let policy: Policy
  const sessions: GuestSessions = {
    async begin(_vm, act) {
      if (state.refused.times > 0) {
        state.refused.times -= 1
        throw new Fault(state.refused.kind, { op: 'fake.begin', say: 'The right runCommand is missing.' })
      }
      state.scripts.push(act.do)
      const operation = `script-${state.scripts.length}`
      state.answers[operation] = run(act)
      return operation
    },
    async look(operation) {
      const answer = state.answers[operation]
      if (answer === undefined) throw new Fault('invalid', { op: 'fake.look', say: 'No such operation.' })
      if (state.looked.includes(operation)) return answer
      state.looked.push(operation)
      return 'running'
    },
  }

  function run(act: SessionAct): SessionAnswer {
    if (state.controller) return { kind: 'domain-controller' }
    if (act.do === 'list') return { kind: 'sessions', sessions: structuredClone(state.people) }
    const { id, loggedOnAt } = act.session
    const session = state.people.find(one => one.id === id && one.loggedOnAt === loggedOnAt)
    if (session === undefined) return { kind: 'gone' }
    if (act.do === 'warn') state.shown.push({ id, minutesLeft: act.minutesLeft })
    else if (!state.deaf) state.people = state.people.filter(one => one !== session)
    return { kind: 'done' }
  }

  const windows = {
    get state() {
      return state
    },
    /** The policy in force. */
    set rule(now: Rule) {
      policy = {
        rules: [now],
        defaultMinutes: 60,
        lapseMinutes: 60,
        guestOptIn: { 'latchkey-guest': ['yes'] },
      }
    },
    /** Somebody signs in now. */
    signsIn(user: string, client: string | 'untold' = SOURCE, id = state.people.length + 2) {
      const since = { id, user, state: 'active', loggedOnAt: office.now() } as const
      state.people.push(client === 'untold' ? since : { ...since, client })
    },
    furnish() {
      office.fleet.set(vm01.id, reportOf(TAGGED))
      Object.assign(office.ports, { policies: { current: () => policy } })
      Object.assign(office.ports, { sessions: office.watched('sessions', sessions) })
    },
    reset() {
      state = structuredClone(FRESH)
      windows.rule = rule
      windows.furnish()
    },
    kept: ({ rows, outside }: Kept): Kept => ({ rows, outside: JSON.stringify([outside, state]) }),
    bringBack({ rows, outside }: Kept): Kept {
      const [rest, mine] = JSON.parse(outside)
      state = mine
      return { rows, outside: rest }
    },
  }
  windows.reset()
  return windows
}
