/** Remedies on a Cloud Service: its rules, its account with a password shown once, and one instance restarted. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type {
  DiagnosisId,
  Diagnostics,
  Message,
  Operation,
  Reading,
  Repair,
  Repairs,
} from '../../core/index.ts'
import { instant, isRefusal } from '../../core/index.ts'
import type { CloudService } from '../../core/triage/readings.ts'
import { alice, aRule, bob } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'

const ID =
  '/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-web/providers/Microsoft.Compute/cloudServices/shop'
const HOUR = 3_600_000

let office: Office
let begun: Repair[]
let outcome: 'running' | { done: true }
let service: CloudService

const diagnostics = new Proxy({} as Diagnostics, {
  get: (_, name: keyof Diagnostics) => async (): Promise<Reading<unknown>> => {
    if (name === 'find')
      return {
        read: true,
        value: { vms: [], others: [{ name: 'shop', kind: 'cloud-service-role', id: ID }], near: [] },
      }
    return name === 'cloudService' ? { read: true, value: service } : { read: false, why: 'Azure is away.' }
  },
})
const repairs: Repairs = {
  async begin(repair, { key, again }) {
    begun.push(repair)
    return {
      ...{ repair: repair.do, on: ID, key, since: again ?? office.now() },
      ...{ lookEveryMs: 1_000, resume: {} },
    } satisfies Operation
  },
  async look() {
    if (outcome !== 'running') service = mended()
    return outcome
  },
}
let mended: () => CloudService

const role = (more: Partial<CloudService['roles'][number]> = {}): CloudService['roles'][number] => ({
  ...{ role: 'WebRole', rdpExtension: true, certificatePresent: true, extension: 'RDPExtension' },
  ...{ user: 'ann', expiresAt: instant(office.now() - HOUR) },
  ...more,
})
const shop = (more: Partial<CloudService> = {}): CloudService => ({
  ...{ id: ID, name: 'shop', classic: false, tags: { Environment: 'test' }, roles: [role()] },
  ...{ port3389: 'allow', port20000: 'allow', events: [] },
  instances: [
    { name: 'WebRole_IN_0', state: 'ready' },
    { name: 'WebRole_IN_1', state: 'ready' },
  ],
  ...more,
})
const looking = aRule({ verbs: ['connect', 'diagnose'] })
const mending = aRule({
  id: 'services',
  verbs: ['cs-enable-rdp', 'cs-extend-expiry', 'cs-restart-instance'],
  machines: { names: ['shop'], tags: { environment: ['test'] }, resourceGroups: ['RG-WEB'] },
})

beforeAll(async () => {
  office = await openOffice()
  Object.assign(office.ports, { diagnostics: { forOneDiagnosis: () => diagnostics }, repairs })
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.setPolicy(looking, mending)
  begun = []
  outcome = 'running'
  service = shop()
  mended = () => service
})
afterAll(() => office.close())

const shown = (): Message => office.cardsOf(alice)[0]?.message as Message
const words = (message = shown()) => JSON.stringify(message.lines)
const labels = () => shown().buttons.map(({ label }) => label)
const diagnosed = () =>
  office.typed(alice, 'diagnose the role instance WebRole_IN_0 of shop.cloudapp.net cannot be reached')
const goesBy = async (ms = 2_000) => {
  office.elapse(ms)
  await office.settle()
}
const agreed = async (button: string) => {
  await diagnosed()
  await office.pressed(alice, `${button}…`, /./)
  await office.pressed(alice, 'Ask for approval', /\?/)
  await office.pressed(bob, 'Approve', /^Alice Adams asks/)
}
const presses = async () => {
  const link = shown().buttons.find(({ press }) => 'url' in press && press.url.includes('/remedy/'))
  if (!link || !('url' in link.press)) throw new Error(`no page on ${shown().title}: ${labels()}`)
  const [key = '', diagnosis = ''] = link.press.url.split('/').reverse()
  const answer = await office.latchkey.desk.remedy(diagnosis as DiagnosisId, key, alice.person)
  await office.settle()
  if (isRefusal(answer)) throw new Error(`refused: ${answer.code}`)
  return answer.once
}

describe('an account that has ended', () => {
  test('gets a later end and a new password, after somebody agreed, and the check says that it helped', async () => {
    mended = () => shop({ roles: [role({ expiresAt: instant(office.now() + HOUR) })] })
    await agreed('Extend the RDP account')
    const card = office.cardsOf(bob).at(-1)?.message as Message
    expect(words(card)).toMatch(/the account is ann/)
    const once = await presses()
    expect(once.user).toBe('ann')
    expect(begun).toMatchObject([
      {
        ...{ do: 'cs-extend-expiry', service: ID, role: 'WebRole', account: 'ann' },
        ...{ password: once.password, until: office.now() + 8 * HOUR },
      },
    ])
    outcome = { done: true }
    await goesBy()
    expect(words()).toMatch(/Extend the RDP account was done, and it helped/)
    expect((await office.keep()).rows).not.toContain(once.password)
  })
  test('of an access of ours is not taken over: the way is to ask for access', async () => {
    service = shop({ roles: [role({ extension: 'LatchkeyRDP-WebRole' })] })
    await diagnosed()
    expect(shown().title).toMatch(/expired/i)
    expect(labels()).not.toContain('Extend the RDP account…')
  })
})

describe('a role without Remote Desktop', () => {
  test('gets it with an account of its own, made at the press', async () => {
    service = shop({ roles: [{ role: 'WebRole', rdpExtension: false, certificatePresent: true }] })
    await agreed('Turn RDP on for the role')
    expect(words(office.cardsOf(bob).at(-1)?.message as Message)).toMatch(/restarts every instance/)
    const once = await presses()
    expect(once.user).toMatch(/^lk-[a-z2-9]{8}$/)
    expect(begun).toMatchObject([{ do: 'cs-enable-rdp', role: 'WebRole', account: once.user }])
    expect(JSON.stringify(await office.keep())).toContain(once.user)
    expect(JSON.stringify(await office.keep())).not.toContain(once.password)
  })
})

describe('a forwarder that has crashed', () => {
  test('comes back with a restart of the instance that was named, and no password', async () => {
    service = shop({
      roles: [role({ expiresAt: instant(office.now() + HOUR) })],
      events: ['WebRole_IN_0: RemoteForwarder stopped'],
    })
    mended = () => shop({ roles: service.roles })
    await agreed('Restart the role instance')
    expect(begun).toEqual([{ do: 'cs-restart-instance', service: ID, instance: 'WebRole_IN_0' }])
    outcome = { done: true }
    await goesBy()
    expect(words()).toMatch(/Restart the role instance was done, and it helped/)
  })
})

describe('whose agreement', () => {
  test('a rule for other services gives no button', async () => {
    office.setPolicy(looking, { ...mending, machines: { names: ['other'] } })
    await diagnosed()
    expect(labels()).not.toContain('Extend the RDP account…')
  })
  test('what the approver agrees to is judged again, for the service', async () => {
    await diagnosed()
    await office.pressed(alice, 'Extend the RDP account…', /./)
    await office.pressed(alice, 'Ask for approval', /\?/)
    office.setPolicy(looking)
    await office.pressed(bob, 'Approve', /^Alice Adams asks/)
    expect(office.titlesOf(bob)).toContain('The policy has changed')
    expect(begun).toEqual([])
  })
})
