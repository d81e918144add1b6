/** The JIT access policy that covers a VM, with what was requested under it (K07). */
import type { JitState, VmId } from '../../../core/index.ts'
import { requestsOf } from '../jit.ts'
import { entryFor, policiesOf } from '../policies.ts'
import type { Look } from './look.ts'

const RDP = 3389

/** Undefined where no policy covers the VM. Of several, the one that has the RDP port is the one people would use. */
export async function jit({ sweep, now }: Look, id: VmId): Promise<JitState | undefined> {
  const policies = await policiesOf(sweep, 'azure.diagnostics.jit', id)
  const chosen = policies.find(({ ports }) => entryFor(ports, RDP)) ?? policies[0]
  return (
    chosen && {
      policyId: chosen.id,
      ports: chosen.ports,
      requests: policies.flatMap(({ policy }) =>
        (policy.requests ?? []).flatMap(request => requestsOf(request, id, now())),
      ),
    }
  )
}
