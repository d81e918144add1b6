/** K02: is the VM running, is its last Azure operation fine, is its agent ready? */
import { isAutomatic, startsAndStops } from './activity.ts'
import { type Finding, type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value } from './scene.ts'
import { ago } from './words.ts'

/** After a start, Windows is given this long before a missing answer counts. */
const BOOTING_MINUTES = 6
/** An update that takes longer is no passing state any more. */
const UPDATING_MINUTES = 10

export function checkState(scene: Scene): Outcome {
  const state = value(scene, 'state')
  if (state === undefined) return unread(scene, 'K02', 'state')
  const findings: Finding[] = []
  const spot = value(scene, 'model')?.spot === true
  const preempted = /preempt|evict/i.test(value(scene, 'health')?.annotation ?? '')
  const { lastStop, lastStart, failedStart } = startsAndStops(scene)
  const stopper =
    lastStop?.by === undefined ? '' : ` ${lastStop.by} stopped it ${ago(lastStop.at, scene.now)}.`
  switch (state.power) {
    case 'deallocated':
    case 'hibernated':
      findings.push({
        cause: spot && (preempted || lastStop === undefined) ? 'vm.spot_evicted' : 'vm.deallocated',
        sure: 0.98,
        proof: [
          `Azure reports the VM as ${state.power}.${stopper}`,
          ...(spot ? ['It is a Spot VM: Azure takes such VMs away when it needs the capacity.'] : []),
        ],
        ...(lastStop?.by === undefined ? {} : { details: { who: lastStop.by } }),
      })
      break
    case 'stopped':
      findings.push({
        cause: 'vm.stopped',
        sure: 0.98,
        proof: [`Azure reports the VM as stopped; it was shut down but keeps its host.${stopper}`],
        ...(lastStop?.by === undefined ? {} : { details: { who: lastStop.by } }),
      })
      break
    case 'starting':
    case 'stopping':
    case 'deallocating':
      findings.push({
        cause: 'vm.transition',
        sure: 0.95,
        proof: [`Azure reports the VM as ${state.power}.`],
      })
      break
    case 'running':
    case 'unknown':
      break
  }
  const off = state.power === 'deallocated' || state.power === 'stopped' || state.power === 'hibernated'
  if (off && failedStart !== undefined && failedStart.at > (lastStart?.at ?? 0)) {
    findings.unshift({
      cause: 'vm.start_failed',
      sure: 0.99,
      proof: [
        `A start ${ago(failedStart.at, scene.now)} failed${failedStart.code === undefined ? '' : ` with ${failedStart.code}`}, and the VM is still off.`,
      ],
      details: { ...(failedStart.code === undefined ? {} : { what: failedStart.code }) },
    })
  }
  if (state.power === 'running') findings.push(...whileRunning(scene))
  if (state.provisioning === 'failed') {
    findings.push({
      cause: 'vm.provisioning_failed',
      sure: state.power === 'running' ? 0.45 : 0.5,
      proof: [
        `The last Azure operation on the VM failed${state.provisioningError === undefined ? '' : ` (${state.provisioningError})`}.`,
      ],
    })
  }
  const stale = agentIsStale(scene)
  if (state.power === 'running' && (state.agent === 'not-ready' || stale)) {
    findings.push({
      cause: 'agent.not_ready',
      sure: 0.9,
      proof: ['The VM agent does not report. RDP does not need it, but repairs inside Windows do.'],
    })
  }
  return outcome('K02', findings, 'The VM is running, its last operation succeeded, its agent is ready.')
}

function whileRunning(scene: Scene): Finding[] {
  const state = value(scene, 'state')
  const { lastStart } = startsAndStops(scene)
  const startedMinutes = lastStart === undefined ? undefined : (scene.now - lastStart.at) / 60_000
  if (startedMinutes !== undefined && startedMinutes <= BOOTING_MINUTES) {
    return [
      {
        cause: 'vm.transition',
        sure: scene.listenerProven ? 0.3 : 0.85,
        proof: [
          `The VM was started ${ago(lastStart?.at ?? scene.now, scene.now)}; Windows is still booting.`,
        ],
      },
    ]
  }
  if (state?.provisioning !== 'updating') return []
  const since = state.provisionedAt
  const minutes = since === undefined ? undefined : (scene.now - since) / 60_000
  // Without a moment the state alone is a hint: Azure may be updating an extension, which does not stop RDP.
  return [
    {
      cause: 'vm.transition',
      sure: minutes !== undefined && minutes > UPDATING_MINUTES ? 0.45 : scene.listenerProven ? 0.3 : 0.8,
      proof: ['Azure is changing the VM at this moment.'],
    },
  ]
}

/** A ready agent reports every few minutes; one that fell silent long ago is not there any more. */
const STALE_AGENT_MS = 15 * 60_000
export function agentIsStale(scene: Scene): boolean {
  const state = value(scene, 'state')
  return state?.agent === 'ready' && state.agentAt !== undefined && scene.now - state.agentAt > STALE_AGENT_MS
}

/** Who stopped the VM on purpose, when that was a person other than the asker. */
export function stoppedByAnother(scene: Scene): { who: string; at: number } | undefined {
  const { lastStop } = startsAndStops(scene)
  if (lastStop?.by === undefined || isAutomatic(lastStop.by) || scene.isAsker(lastStop.by)) return undefined
  return { who: lastStop.by, at: lastStop.at }
}
