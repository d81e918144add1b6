/** K19: for a role instance of a Cloud Service: is RDP on, its account alive, both ports open, its forwarder up? */
import type { CloudService } from '../readings.ts'
import { type Finding, notTested, type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value, wasRead } from './scene.ts'
import { ago } from './words.ts'

export function checkCloudService(scene: Scene): Outcome {
  if (!wasRead(scene, 'cloudService')) return unread(scene, 'K19', 'cloudService')
  const service = value(scene, 'cloudService')
  if (service === undefined) return notTested('K19', 'no Cloud Service of that name was found.')
  const role = roleOf(scene, service)
  const findings: Finding[] = []
  if (role !== undefined && !role.rdpExtension)
    findings.push({
      cause: 'cs.rdp_off',
      sure: 0.97,
      proof: [`Remote Desktop is not turned on for the role ${role.role}.`],
      details: { what: role.role },
    })
  const shut = service.port3389 === 'deny'
  if (shut || service.port20000 === 'deny')
    findings.push({
      cause: 'cs.port20000',
      sure: shut ? 0.85 : 0.97,
      proof: [
        shut
          ? 'The rules of the service deny port 3389.'
          : 'The rules let port 3389 in but deny port 20000, which the forwarder of the service needs.',
      ],
      details: { port: shut ? 3389 : 20_000 },
    })
  const isDown = service.instances.length > 0 && service.instances.every(({ state }) => state === 'not-ready')
  const crashed = service.events.some(event => /forwarder|remoteaccess/i.test(event))
  if (role?.rdpExtension === true && (crashed || isDown))
    findings.push({
      cause: 'cs.forwarder',
      sure: crashed ? 0.92 : 0.8,
      proof: [
        crashed
          ? `The service reports trouble with its RDP forwarder: ${service.events.find(event => /forwarder|remoteaccess/i.test(event)) ?? ''}`.slice(
              0,
              200,
            )
          : 'No instance of the service is ready.',
      ],
    })
  if (role?.expiresAt !== undefined && role.expiresAt < scene.now)
    findings.push({
      cause: 'cs.expired',
      sure: 0.97,
      proof: [`The Remote Desktop account of ${role.role} expired ${ago(role.expiresAt, scene.now)}.`],
      details: { what: role.role },
    })
  if (role?.rdpExtension === true && !role.certificatePresent)
    findings.push({
      cause: 'cs.certificate',
      sure: 0.9,
      proof: [`The certificate that protects the password of ${role.role} is missing in the service.`],
      details: { what: role.role },
    })
  if (findings.length === 0 && (scene.hints.has('wrong-instance') || scene.hints.has('typed-by-hand')))
    findings.push({
      cause: 'cs.no_cookie',
      sure: scene.hints.has('wrong-instance') ? 0.85 : 0.75,
      proof: ['An address typed by hand reaches any instance; only the file from the portal names one.'],
    })
  return outcome(
    'K19',
    findings,
    `Remote Desktop is on for ${service.name}, its account and both ports are fine.`,
  )
}

function roleOf(scene: Scene, { roles }: CloudService) {
  const instance = scene.said.named.instances[0]?.toLowerCase() ?? ''
  const text = scene.text.toLowerCase()
  return (
    roles.find(({ role }) => instance.startsWith(role.toLowerCase())) ??
    roles.find(({ role }) => text.includes(role.toLowerCase())) ??
    roles.find(
      ({ rdpExtension, expiresAt }) => !rdpExtension || (expiresAt !== undefined && expiresAt < scene.now),
    ) ??
    roles[0]
  )
}
