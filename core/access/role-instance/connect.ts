/** From "connect shop/WebRole_IN_0" to `asked`: everything is looked at before anybody is bothered with it. */
import { advance } from '../../advance.ts'
import type { Intent } from '../../command/intent.ts'
import type { Asker, Handled } from '../../handled.ts'
import { later } from '../../ids.ts'
import type { Incoming, Ports, Task } from '../../ports.ts'
import { judgeService } from '../../rdp/cloud-service/judge.ts'
import type { InstanceRef } from '../../rdp/cloud-service/target.ts'
import { allowedBy } from '../../rdp/route/look.ts'
import { route } from '../../rdp/route/route.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import { alreadyLive } from '../already-live.ts'
import { judgeFor } from '../judge-for.ts'
import { seat } from '../people.ts'
import { RDP_PORT } from '../preflight.ts'
import { targetOf } from '../target.ts'
import { findService, forInstances, subject, takenUntil } from './role-instance.ts'

export async function connectInstance(
  ports: Ports,
  task: Task,
  incoming: Incoming,
  asker: Asker,
  intent: Extract<Intent, { do: 'connect' }>,
  ref: InstanceRef,
): Promise<Handled> {
  const { services, store, clock } = ports
  const policy = ports.policies.current()
  const me = { id: asker.person.id, groups: asker.groups }
  const found = await findService(ports, policy, me, ref)
  if (isRefusal(found)) return { refusal: found }
  if (services === undefined) return { refusal: { code: 'instance-not-found', name: found.name } }

  const named = subject(found, `${found.name}/${ref.instance ?? '*'}`)
  const { minutes, verdict } = judgeFor(forInstances(policy), me, subject(found), intent)
  if (verdict.kind === 'refuse') return { refusal: verdict.refusal }
  const rules = verdict.kind === 'ask' ? verdict.rules : [verdict.rule]
  const now = clock.now()
  const [report, live, seating] = await Promise.all([
    services.report(found.id),
    store.liveOn(named.id),
    verdict.kind === 'ask' ? seat(ports, rules, me.id) : { seats: [], others: [], tried: [] },
  ])
  const twice = await alreadyLive(store, { by: { person: me.id }, vm: named })
  if (twice !== undefined) return { refusal: twice }
  const taken = takenUntil(live, { role: ref.role }, now)
  const judged = judgeService(report, ref, {
    ...{ until: later(now, minutes), now },
    ...(taken === undefined ? {} : { taken }),
  })
  const unfit = (why: string): { refusal: Refusal } => ({
    refusal: { code: 'instance-unfit', name: named.name, why },
  })
  if (!judged.can) return unfit(judged.why)
  const rule = rules[0]?.id ?? ''
  if (verdict.kind === 'ask' && seating.seats.length === 0)
    return { refusal: { code: 'no-approver', rule, tried: seating.tried } }

  const { instance, host, role, also, restarts, warnings } = judged
  const roleInstance = { role: instance.replace(/_IN_\d+$/i, ''), instance }
  const { ways } = route(
    { ways: [], port: RDP_PORT, instance: { host, port: RDP_PORT, roleInstance } },
    allowedBy(rules),
  )
  const id = ports.ids.request()
  const name = `${found.name}/${ref.instance === undefined ? '*' : instance}`
  return advance(
    ports,
    id,
    {
      type: 'ask',
      ask: {
        id,
        by: { person: asker.person.id, name: asker.person.name },
        vm: targetOf(subject(found, name)),
        port: RDP_PORT,
        minutes,
        reason: intent.reason,
        rule,
        ways,
        instance: {
          ...{ service: found.name, instance, also, restarts, warnings },
          ...(role === undefined ? {} : { role }),
        },
        home: incoming.home,
        lapsesAt: later(now, policy.lapseMinutes),
      },
      seats: seating.seats,
      others: seating.others,
      ...(verdict.kind === 'allow' ? { allowedBy: verdict.rule.id } : {}),
    },
    { settles: task },
  )
}
