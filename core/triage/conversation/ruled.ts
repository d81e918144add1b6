/** What a remedy is done to, as the rules of the policy see it: a VM or a Cloud Service, as Azure knows it now. */
import { subject } from '../../access/role-instance/role-instance.ts'
import { parseVmId } from '../../ids.ts'
import type { Ports, VmSummary } from '../../ports.ts'
import type { Knowledge } from '../engine/knowledge.ts'
import type { Ordered } from './orders.ts'
import { serviceIn } from './service.ts'

/** Undefined when it is not there (any more). A Cloud Service that nobody looks up is judged as the diagnosis read it. */
export async function ruled(
  { machines, services }: Pick<Ports, 'machines' | 'services'>,
  known: Knowledge,
  { id }: Ordered['vm'],
): Promise<VmSummary | undefined> {
  const vm = parseVmId(id)
  if (vm !== undefined) return machines.byId(vm)
  const read = serviceIn(known)
  if (read?.service.id !== id) return undefined
  if (services === undefined) return read
  const now = (await services.named(read.name)).find(
    one => one.kind === 'supported' && one.id.toLowerCase() === id.toLowerCase(),
  )
  return now && subject(now)
}
