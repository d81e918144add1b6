/**
 * From somebody's words to a diagnosis that is kept, in the transaction that settles the delivery they came in.
 *
 * Nothing of Azure is read here but the VM's name: the first answer comes at once, the reading follows.
 */
import type { AccessRequest } from '../../access/request.ts'
import type { Intent, VmRef } from '../../command/intent.ts'
import { Fault } from '../../fault.ts'
import type { Asker, Handled } from '../../handled.ts'
import type { DiagnosisId, Instant, PersonId } from '../../ids.ts'
import type { Address, Incoming, Ports, Queued, Task, VmSummary } from '../../ports.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import { begin, type Case } from '../engine/knowledge.ts'
import { conclude, type Diagnosis } from './diagnosis.ts'
import { diagnosable, mayNot, visibleTo } from './may.ts'
import { withoutPasswords } from './told.ts'

type Diagnose = Extract<Intent, { do: 'diagnose' }>

export async function diagnose(
  ports: Ports,
  task: Task,
  incoming: Incoming,
  asker: Asker,
  intent: Diagnose,
): Promise<Handled> {
  if (ports.diagnostics === undefined) return { refusal: { code: 'no-diagnosis' } }
  const told = withoutPasswords(intent.text)
  const named = intent.vm ?? firstWord(told.text)
  const vm =
    named === undefined ? undefined : await meant(ports, asker, named, { ...intent, text: told.text })
  if (isRefusal(vm)) return { refusal: vm }
  const unfound =
    intent.vm !== undefined && 'typed' in intent.vm && vm === undefined ? intent.vm.typed : undefined
  const text = unfound === undefined ? told.text : `VM ${unfound}: ${told.text}`

  const live = await ports.store.diagnosesOf(asker.person.id)
  const here = live.filter(({ diagnosis }) => !diagnosis.unasked)
  // The same words about the same VM while they are looked into: a platform that repeats itself, or a person who does.
  const same = here.find(
    ({ diagnosis: { status, known } }) =>
      status === 'reading' && known.case.text === text && known.case.vm?.id === vm?.id,
  )
  if (same !== undefined) return { refusal: { code: 'diagnosis-runs' } }
  for (const { diagnosis } of here) await setAside(ports, diagnosis.id)

  const now = ports.clock.now()
  const grant = vm === undefined ? undefined : await grantOf(ports, asker, vm)
  const diagnosis = begun(
    {
      id: ports.ids.request() as string as DiagnosisId,
      by: { person: asker.person.id, name: asker.person.name },
      home: incoming.home,
      ...(incoming.thread === undefined ? {} : { thread: incoming.thread }),
      passwordShown: told.passwordShown,
      unasked: false,
    },
    {
      text,
      asker: askerOf(asker),
      ...(vm === undefined ? {} : { vm }),
      ...grant?.facts,
    },
    now,
    grant?.request,
  )
  const outcome = await ports.store.keep({
    diagnosis,
    expected: 0,
    queue: [...reports(diagnosis), { effect: { do: 'investigate', diagnosis: diagnosis.id } }],
    settles: task,
  })
  return outcome === 'lease-lost' ? outcome : { kept: diagnosis }
}

/** Effects that draw its messages. One that began by itself has none of its own for its asker: it stands on the card of the request. */
export function reports({ id, home, thread, unasked, request }: Diagnosis): readonly Queued[] {
  if (unasked && request !== undefined)
    return [{ effect: { do: 'refresh', request, slot: 'requester', reader: 'requester', to: home } }]
  const report = (slot: 'private' | 'thread', to: Address): Queued => ({
    effect: { do: 'report', diagnosis: id, slot, to },
  })
  return [report('private', home), ...(thread === undefined ? [] : [report('thread', thread)])]
}

/** The same, and every approver's copy too. */
export const everyCopy = (diagnosis: Diagnosis): readonly Queued[] => [
  ...reports(diagnosis),
  ...copiesFor(diagnosis),
]

/** The approvers' copies; only those of one person where one is named. */
export function copiesFor({ id, repair }: Diagnosis, reader?: PersonId): readonly Queued[] {
  if (repair?.asking === undefined) return []
  return repair.asking.seats
    .filter(({ person }) => reader === undefined || person === reader)
    .flatMap(({ person, at }) =>
      at.map(to => ({
        effect: {
          do: 'report',
          diagnosis: id,
          slot: `approver:${repair.key}:${person}:${to.platform}`,
          to,
        } as const,
      })),
    )
}

/** A request's own check failed. Once per request: the diagnosis carries its id. */
export async function lookInto(ports: Ports, task: Task, state: AccessRequest): Promise<void> {
  const { store, directory } = ports
  // What is known of a role instance was said with the failure; whoever wants to know more asks.
  if (ports.diagnostics === undefined || state.status === 'none' || state.ask.instance !== undefined) {
    await store.settle(task, { how: 'done' })
    return
  }
  const { ask } = state
  const [vm, person, groups] = await Promise.all([
    ports.machines.byId(ask.vm.id),
    directory.person(ask.by.person),
    directory.groupsOf(ask.by.person),
  ])
  if (vm === undefined || person === undefined || mayNot(ports, { person, groups }, vm)) {
    await store.settle(task, { how: 'done' })
    return
  }
  const source = 'source' in state && typeof state.source === 'string' ? state.source : undefined
  const diagnosis = begun(
    {
      id: ask.id as string as DiagnosisId,
      by: ask.by,
      home: ask.home,
      passwordShown: false,
      unasked: true,
      ...('say' in state && typeof state.say === 'string' ? { because: state.say } : {}),
    },
    {
      text: '',
      asker: askerOf({ person, groups }),
      vm,
      ...(source === undefined ? {} : { source }),
      grant: { port: ask.port, ...(source === undefined ? {} : { source }) },
    },
    ports.clock.now(),
    ask.id,
  )
  const queue: readonly Queued[] = [
    ...reports(diagnosis),
    { effect: { do: 'investigate', diagnosis: diagnosis.id } },
  ]
  if ((await store.keep({ diagnosis, expected: 0, queue, settles: task })) === 'stale')
    await store.settle(task, { how: 'done' })
}

type Frame = Pick<Diagnosis, 'id' | 'by' | 'home' | 'thread' | 'passwordShown' | 'unasked' | 'because'>

function begun(frame: Frame, what: Case, now: Instant, request: Diagnosis['request']): Diagnosis {
  return {
    v: 1,
    ...frame,
    ...(request === undefined ? {} : { request }),
    known: begin(what, now),
    status: 'reading',
    detailed: false,
    history: [{ what: 'began', at: now }],
  }
}

const askerOf = ({ person }: Asker): Case['asker'] => ({
  person: person.id,
  accounts: [person.upn, person.name, ...(person.mail === undefined ? [] : [person.mail])],
  ...(person.kind === 'guest' ? { guest: true } : {}),
})

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{1,63}$/u

/** Text may begin with the VM's name without saying so; whether it does is for Azure to say. */
function firstWord(text: string): VmRef | undefined {
  const [first = ''] = text.split(/[\s,:;]/)
  return NAME.test(first) && !/^[\d.]+$/.test(first) ? { typed: first } : undefined
}

/**
 * The VM of this name, if there is exactly one that the person may know about. Undefined: none, and the engine goes on looking, by address,
 * computer name and the like, in the same way whether there is none or none for them.
 */
async function meant(
  ports: Ports,
  asker: Asker,
  ref: VmRef,
  intent: Diagnose,
): Promise<VmSummary | Refusal | undefined> {
  const found = await seen(ports, asker, ref)
  const [only, another] = found
  if (only === undefined) return undefined
  if (another === undefined) return mayNot(ports, asker, only) ?? only
  const may = diagnosable(ports, asker, found)
  if (may.length === 0) return mayNot(ports, asker, only)
  return {
    code: 'which-vm',
    name: only.name,
    choices: may.slice(0, 10).map(vm => ({ vm, intent: { ...intent, vm: { id: vm.id } } })),
  }
}

async function seen(ports: Ports, asker: Asker, ref: VmRef): Promise<readonly VmSummary[]> {
  try {
    if (!('id' in ref)) return visibleTo(ports, asker, await ports.machines.named(ref.typed))
    const vm = await ports.machines.byId(ref.id)
    return visibleTo(ports, asker, vm === undefined ? [] : [vm])
  } catch (error) {
    // Azure that does not answer is no reason to say nothing: the engine names it in its verdict.
    if (error instanceof Fault) return []
    throw error
  }
}

/** What an open request of the asker tells: the address they come from, and the port. */
async function grantOf(ports: Ports, { person }: Asker, vm: VmSummary) {
  for (const state of await ports.store.liveOf(person.id)) {
    if (state.status !== 'open' || state.ask.vm.id !== vm.id) continue
    const { source, until, ask } = state
    return { request: ask.id, facts: { source, grant: { port: ask.port, source, endsAt: until } } }
  }
  return undefined
}

/** A newer question takes the place of this one. Repeating is safe. */
async function setAside({ store, clock }: Ports, id: DiagnosisId): Promise<void> {
  for (;;) {
    const found = await store.diagnosis(id)
    if (found === undefined || found.diagnosis.status === 'over') return
    const diagnosis = conclude(found.diagnosis, 'superseded', clock.now())
    const outcome = await store.keep({ diagnosis, expected: found.version, queue: reports(diagnosis) })
    if (outcome !== 'stale') return
  }
}
