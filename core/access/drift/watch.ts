/**
 * The watch over drift: looks at everything that lets RDP in every few minutes, reports differences to the administrators' channel, and does
 * what they decided.
 *
 * One look at a time: its lane is its own, and only it writes what is remembered. A press leaves a decision beside it and asks for a look.
 * Repeating is safe at any point: what is removed is what this look shows, and gone counts as removed.
 */
import { advance } from '../../advance.ts'
import type { Intent } from '../../command/intent.ts'
import { Fault, isPassing } from '../../fault.ts'
import type { Asker, Handled } from '../../handled.ts'
import type { Inventory } from '../../hands.ts'
import { type Instant, later } from '../../ids.ts'
import { driftCard, notedMessage } from '../../message/drift.ts'
import type { Address, Chat, Ports, Posted, Settlement, Task } from '../../ports.ts'
import { choicesFor, type DriftCase, type DriftDecision, type DriftStep, driftSteps } from './case.ts'
import {
  type DriftMemory,
  type Finding,
  findDrift,
  findingKey,
  NOTHING_REMEMBERED,
  withoutCovered,
} from './drift.ts'

const EVERY_MINUTES = 5
/** After something new was seen, and while something is being closed. */
const SOON_MINUTES = 1
const SCOPE = 'drift'
const DECISIONS = 'drift-decision'

/** What is kept under one key. `next`: the look that is queued, and by which task. */
type Kept = {
  v: 1
  memory: DriftMemory
  cases: readonly DriftCase[]
  next?: { at: Instant; by: string }
}

/** @param asked somebody pressed: look now, whatever is queued for later */
export async function watchDrift(ports: Ports, task: Task, asked: boolean): Promise<Settlement> {
  const { surveyor, store, clock } = ports
  if (surveyor === undefined) return { how: 'done' }
  const kept = await recall(ports)
  const { next } = kept
  const isQueued = next !== undefined && next.by !== task.id && clock.now() < next.at
  // Each process asks for a look when it starts, and each look for the next: only one line of them is kept up.
  if (isQueued && !asked) return { how: 'done' }
  const inventory = await surveyor.inventory()
  const grants = await store.live()
  const now = clock.now()
  const found = findDrift(inventory, grants, kept.memory, now)
  const steps = driftSteps(kept.cases, found.findings, {
    isThere: finding => isThere(found.memory, inventory, finding),
    decided: await decisionsOn(ports, kept.cases),
    now,
  })
  const done: DriftCase[] = []
  for (const step of steps) done.push(await perform(ports, task, step))
  const cases = done.filter(({ status }) => status !== 'over')
  const given = done.filter(one => one.status === 'ignored' && one.finding.kind === 'policy-gone')
  const memory = withoutCovered(
    found.memory,
    given.map(({ finding }) => finding),
  )
  const isBusy = found.lookSoon || cases.some(({ status }) => status === 'closing')
  const at = later(now, isBusy ? SOON_MINUTES : EVERY_MINUTES)
  const stays = isQueued && next.at <= at
  const line = stays ? next : { at, by: task.id }
  await store.remember(SCOPE, 'watch', { v: 1, memory, cases, next: line } satisfies Kept)
  for (const { id, status } of done) if (status !== 'found') await store.remember(DECISIONS, id, undefined)
  return { how: 'done', queue: stays ? [] : [{ effect: { do: 'drift' }, notBefore: at }] }
}

/** What an administrator pressed. Judged here, for who pressed and as things are now; done by the next look, which is asked for at once. */
export async function decideDrift(
  ports: Ports,
  { person, groups }: Asker,
  intent: Extract<Intent, { do: 'drift' }>,
): Promise<Handled> {
  const { administrators } = ports.policies.current()
  if (administrators === undefined || !groups.has(administrators))
    return { refusal: { code: 'not-administrator' } }
  const { cases } = await recall(ports)
  const one = cases.find(({ id }) => id === intent.finding)
  const earlier = asDecision(await ports.store.recall(DECISIONS, intent.finding))
  if (one === undefined || one.status !== 'found' || earlier !== undefined) {
    const by =
      earlier?.by.name ?? (one !== undefined && 'decision' in one ? one.decision?.by.name : undefined)
    return { refusal: { code: 'finding-settled', ...(by === undefined ? {} : { by }) } }
  }
  if (!choicesFor(one.finding).includes(intent.act)) return { refusal: { code: 'finding-settled' } }
  const decision: DriftDecision = {
    act: intent.act,
    by: { person: person.id, name: person.name },
    at: ports.clock.now(),
    ...('reason' in intent ? { reason: intent.reason } : {}),
  }
  await ports.store.remember(DECISIONS, intent.finding, decision)
  ports.log.info('drift.decided', {
    finding: one.id,
    kind: one.finding.kind,
    act: intent.act,
    person: person.id,
  })
  await ports.store.queue([{ effect: { do: 'drift', asked: true } }])
  return { say: notedMessage(one.finding, intent.act) }
}

// ---- One step ----------------------------------------------------------------------------------------------------------------------

async function perform(ports: Ports, task: Task, step: DriftStep): Promise<DriftCase> {
  const { act } = step
  if (act === undefined) return step.case
  if (act === 'report') return { ...step.case, posted: await report(ports, task, step.case) }
  const trouble = act === 'redraw' ? undefined : await close(ports, step.case.finding, act)
  const { trouble: _, ...rest } = step.case
  const one: DriftCase = trouble === undefined ? rest : { ...rest, trouble }
  await redraw(ports, one)
  return one
}

/** @returns why it could not be done */
async function close(
  ports: Ports,
  finding: Finding,
  act: 'remove' | 'end-grant',
): Promise<string | undefined> {
  try {
    if (act === 'remove' && finding.kind === 'unasked') await ports.jit.remove(finding.rule)
    if (act === 'end-grant' && finding.kind === 'vanished')
      await advance(ports, finding.request, {
        type: 'fail',
        say: 'The window has vanished from Azure, and an administrator ended the access.',
      })
    return undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    ports.log.warn('drift.close-failed', { op: error.op, kind: error.kind }, error)
    return error.say
  }
}

async function report(ports: Ports, task: Task, one: DriftCase): Promise<readonly Posted[]> {
  const { id, finding } = one
  const channels = ports.policies.current().reportTo ?? []
  ports.log.warn('drift.found', { finding: id, kind: finding.kind, vm: finding.vm, port: finding.port })
  const posted: Posted[] = []
  for (const to of channels) {
    const chat = chatOf(ports, to)
    if (chat === undefined) continue
    try {
      const key = `drift:${id}:${one.since}`
      posted.push(await chat.post(to, driftCard(one), { key, again: task.attempt > 1 }))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      ports.log.warn('drift.report-failed', { platform: to.platform, op: error.op, kind: error.kind }, error)
    }
  }
  return posted
}

async function redraw(ports: Ports, one: DriftCase): Promise<void> {
  for (const posted of one.posted) {
    try {
      await chatOf(ports, posted)?.amend(posted, driftCard(one))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      // A card that could not be redrawn just now is redrawn with the look that is tried again; one that is gone is gone.
      if (isPassing(error)) throw error
      ports.log.warn('drift.redraw-failed', { op: error.op, kind: error.kind }, error)
    }
  }
}

const chatOf = ({ chats }: Ports, { platform }: Address): Chat | undefined =>
  chats.find(chat => chat.platform === platform)

// ---- What is remembered ------------------------------------------------------------------------------------------------------------

async function recall({ store }: Ports): Promise<Kept> {
  const kept = await store.recall(SCOPE, 'watch')
  return isKept(kept) ? kept : { v: 1, memory: NOTHING_REMEMBERED, cases: [] }
}

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' && value !== null && 'v' in value && value.v === 1

async function decisionsOn(
  { store }: Ports,
  cases: readonly DriftCase[],
): Promise<ReadonlyMap<string, DriftDecision>> {
  const open = cases.filter(({ status }) => status === 'found')
  const told = await Promise.all(open.map(async ({ id }) => [id, await store.recall(DECISIONS, id)] as const))
  return new Map(
    told.flatMap(([id, value]) => {
      const decision = asDecision(value)
      return decision === undefined ? [] : [[id, decision] as const]
    }),
  )
}

const asDecision = (value: unknown): DriftDecision | undefined =>
  typeof value === 'object' && value !== null && 'act' in value ? (value as DriftDecision) : undefined

/** Seen by this look, also if not for long enough yet; or in a subscription that could not be read. */
const isThere = ({ suspects }: DriftMemory, { unread }: Inventory, finding: Finding): boolean =>
  suspects[findingKey(finding)] !== undefined ||
  unread.some(({ subscription }) => finding.vm.startsWith(`/subscriptions/${subscription.toLowerCase()}/`))
