/** What the message tells about the hop in front: Bastion's page, an RD Gateway, the portal, a name server. */
import type { Finding } from '../finding.ts'
import { viewOf } from '../rules.ts'
import { type Scene, value, wasRead } from '../scene.ts'

export function byHop(scene: Scene): Finding[] {
  return [...byName(scene), ...byBastion(scene), ...byGateway(scene), ...classic(scene)]
}

/** The name the person typed could not be resolved, or names the client itself. */
function byName(scene: Scene): Finding[] {
  if (scene.entry === 'E-CONSOLE')
    return [
      { cause: 'target.wrong_vm', sure: 0.85, proof: ['The message means that the client dialled itself.'] },
    ]
  if (scene.entry === 'E-BADIP')
    return [
      {
        cause: 'target.wrong_vm',
        sure: 0.62,
        proof: ['The message means that what was typed is no valid address.'],
      },
    ]
  if (scene.entry !== 'E-NAME') return []
  const view = viewOf(scene)
  const label = view?.published.find(({ name }) => name !== undefined)?.name
  const host = scene.dialled?.host
  const isShort = host === undefined || !host.includes('.')
  return [
    {
      cause: 'target.name_unresolved',
      sure: 0.88,
      proof: [
        `${host ?? scene.vm?.name ?? 'The name'} ${isShort ? 'is a private name that only the company network knows' : 'is known to no name server your computer asks'}${label === undefined ? '' : `; the public name is ${label}`}.`,
      ],
      ...(label === undefined ? {} : { details: { address: label } }),
    },
  ]
}

function byBastion(scene: Scene): Finding[] {
  const { hints, entries } = scene
  const isWay = scene.approach === 'bastion-browser' || scene.approach === 'bastion-native'
  const found: Finding[] = []
  const lower = scene.text.toLowerCase()
  if (
    /windll|cannot import name|not supported for this platform|supported platforms: windows/.test(lower) ||
    (isWay && hints.has('cloud-shell') && scene.approach === 'bastion-native')
  )
    found.push({
      cause: 'bastion.cli_wrong_place',
      sure: 0.93,
      proof: ['The command was run where it cannot open a window: it needs the Azure CLI on Windows.'],
    })
  else if (scene.approach === 'bastion-native' && hints.has('wrong-subscription'))
    found.push({
      cause: 'bastion.cli_wrong_place',
      sure: 0.85,
      proof: ['The command looked in another subscription or resource group.'],
    })
  if (!isWay) return found
  if (entries[0] === 'E-BAS-SKU' && !wasRead(scene, 'bastion'))
    found.push({ cause: 'bastion.sku', sure: 0.85, proof: ['The message says so.'] })
  const clean = value(scene, 'bastion')?.state === 'succeeded' || value(scene, 'bastion')?.state === 'unknown'
  const browser =
    (entries.some(id => id === 'E-BLACK' || id === 'E-BAS-UNSTABLE') || hints.has('black')) &&
    scene.approach === 'bastion-browser'
  if (browser && clean && !hints.has('bastion-native')) {
    const works =
      hints.has('other-browser-works') ||
      hints.has('other-network-works') ||
      hints.has('other-pc-works') ||
      hints.has('others-get-in') ||
      scene.choice('Q-OTHERPC') === 'works_for_others' ||
      scene.choice('Q-OTHERNET') === 'yes_further'
    const blocked = hints.has('behind-proxy')
    found.push({
      cause: 'bastion.browser',
      sure: works || blocked ? 0.88 : 0.66,
      proof: [
        works
          ? 'It works in another browser or network: yours stops the WebSocket of Bastion.'
          : 'Bastion and the VM are fine: the browser or its network stops the WebSocket of Bastion.',
      ],
    })
  }
  return found
}

function byGateway(scene: Scene): Finding[] {
  if (scene.approach !== 'gateway' && scene.said.path !== 'rd_gateway') return []
  const isEntry = scene.entries.some(id => id.startsWith('E-RDG'))
  return [
    {
      cause: 'client.rd_gateway',
      sure: isEntry ? 0.95 : 0.78,
      proof: ['The failure is at the Remote Desktop Gateway, before the VM.'],
    },
  ]
}

/** VMs of the retired deployment model. Their endpoints cannot be read any more; only the person's words tell which it is. */
function classic(scene: Scene): Finding[] {
  if (scene.approach !== 'classic') return []
  const acl =
    scene.hints.has('classic-acl') || scene.hints.has('office-works') || scene.said.places.works.length > 0
  return [
    acl
      ? {
          cause: 'classic.acl',
          sure: 0.85,
          proof: ['The access list of a classic endpoint lets only some addresses in.'],
        }
      : {
          cause: 'classic.endpoint',
          sure: scene.hints.has('classic-endpoint') ? 0.88 : 0.8,
          proof: [
            'A classic VM is reached through an endpoint of its cloud service, which is missing or leads to another port.',
          ],
        },
  ]
}
