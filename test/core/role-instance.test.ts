/** Access to an instance of a Cloud Service, from the words in chat to the account that is gone again. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Fault, isRefusal } from '../../core/index.ts'
import { alice, aRule, bob } from '../support/cast.ts'
import { SOURCE } from '../support/office.ts'
import { NAME, openShop, RULE, type Shop } from '../support/shop.ts'

let office: Shop['office']
let shop: Shop['shop']
let house: Shop
const titleOf: Shop['titleOf'] = (...about) => house.titleOf(...about)
const textOf: Shop['textOf'] = (...about) => house.textOf(...about)
const approved: Shop['approved'] = text => house.approved(text)
const press: Shop['press'] = source => house.press(source)
const pressed: Shop['pressed'] = source => house.pressed(source)
const accessOn: Shop['accessOn'] = role => house.accessOn(role)
const stateOf = () => house.stateOf()

beforeAll(async () => {
  house = await openShop()
  office = house.office
}, 60_000)
afterAll(() => office.close())
beforeEach(async () => {
  await house.reset()
  shop = house.shop
})

describe('asked, agreed to, opened, and shut again', () => {
  test('everybody reads before deciding that the instances restart, and that the service type ends', async () => {
    await office.typed(alice, `connect ${NAME} 1h INC-7`)
    expect(titleOf()).toBe(`Waiting for approval: ${NAME}`)
    for (const text of [textOf(), textOf(bob)]) {
      expect(text).toMatch(/restarts the role instances of shop/)
      expect(text).toMatch(/31 March 2027/)
    }
    await office.pressed(bob, 'Approve', /Alice Adams asks for RDP to shop/)
    expect(titleOf()).toBe(`Approved: ${NAME}`)
    const view = await office.latchkey.desk.view(office.requestOf(alice), alice.person, SOURCE)
    expect(view).toMatchObject({
      offer: 'open',
      account: {
        again: false,
        warnings: expect.arrayContaining([
          expect.stringMatching(/restarts the role instances/),
          expect.stringMatching(/31 March 2027/),
        ]),
      },
    })
    expect(shop.orders).toEqual([])
  })

  test('the press sets an account that ends with the grant; Ready is said when it was read back', async () => {
    shop.takesTime()
    await approved()
    const start = office.now()
    office.patience = 20
    const once = await press()
    expect(once.user).toMatch(/^lk-[a-z0-9]{8}$/)
    expect(shop.passwords).toEqual([once.password])
    expect(titleOf()).toBe(`Opening: ${NAME}`)
    expect(textOf(bob)).toMatch(/Approved, opening/)

    shop.finish()
    shop.state = 'not-ready'
    await office.settle()
    expect(titleOf()).toBe(`Opening: ${NAME}`)
    expect(textOf()).toMatch(/Web_IN_0 is not ready yet/)

    shop.state = 'ready'
    await office.settle()
    expect(titleOf()).toBe(`Ready: ${NAME}`)
    expect(accessOn()).toMatchObject({ user: once.user, expiresAt: start + 60 * 60_000 })
    expect(await stateOf()).toMatchObject({ status: 'open', until: start + 60 * 60_000 })
    expect(accessOn('Worker')).toBeUndefined()
    expect(office.files.map(({ name }) => name)).toEqual(['shop-Web_IN_0.rdp'])
    const file = await office.latchkey.desk.file(office.requestOf(alice), alice.person)
    if (isRefusal(file)) throw new Error(file.code)
    const lines = new TextDecoder('utf-16le').decode(file.bytes).split('\r\n')
    expect(lines).toContain(
      'loadbalanceinfo:s:Cookie: mstshash=Web#Web_IN_0#Microsoft.WindowsAzure.Plugins.RemoteAccess.Rdp',
    )
    expect(lines).toContain(`username:s:${once.user}`)
    expect(textOf()).toMatch(/cannot be told to let in yours alone/)
    // Nowhere but in the answer.
    expect((await office.keep()).rows).not.toContain(once.password)
    expect(JSON.stringify(office.cards)).not.toContain(once.password)
  })

  test('at the end it is taken away, and shut is said when it was read back', async () => {
    await approved()
    await press()
    expect(titleOf()).toBe(`Ready: ${NAME}`)
    shop.takesTime()
    office.patience = 20
    office.pass(61)
    await office.settle()
    expect(titleOf()).toBe(`Closing: ${NAME}`)
    expect(accessOn()).toBeDefined()
    shop.finish()
    await office.settle()
    expect(accessOn()).toBeUndefined()
    expect(titleOf()).toBe(`Time is over, shut: ${NAME}`)
    expect(textOf()).toMatch(/no account of this request is left/)
    expect(shop.orders.map(order => order.do)).toEqual(['enable', 'disable'])
    expect(office.problems).toEqual([])
  })

  test('given back early, it is taken away early', async () => {
    await approved()
    await press()
    await office.typed(alice, `done ${NAME}`)
    expect(titleOf()).toBe(`Returned, shut: ${NAME}`)
    expect(accessOn()).toBeUndefined()
  })

  test('more time moves the end of the account, with the password as it was', async () => {
    await approved()
    const { user } = await press()
    const { until } = (await stateOf()) as { until: number }
    await office.typed(alice, `extend ${NAME} 30m INC-7`)
    await office.pressed(bob, 'Approve', /30 min more on shop/)
    expect(accessOn()).toMatchObject({ user, expiresAt: until + 30 * 60_000 })
    expect(await stateOf()).toMatchObject({ status: 'open', azureEndsAt: until + 30 * 60_000 })
    expect(shop.passwords).toHaveLength(1)
    expect(titleOf()).toBe(`Ready: ${NAME}`)
    office.pass(70)
    await office.settle()
    expect(titleOf()).toMatch(/^(Ready|Ending soon): /)
    office.pass(25)
    await office.settle()
    expect(titleOf()).toBe(`Time is over, shut: ${NAME}`)
  })

  test('more time that Azure refuses ends when Azure ends it, and the card says why', async () => {
    await approved()
    await press()
    shop.refuse = new Fault('denied', { op: 'fake', say: 'The bot lacks the right to write it.' })
    await office.typed(alice, `extend ${NAME} 30m INC-7`)
    await office.pressed(bob, 'Approve', /30 min more on shop/)
    expect(textOf()).toMatch(/ends earlier than promised.*lacks the right/)
    shop.refuse = undefined
    office.pass(61)
    await office.settle()
    expect(titleOf()).toBe(`Time is over, shut: ${NAME}`)
    expect(accessOn()).toBeUndefined()
  })

  test('more time that Azure does not set in time ends when Azure ends it', async () => {
    await approved()
    await press()
    shop.takesTime()
    office.patience = 20
    await office.typed(alice, `extend ${NAME} 30m INC-7`)
    await office.pressed(bob, 'Approve', /30 min more on shop/)
    expect(textOf()).toMatch(/Azure still ends the account at/)
    office.pass(61)
    await office.settle()
    expect(textOf()).toMatch(/did not move the end of the account in time/)
    // What comes late is taken away, too.
    shop.finish()
    await office.settle()
    expect(titleOf()).toBe(`Closing: ${NAME}`)
    expect(accessOn()).toBeDefined()
    shop.finish()
    await office.settle()
    expect(titleOf()).toBe(`Ended early, shut: ${NAME}`)
    expect(accessOn()).toBeUndefined()
  })

  test('every role at once: one account, a file for each instance', async () => {
    await approved('connect shop/* 1h INC-7')
    const { user } = await press()
    expect(titleOf(alice, 'shop/*')).toBe('Ready: shop/*')
    expect([accessOn('Web')?.user, accessOn('Worker')?.user]).toEqual([user, user])
    const request = office.requestOf(alice)
    const view = await office.latchkey.desk.view(request, alice.person, SOURCE)
    expect(view).toMatchObject({ account: { files: ['Web_IN_0', 'Web_IN_1', 'Worker_IN_0'] } })
    const textFor = async (instance?: string) => {
      const file = await office.latchkey.desk.file(request, alice.person, instance)
      return isRefusal(file) ? file.code : new TextDecoder('utf-16le').decode(file.bytes)
    }
    expect(await textFor('Worker_IN_0')).toContain('mstshash=Worker#Worker_IN_0#')
    // A name that was not asked for is not believed.
    expect(await textFor('Evil_IN_0\r\nfull address:s:evil')).toContain('mstshash=Web#Web_IN_0#')
    await office.typed(alice, 'done shop/*')
    expect([accessOn('Web'), accessOn('Worker')]).toEqual([undefined, undefined])
  })
})

describe('judged at the press', () => {
  test('the address, the policy and the person, as they are then; nothing is set where they do not fit', async () => {
    await approved()
    office.setPolicy({ ...RULE, from: ['198.51.100.0/24'] })
    expect(await pressed()).toMatchObject({ code: 'source-outside', source: SOURCE })
    office.setPolicy(aRule())
    expect(await pressed()).toMatchObject({ code: 'no-rule' })
    office.setPolicy(RULE)
    expect(await pressed('10.0.0.1')).toMatchObject({ code: 'bad-source' })
    expect(await office.latchkey.desk.open(office.requestOf(alice), bob.person, SOURCE)).toMatchObject({
      code: 'not-requester',
    })
    expect(shop.passwords).toEqual([])
  })
  test('a restart that nobody agreed to is refused', async () => {
    const old = { extension: 'RDPExtension', everywhere: false, user: 'ann', state: 'ready' as const }
    shop.roles.set('Web', { ...old, expiresAt: office.now() })
    await approved()
    expect(textOf(bob)).not.toMatch(/restarts the role instances/)
    shop.roles.set('Web', undefined)
    expect(await pressed()).toMatchObject({
      code: 'instance-unfit',
      why: expect.stringMatching(/nobody has agreed/),
    })
    expect(shop.passwords).toEqual([])
  })
})

describe('pressed again', () => {
  test('before it is ready, a new password takes the place of the old, and the card says so', async () => {
    shop.takesTime()
    await approved()
    office.patience = 20
    const first = await press()
    shop.finish()
    shop.state = 'not-ready'
    await office.settle()
    const second = await pressed()
    shop.finish()
    shop.state = 'ready'
    await office.settle()
    if (second === undefined || isRefusal(second)) throw new Error('no second password')
    expect(second.user).not.toBe(first.user)
    expect(accessOn()?.user).toBe(second.user)
    expect(titleOf()).toBe(`Ready: ${NAME}`)
    expect(textOf()).toMatch(/took the place of the one before/)
  })

  test('when open, the end stays, and Ready is said again only when the new one was read back', async () => {
    await approved()
    await press()
    const { until } = (await stateOf()) as { until: number }
    shop.takesTime()
    office.patience = 20
    office.pass(10)
    const second = await press()
    expect(titleOf()).toBe(`Setting a new password: ${NAME}`)
    expect(await office.latchkey.desk.file(office.requestOf(alice), alice.person)).toMatchObject({
      code: 'not-open',
    })
    shop.finish()
    await office.settle()
    expect(titleOf()).toBe(`Ready: ${NAME}`)
    expect(accessOn()).toMatchObject({ user: second.user, expiresAt: until })
    expect(await stateOf()).toMatchObject({ until })
  })

  test('while the first press is on its way nothing new is sent', async () => {
    await approved()
    const arrived = shop.hangs()
    void pressed()
    await arrived
    shop.answers()
    expect(await pressed()).toMatchObject({ code: 'instance-unfit', why: /just being set/ as never })
  })

  test('when open and refused, the password before stays good', async () => {
    await approved()
    const first = await press()
    shop.refuse = new Fault('busy', { op: 'fake', say: 'Azure is busy.' })
    await expect(pressed()).rejects.toMatchObject({ kind: 'busy' })
    shop.refuse = undefined
    await office.settle()
    expect(titleOf()).toBe(`Ready: ${NAME}`)
    expect(textOf()).toContain(first.user)
    await office.typed(alice, `done ${NAME}`)
    expect(accessOn()).toBeUndefined()
  })
})
