/** Remote Desktop on a Cloud Service: names, the account, and what has to be said before anybody presses. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CloudServiceReport, RoleAccess } from '../../core/hands.ts'
import { instant, later } from '../../core/ids.ts'
import { isComplex, makeAccount } from '../../core/rdp/cloud-service/account.ts'
import {
  chooseService,
  isDisabled,
  isEnabled,
  judgeService,
  ourUsers,
} from '../../core/rdp/cloud-service/judge.ts'
import { parseInstanceRef } from '../../core/rdp/cloud-service/target.ts'
import { OURS, RETIRES_AT } from '../../core/rdp/cloud-service/words.ts'

const now = instant(1_795_255_200_000)
const until = later(now, 60)
const target = { service: 'shop', role: 'Web', instance: 'Web_IN_0' }

const report = (change: Partial<CloudServiceReport> = {}): CloudServiceReport => ({
  id: '/subscriptions/s/…/cloudServices/shop',
  name: 'shop',
  host: 'shop.westeurope.cloudapp.azure.com',
  roles: [{ name: 'Web' }, { name: 'Worker' }],
  instances: [
    { name: 'Web_IN_0', role: 'Web', state: 'ready' },
    { name: 'Worker_IN_0', role: 'Worker', state: 'ready' },
  ],
  ports: { rdp: 'allow', forwarder: 'allow' },
  ...change,
})
const withAccess = (access: Partial<RoleAccess>): CloudServiceReport =>
  report({
    roles: [
      {
        name: 'Web',
        access: { extension: 'RDPExtension', everywhere: false, user: 'ann', state: 'ready', ...access },
      },
    ],
  })
const judge = (seen: CloudServiceReport, more: Partial<Parameters<typeof judgeService>[2]> = {}) =>
  judgeService(seen, target, { until, now, ...more })
const why = (seen: CloudServiceReport, more = {}) => {
  const verdict = judge(seen, more)
  return verdict.can ? 'it can' : verdict.why
}

describe('a role instance as people write it', () => {
  test('is a service and an instance, and the role is what the instance begins with', () => {
    expect(parseInstanceRef('myservice/WebRole_IN_0')).toEqual({
      service: 'myservice',
      role: 'WebRole',
      instance: 'WebRole_IN_0',
    })
    expect(parseInstanceRef('myservice.cloudapp.net/Web_In_Front_IN_12')?.role).toBe('Web_In_Front')
  })
  test('is nothing else', () => {
    for (const text of [
      'vm01',
      'a/b/c_IN_0',
      'shop/Web',
      '/Web_IN_0',
      'shop/_IN_0',
      "shop'/Web_IN_0",
      'shop/Web_IN_',
      'shop/**',
      '*/*',
      '/subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/shop/roleInstances/Web',
    ])
      expect(parseInstanceRef(text)).toBeUndefined()
  })
  test('may be every role of a service, or the full id where several have one name', () => {
    expect(parseInstanceRef('shop/*')).toEqual({ service: 'shop' })
    const id =
      '/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-app/providers/Microsoft.Compute/cloudServices/shop'
    expect(parseInstanceRef(`${id}/roleInstances/Web_IN_1`)).toEqual({
      ...{ id, service: 'shop', role: 'Web', instance: 'Web_IN_1' },
    })
  })
})

describe('the account', () => {
  const bytes = (seed: number) => {
    let state = seed
    return (count: number) =>
      Uint8Array.from({ length: count }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
        return state >>> 24
      })
  }
  test('has a password that Windows takes and XML holds as it is, whatever is drawn', () => {
    fc.assert(
      fc.property(fc.nat(), seed => {
        const { user, password } = makeAccount(bytes(seed))
        expect(user).toMatch(/^lk-[a-z2-9]{8}$/)
        expect(password).toMatch(/^[A-Za-z2-9!#$%*+\-=?@_]{20}$/)
        expect(isComplex(password, user)).toBe(true)
        expect(password).toMatch(/[A-Z]/)
        expect(password).toMatch(/[a-z]/)
        expect(password).toMatch(/[2-9]/)
        expect(password).toMatch(/[!#$%*+\-=?@_]/)
      }),
    )
  })
  test('is another one each time', () => {
    const random = bytes(7)
    const drawn = Array.from({ length: 50 }, () => makeAccount(random))
    expect(new Set(drawn.map(({ password }) => password)).size).toBe(50)
    expect(new Set(drawn.map(({ user }) => user)).size).toBe(50)
  })
  test('is not made from a source that is not random', () => {
    expect(() => makeAccount(count => new Uint8Array(count))).toThrow(/source of randomness/)
    expect(() => makeAccount(count => new Uint8Array(count).fill(255))).toThrow(/source of randomness/)
  })
  test('is not complex with its own name in it, or one kind missing', () => {
    expect(isComplex('Aa2!Aa2!Aa2!Aa2!Aa2!', 'lk-abc')).toBe(true)
    expect(isComplex('Aa2!ABC!Aa2!Aa2!Aa2!', 'lk-abc')).toBe(false)
    expect(isComplex('Aa2!Aa2!', 'lk-xyz')).toBe(false)
    expect(isComplex('AaaaAaaaAaaaAaaaAaa!', 'lk-xyz')).toBe(false)
  })
})

describe('a role instance', () => {
  test('can be opened, and the first time it is said that instances restart', () => {
    const verdict = judge(report())
    expect(verdict).toMatchObject({ can: true, role: 'Web', instance: 'Web_IN_0', expiresAt: until })
    expect(verdict.can && verdict.warnings.join('\n')).toMatch(/restarts the role instances of shop/)
    expect(verdict.can && verdict.warnings.at(-1)).toMatch(/31 March 2027/)
  })
  test('is not said to restart where Remote Desktop was enabled before', () => {
    const verdict = judge(withAccess({ expiresAt: later(now, -5) }))
    expect(verdict).toMatchObject({ can: true, replacing: ['RDPExtension'], restarts: false })
    expect(verdict.can && verdict.warnings.join()).not.toMatch(/restarts/)
  })
  test('has a live account of somebody else, which is not replaced', () => {
    expect(why(withAccess({ expiresAt: later(now, 5) }))).toMatch(/with the account ann that I did not make/)
    expect(why(withAccess({}))).toMatch(/that I did not make/)
  })
  test('has an account of ours, which the next one takes the place of, unless somebody has it', () => {
    const ours = withAccess({ extension: `${OURS}-Web`, expiresAt: later(now, 5) })
    const verdict = judge(ours)
    expect(verdict.can).toBe(true)
    expect(verdict).toMatchObject({ replacing: [] })
    expect(why(ours, { taken: later(now, 5) })).toMatch(/one account, and it is not shared/)
  })
  test('names the port that network rules shut, and says what was not tested', () => {
    expect(why(report({ ports: { rdp: 'deny', forwarder: 'allow' } }))).toMatch(/do not let port 3389 in/)
    expect(why(report({ ports: { rdp: 'allow', forwarder: 'deny' } }))).toMatch(/do not let port 20000 in/)
    expect(why(report({ ports: { rdp: 'deny', forwarder: 'deny' } }))).toMatch(/port 3389 and port 20000/)
    const verdict = judge(report({ ports: { rdp: 'unknown', forwarder: 'allow' } }))
    expect(verdict.can && verdict.warnings.join('\n')).toMatch(/Not tested: .*3389 and 20000/)
  })
  test('that is not there, not ready or without an address cannot be opened, and it is said why', () => {
    expect(why(report({ instances: [] }))).toMatch(/no instance called Web_IN_0. Instances now: none/)
    expect(why(report({ instances: [{ name: 'Web_IN_0', role: 'Web', state: 'not-ready' }] }))).toMatch(
      /not ready/,
    )
    const { host: _, ...without } = report()
    expect(why(without)).toMatch(/no public address/)
    expect(why(withAccess({ state: 'changing' }))).toMatch(/changing Remote Desktop on Web/)
    expect(why(report({ host: 'a host\r\nfull address:s:evil' }))).toMatch(/not a valid DNS name/)
  })
  test('ends with the service: never after the day it retires, and not at all from then on', () => {
    const last = later(RETIRES_AT, -30)
    const verdict = judgeService(report(), target, { now: last, until: later(RETIRES_AT, 30) })
    expect(verdict).toMatchObject({ can: true, expiresAt: RETIRES_AT })
    expect(why(report(), { now: RETIRES_AT })).toMatch(/retired those on 31 March 2027/)
  })
})

describe('what is only a name any more', () => {
  const old = {
    id: '/subscriptions/s',
    name: 'old',
    subscription: { id: 's', name: 'Contoso' },
    resourceGroup: 'rg-app',
    location: 'westeurope',
    tags: {},
  }
  test('is named as retired, and a service that works is preferred', () => {
    expect(chooseService([{ ...old, kind: 'classic-service' }])).toEqual({
      retired: expect.stringMatching(/^old is a Cloud Service \(classic\).*31 August 2024/),
    })
    expect(chooseService([{ ...old, kind: 'classic-vm' }])).toEqual({
      retired: expect.stringMatching(/classic virtual machine.*6 September 2023/),
    })
    const works = { ...old, kind: 'supported' } as const
    expect(chooseService([{ ...old, kind: 'classic-vm' }, works])).toBe(works)
    expect(chooseService([])).toBeUndefined()
  })
})

describe('every role of a service', () => {
  const all = { service: 'shop' }
  test('is opened with one account, and leads to the first instance that is ready', () => {
    expect(judgeService(report(), all, { until, now })).toMatchObject({
      can: true,
      instance: 'Web_IN_0',
      also: ['Worker_IN_0'],
      restarts: true,
      warnings: expect.arrayContaining([expect.stringMatching(/every instance of every role/)]),
    })
    expect(judgeService(report(), all, { until, now })).not.toHaveProperty('role')
  })
  test('is not opened while one of them has an account that is not ours', () => {
    expect(judgeService(withAccess({ expiresAt: later(now, 5) }), all, { until, now })).toMatchObject({
      can: false,
      why: expect.stringMatching(/ann that I did not make/),
    })
  })
  test('counts as enabled when every one has the account, and as disabled when none has', () => {
    const ours = {
      extension: OURS,
      everywhere: true,
      user: 'lk-abcdefgh',
      expiresAt: until,
      state: 'ready' as const,
    }
    const half = report({ roles: [{ name: 'Web', access: ours }, { name: 'Worker' }] })
    const whole = report({
      roles: [
        { name: 'Web', access: ours },
        { name: 'Worker', access: ours },
      ],
    })
    const wish = { instance: 'Web_IN_0', user: 'lk-abcdefgh', expiresAt: until }
    expect([isEnabled(half, wish), isEnabled(whole, wish)]).toEqual(['not yet', 'proven'])
    expect([half, report()].map(seen => isDisabled(seen, undefined, now))).toEqual([false, true])
    expect(ourUsers(half, undefined)).toEqual(['lk-abcdefgh'])
  })
})

describe('read back', () => {
  const wish = { role: 'Web', instance: 'Web_IN_0', user: 'lk-abcdefgh', expiresAt: until }
  const enabled = (access: Partial<RoleAccess>) => ({
    ...report(),
    roles: withAccess({ extension: `${OURS}-Web`, user: wish.user, expiresAt: until, ...access }).roles,
  })
  test('it is enabled with our account, our end and an instance that answers', () => {
    expect(isEnabled(enabled({}), wish)).toBe('proven')
    expect(isEnabled(report(), wish)).toBe('not yet')
    expect(isEnabled(enabled({ user: 'ann' }), wish)).toBe('not yet')
    expect(isEnabled(enabled({ expiresAt: later(until, 5) }), wish)).toBe('not yet')
    expect(isEnabled(enabled({ state: 'changing' }), wish)).toBe('not yet')
    expect(isEnabled(enabled({ state: 'failed' }), wish)).toEqual({
      failed: expect.stringMatching(/could not put/),
    })
    expect(isEnabled({ ...enabled({}), instances: [] }, wish)).toBe('not yet')
  })
  test('it is disabled when nothing of ours is there, or its end has come', () => {
    expect(isDisabled(enabled({}), 'Web', now)).toBe(false)
    expect(isDisabled(enabled({ expiresAt: now }), 'Web', now)).toBe(true)
    expect(isDisabled(report(), 'Web', now)).toBe(true)
    expect(isDisabled(withAccess({ expiresAt: until }), 'Web', now)).toBe(true)
  })
})
