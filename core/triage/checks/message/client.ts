/** What the person told about their own computer, program and network. */
import type { Finding } from '../finding.ts'
import { viewOf } from '../rules.ts'
import { type Scene, value } from '../scene.ts'

export function byClient(scene: Scene): Finding[] {
  return [...byNetwork(scene), ...byProgram(scene), ...byGuest(scene)]
}

/** Below the sign-in: the office edge, or this computer. */
function byNetwork(scene: Scene): Finding[] {
  const { hints, said } = scene
  const late = scene.floor !== 'none' && scene.floor !== 'resolve' && scene.floor !== 'tcp'
  if (late || scene.approach?.startsWith('bastion') === true) return []
  const view = viewOf(scene)
  const allowed = view?.verdict?.access === 'allow'
  const denied = view?.verdict?.access === 'deny'
  if (denied) return []
  const works = said.places.works
  const elsewhere =
    hints.has('other-network-works') ||
    works.some(place => place === 'hotspot' || place === 'home' || place === 'travel') ||
    scene.choice('Q-OTHERNET') === 'yes_further'
  const atOffice =
    said.places.fails.includes('office') ||
    hints.has('all-fail') ||
    said.scope === 'everyone' ||
    scene.choice('Q-OTHERPC') === 'fails_for_all'
  const tested = scene.choice('Q-LOCALTEST') === 'false'
  const found: Finding[] = []
  if (elsewhere && !(works.includes('office') && !works.includes('hotspot')))
    found.push({
      cause: 'client.edge_block',
      sure: allowed || view?.hangsOnSource === false ? 0.9 : scene.listenerProven && atOffice ? 0.74 : 0.66,
      proof: ['It works from another network, so the VM is fine: the network you are in stops it.'],
    })
  else if (allowed && scene.listenerProven && tested)
    found.push({
      cause: 'client.edge_block',
      sure: 0.82,
      proof: ['The VM answers and Azure lets you in, but your test does not get through.'],
    })
  const otherHosts = scene.choice('Q-OTHERHOST')
  const nowhere = hints.has('no-host-works') || otherHosts === 'no'
  const others =
    hints.has('others-get-in') ||
    hints.has('other-pc-works') ||
    scene.choice('Q-OTHERPC') === 'works_for_others' ||
    said.scope === 'only_me'
  const software = hints.has('client-software') || hints.has('behind-proxy')
  if (nowhere || (others && (hints.has('other-pc-works') || allowed)) || (software && others))
    found.push({
      cause: 'client.local_block',
      sure:
        nowhere && others
          ? 0.93
          : nowhere
            ? 0.86
            : hints.has('other-pc-works') && (allowed || software)
              ? 0.86
              : others && scene.listenerProven && allowed && scene.wasAsked('Q-OTHERHOST')
                ? 0.7
                : // Others may come another way, or from an address that is let in: only the person can confirm it.
                  0.5,
      proof: [
        nowhere
          ? 'This computer cannot open Remote Desktop to any machine.'
          : 'Others reach the VM, and only this computer does not.',
      ],
    })
  return found
}

/** The program, its saved entries and its age. */
function byProgram(scene: Scene): Finding[] {
  const { hints, entries, said } = scene
  const found: Finding[] = []
  if (hints.has('fresh-entry-works'))
    found.push({
      cause: 'client.saved_state',
      sure: 0.9,
      proof: ['With a fresh entry it works, so the saved one is stale.'],
    })
  const third =
    hints.has('third-party-client') ||
    said.client === 'connection_manager' ||
    said.client === 'rdcman' ||
    said.client === 'remmina' ||
    said.client === 'freerdp'
  const black = hints.has('black') || entries.includes('E-BLACK')
  const otherWorks = hints.has('other-client-works')
  if (black && (hints.has('rdcman') || third) && (hints.has('click-away') || otherWorks))
    found.push({
      cause: 'client.display_bug',
      sure: 0.9,
      proof: [
        'Only this program shows black, and the session is there: it is a drawing fault of the program.',
      ],
    })
  else if (otherWorks && !black)
    found.push({
      cause: 'client.saved_state',
      sure: entries.includes('E-0x4') || third ? 0.85 : 0.78,
      proof: ['Another program gets in with the same account, so this one holds stale settings.'],
    })
  if ((entries.includes('E-DELEGATION') || entries.includes('E-CREDS')) && hints.has('saved-password'))
    found.push({
      cause: 'client.saved_state',
      sure: 0.8,
      proof: ['A saved password is used, which may be old or not allowed.'],
    })
  if (
    hints.has('old-client') &&
    entries.some(id =>
      [
        'E-NLA-CLIENT',
        'E-CREDSSP',
        'E-AUTH-CODE',
        'E-0x4',
        'E-FREERDP',
        'E-INTERNAL',
        'E-ENC',
        'E-0x207',
      ].includes(id),
    )
  )
    found.push({
      cause: 'client.outdated',
      sure: entries[0] === 'E-NLA-CLIENT' ? 0.93 : 0.72,
      proof: ['The program you use is too old for what the VM asks for.'],
    })
  return found
}

/** What was done inside the VM, where Azure's side fits that. */
function byGuest(scene: Scene): Finding[] {
  const { hints } = scene
  const found: Finding[] = []
  const open = viewOf(scene)?.verdict?.access !== 'deny'
  const deafAgent = value(scene, 'state')?.agent === 'not-ready'
  const silent = value(scene, 'probe')?.answer === 'silent'
  const signs = Number(deafAgent) + Number(silent)
  if (!open) return []
  if (hints.has('static-ip-set'))
    found.push({
      cause: 'guest.static_ip',
      sure: scene.listenerProven ? 0.2 : 0.55 + signs * 0.15,
      proof: ['You said that a fixed address was set in Windows; Azure expects it to ask for one.'],
    })
  if (hints.has('adapter-off'))
    found.push({
      cause: 'guest.nic_disabled',
      sure: scene.listenerProven ? 0.2 : 0.6 + signs * 0.15,
      proof: ['You said that the network adapter was turned off in Windows.'],
    })
  if (hints.has('dhcp-off'))
    found.push({
      cause: 'guest.dhcp_off',
      sure: scene.listenerProven ? 0.2 : 0.58 + signs * 0.15,
      proof: ['You said that DHCP was stopped in Windows.'],
    })
  if (hints.has('net-stack') && deafAgent)
    found.push({
      cause: 'guest.net_stack',
      sure: scene.listenerProven ? 0.2 : 0.6 + signs * 0.12,
      proof: ['You said that the network of Windows was changed.'],
    })
  if (hints.has('guest-vpn') && scene.approach !== 'private')
    found.push({
      cause: 'guest.default_route',
      sure: 0.82,
      proof: [
        'You said that a VPN was set up inside the VM: it takes the replies with it, and every session over the public address dies.',
      ],
    })
  if (hints.has('broker'))
    found.push({
      cause: 'guest.broker',
      sure: 0.82,
      proof: ['You named the Connection Broker of a Remote Desktop farm.'],
    })
  return found
}
