/**
 * How a person goes through Azure Bastion by themselves: the page of the VM in the Azure portal, and the line for the Azure CLI.
 *
 * Neither carries a token or a right: the portal and the CLI sign the person in, and Azure judges their own roles.
 * Source: https://learn.microsoft.com/azure/bastion/connect-vm-native-client-windows (read 2026-11-20).
 */
import type { VmId } from '../../ids.ts'

/** What can stand between double quotes in every shell that people paste into. */
const PLAIN = /^[\p{L}\p{N}/._()-]+$/u

/** The Bastion page of the VM in the Azure portal. */
export const portalLink = (vm: VmId): string =>
  `https://portal.azure.com/#@/resource${vm.split('/').map(encodeURIComponent).join('/')}/bastionHost`

/**
 * One line that opens the Windows client through the Bastion host; undefined when a name in it could mean something to a shell.
 *
 * @param order.bastion ARM id of the Bastion host
 */
export function bastionCommand({
  bastion,
  vm,
  port,
  entraSignIn = false,
}: {
  bastion: string
  vm: VmId
  port: number
  entraSignIn?: boolean
}): string | undefined {
  const [, , subscription, , resourceGroup, , , , name] = bastion.split('/')
  const parts = [subscription, resourceGroup, name, vm]
  if (!parts.every(part => part !== undefined && PLAIN.test(part))) return undefined
  return [
    'az network bastion rdp',
    `--subscription "${subscription}"`,
    `--resource-group "${resourceGroup}"`,
    `--name "${name}"`,
    `--target-resource-id "${vm}"`,
    ...(port === 3389 ? [] : [`--resource-port ${port}`]),
    ...(entraSignIn ? ['--enable-mfa'] : []),
  ].join(' ')
}
