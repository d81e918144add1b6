/** One healthy VM and what is known of it, a port that tells it, and the same port with some of it denied. */
import { instant, type PersonId, parseVmId, type VmId } from '../../../../core/ids.ts'
import type { VmSummary } from '../../../../core/ports.ts'
import type { Diagnostics } from '../../../../core/triage/diagnostics.ts'
import type { Assessment } from '../../../../core/triage/engine/assessment.ts'
import { investigate } from '../../../../core/triage/engine/investigate.ts'
import type { FactName, Facts } from '../../../../core/triage/engine/knowledge.ts'
import type { ProbeAnswer, Reading } from '../../../../core/triage/readings.ts'
import { CLIENT, network, rule } from '../nsg/world.ts'

export const NOW = instant(Date.parse('2026-11-20T09:00:00Z'))
const ASKER = 'a1b2c3d4-0000-4000-8000-000000000001' as PersonId

export const vmCalled = (name: string, more: Partial<VmSummary> = {}): VmSummary =>
  ({
    id: parseVmId(
      `/subscriptions/2a5e8c10-0000-4000-8000-000000000001/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/${name}`,
    ) as VmId,
    name,
    resourceGroup: 'rg-app',
    subscription: { id: '2a5e8c10-0000-4000-8000-000000000001', name: 'sub-app' },
    location: 'westeurope',
    os: 'windows',
    tags: {},
    ...more,
  }) as VmSummary

export const HEALTHY: Facts = {
  state: { power: 'running', provisioning: 'succeeded', agent: 'ready', agentAt: NOW },
  model: {
    ...{ size: 'Standard_D4s_v5', spot: false, ephemeralOsDisk: false, temporaryDisk: false },
    ...{ extensionOperations: true, bootDiagnostics: true, identity: 'none', customImage: false },
    ...{ tags: {}, locks: [] },
  },
  health: { state: 'available', context: 'unknown' },
  activity: [],
  network: network({ nic: [rule('Office', 300, { sources: ['203.0.113.0/24'] })] }),
  jit: undefined,
  roles: ['Reader'],
  extensions: [],
  bastion: undefined,
  cloudService: undefined,
  incidents: [],
  flow: { access: 'allow', rule: 'securityRules/Office' },
  effectiveRules: [],
  routes: [{ prefix: '0.0.0.0/0', nextHop: 'Internet' }],
  boot: { at: NOW, screen: 'sign-in screen, clock current', serial: '' },
  bootAgain: { at: NOW, screen: 'sign-in screen, clock current', serial: '' },
  metrics: { cpuPercent: 9, memoryFreeMb: 6_000, networkIn: 900_000 },
  probe: { answer: 'silent' },
  reachability: { reachable: true, issues: [] },
  guest: { firewall: { inbound: 'block', rdpRuleEnabled: false, outboundBlocksRdp: false } },
  signIns: [],
}

export type Told = {
  text: string
  vms?: readonly VmSummary[]
  facts?: Partial<Facts>
  /** The reads that Azure denies. */
  denied?: readonly (FactName | 'find')[]
  answers?: Readonly<Record<string, string>>
  /** The addresses that our own tries come from. */
  from?: readonly string[]
}

export type Ran = { assessment: Assessment; read: string[]; asked: string[]; dialled: string[] }

export const actionFor = (name: string) => `Microsoft.Test/${name}/action`

/** Drives one diagnosis to its end. */
export async function diagnose({
  text,
  vms = [vmCalled('app-win-1')],
  facts = {},
  denied = [],
  answers = {},
  from = ['203.0.113.0/24'],
}: Told): Promise<Ran> {
  const read: string[] = []
  const asked: string[] = []
  const dialled: string[] = []
  const tell =
    <K extends FactName>(name: K) =>
    async (): Promise<Reading<Facts[K]>> => {
      read.push(name)
      return denied.includes(name)
        ? { read: false, why: `the right ${actionFor(name)} is missing.`, lacks: actionFor(name) }
        : { read: true, value: { ...HEALTHY, ...facts }[name] }
    }
  const diagnostics: Diagnostics = {
    find: async typed => {
      read.push('find')
      if (denied.includes('find'))
        return { read: false, why: `the right ${actionFor('find')} is missing.`, lacks: actionFor('find') }
      return {
        read: true,
        value: {
          vms: vms.filter(({ name }) => name.toLowerCase() === typed.toLowerCase()),
          others: [],
          near: [],
        },
      }
    },
    state: tell('state'),
    model: tell('model'),
    health: tell('health'),
    activity: tell('activity'),
    network: tell('network'),
    jit: tell('jit'),
    roles: tell('roles'),
    extensions: tell('extensions'),
    bastion: tell('bastion'),
    cloudService: tell('cloudService'),
    incidents: tell('incidents'),
    flow: tell('flow'),
    effectiveRules: tell('effectiveRules'),
    routes: tell('routes'),
    boot: tell('boot'),
    picture: async () => ({ read: false, why: 'there is none.' }),
    metrics: tell('metrics'),
    reachability: tell('reachability'),
    guest: tell('guest'),
    signIns: tell('signIns'),
  }
  const all: Record<string, string> = { 'Q-CONSENT': 'Allow once', 'Q-SRCIP': CLIENT, ...answers }
  const { assessment } = await investigate(
    {
      diagnostics,
      clock: { now: () => NOW, pause: async () => undefined },
      visible: async list => list,
      own: {
        from,
        dial: async (host, port) => {
          dialled.push(`${host}:${port}`)
          return (facts.probe ?? HEALTHY.probe) as ProbeAnswer
        },
      },
      ask: async ({ id }) => {
        asked.push(id)
        return all[id]
      },
    },
    { text, asker: { person: ASKER, accounts: ['asker@contoso.com'] } },
  )
  return { assessment, read, asked, dialled }
}
