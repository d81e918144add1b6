/** The office's VMs: whatever is in the map, as it is at that moment. */
import { Fault, type Machines, type VmReport, type VmSummary } from '../../core/index.ts'

export type Fleet = Map<string, VmReport>

export function machinesOf(fleet: Fleet): Machines {
  const summaries = (): readonly VmSummary[] => [...fleet.values()].map(({ vm }) => vm)
  return {
    named: async name => summaries().filter(vm => vm.name.toLowerCase() === name.toLowerCase()),
    byId: async id => fleet.get(id)?.vm,
    like: async text => summaries().filter(vm => vm.name.startsWith(text.slice(0, 2))),
    async report(id) {
      const report = fleet.get(id)
      if (!report) throw new Fault('missing', { op: 'fake.report', say: 'The VM is gone.' })
      return report
    },
  }
}

export const reportOf = (vm: VmSummary, changes: Partial<VmReport> = {}): VmReport => ({
  vm,
  power: 'running',
  computerName: vm.name,
  adminAccount: 'localadmin',
  nics: [
    {
      privateAddress: '10.0.0.4',
      publicAddress: '198.51.100.4',
      publicName: `${vm.name}.example`,
      primary: true,
    },
  ],
  jit: {
    policyId: '/policies/default',
    ports: [{ number: 3389, protocol: 'TCP', maxMinutes: 180, sources: ['*'] }],
  },
  exposure: { state: 'closed' },
  ...changes,
})
