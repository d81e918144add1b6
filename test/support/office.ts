/**
 * An office for whole stories in one process: the real core and the real store, with small working fakes for everything outside. Every call
 * that crosses a port can be watched, and the whole world can be kept at any moment and brought back later.
 */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { v7 } from 'uuid'
import { createStore } from '../../adapters/store/store.ts'
import type {
  Address,
  Chat,
  ChatUser,
  Clock,
  Flow,
  GroupId,
  Incoming,
  Intent,
  JitAccess,
  Latchkey,
  Log,
  Message,
  PersonId,
  Platform,
  Policy,
  Ports,
  Posted,
  RequestId,
} from '../../core/index.ts'
import { Fault, instant, makeLatchkey } from '../../core/index.ts'
import { alice, aRule, at, bob, carol, engineers, leads, vm01 } from './cast.ts'
import { clear, putRows, rowsOf } from './crash-rows.ts'
import { type JitModel, type Mode, makeJitModel } from './jit-model.ts'
import { type Fleet, machinesOf, reportOf } from './office-fleet.ts'
import { directoryOf, type People } from './office-people.ts'
import { type OfficeDatabase, openEmbedded } from './office-store.ts'

export { reportOf } from './office-fleet.ts'

/** When every office opens, by the clock on the wall. */
const WALL = at(0)

/** See `keep`. Two that are equal are the same world. */
export type Kept = { rows: string; outside: string }

type Card = { to: Address; message: Message; posted: Posted; key: string }

export const SOURCE = '203.0.113.25'

export type Office = Awaited<ReturnType<typeof openOffice>>

/** Called instead of each call that crosses a port, with the call itself. */
type Watch = (point: string, call: () => Promise<unknown>) => Promise<unknown>

/** @param options.database a folder of its own, with the embedded database, when left out */
export async function openOffice({
  mode = 'merge' as Mode,
  say = false,
  newId = v7 as () => string,
  database = undefined as OfficeDatabase | undefined,
} = {}) {
  const problems: string[] = []
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event, _facts, error) => {
      problems.push(`${event}: ${error instanceof Error ? error.stack : String(error)}`)
      if (say) console.error(event, error)
    },
  }
  const { db, close, peers } = database ?? (await openEmbedded(log))
  // Wall time stands still but for what a test adds, so that a retry waits for nobody.
  let wall: number = WALL
  const store = createStore(db, { log, newId, close, wall: () => wall, ...(peers ? { peers } : {}) })

  let now = at(0)
  // Nobody waits here; what is bounded by seconds is never late.
  const clock: Clock = {
    now: () => now,
    pause: async ms => (ms < 1000 ? undefined : new Promise<void>(() => {})),
  }
  const people: People = new Map()
  const fleet: Fleet = new Map()
  let policy: Policy = { rules: [aRule()], defaultMinutes: 60, lapseMinutes: 60 }
  let azure: JitModel = makeJitModel(mode)
  let cards: Card[] = []
  let files: { to: Address; name: string }[] = []
  let patience = 400
  const unreachable = new Set<string>()
  const homes = new Map<string, readonly Message[]>()
  const draws: string[] = []
  let calls: string[] = []
  let broughtBack = 0
  let watch: Watch = (_point, call) => call()

  /** A port whose every call is counted and watched. */
  const watched = <T extends object>(name: string, port: T): T =>
    new Proxy(port, {
      get(target, property) {
        const value = Reflect.get(target, property)
        if (typeof value !== 'function' || property === 'now' || property === 'wait') return value
        return async (...args: unknown[]) => {
          const point = `${name}.${String(property)}`
          calls.push(point)
          return watch(point, async () => value.apply(target, args))
        }
      },
    })

  const chat = (platform: Platform): Chat => ({
    platform,
    async post(to, message, { key, again }) {
      if (unreachable.has(to.key))
        throw new Fault('missing', { op: 'fake.post', say: 'They cannot be reached.' })
      const before = again ? cards.find(card => card.key === key && card.to.key === to.key) : undefined
      if (before) return before.posted
      const posted = { ...to, messageKey: `m${cards.length + 1}` }
      cards.push({ to, message, posted, key })
      return posted
    },
    async amend(posted, message) {
      const card = cards.find(each => each.posted.messageKey === posted.messageKey)
      if (!card) throw new Fault('missing', { op: 'fake.amend', say: 'The message is gone.' })
      card.message = message
    },
    async hand(to, { name }) {
      files.push({ to, name })
      return 'handed'
    },
    homeOf: async person => ({ platform, key: `${platform}:${person.upn}` }),
    async profileOf(user) {
      const person = [...people.values()].find(({ upn }) => upn === user.key)
      return (
        person && { label: `${person.name} in ${platform}`, confirmedEmail: person.upn, standing: 'member' }
      )
    },
    ...(platform === 'teams'
      ? {}
      : {
          async showHome(user: ChatUser, messages: readonly Message[]) {
            homes.set(user.key, messages)
            draws.push(user.key)
          },
        }),
  })
  const directory = directoryOf(people)
  const machines = machinesOf(fleet)
  const jit: JitAccess = {
    async windows(id) {
      const port = fleet.get(id)?.jit?.ports[0]
      if (!port)
        throw new Fault('missing', { op: 'fake.windows', say: 'No JIT access policy covers the VM.' })
      return { ...azure.windows(now, port.maxMinutes), port }
    },
    async request({ sources, endsAt, justification }) {
      if (azure.declines) throw new Fault('denied', { op: 'fake.request', say: 'Azure does not allow it.' })
      azure.request(now, sources, endsAt, justification)
    },
    leftovers: async () => azure.rules(now),
    remove: async rule => azure.remove(rule),
    async flow(_vm, _port, source): Promise<Flow> {
      const rule = azure.rules(now).find(({ sources }) => sources.includes(source))
      return rule ? { access: 'allow', rule: rule.name } : { access: 'deny', rule: 'DenyAllInBound' }
    },
  }
  const ports: Ports = {
    chats: [watched('slack', chat('slack')), watched('teams', chat('teams'))],
    directory: watched('directory', directory),
    policies: { current: () => policy },
    pages: {
      access: id => `https://latchkey.example/access/${id}`,
      bind: id => `https://latchkey.example/bind/${id}`,
      remedy: (diagnosis, key) => `https://latchkey.example/remedy/${diagnosis}/${key}`,
    },
    machines: watched('machines', machines),
    jit: watched('jit', jit),
    store: watched('store', store),
    clock,
    ids: { request: () => newId() as RequestId, secret: newId },
    random: count => randomBytes(count),
    log,
  }
  let latchkey: Latchkey = makeLatchkey(ports)

  const office = {
    store,
    ports,
    problems,
    watched,
    get cards() {
      return cards
    },
    get files() {
      return files
    },
    get azure() {
      return azure
    },
    get calls() {
      return calls
    },
    get latchkey() {
      return latchkey
    },
    people,
    fleet,
    unreachable,
    /** Whose App Home was drawn, in order. */
    draws,
    setPolicy(...rules: Policy['rules']) {
      policy = { ...policy, rules }
    },
    pass(minutes: number) {
      now = instant(now + minutes * 60_000)
    },
    now: () => now,
    /** Has every call that crosses a port go through this. */
    watch(through: Watch) {
      watch = through
    },
    /** Time goes by, by every clock. */
    elapse(ms: number) {
      wall += ms
      now = instant(now + ms)
    },
    /** A new process: nothing that the old one had in its memory is left. What that one had leased stays leased. */
    restart() {
      watch = (_point, call) => call()
      latchkey = makeLatchkey(ports)
    },
    /** Whoever holds a lease is dead, as the embedded store knows when it is opened. */
    async freeLeases() {
      await sql`update outbox set lease_until = 0 where state = 'leased'`.execute(db)
    },
    /** Everything that outlives the process, as it is at this moment: what is stored, what Azure and the chats hold, and the time. */
    async keep(): Promise<Kept> {
      const outside = JSON.stringify({ now, wall, cards, files, azure: azure.kept() })
      return { rows: await rowsOf(db), outside }
    },
    /** The world as it was kept, and a new process in it. */
    async bringBack({ rows, outside }: Kept) {
      await office.reset()
      broughtBack += 1
      // What was cleared slows the next ones down, and nothing else vacuums here.
      if (broughtBack % 20 === 0) await sql`vacuum`.execute(db)
      await putRows(db, rows)
      const then = JSON.parse(outside)
      now = then.now
      wall = then.wall
      cards = then.cards
      files = then.files
      azure.bringBack(then.azure)
    },
    /** How many effects are performed at most before the world is looked at again: few, where something is looked for again and again. */
    set patience(effects: number) {
      patience = effects
    },
    /** Performs everything that is due, as the worker would. */
    async settle() {
      let quiet = 0
      for (let n = 0; n < patience && quiet < 3; n++) {
        quiet = (await latchkey.worker.tick()) ? 0 : quiet + 1
        // Nothing due: what waits for a retry or another look comes due as wall time goes by.
        if (quiet > 0) wall += 5000
      }
    },
    async typed(who: typeof alice, text: string, platform: Platform = 'teams') {
      await office.receives(incoming(who, platform, { typed: text }))
    },
    /** What a platform delivers; the same again is a redelivery. */
    async receives(delivery: Incoming) {
      await latchkey.inbox.receive(delivery)
      await office.settle()
    },
    says: (who: typeof alice, text: string): Incoming => incoming(who, 'teams', { typed: text }),
    presses(who: typeof alice, label: string, on: RegExp): Incoming {
      const card = office
        .cardsOf(who)
        .findLast(({ message, to }) => on.test(message.title) && to.platform === 'teams')
      const press = card?.message.buttons.find(button => button.label === label)?.press
      if (!card || !press || !('intent' in press)) throw new Error(`no ${label} on ${on} for ${who.name}`)
      return incoming(who, 'teams', { pressed: press.intent, on: card.posted })
    },
    /** A form that was opened from a card and sent. */
    fills(who: typeof alice, label: string, on: RegExp, values: Readonly<Record<string, string>>): Incoming {
      const card = office
        .cardsOf(who)
        .findLast(({ message, to }) => on.test(message.title) && to.platform === 'teams')
      const press = card?.message.buttons.find(button => button.label === label)?.press
      if (!card || !press || !('form' in press)) throw new Error(`no form ${label} on ${on} for ${who.name}`)
      return incoming(who, 'teams', { filled: press.form, values, on: card.posted })
    },
    /** Presses a button; one with a form is filled in with the values and sent. */
    async pressed(
      who: typeof alice,
      label: string,
      on: RegExp,
      values: Readonly<Record<string, string>> = {},
    ) {
      const card = office.cardsOf(who).findLast(({ message }) => on.test(message.title))
      const press = card?.message.buttons.find(button => button.label === label)?.press
      if (!card || !press || 'url' in press) throw new Error(`no ${label} on ${on} for ${who.name}`)
      const posted = card.posted
      if ('intent' in press) await office.pressedRaw(who, press.intent, posted)
      else await office.receives(incoming(who, posted.platform, { filled: press.form, values, on: posted }))
    },
    async pressedRaw(who: typeof alice, pressed: Intent, on: Posted) {
      await office.receives(incoming(who, on.platform, { pressed, on }))
    },
    /** Somebody looks at the bot's App Home in Slack. */
    looksHome: (who: typeof alice) => office.receives(incoming(who, 'slack', { opened: 'app-home' })),
    homeOf: (who: typeof alice): readonly Message[] => homes.get(people.get(who.person)?.upn ?? '') ?? [],
    userOf: (who: typeof alice, platform: Platform): ChatUser => incoming(who, platform, { typed: '' }).who,
    cardsOf: (who: typeof alice) =>
      cards.filter(({ to }) => to.key.endsWith(people.get(who.person)?.upn ?? '?')),
    titlesOf: (who: typeof alice) => office.cardsOf(who).map(({ message }) => message.title),
    requestOf(who: typeof alice): RequestId {
      const link = office
        .cardsOf(who)
        .flatMap(({ message }) => message.buttons)
        .findLast(({ press }) => 'url' in press && press.url.includes('/access/'))
      if (!link || !('url' in link.press)) throw new Error(`no access link for ${who.name}`)
      return link.press.url.split('/').at(-1) as RequestId
    },
    /** Presses "Use this address" on the access page. */
    async moves(who: typeof alice, request: RequestId, source: string) {
      const refusal = await latchkey.desk.move(request, who.person, source)
      await office.settle()
      return refusal
    },
    async opens(who: typeof alice, source = SOURCE) {
      const refusal = await latchkey.desk.open(office.requestOf(who), who.person, source)
      await office.settle()
      return refusal
    },
    /** A fresh beginning in the same database. */
    async reset() {
      watch = (_point, call) => call()
      await clear(db)
      wall = WALL
      now = at(0)
      cards = []
      files = []
      calls = []
      problems.length = 0
      unreachable.clear()
      homes.clear()
      draws.length = 0
      patience = 400
      latchkey = makeLatchkey(ports)
      azure = makeJitModel(mode)
      policy = { rules: [aRule()], defaultMinutes: 60, lapseMinutes: 60 }
      people.clear()
      fleet.clear()
      furnish()
    },
    close: () => store.close(),
  }

  function incoming(who: typeof alice, platform: Platform, did: Incoming['did']): Incoming {
    const upn = people.get(who.person)?.upn ?? ''
    const user: ChatUser = {
      platform,
      workspace: 'w',
      key: upn,
      ...(platform === 'teams' ? { person: who.person } : {}),
    }
    return {
      delivery: `${platform}:${newId()}`,
      who: user,
      home: { platform, key: `${platform}:${upn}` },
      did,
    }
  }

  function furnish(): void {
    const add = (who: typeof alice, groups: readonly GroupId[], manager?: PersonId) => {
      const upn = `${who.name.split(' ')[0]?.toLowerCase()}@contoso.example`
      people.set(who.person, {
        id: who.person,
        name: who.name,
        upn,
        enabled: true,
        kind: 'member',
        groups: new Set(groups),
        ...(manager === undefined ? {} : { manager }),
      })
    }
    add(alice, [engineers], bob.person)
    add(bob, [engineers, leads])
    add(carol, [leads])
    fleet.set(vm01.id, reportOf(vm01))
  }
  furnish()
  return office
}
