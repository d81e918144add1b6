/** What is asked of Microsoft.Compute. */
import type { Drive, Operation } from '../drive.ts'
import { followed } from './followed.ts'
import { FIRST, SUBSCRIPTION, vmIn } from './places.ts'

const VM =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines/{vm}'
const AT = '/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}'

const BOOT = { enabled: true, screen: 'sign-in screen', second_sample: 'same', serial: 'Windows is starting' }

const params = { subscription: SUBSCRIPTION, rg: 'rg-orders', vm: 'vm01' }

const noVm: Drive = { says: 'of a VM that is not there', status: 404, params: { vm: 'vm99' } }
const noGroup: Drive = { says: 'of a group that is not there', status: 404, params: { rg: 'rg-99' } }
const noSubscription: Drive = {
  says: 'of a subscription that is not there',
  status: 404,
  params: { subscription: '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3eff' },
}
const missing = [noVm, noGroup, noSubscription]

const changed = (says: string, change: Parameters<typeof vmIn>[2]): Drive => ({
  says,
  status: 200,
  before: azure => vmIn(azure.state, 'vm01', change),
})

const states: readonly Drive[] = [
  ...(['starting', 'stopping', 'stopped', 'deallocating', 'deallocated'] as const).map(power =>
    changed(`of a VM that is ${power}`, { power }),
  ),
  changed('of a VM whose agent does not answer', { agent: 'not_ready' }),
  changed('of a VM whose provisioning failed', { provisioning: 'failed' }),
  changed('of a VM that is being updated', { provisioning: 'updating' }),
  changed('of a VM that sleeps', { power: 'hibernated' }),
  changed('of a VM that may be evicted, on a disk of its host', {
    priority: 'Spot',
    ephemeral_os_disk: true,
    temp_disk: true,
    identity: 'system',
    extension_operations: false,
  }),
  changed('of a VM whose agent was never heard of', { agent: 'unknown' }),
  changed('of a VM without boot diagnostics', { boot: { ...BOOT, enabled: false } }),
  { says: 'of a Linux VM', status: 200, params: { rg: 'rg-web', vm: 'relay01' } },
]

const power = (verb: 'start' | 'deallocate' | 'powerOff'): Operation => ({
  route: `POST ${VM}/${verb}`,
  usual: { says: verb, status: 202, params },
  also: [
    { says: `${verb}, over a while`, status: 202, world: { operationMs: 20_000 } },
    { says: `${verb} where nothing is to do`, status: 202, params: { rg: 'rg-data', vm: 'reports01' } },
    ...missing,
  ],
})

const again = (verb: 'restart' | 'redeploy' | 'reapply'): Operation => ({
  route: `POST ${VM}/${verb}`,
  usual: { says: verb, status: 202, params },
  also: [
    { says: `${verb}, over a while`, status: 202, world: { operationMs: 20_000 } },
    {
      says: `${verb} of a VM that is locked`,
      status: 409,
      before: azure => vmIn(azure.state, 'vm01', { locks: [{ name: 'no', level: 'ReadOnly' }] }),
    },
    {
      says: `${verb} that fails`,
      status: 202,
      before: azure => {
        azure.state.faults = [
          { match: `${verb}$`, operationFails: { code: 'AllocationFailed', message: 'Allocation failed.' } },
        ]
      },
    },
    ...missing,
  ],
})

const EXTENSIONS = [
  { type: 'AADLoginForWindows', state: 'Succeeded', code: null, message: null },
  { type: 'CustomScriptExtension', state: 'Failed', code: '1007', message: 'It has failed.' },
] as const
const withExtensions: Drive['before'] = azure =>
  vmIn(azure.state, 'vm01', { extensions: EXTENSIONS.map(one => ({ ...one })) })

const RESET = {
  location: 'westeurope',
  properties: {
    publisher: 'Microsoft.Compute',
    type: 'VMAccessAgent',
    typeHandlerVersion: '2.4',
    autoUpgradeMinorVersion: true,
    settings: {},
  },
}

export const compute: readonly Operation[] = [
  {
    route: `GET ${VM}`,
    usual: { says: 'read a VM', status: 200, params },
    also: [
      { says: 'with its instance view', status: 200, query: { $expand: 'instanceView' } },
      ...states,
      ...states.map(state => ({
        ...state,
        says: `${state.says}, with its instance view`,
        query: { $expand: 'instanceView' },
      })),
      ...missing,
    ],
  },
  {
    route: `GET ${VM}/instanceView`,
    usual: { says: 'read how a VM is doing', status: 200, params },
    also: [...states, ...missing],
  },
  power('start'),
  power('deallocate'),
  power('powerOff'),
  again('restart'),
  again('redeploy'),
  again('reapply'),
  ...['', '/resourceGroups/{rg}'].map(
    (scope): Operation => ({
      route: `GET /subscriptions/{subscription}${scope}/providers/Microsoft.Compute/virtualMachines`,
      usual: { says: 'list VMs', status: 200, params },
      also: [{ says: 'in pages', status: 200, world: { pageSize: 1 } }],
    }),
  ),
  {
    route: `GET ${VM}/extensions`,
    usual: { says: 'list extensions', status: 200, params, before: withExtensions },
    also: [
      { says: 'with how they are', status: 200, query: { $expand: 'instanceView' }, before: withExtensions },
      { says: 'of a VM without any', status: 200, params: { rg: 'rg-data', vm: 'reports01' } },
      noVm,
    ],
  },
  {
    route: `GET ${VM}/extensions/{extension}`,
    usual: {
      says: 'read an extension',
      status: 200,
      params: { ...params, extension: 'AADLoginForWindows' },
      before: withExtensions,
    },
    also: [{ says: 'that is not there', status: 404, params: { extension: 'none-such' } }, noVm],
  },
  {
    route: `PUT ${VM}/extensions/{extension}`,
    usual: {
      says: 'reset Remote Desktop',
      status: 201,
      params: { ...params, extension: 'enablevmaccess' },
      body: RESET,
    },
    also: [
      { says: 'over a while', status: 201, world: { operationMs: 20_000 }, body: RESET },
      {
        says: 'set a password',
        status: 201,
        body: {
          ...RESET,
          properties: {
            ...RESET.properties,
            settings: { UserName: 'demoadmin' },
            protectedSettings: { Password: 'a long one that nobody keeps' },
          },
        },
      },
      {
        says: 'a second of the same type',
        status: 400,
        body: RESET,
        before: azure =>
          vmIn(azure.state, 'vm01', {
            extensions: [
              { name: 'other', type: 'VMAccessAgent', state: 'Succeeded', code: null, message: null },
            ],
          }),
      },
      {
        says: 'on a VM that is off',
        status: 409,
        body: RESET,
        before: azure => vmIn(azure.state, 'vm01', { power: 'deallocated' }),
      },
      {
        says: 'where extensions are not allowed',
        status: 409,
        body: RESET,
        before: azure => vmIn(azure.state, 'vm01', { extension_operations: false }),
      },
      { says: 'that is nothing', status: 400, body: { properties: 7 } },
      { ...noVm, body: RESET },
    ],
  },
  {
    route: `POST ${VM}/runCommand`,
    usual: {
      says: 'run a script',
      status: 202,
      params,
      body: { commandId: 'RunPowerShellScript', script: ['Get-Service TermService'] },
    },
    also: [
      {
        says: 'over a while, about an account',
        status: 202,
        world: { operationMs: 30_000 },
        body: {
          commandId: 'RunPowerShellScript',
          script: ['Get-Service TermService'],
          parameters: [{ name: 'Account', value: 'demoadmin' }],
        },
      },
      {
        says: 'where the agent does not answer',
        status: 202,
        body: { commandId: 'RunPowerShellScript' },
        before: azure => vmIn(azure.state, 'vm01', { agent: 'not_ready' }),
      },
      {
        says: 'on a VM that is off',
        status: 409,
        body: { commandId: 'RunPowerShellScript' },
        before: azure => vmIn(azure.state, 'vm01', { power: 'stopped' }),
      },
      {
        says: 'on a VM that is being updated',
        status: 409,
        body: { commandId: 'RunPowerShellScript' },
        before: azure => vmIn(azure.state, 'vm01', { provisioning: 'updating' }),
      },
      { says: 'that is none', status: 400, wrong: true, body: {} },
      { ...noVm, body: { commandId: 'RunPowerShellScript' } },
    ],
  },
  {
    route: `POST ${VM}/retrieveBootDiagnosticsData`,
    usual: { says: 'look at the screen', status: 200, params },
    also: [
      { says: 'for five minutes', status: 200, query: { sasUriExpirationTimeInMinutes: '5' } },
      { says: 'for no time', status: 400, query: { sasUriExpirationTimeInMinutes: '0' } },
      {
        says: 'where it is off',
        status: 409,
        before: azure => vmIn(azure.state, 'vm01', { boot: { ...BOOT, enabled: false } }),
      },
      {
        says: 'of a VM that is deallocated',
        status: 409,
        before: azure => vmIn(azure.state, 'vm01', { power: 'deallocated' }),
      },
      noVm,
    ],
  },
  ...followed('Microsoft.Compute', AT, azure =>
    azure.send({
      method: 'POST',
      url: `${FIRST}/powerOff?api-version=2026-04-01`,
      says: 'what is followed',
    }),
  ),
]
