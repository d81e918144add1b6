/**
 * After the access: a VM that was started for it is deallocated again, if it is known that nobody needs it.
 *
 * Known means: no other request is live on it, Azure's log names nobody who has switched it since, and nobody is signed in. What cannot be
 * known is asked of the requester; without an answer the VM stays on, and administrators are told. What somebody else has switched off or
 * restarted is theirs. Repeating is safe at any point: each step looks at everything afresh, and the order is recorded before it is sent.
 */
import { advance } from '../../advance.ts'
import { Fault, isPassing } from '../../fault.ts'
import { later } from '../../ids.ts'
import { leftOnMessage } from '../../message/access/power-words.ts'
import type { Effect, Ports, Queued, Settlement, Task, VmReport } from '../../ports.ts'
import { power } from '../queued.ts'
import type { AccessRequest } from '../request.ts'
import { type After, isFinal, isStarting, isToPutBack, STAYS_ON } from './power.ts'
import { startVm } from './start-vm.ts'
import { whoIsOn, whoSwitched } from './who-is-on.ts'

type Over = Extract<AccessRequest, { status: 'over' }>
type PowerEffect = Extract<Effect, { do: 'power' }>

/** Others on the VM are waited for; this often it is looked at. */
const LOOK_MINUTES = 5
/** People who stay signed in are waited for so long. */
const PEOPLE_MINUTES = 240
const ASK_MINUTES = 60
const FIRST_LOOK_MS = 2_000
const LOOK_AGAIN_MS = 5_000
/** When Azure says that it is done and shows the VM running, somebody has started it again. */
const STOP_MINUTES = 15

export async function seeToPower(ports: Ports, task: Task, effect: PowerEffect): Promise<void> {
  const { state } = await ports.store.load(effect.request)
  if (isStarting(state)) await ports.store.settle(task, await startVm(ports, state))
  else if (state.status === 'over' && isToPutBack(state) && !isFinal(state.started?.after))
    await putBack(ports, task, effect, state).catch(error => {
      // What will not pass is told instead of being tried for ever.
      if (!(error instanceof Fault) || isPassing(error)) throw error
      return endings(ports, task, state).leave(error.say, 'tell')
    })
  else await ports.store.settle(task, { how: 'done' })
}

async function putBack(ports: Ports, task: Task, effect: PowerEffect, state: Over): Promise<void> {
  const { repairs, clock } = ports
  const after = state.started?.after
  const now = clock.now()
  const end = endings(ports, task, state)
  const again = (afterMs: number) => settle(ports, task, { how: 'again', afterMs })

  // What was queued with the question comes back when its time is over.
  if (after?.state === 'asking' && now < after.until) return settle(ports, task, { how: 'done' })
  if (repairs === undefined) return end.leave('I can no longer switch it off.', 'tell')
  const operation = after?.state === 'stopping' ? after.operation : undefined
  if (operation !== undefined) {
    const seen = await repairs.look(operation)
    if (seen === 'running') return again(operation.lookEveryMs)
    if ('failed' in seen) return end.leave(seen.failed, 'tell')
  } else if (await isNeeded(ports, state)) return end.wait('Others asked for access to it.')

  const report = await reportOf(ports, state)
  if (report === 'gone') return end.leave('The VM no longer exists.')
  const { power: is } = report
  if (is === 'deallocated')
    return after?.state === 'stopping' ? end.off() : end.leave('Somebody has switched it off already.')
  if (is !== 'running' && is !== 'stopped') return again(LOOK_AGAIN_MS)
  if (after?.state === 'stopping' && operation !== undefined)
    return now < later(after.since, STOP_MINUTES)
      ? again(LOOK_AGAIN_MS)
      : end.leave('Azure deallocated it, and somebody has started it again.')

  const [switched, on] = await Promise.all([
    whoSwitched(ports, state),
    is === 'stopped' ? 'nobody' : whoIsOn(ports, report, state.grant, effect.looking, task.failures),
  ])
  if (switched === 'somebody')
    return end.leave('Somebody has switched or restarted it since: it is left alone.')
  if (typeof on === 'object') return lookAgain(ports, task, effect, on.looking)
  if (on === 'others') return end.waitForPeople()
  const isKnown = switched === 'nobody' && on === 'nobody'
  if (!isKnown && end.by === undefined) {
    if (after?.state === 'asking') return end.leave('Nobody said whether it is still needed.', 'tell')
    return end.ask(on === 'own' ? OWN : on === 'unknown' ? UNSEEN : UNTOLD)
  }
  await stop(ports, task, state)
}

const OWN = 'You are still signed in there; what is not saved would be lost.'
const UNSEEN = 'I cannot see from here whether anybody is using it.'
const UNTOLD = 'I cannot see whether somebody else has come to need it.'

/** Recorded, looked at once more, sent. */
async function stop(ports: Ports, task: Task, state: Over): Promise<void> {
  const { repairs } = ports
  const { ask, started } = state
  const before = started?.after
  const was = before?.state === 'stopping' ? before : undefined
  const key = was?.key ?? ports.ids.request()
  const since = was?.since ?? ports.clock.now()
  const by = before !== undefined && 'by' in before && before.by !== undefined ? { by: before.by } : {}
  const stopping: After = { state: 'stopping', key, since, ...by }
  const end = endings(ports, task, state)
  await advance(ports, ask.id, { type: 'vm-after', after: stopping })
  if (await isNeeded(ports, state)) return end.wait('Others asked for access to it.')
  try {
    const again = was === undefined ? {} : { again: was.since }
    const operation = await repairs?.begin({ do: 'deallocate-vm', vm: ask.vm.id }, { key, ...again })
    if (operation !== undefined)
      await advance(ports, ask.id, { type: 'vm-after', after: { ...stopping, operation } })
    return await settle(ports, task, { how: 'again', afterMs: FIRST_LOOK_MS })
  } catch (error) {
    if (!(error instanceof Fault) || isPassing(error)) throw error
    return end.leave(error.say, 'tell')
  }
}

/** A script that is running is followed; a kill costs one more. */
const lookAgain = (ports: Ports, task: Task, effect: PowerEffect, looking: string) =>
  settle(
    ports,
    task,
    effect.looking === looking
      ? { how: 'again', afterMs: LOOK_AGAIN_MS }
      : { how: 'done', queue: [{ effect: { ...effect, looking } }] },
  )

const settle = async ({ store }: Ports, task: Task, how: Settlement): Promise<void> =>
  void (await store.settle(task, how))

/** Whoever was asked whether they may in, or may, needs it on. */
async function isNeeded({ store }: Ports, { ask }: Over): Promise<boolean> {
  const live = await store.liveOn(ask.vm.id)
  return live.some(one => one.status !== 'none' && one.ask.id !== ask.id)
}

async function reportOf(ports: Ports, { ask }: Over): Promise<VmReport | 'gone'> {
  try {
    return await ports.machines.report(ask.vm.id, ask.port, { brief: true })
  } catch (error) {
    if (error instanceof Fault && error.kind === 'missing') return 'gone'
    throw error
  }
}

/** What can become of it, each stored together with the end of the task. */
function endings(ports: Ports, task: Task, { ask, started }: Over) {
  const after = started?.after
  const now = ports.clock.now()
  const by = after !== undefined && 'by' in after ? after.by : undefined
  const who = by === undefined ? {} : { by }
  const become = async (next: After, ...queue: readonly Queued[]): Promise<void> =>
    void (await advance(ports, ask.id, { type: 'vm-after', after: next }, { settles: task, queue }))
  const soon = power(ask, later(now, LOOK_MINUTES))
  return {
    by,
    wait: (say: string) => become({ state: 'waiting', say, ...who }, soon),
    waitForPeople(): Promise<void> {
      const before = after?.state === 'waiting' ? after.until : undefined
      const until = before ?? later(now, PEOPLE_MINUTES)
      return now >= until
        ? this.leave('People have stayed signed in.', 'tell')
        : become({ state: 'waiting', say: 'Somebody is signed in.', until, ...who }, soon)
    },
    ask: (say: string) => become({ state: 'asking', say, until: later(now, ASK_MINUTES) }),
    off: () => become({ state: 'off', ...who }),
    /** @param tell it stays on and costs: administrators are told */
    leave(say: string, tell?: 'tell'): Promise<void> {
      const channels = tell === undefined ? [] : (ports.policies.current().reportTo ?? [])
      const told = channels.map(
        (to): Queued => ({ effect: { do: 'say', to, message: leftOnMessage(ask, say) } }),
      )
      return become({ state: 'left', say: tell === undefined ? say : `${say} ${STAYS_ON}` }, ...told)
    },
  }
}
