/**
 * Cloud Services (extended support): the service with its Remote Desktop extension, its role instances, and the network they are in.
 * Shapes: Azure/azure-rest-api-specs, CloudserviceRP 2022-09-04 (read 2026-11-21).
 */
import { z } from 'zod'
import {
  ArmError,
  type Ask,
  accepted,
  begin,
  notFound,
  page,
  type Reply,
  type Route,
  VERSIONS,
} from './arm.ts'
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
    run: ask => {
      const service = serviceOf(ask)
      return { status: 200, body: serviceBody(service, isChanging(ask.world.state, service)) }
    },
  },
  { method: 'PUT', path: SERVICE, action: `${TYPE}/write`, versions, run: put },
  instanceRoute('restart'),
  instanceRoute('reimage'),
  instanceRoute('rebuild'),
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

export const serviceWithId = (state: AzureState, id: string): SimCloudService | undefined =>
  state.cloudServices.find(one => same(idOf(one), id))

const idIn = (subscription: string, rg: string, name: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${rg}/providers/${TYPE}/${name}`
const idOf = ({ subscription, rg, name }: SimCloudService): string => idIn(subscription, rg, name)

// ---- Changes -------------------------------------------------------------------------------------------------------------------

function instanceRoute(verb: 'restart' | 'reimage' | 'rebuild'): Route {
  return {
    method: 'POST',
    path: `${SERVICE}/roleInstances/{instance}/${verb}`,
    action: `${TYPE}/roleInstances/${verb}/action`,
    versions,
    run: (ask): Reply => {
      const service = serviceOf(ask)
      const name = ask.params['instance'] ?? ''
      const instance = instancesOf(service).find(one => same(one.name, name))
      if (instance === undefined) throw notFound(`${TYPE}/roleInstances`, name, service.rg)
      return accepted(ask, {
        provider: 'Microsoft.Compute',
        effect: { do: 'instance', service: idOf(service), instance: instance.name },
        did: {
          operation: `${TYPE}/roleInstances/${verb}/action`,
          resource: `${idOf(service)}/roleInstances/${instance.name}`,
        },
      })
    },
  }
}

const Wanted = z.object({
  location: z.string(),
  properties: z.object({
    extensionProfile: z
      .object({
        extensions: z.array(
          z.object({
            name: z.string(),
            properties: z.object({
              type: z.string(),
              settings: z.unknown().optional(),
              protectedSettings: z.unknown().optional(),
              rolesAppliedTo: z.array(z.string()).default(['*']),
            }),
          }),
        ),
      })
      .optional(),
  }),
})

/** Azure takes one change of a service at a time. */
const isChanging = ({ operations }: AzureState, service: SimCloudService): boolean =>
  Object.values(operations).some(
    ({ status, effect }) =>
      status === 'InProgress' && effect.do === 'service' && same(effect.service, idOf(service)),
  )

/** Takes the Remote Desktop extension out of a whole service; what it says of the rest is not looked at. */
function put(ask: Ask): Reply {
  const service = serviceOf(ask)
  if (isChanging(ask.world.state, service))
    throw new ArmError(
      409,
      'ConflictingUserInput',
      `Another operation on the cloud service '${service.name}' is in progress.`,
    )
  const wanted = Wanted.safeParse(ask.body)
  if (!wanted.success) throw new ArmError(400, 'InvalidRequestFormat', 'Cannot parse the request.')
  const rdp = (wanted.data.properties.extensionProfile?.extensions ?? []).filter(
    ({ properties: { type } }) => type === 'RDP',
  )
  const serving = (role: string) =>
    rdp.filter(({ properties: { rolesAppliedTo } }) =>
      rolesAppliedTo.some(one => one === '*' || same(one, role)),
    )
  const roles = Object.fromEntries(
    Object.entries(service.roles).map(([name, role]) => {
      const [extension, ...more] = serving(name)
      if (more.length > 0)
        throw new ArmError(
          400,
          'InvalidParameter',
          `Role '${name}' has more than one extension of type 'Microsoft.Windows.Azure.Extensions.RDP'.`,
        )
      const [, month, day, year] =
        /<Expiration>(\d\d)\/(\d\d)\/(\d{4}) [\d:]+<\/Expiration>/.exec(
          String(extension?.properties.settings ?? ''),
        ) ?? []
      const expiry = extension === undefined || year === undefined ? null : `${year}-${month}-${day}`
      const { written: before, ...rest } = role
      if (extension === undefined) return [name, { ...rest, rdp_extension: false, expiry }]
      const { settings, protectedSettings, rolesAppliedTo } = extension.properties
      const isNew = before === undefined ? !role.rdp_extension : before.name !== extension.name
      if (isNew && !/<Password>[^<]+<\/Password>/.test(String(protectedSettings)))
        throw new ArmError(400, 'InvalidParameter', `The extension '${extension.name}' has no password.`)
      const written = { name: extension.name, settings: String(settings), roles: rolesAppliedTo }
      return [name, { ...rest, rdp_extension: true, expiry, written }]
    }),
  )
  const isFirst = Object.entries(roles).some(
    ([name, { rdp_extension }]) => rdp_extension && !service.roles[name]?.rdp_extension,
  )
  // Instances restart when Remote Desktop is enabled on a role for the first time.
  if (isFirst && service.instances === 'ready') service.instances = 'restarting'
  const headers = begin(ask, {
    provider: 'Microsoft.Compute',
    effect: { do: 'service', service: idOf(service), roles },
    did: { operation: `${TYPE}/write`, resource: idOf(service) },
  })
  const { location: _, ...followed } = headers
  return { status: 200, body: serviceBody(service, true), headers: followed }
}

// ---- How it looks --------------------------------------------------------------------------------------------------------------

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

function serviceBody(service: SimCloudService, isBusy = false): Record<string, unknown> & { id: string } {
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
    tags: service.tags,
    properties: {
      provisioningState: isBusy ? 'Updating' : 'Succeeded',
      uniqueId: '4ccb4323-4740-4545-bb81-780b27375947',
      upgradeMode: 'Auto',
      allowModelOverride: false,
      // Only with the older plug-in does the configuration name a certificate; then it has to be there.
      configuration:
        hasCertificate || withRdp.length === 0
          ? '<ServiceConfiguration />'
          : '<ServiceConfiguration><Role><Certificates><Certificate name="Microsoft.WindowsAzure.Plugins.RemoteAccess.PasswordEncryption" /></Certificates></Role></ServiceConfiguration>',
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
        extensions: withRdp
          .map(([role, { expiry, written }], index) => ({
            name: written?.name ?? (index === 0 ? 'RDPExtension' : `RDPExtension${index}`),
            properties: {
              provisioningState: 'Succeeded',
              publisher: 'Microsoft.Windows.Azure.Extensions',
              type: 'RDP',
              typeHandlerVersion: '1.2',
              autoUpgradeMinorVersion: false,
              settings: written?.settings ?? settings(expiry),
              rolesAppliedTo: written?.roles ?? [role],
            },
          }))
          // One that stands for several roles is one.
          .filter(({ name: own }, index, all) => all.findIndex(one => one.name === own) === index),
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

export const services = (state: AzureState) => state.cloudServices.map(one => serviceBody(one))
