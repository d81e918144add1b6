/**
 * Lifts a triage scenario into a fleet of one VM and what is round it.
 *
 * A scenario states what differs from the defaults beside it. What the diagnosis must not see (its label, its truth) is not looked at
 * here. Strict about names: one that neither the defaults nor the list below know is an error that says where it stands.
 */
import { z } from 'zod'
import { FleetVm, Subscription } from './fleet.ts'
import { CloudService, Extension, Happened } from './fleet-health.ts'
import { Bastion, Firewall, LoadBalancer } from './fleet-network.ts'
import { type Neighbour, neighboursOf } from './neighbours.ts'
import { peeringsOf, routesOf } from './scenario-routes.ts'
import { isMap, type Json, mapIn, merge, type Problems, strangeKeys, textsIn } from './scenario-shape.ts'

/** Who asks, in every scenario. */
export const ASKER = {
  id: '5d1f0c7e-1111-4a6b-9c3d-000000000001',
  upn: 'asker@contoso.com',
  name: 'Asker',
} as const

const HOME = 'sub-app'

export type Lifted = {
  /** ms since 1970 */
  now: number
  message: { text: string; author: string }
  /** What the person answers, by the id of the question. */
  answers: Readonly<Record<string, string>>
  subscriptions: Subscription[]
  /** What the company's own probe hears on the RDP port; `none` where it has no probe. */
  probe: 'none' | 'silent' | 'reset' | 'rdp_reply' | 'other_bytes'
  /** What was not understood and left out. */
  remarks: readonly string[]
}

const PARTS = [
  'id',
  'title',
  'split',
  'difficulty',
  'tags',
  'now',
  'message',
  'answers',
  'azure',
  'guest',
  'truth',
  'expect',
]

/**
 * @param scenario what the YAML of the file says
 * @param defaults what the YAML of `defaults.yaml` says
 * @param file how errors call the scenario
 * @throws {Error} naming the file and each key that does not fit
 */
export function liftScenario(scenario: unknown, defaults: unknown, file: string): Lifted {
  if (!isMap(scenario)) throw new Error(`${file}: is no mapping`)
  if (!isMap(defaults)) throw new Error(`${file}: its defaults are no mapping`)
  const problems: Problems = {
    errors: strangeKeys(scenario, defaults, PARTS).map(key => `${key} is not known`),
    remarks: [],
  }
  const whole = merge(defaults, scenario) as Json
  const lifted = new Lift(whole, problems).lift()
  if (problems.errors.length > 0)
    throw new Error(problems.errors.map(problem => `${file}: ${problem}`).join('\n'))
  return lifted
}

class Lift {
  readonly #azure: Json
  readonly #vm: Json
  readonly #whole: Json
  readonly #problems: Problems

  constructor(whole: Json, problems: Problems) {
    this.#whole = whole
    this.#azure = mapIn(whole, 'azure')
    this.#vm = mapIn(this.#azure, 'vm')
    this.#problems = problems
  }

  lift(): Lifted {
    const message = mapIn(this.#whole, 'message')
    const probe = this.#parse(
      'azure.probe',
      z.enum(['none', 'silent', 'reset', 'rdp_reply', 'other_bytes']),
      this.#azure['probe'] ?? 'none',
      'none',
    )
    const now = Date.parse(String(this.#whole['now']))
    if (Number.isNaN(now)) this.#problems.errors.push('now: no moment')
    if (typeof message['text'] !== 'string') this.#problems.errors.push('message.text: no text')
    return {
      now,
      message: { text: String(message['text'] ?? ''), author: String(message['author'] ?? 'asker') },
      answers: Object.fromEntries(
        Object.entries(mapIn(this.#whole, 'answers')).map(([id, answer]) => [id, String(answer)]),
      ),
      subscriptions: this.#subscriptions(),
      probe,
      remarks: this.#problems.remarks,
    }
  }

  #subscriptions(): Subscription[] {
    const azure = this.#azure
    const neighbours = neighboursOf([...textsIn(this.#vm['near_names']), ...textsIn(azure['other_vms'])])
    const model = this.#vm['model']
    const exists = this.#vm['exists'] !== false
    const isMachine = exists && model !== 'cloud_service'
    const main = isMachine ? this.#mainVm() : undefined
    // One that carries the VM's own name is the VM itself, if it is in the same state; it says where the VM is.
    const own = neighbours.find(
      one =>
        main !== undefined &&
        one.name.toLowerCase() === main.name.toLowerCase() &&
        (one.power === undefined || one.power === main.power),
    )
    if (main !== undefined && own?.rg !== undefined) main.rg = own.rg
    const home = own?.subscription ?? HOME
    const others = neighbours.filter(one => one !== own)
    for (const { vm } of this.#natRules())
      if (vm !== null && vm !== main?.name && !others.some(({ name }) => name === vm))
        others.push({ name: vm })
    const names = [...new Set([home, ...others.map(one => one.subscription ?? home)])]
    return names.map((name, index) => {
      const vms = others
        .filter(one => (one.subscription ?? home) === name)
        .map((one, place) => this.#neighbour(one, 50 + 20 * index + place, main))
      const here = index === 0
      return this.#subscription(
        name,
        index,
        here ? [...(main === undefined ? [] : [main]), ...vms] : vms,
        here,
      )
    })
  }

  #subscription(name: string, index: number, vms: readonly FleetVm[], isHome: boolean): Subscription {
    const azure = this.#azure
    const written = {
      id: `2a5e8c10-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
      name,
      vms: [],
      ...(isHome
        ? {
            location: regionIn(String(azure['service_incident'] ?? '')) ?? 'westeurope',
            ip_flow_verify_available: azure['ip_flow_verify_available'],
            nsgs: this.#nsgs(vms),
            admin_rules: azure['admin_rules'],
            service_tags: azure['service_tags'],
            load_balancers: this.#one('azure.lb', LoadBalancer, azure['lb']),
            firewalls: this.#one('azure.firewall', Firewall, azure['firewall'], { vnet: this.#vnet() }),
            bastions: this.#one('azure.bastion', Bastion, this.#bastion()),
            cloud_services: this.#one('azure.cloud_service', CloudService, this.#cloudService()),
            service_incident: azure['service_incident'],
            roles: textsIn(azure['asker_roles']).map(role => ({
              person: ASKER.id,
              role,
              rg: vms[0]?.rg ?? String(this.#vm['rg'] ?? 'rg-app'),
            })),
          }
        : {}),
    }
    const parsed = Subscription.safeParse({ ...written, vms: vms.map(vm => structuredClone(vm)) })
    if (parsed.success) return parsed.data
    for (const { path, message } of parsed.error.issues)
      this.#problems.errors.push(`azure.${path.join('.')}: ${message}`)
    return Subscription.parse({ id: written.id, name })
  }

  #mainVm(): FleetVm {
    const azure = this.#azure
    const { exists: _, near_names: __, model, ...vm } = this.#vm
    const nic = { ...mapIn(azure, 'nic') }
    // The label is written with its domain, or without.
    if (typeof nic['dns_label'] === 'string') nic['dns_label'] = nic['dns_label'].split('.')[0] ?? null
    const subnet = { ...mapIn(azure, 'subnet'), peerings: peeringsOf(mapIn(azure, 'subnet')['peerings']) }
    return this.#parse('azure.vm', FleetVm, {
      ...vm,
      name: vm['name'] ?? 'vm-unnamed',
      model: model === 'classic' ? 'classic' : 'arm',
      tags: Object.fromEntries(Object.entries(mapIn(vm, 'tags')).map(([key, value]) => [key, String(value)])),
      extensions: this.#items('azure.vm.extensions', Extension, vm['extensions']),
      locks: (Array.isArray(vm['locks']) ? vm['locks'] : []).map(lockOf),
      health: azure['health'],
      activity: this.#items('azure.activity', Happened, azure['activity']).map(one => ({
        ...one,
        by: askerOr(one['by']),
      })),
      boot: azure['boot'],
      metrics: azure['metrics'],
      nic,
      subnet,
      routes: routesOf(azure['routes'], subnet),
      jit: this.#jit(),
      guest: guestOf(this.#whole['guest']),
    })
  }

  /** Another VM: healthy, and without a way in unless its entry says so. */
  #neighbour(one: Neighbour, place: number, main: FleetVm | undefined): FleetVm {
    const { name, rg, power = 'running', os = 'Windows', address } = one
    const isInside = address !== undefined && /^(10|172|192)\./.test(address)
    return FleetVm.parse({
      name,
      rg: rg ?? main?.rg ?? 'rg-app',
      os,
      power,
      agent: power === 'running' ? 'ready' : 'unknown',
      nic: {
        private_ip: isInside ? address : `10.20.1.${place}`,
        public_ip: address === undefined || isInside ? null : address,
      },
      ...(one.subscription === undefined && main !== undefined
        ? { subnet: { ...main.subnet, peerings: [], nsg: null } }
        : {}),
    })
  }

  #vnet(): string {
    return String(mapIn(this.#azure, 'subnet')['vnet'] ?? 'vnet-app')
  }

  #natRules(): { vm: string | null }[] {
    const lb = this.#azure['lb']
    const rules = isMap(lb) && Array.isArray(lb['nat']) ? lb['nat'] : []
    return rules.map(rule => ({ vm: isMap(rule) && typeof rule['vm'] === 'string' ? rule['vm'] : null }))
  }

  /** Rules by NSG. One that is only named has the default rules. */
  #nsgs(vms: readonly FleetVm[]): Json {
    const nsgs: Json = {}
    for (const [name, rules] of Object.entries(mapIn(this.#azure, 'nsgs')))
      nsgs[name] = Array.isArray(rules)
        ? rules.map(rule => (isMap(rule) ? lowered(rule, 'proto') : rule))
        : rules
    const bastion = this.#azure['bastion']
    const own = isMap(bastion) ? bastion['nsg'] : undefined
    if (Array.isArray(own)) nsgs['nsg-bastion'] = own
    const named = [...vms.flatMap(vm => [vm.nic.nsg, vm.subnet.nsg]), typeof own === 'string' ? own : null]
    for (const name of named)
      if (name !== null && nsgs[name] === undefined) {
        nsgs[name] = []
        this.#problems.remarks.push(
          `azure.nsgs: ${name} is named and not listed: taken as one without own rules`,
        )
      }
    return nsgs
  }

  #bastion(): unknown {
    const bastion = this.#azure['bastion']
    if (!isMap(bastion)) return bastion
    const { nsg, route_table } = bastion
    return {
      ...bastion,
      vnet: bastion['vnet'] ?? (bastion['peered'] === true ? 'vnet-hub' : this.#vnet()),
      nsg: Array.isArray(nsg) ? 'nsg-bastion' : (nsg ?? null),
      route_table: typeof route_table === 'string' || !route_table ? (route_table ?? null) : 'rt-bastion',
    }
  }

  #cloudService(): unknown {
    const service = this.#azure['cloud_service']
    if (!isMap(service) || this.#vm['exists'] === false) return service ?? null
    const { instances } = service
    return {
      ...service,
      instances:
        typeof (instances ?? 'ready') === 'string' ? (instances ?? 'ready') : JSON.stringify(instances),
      instance_names: typeof this.#vm['name'] === 'string' ? [this.#vm['name']] : [],
    }
  }

  #jit(): unknown {
    const jit = this.#azure['jit']
    if (!isMap(jit)) return jit ?? null
    const ports = Array.isArray(jit['ports']) ? jit['ports'] : []
    const requests = Array.isArray(jit['requests']) ? jit['requests'] : []
    return {
      ...jit,
      ports: ports.map(port =>
        isMap(port) && typeof port['proto'] === 'string'
          ? { ...port, proto: port['proto'].toUpperCase() }
          : port,
      ),
      requests: requests.map(request =>
        isMap(request) ? { ...request, by: askerOr(request['by']) } : request,
      ),
      as_written: true,
    }
  }

  #one(at: string, shape: z.ZodObject, value: unknown, more: Json = {}): unknown[] {
    return value === null || value === undefined
      ? []
      : this.#items(at, shape, [{ ...more, ...(value as Json) }])
  }

  /** Items without what their shape does not know; that is remarked. */
  #items(at: string, shape: z.ZodObject, value: unknown): Json[] {
    return (Array.isArray(value) ? value : []).flatMap((item, index) => {
      if (!isMap(item)) {
        this.#problems.errors.push(`${at}.${index}: is no mapping`)
        return []
      }
      const known = Object.entries(item).filter(([key]) => {
        const isKnown = key in shape.shape
        if (!isKnown) this.#problems.remarks.push(`${at}.${key} is not known and was left out`)
        return isKnown
      })
      return [Object.fromEntries(known)]
    })
  }

  #parse<T>(at: string, shape: z.ZodType<T>, value: unknown, otherwise?: T): T {
    const parsed = shape.safeParse(value)
    if (parsed.success) return parsed.data
    for (const { path, message, code } of parsed.error.issues) {
      // A strange key was named already; and the parts of a VM stand beside it in a scenario.
      if (code === 'unrecognized_keys' && path.length === 0) continue
      const isBeside = at === 'azure.vm' && String(path[0]) in this.#azure
      this.#problems.errors.push(`${[isBeside ? 'azure' : at, ...path].join('.')}: ${message}`)
    }
    return otherwise ?? shape.parse({ name: 'broken' })
  }
}

/** Inside Windows. The script tells of the key folder only whether its rights are the usual ones; a file may say what they are. */
function guestOf(guest: unknown): unknown {
  if (!isMap(guest) || typeof guest['machinekeys_acl'] !== 'string') return guest
  return { ...guest, machinekeys_acl: /^default$/i.test(guest['machinekeys_acl']) ? 'default' : 'changed' }
}

const askerOr = (by: unknown): string => (by === 'asker' ? ASKER.upn : String(by ?? 'somebody'))

const lowered = (map: Json, key: string): Json => {
  const value = map[key]
  if (typeof value !== 'string') return map
  return { ...map, [key]: /^any$/i.test(value) ? '*' : value.toLowerCase() }
}

/** `ReadOnly`, `delete lock (CanNotDelete)`, or a mapping. */
function lockOf(lock: unknown): unknown {
  if (typeof lock !== 'string') return lock
  const level = /read/i.test(lock) ? 'ReadOnly' : 'CanNotDelete'
  return { name: lock, level }
}

/** A region that a text names, as Azure writes it. */
function regionIn(text: string): string | undefined {
  const [, side, rest] =
    /\b(north|west|east|south|uk|sweden|germany|france)[ -]?(europe|central us|us 2|us|west central|central|south|asia)\b/i.exec(
      text,
    ) ?? []
  return side === undefined ? undefined : `${side}${rest}`.toLowerCase().replaceAll(' ', '')
}
