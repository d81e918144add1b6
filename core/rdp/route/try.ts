/** What a try of the RDP port from here proves, and what it leaves open. */
import type { VmReport } from '../../ports.ts'
import type { ProbeAnswer } from '../../triage/readings.ts'
import type { DialledWay } from './way.ts'

export type Tried =
  | { result: 'proven'; note: string }
  /** Nothing was proven, one way or the other. */
  | { result: 'not-tested'; note: string }
  /** It was reached, and Windows does not answer there yet. */
  | { result: 'not-yet'; note: string }
  /** Something else answers than this VM: a sentence for people. */
  | { result: 'wrong'; say: string }

/** Pure. Silence is never held against a way: the window is open for another address than ours. */
export function judgeAnswer(
  answer: ProbeAnswer,
  way: DialledWay,
  { computerName, rdpThumbprint }: Pick<VmReport, 'computerName' | 'rdpThumbprint'>,
): Tried {
  switch (answer.answer) {
    case 'silent':
      return {
        result: 'not-tested',
        note: 'filtered on the way from here, which says nothing about your address',
      }
    case 'reset':
      return { result: 'not-yet', note: 'the port is reached, and nothing listens on it yet' }
    case 'other-bytes':
      return {
        result: 'wrong',
        say: `Something answers at ${way.host}:${way.port} that does not speak RDP.`,
      }
    case 'rdp':
      break
  }
  const { certificate } = answer
  if (certificate === undefined) return { result: 'proven', note: 'it speaks RDP and showed no certificate' }
  const isSame = rdpThumbprint !== undefined && same(certificate.thumbprint, rdpThumbprint)
  const named = certificate.subject.split('.')[0] ?? ''
  if (isSame || (computerName !== undefined && same(named, computerName)))
    return { result: 'proven', note: `its certificate is that of ${computerName ?? 'the VM'}` }
  if (computerName === undefined)
    return { result: 'proven', note: 'it speaks RDP; Azure does not tell the VM’s computer name' }
  // Windows signs with its own name unless somebody gave it a certificate. Behind a load balancer another name is another machine.
  return way.through === undefined
    ? { result: 'proven', note: `it speaks RDP; its certificate is for another name than ${computerName}` }
    : {
        result: 'wrong',
        say: `Another machine than ${computerName} answers at ${way.host}:${way.port}: its certificate does not fit.`,
      }
}

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()
