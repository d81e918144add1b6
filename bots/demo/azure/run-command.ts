/**
 * Run Command: a script inside Windows, as SYSTEM, one at a time.
 *
 * Changes the little that it understands of a script. Prints what the script plainly says last; a script that says nothing so plainly is
 * taken for one that asks, and gets what the world's file says of the inside of the VM, as one line of compact JSON.
 * Source: https://learn.microsoft.com/azure/virtual-machines/windows/run-command (read 2026-11-20).
 */
import { z } from 'zod'
import { ArmError, type Ask, accepted, type Reply, type Route, VERSIONS } from './arm.ts'
import { refuseLocked, VM, vmOf } from './compute.ts'
import { refuseUnfit } from './extensions.ts'
import { same } from './ids.ts'
import { actsOf, printsOf } from './script.ts'
import { sessionCallOf } from './sessions.ts'

const ACTION = 'Microsoft.Compute/virtualMachines/runCommand/action'

const Wanted = z.object({
  commandId: z.string().min(1),
  script: z.array(z.string()).nullish(),
  parameters: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
})

export const runCommandRoutes: readonly Route[] = [
  { method: 'POST', path: `${VM}/runCommand`, action: ACTION, versions: VERSIONS.compute, run },
]

function run(ask: Ask): Reply {
  const vm = vmOf(ask)
  const wanted = Wanted.safeParse(ask.body)
  if (!wanted.success)
    throw new ArmError(400, 'InvalidParameter', "Required parameter 'commandId' is missing (null).")
  refuseLocked(vm)
  refuseUnfit(vm)
  if (vm.provisioning === 'updating')
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `Operation 'runCommand' is not allowed on VM '${vm.name}' since an operation on it is in progress.`,
    )
  const running = Object.values(ask.world.state.operations).some(
    ({ status, effect }) => status === 'InProgress' && effect.do === 'script' && same(effect.vm, vm.id),
  )
  if (running)
    throw new ArmError(
      409,
      'Conflict',
      'Run command extension execution is in progress. Please wait for completion before invoking a run command.',
    )
  const fails =
    vm.agent === 'ready' && vm.provisioning !== 'failed'
      ? undefined
      : {
          code: 'VMAgentStatusCommunicationError',
          message: `VM '${vm.name}' has not reported status for VM agent or extensions.`,
        }
  const script = (wanted.data.script ?? []).join('\n')
  const prints = printsOf(script)
  const session = sessionCallOf(script, wanted.data.parameters ?? [])
  return accepted(ask, {
    provider: 'Microsoft.Compute',
    effect: {
      do: 'script',
      vm: vm.id,
      acts: actsOf(script),
      ...(prints === undefined ? {} : { prints }),
      ...(session === undefined ? {} : { session }),
    },
    result: {},
    both: true,
    ...(fails === undefined ? {} : { fails }),
    did: { operation: ACTION, resource: vm.id },
  })
}
