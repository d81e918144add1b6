/**
 * Orders about a VM: its power, and the two extensions that mend sign-in.
 *
 * VMAccess resets Remote Desktop, or the password of an administrator; of a name that nobody has it makes one, and on a domain controller it
 * must not run: both are refused unless they were seen to be otherwise. A VM takes one extension of a kind, so one that is there keeps its
 * name. An order that comes twice has the same tag, and Azure does not run it twice.
 * Source: https://learn.microsoft.com/azure/virtual-machines/extensions/vmaccess-windows (read 2026-11-21).
 */
import { Fault, type Operation, type Repair, type VmId } from '../../../core/index.ts'
import { type ArmId, armId } from '../arm-id.ts'
import type { RawArm, Sent } from '../clients.ts'
import { readVm } from '../network.ts'
import { localName, scriptFor } from './scripts.ts'
import { type Hand, type Order, sendOnce } from './send.ts'

const API = '2024-07-01'
const OP = 'azure.repair.vm'

export type VmRepair = Extract<Repair, { vm: VmId }>
type InsideRepair = Extract<VmRepair, { seen: unknown }>
type Power = Exclude<VmRepair, InsideRepair>['do']

type Send = (arm: RawArm, id: string, key: string, signal: AbortSignal) => Promise<Sent>
const post = (key: string) => ({ method: 'POST', apiVersion: API, key }) as const

const POWER: Readonly<Record<Power, { action: string; send: Send }>> = {
  'start-vm': { action: 'start', send: (arm, id, key, signal) => arm.send(`${id}/start`, post(key), signal) },
  'start-dc': { action: 'start', send: (arm, id, key, signal) => arm.send(`${id}/start`, post(key), signal) },
  'restart-vm': {
    action: 'restart',
    send: (arm, id, key, signal) => arm.send(`${id}/restart`, post(key), signal),
  },
  'redeploy-vm': {
    action: 'redeploy',
    send: (arm, id, key, signal) => arm.send(`${id}/redeploy`, post(key), signal),
  },
  'deallocate-vm': {
    action: 'deallocate',
    send: (arm, id, key, signal) => arm.send(`${id}/deallocate`, post(key), signal),
  },
  'reapply-vm': {
    action: 'reapply',
    send: (arm, id, key, signal) => arm.send(`${id}/reapply`, post(key), signal),
  },
}

export const isPower = (repair: VmRepair): repair is Extract<VmRepair, { do: Power }> =>
  Object.hasOwn(POWER, repair.do)

const about = ({ name, subscription }: ArmId) => ({ op: OP, thing: `the VM ${name}`, subscription })

export function orderPower(
  hand: Hand,
  repair: Extract<VmRepair, { do: Power }>,
  order: Order,
): Promise<Operation> {
  const { action, send } = POWER[repair.do]
  return sendOnce(
    hand,
    { ...about(armId(repair.vm)), needs: `Microsoft.Compute/virtualMachines/${action}/action` },
    order,
    (arm, signal) => send(arm, repair.vm, order.key, signal),
  )
}

/** Whatever goes inside Windows. @throws {Fault} `invalid` where what was seen does not allow it */
export async function orderInside(hand: Hand, repair: InsideRepair, order: Order): Promise<Operation> {
  const { vm, seen } = repair
  const id = armId(vm)
  const refuse = (say: string) => new Fault('invalid', { op: OP, say })
  if (seen.isDomainController === true)
    throw refuse(`${id.name} is a domain controller; nothing is changed inside it from here.`)
  switch (repair.do) {
    case 'reset-rdp-config':
    case 'reset-password': {
      if (seen.isDomainController === undefined)
        throw refuse(
          `It was not seen that ${id.name} is no domain controller, and VMAccess must not run on one; look inside Windows first.`,
        )
      if (repair.do === 'reset-rdp-config')
        return putExtension(hand, vm, order, { ...VM_ACCESS, settings: {} })
      const account = localName(repair.account)
      const known = seen.account
      const isSame = (name: string) => localName(name).toLowerCase() === account.toLowerCase()
      const isSeen = known?.exists && known.kind === 'local' && isSame(known.name)
      // What was seen inside Windows says more than the name that the VM was made with.
      const isNamed = known === undefined && seen.adminAccount !== undefined && isSame(seen.adminAccount)
      if (!isSeen && !isNamed)
        throw refuse(
          `It was not seen that ${id.name} has this local account, and VMAccess would make an administrator of an unknown name; look inside Windows first.`,
        )
      if (isSeen && !known.admin)
        throw refuse(
          `The account is no administrator of ${id.name}, and VMAccess would make it one; somebody has to set its password by hand.`,
        )
      const wanted = { ...VM_ACCESS, settings: { UserName: account }, secret: { Password: repair.password } }
      return putExtension(hand, vm, order, wanted, repair.password)
    }
    case 'reinstall-aadlogin':
      return reinstallEntraLogin(hand, vm, order)
    default:
      return runScript(hand, repair, order)
  }
}

async function runScript(hand: Hand, repair: InsideRepair, order: Order): Promise<Operation> {
  const wanted = await scriptFor(repair)
  if (wanted === undefined) throw new Error(`${repair.do} is no script`)
  const { script, parameters } = wanted
  const body = {
    commandId: 'RunPowerShellScript',
    script,
    ...(parameters.length === 0 ? {} : { parameters }),
  }
  return sendOnce(
    hand,
    { ...about(armId(repair.vm)), needs: 'Microsoft.Compute/virtualMachines/runCommand/action' },
    order,
    (arm, signal) => arm.send(`${repair.vm}/runCommand`, { ...post(order.key), body }, signal),
  )
}

// ---- Extensions ----------------------------------------------------------------------------------------------------------------------

type Extension = {
  /** Unless one of its kind is there, whose name it takes. */
  name: string
  publisher: string
  type: string
  version: string
  settings: Readonly<Record<string, string>>
  secret?: Readonly<Record<string, string>>
}

const VM_ACCESS = {
  name: 'enablevmaccess',
  publisher: 'Microsoft.Compute',
  type: 'VMAccessAgent',
  version: '2.4',
} as const

async function putExtension(
  hand: Hand,
  vm: VmId,
  order: Order,
  extension: Extension,
  password?: string,
): Promise<Operation> {
  const id = armId(vm)
  const [{ location }, there] = await Promise.all([
    readVm(hand, OP, vm),
    nameOfKind(hand, vm, extension.type),
  ])
  const { publisher, type, version, settings, secret } = extension
  const body = {
    location,
    properties: {
      publisher,
      type,
      typeHandlerVersion: version,
      autoUpgradeMinorVersion: true,
      // Runs again although nothing else is new; not again for the same order.
      forceUpdateTag: order.key,
      settings,
      ...(secret === undefined ? {} : { protectedSettings: secret }),
    },
  }
  return sendOnce(
    hand,
    { ...about(id), needs: 'Microsoft.Compute/virtualMachines/extensions/write' },
    order,
    (arm, signal) =>
      arm.send(
        `${vm}/extensions/${encodeURIComponent(there ?? extension.name)}`,
        { method: 'PUT', apiVersion: API, key: order.key, body },
        signal,
      ),
    password,
  )
}

async function nameOfKind({ clients, calls }: Hand, vm: VmId, type: string): Promise<string | undefined> {
  const { subscription, resourceGroup, name } = armId(vm)
  const { value = [] } = await calls.read(
    { ...about(armId(vm)), needs: 'Microsoft.Compute/virtualMachines/extensions/read' },
    clients.compute(subscription),
    (client, abortSignal) => client.virtualMachineExtensions.list(resourceGroup, name, { abortSignal }),
  )
  return value.find(one => one.typePropertiesType?.toLowerCase() === type.toLowerCase())?.name
}

/** @throws {Fault} `invalid` for a VM without an identity of its own: giving it one takes more rights than belong into these hands */
async function reinstallEntraLogin(hand: Hand, vm: VmId, order: Order): Promise<Operation> {
  const { identity } = await readVm(hand, OP, vm)
  const { name, resourceGroup } = armId(vm)
  if (!/SystemAssigned/i.test(identity?.type ?? ''))
    throw new Fault('invalid', {
      op: OP,
      say: `${name} has no identity of its own, which Entra sign-in needs; its owner gives it one with: az vm identity assign --resource-group ${resourceGroup} --name ${name}`,
    })
  return putExtension(hand, vm, order, {
    name: 'AADLoginForWindows',
    publisher: 'Microsoft.Azure.ActiveDirectory',
    type: 'AADLoginForWindows',
    version: '1.0',
    settings: {},
  })
}
