/**
 * What people do in chat: who it was, what they mean, whether they may, and what follows.
 *
 * Called by the worker for each `handle` effect, so everything here may run again after a crash: nothing is done but reading, until one
 * append (or settlement) stores the outcome together with the end of the task.
 */
import { connect } from './access/connect.ts'
import { decideOn } from './access/decision.ts'
import { decideDrift } from './access/drift/watch.ts'
import { extend } from './access/extend.ts'
import { type AccessRequest, isWaiting } from './access/request.ts'
import { why } from './access/why.ts'
import { advance } from './advance.ts'
import { homeOpened, homeUnder } from './app-home.ts'
import { COMMANDS } from './command/commands.ts'
import { fill, isFormProblem, MOST_TOLD } from './command/form.ts'
import { readCommand } from './command/grammar.ts'
import type { Intent, Which } from './command/intent.ts'
import { tidyLines } from './command/words.ts'
import { type Asker, type Handled, isAutomatic } from './handled.ts'
import type { PersonId, RequestId } from './ids.ts'
import { parseRequestId, refOf } from './ids.ts'
import { accessCard } from './message/access/access.ts'
import { helpMessage, listMessage } from './message/answers.ts'
import type { Message } from './message/message.ts'
import { refusalMessage } from './message/refusal/refusal.ts'
import type { Answer, Incoming, Ports, Queued, Reader, Task } from './ports.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { askerMessage, requesterCard } from './requester-card.ts'
import { goOn } from './triage/conversation/answer.ts'
import { diagnose } from './triage/conversation/begin.ts'
import { decideRepair } from './triage/conversation/decide.ts'
import { heard } from './triage/conversation/heard.ts'
import { remediesFor, remedyMeant } from './triage/conversation/waiting.ts'
import { whoIs } from './who.ts'

/** Handles one delivery. The returned answer is for a platform that waits for one; the stored effects say the same in any case. */
export async function handle(ports: Ports, task: Task, incoming: Incoming): Promise<Answer> {
  if ('opened' in incoming.did) {
    await ports.store.settle(task, { how: 'done', queue: await homeOpened(ports, incoming) })
    return {}
  }
  const who = await whoIs(ports, incoming)
  if (isRefusal(who)) return settle(ports, task, incoming, { refusal: who })
  const intent = (await heard(ports, incoming, who.person.id)) ?? intentOf(incoming)
  if (isRefusal(intent)) return settle(ports, task, incoming, { refusal: intent })
  return settle(ports, task, incoming, await act(ports, task, incoming, who, intent), who)
}

function intentOf({ did }: Incoming): Intent | Refusal {
  if ('typed' in did) return readCommand(did.typed)
  if ('pressed' in did) return did.pressed
  if ('pointedAt' in did) return { do: 'diagnose', text: tidyLines(did.pointedAt).slice(0, MOST_TOLD) }
  if ('opened' in did) return { do: 'help' }
  const filled = fill(did.filled, did.values)
  return isFormProblem(filled) ? { code: 'form-incomplete', say: filled.say, form: did.filled } : filled
}

async function act(
  ports: Ports,
  task: Task,
  incoming: Incoming,
  asker: Asker,
  intent: Intent,
): Promise<Handled> {
  const { store } = ports
  const me = asker.person.id
  switch (intent.do) {
    case 'help':
      return { say: helpMessage(COMMANDS) }
    case 'list':
      return {
        say: listMessage(await store.liveOf(me), await store.waitingFor(me), await remediesFor(ports, me)),
      }
    case 'why':
      return why(ports, asker, intent)
    case 'drift':
      return decideDrift(ports, asker, intent)
    case 'connect':
      return connect(ports, task, incoming, asker, intent)
    case 'approve':
    case 'deny': {
      const shown = await shownTo(ports, me)
      const remedy = await remedyMeant(ports, intent, me, shown)
      if (isRefusal(remedy)) return { refusal: remedy }
      if (remedy !== undefined) return act(ports, task, incoming, asker, remedy)
      const id = await pick(intent, shown, ref => store.askedByRef(ref))
      if (typeof id !== 'string') return { refusal: id }
      const stored = { settles: task, queue: await redraws(ports, incoming, id, 'approver', me) }
      return decideOn(ports, stored, id, asker, {
        ...intent,
        typed: 'typed' in incoming.did,
        home: incoming.home,
      })
    }
    case 'extend': {
      const open = (await store.liveOf(me)).filter(({ status }) => status === 'open')
      const id = await pick(intent, open, async () => [])
      if (typeof id !== 'string') return { refusal: id }
      const stored = { settles: task, queue: await redraws(ports, incoming, id, 'requester', me) }
      return extend(ports, stored, id, asker, intent)
    }
    case 'diagnose':
      return diagnose(ports, task, incoming, asker, intent)
    case 'answer':
    case 'recheck':
    case 'details':
    case 'summary':
    case 'leave':
    case 'repair':
      return goOn(ports, task, asker, intent)
    case 'agree':
    case 'refuse':
      return decideRepair(ports, task, asker, intent, incoming.home)
    case 'cancel':
    case 'done': {
      const mine = await store.liveOf(me)
      const remedy =
        intent.do === 'cancel'
          ? await remedyMeant(ports, { do: 'cancel', which: intent.which }, me, mine)
          : undefined
      if (isRefusal(remedy)) return { refusal: remedy }
      if (remedy !== undefined) return act(ports, task, incoming, asker, remedy)
      const id = await pick(intent, mine, async () => [])
      if (typeof id !== 'string') return { refusal: id }
      const command = { type: intent.do, by: me } as const
      return advance(ports, id, command, {
        settles: task,
        queue: await redraws(ports, incoming, id, 'requester', me),
      })
    }
    case 'switch-off':
    case 'leave-on': {
      const by = { person: me, name: asker.person.name }
      const queue = await redraws(ports, incoming, intent.request, 'requester', me)
      const command = { type: 'answer-off', by, off: intent.do === 'switch-off' } as const
      return advance(ports, intent.request, command, { settles: task, queue })
    }
    case 'keep': {
      const id = await pick(intent, await store.liveOf(me), async () => [])
      if (typeof id !== 'string') return { refusal: id }
      const queue = await redraws(ports, incoming, id, 'requester', me)
      return advance(ports, id, { type: 'inside-keep', by: me }, { settles: task, queue })
    }
    case 'show': {
      // Looking changes nothing: the pressed copy is redrawn, and that is all (see settle).
      const { which } = intent
      if (which === 'only' || !('id' in which))
        return { refusal: { code: 'no-such-request', typed: '', waiting: [] } }
      const { state } = await store.load(which.id)
      return { ok: true, state, moved: false }
    }
  }
}

/** What waits for this person; where nothing does, what they were shown before, so that they read what became of it. */
async function shownTo({ store }: Ports, person: PersonId): Promise<readonly AccessRequest[]> {
  const shown = await store.waitingFor(person)
  const waiting = shown.filter(state => isWaiting(state))
  return waiting.length > 0 ? waiting : shown
}

/** The one request that is meant among the candidates, or a refusal that names them. */
async function pick(
  intent: Extract<Intent, { which: Which }>,
  candidates: readonly AccessRequest[],
  elsewhere: (ref: string) => Promise<readonly AccessRequest[]>,
): Promise<RequestId | Refusal> {
  const { which } = intent
  const known = candidates.filter(state => state.status !== 'none')
  const refOfState = (state: (typeof known)[number]) => `${refOf(state.ask.id)} (${state.ask.vm.name})`
  const oneOf = (among: typeof known): RequestId | Refusal | undefined => {
    const [only, ...more] = among
    if (only && more.length === 0) return only.ask.id
    if (!only) return undefined
    const refs = among.map(({ ask }) => ({
      ref: refOf(ask.id),
      vm: ask.vm.name,
      intent: { ...intent, which: { id: ask.id } } as Intent,
    }))
    return { code: 'which-request', refs }
  }
  if (which === 'only') return oneOf(known) ?? { code: 'nothing-to', intent: verbOf(intent) }
  if ('id' in which) return which.id
  const typed = which.typed.toLowerCase()
  const matching = known.filter(
    ({ ask }) =>
      refOf(ask.id).toLowerCase() === typed || ask.vm.name.toLowerCase() === typed || ask.id === typed,
  )
  const here = oneOf(matching)
  if (here !== undefined) return here
  const byRef = (await elsewhere(which.typed.toUpperCase())).filter(state => state.status !== 'none')
  return (
    oneOf(byRef) ??
    parseRequestId(which.typed) ?? {
      code: 'no-such-request',
      typed: which.typed,
      waiting: known.map(refOfState),
    }
  )
}

const verbOf = (intent: Extract<Intent, { which: Which }>) =>
  intent.do === 'show' || intent.do === 'keep' ? 'done' : intent.do

/** Stores the end of the task with what is to be said, unless the request's own append did so already. */
async function settle(
  ports: Ports,
  task: Task,
  incoming: Incoming,
  handled: Handled,
  asker?: Asker,
): Promise<Answer> {
  if (handled === 'lease-lost') return {}
  if ('kept' in handled)
    return pressedAnswer(incoming, handled.card ?? (await askerMessage(ports, handled.kept)))
  if ('ok' in handled && handled.ok && handled.moved) return cardAnswer(ports, incoming, handled.state, asker)
  const refusal = 'refusal' in handled ? handled.refusal : undefined
  const state = 'state' in handled ? handled.state : undefined
  const said = 'say' in handled ? handled.say : refusal && refusalMessage(refusal)
  const say: readonly Queued[] =
    said && !isAutomatic(incoming) ? [{ effect: { do: 'say', to: incoming.home, message: said } }] : []
  const redraw = state && asker ? redrawFor(incoming, state, asker) : []
  const home = asker ? await homeUnder(ports, incoming, asker.person.id) : []
  await ports.store.settle(task, { how: 'done', queue: [...say, ...redraw, ...home] })
  return { ...(said ? { said } : {}), ...(state ? await cardAnswer(ports, incoming, state, asker) : {}) }
}

/** The pressed message of a diagnosis as it stands. In a thread others read it, and it stays as it is. */
const pressedAnswer = ({ did, thread }: Incoming, card: Message): Answer =>
  thread === undefined && ('pressed' in did || 'filled' in did) && did.on?.messageKey ? { card } : {}

/** The pressed card as it stands, if the one who pressed is a reader of it. */
async function cardAnswer(
  ports: Ports,
  { did }: Incoming,
  state: AccessRequest,
  asker: Asker | undefined,
): Promise<Answer> {
  if (!('pressed' in did || 'filled' in did) || state.status === 'none' || !asker) return {}
  const reader = readerOf(state, asker)
  if (reader === undefined) return {}
  return {
    card: reader === 'requester' ? await requesterCard(ports, state) : accessCard(state, reader, ports.pages),
  }
}

function readerOf(state: AccessRequest, { person }: Asker): Reader | undefined {
  if (state.status === 'none') return undefined
  if (state.ask.by.person === person.id) return 'requester'
  return state.seats.some(seat => seat.person === person.id) ? 'approver' : undefined
}

function redrawFor(incoming: Incoming, state: AccessRequest, asker: Asker): readonly Queued[] {
  const reader = readerOf(state, asker)
  return reader && state.status !== 'none' ? redrawOf(incoming, state.ask.id, reader) : []
}

/** What is pressed is drawn again: the copy of the card, or the App Home. */
const redraws = async (
  ports: Ports,
  incoming: Incoming,
  request: RequestId,
  reader: Reader,
  me: PersonId,
): Promise<readonly Queued[]> => [
  ...redrawOf(incoming, request, reader),
  ...(await homeUnder(ports, incoming, me)),
]

/**
 * The pressed copy may be one that no slot knows (posted just before a crash), so it is redrawn by itself. In a thread others read the same
 * copy, and a card is written for one reader.
 */
function redrawOf({ did, home, thread }: Incoming, request: RequestId, reader: Reader): readonly Queued[] {
  const on = 'pressed' in did || 'filled' in did ? did.on : undefined
  if (thread !== undefined || on === undefined || on.platform !== home.platform || on.messageKey === '')
    return []
  return [{ effect: { do: 'redraw', request, reader, posted: on } }]
}
