/** An office in which a password is lost: what Azure and Windows say is set by the test, and what is ordered is noted. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals'
import type {
  DiagnosisId,
  Diagnostics,
  Log,
  Message,
  Operation,
  Reading,
  Repair,
  Repairs,
} from '../../core/index.ts'
import { isRefusal } from '../../core/index.ts'
import type { Guest } from '../../core/triage/readings.ts'
import { alice, aRule, bob, vm01 } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'

export let office: Office
export const world = {
  begun: [] as { repair: Repair; key: string; again: boolean }[],
  outcome: 'running' as 'running' | { done: true } | { failed: string },
  begins: () => undefined as unknown,
  guest: {} as Guest,
  adminAccount: undefined as string | undefined,
  logged: [] as string[],
}

export const ACCOUNT: NonNullable<Guest['account']> = {
  ...{ name: 'azadmin', kind: 'local' as const, exists: true, enabled: true, locked: false, expired: false },
  ...{ mustChange: false, admin: true, rdpUsers: false, blankPassword: false, denyRdpRight: false },
}
const facts = (): Partial<Record<keyof Diagnostics, Reading<unknown>>> => ({
  find: { read: true, value: { vms: [vm01], others: [], near: [] } },
  state: { read: true, value: { power: 'running', provisioning: 'succeeded', agent: 'ready' } },
  model: {
    read: true,
    value: {
      size: 'Standard_D2s_v5',
      ...{ spot: false, ephemeralOsDisk: false, temporaryDisk: false, extensionOperations: true },
      ...{ bootDiagnostics: false, identity: 'none', customImage: false, tags: {}, locks: [] },
      ...(world.adminAccount === undefined ? {} : { adminAccount: world.adminAccount }),
    },
  },
  activity: { read: true, value: [] },
  extensions: { read: true, value: [] },
  guest: { read: true, value: world.guest },
})
const diagnostics = new Proxy({} as Diagnostics, {
  get: (_, name: keyof Diagnostics) => async () => facts()[name] ?? { read: false, why: 'Azure is away.' },
})
export const repairs: Repairs = {
  async begin(repair, { key, again }) {
    world.begun.push({ repair, key, again: again !== undefined })
    world.begins()
    return {
      ...{ repair: repair.do, on: vm01.id, key, since: again ?? office.now() },
      ...{ lookEveryMs: 1_000, resume: {} },
    } satisfies Operation
  },
  look: async () => world.outcome,
}
const note =
  (level: string): Log['warn'] =>
  (event, given, error) =>
    void world.logged.push(
      `${level} ${event} ${JSON.stringify(given)} ${error instanceof Error ? error.stack : ''}`,
    )
export const looking = aRule({ verbs: ['connect', 'diagnose'] })
const inside = aRule({ id: 'inside', effect: 'allow', approvers: [], verbs: ['look-inside'] })
export const setting = aRule({ id: 'passwords', verbs: ['reset-password'] })

/** Call it once in a test file. */
export function furnishes(): void {
  beforeAll(async () => {
    office = await openOffice()
    const log: Log = { info: note('info'), warn: note('warn'), error: note('error') }
    Object.assign(office.ports, { diagnostics: { forOneDiagnosis: () => diagnostics }, repairs, log })
  }, 60_000)
  beforeEach(async () => {
    await office.reset()
    office.setPolicy(looking, inside, setting)
    world.begun = []
    world.outcome = 'running'
    world.begins = () => undefined
    world.guest = { domain: { joined: false, isDc: false }, account: ACCOUNT }
    world.adminAccount = undefined
    world.logged = []
  })
  afterAll(() => office.close())
}

export const shown = (): Message => office.cardsOf(alice)[0]?.message as Message
export const words = (message = shown()) => JSON.stringify(message.lines)
export const labels = () => shown().buttons.map(({ label }) => label)
export const LOOK = 'Look inside Windows for the account'
export const diagnosed = async () => {
  await office.typed(alice, 'diagnose vm01 nobody knows the password of azadmin any more, I forgot it')
  for (let n = 0; n < 4 && shown().buttons.some(({ label }) => label === 'Allow once'); n += 1)
    await office.pressed(alice, 'Allow once', /question/)
}
export const asked = async () => {
  await diagnosed()
  if (labels().includes(LOOK)) await office.pressed(alice, LOOK, /vm01/)
  await office.pressed(alice, 'Reset local password…', /vm01/)
  await office.pressed(alice, 'Ask for approval', /^Reset local password\?/)
}
export const ASKS = /^Alice Adams asks: Reset local password, vm01$/
export const agreed = async () => {
  await asked()
  await office.pressed(bob, 'Approve', ASKS)
}
export const page = (): { diagnosis: DiagnosisId; key: string } => {
  const link = shown().buttons.find(({ press }) => 'url' in press && press.url.includes('/remedy/'))
  if (!link || !('url' in link.press)) throw new Error(`no page on ${shown().title}: ${labels()}`)
  const [key = '', diagnosis = ''] = link.press.url.split('/').reverse()
  return { diagnosis: diagnosis as DiagnosisId, key }
}
export const views = ({ diagnosis, key } = page(), who = alice) =>
  office.latchkey.desk.remedyView(diagnosis, key, who.person)
export const presses = async ({ diagnosis, key } = page(), who = alice) => {
  const answer = await office.latchkey.desk.remedy(diagnosis, key, who.person)
  await office.settle()
  return answer
}
export const passwordOf = (answer: Awaited<ReturnType<typeof presses>>): string => {
  if (isRefusal(answer)) throw new Error(`refused: ${answer.code}`)
  return answer.once.password
}
export const goesBy = async (ms = 2_000) => {
  office.elapse(ms)
  await office.settle()
}
/** Whatever outlives the answer. */
export const everything = async () => {
  const { rows, outside } = await office.keep()
  return [rows, outside, ...world.logged].join('\n')
}

export async function undertaken(): Promise<{ id: DiagnosisId; key: string }> {
  const { rows } = await office.keep()
  const { diagnoses } = JSON.parse(rows) as {
    diagnoses: { document: { id: DiagnosisId; repair?: { key: string } } }[]
  }
  const document = diagnoses[0]?.document
  if (document === undefined) throw new Error('no diagnosis is kept')
  return { id: document.id, key: document.repair?.key ?? '' }
}
