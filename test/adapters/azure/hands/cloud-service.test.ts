/** Remote Desktop on Cloud Services: the extension put in and taken out, with everything else left as it was. */
import { describe, expect, test } from '@jest/globals'
import { instant, OURS } from '../../../../core/index.ts'
import { isDisabled, isEnabled, judgeService } from '../../../../core/rdp/cloud-service/judge.ts'
import { fleet, guarded, SUBSCRIPTION } from '../world.ts'
import { logText, startHands } from './hands.ts'

const SHOP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Compute/cloudServices/shop`
const role = (change: object = {}) => ({
  rdp_extension: false,
  expiry: null,
  certificate_present: true,
  ...change,
})
const withShop = (roles: object = { Web: role(), Worker: role() }, more: object = {}) =>
  fleet([guarded], { cloud_services: [{ name: 'shop', roles, ...more }] })
const account = { user: 'lk-abcdefgh', password: 'A&b<c>"d"\'e2!fghijkl' }
const TAKES = { operationMs: 60_000 }
const until = instant(Date.parse('2026-11-21T10:30:15Z'))
const target = { service: 'shop', role: 'Web', instance: 'Web_IN_0' }

describe('a Cloud Service', () => {
  test('is reported with its host, roles, instances and the two ports', async () => {
    await using azure = await startHands([
      withShop({ Web: role({ rdp_extension: true, expiry: '2026-10-31' }) }),
    ])
    expect(await azure.services.named('shop')).toEqual([
      {
        id: expect.stringMatching(/cloudServices\/shop$/),
        name: 'shop',
        kind: 'supported',
        subscription: { id: SUBSCRIPTION, name: expect.any(String) },
        resourceGroup: 'rg-app',
        location: 'westeurope',
        tags: {},
      },
    ])
    expect(await azure.services.report(SHOP)).toEqual({
      id: SHOP,
      name: 'shop',
      host: 'shop.westeurope.cloudapp.azure.com',
      roles: [
        {
          name: 'Web',
          access: {
            extension: 'RDPExtension',
            everywhere: false,
            user: 'clouduser',
            expiresAt: Date.parse('2026-10-31T23:59:59Z'),
            state: 'ready',
          },
        },
      ],
      instances: [
        { name: 'Web_IN_0', role: 'Web', state: 'ready' },
        { name: 'Web_IN_1', role: 'Web', state: 'ready' },
      ],
      ports: { rdp: 'allow', forwarder: 'allow' },
    })
  })

  test('that is a classic one, or a classic VM, is a name only', async () => {
    await using azure = await startHands([fleet([{ name: 'old01', model: 'classic' }])])
    const found = await azure.services.named('old01')
    expect(found.map(({ kind }) => kind).toSorted()).toEqual(['classic-service', 'classic-vm'])
    expect(await azure.services.named("old01' or 1 == 1")).toEqual([])
  })

  test('lets somebody in for the first time: one write, a restart, and then what was asked for', async () => {
    await using azure = await startHands([withShop()], TAKES)
    const before = await azure.services.report(SHOP)
    const now = instant(azure.clock.now)
    expect(judgeService(before, target, { until, now })).toMatchObject({
      can: true,
      host: 'shop.westeurope.cloudapp.azure.com',
      warnings: expect.arrayContaining([expect.stringMatching(/restarts the role instances/)]),
    })
    const operation = azure.settled(
      await azure.services.enable({ id: SHOP, role: 'web', account, expiresAt: until }),
    )
    const wish = { role: 'Web', instance: 'Web_IN_0', user: account.user, expiresAt: until }
    expect(await azure.services.look(operation)).toBe('running')
    expect(isEnabled(await azure.services.report(SHOP), wish)).toBe('not yet')
    azure.clock.now += 60_000
    expect(await azure.services.look(operation)).toBe('done')
    const after = await azure.services.report(SHOP)
    expect(isEnabled(after, wish)).toBe('proven')
    expect(after.roles.find(({ name }) => name === 'Worker')).toEqual({ name: 'Worker' })
    expect(azure.calls(/^PUT .*cloudServices/)).toHaveLength(1)

    const off = azure.settled(await azure.services.disable({ id: SHOP, role: 'Web' }))
    expect(isDisabled(await azure.services.report(SHOP), 'Web', now)).toBe(false)
    azure.clock.now += 60_000
    expect(await azure.services.look(off)).toBe('done')
    expect(isDisabled(await azure.services.report(SHOP), 'Web', now)).toBe(true)
    expect(await azure.services.disable({ id: SHOP, role: 'Web' })).toBe('done')
  })

  test('keeps what others put there', async () => {
    await using azure = await startHands([
      withShop({ Web: role(), Worker: role({ rdp_extension: true, expiry: '2026-12-31' }) }),
    ])
    const before = (await azure.services.report(SHOP)).roles[1]
    await azure.services.look(
      azure.settled(await azure.services.enable({ id: SHOP, role: 'Web', account, expiresAt: until })),
    )
    await azure.services.look(azure.settled(await azure.services.disable({ id: SHOP })))
    const after = await azure.services.report(SHOP)
    expect(after.roles).toEqual([{ name: 'Web' }, before])
  })

  test('can be opened on every role at once', async () => {
    await using azure = await startHands([withShop()])
    await azure.services.look(
      azure.settled(await azure.services.enable({ id: SHOP, account, expiresAt: until })),
    )
    const { roles } = await azure.services.report(SHOP)
    expect(roles.map(({ access }) => access)).toEqual(
      ['Web', 'Worker'].map(() => ({
        extension: OURS,
        everywhere: true,
        user: account.user,
        expiresAt: until,
        state: 'ready',
      })),
    )
  })

  test('has the end of our account moved without its password, and of no other', async () => {
    await using azure = await startHands([withShop()])
    await azure.services.look(
      azure.settled(await azure.services.enable({ id: SHOP, role: 'Web', account, expiresAt: until })),
    )
    const longer = instant(until + 1_800_000)
    const order = { id: SHOP, role: 'Web', user: account.user, expiresAt: longer }
    await azure.services.look(azure.settled(await azure.services.extend(order)))
    const wish = { role: 'Web', instance: 'Web_IN_0', user: account.user, expiresAt: longer }
    expect(isEnabled(await azure.services.report(SHOP), wish)).toBe('proven')
    await expect(azure.services.extend({ ...order, user: 'lk-other' })).rejects.toMatchObject({
      kind: 'missing',
      say: expect.stringMatching(/lk-other is not on the Cloud Service shop/),
    })
    expect(azure.calls(/^PUT .*cloudServices/)).toHaveLength(2)
  })

  test('takes one change at a time: what comes meanwhile is a conflict, and nothing of it is kept', async () => {
    await using azure = await startHands([withShop()], TAKES)
    const order = { id: SHOP, role: 'Web', account, expiresAt: until }
    azure.settled(await azure.services.enable(order))
    expect((await azure.services.report(SHOP)).roles[0]).toEqual({ name: 'Web' })
    await expect(
      azure.services.enable({ ...order, account: { ...account, user: 'lk-second12' } }),
    ).rejects.toMatchObject({ kind: 'conflict' })
    azure.clock.now += 60_000
    expect((await azure.services.report(SHOP)).roles[0]?.access?.user).toBe(account.user)
  })

  test('has what we left on one role replaced when every role is opened', async () => {
    await using azure = await startHands([withShop()])
    const order = { id: SHOP, account, expiresAt: until }
    await azure.services.look(azure.settled(await azure.services.enable({ ...order, role: 'Web' })))
    const next = { ...account, user: 'lk-second12' }
    await azure.services.look(azure.settled(await azure.services.enable({ ...order, account: next })))
    const { roles } = await azure.services.report(SHOP)
    expect(roles.map(({ access }) => access?.user)).toEqual(['lk-second12', 'lk-second12'])
  })

  test('has an expired account of somebody replaced where that is said, and not otherwise', async () => {
    const old = withShop({ Web: role({ rdp_extension: true, expiry: '2026-10-31' }) })
    await using azure = await startHands([old])
    const order = { id: SHOP, role: 'Web', account, expiresAt: until }
    await expect(azure.services.enable(order)).rejects.toMatchObject({ kind: 'invalid' })
    await azure.services.look(
      azure.settled(await azure.services.enable({ ...order, replacing: ['RDPExtension'] })),
    )
    expect((await azure.services.report(SHOP)).roles[0]?.access?.user).toBe(account.user)
  })

  test('never shows the password in a log, an error or what is kept', async () => {
    await using azure = await startHands([withShop()])
    const order = { id: SHOP, role: 'Web', account, expiresAt: until }
    azure.play({
      match: '^PUT',
      status: 400,
      code: 'InvalidParameter',
      message: `Bad: ${account.password}`,
      times: 1,
    })
    const fault = await azure.services.enable(order).catch(error => error)
    expect(fault).toMatchObject({ kind: 'invalid' })
    const told = `${fault.stack} ${fault.cause?.stack} ${JSON.stringify(fault)} ${logText(azure)}`
    expect(told).not.toContain(account.password)
    expect(told).toContain('(removed)')
    expect(azure.settled(await azure.services.enable(order))).not.toContain('fghijkl')
  })

  test('is written once, though Azure breaks, and a missing role or right is said', async () => {
    await using azure = await startHands([withShop()])
    azure.play({ match: '^PUT', status: 500, late: true, times: 1 })
    await expect(
      azure.services.enable({ id: SHOP, role: 'Web', account, expiresAt: until }),
    ).rejects.toMatchObject({ kind: 'broken' })
    expect(azure.calls(/^PUT/)).toHaveLength(1)
    await expect(
      azure.services.enable({ id: SHOP, role: 'Nothing', account, expiresAt: until }),
    ).rejects.toMatchObject({ kind: 'missing', say: expect.stringMatching(/no role called Nothing/) })
    azure.sim.state.denied = ['Microsoft.Compute/cloudServices/write']
    await expect(
      azure.services.enable({ id: SHOP, role: 'Web', account, expiresAt: until }),
    ).rejects.toMatchObject({ kind: 'denied', say: expect.stringMatching(/cloudServices\/write/) })
  })

  test('says which of the two ports its network rules shut', async () => {
    await using azure = await startHands([withShop(undefined, { nsg_20000: 'deny' })])
    const report = await azure.services.report(SHOP)
    expect(report.ports).toEqual({ rdp: 'allow', forwarder: 'deny' })
    expect(judgeService(report, target, { until, now: instant(azure.clock.now) })).toMatchObject({
      can: false,
      why: expect.stringMatching(/port 20000/),
    })
  })
})
