/** K04: does Azure's Resource Health report trouble? "Available" says nothing about RDP; a customer's own stop repeats K02. */
import { type Finding, type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value } from './scene.ts'

const MAINTENANCE = /maintenance|freeze|migrat|planned|scheduledevent|liveMigration|memorypreserv/i
const REBOOT = /reboot|restart/i
const CRASH = /crash/i

export function checkHealth(scene: Scene): Outcome {
  const health = value(scene, 'health')
  if (health === undefined) return unread(scene, 'K04', 'health')
  const note = health.annotation ?? health.summary ?? ''
  const named = note === '' ? '' : ` (${note})`
  const findings: Finding[] = []
  const isPlanned = MAINTENANCE.test(note)
  if (health.state === 'unavailable' && health.context === 'platform') {
    findings.push(
      isPlanned
        ? {
            cause: 'platform.maintenance',
            sure: 0.9,
            proof: [`Azure is doing planned maintenance on the host${named}.`],
          }
        : {
            cause: 'platform.unavailable',
            sure: 0.97,
            proof: [`Azure itself reports the VM as unavailable${named}.`],
          },
    )
  } else if (isPlanned && health.context !== 'customer') {
    findings.push({
      cause: 'platform.maintenance',
      sure: scene.running !== false && (scene.kind === 'drop' || scene.hints.has('drops')) ? 0.85 : 0.7,
      proof: [`Azure reports planned maintenance${named}.`],
    })
  }
  if (health.state === 'degraded') {
    findings.push({
      cause: 'platform.degraded',
      // A degraded host slows and drops; it does not close a port or refuse a password.
      sure: scene.kind === 'drop' || scene.hints.has('drops') || scene.hints.has('slow') ? 0.82 : 0.45,
      proof: [`Azure reports the host as degraded${named} and advises to move the VM.`],
    })
  }
  if (CRASH.test(note) && health.context !== 'platform') {
    findings.push({
      cause: 'boot.bluescreen',
      sure: 0.5,
      proof: [`Azure saw Windows crash${named}.`],
    })
  } else if (REBOOT.test(note) && health.context === 'vm') {
    findings.push({
      cause: 'boot.reboot_loop',
      sure: 0.4,
      proof: [`Azure saw Windows restart by itself${named}.`],
    })
  }
  return outcome('K04', findings, `Azure reports the VM as ${health.state}.`)
}
