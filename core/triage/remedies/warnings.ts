/**
 * The warnings of a remedy, made concrete: what is known of this VM is said, what cannot happen to it is left out of the sentence but never
 * the warning itself.
 */
import { WARNINGS, type WarningId } from '../catalogue/warnings.ts'
import type { Finding } from '../checks/finding.ts'
import { type Scene, value } from '../checks/scene.ts'
import { listed } from '../checks/words.ts'

/** `parts`: what it means for this VM. */
export type ShownWarning = { id: WarningId; text: string; parts: readonly string[] }

export const warn = (id: WarningId, scene: Scene, finding: Finding): ShownWarning => ({
  id,
  text: WARNINGS[id],
  parts: partsOf(id, scene, finding),
})

function partsOf(id: WarningId, scene: Scene, { details }: Finding): string[] {
  const model = value(scene, 'model')
  const dynamic = dynamicAddress(scene)
  const disk = model?.temporaryDisk === true ? ['This VM has a temporary disk: what is on it is lost.'] : []
  const address =
    dynamic === undefined
      ? []
      : [`Its public address${dynamic === '' ? '' : ` ${dynamic}`} is dynamic and will change.`]
  switch (id) {
    case 'W-START': {
      const schedule = scheduleOf(scene)
      return [
        ...address,
        ...(schedule === undefined
          ? []
          : [`An auto-shutdown is set${schedule === '' ? '' : ` (${schedule})`}: it will stop again.`]),
      ]
    }
    case 'W-REDEPLOY':
    case 'W-DEALLOC':
      return [
        ...(model?.ephemeralOsDisk === true
          ? ['Its system disk is ephemeral: everything on it is lost.']
          : []),
        ...disk,
        ...address,
      ]
    case 'W-RESIZE':
      return disk
    case 'W-RESTART': {
      const others = (value(scene, 'guest')?.sessions ?? []).map(({ user }) => user)
      return others.length === 0 ? [] : [`Signed in now: ${listed(others)}.`]
    }
    case 'W-LOGOFF':
      return details?.user === undefined ? [] : [`The session of ${details.user} would end.`]
    case 'W-NSG-SHARED': {
      const { nsg } = details ?? {}
      return nsg === undefined || nsg.attachedTo < 2
        ? []
        : [`${nsg.name} guards ${nsg.attachedTo} networks and interfaces.`]
    }
    case 'W-OFFLINE':
      return model?.ephemeralOsDisk === true
        ? ['Its system disk is ephemeral: offline repair is not possible.']
        : []
    case 'W-PORT':
      return details?.port === undefined ? [] : [`The port it listens on now is ${details.port}.`]
    default:
      return []
  }
}

/** The public address that a stop would lose; '' where it has none at the moment. */
function dynamicAddress(scene: Scene): string | undefined {
  for (const nic of value(scene, 'network')?.nics ?? [])
    for (const { public: address } of nic.ipConfigurations)
      if (address?.allocation === 'dynamic') return address.address ?? ''
  return undefined
}

/** The time of an auto-shutdown, where a tag or the log tells of one. */
function scheduleOf(scene: Scene): string | undefined {
  const tags = { ...scene.vm?.tags, ...value(scene, 'model')?.tags }
  const tag = Object.entries(tags).find(([key]) => /auto-?shut|shutdown|schedule/i.test(key))
  if (tag !== undefined) return tag[1]
  const log = value(scene, 'activity') ?? []
  return log.some(
    ({ by, operation }) => /deallocate/.test(operation) && /auto-?shut|schedul|devtest/i.test(by ?? ''),
  )
    ? ''
    : undefined
}
