/**
 * The reads that triage lives by. Adapters implement them on Azure's real clients; the simulated Azure answers on the real wire.
 *
 * Every method is a read, may be repeated, has its own deadline and never throws for what the world does: a call that is denied, times out
 * or finds nothing to ask delivers a `Reading` that says so in a sentence for people. Ids of checks (K01…) are those of the catalogue.
 */
import type { PersonId, VmId } from '../ids.ts'
import type { VmSummary } from '../ports.ts'
import type {
  Activity,
  Bastion,
  BootSample,
  CloudService,
  Extension,
  FlowVerdict,
  Found,
  Guest,
  Health,
  Incident,
  JitState,
  MachineModel,
  MachineState,
  Metrics,
  Network,
  NetworkRule,
  Reachability,
  Reading,
  Roles,
  Route,
  SignInAttempt,
} from './readings.ts'

export interface Diagnostics {
  /** K01. By VM name, computer name, cloud service or role instance name, address or DNS name. */
  find(typed: string): Promise<Reading<Found>>
  /** K02 */
  state(vm: VmId): Promise<Reading<MachineState>>
  /** K03 */
  model(vm: VmId): Promise<Reading<MachineModel>>
  /** K04 */
  health(vm: VmId): Promise<Reading<Health>>
  /** K05. The VM and what is attached to it, newest first. */
  activity(vm: VmId, hours: number): Promise<Reading<readonly Activity[]>>
  /** K06 and K08: every address and every rule, as written. */
  network(vm: VmId): Promise<Reading<Network>>
  /** K07. `value` undefined: no JIT access policy covers the VM. */
  jit(vm: VmId): Promise<Reading<JitState | undefined>>
  /** K09 */
  roles(vm: VmId, person: PersonId): Promise<Reading<Roles>>
  /** K10 */
  extensions(vm: VmId): Promise<Reading<readonly Extension[]>>
  /** K11. `value` undefined: no Bastion host reaches the VM. */
  bastion(vm: VmId): Promise<Reading<Bastion | undefined>>
  /** K19. By the service's name, or the name of one of its role instances. */
  cloudService(name: string): Promise<Reading<CloudService | undefined>>
  /** K23. Active incidents that name the VM's region and a service RDP depends on. */
  incidents(vm: VmSummary): Promise<Reading<readonly Incident[]>>
  /** K12. IPv4 only; the VM has to run. */
  flow(vm: VmId, port: number, source: string): Promise<Reading<FlowVerdict>>
  /** K13. Rules of the primary NIC in force, tags expanded; the VM has to run. */
  effectiveRules(vm: VmId): Promise<Reading<readonly (NetworkRule & { layer: 'admin' | 'subnet' | 'nic' })[]>>
  /** K14. Effective routes of the primary NIC; the VM has to run. */
  routes(vm: VmId): Promise<Reading<readonly Route[]>>
  /** K15. One sample: serial log, and the picture in words where a `ScreenReader` is at hand. */
  boot(vm: VmId): Promise<Reading<BootSample>>
  /** The picture itself, PNG or BMP, as Azure has it now. It may show names: for the asker alone, and kept nowhere. */
  picture(vm: VmId): Promise<Reading<Uint8Array>>
  /** K16 */
  metrics(vm: VmId): Promise<Reading<Metrics>>
  /** K18. From the Bastion host that reaches the VM. */
  reachability(vm: VmId, port: number): Promise<Reading<Reachability>>
  /**
   * K20 and K21: one read-only script inside Windows, as SYSTEM. Touches the guest: only after an explicit yes for this run and a passed
   * preflight. Takes 25 to 90 seconds; `account` is the Windows account whose state is wanted.
   */
  guest(vm: VmId, account: string | undefined): Promise<Reading<Guest>>
  /** K22. The asker's own recent sign-ins to Windows VMs. */
  signIns(person: PersonId): Promise<Reading<readonly SignInAttempt[]>>
}

/** Turns a picture of a VM's screen, PNG or BMP, into words. The picture is hostile, and so are its words. */
export interface ScreenReader {
  /** Undefined when nothing could be read. */
  read(picture: Uint8Array): Promise<string | undefined>
}

/** Draws pictures from outside anew, so that people are shown dots and nothing else. */
export interface Pictures {
  /** A PNG of at most so many bytes, smaller or in fewer colours where it must be. Undefined for what is no picture of a screen. */
  fit(picture: Uint8Array, mostBytes: number): Promise<Uint8Array | undefined>
}
