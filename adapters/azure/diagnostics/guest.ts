/**
 * What Windows says about itself (K20 and K21): one read-only script, run inside the VM as SYSTEM by Run Command.
 *
 * Sent once, never repeated: Run Command takes one script at a time and cannot be cancelled. The account's name is a parameter of the
 * script and never a part of it; a name that could mean something to a shell is left out. Whether the VM may be touched at all was
 * decided before this.
 * Source: https://learn.microsoft.com/azure/virtual-machines/windows/run-command (read 2026-11-20).
 */
import { readFile } from 'node:fs/promises'
import { Fault, type Guest, type VmId } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { guestIn } from './guest-answer.ts'
import type { Look } from './look.ts'
import { unasked } from './reading.ts'

const OP = 'azure.diagnostics.guest'
/** Azure lets 15 looks at an operation through each minute. */
const POLL_MS = 5_000
const SCRIPT = new URL('guest-facts.ps1', import.meta.url)
/** `vm01\azadmin`, `ann@contoso.com`, `AzureAD\ann@contoso.com`. */
const ACCOUNT = /^[A-Za-z0-9][A-Za-z0-9._@\\-]{0,99}$/

export async function guest(
  { guest: tools, pollMs }: Look,
  id: VmId,
  account: string | undefined,
): Promise<Guest> {
  const { subscription, resourceGroup, name } = armId(id)
  const script = (await readFile(SCRIPT, 'utf8')).split(/\r?\n/)
  const named = account !== undefined && ACCOUNT.test(account)
  const answer = await tools.calls
    .once(
      {
        op: OP,
        needs: 'Microsoft.Compute/virtualMachines/runCommand/action',
        thing: `the VM ${name}`,
        subscription,
      },
      tools.clients.compute(subscription),
      (client, abortSignal) =>
        client.virtualMachines
          .runCommand(
            resourceGroup,
            name,
            {
              commandId: 'RunPowerShellScript',
              script,
              ...(named ? { parameters: [{ name: 'Account', value: account }] } : {}),
            },
            { abortSignal, updateIntervalInMs: pollMs ?? POLL_MS },
          )
          .pollUntilDone({ abortSignal }),
    )
    .catch(error => {
      throw error instanceof Fault && error.kind === 'conflict'
        ? unasked(OP, `Another command is running inside ${name}; Windows takes one at a time.`)
        : error
    })
  const output = (answer?.value ?? []).find(({ code }) => /\/StdOut\//i.test(code ?? ''))?.message ?? ''
  const read = guestIn(output)
  if (read === undefined)
    throw unasked(OP, `The script ran inside ${name}, but what it printed did not come back whole.`)
  return read
}
