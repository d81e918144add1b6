/**
 * The picture of a VM's screen, shown to the one who asked and to nobody else.
 *
 * It may show names, so it goes into the private chat of the diagnosis, never to a thread, and no copy of it is kept: what is queued says
 * which VM is meant, and the picture is fetched from Azure when it is shown, after the right to see it was judged once more.
 */
import type { DiagnosisId } from '../../ids.ts'
import type { Effect, Ports, Queued, Task } from '../../ports.ts'
import { showsSignIn } from '../checks/screens.ts'
import { type Diagnosis, stepOf } from './diagnosis.ts'
import { askerOf, mayNot } from './may.ts'

type ShowScreen = Extract<Effect, { do: 'show-screen' }>

/** Once for each sample. A page that waits for somebody to sign in tells nothing that the verdict does not say. */
export function screenOf(diagnosis: Diagnosis): readonly Queued[] {
  const { boot, bootAgain } = diagnosis.known.facts
  const sample = bootAgain?.read === true ? bootAgain.value : boot?.read === true ? boot.value : undefined
  const { vm } = stepOf(diagnosis).assessment
  if (vm === undefined || sample?.pictured !== true || showsSignIn(sample.screen)) return []
  return [{ effect: { do: 'show-screen', diagnosis: diagnosis.id, vm: vm.id, sample: sample.at } }]
}

/** Repeating is safe, save that what was posted by a process which died then may stand twice. */
export async function showScreen(ports: Ports, task: Task, effect: ShowScreen): Promise<void> {
  const { store } = ports
  const slot = `screen:${effect.sample}`
  const posted =
    (await store.card(effect.diagnosis, slot)) === undefined ? await shown(ports, effect) : undefined
  await store.settle(task, {
    how: 'done',
    ...(posted === undefined ? {} : { card: { request: effect.diagnosis, slot, posted } }),
  })
}

async function shown(ports: Ports, { diagnosis: id, vm: vmId }: ShowScreen) {
  const { diagnostics, pictures, machines, log } = ports
  const diagnosis = await diagnosisOf(ports, id)
  const show = ports.chats.find(({ platform }) => platform === diagnosis?.home.platform)?.show
  if (diagnosis === undefined || diagnostics === undefined || pictures === undefined || show === undefined)
    return undefined
  const [asker, vm] = await Promise.all([askerOf(ports, diagnosis), machines.byId(vmId)])
  if (vm === undefined || mayNot(ports, asker, vm) !== undefined) return undefined
  const taken = await diagnostics.forOneDiagnosis().picture(vmId)
  const png = taken.read ? await pictures.fit(taken.value, show.mostBytes) : undefined
  if (png === undefined) {
    log.info('screen-not-shown', { taken: taken.read })
    return undefined
  }
  return show.post(diagnosis.home, {
    name: `screen-of-${vm.name.replace(/[^A-Za-z0-9-]/g, '-')}.png`,
    png,
    say: `The screen of ${vm.name}, as Azure took it last. Only you are shown it.`,
  })
}

const diagnosisOf = async ({ store }: Ports, id: DiagnosisId): Promise<Diagnosis | undefined> =>
  (await store.diagnosis(id))?.diagnosis
