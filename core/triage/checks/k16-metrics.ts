/** K16: is the VM starved, or deaf? Load explains hangs and drops; it closes no port by itself. */
import { type Finding, type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value } from './scene.ts'

const FULL_CPU = 95
const NO_MEMORY_MB = 200
/** Bytes per minute below which nothing but the platform speaks to the VM. */
const DEAF = 2_000

export function checkMetrics(scene: Scene): Outcome {
  const metrics = value(scene, 'metrics')
  if (metrics === undefined) return unread(scene, 'K16', 'metrics')
  const { cpuPercent: cpu, memoryFreeMb: memory } = metrics
  const findings: Finding[] = []
  const busy = cpu !== undefined && cpu >= FULL_CPU
  const short = memory !== undefined && memory < NO_MEMORY_MB
  if (busy || short) {
    const both = busy && short
    findings.push({
      cause: 'guest.exhausted',
      sure: explainsIt(scene) ? (both ? 0.9 : 0.83) : 0.5,
      proof: [
        ...(busy ? [`The processor has been at ${Math.round(cpu)} percent for ten minutes.`] : []),
        ...(short ? [`${Math.round(memory)} MB of memory are free.`] : []),
      ],
    })
  }
  if (isDeaf(scene) && value(scene, 'state')?.agent !== 'ready' && !scene.listenerProven)
    findings.push(...deaf(scene))
  return outcome(
    'K16',
    findings,
    `The VM is not starved${cpu === undefined ? '' : `: ${Math.round(cpu)} percent processor`}.`,
    busy || short ? [] : ['guest.exhausted'],
  )
}

const REFUSALS: ReadonlySet<string> = new Set([
  'E-NOT-AUTHORIZED',
  'E-LOGON-TYPE',
  'E-ENTRA-ROLE',
  'E-LICENCE',
  'E-TOO-MANY',
])

/** Load makes slow, hangs and drops. A port that refuses at once, and a refused sign-in, have another cause. */
function explainsIt(scene: Scene): boolean {
  const heard = value(scene, 'probe')?.answer
  if (heard === 'reset' || heard === 'other-bytes') return false
  return scene.said.failedAt !== 'auth' && !(scene.entry !== undefined && REFUSALS.has(scene.entry))
}

function isDeaf(scene: Scene): boolean {
  const traffic = value(scene, 'metrics')?.networkIn
  return traffic !== undefined && traffic < DEAF
}

/** Nothing reaches Windows although Azure lets it in. What the person did tells which of three it is. */
function deaf(scene: Scene): Finding[] {
  const proof = [
    'Almost nothing arrives at the VM although it runs, and its agent is silent: its network is down inside Windows.',
  ]
  const { hints } = scene
  const named = (
    ['guest.static_ip', 'guest.nic_disabled', 'guest.dhcp_off', 'guest.net_stack'] as const
  ).filter(cause =>
    hints.has(
      (
        {
          'guest.static_ip': 'static-ip-set',
          'guest.nic_disabled': 'adapter-off',
          'guest.dhcp_off': 'dhcp-off',
          'guest.net_stack': 'net-stack',
        } as const
      )[cause],
    ),
  )
  const [told] = named
  if (told !== undefined)
    return [{ cause: told, sure: 0.88, proof: [...proof, 'You said what was changed there.'] }]
  return [
    { cause: 'guest.nic_disabled', sure: 0.62, proof },
    { cause: 'guest.static_ip', sure: 0.5, proof },
    { cause: 'guest.dhcp_off', sure: 0.4, proof },
  ]
}
