/**
 * The page of a remedy that sets a password: what will happen, and the press that makes it happen.
 *
 * Only the asker gets here, signed in; whether they still may is judged at the press. A password is made in the very call that sends it to
 * Azure, goes into its answer, and is kept nowhere. Before, the account is recorded; so a process that dies in between leaves a record of what
 * may have happened, and the next press replaces what nobody has seen. One press at a time: the page that answers last shows what counts.
 */
import { activePerson } from '../../access/people.ts'
import { Fault } from '../../fault.ts'
import type { DiagnosisId, Instant, PersonId } from '../../ids.ts'
import { earliest, instant, later } from '../../ids.ts'
import type { OnceShown } from '../../pages.ts'
import type { Ports } from '../../ports.ts'
import { makeAccount, makePassword } from '../../rdp/cloud-service/account.ts'
import { RETIRES_AT } from '../../rdp/cloud-service/words.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import { REMEDIES } from '../catalogue/remedies/index.ts'
import type { Repair } from '../repairs.ts'
import { everyCopy } from './begin.ts'
import { type Diagnosis, noting, type Undertaking } from './diagnosis.ts'
import { consentFor } from './may.ts'
import { isSecret, type SecretOrder } from './orders.ts'
import { ruled } from './ruled.ts'
import { SERVICE_ACCOUNT_MINUTES } from './service.ts'

/** Longer than a press takes: every call to Azure has a deadline of half a minute, and there are two in a row. */
const PRESS_MS = 90_000
const MOST_RACES = 20

type Kept = { diagnosis: Diagnosis; version: number }
type Secret = Undertaking & { order: SecretOrder }
export type Found = Kept & { repair: Secret }

/** Whether the page offers its button now, and what the press does. */
export type Offer = 'set' | 'again' | 'wait' | 'nothing'

/** Anyone else learns nothing, not even whether it exists; what is settled, or was replaced by another remedy, is told to its asker. */
export async function findSecret(
  { store }: Pick<Ports, 'store'>,
  id: DiagnosisId,
  key: string,
  person: PersonId,
): Promise<Found | Refusal> {
  const found = await store.diagnosis(id)
  if (found?.diagnosis.by.person !== person) return { code: 'not-requester' }
  const { repair } = found.diagnosis
  if (repair === undefined || repair.key !== key || !isSecret(repair.order)) return { code: 'repair-settled' }
  return { ...found, repair: { ...repair, order: repair.order } }
}

export function offerOf({ state, until, press }: Undertaking, now: Instant): Offer {
  if (until === undefined || now >= until) return 'nothing'
  switch (state) {
    case 'agreed':
      return press === undefined ? 'set' : 'again'
    case 'setting':
      return press !== undefined && now - press.at < PRESS_MS ? 'wait' : 'again'
    case 'running':
      return 'wait'
    case 'done':
    case 'failed':
      return 'again'
    default:
      return 'nothing'
  }
}

/**
 * Makes a password, sends it to Azure and gives it back, to be shown once. Each call makes a new one.
 *
 * @throws {Fault} Azure did not take it, or nobody knows; the diagnosis says so too
 */
export async function setSecret(
  ports: Ports,
  id: DiagnosisId,
  key: string,
  person: PersonId,
): Promise<{ repair: Undertaking; once: OnceShown } | Refusal> {
  const { store, clock, repairs } = ports
  if (repairs === undefined) return { code: 'not-offered' }
  for (let race = 0; race < MOST_RACES; race += 1) {
    const found = await findSecret(ports, id, key, person)
    if (isRefusal(found)) return found
    const now = clock.now()
    const no = (await mayNotNow(ports, found)) ?? notNow(found.repair, now)
    if (no !== undefined) return no
    const { repair, diagnosis, version } = found
    const press = { id: ports.ids.request(), at: now, count: (repair.press?.count ?? 0) + 1 }
    const { once, order } = made(ports, repair.order, now)
    const { operation: _, say: __, ...before } = repair
    const setting = {
      ...before,
      ...{ state: 'setting' as const, press: { ...press, account: once.user }, sentAt: now },
    }
    const next = noting(
      { ...diagnosis, repair: setting },
      { what: 'setting', remedy: repair.remedy, account: once.user, at: now },
    )
    const kept = await store.keep({ diagnosis: next, expected: version, queue: everyCopy(next) })
    if (kept !== 'kept') continue
    const sent = await send(ports, id, { order, setting, before: repair.press })
    if (isRefusal(sent)) return sent
    ports.log.info('remedy.password-set', { remedy: repair.remedy, count: press.count })
    return { repair: sent, once }
  }
  throw new Error(`diagnosis ${id} kept changing`)
}

/** What is told where nobody knows whether Azure got the last password. */
export const unknownOutcome = ({ press }: Pick<Undertaking, 'press'>): string =>
  `Nobody knows whether Azure got the new password of ${press?.account ?? 'the account'}: it may have changed, and nobody has it.`

/** The policy, the person and the target, as they are now. */
async function mayNotNow(ports: Ports, { diagnosis, repair }: Found): Promise<Refusal | undefined> {
  const { person } = diagnosis.by
  const { vm, verb, remedy, by } = repair
  const [active, on] = await Promise.all([
    activePerson(ports.directory, person),
    ruled(ports, diagnosis.known, vm),
  ])
  if (active?.person.kind !== 'member') return { code: 'person-disabled' }
  if (on === undefined) return { code: 'vm-not-found', name: vm.name, near: [] }
  const consent = consentFor(ports.policies.current(), active, on, verb, REMEDIES[remedy].approval)
  if (isRefusal(consent)) return consent
  // What one person could do alone may take two by now.
  return consent.by === 'approvers' && by === 'asker'
    ? { code: 'needs-approver', vm: vm.name, verb }
    : undefined
}

function notNow(repair: Undertaking, now: Instant): Refusal | undefined {
  switch (offerOf(repair, now)) {
    case 'set':
    case 'again':
      return undefined
    case 'wait':
      return { code: 'password-under-way', account: repair.press?.account ?? '' }
    case 'nothing':
      return repair.until !== undefined && now >= repair.until
        ? { code: 'lapsed', at: repair.until }
        : { code: 'repair-settled' }
  }
}

/** The only place where the password is. */
function made(
  { random }: Ports,
  order: SecretOrder,
  now: Instant,
): { once: OnceShown; order: Extract<Repair, { password: string }> } {
  if (order.do === 'reset-password') {
    const once = { user: order.account, password: makePassword(random, order.account) }
    return { once, order: { ...order, password: once.password } }
  }
  const { account } = order
  const once =
    account === undefined ? makeAccount(random) : { user: account, password: makePassword(random, account) }
  const until = earliest(later(now, SERVICE_ACCOUNT_MINUTES), RETIRES_AT)
  return { once, order: { ...order, account: once.user, password: once.password, until } }
}

/**
 * Sends it, and records what Azure says. INVARIANT: nobody else presses meanwhile (`PRESS_MS`), and nothing but a press changes the remedy; what
 * else changed in the diagnosis is kept.
 */
async function send(
  ports: Ports,
  id: DiagnosisId,
  what: {
    order: Extract<Repair, { password: string }>
    setting: Undertaking & { press: NonNullable<Undertaking['press']> }
    /** The press before this one, if its password may still be the one that counts. */
    before: Undertaking['press']
  },
): Promise<Undertaking | Refusal> {
  const { order, setting, before } = what
  const pressId = setting.press.id
  const { store, repairs } = ports
  const record = async (repair: Undertaking, followMs?: number): Promise<Undertaking | undefined> => {
    for (let race = 0; race < MOST_RACES; race += 1) {
      const latest = await store.diagnosis(id)
      if (latest?.diagnosis.repair?.press?.id !== pressId) return undefined
      const diagnosis = { ...latest.diagnosis, repair }
      const follow =
        followMs === undefined
          ? []
          : [
              {
                effect: { do: 'repair', diagnosis: id, first: false } as const,
                notBefore: instant(ports.clock.now() + followMs),
              },
            ]
      const queue = [...everyCopy(diagnosis), ...follow]
      if ((await store.keep({ diagnosis, expected: latest.version, queue })) === 'kept') return repair
    }
    throw new Error(`diagnosis ${id} kept changing`)
  }
  try {
    const operation = await repairs?.begin(order, { key: pressId })
    if (operation === undefined) return { code: 'not-offered' }
    const running = await record({ ...setting, state: 'running', operation }, operation.lookEveryMs)
    return running ?? { code: 'repair-settled' }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const isLost = error.kind === 'timeout' || error.kind === 'broken'
    const say = isLost ? `${error.say} ${unknownOutcome(setting)}` : error.say
    const { press: _, ...unpressed } = setting
    const kept = isLost ? setting : { ...unpressed, ...(before === undefined ? {} : { press: before }) }
    await record({ ...kept, state: 'agreed', say })
    throw isLost ? new Fault(error.kind, { op: error.op, say, cause: error }) : error
  }
}
