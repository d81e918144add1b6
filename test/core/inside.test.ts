/** What happens inside Windows at the end of a grant, and when nobody uses it: to the person's own session, and to nobody else's. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { insidePlan } from '../../core/access/inside/guest-session.ts'
import type { AccessRequest, Rule } from '../../core/index.ts'
import { instant, plainOf } from '../../core/index.ts'
import { alice, aRule, bob, carol, contractors, engineers, leads, vm01 } from '../support/cast.ts'
import { type Office, openOffice, reportOf, SOURCE } from '../support/office.ts'
import { TAGGED, withWindows } from '../support/windows-model.ts'

let office: Office
let windows: ReturnType<typeof withWindows>
type Way = NonNullable<Extract<AccessRequest, { status: 'opening' }>['way']>
const ends = (changes: Partial<Rule> = {}) => aRule({ endSessions: true, ...changes })
beforeAll(async () => {
  office = await openOffice()
}, 240_000)
beforeEach(async () => {
  await office.reset()
  windows = withWindows(office, ends())
})
afterAll(() => office.close())

/** Opened by Alice, for an hour. */
const opened = async () => {
  await office.typed(alice, 'connect vm01 1h INC-7')
  await office.pressed(bob, 'Approve', /Alice Adams asks for RDP/)
  expect(await office.opens(alice)).toBeUndefined()
}
const passes = async (minutes: number) => {
  office.pass(minutes)
  await office.settle()
}
const cardOf = (who: typeof alice, on = /vm01/) => {
  const card = office.cardsOf(who).findLast(({ message }) => on.test(message.title))?.message
  if (!card) throw new Error(`${who.name} has no card ${on}`)
  return card
}
const words = (who: typeof alice, on?: RegExp) =>
  `${cardOf(who, on).title} | ${cardOf(who, on).lines.map(plainOf).join(' | ')}`
const done = () => office.pressed(alice, 'I am done', /Ready|Ending/)
/** Wall time goes by. */
const waits = async () => {
  for (let n = 0; n < 30; n++) await office.settle()
}
const scripts = () => windows.state.scripts
const people = () => windows.state.people.map(({ user }) => user)

describe('the person’s own session', () => {
  test('is warned 10 and 2 minutes before the end, and signed out after it: read back, and said', async () => {
    await opened()
    expect(words(alice)).toContain(
      'Windows itself warns you 10 and 2 minutes before the end; then your session',
    )
    await passes(5)
    windows.signsIn('VM01\\alice')
    await passes(44)
    expect(scripts()).toEqual([])
    await passes(1)
    expect(windows.state.shown).toEqual([{ id: 2, minutesLeft: 10 }])
    expect(words(alice)).toContain('You were warned inside Windows at')
    await passes(8)
    expect(windows.state.shown).toEqual([
      { id: 2, minutesLeft: 10 },
      { id: 2, minutesLeft: 2 },
    ])
    expect(people()).toEqual(['VM01\\alice'])
    await passes(2)
    expect(people()).toEqual([])
    expect(scripts()).toEqual(['list', 'warn', 'list', 'warn', 'list', 'end', 'list'])
    expect(words(alice, /shut/)).toMatch(/Time is over, shut: vm01 .*Your session was signed out at/)
    expect(words(bob, /shut/)).toMatch(/The session was signed out at/)
    expect(office.problems).toEqual([])
  })

  test('is signed out when the access is given back early, and the port is shut first', async () => {
    await opened()
    windows.signsIn('alice')
    let shutBefore: boolean | undefined
    const { sessions } = office.ports
    if (sessions === undefined) throw new Error('nobody looks inside')
    Object.assign(office.ports, {
      sessions: {
        ...sessions,
        begin: (...args: Parameters<typeof sessions.begin>) => {
          shutBefore ??= office.azure.inForce(office.now()).length === 0
          return sessions.begin(...args)
        },
        look: sessions.look,
      },
    })
    await done()
    expect(shutBefore).toBe(true)
    expect(people()).toEqual([])
    expect(words(alice, /shut/)).toContain('Your session was signed out at')
  })

  test('is warned of the new end when the time was extended', async () => {
    await opened()
    windows.signsIn('alice')
    await passes(51)
    expect(windows.state.shown).toHaveLength(1)
    await office.pressed(alice, 'Extend…', /Ending soon/, { time: '30m', reason: 'INC-7' })
    await office.pressed(bob, 'Approve', /more on vm01/)
    await passes(8)
    await passes(3)
    expect(windows.state.shown).toHaveLength(1)
    expect(people()).toEqual(['alice'])
    await passes(18)
    await passes(8)
    expect(windows.state.shown.map(({ minutesLeft }) => minutesLeft)).toEqual([9, 10, 2])
    await passes(3)
    expect(people()).toEqual([])
  })

  test('that nobody began is not looked for twice: Windows was asked, and says so', async () => {
    await opened()
    await passes(61)
    expect(scripts()).toEqual(['list'])
    expect(words(alice, /shut/)).toMatch(
      /Windows was looked into at .*: no session from the address was left/,
    )
  })

  test('that comes back as it is signed out is signed out again, and one that stays is told', async () => {
    await opened()
    windows.signsIn('alice')
    windows.state.deaf = true
    await done()
    expect(scripts().filter(act => act === 'end')).toHaveLength(3)
    expect(words(alice, /shut/)).toContain('Windows was told to sign it out, and did not.')
    expect(words(alice, /shut/)).toContain('A live session may continue:')
  })

  test('from an address of before is still theirs', async () => {
    await opened()
    windows.signsIn('alice')
    await passes(5)
    expect(await office.moves(alice, office.requestOf(alice), '198.51.100.77')).toBeUndefined()
    await done()
    expect(people()).toEqual([])
  })
})

describe('somebody else’s session', () => {
  test('from another address, or of before, is neither warned nor ended', async () => {
    windows.signsIn('early')
    office.pass(10)
    await opened()
    windows.signsIn('stranger', '198.51.100.9')
    windows.signsIn('console', 'untold')
    windows.signsIn('alice')
    await passes(50)
    await passes(11)
    expect(people()).toEqual(['early', 'stranger', 'console'])
    expect(windows.state.shown).toEqual([{ id: 5, minutesLeft: 10 }])
  })

  test('is left alone where two grants come from one address, and both cards say why', async () => {
    office.people.set(carol.person, {
      ...(office.people.get(carol.person) as never as object),
      groups: new Set([engineers, leads]),
    } as never)
    await opened()
    await office.typed(carol, 'connect vm01 1h INC-8')
    await office.pressed(bob, 'Approve', /Carol Castillo asks for RDP/)
    expect(await office.opens(carol)).toBeUndefined()
    windows.signsIn('alice')
    windows.signsIn('carol')
    await done()
    expect(people()).toEqual(['alice', 'carol'])
    expect(words(alice, /shut/)).toContain('A live session may continue:')
    await passes(70)
    expect(people()).toEqual(['alice', 'carol'])
    expect(words(carol, /shut/)).toMatch(
      /somebody else with a way in comes from the same address, so nobody was signed out|several accounts/,
    )
    expect(windows.state.shown).toEqual([])
  })

  test('is left alone where a window that nobody asked Latchkey for lets the same address in', async () => {
    office.azure.request(office.now(), [SOURCE], instant(office.now() + 3 * 3_600_000), 'by hand')
    await opened()
    windows.signsIn('somebody')
    await done()
    expect(people()).toEqual(['somebody'])
    expect(words(alice, /shut/)).toContain('A live session may continue:')
  })

  test('is left alone where two accounts came from the address', async () => {
    await opened()
    windows.signsIn('alice')
    windows.signsIn('colleague')
    await done()
    expect(people()).toEqual(['alice', 'colleague'])
    expect(words(alice, /shut/)).toContain(
      'several accounts are signed in from the same address, so nobody was signed out.',
    )
  })

  test('is left alone where Windows does not say where it comes from', async () => {
    await opened()
    windows.signsIn('alice', 'untold')
    await done()
    expect(people()).toEqual(['alice'])
    expect(words(alice, /shut/)).toContain('Windows does not say of every session where it comes from')
  })
})

describe('Windows stays closed', () => {
  test('on a domain controller: nobody is spoken to or signed out', async () => {
    windows.state.controller = true
    await opened()
    windows.signsIn('alice')
    await passes(50)
    expect(words(alice)).toContain('Windows on this VM is a domain controller')
    await passes(11)
    expect(scripts()).toEqual(['list'])
    expect(people()).toEqual(['alice'])
    expect(words(alice, /shut/)).toContain(
      'Windows there is a domain controller, where nobody is signed out by me.',
    )
  })

  test.each([
    ['without the key of the rule', () => (windows.rule = aRule()), /is not cut by Azure: sign out/],
    [
      'on a VM without the tag',
      () => void office.fleet.set(vm01.id, reportOf(vm01)),
      /A live session may continue:.*the VM is not tagged as one whose Windows I may enter/,
    ],
    [
      'without an identity for it',
      () => void Reflect.deleteProperty(office.ports, 'sessions'),
      /A live session may continue:.*no identity of its own for entering Windows/,
    ],
  ])('%s', async (_, change, says) => {
    change()
    await opened()
    expect(words(alice)).not.toContain('warns you')
    windows.signsIn('alice')
    await passes(61)
    expect(scripts()).toEqual([])
    expect(people()).toEqual(['alice'])
    expect(words(alice, /shut/)).toMatch(says)
  })

  test('when the rule, or the tag, was taken away meanwhile', async () => {
    await opened()
    windows.signsIn('alice')
    windows.rule = aRule()
    await passes(61)
    expect(words(alice, /shut/)).toContain(
      'could not look inside Windows: The policy does not want it any more.',
    )
    expect(scripts()).toEqual([])
    expect(people()).toEqual(['alice'])
  })

  test('when Azure refuses the right: the port is shut all the same, and the card is honest', async () => {
    await opened()
    windows.signsIn('alice')
    windows.state.refused = { kind: 'denied', times: 99 }
    await passes(50)
    expect(words(alice)).toContain(
      'Could not look inside Windows to warn you: The right runCommand is missing.',
    )
    await passes(11)
    expect(office.azure.inForce(office.now())).toEqual([])
    expect(words(alice, /shut/)).toContain(
      'A live session may continue: could not look inside Windows: The right runCommand is missing.',
    )
    expect(people()).toEqual(['alice'])
  })

  test('when the address is let in by another rule anyway', async () => {
    await opened()
    windows.signsIn('alice')
    const { jit } = office.ports
    Object.assign(office.ports, {
      jit: new Proxy(jit, {
        get: (target, name) =>
          name === 'flow'
            ? async () => ({ access: 'allow', rule: 'allow-office' })
            : Reflect.get(target, name),
      }),
    })
    await done()
    Object.assign(office.ports, { jit })
    expect(people()).toEqual(['alice'])
    expect(words(alice, /shut/)).toContain('allow-office')
    expect(words(alice, /shut/)).toContain('so the session may be somebody else’s')
  })

  test('when the VM does not run any more', async () => {
    await opened()
    office.fleet.set(vm01.id, reportOf(TAGGED, { power: 'deallocated' }))
    await done()
    expect(scripts()).toEqual([])
    expect(words(alice, /shut/)).toContain('The VM does not run any more, and no session on it does.')
  })

  test('for ways on which Windows does not see the person’s address', () => {
    const way: Way = {
      kind: 'private-address',
      host: '10.0.0.4',
      port: 3389,
      source: '10.8.0.0/16',
      why: '',
    }
    expect(insidePlan(office.ports, ends(), reportOf(TAGGED), way)).toMatchObject({
      ends: false,
      not: expect.stringContaining('Windows does not see whose session is whose'),
    })
    expect(insidePlan(office.ports, aRule(), reportOf(TAGGED), way)).toBeUndefined()
    expect(insidePlan(office.ports, undefined, reportOf(TAGGED), way)).toBeUndefined()
  })
})

describe('Windows that is busy', () => {
  test('with another script is waited for', async () => {
    await opened()
    windows.signsIn('alice')
    windows.state.refused = { kind: 'conflict', times: 5 }
    await done()
    await waits()
    expect(people()).toEqual([])
    expect(words(alice, /shut/)).toContain('Your session was signed out at')
  })
  test('for an hour is given up, and said', async () => {
    await opened()
    windows.signsIn('alice')
    windows.state.refused = { kind: 'conflict', times: 10_000 }
    office.patience = 60
    await done()
    expect(words(alice, /shut/)).toContain('I am looking inside Windows for your session, to sign it out.')
    await passes(61)
    expect(words(alice, /shut/)).toContain('could not look inside Windows: Windows did not answer in time.')
  })
  test('or out of reach for long is given up, and said', async () => {
    await opened()
    windows.signsIn('alice')
    windows.state.refused = { kind: 'broken', times: 10_000 }
    await done()
    await waits()
    expect(words(alice, /shut/)).toContain('could not look inside Windows: The right runCommand is missing.')
  })
  test('takes one script at a time, also for two grants', async () => {
    office.people.set(carol.person, {
      ...(office.people.get(carol.person) as never as object),
      groups: new Set([engineers, leads, contractors]),
    } as never)
    await opened()
    await office.typed(carol, 'connect vm01 1h INC-8')
    await office.pressed(bob, 'Approve', /Carol Castillo asks for RDP/)
    expect(await office.opens(carol, '198.51.100.8')).toBeUndefined()
    windows.signsIn('alice')
    windows.signsIn('carol', '198.51.100.8')
    await passes(61)
    expect(people()).toEqual([])
    for (const who of [alice, carol]) expect(words(who, /shut/)).toContain('Your session was signed out at')
  })
})
