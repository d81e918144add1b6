/** A remedy that sets a password: agreed to in chat, made and shown once on a signed-in page, followed, and kept nowhere. */
import { describe, expect, test } from '@jest/globals'
import type { DiagnosisId, Message } from '../../core/index.ts'
import { isRefusal } from '../../core/index.ts'
import { alice, bob, carol, vm01 } from '../support/cast.ts'
import {
  ASKS,
  agreed,
  asked,
  everything,
  furnishes,
  goesBy,
  looking,
  office,
  page,
  passwordOf,
  presses,
  shown,
  undertaken,
  views,
  words,
  world,
} from './lost-password.ts'

furnishes()

describe('a password that is agreed to', () => {
  test('is asked for with every warning, and nothing is made before somebody agrees', async () => {
    await asked()
    expect(world.begun).toEqual([])
    const card = office.cardsOf(bob).find(({ message }) => ASKS.test(message.title))?.message as Message
    expect(words(card)).toMatch(/The account is azadmin\..*Mind: .*becomes a new local administrator/)
    expect(shown().buttons.some(({ press }) => 'url' in press)).toBe(false)
  })
  test('waits for its asker on a page; looking at it changes nothing', async () => {
    await agreed()
    expect(shown().title).toBe('Reset local password, one step is left: vm01')
    expect(words()).toMatch(/Approved by Bob Brandt.*never comes to this chat/)
    const before = await office.keep()
    const view = await views()
    expect(view).toMatchObject({ offer: 'set', label: 'Set a new password' })
    expect(JSON.stringify(view)).toMatch(/azadmin.*Mind: .*old password break/)
    expect(await office.keep()).toEqual(before)
    expect(world.begun).toEqual([])
  })
  test('is made at the press, sent with it, and shown in its answer', async () => {
    await agreed()
    const answer = await presses()
    expect(answer).toMatchObject({ once: { user: 'azadmin' }, title: 'Reset local password: vm01' })
    const password = passwordOf(answer)
    expect(world.begun).toMatchObject([
      { repair: { do: 'reset-password', vm: vm01.id, account: 'azadmin', password }, again: false },
    ])
    expect(password).toMatch(/^[A-HJ-NP-Za-km-z2-9!#$%*+\-=?@_]{20}$/)
    expect(shown()).toMatchObject({ title: 'Reset local password: vm01', tone: 'waiting' })
    expect(words()).toMatch(/works as soon as this says that it is done/)
  })
  test('is in no row, no card, no log and no effect, before and after it is done', async () => {
    await agreed()
    const password = passwordOf(await presses())
    expect(await everything()).not.toContain(password)
    world.outcome = { done: true }
    await goesBy()
    const after = await everything()
    expect(after).toContain('azadmin')
    expect(after).not.toContain(password)
    expect(world.logged.filter(line => /remedy\.password-set/.test(line))).toHaveLength(1)
  })
  test('is followed; the account is looked at again, and nothing is said to have helped that only a sign-in shows', async () => {
    await agreed()
    await presses()
    world.outcome = { done: true }
    await goesBy()
    expect(words()).toMatch(/Reset local password was done.*only that shows whether it helped/)
    const copy = office.cardsOf(bob).find(({ message }) => /Reset local password, vm01/.test(message.title))
    expect(copy?.message.title).toBe('Done: Reset local password, vm01')
  })
  test('pressed a second time is a new one, and says so', async () => {
    await agreed()
    const first = passwordOf(await presses())
    const at = page.bind(undefined)
    world.outcome = { done: true }
    await goesBy()
    expect(await views(at())).toMatchObject({ offer: 'again', label: 'Set another password' })
    world.outcome = 'running'
    const again = await presses(at())
    expect(passwordOf(again)).not.toBe(first)
    expect(JSON.stringify(again)).toMatch(/This is a new one.*made before stops working/)
    expect(new Set(world.begun.map(({ key }) => key)).size).toBe(2)
  })
  test('pressed while one is under way is refused with words, and nothing is sent', async () => {
    await agreed()
    const at = page()
    await presses(at)
    expect(await views(at)).toMatchObject({ offer: 'wait' })
    expect(await presses(at)).toMatchObject({ code: 'password-under-way', account: 'azadmin' })
    expect(world.begun).toHaveLength(1)
  })
  test('pressed twice at once is made once', async () => {
    await agreed()
    const at = page()
    const answers = await Promise.all([presses(at), presses(at)])
    expect(answers.filter(answer => isRefusal(answer))).toHaveLength(1)
    expect(world.begun).toHaveLength(1)
  })
  test('that nobody makes lapses, in every copy, and the page says so', async () => {
    await agreed()
    const at = page()
    await goesBy(61 * 60_000)
    expect(words()).toMatch(/lapsed: .*no password was made in time/)
    expect(await views(at)).toMatchObject({ offer: 'nothing' })
    expect(await presses(at)).toMatchObject({ code: 'lapsed' })
    expect(world.begun).toEqual([])
  })
  test('withdrawn by its asker cannot be made any more', async () => {
    await agreed()
    const at = page()
    await office.pressed(alice, 'Withdraw', /one step is left/)
    expect(await presses(at)).toMatchObject({ code: 'repair-settled' })
    expect(world.begun).toEqual([])
  })
})

describe('who may make it', () => {
  test('nobody but the asker: others read the same as for what is not there', async () => {
    await agreed()
    const at = page()
    const nowhere = { ...at, diagnosis: carol.person as string as DiagnosisId }
    for (const who of [bob, carol]) {
      expect(await views(at, who)).toEqual(await views(nowhere, who))
      expect(await presses(at, who)).toEqual({ code: 'not-requester' })
    }
    expect(world.begun).toEqual([])
  })
  test('nobody before it is agreed to, with a key that was guessed or read somewhere', async () => {
    await asked()
    const { key, id } = await undertaken()
    expect(await presses({ diagnosis: id, key })).toMatchObject({ code: 'repair-settled' })
    expect(world.begun).toEqual([])
  })
  test('nobody after the approver said no', async () => {
    await asked()
    const { key, id } = await undertaken()
    await office.pressed(bob, 'Deny…', ASKS, { reason: 'ask the owner' })
    expect(words()).toMatch(/was denied.*ask the owner/)
    expect(await presses({ diagnosis: id, key })).toMatchObject({ code: 'repair-settled' })
    expect(world.begun).toEqual([])
  })
  test.each([
    ['the policy gives it no more', () => office.setPolicy(looking), 'may-not-repair'],
    [
      'the asker has left',
      () => {
        const person = office.people.get(alice.person)
        if (person) office.people.set(alice.person, { ...person, enabled: false })
      },
      'person-disabled',
    ],
    ['the VM is gone', () => void office.fleet.delete(vm01.id), 'vm-not-found'],
  ])('not once %s', async (_, happens, code) => {
    await agreed()
    const at = page()
    happens()
    expect(await presses(at)).toMatchObject({ code })
    expect(world.begun).toEqual([])
  })
})
