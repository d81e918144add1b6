/** Where the simulator departs from Microsoft's descriptions on purpose, and what says that Azure does so too. */
import { type Finding, OWN_CODES } from './judge.ts'

export type Deviation = Pick<Finding, 'operation' | 'side' | 'code'> & {
  path: RegExp
  reason: string
  /** Where that can be read. */
  source: string
}

const PORT = String.raw`^\/virtualMachines\/\d+\/ports\/\d+\/`

const initiate = { operation: 'JitNetworkAccessPolicies_Initiate', side: 'request' } as const

const followed = (['Microsoft.Compute', 'Microsoft.Network'] as const).flatMap(provider =>
  (['operations', 'operationResults'] as const).map(
    (kind): Deviation => ({
      operation: `GET /subscriptions/{subscription}/providers/${provider}/locations/{location}/${kind}/{operation}`,
      side: 'request',
      code: 'OPERATION_NOT_FOUND_IN_CACHE',
      path: /^$/,
      reason:
        'no description has the addresses at which an accepted operation is followed; callers take them from its headers',
      source:
        'https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations, read 2026-11-20',
    }),
  ),
)

export const DEVIATIONS: readonly Deviation[] = [
  {
    ...initiate,
    code: 'OBJECT_ADDITIONAL_PROPERTIES',
    path: new RegExp(`${PORT}allowedSourceAddressPrefixes$`),
    reason:
      'Azure takes several addresses in one request, as its own portal sends them; only one is described',
    source: 'https://github.com/Azure/azure-rest-api-specs/issues/32158, read 2026-11-20',
  },
  {
    ...initiate,
    code: 'OBJECT_ADDITIONAL_PROPERTIES',
    path: new RegExp(`${PORT}duration$`),
    reason: 'Azure takes how long instead of until when, as in the example beside the description',
    source: 'https://github.com/Azure/azure-rest-api-specs/issues/43491, read 2026-11-20',
  },
  {
    ...initiate,
    code: 'OBJECT_MISSING_REQUIRED_PROPERTY',
    path: new RegExp(`${PORT}endTimeUtc$`),
    reason: 'until when is left out where how long is given',
    source: 'https://github.com/Azure/azure-rest-api-specs/issues/43491, read 2026-11-20',
  },
  ...(
    [
      ['JitNetworkAccessPolicies_Initiate', /^\$\.virtualMachines\[\d+\]\.ports\[\d+\]\.status$/],
      [
        'JitNetworkAccessPolicies_Get',
        /^\$\.properties\.requests\[\d+\]\.virtualMachines\[\d+\]\.ports\[\d+\]\.status$/,
      ],
    ] as const
  ).map(
    ([operation, path]): Deviation => ({
      operation,
      side: 'response',
      code: OWN_CODES.word,
      path,
      reason:
        'a request is Initiating until its rules are in force, as in the example beside the description',
      source:
        'InitiateJitNetworkAccessPolicy_example.json, api-version 2020-01-01, in Azure/azure-rest-api-specs, read 2026-11-20',
    }),
  ),
  {
    operation: 'VirtualMachines_Get',
    side: 'response',
    code: OWN_CODES.word,
    path: /^\$\.properties\.hardwareProfile\.vmSize$/,
    reason: 'the list of sizes lacks those of recent years, and is deprecated by its own words',
    source: 'HardwareProfile in computeRPCommon.json, api-version 2024-07-01, read 2026-11-20',
  },
  {
    operation: 'NetworkWatchers_ListAll',
    side: 'response',
    code: 'OBJECT_ADDITIONAL_PROPERTIES',
    path: /^\/nextLink$/,
    reason: 'the list comes in pages since an api-version after the described one',
    source: 'NetworkWatcherListResult in @azure/arm-network 39.0.0, api-version 2026-01-01, read 2026-11-21',
  },
  ...followed,
]
