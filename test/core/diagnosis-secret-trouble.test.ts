/** A password that must not be set, and one that is not set as it should be: Azure refuses, its answer is lost, the process dies. */
import { describe, expect, test } from '@jest/globals'
import type { Message } from '../../core/index.ts'
import { Fault } from '../../core/index.ts'
import type { Guest } from '../../core/triage/readings.ts'
import { alice } from '../support/cast.ts'
import {
  ACCOUNT,
  agreed,
  diagnosed,
  everything,
  furnishes,
  goesBy,
  LOOK,
  labels,
  looking,
  office,
  page,
  passwordOf,
  presses,
  repairs,
  setting,
  undertaken,
  views,
  words,
  world,
} from './lost-password.ts'

furnishes()

describe('what must not be set', () => {
  const NOWHERE = { platform: 'teams', key: 'x', messageKey: 'none' } as const
  const looked = async () => {
    await diagnosed()
    await office.pressed(alice, LOOK, /vm01/)
  }
  const joined = (isDc: boolean) => ({ domain: { joined: true, isDc } })
  const alone = { domain: { joined: false, isDc: false } }
  const press = { do: 'repair', remedy: 'reset_password', sure: true } as const

  test.each<[string, Guest, RegExp]>([
    [
      'where it was not seen that it is no domain controller',
      { account: ACCOUNT },
      /not seen that this is no/,
    ],
    [
      'for one that is no administrator',
      { ...alone, account: { ...ACCOUNT, admin: false } },
      /would make it one/,
    ],
    ['for a name that nobody said', alone, /not known which account/],
  ])('is no button %s; the verdict says why, and so does a press from elsewhere', async (_, seen, why) => {
    world.guest = seen
    await looked()
    expect(labels()).not.toContain('Reset local password…')
    expect(words()).toMatch(why)
    const { id } = await undertaken()
    await office.pressedRaw(alice, { ...press, diagnosis: id }, NOWHERE)
    const said = office.cardsOf(alice).at(-1)?.message as Message
    expect(said.title).toBe('No password is set there')
    expect(words(said)).toMatch(why)
    expect(world.begun).toEqual([])
  })
  test.each<[string, Guest]>([
    ['on a domain controller', { ...joined(true), account: ACCOUNT }],
    ['for an account that is not there', { ...alone, account: { ...ACCOUNT, exists: false } }],
    ['for one of a domain', { ...joined(false), account: { ...ACCOUNT, kind: 'domain' } }],
  ])('is not offered at all %s', async (_, seen) => {
    world.guest = seen
    await looked()
    expect(words()).not.toMatch(/Reset local password/)
    const { id } = await undertaken()
    await office.pressedRaw(alice, { ...press, diagnosis: id }, NOWHERE)
    expect(office.titlesOf(alice)).toContain('That is not offered any more')
    expect(world.begun).toEqual([])
  })
  test('the administrator that the VM was made with is taken where nobody named one', async () => {
    world.guest = { domain: { joined: false, isDc: false } }
    world.adminAccount = 'azadmin'
    await agreed()
    await presses()
    expect(world.begun).toMatchObject([
      { repair: { account: 'azadmin', seen: { isDomainController: false, adminAccount: 'azadmin' } } },
    ])
  })
  test('without a rule that lets anybody look inside, there is no button at all', async () => {
    office.setPolicy(looking, setting)
    await diagnosed()
    expect(labels()).not.toContain(LOOK)
    expect(labels()).not.toContain('Reset local password…')
  })
})

describe('when it does not go well', () => {
  const refuses = (kind: Fault['kind'], say: string) => {
    let first = true
    world.begins = () => {
      if (!first) return
      first = false
      throw new Fault(kind, { op: 'fake.begin', say })
    }
  }
  test('Azure that refuses is quoted on the page and in the chat, and the next press is as good', async () => {
    await agreed()
    const at = page()
    refuses('denied', 'The bot lacks extensions/write.')
    await expect(office.latchkey.desk.remedy(at.diagnosis, at.key, alice.person)).rejects.toThrow(/lacks/)
    await office.settle()
    expect(words()).toMatch(/The last press did not work.*lacks extensions\/write/)
    expect(passwordOf(await presses(at))).toHaveLength(20)
  })
  test('an answer that is lost says that it may have changed; the next press replaces it', async () => {
    await agreed()
    const at = page()
    refuses('timeout', 'Azure did not answer.')
    const pressing = office.latchkey.desk.remedy(at.diagnosis, at.key, alice.person)
    await expect(pressing).rejects.toThrow(/Nobody knows/)
    await office.settle()
    expect(words()).toMatch(/it may have changed, and nobody has it/)
    expect(await views(at)).toMatchObject({ offer: 'again' })
    await presses(at)
    const [lost, second] = world.begun.map(({ repair }) => ('password' in repair ? repair.password : ''))
    expect(second).not.toBe(lost)
    expect(await everything()).not.toContain(lost)
  })
  test('killed between the record and the order: pressed again, a new one replaces what nobody saw', async () => {
    await agreed()
    const at = page()
    const begin = repairs.begin
    let died = false
    repairs.begin = async () => {
      died = true
      return new Promise<never>(() => {})
    }
    void office.latchkey.desk.remedy(at.diagnosis, at.key, alice.person)
    while (!died) await new Promise(resolve => setTimeout(resolve, 5))
    repairs.begin = begin
    office.restart()
    await office.freeLeases()
    await goesBy()
    expect(words()).toMatch(/being set for .*azadmin.*press again/)
    expect(await presses(at)).toMatchObject({ code: 'password-under-way' })
    await goesBy(91_000)
    expect(await views(at)).toMatchObject({ offer: 'again' })
    expect(passwordOf(await presses(at))).toHaveLength(20)
    expect(world.begun).toHaveLength(1)
    world.outcome = { done: true }
    await goesBy()
    expect(words()).toMatch(/Reset local password was done/)
  })
  test('killed and never pressed again: it ends, and says what nobody knows', async () => {
    await agreed()
    const at = page()
    const begin = repairs.begin
    repairs.begin = async () => new Promise<never>(() => {})
    void office.latchkey.desk.remedy(at.diagnosis, at.key, alice.person)
    await office.settle()
    while (!/being set for/.test(words())) await office.settle()
    repairs.begin = begin
    office.restart()
    await goesBy(61 * 60_000)
    expect(words()).toMatch(/did not work.*Nobody knows whether Azure got the new password of azadmin/)
  })
  test('Azure that takes it and cannot do it says so, and the page lets it be tried again', async () => {
    await agreed()
    await presses()
    world.outcome = { failed: 'The VM agent of vm01 did not carry it out.' }
    await goesBy()
    expect(words()).toMatch(/Reset local password did not work.*VM agent/)
    expect(labels()).toContain('Password page')
    expect(await views()).toMatchObject({ offer: 'again' })
  })
})
