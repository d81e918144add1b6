import { describe, expect, test } from '@jest/globals'
import { example, NOW, TOKEN } from './double.ts'
import {
  ADDRESS,
  list,
  NIC,
  NSG,
  networkId,
  nsgBody,
  ruleBody,
  SUBSCRIPTION,
  startOffice,
  VM,
  VNET,
  viewBody,
  vmBody,
  vmId,
  vnetBody,
} from './office.ts'

const WATCHER = networkId('networkWatchers', 'NetworkWatcher_westeurope', 'NetworkWatcherRG')
const BASTION = networkId('bastionHosts', 'bas-hub')
const BASTION_SUBNET = {
  id: `${VNET}/subnets/AzureBastionSubnet`,
  name: 'AzureBastionSubnet',
  properties: { addressPrefix: '10.20.250.0/26' },
}
const bastionBody = (properties: object = {}, vnet = VNET) => ({
  id: BASTION,
  name: 'bas-hub',
  location: 'West Europe',
  sku: { name: 'Standard' },
  properties: {
    provisioningState: 'Succeeded',
    enableTunneling: true,
    ipConfigurations: [
      {
        name: 'c',
        properties: {
          subnet: { id: `${vnet}/subnets/AzureBastionSubnet` },
          publicIPAddress: { id: ADDRESS },
        },
      },
    ],
    ...properties,
  },
})

describe('IP flow verify', () => {
  test("is asked about the VM's private address, and answers with the rule's own name", async () => {
    await using azure = await startOffice()
    azure.later(`${WATCHER}/ipFlowVerify`, { access: 'Deny', ruleName: 'securityRules/UserRule_DenyAll' })
    expect(await azure.diagnosis().flow(vmId(), 3389, '203.0.113.25')).toEqual({
      read: true,
      value: { access: 'deny', rule: 'DenyAll' },
    })
    expect(
      azure.calls().find(({ method, path }) => method === 'POST' && path.endsWith('/ipFlowVerify'))?.body,
    ).toMatchObject({
      targetResourceId: vmId(),
      direction: 'Inbound',
      protocol: 'TCP',
      localIPAddress: '10.20.1.4',
      localPort: '3389',
      remoteIPAddress: '203.0.113.25',
    })
  })

  test("understands Microsoft's example", async () => {
    await using azure = await startOffice()
    azure.gives('POST', `${WATCHER}/ipFlowVerify`, await example('NetworkWatcherIpFlowVerify'))
    expect(await azure.diagnosis().flow(vmId(), 3389, '203.0.113.25')).toEqual({
      read: true,
      value: { access: 'allow', rule: 'Rule1' },
    })
  })

  test('says why it was not asked: IPv6, a VM that is off, no watcher, a right that is lacking', async () => {
    await using azure = await startOffice()
    const ask = (source = '203.0.113.25') => azure.diagnosis().flow(vmId(), 3389, source)
    expect(await ask('2001:db8::1')).toEqual({
      read: false,
      why: 'IP flow verify takes single IPv4 addresses only.',
    })
    azure.denies('POST', `${WATCHER}/ipFlowVerify`, 'Microsoft.Network/networkWatchers/ipFlowVerify/action')
    expect(await ask()).toMatchObject({
      read: false,
      lacks: 'Microsoft.Network/networkWatchers/ipFlowVerify/action',
    })
    azure.gives('GET', list('networkWatchers'), await example('NetworkWatcherListAll'))
    expect(await ask()).toEqual({ read: false, why: 'There is no Network Watcher in westeurope.' })
    azure.gives('GET', VM, vmBody({ instanceView: viewBody('PowerState/deallocated') }))
    expect(await ask()).toEqual({
      read: false,
      why: 'IP flow verify needs a VM that runs; it is deallocated.',
    })
  })
})

describe('what is in force', () => {
  test("understands Microsoft's example of rules, with tags written out", async () => {
    await using azure = await startOffice()
    azure.later(`${NIC}/effectiveNetworkSecurityGroups`, await example('NetworkInterfaceEffectiveNSGList'))
    const reading = await azure.diagnosis().effectiveRules(vmId())
    if (!reading.read) throw new Error(reading.why)
    expect(
      reading.value.map(({ name, layer, direction, destinationPorts }) => [
        name,
        layer,
        direction,
        destinationPorts,
      ]),
    ).toEqual([
      ['rule1', 'subnet', 'inbound', ['6579']],
      ['default-allow-rdp', 'subnet', 'inbound', ['3389']],
      ['AllowInternetOutBound', 'subnet', 'outbound', ['*']],
    ])
    expect(reading.value[2]?.destinations).toEqual(['32.0.0.0/3', '4.0.0.0/6', '2.0.0.0/7', '1.0.0.0/8'])
  })

  test('tells the layers apart', async () => {
    await using azure = await startOffice()
    const rules = [{ name: 'r', protocol: 'All', access: 'Allow', priority: 1, direction: 'Inbound' }]
    azure.gives('POST', `${NIC}/effectiveNetworkSecurityGroups`, {
      value: [
        { association: { networkManager: { id: '/m' } }, effectiveSecurityRules: rules },
        {
          networkSecurityGroup: { id: '/n' },
          association: { networkInterface: { id: NIC } },
          effectiveSecurityRules: rules,
        },
        {
          networkSecurityGroup: { id: '/s' },
          association: { subnet: { id: '/s' } },
          effectiveSecurityRules: rules,
        },
        {},
      ],
    })
    const reading = await azure.diagnosis().effectiveRules(vmId())
    expect(reading).toMatchObject({
      read: true,
      value: [{ layer: 'admin' }, { layer: 'nic' }, { layer: 'subnet' }],
    })
  })

  test("understands Microsoft's example of routes", async () => {
    await using azure = await startOffice()
    const routes = await example('NetworkInterfaceEffectiveRouteTableList')
    routes.value.push(
      {
        source: 'User',
        state: 'Active',
        addressPrefix: ['10.1.0.0/16', '10.2.0.0/16'],
        nextHopType: 'VirtualAppliance',
        nextHopIpAddress: ['10.0.0.4'],
      },
      { source: 'Default', state: 'Invalid', addressPrefix: ['10.3.0.0/16'], nextHopType: 'Internet' },
      { source: 'Guess', addressPrefix: ['10.4.0.0/16'], nextHopType: 'Wormhole' },
    )
    azure.later(`${NIC}/effectiveRouteTable`, routes)
    const reading = await azure.diagnosis().routes(vmId())
    if (!reading.read) throw new Error(reading.why)
    expect(reading.value[0]).toEqual({ prefix: '172.20.2.0/24', nextHop: 'VnetLocal', source: 'default' })
    expect(reading.value.slice(-3)).toEqual([
      { prefix: '10.1.0.0/16', nextHop: 'VirtualAppliance', nextHopAddress: '10.0.0.4', source: 'user' },
      { prefix: '10.2.0.0/16', nextHop: 'VirtualAppliance', nextHopAddress: '10.0.0.4', source: 'user' },
      { prefix: '10.4.0.0/16', nextHop: 'other' },
    ])
  })
})

describe('the Bastion host', () => {
  test('is undefined where none reaches the VM', async () => {
    await using azure = await startOffice()
    azure.gives('GET', list('bastionHosts'), {
      value: [bastionBody({}, networkId('virtualNetworks', 'elsewhere')), await example('BastionHostGet')],
    })
    expect(await azure.diagnosis().bastion(vmId())).toEqual({ read: true, value: undefined })
  })

  test("in the VM's network is told with its subnet, NSG and routes", async () => {
    await using azure = await startOffice()
    const nsg = networkId('networkSecurityGroups', 'nsg-bas')
    const table = networkId('routeTables', 'rt-bas')
    azure.gives('GET', list('bastionHosts'), { value: [bastionBody()] })
    azure.gives(
      'GET',
      VNET,
      vnetBody([
        {
          ...BASTION_SUBNET,
          properties: {
            ...BASTION_SUBNET.properties,
            networkSecurityGroup: { id: nsg },
            routeTable: { id: table },
          },
        },
      ]),
    )
    azure.gives('GET', nsg, nsgBody([ruleBody('AllowHttps', { destinationPortRange: '443' })], nsg))
    azure.gives('GET', table, {
      id: table,
      properties: {
        routes: [
          {
            name: 'd',
            properties: {
              addressPrefix: '0.0.0.0/0',
              nextHopType: 'VirtualAppliance',
              nextHopIpAddress: '10.0.0.4',
            },
          },
        ],
      },
    })
    expect(await azure.diagnosis().bastion(vmId())).toMatchObject({
      read: true,
      value: {
        id: BASTION,
        name: 'bas-hub',
        sku: 'Standard',
        state: 'succeeded',
        features: { nativeClient: true, ipConnect: false, shareableLink: false },
        prefix: '10.20.250.0/26',
        place: 'same-vnet',
        peered: false,
        nsg: { name: 'nsg-bas' },
        routes: [
          { prefix: '0.0.0.0/0', nextHop: 'VirtualAppliance', nextHopAddress: '10.0.0.4', source: 'user' },
        ],
      },
    })
    azure.denies('GET', nsg, 'Microsoft.Network/networkSecurityGroups/read')
    expect(await azure.diagnosis().bastion(vmId())).toMatchObject({
      read: false,
      lacks: 'Microsoft.Network/networkSecurityGroups/read',
    })
  })

  test.each([
    ['Connected', true],
    ['Disconnected', false],
  ])('in a network whose peering is %s counts as peered: %s', async (peeringState, peered) => {
    await using azure = await startOffice()
    const hub = networkId('virtualNetworks', 'hub')
    azure.gives('GET', list('bastionHosts'), { value: [bastionBody({}, hub)] })
    azure.gives(
      'GET',
      VNET,
      vnetBody([], {
        virtualNetworkPeerings: [
          { name: 'hub', properties: { peeringState, remoteVirtualNetwork: { id: hub } } },
        ],
      }),
    )
    azure.denies('GET', hub, 'Microsoft.Network/virtualNetworks/read')
    const reading = await azure.diagnosis().bastion(vmId())
    expect(reading).toMatchObject({ read: true, value: { place: 'peered-vnet', peered } })
    expect(reading).not.toHaveProperty('value.prefix')
  })

  test('of the Developer tier is found by the network it names', async () => {
    await using azure = await startOffice()
    azure.gives('GET', list('bastionHosts'), {
      value: [
        {
          ...bastionBody({ ipConfigurations: [], virtualNetwork: { id: VNET } }),
          sku: { name: 'Developer' },
        },
      ],
    })
    expect(await azure.diagnosis().bastion(vmId())).toMatchObject({
      read: true,
      value: { sku: 'Developer', place: 'same-vnet' },
    })
  })

  test('is not "none" where the bot may not list them', async () => {
    await using azure = await startOffice()
    azure.denies('GET', list('bastionHosts'), 'Microsoft.Network/bastionHosts/read')
    expect(await azure.diagnosis().bastion(vmId())).toMatchObject({
      read: false,
      lacks: 'Microsoft.Network/bastionHosts/read',
    })
  })

  test("tries the port from where it stands, and tells Azure's issues", async () => {
    await using azure = await startOffice()
    azure.gives('GET', list('bastionHosts'), { value: [bastionBody()] })
    azure.later(`${WATCHER}/connectivityCheck`, await example('NetworkWatcherConnectivityCheck'))
    expect(await azure.diagnosis().reachability(vmId(), 3389)).toEqual({
      read: true,
      value: { reachable: true, issues: [] },
    })
    expect(azure.calls().at(-1)?.path ?? '').toMatch(/connectivityCheck/i)
    expect(azure.calls().find(({ path }) => path.endsWith('/connectivityCheck'))?.body).toEqual({
      source: { resourceId: BASTION },
      destination: { resourceId: vmId(), address: '10.20.1.4', port: 3389 },
      protocol: 'Tcp',
    })
    azure.gives('POST', `${WATCHER}/connectivityCheck`, {
      connectionStatus: 'Unreachable',
      hops: [
        {
          issues: [
            { type: 'NetworkSecurityRule', context: [{ key: 'RuleName' }, { value: 'UserRule_Deny' }] },
          ],
        },
        {},
      ],
    })
    expect(await azure.diagnosis().reachability(vmId(), 3389)).toMatchObject({
      value: {
        reachable: false,
        issues: [{ kind: 'NetworkSecurityRule', detail: 'key: RuleName, value: UserRule_Deny' }],
      },
    })
  })
})

describe('boot diagnostics', () => {
  const SECRET = 'sig=a-signature-that-is-a-secret'
  const LOG = `https://vm01diag.blob.core.windows.net/boot/vm01.serialconsole.log?${SECRET}`
  const PICTURE = `https://md-x.z6.blob.storage.azure.net/boot/vm01.screenshot.bmp?${SECRET}`
  const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
  const addresses = { consoleScreenshotBlobUri: PICTURE, serialConsoleLogBlobUri: LOG }
  const RETRIEVE = `${VM}/retrieveBootDiagnosticsData`
  const screens = { read: async (png: Uint8Array) => `a picture of ${png.length} bytes` }

  test('hand out the end of a long log and the picture in words, without the token and without keeping the address', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    const log = `the beginning\n${'x'.repeat(50 * 1024)}\0\nBugCheck 0x7B`
    azure.on('GET', '/boot/vm01.serialconsole.log', ({ headers }) => {
      const [, last = '0'] = /^bytes=-(\d+)$/.exec(headers.range ?? '') ?? []
      return { status: 206, body: log.slice(-Number(last)) }
    })
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({
      status: 200,
      headers: { 'content-type': 'image/png' },
      body: PNG,
    }))
    const reading = await azure.diagnosis({ screens }).boot(vmId())
    expect(reading).toMatchObject({ read: true, value: { at: NOW, screen: 'a picture of 7 bytes' } })
    if (!reading.read) throw new Error(reading.why)
    expect(reading.value.serial).toMatch(/^the beginning\n.*\nBugCheck 0x7B$/s)
    const blobs = azure.asked.filter(({ host }) => host !== 'management.azure.com')
    expect(blobs.map(({ host }) => host).toSorted()).toEqual([
      'md-x.z6.blob.storage.azure.net',
      'vm01diag.blob.core.windows.net',
    ])
    for (const { headers } of blobs) expect(JSON.stringify(headers)).not.toContain(TOKEN)
    expect(azure.asked.find(({ path }) => path.endsWith('retrieveBootDiagnosticsData'))?.query).toMatchObject(
      { sasUriExpirationTimeInMinutes: '5' },
    )
    expect(azure.logText() + JSON.stringify(reading)).not.toContain('sig=')
  })

  test('keep the last 64 kB of a log where storage sends all of it', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    azure.on('GET', '/boot/vm01.serialconsole.log', () => ({
      status: 200,
      body: `${'y'.repeat(200 * 1024)}the end`,
    }))
    const reading = await azure.diagnosis().boot(vmId())
    if (!reading.read) throw new Error(reading.why)
    expect(reading.value.serial).toHaveLength(64 * 1024)
    expect(reading.value.serial).toMatch(/the end$/)
  })

  test.each([
    ['http://vm01diag.blob.core.windows.net/boot/vm01.serialconsole.log?x'],
    ['https://evil.example/boot/vm01.serialconsole.log?x'],
    ['https://blob.core.windows.net.evil.example/boot/vm01.serialconsole.log?x'],
    ['https://vm01diag.blob.core.windows.net:8443/boot/vm01.serialconsole.log?x'],
    ['no address'],
  ])('are not read from %s', async url => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, { serialConsoleLogBlobUri: url })
    expect(await azure.diagnosis().boot(vmId())).toEqual({
      read: false,
      why: 'Azure has neither a serial log nor a screenshot of the VM yet.',
    })
    expect(azure.asked.every(({ host }) => host === 'management.azure.com')).toBe(true)
  })

  test('say nothing of a secret when storage refuses, and take one of the two where the other fails', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    azure.on('GET', '/boot/vm01.serialconsole.log', () => ({ status: 403, body: `<Error>${LOG}</Error>` }))
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({ status: 200, body: PNG }))
    expect(await azure.diagnosis({ screens }).boot(vmId())).toMatchObject({
      read: true,
      value: { serial: '', screen: 'a picture of 7 bytes' },
    })
    expect(azure.logText()).toMatch(/blob-unread/)
    expect(azure.logText()).not.toContain('sig=')
  })

  test('show no picture that is no PNG, and survive a reader that fails', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    azure.on('GET', '/boot/vm01.serialconsole.log', () => ({ status: 200, body: 'log' }))
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({ status: 200, body: 'BM, an old bitmap' }))
    expect(await azure.diagnosis({ screens }).boot(vmId())).toEqual({
      read: true,
      value: { at: NOW, serial: 'log' },
    })
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({ status: 200, body: PNG }))
    const broken = { read: async () => Promise.reject(new Error('the reader is ill')) }
    expect(await azure.diagnosis({ screens: broken }).boot(vmId())).toEqual({
      read: true,
      value: { at: NOW, serial: 'log' },
    })
  })

  test('are not asked for where they are off, and name the right that is lacking', async () => {
    await using azure = await startOffice()
    azure.denies('POST', RETRIEVE, 'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action')
    expect(await azure.diagnosis().boot(vmId())).toMatchObject({
      read: false,
      lacks: 'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action',
    })
    azure.gives('GET', VM, vmBody({ diagnosticsProfile: {} }))
    expect(await azure.diagnosis().boot(vmId())).toEqual({
      read: false,
      why: 'Boot diagnostics are not turned on for the VM.',
    })
  })
})

describe('metrics', () => {
  const METRICS = `${VM}/providers/Microsoft.Insights/metrics`
  const metric = (value: string, data: readonly object[]) => ({ name: { value }, timeseries: [{ data }] })

  test('are averages of ten minutes, and those without a point are left out', async () => {
    await using azure = await startOffice()
    azure.gives('GET', METRICS, {
      value: [
        metric('Percentage CPU', [{ average: 90 }, { average: 100 }, { timeStamp: 'no point yet' }]),
        metric('Available Memory Bytes', []),
        metric('Network In Total', [{ total: 600, average: 10 }, { total: 0 }]),
        { name: { value: 'Something else' } },
      ],
    })
    expect(await azure.diagnosis().metrics(vmId())).toEqual({
      read: true,
      value: { cpuPercent: 95, networkIn: 300 },
    })
    expect(azure.asked[0]?.query).toMatchObject({
      metricnames: 'Percentage CPU,Available Memory Bytes,Network In Total',
      timespan: '2026-11-21T08:50:00.000Z/2026-11-21T09:00:00.000Z',
    })
  })

  test('are read anew in each sample', async () => {
    await using azure = await startOffice()
    azure.gives('GET', METRICS, { value: [] })
    const diagnosis = azure.diagnosis()
    await diagnosis.metrics(vmId())
    await diagnosis.metrics(vmId())
    expect(azure.asked).toHaveLength(2)
  })
})

describe('a whole diagnosis', () => {
  test('costs Azure about twenty calls, and the next one in the same subscription fewer', async () => {
    await using azure = await startOffice()
    azure.later(`${WATCHER}/ipFlowVerify`, { access: 'Allow', ruleName: 'x' })
    azure.later(`${NIC}/effectiveRouteTable`, { value: [] })
    azure.gives('POST', `${VM}/retrieveBootDiagnosticsData`, {})
    azure.gives('GET', `${VM}/providers/Microsoft.Insights/metrics`, { value: [] })
    const connection = azure.connect()
    const counts: number[] = []
    for (let round = 0; round < 2; round++) {
      const before = azure.calls().length
      const diagnosis = connection.forOneDiagnosis()
      const vm = vmId()
      const summary = {
        id: vm,
        name: 'vm01',
        subscription: { id: SUBSCRIPTION, name: 's' },
        resourceGroup: 'rg-app',
        location: 'westeurope',
        os: 'windows',
        tags: {},
      } as const
      await Promise.all([
        diagnosis.find('vm01'),
        diagnosis.state(vm),
        diagnosis.model(vm),
        diagnosis.health(vm),
        diagnosis.activity(vm, 72),
        diagnosis.network(vm),
        diagnosis.jit(vm),
        diagnosis.extensions(vm),
        diagnosis.bastion(vm),
        diagnosis.incidents(summary),
        diagnosis.flow(vm, 3389, '203.0.113.25'),
        diagnosis.routes(vm),
        diagnosis.boot(vm),
        diagnosis.metrics(vm),
      ])
      counts.push(azure.calls().length - before)
    }
    expect(counts).toEqual([21, 17])
    expect(azure.asked.filter(({ path }) => path.toLowerCase() === NSG.toLowerCase())).toHaveLength(2)
  })
})
