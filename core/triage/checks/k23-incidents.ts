/** K23: is there a regional incident in a service that RDP depends on? */
import { type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value } from './scene.ts'
import { listed } from './words.ts'

export function checkIncidents(scene: Scene): Outcome {
  const incidents = value(scene, 'incidents')
  if (incidents === undefined) return unread(scene, 'K23', 'incidents')
  return outcome(
    'K23',
    incidents.slice(0, 1).map(({ title, services }) => ({
      cause: 'platform.unavailable' as const,
      // An incident somewhere in the region does not have to touch a VM whose listener answers.
      sure: scene.listenerProven ? 0.4 : value(scene, 'health')?.state === 'available' ? 0.82 : 0.9,
      proof: [
        `Azure reports an incident in this region: ${title}${services.length === 0 ? '' : ` (${listed(services)})`}.`,
      ],
    })),
    'No Azure incident is known in this region.',
  )
}
