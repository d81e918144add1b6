/** What is asked about a VM of the services round it: its health, its history, its metrics, its roles and locks; and of Cloud Services. */
import type { Drive, Operation } from '../drive.ts'
import { SUBSCRIPTION, vmIn, withFront } from './places.ts'

const VM =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines/{vm}'
const SERVICE =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Compute/cloudServices/{service}'

const params = { subscription: SUBSCRIPTION, rg: 'rg-orders', vm: 'vm01' }
const noVm: Drive = { says: 'of a VM that is not there', status: 404, params: { vm: 'vm99' } }

const health = (says: string, change: Parameters<typeof vmIn>[2]): Drive => ({
  says,
  status: 200,
  before: azure => vmIn(azure.state, 'vm01', change),
})

const service = { subscription: SUBSCRIPTION, rg: 'rg-orders', service: 'shop' }
const noService: Drive = { says: 'of one that is not there', status: 404, params: { service: 'none-such' } }
const brokenService: Drive['before'] = azure => {
  withFront(azure)
  for (const one of azure.state.cloudServices)
    Object.assign(one, { instances: 'not ready', events: ['forwarder crashed'] })
}

const WITH_RDP = {
  location: 'westeurope',
  properties: {
    configuration: '<ServiceConfiguration />',
    extensionProfile: {
      extensions: [
        {
          name: 'RDPExtension',
          properties: {
            publisher: 'Microsoft.Windows.Azure.Extensions',
            type: 'RDP',
            typeHandlerVersion: '1.2',
            autoUpgradeMinorVersion: false,
            settings:
              '<PublicConfig><UserName>ann</UserName><Expiration>11/21/2026 12:00:00</Expiration></PublicConfig>',
            protectedSettings: '<PrivateConfig><Password>a long one</Password></PrivateConfig>',
            rolesAppliedTo: ['*'],
          },
        },
      ],
    },
  },
}

const SINCE = "eventTimestamp ge '2026-11-18T09:00:00Z'"

export const platform: readonly Operation[] = [
  {
    route: `GET ${VM}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
    usual: { says: 'ask how a VM is', status: 200, params },
    also: [
      health('of a VM whose host is being repaired', {
        health: {
          state: 'Unavailable',
          annotation: 'VirtualMachineHostRebootedForRepair',
          context: 'Platform Initiated',
        },
      }),
      health('of a VM that is not doing well', {
        health: { state: 'Degraded', annotation: 'VirtualMachineAccelnetUnhealthy', context: 'VM Initiated' },
      }),
      health('of a VM that is off', { power: 'deallocated' }),
      noVm,
    ],
  },
  {
    route: 'GET /subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values',
    usual: { says: 'ask what happened', status: 200, params, query: { $filter: SINCE } },
    also: [
      {
        says: 'in one group, in few words',
        status: 200,
        query: {
          $filter: `${SINCE} and eventTimestamp le '2026-11-22T09:00:00Z' and resourceGroupName eq 'rg-orders'`,
          $select: 'eventTimestamp,operationName,caller',
        },
      },
      { says: 'since for ever', status: 400, query: {} },
    ],
  },
  {
    route: `GET ${VM}/providers/Microsoft.Insights/metrics`,
    usual: {
      says: 'ask for metrics',
      status: 200,
      params,
      query: {
        metricnames: 'Percentage CPU,Available Memory Bytes,Network In Total',
        timespan: '2026-11-21T08:50:00Z/2026-11-21T09:00:00Z',
        interval: 'PT1M',
        aggregation: 'Average,Total',
      },
    },
    also: [{ says: 'that nobody knows', status: 400, query: { metricnames: 'Unicorns' } }, noVm],
  },
  {
    route: `GET ${VM}/providers/Microsoft.Authorization/roleAssignments`,
    usual: {
      says: 'ask for the roles of a person',
      status: 200,
      params,
      query: { $filter: "atScope() and assignedTo('5d1f0c7e-1111-4a6b-9c3d-000000000001')" },
      before: ({ state }) => {
        state.roles.push({
          principal: '5d1f0c7e-1111-4a6b-9c3d-000000000001',
          role: 'Reader',
          scope: `/subscriptions/${SUBSCRIPTION}`,
        })
      },
    },
    also: [noVm],
  },
  {
    route: `GET ${VM}/providers/Microsoft.Authorization/roleDefinitions`,
    usual: { says: 'ask what roles are called', status: 200, params },
    also: [noVm],
  },
  {
    route: `GET ${VM}/providers/Microsoft.Authorization/roleDefinitions/{definition}`,
    usual: {
      says: 'ask what a role is called',
      status: 200,
      params: { ...params, definition: 'acdd72a7-3385-48ef-bd42-f606fba81ae7' },
    },
    also: [{ says: 'that is not there', status: 404, params: { definition: 'none-such' } }],
  },
  {
    route: `GET ${VM}/providers/Microsoft.Authorization/locks`,
    usual: {
      says: 'ask for locks',
      status: 200,
      params,
      before: azure => vmIn(azure.state, 'vm01', { locks: [{ name: 'keep', level: 'CanNotDelete' }] }),
    },
    also: [noVm],
  },
  {
    route: `GET ${SERVICE}`,
    usual: { says: 'read a cloud service', status: 200, params: service, before: withFront },
    also: [noService],
  },
  {
    route: `PUT ${SERVICE}`,
    usual: {
      says: 'turn Remote Desktop on',
      status: 200,
      params: service,
      before: withFront,
      body: WITH_RDP,
    },
    also: [
      {
        says: 'over a while',
        status: 200,
        world: { operationMs: 20_000 },
        before: withFront,
        body: WITH_RDP,
      },
      {
        says: 'that is nothing',
        status: 400,
        before: withFront,
        body: {
          location: 'westeurope',
          properties: { extensionProfile: { extensions: [{ name: 'x', properties: {} }] } },
        },
      },
      { ...noService, body: WITH_RDP },
    ],
  },
  ...(['restart', 'reimage', 'rebuild'] as const).map(
    (verb): Operation => ({
      route: `POST ${SERVICE}/roleInstances/{instance}/${verb}`,
      usual: {
        says: `${verb} an instance`,
        status: 202,
        params: { ...service, instance: 'Web_IN_0' },
        before: withFront,
      },
      also: [
        { says: 'over a while', status: 202, world: { operationMs: 20_000 }, before: withFront },
        {
          says: 'of one that is not there',
          status: 404,
          params: { instance: 'Web_IN_9' },
          before: withFront,
        },
        noService,
      ],
    }),
  ),
  {
    route: `GET ${SERVICE}/roleInstances`,
    usual: { says: 'list its instances', status: 200, params: service, before: withFront },
    also: [
      { says: 'with how they are', status: 200, query: { $expand: 'instanceView' }, before: withFront },
      { says: 'that are not well', status: 200, query: { $expand: 'instanceView' }, before: brokenService },
      noService,
    ],
  },
  {
    route: `GET ${SERVICE}/networkInterfaces`,
    usual: { says: 'list its interfaces', status: 200, params: service, before: withFront },
    also: [noService],
  },
]
