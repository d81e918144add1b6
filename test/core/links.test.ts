/** Shareable links of Bastion in whole stories: made for whom it is allowed, shown to nobody else, counted, deleted with the last, and looked after. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { instant } from '../../core/ids.ts'
import { Fault, type FaultKind, type ShareableLinks, type VmId } from '../../core/index.ts'
import type { Bastion } from '../../core/triage/readings.ts'
import { alice, aRule, bob, carol, vm01 } from '../support/cast.ts'
import { type Office, openOffice, reportOf } from '../support/office.ts'
import { bastion as plain } from './rdp/route/network.ts'
import { network } from './triage/nsg/world.ts'

const URL = 'https://bst-hub.bastion.azure.com/api/shareable-url/5ec4e7'
const host: Bastion = { ...plain, features: { ...plain.features, shareableLink: true } }
const allowing = aRule({ bastion: { shareableLink: true } })

let office: Office
let around: Bastion
let policies: Office['ports']['policies']
/** What Azure has, and how it behaves. */
let azure: {
  link?: { url: string; createdAt: number }
  sent: string[]
  refuses: Partial<Record<keyof ShareableLinks, FaultKind>>
  operations: Map<string, { ends: 'done' | FaultKind; effect?: () => void }>
  /** Azure takes its time. */
  slow: boolean
}

const links: ShareableLinks = {
  async find() {
    refuse('find')
    return azure.link && { url: azure.link.url, createdAt: instant(azure.link.createdAt) }
  },
  create: async () => order('create', () => (azure.link ??= { url: URL, createdAt: office.now() })),
  remove: async () => order('remove', () => delete azure.link),
  async look(operation) {
    refuse('look')
    if (azure.slow) return 'running'
    const { ends, effect } = azure.operations.get(operation) ?? { ends: 'invalid' as const }
    if (ends !== 'done') throw new Fault(ends, { op: 'fake.look', say: 'The operation has failed.' })
    effect?.()
    return 'done'
  },
}
function refuse(verb: keyof ShareableLinks): void {
  const kind = azure.refuses[verb]
  if (kind !== undefined)
    throw new Fault(kind, { op: `fake.${verb}`, say: `Azure refuses to ${verb} the link.` })
}
function order(verb: 'create' | 'remove', effect: () => unknown): string {
  azure.sent.push(verb)
  refuse(verb)
  const operation = `${verb} ${azure.sent.length}`
  azure.operations.set(operation, { ends: 'done', effect: () => void effect() })
  return operation
}

beforeAll(async () => {
  office = await openOffice()
  office.ports.links = links
  policies = office.ports.policies
  office.ports.diagnostics = {
    forOneDiagnosis: () =>
      ({
        network: async () => ({ read: true, value: network({ sku: 'none', address: '10.0.0.4' }) }),
        bastion: async () => ({ read: true, value: around }),
      }) as never,
  }
  const { jit } = office.ports
  office.ports.jit = {
    ...jit,
    flow: async () =>
      office.azure.rules(office.now()).length > 0
        ? { access: 'allow', rule: 'JIT' }
        : { access: 'deny', rule: 'DenyAllInBound' },
  }
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.ports.links = links
  office.ports.policies = policies
  azure = { sent: [], refuses: {}, operations: new Map(), slow: false }
  around = host
  office.setPolicy(allowing)
  office.fleet.set(vm01.id, reportOf(vm01, { nics: [{ privateAddress: '10.0.0.4', primary: true }] }))
})
afterAll(() => office.close())

const card = (who = alice) => JSON.stringify(office.cardsOf(who).at(-1)?.message)
const opens = async () => {
  await office.typed(alice, 'connect vm01 2h INC-7')
  await office.pressed(bob, 'Approve', /Alice Adams asks for RDP/)
}
const bobOpensToo = async () => {
  await office.typed(bob, 'connect vm01 1h INC-8')
  await office.pressed(carol, 'Approve', /Bob Brandt asks for RDP/)
}
const view = async (who = alice) => {
  const [live] = await office.store.liveOf(who.person)
  if (live === undefined || live.status === 'none') throw new Error('nothing is live')
  const seen = await office.latchkey.desk.view(live.ask.id, who.person)
  return 'bastion' in seen ? seen.bastion : undefined
}
const reportsToOps = () => {
  office.ports.policies = {
    current: () => ({ ...policies.current(), reportTo: [{ platform: 'teams', key: 'ops' }] }),
  }
}
const liveOf = async (who = alice) => (await office.store.liveOf(who.person))[0]
const done = (who = alice) => office.typed(who, 'done')
const later = async (minutes: number) => {
  office.pass(minutes)
  await office.settle()
  await office.settle()
}

describe('a link', () => {
  test('is made when the way is open, stands on the page of its person, and is deleted at the end', async () => {
    await opens()
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(azure.sent).toEqual(['create'])
    expect(await view()).toMatchObject({ name: 'bas-hub', sku: 'Standard', link: { url: URL } })
    expect(card()).toMatch(/Without the portal.*open the page for your link/)
    expect(card()).toContain('az network bastion rdp --subscription')
    await done()
    expect(azure.link).toBeUndefined()
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
    expect(card()).toContain('The shareable link is deleted: read back from Azure.')
    expect(office.problems).toEqual([])
  })
  test('is nowhere but in Azure and on that page', async () => {
    const logged: unknown[] = []
    const { log } = office.ports
    const note = (...said: readonly unknown[]) => void logged.push(said)
    office.ports.log = { info: note, warn: note, error: note }
    office.restart()
    azure.refuses.look = 'busy'
    office.patience = 60
    await opens()
    azure.refuses = {}
    await later(1)
    expect(await view()).toMatchObject({ link: { url: URL } })
    office.ports.log = log
    expect(JSON.stringify(logged)).toContain('bastion-link')
    expect(JSON.stringify(logged)).not.toContain('shareable-url')
    const kept = await office.keep()
    expect(JSON.stringify(kept)).not.toContain('5ec4e7')
    expect(JSON.stringify(office.cards)).not.toContain('shareable-url')
    const [live] = await office.store.liveOf(alice.person)
    if (live === undefined || live.status === 'none') throw new Error('nothing is live')
    expect(await office.latchkey.desk.view(live.ask.id, bob.person)).toEqual({ code: 'not-requester' })
  })
  test('is not made without a word in the rule, and the card says what would be needed', async () => {
    office.setPolicy(aRule())
    await opens()
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(azure.sent).toEqual([])
    expect(card()).toContain(
      'a shareable link. It would need a rule that allows it (bastion, shareableLink).',
    )
    expect(await view()).not.toHaveProperty('link')
  })
  test('is not made by a host that cannot, and the others ways stay', async () => {
    around = { ...host, features: { ...host.features, shareableLink: false } }
    await opens()
    expect(azure.sent).toEqual([])
    expect(card()).toContain('a shareable link. It would need shareable links switched on.')
    expect(card()).toContain('https://portal.azure.com/')
  })
  test('is kept while its access is extended', async () => {
    await opens()
    await later(60)
    await office.pressed(alice, 'Extend…', /Ready: vm01/, { time: '60m', reason: 'INC-7 more' })
    await office.pressed(bob, 'Approve', /asks for .* more/)
    await later(80)
    expect(await view()).toMatchObject({ link: { url: URL } })
    expect(azure.sent).toEqual(['create'])
    await later(45)
    expect(azure.link).toBeUndefined()
    expect(office.titlesOf(alice)).toContain('Time is over, shut: vm01')
  })
})

describe('two grants on one VM', () => {
  test('use one link, and it is deleted with the last of them', async () => {
    await opens()
    await bobOpensToo()
    expect(azure.sent).toEqual(['create'])
    expect(await view(bob)).toMatchObject({ link: { url: URL } })
    await done(alice)
    expect(card(alice)).toContain('The shareable link stays for others who have access')
    expect(azure.link).toBeDefined()
    expect(await view(bob)).toMatchObject({ link: { url: URL } })
    await done(bob)
    expect(azure.link).toBeUndefined()
    expect(azure.sent).toEqual(['create', 'remove'])
    expect(card(bob)).toContain('The shareable link is deleted')
    expect(office.problems).toEqual([])
  })
  test('the second comes while the first still waits for Azure, and the first goes: it is known as ours all the same', async () => {
    azure.slow = true
    office.patience = 60
    await opens()
    await bobOpensToo()
    await done(alice)
    expect(office.titlesOf(alice)).toContain('Returned, shut: vm01')
    azure.slow = false
    await office.settle()
    // Whoever asked is gone; what Azure then shows is ours.
    azure.link = { url: URL, createdAt: office.now() }
    await later(1)
    expect(await liveOf(bob)).toMatchObject({ link: { phase: 'ready', ours: true } })
    await done(bob)
    expect(azure.link).toBeUndefined()
  })
})

describe('somebody else’s link', () => {
  test('is used as it is, and stays; both are said', async () => {
    azure.link = { url: `${URL}-theirs`, createdAt: office.now() - 3_600_000 }
    await opens()
    expect(azure.sent).toEqual([])
    expect(await view()).toMatchObject({ link: { url: `${URL}-theirs` } })
    expect(card()).toContain('Somebody else made this link.')
    await done()
    expect(azure.sent).toEqual([])
    expect(azure.link).toBeDefined()
    expect(card()).toContain('A shareable link that somebody else made stays')
  })
})

describe('Azure refuses', () => {
  test('to make it: the reason is said, and the other ways stand', async () => {
    azure.refuses.create = 'denied'
    await opens()
    expect(office.titlesOf(alice)).toEqual(['Ready: vm01'])
    expect(card()).toMatch(/No shareable link:.*Azure refuses to create the link/)
    expect(card()).toContain('https://portal.azure.com/')
    expect(await view()).toMatchObject({ link: { none: 'Azure refuses to create the link.' } })
    await done()
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
    expect(azure.sent).toEqual(['create'])
  })
  test('to make it just now: it is tried again', async () => {
    azure.refuses.create = 'busy'
    office.patience = 25
    await opens()
    expect(card()).toMatch(
      /has not made a shareable link yet: Azure refuses to create the link\. I keep trying/,
    )
    azure.refuses = {}
    await later(2)
    await later(2)
    expect(await view()).toMatchObject({ link: { url: URL } })
  })
  test('in the end to make what it had taken on: said, and what may come to stand is looked for before it is over', async () => {
    azure.slow = true
    office.patience = 25
    await opens()
    azure.slow = false
    for (const operation of azure.operations.values()) operation.ends = 'broken'
    await office.settle()
    expect(card()).toMatch(/No shareable link:.*The operation has failed/)
    azure.link = { url: URL, createdAt: office.now() }
    await done()
    await later(1)
    expect(azure.link).toBeUndefined()
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
  })
  test('to delete it: it keeps trying and says so, to the person and once to administrators; it is not over before', async () => {
    reportsToOps()
    await opens()
    azure.refuses.remove = 'denied'
    office.patience = 60
    await done()
    expect(office.titlesOf(alice)).toEqual(['Closing: vm01'])
    expect(card()).toContain(
      'Azure has not deleted the shareable link yet: Azure refuses to remove the link. I keep trying.',
    )
    expect(JSON.stringify(office.cardsOf(bob).at(-1)?.message)).toContain(
      'has not deleted the shareable link',
    )
    await later(30)
    expect(office.titlesOf(alice)).toEqual(['Closing: vm01'])
    expect(office.azure.rules(office.now())).toEqual([])
    azure.refuses = {}
    await later(2)
    await later(2)
    expect(azure.link).toBeUndefined()
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
    const told = office.cards.filter(({ to }) => to.key === 'ops').map(({ message }) => message.title)
    expect(told).toEqual(['A shareable link is still there: vm01'])
    expect(office.problems).toEqual([])
  })
  test('to be read at all: what was not asked for is not asked for', async () => {
    azure.refuses.find = 'denied'
    await opens()
    expect(azure.sent).toEqual([])
    expect(card()).toMatch(/No shareable link:.*Azure refuses to find the link/)
    await done()
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
  })
  test('because the host is gone: its links are gone with it', async () => {
    await opens()
    azure.refuses.find = 'missing'
    await done()
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
  })
})

describe('drift', () => {
  test('a link that somebody took away is said, and another one is made', async () => {
    reportsToOps()
    await opens()
    delete azure.link
    await later(6)
    expect(azure.sent).toEqual(['create', 'create'])
    expect(await view()).toMatchObject({ link: { url: URL } })
    expect(card()).toMatch(/Somebody took the shareable link away in Azure at/)
    const told = office.cards.filter(({ to }) => to.key === 'ops').map(({ message }) => message.title)
    expect(told).toEqual(['A shareable link has vanished: vm01'])
  })
  test('until it is noticed, the page says that Azure shows none', async () => {
    await opens()
    delete azure.link
    expect(await view()).toMatchObject({ link: { wait: 'Azure does not show your link at this moment.' } })
  })
  test('a person whose time is over gets no link, though nobody has shut it yet', async () => {
    await opens()
    office.pass(121)
    expect(await view()).toMatchObject({ link: { none: 'Your time is over.' } })
  })
})

describe('killed', () => {
  /** The process stops in the middle of this call, for ever; another one takes up its work. */
  const diesAt = async (
    verb: 'create' | 'remove',
    effect: 'before' | 'after',
    begin: () => Promise<unknown>,
  ) => {
    const whole = links[verb]
    const died = new Promise<void>(resolve => {
      office.ports.links = {
        ...links,
        [verb]: async (bastion: string, vm: VmId) => {
          if (effect === 'after') {
            const operation = await whole(bastion, vm)
            azure.operations.get(operation)?.effect?.()
          }
          resolve()
          return new Promise(() => undefined)
        },
      }
      office.restart()
    })
    void begin()
    await died
    office.ports.links = links
    office.restart()
    await office.freeLeases()
    await office.settle()
  }
  test('between the record and the order: it is asked for again once it is clear that Azure has none', async () => {
    await diesAt('create', 'before', opens)
    expect(azure.sent).toEqual([])
    await later(6)
    expect(azure.sent).toEqual(['create'])
    expect(await view()).toMatchObject({ link: { url: URL } })
    await done()
    expect(azure.link).toBeUndefined()
  })
  test('between the order and its record: it is found, known as ours, and not made twice', async () => {
    await diesAt('create', 'after', opens)
    await office.settle()
    expect(azure.sent).toEqual(['create'])
    expect(await liveOf()).toMatchObject({ link: { phase: 'ready', ours: true } })
    await done()
    expect(azure.link).toBeUndefined()
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
  })
  test.each(['before', 'after'] as const)('while it is deleted, %s Azure had the order', async effect => {
    await opens()
    await diesAt('remove', effect, () => done())
    await office.settle()
    expect(azure.link).toBeUndefined()
    expect(office.titlesOf(alice)).toEqual(['Returned, shut: vm01'])
    expect(office.problems).toEqual([])
  })
  test('at any moment in which Azure is asked about it, by two who use it: shown to both, and deleted in the end', async () => {
    let calls = 0
    /** The process dies before or after this call; undefined: never. */
    let deadly: { call: number; when: 'before' | 'after' } | undefined
    let died: (() => void) | undefined
    const dies = () => {
      died?.()
      return new Promise<never>(() => undefined)
    }
    const watched = <K extends keyof ShareableLinks>(verb: K): ShareableLinks[K] =>
      (async (...args: Parameters<ShareableLinks[K]>) => {
        calls += 1
        const mine = deadly?.call === calls ? deadly.when : undefined
        if (mine === 'before') return dies()
        const answer = await (links[verb] as (...given: unknown[]) => Promise<unknown>)(...args)
        return mine === 'after' ? dies() : answer
      }) as ShareableLinks[K]
    const all: ShareableLinks = {
      find: watched('find'),
      create: watched('create'),
      remove: watched('remove'),
      look: watched('look'),
    }
    const dead = () =>
      new Promise<'dead'>(resolve => {
        died = () => resolve('dead')
      })
    /** Does it, and goes on with another process where the first one died of it. */
    const survives = async (act: () => Promise<unknown>) => {
      const how = await Promise.race([act(), dead()])
      if (how !== 'dead') return
      deadly = undefined
      office.restart()
      await office.freeLeases()
      await office.settle()
      await later(6)
    }
    const live = async () => {
      await office.reset()
      office.setPolicy(allowing)
      office.fleet.set(vm01.id, reportOf(vm01, { nics: [{ privateAddress: '10.0.0.4', primary: true }] }))
      azure = { sent: [], refuses: {}, operations: new Map(), slow: false }
      calls = 0
      office.ports.links = all
      office.restart()
      await survives(opens)
      await survives(bobOpensToo)
      const held = [await liveOf(alice), await liveOf(bob)]
      expect(held).toMatchObject([{ link: { phase: 'ready', ours: true } }, { link: { phase: 'ready' } }])
      await survives(() => done(alice))
      expect(azure.link).toBeDefined()
      await survives(() => done(bob))
      expect(azure.link).toBeUndefined()
      for (const who of [alice, bob]) {
        expect(await liveOf(who)).toBeUndefined()
        expect(office.titlesOf(who)).toContain('Returned, shut: vm01')
      }
      expect(office.problems).toEqual([])
    }
    await live()
    const last = calls
    expect(last).toBeGreaterThan(8)
    for (let call = 1; call <= last; call++)
      for (const when of ['before', 'after'] as const) {
        deadly = { call, when }
        await live().catch(error => {
          throw new Error(`killed ${when} call ${call}: ${error.message}`, { cause: error })
        })
        expect(deadly).toBeUndefined()
      }
  }, 300_000)
})
