/**
 * What people are told about Cloud Services.
 *
 * Dates: Cloud Services (classic) ended on 2024-08-31, classic VMs on 2023-09-06; extended support ends on 2027-03-31.
 * Sources: https://azure.microsoft.com/updates/?id=486344 and https://learn.microsoft.com/azure/virtual-machines/classic-vm-deprecation
 * (read 2026-11-21).
 */
import type { CloudServiceReport, FoundService } from '../../hands.ts'
import { instant } from '../../ids.ts'

/** What the names of our extensions begin with. */
export const OURS = 'LatchkeyRDP'

/** 2027-03-31T00:00Z */
export const RETIRES_AT = instant(1_806_451_200_000)

const MOST_NAMES = 6

/** For what is only a name any more. */
export function retiredWords({ kind, name }: Pick<FoundService, 'kind' | 'name'>): string {
  switch (kind) {
    case 'classic-service':
      return `${name} is a Cloud Service (classic). Microsoft retired those on 31 August 2024; nothing runs behind the name any more.`
    case 'classic-vm':
      return `${name} is a classic virtual machine. Microsoft retired those on 6 September 2023; nothing runs behind the name any more.`
    case 'supported':
      return serviceWords.retired(name)
  }
}

export const serviceWords = {
  retirement:
    'Microsoft retires Cloud Services (extended support) on 31 March 2027; plan where this service goes.',
  retired: (name: string) =>
    `${name} is a Cloud Service (extended support). Microsoft retired those on 31 March 2027.`,
  restarts: (name: string) =>
    `Remote Desktop is not enabled there yet: enabling it for the first time restarts the role instances of ${name}.`,
  wholeRole: (role: string | undefined) =>
    `The account opens every instance of ${role ?? 'every role'}, from any address that network rules let in: Azure cannot be told to let in one address alone.`,
  noInstance: ({ name, instances }: CloudServiceReport, wanted: string) => {
    const names = instances.slice(0, MOST_NAMES).map(one => one.name)
    const rest = instances.length - names.length
    const known = names.length === 0 ? 'none' : `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
    return `${name} has no instance called ${wanted}. Instances now: ${known}.`
  },
  noHost: (name: string) =>
    `${name} has no public address that Azure reports, so there is no way in from outside.`,
  taken: (role: string | undefined) =>
    `Somebody else has access to ${role ?? 'one of its roles'} just now. A role has one account, and it is not shared; ask again when they are done.`,
  foreign: (role: string, user: string) =>
    `Remote Desktop is already enabled on ${role}, with the account ${user} that I did not make. I do not replace it; whoever enabled it can let you in or disable it.`,
  changing: (role: string) =>
    `Azure is changing Remote Desktop on ${role} right now; try again in a few minutes.`,
  notReady: (instance: string) => `${instance} is not ready, so Remote Desktop would not answer.`,
  stateUnknown: (instance: string) => `Azure does not say whether ${instance} is ready.`,
  portsShut: ({ rdp, forwarder }: CloudServiceReport['ports']) => {
    const shut = [...(rdp === 'deny' ? ['3389'] : []), ...(forwarder === 'deny' ? ['20000'] : [])]
    return `Network rules in front of the service do not let port ${shut.join(' and port ')} in. Remote Desktop needs both 3389 and 20000; whoever owns the NSG can open them for your addresses.`
  },
  portsUnknown: 'Not tested: whether network rules let ports 3389 and 20000 in.',
  endsEarly: 'The access ends earlier than asked for, on the day the service retires.',
  extensionFailed: (role: string | undefined) =>
    `Azure could not put the Remote Desktop extension on ${role ?? 'every role'}.`,
} as const
