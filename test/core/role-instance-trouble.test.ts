/** Access to an instance of a Cloud Service where something is in the way: Azure, a death, the policy, or somebody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Fault, isRefusal } from '../../core/index.ts'
import { alice, aRule, bob, carol } from '../support/cast.ts'
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
const lastSaid = () => house.lastSaid()

beforeAll(async () => {
  house = await openShop()
  office = house.office
}, 60_000)
afterAll(() => office.close())
beforeEach(async () => {
  await house.reset()
  shop = house.shop
})

describe('Azure at its worst', () => {
  test('enabling is refused: nothing was opened, and everybody reads why', async () => {
    await approved()
    shop.refuse = new Fault('denied', {
      op: 'fake',
      say: 'The bot lacks Microsoft.Compute/cloudServices/write.',
    })
    await expect(pressed()).rejects.toMatchObject({ kind: 'denied' })
    shop.refuse = undefined
    await office.settle()
    expect(titleOf()).toBe(`Could not open, shut: ${NAME}`)
    expect(textOf()).toMatch(/lacks Microsoft.Compute/)
    expect(shop.orders).toEqual([])
  })

  test('enabling fails on its way: said, taken away if it is there, and over', async () => {
    shop.takesTime()
    await approved()
    office.patience = 20
    await press()
    shop.fails(new Fault('invalid', { op: 'fake', say: 'Azure says that the extension is wrong.' }))
    await office.settle()
    expect(titleOf()).toBe(`One step is left: ${NAME}`)
    expect(textOf()).toMatch(/the extension is wrong/)
    office.pass(31)
    await office.settle()
    expect(titleOf()).toBe(`Could not open, shut: ${NAME}`)
  })

  test('killed between the record and the order: nobody has the password, and the next press sets another', async () => {
    await approved()
    const arrived = shop.hangs()
    void pressed()
    await arrived
    office.restart()
    shop.answers()
    office.patience = 20
    await office.settle()
    expect(titleOf()).toBe(`Opening: ${NAME}`)
    office.pass(2)
    await office.settle()
    expect(titleOf()).toBe(`One step is left: ${NAME}`)
    expect(textOf()).toMatch(/shown to nobody/)
    const once = await press()
    expect(titleOf()).toBe(`Ready: ${NAME}`)
    expect(accessOn()?.user).toBe(once.user)
  })

  test('killed there and given back: not said to be shut while the order could still arrive', async () => {
    await approved()
    const arrived = shop.hangs()
    void pressed()
    await arrived
    office.restart()
    office.patience = 20
    const state = (await stateOf()) as { account: { user: string; expiresAt: number } }
    await office.typed(alice, `done ${NAME}`)
    expect(titleOf()).toBe(`Closing: ${NAME}`)
    shop.answers()
    // It does arrive.
    await shop.services.enable({
      ...{ id: '', role: 'Web', expiresAt: state.account.expiresAt as never },
      account: { user: state.account.user, password: 'x' },
    })
    office.pass(3)
    await office.settle()
    expect(accessOn()).toBeUndefined()
    expect(titleOf()).toBe(`Returned, shut: ${NAME}`)
  })

  test('taking it away is refused: said, tried again, and shut only when it is gone', async () => {
    await approved()
    await press()
    shop.refuse = new Fault('denied', { op: 'fake', say: 'The bot lacks the right to write it.' })
    office.patience = 30
    await office.typed(alice, `done ${NAME}`)
    expect(titleOf()).toBe(`Closing: ${NAME}`)
    expect(textOf()).toMatch(/has not shut it yet: The bot lacks the right/)
    shop.refuse = undefined
    office.patience = 400
    office.pass(2)
    await office.settle()
    expect(titleOf()).toBe(`Returned, shut: ${NAME}`)
  })

  test('taking it away is refused, but its time is over: that is said instead', async () => {
    await approved()
    await press()
    shop.refuse = new Fault('denied', { op: 'fake', say: 'The bot lacks the right to write it.' })
    office.pass(61)
    await office.settle()
    expect(titleOf()).toBe(`Time is over, shut: ${NAME}`)
    expect(textOf()).toMatch(/its time is over; Azure did not let me take it away/)
  })

  test('somebody disables it outside: the access ends and says so, and theirs is left alone', async () => {
    await approved()
    await press()
    const theirs = { extension: 'RDPExtension', everywhere: false, user: 'ann', state: 'ready' as const }
    shop.roles.set('Web', theirs)
    office.pass(11)
    await office.settle()
    expect(titleOf()).toBe(`Ended early, shut: ${NAME}`)
    expect(textOf()).toMatch(/outside Latchkey/)
    expect(accessOn()).toBe(theirs)
  })
})

describe('refused before anybody is asked', () => {
  const refusedWith = async (text: string, what: RegExp) => {
    await office.typed(alice, text)
    expect(lastSaid()).toMatch(what)
    expect(office.cardsOf(bob)).toEqual([])
  }
  test('where no rule names the route, the service is not there', async () => {
    office.setPolicy(aRule())
    await refusedWith(`connect ${NAME} 1h`, /not found, or not visible to you/)
  })
  test('a rule that forbids, forbids these too', async () => {
    office.setPolicy(RULE, aRule({ id: 'never', effect: 'forbid', approvers: [] }))
    await refusedWith(`connect ${NAME} 1h`, /never/)
  })
  test('an instance that is not there is answered with those that are', () =>
    refusedWith('connect shop/Nothing_IN_7 1h INC-7', /Web_IN_0, Web_IN_1/))
  test('a service without an instance is answered with its instances', () =>
    refusedWith('connect shop 1h INC-7', /Name one of its instances.*shop\/Web_IN_0/))
  test('a classic service is named as retired', () =>
    refusedWith('connect old01/Web_IN_0 1h INC-7', /old01 is a Cloud Service \(classic\)/))
  test('and also where it is named like a VM', () =>
    refusedWith('connect old01 1h INC-7', /old01 is a Cloud Service \(classic\)/))
  test('a shut port is named', async () => {
    shop.ports = { rdp: 'allow', forwarder: 'deny' }
    await refusedWith(`connect ${NAME} 1h INC-7`, /port 20000/)
  })
  test('the account of somebody else is not replaced', async () => {
    shop.roles.set('Web', { extension: 'RDPExtension', everywhere: false, user: 'ann', state: 'ready' })
    await refusedWith(`connect ${NAME} 1h INC-7`, /ann that I did not make/)
  })
  test('why says what the policy would say', async () => {
    await office.typed(alice, `why ${NAME} 1h`)
    expect(office.cardsOf(alice).at(-1)?.message.title).toBe(`${NAME} for 1 h: needs approval`)
    office.setPolicy(aRule())
    await office.typed(alice, `why ${NAME} 1h`)
    expect(lastSaid()).toMatch(/not found, or not visible/)
  })
})

describe('two people and one role', () => {
  const carolAsks = () => office.typed(carol, 'connect shop/Web_IN_1 1h INC-8')
  beforeEach(() => office.setPolicy({ ...RULE, who: { everyone: true, groups: [], people: [] } }))

  test('the second is refused while the first has it, and may have it afterwards', async () => {
    await approved()
    await press()
    await carolAsks()
    expect(JSON.stringify(office.cardsOf(carol).at(-1)?.message)).toMatch(/one account, and it is not shared/)
    await office.typed(alice, `done ${NAME}`)
    await carolAsks()
    expect(JSON.stringify(office.cardsOf(carol).at(-1)?.message)).toMatch(
      /Waiting for approval|no-approver|approver/,
    )
  })

  test('approved side by side, whoever presses second is refused, and the first is not cut', async () => {
    office.setPolicy({ ...RULE, effect: 'allow', who: { everyone: true, groups: [], people: [] } })
    await office.typed(alice, `connect ${NAME} 1h INC-7`)
    await carolAsks()
    const hers = office.requestOf(carol)
    const { user } = await press()
    expect(await office.latchkey.desk.open(hers, carol.person, SOURCE)).toMatchObject({
      code: 'instance-unfit',
    })
    await office.settle()
    expect(accessOn()?.user).toBe(user)
    expect(titleOf()).toBe(`Ready: ${NAME}`)
    await office.typed(carol, 'cancel shop/Web_IN_1')
    await office.settle()
    expect(accessOn()?.user).toBe(user)
  })

  test('pressed at the same moment, at most one has it, and nothing of the other is left', async () => {
    office.setPolicy({ ...RULE, effect: 'allow', who: { everyone: true, groups: [], people: [] } })
    await office.typed(alice, `connect ${NAME} 1h INC-7`)
    await carolAsks()
    const [hers, his] = [office.requestOf(alice), office.requestOf(carol)]
    const answers = await Promise.all([
      office.latchkey.desk.open(hers, alice.person, SOURCE),
      office.latchkey.desk.open(his, carol.person, SOURCE),
    ])
    const shown = answers.flatMap(one => (one === undefined || isRefusal(one) ? [] : [one.user]))
    expect(shown.length).toBeLessThanOrEqual(1)
    await office.settle()
    office.pass(3)
    await office.settle()
    expect(accessOn()?.user).toBe(shown[0])
  })
})
