/** Judges what the pages may show and do, for the person who signed in there. */

import { activePerson } from './access/people.ts'
import { judge } from './access/policy.ts'
import type { AccessRequest } from './access/request.ts'
import { canonicalSource, isPublic, isWithin } from './access/source.ts'
import { advance } from './advance.ts'
import type { PersonId, RequestId } from './ids.ts'
import { accessCard } from './message/access.ts'
import { boundMessage } from './message/answers.ts'
import type { AccessView, PageDesk } from './pages.ts'
import type { Ports, Ticket } from './ports.ts'
import { connectionFile } from './rdp/connection.ts'
import { isRefusal, type Refusal } from './refusal.ts'

type Known = Exclude<AccessRequest, { status: 'none' }>

export function makeDesk(ports: Ports): PageDesk {
  const { store, clock, directory, machines, policies, jit, pages } = ports

  return {
    async view(request, person) {
      const state = await own(request, person)
      if (isRefusal(state)) return state
      return { message: accessCard(state, 'requester', pages), offer: offerOf(state) }
    },

    async open(request, person, source) {
      const state = await own(request, person)
      if (isRefusal(state)) return state
      const address = canonicalSource(source)
      if (address === undefined || !isPublic(address))
        return { code: 'bad-source', source: source.slice(0, 64) }
      const refusal = await judgeSource(state, address)
      if (refusal) return refusal
      const result = await advance(ports, request, { type: 'give-source', by: person, source: address })
      return result !== 'lease-lost' && !result.ok ? result.refusal : undefined
    },

    async file(request, person) {
      const state = await own(request, person)
      if (isRefusal(state)) return state
      return state.status === 'open' ? connectionFile(state) : { code: 'not-open', status: state.status }
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

  /** The policy and the JIT access policy as they are now, with the address that was not known before. */
  async function judgeSource({ ask, status }: Known, source: string): Promise<Refusal | undefined> {
    if (status !== 'approved') return undefined
    const [active, vm, windows] = await Promise.all([
      activePerson(directory, ask.by.person),
      machines.byId(ask.vm.id),
      jit.windows(ask.vm.id, ask.port),
    ])
    if (active?.person.kind !== 'member') return { code: 'person-disabled' }
    if (!vm) return { code: 'vm-not-found', name: ask.vm.name, near: [] }
    const { minutes, reason } = ask
    const asker = { id: active.person.id, groups: active.groups }
    const verdict = judge(policies.current(), { verb: 'connect', person: asker, vm, minutes, reason, source })
    if (verdict.kind === 'refuse') return verdict.refusal
    const allowed = windows.port.sources
    return isWithin(source, allowed) ? undefined : { code: 'jit-source', vm: vm.name, source, allowed }
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

function offerOf({ status }: Known): AccessView['offer'] {
  switch (status) {
    case 'approved':
      return 'open'
    case 'opening':
    case 'closing':
      return 'wait'
    case 'open':
      return 'download'
    case 'asked':
    case 'over':
      return 'nothing'
  }
}
