/**
 * The tables of Resource Graph: everything there is in the pretend Azure, as rows.
 *
 * A VM's row draws its properties only when somebody looks at them, so that a crowd of a hundred thousand can be searched.
 */
import { assignmentsOf } from './authorization.ts'
import { services } from './cloud-services.ts'
import { balancers, bastions, firewalls } from './front.ts'
import { vmIdOf } from './ids.ts'
import type { Tables } from './kql.ts'
import type { Row } from './kql-values.ts'
import type { AzureState, SimCrowd, SimVm } from './model.ts'
import { nicBody, publicBody, tableBody, vnetBody } from './network.ts'
import { nsgBody } from './nsg-body.ts'
import { healthOf } from './resource-health.ts'
import { publicsOf, routeTablesOf, vnetsOf } from './topology.ts'
import { iso, powerCodeOf, propertiesOf, vmBody } from './vm-body.ts'
import { member, memberName } from './vms.ts'

const VM = 'microsoft.compute/virtualmachines'

export function tablesOf(state: AzureState, now: number): Tables {
  const mayRead = !state.denied.includes('Microsoft.Compute/virtualMachines/read')
  return {
    get resources() {
      return [...(mayRead ? machines(state, now) : []), ...others(state)]
    },
    get resourcecontainers() {
      return state.subscriptions.map(({ id, name }) => ({
        id: `/subscriptions/${id}`,
        name,
        type: 'microsoft.resources/subscriptions',
        subscriptionId: id,
      }))
    },
    get healthresources() {
      return mayRead ? health(state, now) : []
    },
    get servicehealthresources() {
      return incidents(state)
    },
    get authorizationresources() {
      return assignmentsOf(state).map(one => ({ ...one, type: one.type.toLowerCase() }))
    },
  }
}

/** What the graph adds to a resource's own body. */
function rowOf(body: Record<string, unknown>): Row {
  const [, subscriptionId = '', resourceGroup = ''] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(String(body['id'])) ?? []
  return {
    tags: {},
    ...body,
    type: String(body['type']).toLowerCase(),
    resourceGroup: resourceGroup.toLowerCase(),
    subscriptionId,
  }
}

function machines(state: AzureState, now: number): Row[] {
  const listed = state.vms.flatMap((vm): Row[] => {
    if (vm.model === 'classic') return classicBodies(vm).map(rowOf)
    const row = rowOf(vmBody(vm, now, true))
    const properties = row['properties'] as Record<string, unknown>
    return [{ ...row, properties: { ...properties, extended: extendedOf(vm) } }]
  })
  const known = new Set(state.vms.map(({ id }) => id.toLowerCase()))
  return [
    ...listed,
    ...state.crowds.flatMap(crowd =>
      crowdRows(crowd).filter(({ id }) => !known.has(String(id).toLowerCase())),
    ),
  ]
}

const extendedOf = (vm: SimVm): unknown => ({
  instanceView: {
    ...(vm.power === 'running' ? { computerName: vm.computer_name ?? vm.name } : {}),
    powerState: {
      code: `PowerState/${powerCodeOf(vm.power)}`,
      level: 'Info',
      displayStatus: `VM ${powerCodeOf(vm.power)}`,
    },
  },
})

/** A classic VM lives in a classic cloud service of the same name. */
function classicBodies(vm: SimVm): Record<string, unknown>[] {
  const row = (kind: string, properties: object) => {
    const type = `Microsoft.ClassicCompute/${kind}`
    const id = vm.id.replace(/Microsoft\.Compute\/virtualMachines/i, type)
    return { id, name: vm.name, type, location: vm.location, tags: vm.tags, properties }
  }
  const runs = vm.power === 'running'
  return [
    row('virtualMachines', {
      hardwareProfile: { size: vm.size, platformGuestAgent: vm.agent === 'ready' },
      instanceView: { status: runs ? 'ReadyRole' : 'StoppedDeallocated', powerState: vm.power },
    }),
    row('domainNames', { status: 'Created', hostName: `${vm.name.toLowerCase()}.cloudapp.net` }),
  ]
}

// ---- Crowds --------------------------------------------------------------------------------------------------------------------

const crowds = new WeakMap<SimCrowd, Row[]>()

/** Made once for each crowd: the members never change, for one that does is listed. */
function crowdRows(crowd: SimCrowd): Row[] {
  const known = crowds.get(crowd)
  if (known !== undefined) return known
  const { subscription, rg, location, count, prefix } = crowd
  const first = member(crowd, 0)
  const pattern = { ...propertiesOf(first, first.provisionedAt, true), extended: extendedOf(first) }
  // What all have in common stands once, behind each of them.
  const common = Object.create(null, {
    type: { value: VM, enumerable: true },
    location: { value: location, enumerable: true },
    tags: { value: { crowd: prefix }, enumerable: true },
    resourceGroup: { value: rg.toLowerCase(), enumerable: true },
    subscriptionId: { value: subscription, enumerable: true },
    properties: {
      enumerable: true,
      get(this: { name: string; id: string }) {
        const { name, id } = this
        const nic = id.replace(
          /Microsoft\.Compute\/virtualMachines\/.*$/,
          `Microsoft.Network/networkInterfaces/${name}-nic`,
        )
        return {
          ...pattern,
          osProfile: { ...(pattern as { osProfile?: object }).osProfile, computerName: name },
          networkProfile: { networkInterfaces: [{ id: nic }] },
        }
      },
    },
  })
  const rows = Array.from({ length: count }, (_, number): Row => {
    const name = memberName(crowd, number)
    return Object.assign(Object.create(common), { id: vmIdOf(subscription, rg, name), name })
  })
  crowds.set(crowd, rows)
  return rows
}

// ---- Everything that is no VM --------------------------------------------------------------------------------------------------

const others = (state: AzureState): Row[] =>
  [
    ...state.vms.filter(({ model }) => model === 'arm').map(vm => nicBody(state, vm)),
    ...publicsOf(state).map(publicBody),
    ...vnetsOf(state).map(vnet => vnetBody(state, vnet)),
    ...routeTablesOf(state).map(tableBody),
    ...state.nsgs.map(nsg => nsgBody(state, nsg)),
    ...balancers(state),
    ...firewalls(state),
    ...bastions(state),
    ...services(state),
  ].map(rowOf)

/** What the platform has remarked about VMs: the names of its remarks are nowhere else. */
function health(state: AzureState, now: number): Row[] {
  return state.vms.flatMap(vm => {
    const { state: availabilityState, annotation, context } = healthOf(vm)
    const at = iso(Math.min(now, Math.max(vm.provisionedAt, now - 1_800_000)))
    const about = { targetResourceId: vm.id, targetResourceType: 'Microsoft.Compute/virtualMachines' }
    const base = `${vm.id}/providers/Microsoft.ResourceHealth`
    const status = {
      id: `${base}/availabilityStatuses/current`,
      name: 'current',
      type: 'Microsoft.ResourceHealth/availabilityStatuses',
      location: vm.location,
      properties: { ...about, availabilityState, occurredTime: at, previousAvailabilityState: 'Available' },
    }
    const remark = {
      id: `${base}/resourceAnnotations/current`,
      name: 'current',
      type: 'Microsoft.ResourceHealth/resourceAnnotations',
      location: vm.location,
      properties: {
        ...about,
        annotationName: annotation,
        context: context ?? 'Not Applicable',
        category: 'Not Applicable',
        summary: annotation ?? '',
        reason: annotation ?? '',
        occurredTime: at,
      },
    }
    return annotation === null ? [rowOf(status)] : [rowOf(status), rowOf(remark)]
  })
}

const SERVICES: readonly (readonly [pattern: RegExp, service: string])[] = [
  [/bastion/i, 'Azure Bastion'],
  [/storage|disk/i, 'Storage'],
  [/network|dns|gateway/i, 'Network Infrastructure'],
]

/** `westeurope` as Azure shows it to people. */
const shown = (location: string): string =>
  location
    .replace(/^(north|south|east|west|central)(?=[a-z])/, word => `${word} `)
    .replace(
      /^([a-z ]*?)(us|uk|europe|asia|india|japan|brazil|australia|germany|france|switzerland)/,
      '$1$2 ',
    )
    .trim()
    .replace(/\b[a-z]/g, letter => letter.toUpperCase())
    .replace(/\b(Us|Uk)\b/g, word => word.toUpperCase())

const incidents = (state: AzureState): Row[] =>
  state.subscriptions.flatMap(({ id, incident }) => {
    if (incident === null) return []
    const named = SERVICES.filter(([pattern]) => pattern.test(incident.says)).map(([, service]) => service)
    const impacted = [
      ...(/virtual machine|\bvms?\b/i.test(incident.says) || named.length === 0 ? ['Virtual Machines'] : []),
      ...named,
    ]
    return [
      {
        id: `/subscriptions/${id}/providers/Microsoft.ResourceHealth/events/VT60-LC0`,
        name: 'VT60-LC0',
        type: 'microsoft.resourcehealth/events',
        subscriptionId: id,
        properties: {
          EventType: 'ServiceIssue',
          EventSource: 'ServiceHealth',
          Status: 'Active',
          Title: incident.says,
          Summary: incident.says,
          Header: 'Your service might have been impacted by an Azure service issue',
          Level: 'Warning',
          TrackingId: 'VT60-LC0',
          ImpactStartTime: iso(incident.since),
          LastUpdateTime: iso(incident.since),
          Impact: impacted.map(ImpactedService => ({
            ImpactedService,
            ImpactedRegions: [{ ImpactedRegion: shown(incident.location), Status: 'Active' }],
          })),
        },
      },
    ]
  })
