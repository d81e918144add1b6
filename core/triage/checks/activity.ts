/**
 * What the activity log tells: who stopped and started the VM, which rules, addresses and policies changed.
 *
 * Operations are Azure's own names; matching is by their meaningful part, so a new API version of the same operation is still known.
 */
import type { Activity } from '../readings.ts'
import { type Scene, value } from './scene.ts'

const AUTOMATIC =
  /auto-?shut|devtest|schedul|script|automation|runbook|policy|azure ?(backup|devops|pipelines?)|pipeline|terraform|bot\b|svc|service|sp-|^[0-9a-f]{8}-[0-9a-f]{4}-/i

/** Whether a caller is a schedule or a program and not a person. */
export const isAutomatic = (by: string): boolean => !by.includes('@') && AUTOMATIC.test(by)

const words = ({ operation, detail }: Activity) => `${operation} ${detail ?? ''}`.toLowerCase()
const STOPS = /\/(deallocate|poweroff)(\/|$)|^(deallocate|stop|power ?off)/
const STARTS = /\/start(\/|$)|^start/

/** Entries about the VM itself. Other VMs appear in a resource group's log too. */
function aboutVm(scene: Scene): readonly Activity[] {
  const log = value(scene, 'activity') ?? []
  const id = scene.vm?.id
  return log.filter(({ resource }) => id === undefined || resource.toLowerCase() === id)
}

export function startsAndStops(scene: Scene): {
  lastStop?: Activity
  lastStart?: Activity
  failedStart?: Activity
} {
  const log = aboutVm(scene)
  const lastStop = newest(log, entry => STOPS.test(entry.operation) && entry.result === 'succeeded')
  const lastStart = newest(log, entry => STARTS.test(entry.operation) && entry.result === 'succeeded')
  const failedStart = newest(log, entry => STARTS.test(entry.operation) && entry.result === 'failed')
  return {
    ...(lastStop === undefined ? {} : { lastStop }),
    ...(lastStart === undefined ? {} : { lastStart }),
    ...(failedStart === undefined ? {} : { failedStart }),
  }
}

/** VMs of the same log that were switched off and not on again, newest first. */
export function othersSwitchedOff(scene: Scene): readonly Activity[] {
  const log = value(scene, 'activity') ?? []
  const own = scene.vm?.id
  return log.filter(
    entry =>
      STOPS.test(entry.operation) &&
      entry.result === 'succeeded' &&
      entry.resource.toLowerCase() !== own &&
      !log.some(
        later => later.resource === entry.resource && STARTS.test(later.operation) && later.at > entry.at,
      ),
  )
}

export const restartsWithin = (scene: Scene, minutes: number): number =>
  aboutVm(scene).filter(
    entry => /restart|reboot|crash/.test(words(entry)) && scene.now - entry.at <= minutes * 60_000,
  ).length

/** The latest change of the VM's public address, with the address it had before where the log says so. */
export function addressChange(
  scene: Scene,
): { entry: Activity; before?: string; after?: string } | undefined {
  const entry = newest(
    value(scene, 'activity') ?? [],
    one =>
      one.result !== 'failed' &&
      /publicipaddresses|public ?(ip|address)|networkinterfaces/.test(words(one)) &&
      (/publicip.*(write|delete)|replaced|swap|changed|dissociat|associat|public (ip|address)/.test(
        words(one),
      ) ||
        /networkinterfaces\/write/.test(words(one)) ||
        ARROW.test(one.detail ?? '')),
  )
  if (entry === undefined) return undefined
  const arrow = ARROW.exec(entry.detail ?? '')
  return {
    entry,
    ...(arrow?.[1] === undefined ? {} : { before: arrow[1] }),
    ...(arrow?.[2] === undefined ? {} : { after: arrow[2] }),
  }
}

const ARROW = /(\d{1,3}(?:\.\d{1,3}){3})\s{0,3}(?:->|→|to)\s{0,3}(\d{1,3}(?:\.\d{1,3}){3})/

const RULE = /securityrules|networksecuritygroups/
export const ruleRemoved = (scene: Scene): Activity | undefined =>
  newest(
    value(scene, 'activity') ?? [],
    one =>
      RULE.test(`${words(one)} ${one.resource}`) && /delete/.test(words(one)) && one.result === 'succeeded',
  )

export const rulesRewritten = (scene: Scene): Activity | undefined =>
  newest(
    value(scene, 'activity') ?? [],
    one => RULE.test(`${words(one)} ${one.resource}`) && one.result === 'succeeded',
  )

export const ruleRefused = (scene: Scene): Activity | undefined =>
  newest(
    value(scene, 'activity') ?? [],
    one =>
      (RULE.test(`${words(one)} ${one.resource}`) || /policy/.test(words(one))) &&
      (/disallowed ?by ?policy|policyviolation/i.test(`${one.code ?? ''} ${one.detail ?? ''}`) ||
        (/policy/i.test(one.by ?? '') && /delete|deny|remove/.test(words(one)))),
  )

/** A change that opens or starts something, newest first. */
export const recentFix = (scene: Scene, minutes: number): Activity | undefined =>
  newest(
    value(scene, 'activity') ?? [],
    one =>
      one.result === 'succeeded' &&
      scene.now - one.at <= minutes * 60_000 &&
      (STARTS.test(one.operation) ||
        /restart/.test(words(one)) ||
        (RULE.test(words(one)) && /write|delete/.test(words(one))) ||
        /jitnetworkaccesspolicies.*initiate|routetables|vmaccess|extensions\/write/.test(words(one))),
  )

function newest(log: readonly Activity[], fits: (entry: Activity) => boolean): Activity | undefined {
  return log
    .filter(fits)
    .reduce<Activity | undefined>(
      (best, entry) => (best === undefined || entry.at > best.at ? entry : best),
      undefined,
    )
}
