/** From a remedy to the order for it: what was not seen is not done. */
import { describe, expect, test } from '@jest/globals'
import { fill, readForm, writeForm } from '../../core/command/form.ts'
import { readButton, writeButton } from '../../core/command/intent.ts'
import type { DiagnosisId, RequestId } from '../../core/index.ts'
import { VERBS } from '../../core/index.ts'
import { remedyButtons } from '../../core/message/diagnosis/remedies.ts'
import { formOf } from '../../core/message/form.ts'
import { REMEDIES, type RemedyId } from '../../core/triage/catalogue/remedies/index.ts'
import type { Diagnosis } from '../../core/triage/conversation/diagnosis.ts'
import { orderFor } from '../../core/triage/conversation/orders.ts'
import type { Assessment } from '../../core/triage/engine/assessment.ts'
import { begin, type Knowledge, learn } from '../../core/triage/engine/knowledge.ts'
import type { Guest } from '../../core/triage/readings.ts'
import type { Offer } from '../../core/triage/remedies/offers.ts'
import { needsCare, repairVerb } from '../../core/triage/remedies/verbs.ts'
import { alice, at, vm01 } from '../support/cast.ts'

const remedies = Object.keys(REMEDIES) as RemedyId[]
const empty: Knowledge = begin({ text: '', asker: { accounts: [] }, vm: vm01 }, at(0))
const account: NonNullable<Guest['account']> = {
  ...{ name: 'azadmin', kind: 'local' as const, exists: true, enabled: true, locked: true, expired: false },
  ...{ mustChange: false, admin: true, rdpUsers: false, blankPassword: false, denyRdpRight: false },
}
const inside = (guest: Guest): Knowledge =>
  learn(empty, 'guest', { read: true, value: { domain: { joined: false, isDc: false }, ...guest } }, at(1))
const ordered = (known: Knowledge, remedy: RemedyId, details: Offer['details'] = {}) =>
  orderFor(known, vm01, { remedy, kind: 'perform', details })?.order

describe('the words of the policy', () => {
  test('are those of every remedy that Latchkey carries out', () => {
    const own = remedies.filter(id => {
      const { hands, kind } = REMEDIES[id]
      return hands === 'bot' && kind !== 'advice' && !id.includes('jit')
    })
    expect(own.filter(id => repairVerb(id) === undefined)).toEqual([])
    expect(VERBS.slice(3).toSorted()).toEqual(own.flatMap(id => repairVerb(id) ?? []).toSorted())
  })
  test('need care where the catalogue wants the name typed or a snapshot', () => {
    expect(remedies.filter(id => repairVerb(id) !== undefined && needsCare(id)).toSorted()).toEqual([
      'fix_machinekeys',
      'redeploy_vm',
    ])
  })
})

describe('inside Windows', () => {
  const all = remedies.filter(id => REMEDIES[id].kind === 'guest_write' && repairVerb(id) !== undefined)
  const whole = inside({ account, sessions: [{ user: 'bob', state: 'disconnected' }] })
  const details = { program: 'nginx.exe', user: 'bob' }

  test.each(all)('%s is ordered with what was seen', remedy => {
    expect(ordered(whole, remedy, details)).toMatchObject({
      do: repairVerb(remedy),
      vm: vm01.id,
      seen: { isDomainController: false, account: { name: 'azadmin', exists: true } },
    })
  })
  test.each(all)('%s is not, before anybody looked inside', remedy => {
    expect(ordered(empty, remedy, details)).toBeUndefined()
    const failed = learn(empty, 'guest', { read: false, why: 'no yes.' }, at(1))
    expect(ordered(failed, remedy, details)).toBeUndefined()
  })
  test.each(all)('%s is never on a domain controller, nor where that could not be told', remedy => {
    const controller = inside({ account, domain: { joined: true, isDc: true } })
    expect(ordered(controller, remedy, details)).toBeUndefined()
    const unknown = learn(empty, 'guest', { read: true, value: { account } }, at(1))
    expect(ordered(unknown, remedy, details)).toBeUndefined()
  })
  test.each(['unlock_account', 'enable_account', 'add_rdp_group', 'grant_rdp_right'] as const)(
    '%s needs an account that is there',
    remedy => {
      expect(ordered(inside({}), remedy)).toBeUndefined()
      expect(ordered(inside({ account: { ...account, exists: false } }), remedy)).toBeUndefined()
    },
  )
  test('a domain account is not unlocked from here', () => {
    expect(ordered(inside({ account: { ...account, kind: 'domain' } }), 'unlock_account')).toBeUndefined()
  })
  test('a port is freed only of a program that was named', () => {
    expect(ordered(whole, 'free_port')).toBeUndefined()
  })
  test('a session is ended only where exactly one is that user’s', () => {
    const two = inside({
      sessions: [
        { user: 'bob', state: 'disconnected' },
        { user: 'bob', state: 'active' },
      ],
    })
    expect(ordered(two, 'log_off_session', { user: 'bob' })).toBeUndefined()
    expect(ordered(whole, 'log_off_session', { user: 'carol' })).toBeUndefined()
  })
})

describe('another VM', () => {
  test('the domain controller that is started is the one that was found', () => {
    const dc = { ...vm01, name: 'dc01' }
    expect(orderFor(empty, vm01, { remedy: 'start_dc', kind: 'perform', details: { vm: dc } })?.vm).toBe(dc)
    expect(ordered(empty, 'start_dc')).toBeUndefined()
  })
})

describe('a window that is open for another address', () => {
  const buttons = (more: Partial<Diagnosis>) => {
    const diagnosis = {
      id: alice.person as string as DiagnosisId,
      known: empty,
      unasked: false,
      ...more,
    } as Diagnosis
    const offer = { remedy: 'rerequest_jit_ip', button: REMEDIES.rerequest_jit_ip.button } as Offer
    const pages = { access: (id: RequestId) => `https://x/access/${id}`, bind: () => '', remedy: () => '' }
    return remedyButtons(diagnosis, { offers: [offer], vm: vm01 } as unknown as Assessment, pages)
  }
  const request = alice.person as string as RequestId
  const known = { ...empty, case: { ...empty.case, grant: { port: 3389 } } }

  test('of one’s own leads to its page, where the address is changed', () => {
    expect(buttons({ known, request })).toMatchObject([{ press: { url: `https://x/access/${request}` } }])
  })
  test('without a grant of one’s own, or with one that is shut again, is asked for anew', () => {
    for (const more of [{}, { known, request, unasked: true }])
      expect(buttons(more)).toMatchObject([{ press: { form: { fill: 'connect' } } }])
  })
})

describe('what travels in buttons and forms', () => {
  const diagnosis = '01a1fbc9-a8a1-724d-89b5-000000000001' as DiagnosisId
  const repair = '01a1fbc9-a8a1-724d-89b5-000000000002'

  test('is read as it was written, and nothing else', () => {
    const agree = { do: 'agree', diagnosis, repair } as const
    expect(readButton(writeButton(agree))).toEqual(agree)
    expect(readButton(JSON.stringify({ ...agree, repair: 'x' }))).toBeUndefined()
    const refuse = { ...agree, do: 'refuse', reason: 'not today' } as const
    expect(readButton(writeButton(refuse))).toEqual(refuse)
    expect(readButton(JSON.stringify({ ...agree, do: 'refuse' }))).toBeUndefined()
    for (const form of [
      { fill: 'refuse', diagnosis, repair },
      { fill: 'repair', diagnosis, remedy: 'redeploy_vm' },
    ] as const)
      expect(readForm(writeForm(form))).toEqual(form)
    expect(readForm(JSON.stringify({ fill: 'refuse', diagnosis, repair: 5 }))).toBeUndefined()
  })
  test('a typed name never comes with a button', () => {
    const pressed = { do: 'repair', diagnosis, remedy: 'redeploy_vm', sure: true } as const
    const forged = JSON.stringify({ ...pressed, accepts: { name: 'vm01', back: 'nothing' } })
    expect(readButton(forged)).toEqual(pressed)
  })
  test('forms want every field', () => {
    const refuse = { fill: 'refuse', diagnosis, repair } as const
    expect(fill(refuse, { reason: ' ' })).toMatchObject({ field: 'reason' })
    expect(fill(refuse, { reason: 'no' })).toEqual({ do: 'refuse', diagnosis, repair, reason: 'no' })
    const careful = { fill: 'repair', diagnosis, remedy: 'redeploy_vm' } as const
    expect(fill(careful, { back: 'nothing' })).toMatchObject({ field: 'name' })
    expect(fill(careful, { name: 'vm01' })).toMatchObject({ field: 'back' })
    expect(fill(careful, { name: 'vm01', back: 'nothing' })).toMatchObject({
      do: 'repair',
      sure: true,
      accepts: { name: 'vm01', back: 'nothing' },
    })
  })
  test('where only a snapshot will do, nothing else is offered', () => {
    const values = (remedy: string) =>
      formOf({ fill: 'repair', diagnosis, remedy }).fields.flatMap(field =>
        field.kind === 'choice' ? field.options.map(({ value }) => value) : [],
      )
    expect(values('redeploy_vm')).toEqual(['snapshot', 'nothing'])
    expect(values('fix_machinekeys')).toEqual(['snapshot'])
  })
})
