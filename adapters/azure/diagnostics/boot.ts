/**
 * One sample of boot diagnostics (K15): the end of the serial log, and the picture of the screen in words; or the picture itself.
 *
 * The addresses that Azure hands out live for five minutes and are read at once; they appear nowhere else.
 * Source: https://learn.microsoft.com/azure/virtual-machines/boot-diagnostics (read 2026-11-21).
 */
import { type BootSample, instant, type ScreenReader, type VmId } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import type { Look } from './look.ts'
import { unasked } from './reading.ts'

const OP = 'azure.diagnostics.boot'
const VALID_MINUTES = 5
/** The end tells what happened last; a stop code and its neighbours fit in this many times over. */
const MOST_SERIAL = 64 * 1024
const MOST_PICTURE = 10 * 1024 * 1024

export async function boot(look: Look, id: VmId, screens: ScreenReader | undefined): Promise<BootSample> {
  const { at, name, found } = await retrieve(look, id)
  const [serial, shot] = await Promise.all([
    serialAt(look, name, found.serialConsoleLogBlobUri),
    pictureAt(look, name, found.consoleScreenshotBlobUri),
  ])
  if (serial === undefined && shot === undefined) throw unasked(OP, NOTHING_YET)
  const screen = shot && screens && (await wordsIn(look, shot, screens))
  return {
    at,
    serial: serial ?? '',
    ...(screen === undefined ? {} : { screen }),
    ...(shot === undefined ? {} : { pictured: true }),
  }
}

/** The picture itself, as Azure has it now. */
export async function picture(look: Look, id: VmId): Promise<Uint8Array> {
  const { name, found } = await retrieve(look, id)
  const shot = await pictureAt(look, name, found.consoleScreenshotBlobUri)
  if (shot === undefined) throw unasked(OP, 'Azure has no screenshot of the VM that can be shown.')
  return shot
}

const NOTHING_YET = 'Azure has neither a serial log nor a screenshot of the VM yet.'

async function retrieve(look: Look, id: VmId) {
  const { probe, now } = look
  const vm = await look.vm(id).catch(() => undefined)
  if (vm !== undefined && vm.diagnosticsProfile?.bootDiagnostics?.enabled !== true)
    throw unasked(OP, 'Boot diagnostics are not turned on for the VM.')
  const { subscription, resourceGroup, name } = armId(id)
  const found = await probe.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action',
      thing: `the boot diagnostics of ${name}`,
      subscription,
    },
    probe.clients.compute(subscription),
    (client, abortSignal) =>
      client.virtualMachines.retrieveBootDiagnosticsData(resourceGroup, name, {
        sasUriExpirationTimeInMinutes: VALID_MINUTES,
        abortSignal,
      }),
  )
  return { at: instant(now()), name, found }
}

async function serialAt(look: Look, vm: string, url: string | undefined): Promise<string | undefined> {
  const bytes = await blob(look, `the serial log of ${vm}`, url, { mostBytes: MOST_SERIAL })
  // The cut may go through a character, and consoles send zeros.
  return bytes && new TextDecoder().decode(bytes).replaceAll('\0', '')
}

/** Azure keeps PNG; of older VMs it keeps BMP. */
const KINDS = [
  [0x89, 0x50, 0x4e, 0x47],
  [0x42, 0x4d],
]

async function pictureAt(look: Look, vm: string, url: string | undefined): Promise<Uint8Array | undefined> {
  const bytes = await blob(look, `the screenshot of ${vm}`, url, { mostBytes: MOST_PICTURE, whole: true })
  return KINDS.some(kind => kind.every((byte, at) => bytes?.[at] === byte)) ? bytes : undefined
}

async function wordsIn(look: Look, shot: Uint8Array, screens: ScreenReader): Promise<string | undefined> {
  try {
    return await screens.read(shot)
  } catch (error) {
    look.log.warn('azure.diagnostics.screen-unread', {}, error)
    return undefined
  }
}

/** Undefined where there is no such blob, or storage does not hand it out: the other one may still say something. */
async function blob(
  { probe, log }: Look,
  thing: string,
  url: string | undefined,
  limits: { mostBytes: number; whole?: boolean },
): Promise<Uint8Array | undefined> {
  if (url === undefined || url === '') return undefined
  try {
    return await probe.calls.read(
      { op: OP, needs: 'storage', thing },
      probe.clients.blobs(),
      (blobs, abortSignal) => blobs.end(url, limits, abortSignal),
    )
  } catch (error) {
    log.warn('azure.diagnostics.blob-unread', { thing: thing.split(' of ')[0] }, error)
    return undefined
  }
}
