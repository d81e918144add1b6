/** Where the simulator departs from Microsoft's descriptions on purpose, and what says that Azure does so too. */
import { type Finding, OWN_CODES } from './judge.ts'

export type Deviation = Pick<Finding, 'operation' | 'side' | 'code'> & {
  path: RegExp
  /** Only in answers with such a status. */
  status?: RegExp
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

const GROUP = '/subscriptions/{subscription}/resourceGroups/{rg}/providers'
const VM = `${GROUP}/Microsoft.Compute/virtualMachines/{vm}/providers`
const NO_FILE = 'OPERATION_NOT_FOUND_IN_CACHE'
const NO_PROVIDER = 'OPERATION_NOT_FOUND_IN_CACHE_WITH_PROVIDER'

/** What Microsoft describes in files that are not among those held here. */
const elsewhere = (
  [
    [`GET ${GROUP}/Microsoft.Network/azureFirewalls/{name}`, NO_FILE, 'azureFirewall.json'],
    [
      'GET /subscriptions/{subscription}/providers/Microsoft.Network/azureFirewalls',
      NO_FILE,
      'azureFirewall.json',
    ],
    [`GET ${GROUP}/Microsoft.Network/firewallPolicies/{name}`, NO_FILE, 'firewallPolicy.json'],
    [
      `GET ${GROUP}/Microsoft.Network/firewallPolicies/{name}/ruleCollectionGroups`,
      NO_FILE,
      'firewallPolicy.json',
    ],
    [
      `POST ${GROUP}/Microsoft.Network/virtualNetworks/{name}/listNetworkManagerEffectiveSecurityAdminRules`,
      NO_FILE,
      'networkManagerActiveConfiguration.json',
    ],
    [
      'GET /subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}/serviceTagDetails',
      NO_FILE,
      'serviceTags.json',
    ],
    [
      `GET ${GROUP}/Microsoft.Compute/cloudServices/{service}/networkInterfaces`,
      `${NO_FILE}_WITH_API`,
      'cloudServiceNetworkInterface.json',
    ],
    [
      'GET /subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values',
      NO_PROVIDER,
      'activityLogs_API.json',
    ],
    [`GET ${VM}/Microsoft.Insights/metrics`, NO_PROVIDER, 'metrics_API.json'],
    [
      `GET ${VM}/Microsoft.Authorization/roleAssignments`,
      NO_PROVIDER,
      'authorization-RoleAssignmentsCalls.json',
    ],
    [
      `GET ${VM}/Microsoft.Authorization/roleDefinitions`,
      NO_PROVIDER,
      'authorization-RoleDefinitionsCalls.json',
    ],
    [
      `GET ${VM}/Microsoft.Authorization/roleDefinitions/{definition}`,
      NO_PROVIDER,
      'authorization-RoleDefinitionsCalls.json',
    ],
    [`GET ${VM}/Microsoft.Authorization/locks`, NO_PROVIDER, 'locks.json'],
  ] as const
).map(
  ([operation, code, file]): Deviation => ({
    operation,
    side: 'request',
    code,
    path: /^$/,
    reason: `its description is in ${file}, which is not among the files held here`,
    source:
      "Microsoft's reference of its REST API, named in the simulator beside each shape, read 2026-11-21",
  }),
)

const sizes = (
  [
    ['VirtualMachines_Get', /^\$\.properties\.hardwareProfile\.vmSize$/],
    ['VirtualMachines_List', /^\$\.value\[\d+\]\.properties\.hardwareProfile\.vmSize$/],
    ['VirtualMachines_ListAll', /^\$\.value\[\d+\]\.properties\.hardwareProfile\.vmSize$/],
  ] as const
).map(
  ([operation, path]): Deviation => ({
    operation,
    side: 'response',
    code: OWN_CODES.word,
    path,
    reason: 'the list of sizes lacks those of recent years, and is deprecated by its own words',
    source: 'HardwareProfile in computeRPCommon.json, api-version 2024-07-01, read 2026-11-20',
  }),
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
  ...sizes,
  {
    operation: 'VirtualMachines_RunCommand',
    side: 'response',
    code: 'INVALID_RESPONSE_CODE',
    path: /^$/,
    status: /^[45]/,
    reason: 'its description has no word on errors, and Azure refuses it like anything else',
    source: 'runCommand.json, api-version 2024-07-01, read 2026-11-21',
  },
  {
    operation: 'AvailabilityStatuses_GetByResource',
    side: 'response',
    code: 'OBJECT_ADDITIONAL_PROPERTIES',
    path: /^\/error$/,
    status: /^[45]/,
    reason: "Azure's front door refuses a call before the service is asked, in its own words",
    source:
      'https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors, read 2026-11-21',
  },
  {
    operation: 'NetworkInterfaces_ListEffectiveNetworkSecurityGroups',
    side: 'response',
    code: OWN_CODES.word,
    path: /^\$\.value\[\d+\]\.effectiveSecurityRules\[\d+\]\.protocol$/,
    reason: 'rules for ICMP can be written since, and are in force like others',
    source: 'SecurityRuleProtocol in networkSecurityGroup.json, api-version 2024-03-01, read 2026-11-21',
  },
  {
    operation: 'NetworkInterfaces_GetEffectiveRouteTable',
    side: 'response',
    code: OWN_CODES.word,
    path: /^\$\.value\[\d+\]\.nextHopType$/,
    reason: 'a route into a peered network says so, which the list of next hops has no word for',
    source:
      'https://learn.microsoft.com/azure/virtual-network/diagnose-network-routing-problem, read 2026-11-21',
  },
  {
    operation: 'NetworkWatchers_ListAll',
    side: 'response',
    code: 'OBJECT_ADDITIONAL_PROPERTIES',
    path: /^\/nextLink$/,
    reason: 'the list comes in pages since an api-version after the described one',
    source: 'NetworkWatcherListResult in @azure/arm-network 39.0.0, api-version 2026-01-01, read 2026-11-21',
  },
  ...elsewhere,
  ...followed,
]
