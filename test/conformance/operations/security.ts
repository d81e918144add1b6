/** What is asked of Microsoft.Security. */
import type { Drive, Operation } from '../drive.ts'
import type { SimulatedAzure } from '../simulator.ts'
import { FIRST, SECOND, SUBSCRIPTION } from './places.ts'

const LIST = 'providers/Microsoft.Security/jitNetworkAccessPolicies'
const POLICY =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Security/locations/{location}/jitNetworkAccessPolicies/{policy}'

const params = { subscription: SUBSCRIPTION, rg: 'rg-orders', location: 'westeurope', policy: 'default' }
const absent: Drive = { says: 'of a policy that is not there', status: 404, params: { policy: 'none-such' } }

const UNTIL = '2026-11-21T11:00:00.000Z'
const ONE = { allowedSourceAddressPrefix: '192.0.2.7' }
const SEVERAL = { allowedSourceAddressPrefixes: ['192.0.2.7', '198.51.100.0/24'] }

const wish = (port: object, justification: object = { justification: 'INC-7' }) => ({
  virtualMachines: [{ id: FIRST, ports: [{ number: 3389, endTimeUtc: UNTIL, ...port }] }],
  ...justification,
})

const initiated =
  (...ports: readonly object[]) =>
  async (azure: SimulatedAzure) => {
    const { subscription, rg, location, policy } = params
    for (const port of ports)
      await azure.send({
        method: 'POST',
        url: `/subscriptions/${subscription}/resourceGroups/${rg}/providers/Microsoft.Security/locations/${location}/jitNetworkAccessPolicies/${policy}/initiate?api-version=2020-01-01`,
        body: wish(port),
        says: 'let somebody in',
      })
  }

const port = { number: 3389, protocol: 'TCP', maxRequestAccessDuration: 'PT3H' }
const policyOf = (...virtualMachines: readonly object[]) => ({
  kind: 'Basic',
  properties: { virtualMachines },
})

const lists: readonly Drive[] = [
  { says: 'in pages', status: 200, world: { pageSize: 1 } },
  { says: 'with somebody let in', status: 200, before: initiated(ONE) },
]

export const security: readonly Operation[] = [
  {
    route: `GET /subscriptions/{subscription}/${LIST}`,
    usual: { says: 'list the policies of a subscription', status: 200, params },
    also: lists,
  },
  {
    route: `GET /subscriptions/{subscription}/resourceGroups/{rg}/${LIST}`,
    usual: { says: 'list the policies of a group', status: 200, params },
    also: [...lists, { says: 'of a group without any', status: 200, params: { rg: 'rg-empty' } }],
  },
  {
    route: `GET ${POLICY}`,
    usual: { says: 'read a policy', status: 200, params },
    also: [
      { says: 'with somebody let in', status: 200, before: initiated(ONE) },
      { says: 'with several addresses let in', status: 200, before: initiated(SEVERAL) },
      {
        says: 'with a request that is not in force yet',
        status: 200,
        world: { ruleDelayMs: 1_500 },
        before: initiated(ONE),
      },
      {
        says: 'with a request that a newer one replaced',
        status: 200,
        world: { mode: 'supersede' },
        before: initiated(ONE, SEVERAL),
      },
      {
        says: 'with a request that is over',
        status: 200,
        before: async azure => {
          await initiated(ONE)(azure)
          azure.pass(3 * 3_600_000)
        },
      },
      absent,
    ],
  },
  {
    route: `PUT ${POLICY}`,
    usual: {
      says: 'write a policy anew',
      status: 200,
      params,
      body: policyOf({ id: FIRST, ports: [{ ...port, allowedSourceAddressPrefix: '*' }] }),
    },
    also: [
      {
        says: 'a first policy, for two VMs and several ports',
        status: 200,
        params: { policy: 'second' },
        body: policyOf(
          { id: FIRST, ports: [{ ...port, ...SEVERAL }] },
          {
            id: SECOND,
            ports: [
              { ...port, ...SEVERAL },
              { ...port, number: 5986, protocol: '*', allowedSourceAddressPrefix: '192.0.2.0/24' },
            ],
          },
        ),
      },
      {
        says: 'a policy that is none',
        status: 500,
        wrong: true,
        body: policyOf({ id: FIRST, ports: [{ ...port, protocol: '' }] }),
      },
    ],
  },
  {
    route: `DELETE ${POLICY}`,
    usual: { says: 'delete a policy', status: 200, params },
    also: [{ ...absent, status: 204 }],
  },
  {
    route: `POST ${POLICY}/initiate`,
    usual: { says: 'let one address in', status: 202, params, body: wish(ONE) },
    also: [
      { says: 'let several addresses in', status: 202, body: wish(SEVERAL) },
      { says: 'without a justification', status: 202, body: wish(ONE, {}) },
      { says: 'without an address', status: 202, body: wish({}) },
      { says: 'not in force at once', status: 202, world: { ruleDelayMs: 1_500 }, body: wish(ONE) },
      {
        says: 'for a while instead of until a moment',
        status: 202,
        body: wish({ ...ONE, endTimeUtc: undefined, duration: 'PT1H' }),
      },
      {
        says: 'with neither a while nor a moment',
        status: 400,
        wrong: true,
        body: wish({ ...ONE, endTimeUtc: undefined }),
      },
      { says: 'with both', status: 400, wrong: true, body: wish({ ...ONE, duration: 'PT1H' }) },
      { says: 'with one address and several', status: 400, wrong: true, body: wish({ ...ONE, ...SEVERAL }) },
      { says: 'in the past', status: 400, body: wish({ ...ONE, endTimeUtc: '2026-11-21T08:00:00.000Z' }) },
      {
        says: 'for longer than the policy has it',
        status: 400,
        body: wish({ ...ONE, endTimeUtc: '2026-11-21T19:00:00.000Z' }),
      },
      { says: 'for a port that is not in the policy', status: 400, body: wish({ ...ONE, number: 22 }) },
      { says: 'that is nothing', status: 400, wrong: true, body: {} },
      { ...absent, body: wish(ONE) },
    ],
  },
]
