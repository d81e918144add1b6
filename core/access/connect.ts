/** From "connect" to `asked`: everything is looked at before anybody is bothered with it. */

import { advance } from '../advance.ts'
import type { Intent } from '../command/intent.ts'
import type { Asker, Handled } from '../handled.ts'
import { later } from '../ids.ts'
import type { Incoming, Ports, Task } from '../ports.ts'
import { parseInstanceRef } from '../rdp/cloud-service/target.ts'
import { allowedBy, lookForWays } from '../rdp/route/look.ts'
import { rdpPort } from '../rdp/route/port.ts'
import { isRefusal } from '../refusal.ts'
import { rememberAsked } from '../suggest.ts'
import { alreadyLive } from './already-live.ts'
import { findVm } from './find.ts'
import { judgeFor } from './judge-for.ts'
import { seat } from './people.ts'
import type { Rule } from './policy.ts'
import { addressComesLater, startPlan } from './power/start-plan.ts'
import { notWindows, openable, preflight, RDP_PORT } from './preflight.ts'
import { targetOf } from './request.ts'
import { connectInstance } from './role-instance/connect.ts'
import { notVm } from './role-instance/role-instance.ts'

type Connect = Extract<Intent, { do: 'connect' }>

export async function connect(
  ports: Ports,
  task: Task,
  incoming: Incoming,
  asker: Asker,
  intent: Connect,
): Promise<Handled> {
  const instance = 'typed' in intent.vm ? parseInstanceRef(intent.vm.typed) : undefined
  if (instance !== undefined) return connectInstance(ports, task, incoming, asker, intent, instance)
  const policy = ports.policies.current()
  const me = { id: asker.person.id, groups: asker.groups }
  const vm = await findVm(ports.machines, policy, me, intent.vm, found => ({
    ...intent,
    vm: { id: found.id },
  }))
  if (isRefusal(vm)) return { refusal: await notVm(ports, policy, me, vm) }
  const linux = notWindows(vm)
  if (linux) return { refusal: linux }
  const live = await alreadyLive(ports.store, { by: { person: asker.person.id }, vm })
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
  const start = ports.repairs === undefined ? undefined : startPlan(rules, report)
  const unfit = preflight(report, { port, minutes: fitted, start: start !== undefined })
  if (unfit) return { refusal: unfit }
  const routed = await lookForWays(ports, report, { port, allowed: allowedBy(rules) })
  const found = openable(report, routed, { port, rules })
  // An address that comes with the power is the way; which one it is, is told once the VM runs.
  const comesLater = start !== undefined && addressComesLater(report, rules, found)
  if (isRefusal(found) && !comesLater) return { refusal: found }
  const ways = isRefusal(found) || comesLater ? {} : { ways: found }
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
        ...ways,
        ...(start === undefined ? {} : { start }),
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
