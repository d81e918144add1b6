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
      /** As Azure writes them. Without a role, the account is for every one. */
      role?: string
      instance: string
      /** The other instances that the account is asked for. */
      also: readonly string[]
      host: string
      expiresAt: Instant
      /** Extensions of others whose time is over, which ours takes the place of. */
      replacing: readonly string[]
      /** Enabling it restarts the role instances. */
      restarts: boolean
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
  const isAll = target.instance === undefined
  const instance = isAll
    ? (report.instances.find(({ state }) => state === 'ready') ?? report.instances[0])
    : report.instances.find(({ name }) => same(name, target.instance))
  if (instance === undefined) return no(serviceWords.noInstance(report, target.instance ?? '*'))
  const own = report.roles.find(({ name }) => same(name, instance.role))
  if (own === undefined) return no(serviceWords.noInstance(report, instance.name))
  if (report.host === undefined) return no(serviceWords.noHost(report.name))
  const role = isAll ? undefined : own.name
  if (taken !== undefined && taken > now) return no(serviceWords.taken(role))
  if (report.ports.rdp === 'deny' || report.ports.forwarder === 'deny')
    return no(serviceWords.portsShut(report.ports))
  if (instance.state === 'not-ready') return no(serviceWords.notReady(instance.name))
  const roles = isAll ? report.roles : [own]
  for (const { name, access } of roles) {
    if (access?.state === 'changing') return no(serviceWords.changing(name))
    if (access !== undefined && !isOurs(access) && (access.expiresAt === undefined || access.expiresAt > now))
      return no(serviceWords.foreign(name, access.user))
  }
  const expiresAt = earliest(until, RETIRES_AT)
  const file = rdpFile({
    host: report.host,
    port: SERVICE_PORT,
    label: instance.name,
    roleInstance: { role: own.name, instance: instance.name },
  })
  if ('problem' in file) return no(file.problem)
  const restarts = roles.some(({ access }) => access === undefined)
  const others = roles.flatMap(({ access }) =>
    access === undefined || isOurs(access) ? [] : [access.extension],
  )
  return {
    can: true,
    ...(role === undefined ? {} : { role }),
    instance: instance.name,
    also: isAll ? report.instances.map(({ name }) => name).filter(name => name !== instance.name) : [],
    host: report.host,
    expiresAt,
    replacing: [...new Set(others)],
    restarts,
    warnings: [
      ...(restarts ? [serviceWords.restarts(report.name)] : []),
      serviceWords.wholeRole(role),
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

/** Read back: whether the role, or every one, now has our account with its end, and the instance answers again. */
export function isEnabled(
  report: CloudServiceReport,
  wish: { role?: string; instance: string; user: string; expiresAt: Instant },
): ServiceProof {
  const roles = rolesIn(report, wish.role)
  const accesses = roles.flatMap(({ access }) => (access !== undefined && isOurs(access) ? [access] : []))
  const ours = accesses.filter(({ user }) => user === wish.user)
  if (roles.length === 0 || ours.length < roles.length) return 'not yet'
  if (ours.some(({ state }) => state === 'failed')) return { failed: serviceWords.extensionFailed(wish.role) }
  // Azure keeps whole seconds.
  const isDone = ours.every(
    ({ expiresAt, state }) =>
      state === 'ready' && expiresAt !== undefined && wholeSecond(expiresAt) === wholeSecond(wish.expiresAt),
  )
  const instance = report.instances.find(({ name }) => same(name, wish.instance))
  return isDone && instance?.state === 'ready' ? 'proven' : 'not yet'
}

/** Read back: nothing of ours on the role, or on any, lets anybody in any more. */
export const isDisabled = (report: CloudServiceReport, role: string | undefined, now: Instant): boolean =>
  rolesIn(report, role).every(
    ({ access }) =>
      access === undefined || !isOurs(access) || (access.expiresAt !== undefined && access.expiresAt <= now),
  )

/** Our accounts that are there on the role, or on any. */
export const ourUsers = (report: CloudServiceReport, role: string | undefined): readonly string[] =>
  rolesIn(report, role).flatMap(({ access }) => (access !== undefined && isOurs(access) ? [access.user] : []))

const rolesIn = ({ roles }: CloudServiceReport, role: string | undefined): CloudServiceReport['roles'] =>
  role === undefined ? roles : roles.filter(({ name }) => same(name, role))

const isOurs = ({ extension }: RoleAccess): boolean => extension.startsWith(OURS)

const wholeSecond = (moment: Instant): Instant => instant(Math.floor(moment / 1000))

/** Azure compares these names without regard to case. */
const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()
