/** From "connect" to `asked`: everything is looked at before anybody is bothered with it. */

import { advance } from '../advance.ts'
import type { Intent } from '../command/intent.ts'
import type { Asker, Handled } from '../handled.ts'
import { later, refOf } from '../ids.ts'
import type { Incoming, Ports, Task, VmSummary } from '../ports.ts'
import { allowedBy, lookForWays } from '../rdp/route/look.ts'
import { rdpPort } from '../rdp/route/port.ts'
import type { Refusal } from '../refusal.ts'
import { isRefusal } from '../refusal.ts'
import { rememberAsked } from '../suggest.ts'
import { findVm } from './find.ts'
import { seat } from './people.ts'
import type { Policy, Rule, Verdict } from './policy.ts'
import { judge } from './policy.ts'
import { notWindows, openable, preflight, RDP_PORT } from './preflight.ts'
import { targetOf } from './request.ts'

type Connect = Extract<Intent, { do: 'connect' }>

export async function connect(
  ports: Ports,
  task: Task,
  incoming: Incoming,
  asker: Asker,
  intent: Connect,
): Promise<Handled> {
  const policy = ports.policies.current()
  const me = { id: asker.person.id, groups: asker.groups }
  const vm = await findVm(ports.machines, policy, me, intent.vm, found => ({
    ...intent,
    vm: { id: found.id },
  }))
  if (isRefusal(vm)) return { refusal: vm }
  const linux = notWindows(vm)
  if (linux) return { refusal: linux }
  const live = await liveAlready(ports, vm, asker)
  if (live) return { refusal: live }

  const { minutes, verdict } = judgeFor(policy, me, vm, intent)
  if (verdict.kind === 'refuse') return { refusal: verdict.refusal }
  const rules: readonly Rule[] = verdict.kind === 'ask' ? verdict.rules : [verdict.rule]

  const [seen, seating] = await Promise.all([
    ports.machines.report(vm.id, rules[0]?.port ?? RDP_PORT),
    verdict.kind === 'ask' ? seat(ports, rules, me.id) : { seats: [], others: [], tried: [] },
  ])
  const port = rdpPort(seen.jit?.ports, rules[0]?.port)
  // What was read of another port says nothing of this one.
  const isOther = rules[0]?.port === undefined && port !== RDP_PORT
  const report = isOther ? await ports.machines.report(vm.id, port) : seen
  const cap = report.jit?.ports.find(({ number }) => number === port)?.maxMinutes ?? minutes
  // A time nobody asked for adapts to what Azure allows; one that was asked for is refused instead.
  const fitted = intent.minutes === undefined ? Math.min(minutes, cap) : minutes
  const unfit = preflight(report, { port, minutes: fitted })
  if (unfit) return { refusal: unfit }
  const routed = await lookForWays(ports, report, { port, allowed: allowedBy(rules) })
  const ways = openable(report, routed, { port, rules })
  if (isRefusal(ways)) return { refusal: ways }
  const rule = rules[0]?.id ?? ''
  if (verdict.kind === 'ask' && seating.seats.length === 0)
    return { refusal: { code: 'no-approver', rule, tried: seating.tried } }

  const id = ports.ids.request()
  const asked = await advance(
    ports,
    id,
    {
      type: 'ask',
      ask: {
        id,
        by: { person: asker.person.id, name: asker.person.name },
        vm: targetOf(vm),
        port,
        minutes: fitted,
        reason: intent.reason,
        rule,
        ways,
        home: incoming.home,
        lapsesAt: later(ports.clock.now(), policy.lapseMinutes),
      },
      seats: seating.seats,
      others: seating.others,
      ...(verdict.kind === 'allow' ? { allowedBy: verdict.rule.id } : {}),
    },
    { settles: task },
  )
  if (asked !== 'lease-lost' && asked.ok) await rememberAsked(ports, asker.person.id, vm)
  return asked
}

/** Where the person named no time, the default is taken, or the longest a rule allows if that is shorter. */
function judgeFor(
  policy: Policy,
  person: { id: Asker['person']['id']; groups: Asker['groups'] },
  vm: VmSummary,
  intent: Connect,
): { minutes: number; verdict: Verdict } {
  const ask = (minutes: number) => ({
    minutes,
    verdict: judge(policy, { verb: 'connect', person, vm, minutes, reason: intent.reason }),
  })
  const first = ask(intent.minutes ?? policy.defaultMinutes)
  const { verdict } = first
  if (intent.minutes === undefined && verdict.kind === 'refuse' && verdict.refusal.code === 'too-long')
    return ask(verdict.refusal.most)
  return first
}

/** One live request per person and VM: a second ask would only confuse whoever decides. */
async function liveAlready({ store }: Ports, vm: VmSummary, { person }: Asker): Promise<Refusal | undefined> {
  for (const state of await store.liveOf(person.id)) {
    if (state.status !== 'none' && state.ask.vm.id === vm.id)
      return { code: 'already-live', vm: vm.name, ref: refOf(state.ask.id), status: state.status }
  }
  return undefined
}
