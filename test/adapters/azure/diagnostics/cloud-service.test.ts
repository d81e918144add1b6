import { describe, expect, test } from '@jest/globals'
import { example } from './double.ts'
import {
  graph,
  NSG,
  nsgBody,
  ruleBody,
  SUBNET,
  SUBSCRIPTION,
  startOffice,
  subnetBody,
  VNET,
  vnetBody,
} from './office.ts'

const SERVICE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Compute/cloudServices/contososhop`
const ROWS = [{ id: SERVICE, name: 'contososhop', type: 'microsoft.compute/cloudservices' }]
const nics = [
  { name: 'nic', properties: { ipConfigurations: [{ name: 'c', properties: { subnet: { id: SUBNET } } }] } },
]

async function startShop() {
  const azure = await startOffice()
  graph(azure, [[/cloudservices/, ROWS]])
  azure.gives('GET', SERVICE, await example('CloudService_Get_WithMultiRoleAndRDP'))
  const instances = await example('CloudServiceRolesInstance_List')
  instances.value[0].properties.instanceView = await example('CloudServiceRoleInstance_Get_InstanceView')
  instances.value[1].properties.instanceView = {
    statuses: [{ code: 'RoleState/Unresponsive', message: 'The role recycles.' }],
  }
  azure.gives('GET', `${SERVICE}/roleInstances`, instances)
  azure.gives('GET', `${SERVICE}/networkInterfaces`, { value: nics })
  azure.gives('GET', VNET, vnetBody([], { subnets: [subnetBody({ networkSecurityGroup: { id: NSG } })] }))
  return azure
}

describe('a Cloud Service', () => {
  test("is read from Microsoft's examples: roles, RDP extension, expiry, instances", async () => {
    await using azure = await startShop()
    const reading = await azure.diagnosis().cloudService('contososhop.cloudapp.net')
    if (!reading.read) throw new Error(reading.why)
    const expiresAt = Date.parse('2022-01-12T16:29:02Z')
    expect(reading.value).toEqual({
      id: SERVICE,
      name: '{cs-name}',
      classic: false,
      roles: ['ContosoFrontend', 'ContosoBackend'].map(role => ({
        ...{ role, rdpExtension: true, expiresAt, certificatePresent: true },
        ...{ extension: 'RDPExtension', user: 'userazure' },
      })),
      port3389: 'allow',
      port20000: 'deny',
      instances: [
        { name: 'ContosoFrontend_IN_0', state: 'ready' },
        { name: 'ContosoFrontend_IN_1', state: 'not-ready' },
        { name: 'ContosoBackend_IN_0', state: 'unknown' },
        { name: 'ContosoBackend_IN_1', state: 'unknown' },
      ],
      events: ['ContosoFrontend_IN_1: The role recycles.'],
    })
    expect(azure.asked.find(({ path }) => path.endsWith('/roleInstances'))?.query).toMatchObject({
      $expand: 'instanceView',
      'api-version': '2022-09-04',
    })
  })

  test.each([
    [[ruleBody('A', { destinationPortRange: '*' })], 'allow', 'allow'],
    [
      [
        ruleBody('D', {
          access: 'Deny',
          priority: 100,
          sourceAddressPrefix: '*',
          destinationPortRange: '20000',
        }),
        ruleBody('A', { destinationPortRange: '*' }),
      ],
      'allow',
      'deny',
    ],
    [[ruleBody('V', { sourceAddressPrefix: 'VirtualNetwork', destinationPortRange: '*' })], 'deny', 'deny'],
    [[ruleBody('U', { protocol: 'Udp', destinationPortRange: '3000-30000' })], 'deny', 'deny'],
    [[ruleBody('R', { destinationPortRange: '3000-30000' })], 'allow', 'allow'],
  ])('with the rules %# has ports %s and %s', async (rules, port3389, port20000) => {
    await using azure = await startShop()
    azure.gives('GET', NSG, nsgBody(rules))
    expect(await azure.diagnosis().cloudService('contososhop')).toMatchObject({
      value: { port3389, port20000 },
    })
  })

  test('whose NSG cannot be read has ports nobody knows, and without an NSG none is closed', async () => {
    await using azure = await startShop()
    azure.denies('GET', NSG, 'Microsoft.Network/networkSecurityGroups/read')
    expect(await azure.diagnosis().cloudService('contososhop')).toMatchObject({
      value: { port3389: 'unknown', port20000: 'unknown' },
    })
    azure.gives('GET', VNET, vnetBody())
    expect(await azure.diagnosis().cloudService('contososhop')).toMatchObject({
      value: { port3389: 'allow', port20000: 'allow' },
    })
  })

  test('without the extension, and without the certificate its plug-in wants, says so', async () => {
    await using azure = await startShop()
    azure.gives('GET', SERVICE, {
      name: 'contososhop',
      properties: {
        configuration:
          '<Certificate name="Microsoft.WindowsAzure.Plugins.RemoteAccess.PasswordEncryption" />',
        roleProfile: { roles: [{ name: 'Web' }] },
        osProfile: { secrets: [] },
        extensionProfile: {
          extensions: [
            {
              properties: {
                type: 'RDP',
                rolesAppliedTo: ['Other'],
                settings: '{"Expiration":"2027-06-30T00:00:00Z"}',
              },
            },
          ],
        },
      },
    })
    expect(await azure.diagnosis().cloudService('contososhop')).toMatchObject({
      value: { roles: [{ role: 'Web', rdpExtension: false, certificatePresent: false }] },
    })
  })

  test('that is classic is told by its name only, and none at all is undefined', async () => {
    await using azure = await startOffice()
    graph(azure, [
      [/domainnames/, [{ id: '/c', name: 'oldshop', type: 'microsoft.classiccompute/domainnames' }]],
    ])
    expect(await azure.diagnosis().cloudService('oldshop')).toMatchObject({
      value: { name: 'oldshop', classic: true, roles: [], port3389: 'unknown' },
    })
    graph(azure, [])
    expect(await azure.diagnosis().cloudService('nothing')).toEqual({ read: true, value: undefined })
    expect(await azure.diagnosis().cloudService("x' or 1 == 1")).toEqual({ read: true, value: undefined })
  })

  test('that the bot may not read names the right', async () => {
    await using azure = await startShop()
    azure.denies('GET', SERVICE, 'Microsoft.Compute/cloudServices/read')
    expect(await azure.diagnosis().cloudService('contososhop')).toMatchObject({
      read: false,
      lacks: 'Microsoft.Compute/cloudServices/read',
    })
  })
})
