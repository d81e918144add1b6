/**
 * Boot diagnostics: addresses of a picture of the screen and of the serial log, good for a while and for whoever has them.
 * Shapes: ComputeRP 2024-07-01 in Azure/azure-rest-api-specs (read 2026-11-20).
 */
import { createHmac, randomBytes } from 'node:crypto'
import { ArmError, type Ask, type Reply, type Route, VERSIONS } from './arm.ts'
import { VM, vmOf } from './compute.ts'
import { BLOBS } from './ids.ts'
import type { SimVm } from './model.ts'
import { iso } from './vm-body.ts'
import { ownVm } from './vms.ts'

const SECOND_SAMPLE_MS = 60_000
const MINUTE_MS = 60_000
/** Addresses that were given out are good for this run only. */
const KEY = randomBytes(32)

export const bootRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: `${VM}/retrieveBootDiagnosticsData`,
    action: 'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action',
    versions: VERSIONS.compute,
    run: retrieve,
  },
]

function retrieve(ask: Ask): Reply {
  const { world, query } = ask
  const found = vmOf(ask)
  if (!found.boot.enabled)
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `Boot diagnostics is not enabled for VM '${found.name}'. Enable it to retrieve boot diagnostics data.`,
    )
  if (found.power === 'deallocated' || found.power === 'hibernated')
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `Boot diagnostics data of VM '${found.name}' cannot be retrieved because the VM is deallocated.`,
    )
  const vm = ownVm(world.state, found.id) ?? found
  vm.sampledAt ??= world.now()
  const minutes = Number(query.get('sasUriExpirationTimeInMinutes') ?? 120)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 1440)
    throw new ArmError(400, 'InvalidParameter', 'sasUriExpirationTimeInMinutes must be from 1 to 1440.')
  const until = iso(Date.now() + minutes * MINUTE_MS)
  return {
    status: 200,
    body: {
      consoleScreenshotBlobUri: addressOf(vm, 'screenshot.png', until),
      serialConsoleLogBlobUri: addressOf(vm, 'serialconsole.log', until),
    },
  }
}

function addressOf({ subscription, rg, name }: SimVm, file: string, until: string): string {
  const path = `/bootdiagnostics-${subscription}/${rg}/${name}.${file}`
  const query = new URLSearchParams({ sv: '2018-03-28', sr: 'b', sp: 'r', se: until, sig: sign(path, until) })
  return `${BLOBS}${path}?${query}`
}

/** What makes an address good. */
export const sign = (path: string, until: string): string =>
  createHmac('sha256', KEY).update(`${path}\n${until}`).digest('base64')

/** What the screen shows: something else, perhaps, a minute after it was first looked at. */
export function screenOf({ boot, sampledAt }: SimVm, now: number): string {
  const { screen, second_sample: second } = boot
  const isSecond = sampledAt !== null && now - sampledAt >= SECOND_SAMPLE_MS
  return isSecond && second !== null && second !== 'same' ? second : screen
}
