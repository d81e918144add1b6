/** What is asked of Microsoft.Compute. */
import type { Drive, Operation } from '../drive.ts'
import { followed } from './followed.ts'
import { FIRST, SUBSCRIPTION, vmIn } from './places.ts'

const VM =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines/{vm}'
const AT = '/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}'

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
  ...followed('Microsoft.Compute', AT, azure =>
    azure.send({
      method: 'POST',
      url: `${FIRST}/powerOff?api-version=2026-04-01`,
      says: 'what is followed',
    }),
  ),
]
