/**
 * What triage can read about a VM and everything round it, as facts without an opinion.
 *
 * The `Diagnostics` port delivers them (`diagnostics.ts`); checks judge them. Every read either delivers or says why it could not: a read
 * that did not happen is never a sign of health. Moments are on the grants' clock.
 */
import type { Instant, VmId } from '../ids.ts'
import type { JitPort, JitRequest, VmSummary } from '../ports.ts'

/** The outcome of one read. `lacks` names the Azure action the bot was denied, where that was the reason. */
export type Reading<T> = { read: true; value: T } | { read: false; why: string; lacks?: string }

// ---- Which machine (K01) -------------------------------------------------------------------------------------------------------

/** A machine Latchkey can name, but not open: retired or of another kind. */
export type OtherMachine = {
  name: string
  kind:
    | 'classic-vm'
    | 'classic-cloud-service'
    | 'cloud-service-role'
    | 'load-balancer'
    | 'firewall'
    | 'bastion'
  id: string
}

export type Found = {
  /** VMs with exactly this name, computer name or address. */
  vms: readonly VmSummary[]
  /** Other things that carry the name or address. */
  others: readonly OtherMachine[]
  /** VMs with similar names. Shown only after the asker's right to see them was judged. */
  near: readonly VmSummary[]
}

// ---- The VM itself (K02, K03, K10) ---------------------------------------------------------------------------------------------

export type MachineState = {
  power:
    | 'running'
    | 'starting'
    | 'stopping'
    | 'stopped'
    | 'deallocating'
    | 'deallocated'
    | 'hibernated'
    | 'unknown'
  provisioning: 'succeeded' | 'updating' | 'failed' | 'unknown'
  /** Azure's code and message of a failed last operation. */
  provisioningError?: string
  provisionedAt?: Instant
  agent: 'ready' | 'not-ready' | 'unknown'
  agentAt?: Instant
  computerName?: string
  osName?: string
}

export type MachineModel = {
  size: string
  spot: boolean
  ephemeralOsDisk: boolean
  temporaryDisk: boolean
  /** False when the VM was created without permission for extensions: no Run Command, no VMAccess. */
  extensionOperations: boolean
  bootDiagnostics: boolean
  identity: 'none' | 'system' | 'user'
  image?: string
  customImage: boolean
  licenceType?: string
  adminAccount?: string
  tags: Readonly<Record<string, string>>
  locks: readonly { name: string; level: 'CanNotDelete' | 'ReadOnly' }[]
}

export type Extension = {
  name: string
  publisher: string
  type: string
  state: 'succeeded' | 'creating' | 'updating' | 'deleting' | 'failed' | 'unknown'
  code?: string
  message?: string
}

// ---- The platform (K04, K05, K23) ----------------------------------------------------------------------------------------------

export type Health = {
  state: 'available' | 'unavailable' | 'degraded' | 'unknown'
  annotation?: string
  context: 'platform' | 'customer' | 'vm' | 'unknown'
  summary?: string
  since?: Instant
}

export type Activity = {
  at: Instant
  /** The Azure operation, lower case: `microsoft.compute/virtualmachines/deallocate/action`. */
  operation: string
  resource: string
  by?: string
  result: 'started' | 'succeeded' | 'failed'
  /** Azure's code of a failure. */
  code?: string
  detail?: string
}

export type Incident = { id: string; title: string; services: readonly string[]; since?: Instant }

// ---- The network (K06, K08, K11, K13, K14) -------------------------------------------------------------------------------------

/** One rule as written. Prefixes are addresses, CIDR, service tags or '*'; ports are '3389', '3380-3390' or '*'. */
export type NetworkRule = {
  name: string
  priority: number
  access: 'allow' | 'deny' | 'always-allow'
  direction: 'inbound' | 'outbound'
  protocol: 'tcp' | 'udp' | 'icmp' | 'esp' | 'ah' | '*'
  sources: readonly string[]
  sourceGroups: readonly string[]
  sourcePorts: readonly string[]
  destinations: readonly string[]
  destinationGroups: readonly string[]
  destinationPorts: readonly string[]
  /** Made by Defender for Cloud. Told by its name; what it does decides, not what it is called. */
  jit: boolean
  description?: string
}

export type RuleSet = {
  id: string
  name: string
  resourceGroup: string
  /** User rules. The platform's default rules are not listed: every evaluator knows them. */
  rules: readonly NetworkRule[]
  /** How many NICs and subnets it serves. */
  attachedTo: number
  tags: Readonly<Record<string, string>>
}

export type Nic = {
  id: string
  primary: boolean
  attachedNsg?: RuleSet
  /** Lower-case ARM ids of the application security groups it is a member of. */
  groups: readonly string[]
  ipConfigurations: readonly IpConfiguration[]
}

export type IpConfiguration = {
  primary: boolean
  privateAddress?: string
  public?: {
    address?: string
    name?: string
    sku: 'Basic' | 'Standard' | 'StandardV2'
    allocation: 'static' | 'dynamic'
  }
  subnet: Subnet
}

export type Subnet = {
  id: string
  name: string
  prefixes: readonly string[]
  nsg?: RuleSet
  /** The VNet it lies in and that VNet's own prefixes. */
  vnet: { id: string; name: string; prefixes: readonly string[] }
  /** What the service tag VirtualNetwork stands for here, as far as it could be told. */
  virtualNetwork: readonly string[]
  peerings: readonly { name: string; state: 'connected' | 'other'; prefixes: readonly string[] }[]
}

/** An inbound NAT rule of a load balancer. */
export type NatRule = {
  loadBalancer: string
  name: string
  frontendAddress?: string
  /** The DNS name of the front-end address. */
  frontendName?: string
  frontendPort: number
  backendPort: number
  /** The private address of the VM that it leads to; absent where that is not known. */
  toAddress?: string
  /** ARM id of the VM behind it, where one is attached. */
  vm?: VmId
}

/** A destination NAT rule of an Azure Firewall in front. */
export type DnatRule = {
  firewall: string
  address: string
  port: number
  sources: readonly string[]
  toAddress: string
  toPort: number
}

export type Network = {
  nics: readonly Nic[]
  natRules: readonly NatRule[]
  firewalls: readonly {
    name: string
    privateAddress?: string
    publicAddresses: readonly string[]
    dnat: readonly DnatRule[]
  }[]
  /** Security admin rules of Virtual Network Manager, read before every NSG. */
  adminRules: readonly NetworkRule[]
  /** Prefixes of the service tags that occur in the rules, as far as they could be read. Without Internet and VirtualNetwork. */
  serviceTags: Readonly<Record<string, readonly string[]>>
  /** Parts that could not be read, in words: an evaluation without them is not certain. */
  missing: readonly { what: string; why: string; lacks?: string }[]
}

export type Route = {
  prefix: string
  nextHop:
    | 'Internet'
    | 'VirtualAppliance'
    | 'VirtualNetworkGateway'
    | 'VnetLocal'
    | 'VnetPeering'
    | 'None'
    | 'other'
  nextHopAddress?: string
  source?: 'default' | 'user' | 'gateway'
}

export type Bastion = {
  id: string
  name: string
  sku: 'Developer' | 'Basic' | 'Standard' | 'Premium'
  state: 'succeeded' | 'updating' | 'failed' | 'unknown'
  features: { nativeClient: boolean; ipConnect: boolean; shareableLink: boolean }
  prefix?: string
  /** Same VNet, or a peered one. */
  place: 'same-vnet' | 'peered-vnet'
  peered: boolean
  nsg?: RuleSet
  routes?: readonly Route[]
}

// ---- JIT (K07) -----------------------------------------------------------------------------------------------------------------

export type JitState = {
  policyId: string
  ports: readonly JitPort[]
  requests: readonly (JitRequest & { port: number; by?: string })[]
}

// ---- Platform probes (K12, K14 to K18) -----------------------------------------------------------------------------------------

/** `source`: the address that was asked about. */
export type FlowVerdict = { access: 'allow' | 'deny'; rule: string; source?: string }

export type BootSample = {
  at: Instant
  /** What the picture shows, in words; absent when no reader could tell. */
  screen?: string
  /** There is a picture that people can be shown. */
  pictured?: true
  /** The end of the serial log. Hostile text. */
  serial: string
}

/** Averages of the last ten minutes. */
export type Metrics = {
  cpuPercent?: number
  memoryFreeMb?: number
  /** Bytes per minute. */
  networkIn?: number
}

/** What answered a TCP connection to the RDP port, from a place of the company's own. */
export type ProbeAnswer =
  | { answer: 'silent' | 'reset' | 'other-bytes' }
  | { answer: 'rdp'; nla?: boolean; certificate?: { subject: string; thumbprint: string; notAfter: Instant } }

export type Reachability = { reachable: boolean; issues: readonly { kind: string; detail?: string }[] }

// ---- Cloud Services (K19) ------------------------------------------------------------------------------------------------------

export type CloudService = {
  /** ARM id; absent for a classic one. */
  id?: string
  name: string
  classic: boolean
  tags?: Readonly<Record<string, string>>
  roles: readonly {
    role: string
    rdpExtension: boolean
    expiresAt?: Instant
    certificatePresent: boolean
    /** The name of the extension that stands for the role, and the account in it. */
    extension?: string
    user?: string
  }[]
  /** The rules' verdict for the two ports that RDP to a role instance needs. */
  port3389: 'allow' | 'deny' | 'unknown'
  port20000: 'allow' | 'deny' | 'unknown'
  instances: readonly { name: string; state: 'ready' | 'not-ready' | 'unknown' }[]
  events: readonly string[]
}

// ---- Inside Windows (K20, K21) -------------------------------------------------------------------------------------------------

/** What the one read-only script printed. Absent means the script could not tell. */
export type Guest = {
  os?: string
  domain?: { joined: boolean; name?: string; isDc: boolean; dcReachable?: boolean; secureChannel?: boolean }
  entraJoined?: boolean
  termService?: { state: string; start: string }
  listener?: { port: number; owner?: string; enabled: boolean; adapter: string }
  /** fDenyTSConnections, in the machine's own setting and by policy (which wins). */
  denyTs?: number
  denyTsPolicy?: number
  drain?: number
  logonsDisabled?: boolean
  nla?: boolean
  securityLayer?: number
  tls12Server?: boolean
  fips?: boolean
  certificate?: { notAfter?: Instant; usable: boolean }
  machineKeysAcl?: 'default' | 'changed'
  schannelEvents?: readonly string[]
  rcmEvents?: readonly string[]
  firewall?: {
    inbound: 'block' | 'allow' | 'block-all'
    rdpRuleEnabled: boolean
    rdpRulePort?: number
    /** 'any' or the remote addresses it is limited to. */
    rdpRuleRemote?: string
    rdpRuleProfiles?: string
    outboundBlocksRdp: boolean
    thirdParty?: string
  }
  adapter?: { state: string; dhcp: boolean; ipMatchesAzure: boolean }
  account?: {
    name: string
    kind: 'local' | 'domain' | 'entra'
    exists: boolean
    enabled: boolean
    locked: boolean
    expired: boolean
    mustChange: boolean
    admin: boolean
    rdpUsers: boolean
    blankPassword: boolean
    denyRdpRight: boolean
  }
  sessions?: readonly {
    user: string
    state: 'active' | 'disconnected'
    idleMinutes?: number
    client?: string
  }[]
  sessionHostRole?: boolean
  licenceGraceDays?: number
  maxIdleMinutes?: number
  credsspPatched?: boolean
  diskFreePercent?: number
  failedLogons24h?: number
  failedLogonSources?: number
  lastFailureSubstatus?: string
  clockSkewSeconds?: number
}

// ---- People (K09, K22) ---------------------------------------------------------------------------------------------------------

/** Names of the Azure roles the asker holds on the VM, directly, through groups or from above. */
export type Roles = readonly string[]

export type SignInAttempt = {
  at: Instant
  app: string
  code: number
  conditionalAccess?: 'success' | 'failure' | 'notApplied'
}
