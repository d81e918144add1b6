/**
 * Cloud Services (extended support): the service with its Remote Desktop extension, its role instances, and the network they are in.
 * Shapes: Azure/azure-rest-api-specs, CloudserviceRP 2022-09-04 (read 2026-11-21).
 */
import { type Ask, notFound, page, type Route, VERSIONS } from './arm.ts'
import { networkIdOf, same } from './ids.ts'
import type { AzureState, SimCloudService, SimNsg } from './model.ts'

const SERVICE =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Compute/cloudServices/{service}'
const TYPE = 'Microsoft.Compute/cloudServices'
const versions = VERSIONS.cloudService

export const cloudServiceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: SERVICE,
    action: `${TYPE}/read`,
    versions,
    run: ask => ({ status: 200, body: serviceBody(serviceOf(ask)) }),
  },
  {
    method: 'GET',
    path: `${SERVICE}/roleInstances`,
    action: `${TYPE}/roleInstances/read`,
    versions,
    run: ask => {
      const service = serviceOf(ask)
      const expand = /instanceView/i.test(ask.query.get('$expand') ?? '')
      return page(
        ask,
        instancesOf(service).map(one => instanceBody(service, one, expand)),
      )
    },
  },
  {
    method: 'GET',
    path: `${SERVICE}/networkInterfaces`,
    action: `${TYPE}/networkInterfaces/read`,
    versions: VERSIONS.network,
    run: ask => {
      const service = serviceOf(ask)
      return page(
        ask,
        instancesOf(service).map((one, index) => interfaceBody(service, one, index)),
      )
    },
  },
]

function serviceOf({ world, params }: Ask): SimCloudService {
  const { subscription = '', rg = '', service = '' } = params
  const found = world.state.cloudServices.find(one => same(idOf(one), idIn(subscription, rg, service)))
  if (found === undefined) throw notFound(TYPE, service, rg)
  return found
}

const idIn = (subscription: string, rg: string, name: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${rg}/providers/${TYPE}/${name}`
const idOf = ({ subscription, rg, name }: SimCloudService): string => idIn(subscription, rg, name)

type Instance = { name: string; role: string }

/** Two of each role, and those that the file names. */
function instancesOf({ roles, instance_names }: SimCloudService): Instance[] {
  const usual = Object.keys(roles).flatMap(role =>
    [0, 1].map(number => ({ name: `${role}_IN_${number}`, role })),
  )
  const more = instance_names
    .filter(name => !usual.some(one => same(one.name, name)))
    .map(name => ({ name, role: name.replace(/_IN_\d+$/i, '') }))
  return [...usual, ...more]
}

/** `2026-10-31` as the extension has it. */
const expiration = (day: string): string => {
  const [year = '', month = '', date = ''] = day.slice(0, 10).split('-')
  return `${month}/${date}/${year} 23:59:59`
}

function serviceBody(service: SimCloudService): Record<string, unknown> & { id: string } {
  const { name, location, subscription, rg, roles } = service
  const withRdp = Object.entries(roles).filter(([, { rdp_extension }]) => rdp_extension)
  const hasCertificate = Object.values(roles).some(role => role.certificate_present)
  const vault = `/subscriptions/${subscription}/resourceGroups/${rg}/providers/Microsoft.KeyVault/vaults/kv-${name}`
  const settings = (expiry: string | null) =>
    `<PublicConfig><UserName>clouduser</UserName><Expiration>${expiration(expiry ?? '2027-06-30')}</Expiration></PublicConfig>`
  return {
    name,
    id: idOf(service),
    type: TYPE,
    location,
    tags: {},
    properties: {
      provisioningState: 'Succeeded',
      uniqueId: '4ccb4323-4740-4545-bb81-780b27375947',
      upgradeMode: 'Auto',
      allowModelOverride: false,
      configuration: '<ServiceConfiguration />',
      roleProfile: {
        roles: Object.keys(roles).map(role => ({
          name: role,
          sku: { name: 'Standard_D1_v2', tier: 'Standard', capacity: 2 },
        })),
      },
      osProfile: {
        secrets: hasCertificate
          ? [
              {
                sourceVault: { id: vault },
                vaultCertificates: [{ certificateUrl: `https://kv-${name}.vault.azure.net/secrets/rdp/1` }],
              },
            ]
          : [],
      },
      networkProfile: {
        loadBalancerConfigurations: [
          {
            name: `${name}-lb`,
            properties: {
              frontendIpConfigurations: [
                {
                  name: 'frontend',
                  properties: {
                    publicIPAddress: { id: networkIdOf(subscription, rg, `publicIPAddresses/${name}-ip`) },
                  },
                },
              ],
            },
          },
        ],
      },
      extensionProfile: {
        extensions: withRdp.map(([role, { expiry }], index) => ({
          name: index === 0 ? 'RDPExtension' : `RDPExtension${index}`,
          properties: {
            provisioningState: 'Succeeded',
            publisher: 'Microsoft.Windows.Azure.Extensions',
            type: 'RDP',
            typeHandlerVersion: '1.2',
            autoUpgradeMinorVersion: false,
            settings: settings(expiry),
            rolesAppliedTo: [role],
          },
        })),
      },
    },
  }
}

function instanceBody(service: SimCloudService, { name, role }: Instance, withView: boolean): unknown {
  const ready = /^ready/i.test(service.instances)
  const state = ready ? 'RoleStateStarted' : 'RoleStateUnresponsive'
  return {
    name,
    id: `${idOf(service)}/roleInstances/${name}`,
    type: `${TYPE}/roleInstances`,
    location: service.location,
    sku: { name: 'Standard_D1_v2', tier: 'Standard' },
    properties: {
      networkProfile: { networkInterfaces: [{ id: interfaceIdOf(service, name) }] },
      ...(withView
        ? {
            instanceView: {
              platformUpdateDomain: 0,
              platformFaultDomain: 0,
              privateId: `${role}-0000-4000-8000-000000000000`,
              statuses: [
                {
                  code: `RoleState/${state}`,
                  level: ready ? 'Info' : 'Error',
                  displayStatus: ready ? state : service.instances,
                  message: (service.events ?? []).join('; '),
                },
              ],
            },
          }
        : {}),
    },
  }
}

const interfaceIdOf = (service: SimCloudService, instance: string): string =>
  `${idOf(service)}/roleInstances/${instance}/networkInterfaces/nic1`

const vnetOf = ({ subscription, rg, name }: SimCloudService): string =>
  networkIdOf(subscription, rg, `virtualNetworks/${name}-vnet`)

function interfaceBody(service: SimCloudService, { name }: Instance, index: number): unknown {
  const id = interfaceIdOf(service, name)
  return {
    name: 'nic1',
    id,
    properties: {
      provisioningState: 'Succeeded',
      primary: true,
      ipConfigurations: [
        {
          name: 'ipconfig1',
          id: `${id}/ipConfigurations/ipconfig1`,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAddress: `10.40.0.${4 + index}`,
            privateIPAllocationMethod: 'Dynamic',
            privateIPAddressVersion: 'IPv4',
            primary: true,
            subnet: { id: `${vnetOf(service)}/subnets/roles` },
          },
        },
      ],
    },
  }
}

/** The VNet that a service's instances are in. */
export const serviceVnet = (service: SimCloudService) => ({
  id: vnetOf(service),
  name: `${service.name}-vnet`,
  location: service.location,
  subscription: service.subscription,
  prefixes: ['10.40.0.0/16'],
  subnets: [
    {
      id: `${vnetOf(service)}/subnets/roles`,
      name: 'roles',
      prefix: '10.40.0.0/24',
      nsg: `${service.name}-nsg`,
      routeTable: null,
      subscription: service.subscription,
    },
  ],
  peerings: [],
})

/** The NSG in front of a service's instances, with what its file says of the two ports. */
export function serviceNsg(service: SimCloudService): SimNsg {
  const rule = (port: string, access: 'allow' | 'deny', prio: number): SimNsg['rules'][number] => ({
    name: `${access === 'allow' ? 'Allow' : 'Deny'}-${port}`,
    prio,
    access,
    src: ['*'],
    sport: ['*'],
    dst: ['*'],
    dport: [port],
    proto: 'tcp',
    inForce: true,
  })
  return {
    id: networkIdOf(service.subscription, service.rg, `networkSecurityGroups/${service.name}-nsg`),
    subscription: service.subscription,
    name: `${service.name}-nsg`,
    location: service.location,
    rules: [rule('3389', service.nsg_3389, 300), rule('20000', service.nsg_20000, 310)],
  }
}

export const services = (state: AzureState) => state.cloudServices.map(serviceBody)
