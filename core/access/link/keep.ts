/**
 * Brings the shareable link of one VM to what the live grants say, one step at a time.
 *
 * Repeating is safe at any point: it reads first, and what Azure shows decides what is still to be done. A look is for one VM at a time (its
 * lane). That Azure is asked for a link is recorded before it is asked; a grant is released from the link only after Azure was seen without
 * it, or because others still need it, or because it is somebody else's. Each open grant has a look every few minutes, so a link that
 * was taken away is noticed. The link itself is looked at here and nothing of it is kept.
 */
import { advance } from '../../advance.ts'
import { Fault, isPassing } from '../../fault.ts'
import type { Begun, ShareableLink, ShareableLinks } from '../../hands.ts'
import { type Instant, later, type RequestId, type VmId } from '../../ids.ts'
import { linkTroubleMessage, linkVanishedMessage } from '../../message/access/link-alert.ts'
import type { Ports, Queued, Settlement } from '../../ports.ts'
import type { AccessRequest } from '../request.ts'
import { type LinkCommand, type LinkEnd, type Linked, leavesLink, lookAtLink, needsLink } from './link.ts'
import { type LinkRecord, linkStep } from './step.ts'

/** Azure needs seconds. */
const LOOK_AGAIN_MS = 2000
const FIRST_LOOK_MS = 250
/** How often a link is looked at although nothing is due. */
const WATCH_MINUTES = 5

/**
 * @param looks how often this was looked at already, without an end
 * @returns how the task that asked for it is to be settled
 */
export async function keepLink(ports: Ports, request: RequestId, vm: VmId, looks = 0): Promise<Settlement> {
  const own = (await linkedOn(ports, vm)).find(({ ask }) => ask.id === request)
  if (own === undefined) return { how: 'done' }
  await step(ports, vm, own.link.bastion)

  const after = (await linkedOn(ports, vm)).find(({ ask }) => ask.id === request)
  if (after === undefined) return { how: 'done' }
  if (after.status === 'open' && after.link.phase === 'ready')
    return { how: 'done', queue: [lookAtLink(after.ask, later(ports.clock.now(), WATCH_MINUTES))] }
  return { how: 'again', afterMs: Math.min(LOOK_AGAIN_MS, FIRST_LOOK_MS * 2 ** Math.min(looks, 8)) }
}

/** The grants that need a link of this VM, or have one to leave. */
async function linkedOn({ store }: Ports, vm: VmId): Promise<readonly Linked[]> {
  return (await store.liveOn(vm)).filter((state): state is Linked => needsLink(state) || leavesLink(state))
}

async function step(ports: Ports, vm: VmId, bastion: string): Promise<void> {
  const all = (await linkedOn(ports, vm)).filter(({ link }) => isSame(link.bastion, bastion))
  const needing = all.filter(needsLink)
  const leaving = all.filter(leavesLink)
  const { links } = ports
  if (links === undefined) {
    await tell(ports, needing, { type: 'link-refuse', say: NOT_HERE, unsure: true })
    await tell(ports, leaving, { type: 'link-trouble', say: NOT_HERE })
    return
  }
  const seen = await look(ports, links, { vm, bastion, needing, leaving })
  if (seen === 'settled') return
  const record = recordOf(all)
  const next = linkStep(ports.clock.now(), needing.length, seen, record)
  switch (next.do) {
    case 'use': {
      const { madeAt } = next.ours ? record : {}
      const shown = await tell(ports, needing, {
        type: 'link-show',
        ...(madeAt === undefined ? {} : { madeAt }),
      })
      if (madeAt === undefined) return release(ports, leaving, 'foreign')
      return isCarried(shown, madeAt) ? release(ports, leaving, 'shared') : undefined
    }
    case 'create':
      await release(ports, leaving, 'none')
      return create(ports, links, { vm, bastion, needing })
    case 'remove': {
      const { madeAt } = record
      // That it was seen is recorded first: where it is not seen any more, it is gone.
      if (madeAt !== undefined && !record.wasSeen) await tell(ports, leaving, { type: 'link-show', madeAt })
      else await remove(ports, links, { vm, bastion, leaving })
      return
    }
    case 'nothing':
      for (const state of leaving) {
        const was = state.link.phase === 'ready' && state.link.ours
        await release(ports, [state], next.left ? 'foreign' : was ? 'removed' : 'none')
      }
      return
    case 'wait':
      return wait(ports, links, { needing, leaving, record })
  }
}

const NOT_HERE = 'Shareable links are not set up here any more.'

const isSame = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

type Place = { vm: VmId; bastion: string }
type Sides = { needing: readonly Linked[]; leaving: readonly Linked[] }

/** What is known of the link from all grants together: the latest order counts. */
function recordOf(all: readonly Linked[]): LinkRecord {
  const made = all.flatMap(({ link }) => (link.madeAt === undefined ? [] : [link.madeAt]))
  const [latest] = made.toSorted((a, b) => b - a)
  const wasSeen = all.some(({ link }) => link.phase === 'ready')
  return { wasSeen, ...(latest === undefined ? {} : { madeAt: latest }) }
}

/** A host that is gone has taken its links with it. */
async function look(
  ports: Ports,
  links: ShareableLinks,
  { vm, bastion, needing, leaving }: Place & Sides,
): Promise<ShareableLink | 'settled' | undefined> {
  try {
    return await links.find(bastion, vm)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.kind === 'missing') {
      await tell(ports, needing, { type: 'link-refuse', say: error.say, unsure: false })
      await release(ports, leaving, 'none')
      return 'settled'
    }
    await trouble(ports, leaving, error.say)
    // One that was asked for may be there, and is to be deleted in the end.
    if (!isPassing(error)) await tell(ports, needing, { type: 'link-refuse', say: error.say, unsure: true })
    if (!isPassing(error) && leaving.length === 0) return 'settled'
    throw error
  }
}

async function create(
  ports: Ports,
  links: ShareableLinks,
  { vm, bastion, needing }: Place & Pick<Sides, 'needing'>,
): Promise<void> {
  for (const state of needing) if (state.link.phase === 'ready') await tellMissing(ports, state)
  // Recorded before it is sent: after a crash the record says that Azure may have been asked.
  const madeAt = ports.clock.now()
  if (!isCarried(await tell(ports, needing, { type: 'link-ask', madeAt }), madeAt)) return
  let begun: Begun
  try {
    begun = await links.create(bastion, vm)
  } catch (error) {
    // No answer, or a broken one: Azure may have taken it. The next look tells.
    if (!(error instanceof Fault) || error.kind === 'timeout' || error.kind === 'broken') throw error
    const { say } = error
    if (isPassing(error)) await tell(ports, needing, { type: 'link-decline', say })
    else await tell(ports, needing, { type: 'link-refuse', say, unsure: false })
    if (isPassing(error)) throw error
    return
  }
  if (begun !== 'done') await tell(ports, needing.slice(0, 1), { type: 'link-begin', operation: begun })
}

/** Read back by the next look. */
async function remove(
  ports: Ports,
  links: ShareableLinks,
  { vm, bastion, leaving }: Place & Pick<Sides, 'leaving'>,
): Promise<void> {
  const operation = operationOf(leaving)
  try {
    if (operation !== undefined) {
      if ((await links.look(operation)) === 'done') await tell(ports, leaving, { type: 'link-begin' })
      return
    }
    const begun = await links.remove(bastion, vm)
    if (begun !== 'done') await tell(ports, leaving.slice(0, 1), { type: 'link-begin', operation: begun })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    // Whatever became of the operation, it is no longer waited for: the next look reads, and deletes again.
    if (operation !== undefined) await tell(ports, leaving, { type: 'link-begin' })
    await trouble(ports, leaving, error.say)
    throw error
  }
}

/** Azure was asked and shows nothing yet. What its operation says of a failure is told; whether the link stands is told by looking alone. */
async function wait(
  ports: Ports,
  links: ShareableLinks,
  { needing, leaving, record }: Sides & { record: LinkRecord },
): Promise<void> {
  const { madeAt } = record
  const operation = operationOf([...needing, ...leaving])
  // Whoever came later has the moment from those who asked, before those may go.
  if (madeAt !== undefined && isCarried(await tell(ports, needing, { type: 'link-ask', madeAt }), madeAt))
    await release(ports, leaving, 'shared')
  if (operation === undefined) return
  try {
    await links.look(operation)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.kind === 'timeout' || error.kind === 'busy') throw error
    await tell(ports, needing, { type: 'link-refuse', say: error.say, unsure: true })
    if (needing.length === 0) await tell(ports, leaving, { type: 'link-begin' })
  }
}

const operationOf = (states: readonly Linked[]): string | undefined =>
  states.find(({ link }) => link.operation !== undefined)?.link.operation

// ---- Telling -----------------------------------------------------------------------------------------------------------------------

async function tell(
  ports: Ports,
  states: readonly Linked[],
  command: LinkCommand,
  queue: readonly Queued[] = [],
): Promise<readonly AccessRequest[]> {
  const after: AccessRequest[] = []
  for (const { ask } of states) {
    const advanced = await advance(ports, ask.id, command, { queue })
    if (advanced !== 'lease-lost') after.push(advanced.state)
  }
  return after
}

const release = async (ports: Ports, leaving: readonly Linked[], end: LinkEnd): Promise<void> => {
  await tell(ports, leaving, { type: 'link-release', end })
}

/** One of them, at least, is known to have to do with the link that was asked for at this moment: it will see to its end. */
const isCarried = (states: readonly AccessRequest[], madeAt: Instant): boolean =>
  states.some(state => (needsLink(state) || leavesLink(state)) && state.link.madeAt === madeAt)

/** Cards say it each time it is another trouble; administrators are told once. */
async function trouble(ports: Ports, leaving: readonly Linked[], say: string): Promise<void> {
  for (const state of leaving) {
    const isFirst = state.link.trouble === undefined
    if (isFirst) ports.log.warn('bastion-link.stays', { request: state.ask.id })
    const queue = isFirst ? toAdministrators(ports, linkTroubleMessage(state.ask, say)) : []
    await tell(ports, [state], { type: 'link-trouble', say }, queue)
  }
}

async function tellMissing(ports: Ports, state: Linked): Promise<void> {
  ports.log.warn('bastion-link.vanished', { request: state.ask.id })
  await tell(ports, [state], { type: 'link-miss' }, toAdministrators(ports, linkVanishedMessage(state.ask)))
}

const toAdministrators = (
  { policies }: Ports,
  message: ReturnType<typeof linkVanishedMessage>,
): readonly Queued[] =>
  (policies.current().reportTo ?? []).map(to => ({ effect: { do: 'say', to, message } }))
