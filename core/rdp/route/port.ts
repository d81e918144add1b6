/** The port on which Windows listens for RDP. Azure does not tell it, so it is told from what people have set up round the VM. */
import type { JitPort } from '../../ports.ts'

const USUAL = 3389
/** What just-in-time access is also used for: SSH, and Windows remote management. */
const OTHER_SERVICES: ReadonlySet<number> = new Set([22, 80, 443, 5985, 5986])

/**
 * What the policy says counts; then RDP's own port where the JIT access policy covers it; then the only port left in it that is nobody
 * else's.
 *
 * @param jit the ports of the VM's JIT access policy; undefined when there is none
 */
export function rdpPort(jit: readonly JitPort[] | undefined, told?: number): number {
  if (told !== undefined) return told
  const covered = (jit ?? []).filter(({ protocol }) => protocol !== 'UDP').map(({ number }) => number)
  if (covered.includes(USUAL)) return USUAL
  const [only, ...more] = [...new Set(covered.filter(port => !OTHER_SERVICES.has(port)))]
  return only !== undefined && more.length === 0 ? only : USUAL
}
