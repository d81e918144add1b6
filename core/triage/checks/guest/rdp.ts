/** Inside Windows: the Remote Desktop switch, its service, its listener and its port. */
import type { Guest } from '../../readings.ts'
import type { Finding } from '../finding.ts'
import { viewOf } from '../rules.ts'
import type { Scene } from '../scene.ts'

/** Service control events that tell of a service that crashes or does not start. */
const FAILS = /\b(7000|7001|7009|7011|7022|7023|7024|7031|7032|7034|1053|1067|1068|1069)\b/

export function judgeRdp(guest: Guest, scene: Scene): Finding[] {
  const found: Finding[] = []
  const { termService: service, listener } = guest
  if (guest.denyTsPolicy === 1)
    found.push({
      cause: 'guest.rdp_disabled_gpo',
      sure: 0.98,
      proof: ['A policy turns Remote Desktop off (fDenyTSConnections is 1 under Policies).'],
    })
  else if (guest.denyTs === 1 && guest.denyTsPolicy !== 0)
    found.push({
      cause: 'guest.rdp_disabled',
      sure: 0.98,
      proof: ['Remote Desktop is turned off in Windows (fDenyTSConnections is 1), and no policy says so.'],
    })
  const isOff = found.length > 0
  const events = (guest.rcmEvents ?? []).join(' ')
  const stopped = service !== undefined && /^stopped$/i.test(service.state)
  const odd = service !== undefined && !stopped && !/^running$/i.test(service.state)
  if (service !== undefined && (odd || stopped)) {
    const fails = odd || FAILS.test(events) || FAILS.test(service.state)
    found.push(
      fails
        ? {
            cause: 'guest.termservice_fails',
            sure: 0.93,
            proof: [
              `Remote Desktop Services is ${service.state} and fails to stay up${FAILS.test(events) ? ` (event ${FAILS.exec(events)?.[0]})` : ''}.`,
            ],
          }
        : {
            cause: 'guest.termservice_down',
            sure: 0.97,
            proof: [`Remote Desktop Services is stopped, its start type is ${service.start}.`],
          },
    )
  } else if (service !== undefined && FAILS.test(events) && /7031|7034|7022/.test(events))
    found.push({
      cause: 'guest.termservice_fails',
      sure: 0.82,
      proof: [`Remote Desktop Services keeps crashing (event ${FAILS.exec(events)?.[0]}).`],
    })
  const isDown = service !== undefined && (stopped || odd)
  if (listener === undefined) return [...found, ...logons(guest)]
  const dialled = viewOf(scene)?.flow?.port ?? 3389
  const expected = dialled === listener.port ? (scene.dialled?.port ?? 3389) : dialled
  if (listener.owner !== undefined && !/termservice|svchost|rdp|^system$/i.test(listener.owner))
    found.push({
      cause: 'guest.port_conflict',
      sure: 0.96,
      proof: [`Port ${listener.port} is held by ${listener.owner}, not by Remote Desktop.`],
      details: { program: listener.owner, port: listener.port },
    })
  else if (
    !isDown &&
    !isOff &&
    (!listener.enabled || !/^(all|any|0|\*)$/i.test(listener.adapter) || listener.owner === undefined)
  )
    found.push({
      cause: 'guest.listener',
      sure: !listener.enabled || listener.owner === undefined ? 0.93 : 0.88,
      proof: [
        listener.enabled && listener.owner !== undefined
          ? `The Remote Desktop listener is bound to the adapter ${listener.adapter} only.`
          : 'The Remote Desktop listener is missing or disabled, although the service runs.',
      ],
    })
  if (listener.port !== 3389 && !isReachable(scene, listener.port))
    found.push({
      cause: 'guest.port_changed',
      sure: 0.96,
      proof: [
        `Remote Desktop listens on port ${listener.port}; the rules and the client use ${expected === listener.port ? 3389 : expected}.`,
      ],
      details: { port: listener.port },
    })
  return [...found, ...logons(guest)]
}

/** Whether the person already dials, and the network already lets through, the port that RDP listens on. */
function isReachable(scene: Scene, port: number): boolean {
  const view = viewOf(scene)
  const way = view?.way
  if (way === undefined) return false
  const translated = way.kind === 'nat-rule' || way.kind === 'firewall'
  const dialled = translated ? way.to.port : (scene.dialled?.port ?? 3389)
  return dialled === port && view?.verdict?.apparent !== 'deny'
}

function logons(guest: Guest): Finding[] {
  if (guest.logonsDisabled !== true && (guest.drain ?? 0) === 0) return []
  return [
    {
      cause: 'guest.logons_off',
      sure: 0.95,
      proof: [
        guest.logonsDisabled === true
          ? 'New sign-ins are switched off on this server.'
          : 'The server is in drain mode: it takes no new sessions.',
      ],
    },
  ]
}
