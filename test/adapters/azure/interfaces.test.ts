import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { expect, test } from '@jest/globals'
import { connectAzure } from '../../../adapters/azure/adapter.ts'
import { SUBSCRIPTION, TOKEN, vmId } from './world.ts'

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers`
const NETWORK = `${GROUP}/Microsoft.Network`
const SUBNET = `${NETWORK}/virtualNetworks/vnet/subnets/front`
const NSG = `${NETWORK}/networkSecurityGroups/nsg-front`
const VM = vmId('vm01')

/** Azure as a cupboard of documents: enough for shapes that the simulated world does not have. */
function cupboard(documents: Readonly<Record<string, unknown>>) {
  const asked: string[] = []
  const httpClient: HttpClient = {
    sendRequest: async request => {
      const { pathname } = new URL(request.url)
      asked.push(pathname.toLowerCase())
      const key = Object.keys(documents).find(path => path.toLowerCase() === pathname.toLowerCase())
      const body = key === undefined ? { value: [], data: [] } : documents[key]
      return {
        request,
        status: 200,
        headers: createHttpHeaders({ 'content-type': 'application/json' }),
        bodyAsText: JSON.stringify(body),
      }
    },
  }
  const { machines, jit } = connectAzure({
    credential: { getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    httpClient,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  return { machines, jit, asked }
}

const setting = (name: string, properties: object) => ({
  name,
  properties: { subnet: { id: SUBNET }, ...properties },
})
const publicIp = (address: string, sku = 'Standard') => ({
  sku: { name: sku },
  properties: { ipAddress: address },
})
const openRule = {
  name: 'rdp',
  properties: {
    protocol: 'Tcp',
    access: 'Allow',
    direction: 'Inbound',
    priority: 300,
    sourceAddressPrefix: '*',
    sourcePortRange: '*',
    destinationAddressPrefix: '10.0.2.9',
    destinationPortRange: '3389',
  },
}

const twoInterfaces = {
  [`${GROUP}/Microsoft.Compute/virtualMachines/vm01`]: {
    id: `${GROUP}/Microsoft.Compute/virtualMachines/vm01`,
    name: 'vm01',
    location: 'westeurope',
    properties: {
      networkProfile: {
        networkInterfaces: [
          { id: `${NETWORK}/networkInterfaces/back`, properties: { primary: false } },
          { id: `${NETWORK}/networkInterfaces/front`, properties: { primary: true } },
        ],
      },
    },
  },
  [`${NETWORK}/networkInterfaces/back`]: {
    properties: { ipConfigurations: [setting('only', { privateIPAddress: '10.0.1.4' })] },
  },
  [`${NETWORK}/networkInterfaces/front`]: {
    properties: {
      ipConfigurations: [
        setting('spare', { privateIPAddress: '10.0.2.8', primary: false }),
        setting('second', {
          privateIPAddress: '10.0.2.9',
          primary: false,
          publicIPAddress: { id: `${NETWORK}/publicIPAddresses/second` },
        }),
        setting('first', { privateIPAddress: '10.0.2.4/28', primary: true }),
      ],
    },
  },
  [`${NETWORK}/publicIPAddresses/second`]: publicIp('198.51.100.9'),
  [SUBNET]: { id: SUBNET, properties: { networkSecurityGroup: { id: NSG } } },
  [NSG]: { id: NSG, name: 'nsg-front', properties: { securityRules: [openRule] } },
}

test('the primary address of the primary interface comes first, and further ones where they have a public address', async () => {
  const { machines } = cupboard(twoInterfaces)
  expect((await machines.report(VM, 3389)).nics).toEqual([
    { primary: true, privateAddress: '10.0.2.4' },
    { primary: false, privateAddress: '10.0.1.4' },
    { primary: false, privateAddress: '10.0.2.9', publicAddress: '198.51.100.9' },
  ])
})

test('a hole at any address of the VM is a hole', async () => {
  const { machines } = cupboard(twoInterfaces)
  expect((await machines.report(VM, 3389)).exposure).toEqual({
    state: 'open-to-everyone',
    rule: 'rdp (nsg-front)',
  })
})

test('a subnet and an NSG are read once, however many addresses lie behind them', async () => {
  const { machines, asked } = cupboard(twoInterfaces)
  await machines.report(VM, 3389)
  expect(asked.filter(path => path === NSG.toLowerCase())).toHaveLength(1)
  expect(asked.filter(path => path === SUBNET.toLowerCase())).toHaveLength(1)
})

test('a VM about which Azure says hardly anything is unknown, not guessed', async () => {
  const { machines } = cupboard({
    [`${GROUP}/Microsoft.Compute/virtualMachines/vm01`]: {
      name: 'vm01',
      location: 'westeurope',
      properties: {},
    },
  })
  expect(await machines.report(VM, 3389)).toEqual({
    vm: {
      id: VM,
      name: 'vm01',
      subscription: { id: SUBSCRIPTION, name: SUBSCRIPTION },
      resourceGroup: 'rg-app',
      location: 'westeurope',
      os: 'unknown',
      tags: {},
    },
    power: 'unknown',
    agent: 'unknown',
    nics: [],
    exposure: { state: 'closed' },
  })
})

test('a window at any address of the VM is found, once, and those of its neighbours are not', async () => {
  const window = (name: string, address: string) => ({
    name: `MicrosoftDefenderForCloud-JITRule-${name}`,
    properties: {
      ...openRule.properties,
      priority: 100,
      sourceAddressPrefix: '203.0.113.7',
      destinationAddressPrefix: address,
    },
  })
  const policy = `${GROUP}/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`
  const { jit } = cupboard({
    ...twoInterfaces,
    [NSG]: {
      id: NSG,
      name: 'nsg-front',
      properties: {
        securityRules: [window('1-AA', '10.0.2.9'), window('2-BB', '10.0.1.4'), window('3-CC', '10.0.1.5')],
      },
    },
    [`/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Security/jitNetworkAccessPolicies`]: {
      value: [
        {
          id: policy,
          properties: {
            virtualMachines: [
              { id: VM, ports: [{ number: 3389, protocol: '*', maxRequestAccessDuration: 'PT3H' }] },
            ],
          },
        },
      ],
    },
  })
  expect(await jit.windows(VM, 3389)).toEqual({
    policyId: policy,
    port: { number: 3389, protocol: '*', maxMinutes: 180, sources: ['*'] },
    rules: ['1-AA', '2-BB'].map(name => ({
      id: `${NSG}/securityRules/MicrosoftDefenderForCloud-JITRule-${name}`,
      name: `MicrosoftDefenderForCloud-JITRule-${name}`,
      sources: ['203.0.113.7'],
    })),
    requests: [],
  })
})

test.each([
  ['Initiated', '2999-01-01T00:00:00Z', true],
  ['Initiating', '2999-01-01T00:00:00Z', true],
  ['Initiated', '2020-01-01T00:00:00Z', false],
  ['Revoked', '2999-01-01T00:00:00Z', false],
  ['SomethingNew', '2999-01-01T00:00:00Z', false],
])('a request that Azure calls %s until %s: live is %s', async (status, endTimeUtc, live) => {
  const policy = `${GROUP}/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`
  const port = {
    number: 3389,
    allowedSourceAddressPrefix: '203.0.113.7',
    endTimeUtc,
    status,
    statusReason: 'UserRequested',
  }
  const { jit } = cupboard({
    ...twoInterfaces,
    [`/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Security/jitNetworkAccessPolicies`]: {
      value: [
        {
          id: policy,
          properties: {
            virtualMachines: [
              { id: VM, ports: [{ number: 3389, protocol: '*', maxRequestAccessDuration: 'PT3H' }] },
            ],
            requests: [
              {
                virtualMachines: [{ id: VM.toUpperCase(), ports: [port, { ...port, number: 22 }] }],
                startTimeUtc: '2019-12-31T23:00:00.1234567Z',
                requestor: 'somebody',
              },
            ],
          },
        },
      ],
    },
  })
  expect((await jit.windows(VM, 3389)).requests).toEqual([
    {
      sources: ['203.0.113.7'],
      endsAt: Date.parse(endTimeUtc),
      startedAt: Date.parse('2019-12-31T23:00:00.123Z'),
      justification: '',
      live,
    },
  ])
})
