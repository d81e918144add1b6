/**
 * Orders about a Cloud Service (extended support), which Azure ends on 2027-03-31: its role instances, and the Remote Desktop extension.
 *
 * The extension is a part of the service, and Azure takes the service as a whole: it is read, changed in this one place, and put back. What
 * Azure never shows (the package, the secrets of other extensions) stays as it is, as with Microsoft's own tools, which do the same. Whoever
 * changes the service between the two calls would be overwritten, so they follow each other at once and nothing else is touched.
 * Sources: https://learn.microsoft.com/azure/cloud-services-extended-support/enable-rdp and api-version 2022-09-04 (read 2026-11-21).
 */
import { z } from 'zod'
import { Fault, type Operation, type Repair } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import type { RawArm, Sent } from '../clients.ts'
import { rdpExtension } from '../hands/rdp-extension.ts'
import { type Hand, type Order, sendOnce } from './send.ts'

const API = '2022-09-04'
const OP = 'azure.repair.cloud-service'

export type ServiceRepair = Extract<Repair, { service: string }>
type InstanceRepair = Extract<ServiceRepair, { instance: string }>
type RdpRepair = Exclude<ServiceRepair, InstanceRepair>

const SERVICE =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/?#]+\/providers\/Microsoft\.Compute\/cloudServices\/[^/?#]+$/i
const INSTANCE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}_IN_\d{1,5}$/
const ROLE = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/
const ACCOUNT = /^[A-Za-z][A-Za-z0-9._-]{0,19}$/

type Send = (arm: RawArm, id: string, key: string, signal: AbortSignal) => Promise<Sent>
const post = (key: string) => ({ method: 'POST', apiVersion: API, key }) as const
const INSTANCE_ORDERS: Readonly<Record<InstanceRepair['do'], { action: string; send: Send }>> = {
  'cs-restart-instance': {
    action: 'restart',
    send: (arm, id, key, signal) => arm.send(`${id}/restart`, post(key), signal),
  },
  'cs-reimage-instance': {
    action: 'reimage',
    send: (arm, id, key, signal) => arm.send(`${id}/reimage`, post(key), signal),
  },
  'cs-rebuild-instance': {
    action: 'rebuild',
    send: (arm, id, key, signal) => arm.send(`${id}/rebuild`, post(key), signal),
  },
}

/** What it is done to. @throws {Fault} `invalid` for a name that Azure cannot have given */
export function serviceTarget(repair: ServiceRepair): string {
  const isGood =
    SERVICE.test(repair.service) &&
    ('instance' in repair
      ? INSTANCE.test(repair.instance)
      : (repair.role === undefined || ROLE.test(repair.role)) && ACCOUNT.test(repair.account))
  if (!isGood)
    throw new Fault('invalid', { op: OP, say: 'No Cloud Service can have such a role, instance or account.' })
  return 'instance' in repair ? `${repair.service}/roleInstances/${repair.instance}` : repair.service
}

export const orderService = (hand: Hand, repair: ServiceRepair, order: Order): Promise<Operation> =>
  'instance' in repair ? orderInstance(hand, repair, order) : orderRdp(hand, repair, order)

function orderInstance(hand: Hand, repair: InstanceRepair, order: Order): Promise<Operation> {
  const { action, send } = INSTANCE_ORDERS[repair.do]
  return sendOnce(
    hand,
    {
      op: OP,
      needs: `Microsoft.Compute/cloudServices/roleInstances/${action}/action`,
      thing: `the role instance ${repair.instance}`,
      subscription: armId(repair.service).subscription,
    },
    order,
    (arm, signal) => send(arm, order.on, order.key, signal),
  )
}

// ---- Remote Desktop ------------------------------------------------------------------------------------------------------------------

const Extension = z.looseObject({
  name: z.string(),
  properties: z.looseObject({
    type: z.string().optional(),
    rolesAppliedTo: z.array(z.string()).optional(),
  }),
})
const Service = z.looseObject({
  location: z.string(),
  properties: z.looseObject({
    extensionProfile: z.looseObject({ extensions: z.array(Extension).default([]) }).optional(),
  }),
})
type Service = z.infer<typeof Service>

async function orderRdp(hand: Hand, repair: RdpRepair, order: Order): Promise<Operation> {
  const { subscription, name } = armId(repair.service)
  const asked = { op: OP, thing: `the Cloud Service ${name}`, subscription }
  const read = await hand.calls.read(
    { ...asked, needs: 'Microsoft.Compute/cloudServices/read' },
    hand.clients.raw(),
    (arm, signal) => arm.get(`${repair.service}`, { 'api-version': API }, signal),
  )
  const { success, data } = Service.safeParse(read)
  if (!success)
    throw new Fault('broken', { op: OP, say: `What Azure says of the Cloud Service ${name} cannot be read.` })
  const body = withRdp(data, repair, order.key)
  return sendOnce(
    hand,
    { ...asked, needs: 'Microsoft.Compute/cloudServices/write' },
    order,
    (arm, signal) =>
      arm.send(`${repair.service}`, { method: 'PUT', apiVersion: API, key: order.key, body }, signal),
    repair.password,
  )
}

/** The service as it is to be, without what Azure alone may write. */
function withRdp(service: Service, repair: RdpRepair, key: string): unknown {
  const { id: _, name: __, type: ___, systemData: ____, properties, ...rest } = service
  const { provisioningState: _____, uniqueId: ______, extensionProfile, ...own } = properties
  const extensions = (extensionProfile?.extensions ?? []).map(
    ({ name, properties: { provisioningState: _, ...kept } }) => ({
      name,
      properties: kept,
    }),
  )
  const serves = ({ rolesAppliedTo = ['*'] }: { rolesAppliedTo?: string[] | undefined }) =>
    rolesAppliedTo.some(
      role => role === '*' || repair.role === undefined || role.toLowerCase() === repair.role.toLowerCase(),
    )
  const isRdp = ({ properties: one }: (typeof extensions)[number]) =>
    /^RDP$/i.test(one.type ?? '') && serves(one)
  const { account: user, password, until, role } = repair
  const written = (name: string, roles: readonly string[]) =>
    rdpExtension({ name, roles, account: { user, password }, expiresAt: until })
  /** Runs again although nothing else is new; not again for the same order. */
  const tagged = ({ name, properties: made }: ReturnType<typeof written>) => ({
    name,
    properties: { ...made, forceUpdateTag: key },
  })
  const changed = extensions.some(isRdp)
    ? extensions.map(one => {
        if (!isRdp(one)) return one
        // Whoever put it there chose its version and its roles.
        const { settings, protectedSettings, forceUpdateTag } = tagged(written(one.name, [])).properties
        return { ...one, properties: { ...one.properties, settings, protectedSettings, forceUpdateTag } }
      })
    : [...extensions, tagged(written(freeName(extensions.map(({ name }) => name)), [role ?? '*']))]
  return { ...rest, properties: { ...own, extensionProfile: { ...extensionProfile, extensions: changed } } }
}

function freeName(taken: readonly string[]): string {
  const isTaken = (name: string) => taken.some(one => one.toLowerCase() === name.toLowerCase())
  for (let number = 0; ; number++) {
    const name = number === 0 ? 'RDPExtension' : `RDPExtension${number}`
    if (!isTaken(name)) return name
  }
}
