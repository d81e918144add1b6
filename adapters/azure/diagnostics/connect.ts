/**
 * Azure behind the port `Diagnostics`, over Microsoft's own clients and, where they offer no operation, over their request pipeline.
 *
 * Take a new `Diagnostics` for each diagnosis: it asks Azure for nothing twice, so that one diagnosis costs about twenty calls, and a
 * check that is repeated after a remedy must see what is new. Boot samples and metrics are read anew each time. All diagnoses share one
 * pace, which keeps them within what Azure takes.
 *
 * Nothing is loaded or sent before the first read. Each read has a deadline, and none throws for what the world does.
 */
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import type { Diagnostics, Log, Reading, ScreenReader } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { callsWith } from '../calls.ts'
import { type Clients, clientsFor } from '../clients.ts'
import type { Tools } from '../network.ts'
import { activity } from './activity.ts'
import { bastion } from './bastion.ts'
import { boot, picture } from './boot.ts'
import { cloudService } from './cloud-service.ts'
import { effectiveRules, routes } from './effective.ts'
import { find } from './find.ts'
import { guest } from './guest.ts'
import { health, incidents, readIncidents } from './health.ts'
import { jit } from './jit.ts'
import { type Look, lookWith, sharedLists } from './look.ts'
import { extensions, model, state } from './machine.ts'
import { metrics } from './metrics.ts'
import { network } from './network.ts'
import { type Pace, pace, paced } from './pace.ts'
import { type Deadline, reading } from './reading.ts'
import { roles } from './roles.ts'
import { flow, reachability } from './watcher.ts'

/** How long a read may take, milliseconds: of the sweep, of a probe, and of the script inside Windows. */
type Deadlines = { sweepMs: number; probeMs: number; guestMs: number }
const DEADLINES: Deadlines = { sweepMs: 8_000, probeMs: 30_000, guestMs: 120_000 }
const SHARE_FOR_MS = 15_000

export type DiagnosticsOptions = {
  credential: TokenCredential
  /** Who runs the script inside Windows. Absent: nobody does, and the reading says so. */
  guestCredential?: TokenCredential | undefined
  /** How to reach management.azure.com and Azure storage instead of the network. */
  httpClient?: HttpClient
  log: Log
  /** The clock grants live by, ms since 1970. Wall time unless given. */
  now?: () => number
  deadlines?: Partial<Deadlines>
  /** Without one, boot samples carry no picture in words. */
  screens?: ScreenReader
  /** Where sign-ins may be read from the directory (K22). */
  signIns?: Diagnostics['signIns']
  /** Between two looks at the script inside Windows, milliseconds. */
  pollMs?: number
  /** How long Bastion hosts, firewalls, watchers and incidents are shared between diagnoses, milliseconds. */
  shareForMs?: number
}

export function connectDiagnostics(options: DiagnosticsOptions): { forOneDiagnosis(): Diagnostics } {
  const { credential, guestCredential, httpClient, log, now = Date.now, shareForMs = SHARE_FOR_MS } = options
  const deadlines = { ...DEADLINES, ...options.deadlines }
  const clients = clientsFor(credential, httpClient)
  const own = pace()
  const sweep = toolsFor(clients, own, deadlines.sweepMs, log)
  const base = {
    sweep,
    probe: toolsFor(clients, own, deadlines.probeMs, log),
    guest: toolsFor(clientsFor(guestCredential ?? credential, httpClient), pace(), deadlines.guestMs, log),
    log,
    now,
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
    shared: sharedLists(sweep, shareForMs, () => readIncidents(sweep)),
  }
  return { forOneDiagnosis: () => diagnosticsOver(lookWith(base), deadlines, options) }
}

const toolsFor = (clients: Clients, own: Pace, deadlineMs: number, log: Log): Tools => ({
  clients,
  calls: paced(callsWith({ deadlineMs, log }), own, deadlineMs),
})

function diagnosticsOver(
  look: Look,
  { sweepMs, probeMs, guestMs }: Deadlines,
  options: DiagnosticsOptions,
): Diagnostics {
  const read =
    (ms: number) =>
    <T>(what: string, thing: string, work: (end: Deadline) => Promise<T>): Promise<Reading<T>> =>
      reading({ op: `azure.diagnostics.${what}`, thing, ms, log: look.log }, work)
  const [swept, probed, inside] = [read(sweepMs), read(probeMs), read(guestMs)]
  const vmNamed = (id: string) => `the VM ${armId(id).name}`
  return {
    find: typed => swept('find', 'the VM', () => find(look, typed)),
    state: vm => swept('state', vmNamed(vm), () => state(look, vm)),
    model: vm => swept('model', vmNamed(vm), () => model(look, vm)),
    health: vm => swept('health', vmNamed(vm), () => health(look, vm)),
    activity: (vm, hours) =>
      swept('activity', `the activity log of ${armId(vm).name}`, () => activity(look, vm, hours)),
    network: vm => swept('network', `the network of ${armId(vm).name}`, end => network(look, vm, end)),
    jit: vm => swept('jit', 'the JIT access policies', () => jit(look, vm)),
    roles: (vm, person) => swept('roles', `the roles on ${armId(vm).name}`, () => roles(look, vm, person)),
    extensions: vm => swept('extensions', `the extensions of ${armId(vm).name}`, () => extensions(look, vm)),
    bastion: vm => swept('bastion', `the Bastion host for ${armId(vm).name}`, () => bastion(look, vm)),
    cloudService: name => swept('cloud-service', 'the Cloud Service', () => cloudService(look, name)),
    incidents: vm => swept('incidents', 'announced incidents', () => incidents(look, vm)),
    flow: (vm, port, source) => probed('flow', vmNamed(vm), () => flow(look, vm, port, source)),
    effectiveRules: vm => probed('effective-rules', vmNamed(vm), () => effectiveRules(look, vm)),
    routes: vm => probed('routes', vmNamed(vm), () => routes(look, vm)),
    boot: vm => probed('boot', vmNamed(vm), () => boot(look, vm, options.screens)),
    picture: vm => probed('picture', vmNamed(vm), () => picture(look, vm)),
    metrics: vm => probed('metrics', vmNamed(vm), () => metrics(look, vm)),
    reachability: (vm, port) => probed('reachability', vmNamed(vm), () => reachability(look, vm, port)),
    guest:
      options.guestCredential === undefined
        ? async () => ({ read: false, why: 'No identity of its own for looking inside Windows is set up.' })
        : (vm, account) => inside('guest', vmNamed(vm), () => guest(look, vm, account)),
    signIns:
      options.signIns ??
      (async () => ({ read: false, why: 'Reading sign-ins from the directory is not set up.' })),
  }
}
