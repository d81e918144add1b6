/** Judges what the pages may show and do, for the person who signed in there. */

import { bastionView } from './access/link/view.ts'
import { activePerson } from './access/people.ts'
import { ADDRESS_CHANGES, judge, type Rule } from './access/policy.ts'
import { jitEntry } from './access/preflight.ts'
import type { AccessRequest } from './access/request.ts'
import { accountView, openInstance } from './access/role-instance/open.ts'
import { canonicalSource, isPublic, isWithin } from './access/source.ts'
import { isOpenedForOwn } from './access/way-in.ts'
import { type Advanced, advance } from './advance.ts'
import { Fault } from './fault.ts'
import type { PersonId, RequestId } from './ids.ts'
import { boundMessage } from './message/answers.ts'
import type { AccessView, PageDesk } from './pages.ts'
import type { JitPort, Ports, Ticket } from './ports.ts'
import { connectionFile, signatureOf } from './rdp/connection.ts'
import { isDialled } from './rdp/target.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { remedyDesk } from './remedy-desk.ts'
import { requesterCard } from './requester-card.ts'

type Known = Exclude<AccessRequest, { status: 'none' }>
type Agreed = Extract<Known, { status: 'approved' | 'opening' | 'open' }>

export function makeDesk(ports: Ports): PageDesk {
  const { store, clock, directory, machines, policies } = ports

  return {
    ...remedyDesk(ports),

    async view(request, person, source) {
      const state = await own(request, person)
      if (isRefusal(state)) return state
      const moved = source === undefined ? undefined : movedTo(state, source)
      const card = await requesterCard(ports, state)
      const account = await accountView(ports, state)
      return {
        message: card,
        offer: offerOf(state),
        signed: signatureOf(ports.signer),
        ...(moved === undefined ? {} : { moved }),
        ...(await bastionView(ports, state)),
        ...(account === undefined ? {} : { account }),
      }
    },

    async open(request, person, source) {
      const state = await own(request, person)
      if (isRefusal(state)) return state
      const address = usable(source)
      if (isRefusal(address)) return address
      if (state.ask.instance !== undefined) return openInstance(ports, state, address)
      if (state.status === 'approved' || wantsAddress(state)) {
        const judged = await judgeSource(state, address)
        if (isRefusal(judged)) return judged
      }
      return refusalOf(advance(ports, request, { type: 'give-source', by: person, source: address }))
    },

    async move(request, person, source) {
      const state = await own(request, person)
      if (isRefusal(state)) return state
      const address = usable(source)
      if (isRefusal(address)) return address
      if (state.status !== 'opening' && state.status !== 'open')
        return { code: 'not-open', status: state.status }
      if (state.source === address || !isOpenedForOwn(state.way) || state.ask.instance) return undefined
      const judged = await judgeSource(state, address)
      if (isRefusal(judged)) return judged
      const most = judged.addressChanges ?? ADDRESS_CHANGES
      return refusalOf(advance(ports, request, { type: 'change-source', by: person, source: address, most }))
    },

    async file(request, person, instance) {
      const state = await own(request, person)
      if (isRefusal(state)) return state
      if (state.status === 'open' && !state.moving && isDialled(state.wayIn))
        return connectionFile(ports, state, instance)
      return { code: 'not-open', status: state.status === 'open' ? 'opening' : state.status }
    },

    async bindView(id, person) {
      const ticket = await store.ticket(id, clock.now())
      const who = await directory.person(person)
      if (!ticket) return { code: 'ticket-gone' }
      if (!who?.enabled || who.kind !== 'member') return { code: 'person-disabled' }
      return { chatAccount: ticket.label, personName: who.name, upn: who.upn }
    },

    async bind(id, person) {
      const ticket = await store.ticket(id, clock.now())
      return ticket ? bindBy(id, ticket, person) : { code: 'ticket-gone' }
    },
  }

  /** The request, if this person asked for it. Anyone else learns nothing, not even whether it exists. */
  async function own(request: RequestId, person: PersonId): Promise<Known | Refusal> {
    const { state } = await store.load(request)
    return state.status === 'none' || state.ask.by.person !== person ? { code: 'not-requester' } : state
  }

  /**
   * The policy and the JIT access policy as they are now, with the address that was not known before.
   * @returns the rule that covers it: the one it was agreed to under, where that still does
   */
  async function judgeSource(state: Agreed, source: string): Promise<Rule | Refusal> {
    const { ask, minutes } = state
    const [active, vm, entry] = await Promise.all([
      activePerson(directory, ask.by.person),
      machines.byId(ask.vm.id),
      entryOf(state),
    ])
    if (active?.person.kind !== 'member') return { code: 'person-disabled' }
    if (!vm) return { code: 'vm-not-found', name: ask.vm.name, near: [] }
    if (isRefusal(entry)) return entry
    const asker = { id: active.person.id, groups: active.groups }
    const { reason } = ask
    const verdict = judge(policies.current(), { verb: 'connect', person: asker, vm, minutes, reason, source })
    if (verdict.kind === 'refuse') return verdict.refusal
    const allowed = entry.sources
    if (!isWithin(source, allowed)) return { code: 'jit-source', vm: vm.name, source, allowed }
    const rules = verdict.kind === 'ask' ? verdict.rules : [verdict.rule]
    return rules.find(({ id }) => id === state.rule) ?? (rules[0] as Rule)
  }

  /** Without its JIT access policy an approved request has come to its end; one that is open is shut by reconcile. */
  async function entryOf({ ask }: Agreed): Promise<JitPort | Refusal> {
    try {
      return await jitEntry(ports, ask.vm.id, ask.port)
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'missing') throw error
      await advance(ports, ask.id, { type: 'give-up', say: error.say })
      return { code: 'no-jit-policy', vm: ask.vm.name }
    }
  }

  async function bindBy(id: string, ticket: Ticket, person: PersonId): Promise<Refusal | undefined> {
    const { user, label, resume } = ticket
    const chat = ports.chats.find(({ platform }) => platform === user.platform)
    const [who, profile] = await Promise.all([directory.person(person), chat?.profileOf(user)])
    if (!who?.enabled || who.kind !== 'member') return { code: 'person-disabled' }
    if (profile?.standing !== 'member')
      return { code: 'not-a-member', platform: user.platform, standing: profile?.standing ?? 'external' }
    // A link can be sent to a victim who then signs in for someone else's chat account: the chat's own confirmed e-mail must agree.
    const email = profile.confirmedEmail?.toLowerCase()
    const known = [who.mail, who.upn].map(address => address?.toLowerCase())
    if (email === undefined || !known.includes(email))
      return { code: 'bind-email-differs', label, upn: who.upn }
    const told = await otherHomes(who)
    const bound = await store.bind(user, person, [
      { effect: { do: 'say', to: resume.home, message: boundMessage(label, who.name) } },
      ...told.map(to => ({ effect: { do: 'say', to, message: boundMessage(label, who.name) } as const })),
    ])
    if (bound === 'taken') return { code: 'bind-taken', label }
    // What the person asked before is carried on, under a delivery key of its own: pressing twice resumes once.
    await store.note({ ...resume, delivery: `${resume.delivery}:bound:${id}` })
    await store.dropTicket(id)
    return undefined
  }

  /** The binding is announced in the other chats as well, so that nobody is impersonated unseen. */
  async function otherHomes(who: Parameters<Ports['chats'][number]['homeOf']>[0]) {
    const chats = ports.chats.filter(({ platform }) => platform !== 'slack')
    const homes = await Promise.all(chats.map(chat => chat.homeOf(who, undefined).catch(() => undefined)))
    return homes.filter(home => home !== undefined)
  }
}

async function refusalOf(advancing: Promise<Advanced>): Promise<Refusal | undefined> {
  const result = await advancing
  return result !== 'lease-lost' && !result.ok ? result.refusal : undefined
}

/** The address as it is written everywhere, if Azure could let it in. */
function usable(source: string): string | Refusal {
  const address = canonicalSource(source)
  return address === undefined || !isPublic(address)
    ? { code: 'bad-source', source: source.slice(0, 64) }
    : address
}

/** The first way turned out to be none, and the next is opened for the person's own address. */
const wantsAddress = (state: Known): state is Extract<Known, { status: 'opening' }> =>
  state.status === 'opening' && state.wants === true

/** The page is looked at from elsewhere than where it is open for. */
function movedTo(state: Known, source: string): AccessView['moved'] {
  const address = usable(source)
  if ((state.status !== 'opening' && state.status !== 'open') || isRefusal(address)) return undefined
  if (!isOpenedForOwn(state.way) || wantsAddress(state) || state.ask.instance) return undefined
  return state.source === address ? undefined : { from: state.source, to: address }
}

function offerOf(state: Known): AccessView['offer'] {
  switch (state.status) {
    case 'approved':
      return 'open'
    case 'opening':
      return wantsAddress(state) ? 'open' : 'wait'
    case 'closing':
      return 'wait'
    case 'open':
      if (state.moving) return 'wait'
      return isDialled(state.wayIn) ? 'download' : 'nothing'
    case 'asked':
    case 'over':
      return 'nothing'
  }
}
