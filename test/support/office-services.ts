/** Cloud Services for an office: one service with two roles, changed by one operation at a time, which takes as long as the test says. */
import {
  type Begun,
  type CloudServiceReport,
  type CloudServices,
  Fault,
  type FoundService,
  type Instant,
  OURS,
  type RoleAccess,
} from '../../core/index.ts'

const SHOP_ID =
  '/subscriptions/11111111-2222-4333-8444-555555555555/resourcegroups/rg-app/providers/microsoft.compute/cloudservices/shop'

export type FakeServices = ReturnType<typeof makeServices>

type Order = { do: 'enable' | 'extend' | 'disable'; role?: string; user?: string; until?: Instant }
type Kept = {
  roles: readonly (readonly [string, RoleAccess | undefined | null])[]
  orders: readonly Order[]
  passwords: readonly string[]
  number: number
  pending: Pending | undefined
}
type Pending = { text: string; order: Order; looks: number }

/** @param looks how often an operation is still running when it is looked at; without a number it needs no time */
export function makeServices(looks?: number) {
  const roles = new Map<string, RoleAccess | undefined>([
    ['Web', undefined],
    ['Worker', undefined],
  ])
  const orders: Order[] = []
  const passwords: string[] = []
  let pending: Pending | undefined
  let number = 0
  let patience = looks
  let state: 'ready' | 'not-ready' = 'ready'
  let ports: CloudServiceReport['ports'] = { rdp: 'allow', forwarder: 'allow' }
  let refuse: Fault | undefined
  let fails: Fault | undefined
  let hang = false
  let arrived = () => {}

  function take({ do: what, role, user = '', until }: Order): void {
    for (const name of [...roles.keys()].filter(one => role === undefined || one === role)) {
      const access = roles.get(name)
      if (what === 'disable') roles.set(name, undefined)
      else if (what === 'enable')
        roles.set(name, {
          extension: role === undefined ? OURS : `${OURS}-${role}`,
          everywhere: role === undefined,
          ...{ user, state: 'ready' },
          ...(until === undefined ? {} : { expiresAt: until }),
        })
      else if (access?.user === user && until !== undefined) roles.set(name, { ...access, expiresAt: until })
    }
  }
  async function begin(order: Order): Promise<Begun> {
    if (hang) {
      arrived()
      await new Promise(() => {})
    }
    if (refuse) throw refuse
    tick()
    if (pending)
      throw new Fault('conflict', { op: 'fake', say: 'Another change of the service is under way.' })
    orders.push(order)
    if (patience === undefined) {
      take(order)
      return 'done'
    }
    number += 1
    pending = { text: `operation-${number}`, order, looks: patience }
    return pending.text
  }
  /** Azure goes on whether somebody asks or not: here, with each call. */
  function tick(): void {
    if (pending === undefined) return
    if (pending.looks > 0) {
      pending.looks -= 1
      return
    }
    take(pending.order)
    pending = undefined
  }
  const services: CloudServices = {
    named: async name => FOUND.filter(one => one.name === name.toLowerCase()),
    async report() {
      const isBusy = pending !== undefined
      tick()
      return {
        id: SHOP_ID,
        name: 'shop',
        host: 'shop.westeurope.cloudapp.azure.com',
        roles: [...roles].map(([name, access]) => ({
          name,
          ...(access === undefined
            ? {}
            : { access: { ...access, ...(isBusy ? ({ state: 'changing' } as const) : {}) } }),
        })),
        instances: ['Web_IN_0', 'Web_IN_1', 'Worker_IN_0'].map(name => ({
          ...{ name, role: name.replace(/_IN_\d$/, ''), state },
        })),
        ports,
      }
    },
    enable({ role, account: { user, password }, expiresAt: until }) {
      passwords.push(password)
      return begin({ do: 'enable', user, until, ...(role === undefined ? {} : { role }) })
    },
    extend: ({ role, user, expiresAt: until }) =>
      begin({ do: 'extend', user, until, ...(role === undefined ? {} : { role }) }),
    disable: ({ role }) => begin({ do: 'disable', ...(role === undefined ? {} : { role }) }),
    async look(operation) {
      if (pending?.text !== operation) return 'done'
      if (fails) {
        const fault = fails
        pending = undefined
        fails = undefined
        throw fault
      }
      tick()
      return pending === undefined ? 'done' : 'running'
    },
  }
  return {
    services,
    roles,
    orders,
    /** Every password that was ever sent to Azure. */
    passwords,
    /** What outlives a process of ours. */
    kept: (): Kept => ({ roles: [...roles], orders, passwords, number, pending }),
    bringBack(kept: Kept) {
      for (const [name, access] of kept.roles) roles.set(name, access ?? undefined)
      orders.push(...kept.orders)
      passwords.push(...kept.passwords)
      number = kept.number
      pending = kept.pending
    },
    /** What is begun stays under way until `finish`. */
    takesTime() {
      patience = Number.MAX_SAFE_INTEGER
    },
    finish() {
      if (pending) take(pending.order)
      pending = undefined
    },
    /** What is under way ends badly. */
    fails(fault: Fault) {
      fails = fault
    },
    set refuse(fault: Fault | undefined) {
      refuse = fault
    },
    /** Whoever orders now never hears of it again: the process is killed meanwhile. Resolves when an order has come. */
    hangs(): Promise<void> {
      hang = true
      return new Promise(resolve => {
        arrived = resolve
      })
    },
    answers() {
      hang = false
    },
    set state(next: 'ready' | 'not-ready') {
      state = next
    },
    set ports(next: CloudServiceReport['ports']) {
      ports = next
    },
  }
}

const PLACE = {
  subscription: { id: '11111111-2222-4333-8444-555555555555', name: 'Contoso production' },
  resourceGroup: 'rg-app',
  location: 'westeurope',
  tags: { environment: 'production' },
}
const FOUND: readonly FoundService[] = [
  { id: SHOP_ID, name: 'shop', kind: 'supported', ...PLACE },
  { id: '/subscriptions/old', name: 'old01', kind: 'classic-service', ...PLACE },
]
