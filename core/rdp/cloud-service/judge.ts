/**
 * Whether a role instance of a Cloud Service can be opened now, and what has to be said before anybody presses.
 *
 * There is no JIT access for Cloud Services: what ends the access is the end of the account in the RDP extension, at Azure. The forwarder may
 * run on any instance, so network rules concern the service as a whole.
 * Sources: https://learn.microsoft.com/azure/cloud-services-extended-support/enable-rdp and Microsoft's page on Remote Desktop for a role
 * (read 2026-11-20).
 */
import type { CloudServiceReport, FoundService, RoleAccess } from '../../hands.ts'
import type { Instant } from '../../ids.ts'
import { earliest, instant } from '../../ids.ts'
import { rdpFile } from '../file.ts'
import type { InstanceRef } from './target.ts'
import { OURS, RETIRES_AT, retiredWords, serviceWords } from './words.ts'

const SERVICE_PORT = 3389

export type ServiceVerdict =
  | {
      can: true
      /** As Azure writes them. */
      role: string
      instance: string
      host: string
      expiresAt: Instant
      /** The extension of somebody whose time is over, which ours takes the place of. */
      replacing?: string
      /** To be shown before anybody presses. */
      warnings: readonly string[]
    }
  | { can: false; why: string }

/** Of several things of one name the service that still works is meant. Undefined: there is none of this name at all. */
export function chooseService(
  found: readonly FoundService[],
): FoundService | { retired: string } | undefined {
  const supported = found.find(({ kind }) => kind === 'supported')
  if (supported !== undefined) return supported
  const [retired] = found
  return retired && { retired: retiredWords(retired) }
}

/**
 * @param until when the grant ends
 * @param taken when the access of somebody else to this role, through us, ends: there is one account for a role, and it is not shared
 */
export function judgeService(
  report: CloudServiceReport,
  target: InstanceRef,
  { until, now, taken }: { until: Instant; now: Instant; taken?: Instant },
): ServiceVerdict {
  const no = (why: string): ServiceVerdict => ({ can: false, why })
  if (now >= RETIRES_AT) return no(serviceWords.retired(report.name))
  const instance = report.instances.find(({ name }) => same(name, target.instance))
  if (instance === undefined) return no(serviceWords.noInstance(report, target.instance))
  const role = report.roles.find(({ name }) => same(name, instance.role))
  if (role === undefined) return no(serviceWords.noInstance(report, target.instance))
  if (report.host === undefined) return no(serviceWords.noHost(report.name))
  if (taken !== undefined && taken > now) return no(serviceWords.taken(role.name))
  if (report.ports.rdp === 'deny' || report.ports.forwarder === 'deny')
    return no(serviceWords.portsShut(report.ports))
  if (instance.state === 'not-ready') return no(serviceWords.notReady(instance.name))
  const { access } = role
  if (access?.state === 'changing') return no(serviceWords.changing(role.name))
  if (access !== undefined && !isOurs(access) && (access.expiresAt === undefined || access.expiresAt > now))
    return no(serviceWords.foreign(role.name, access.user))
  const expiresAt = earliest(until, RETIRES_AT)
  const file = rdpFile({
    host: report.host,
    port: SERVICE_PORT,
    label: instance.name,
    roleInstance: { role: role.name, instance: instance.name },
  })
  if ('problem' in file) return no(file.problem)
  return {
    can: true,
    role: role.name,
    instance: instance.name,
    host: report.host,
    expiresAt,
    ...(access === undefined || isOurs(access) ? {} : { replacing: access.extension }),
    warnings: [
      ...(access === undefined ? [serviceWords.restarts(report.name)] : []),
      serviceWords.wholeRole(role.name),
      ...(report.ports.rdp === 'unknown' || report.ports.forwarder === 'unknown'
        ? [serviceWords.portsUnknown]
        : []),
      ...(instance.state === 'unknown' ? [serviceWords.stateUnknown(instance.name)] : []),
      ...(expiresAt < until ? [serviceWords.endsEarly] : []),
      serviceWords.retirement,
    ],
  }
}

export type ServiceProof = 'proven' | 'not yet' | { failed: string }

/** Read back: whether the role now has our account with its end, and the instance answers again. */
export function isEnabled(
  report: CloudServiceReport,
  wish: { role: string; instance: string; user: string; expiresAt: Instant },
): ServiceProof {
  const access = report.roles.find(({ name }) => same(name, wish.role))?.access
  if (access === undefined || !isOurs(access) || access.user !== wish.user) return 'not yet'
  if (access.state === 'failed') return { failed: serviceWords.extensionFailed(wish.role) }
  // Azure keeps whole seconds.
  const isEnd =
    access.expiresAt !== undefined && wholeSecond(access.expiresAt) === wholeSecond(wish.expiresAt)
  const instance = report.instances.find(({ name }) => same(name, wish.instance))
  return isEnd && access.state === 'ready' && instance?.state === 'ready' ? 'proven' : 'not yet'
}

/** Read back: nothing of ours on the role lets anybody in any more. */
export function isDisabled(report: CloudServiceReport, role: string, now: Instant): boolean {
  const access = report.roles.find(({ name }) => same(name, role))?.access
  return (
    access === undefined || !isOurs(access) || (access.expiresAt !== undefined && access.expiresAt <= now)
  )
}

const isOurs = ({ extension }: RoleAccess): boolean => extension.startsWith(OURS)

const wholeSecond = (moment: Instant): Instant => instant(Math.floor(moment / 1000))

/** Azure compares these names without regard to case. */
const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()
