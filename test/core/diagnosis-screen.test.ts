/** The picture of a VM's screen: for the one who asked, in private, once, and kept nowhere. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Address, Diagnostics, Picture, Reading } from '../../core/index.ts'
import { Fault } from '../../core/index.ts'
import { alice, aRule, vm01 } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'

const PICTURE = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 7, 7, 7])
let office: Office
let facts: Partial<Record<keyof Diagnostics, Reading<unknown>>>
let shown: { to: Address; picture: Picture }[]
let onShow: () => Promise<void>
let pictures: number

const diagnostics = new Proxy({} as Diagnostics, {
  get: (_, name: keyof Diagnostics) => async () => {
    if (name === 'picture') pictures += 1
    return facts[name] ?? { read: false, why: 'Azure does not let me.' }
  },
})
const read = (value: unknown): Reading<unknown> => ({ read: true, value })
const sample = (more: object) => read({ at: office.now(), serial: '', pictured: true, ...more })

beforeAll(async () => {
  office = await openOffice()
  const show = {
    mostBytes: 500,
    post: async (to: Address, picture: Picture) => {
      await onShow()
      shown.push({ to, picture })
      return { ...to, messageKey: `picture-${shown.length}` }
    },
  }
  Object.assign(office.ports, {
    diagnostics: { forOneDiagnosis: () => diagnostics },
    pictures: { fit: async (bytes: Uint8Array, most: number) => (bytes.length > most ? undefined : bytes) },
    chats: office.ports.chats.map(chat => Object.assign(Object.create(chat), { show })),
  })
  office.restart()
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.setPolicy(aRule({ verbs: ['connect', 'diagnose'] }))
  shown = []
  pictures = 0
  onShow = async () => undefined
  facts = {
    find: read({ vms: [vm01], others: [], near: [] }),
    state: read({ power: 'running', provisioning: 'succeeded', agent: 'not-ready' }),
    model: read({
      size: 'Standard_D2s_v5',
      ...{ spot: false, ephemeralOsDisk: false, temporaryDisk: false, extensionOperations: true },
      ...{ bootDiagnostics: true, identity: 'none', customImage: false, tags: {}, locks: [] },
    }),
    network: read({ nics: [], natRules: [], firewalls: [], adminRules: [], serviceTags: {}, missing: [] }),
    activity: read([]),
    boot: sample({ screen: 'Stop code: CRITICAL_PROCESS_DIED. Your device ran into a problem' }),
    picture: read(PICTURE),
  }
})
afterAll(() => office.close())

const CANNOT = "diagnose vm01 it can't connect to the remote computer"

describe('the picture of the screen', () => {
  test('is shown in the private chat of the one who asked, once', async () => {
    await office.typed(alice, CANNOT)
    expect(office.titlesOf(alice)).toEqual(expect.arrayContaining([expect.stringMatching(/vm01/)]))
    expect(shown).toHaveLength(1)
    expect(shown[0]?.to).toEqual(office.cardsOf(alice)[0]?.to)
    expect(shown[0]?.picture).toMatchObject({ name: 'screen-of-vm01.png', png: PICTURE })
    expect(shown[0]?.picture.say).toMatch(/vm01.*Only you/)
    expect(office.problems).toEqual([])
  })

  test('is shown to a person to look at where nobody reads it', async () => {
    facts.boot = sample({})
    await office.typed(alice, CANNOT)
    expect(shown).toHaveLength(1)
  })

  test('of a page that waits for somebody to sign in is not worth a message, and its names are not kept', async () => {
    facts.boot = sample({ screen: 'Press Ctrl+Alt+Delete to unlock.\nCarla Castillo\n9:00' })
    await office.typed(alice, CANNOT)
    expect(shown).toEqual([])
    expect((await office.keep()).rows).not.toContain('Castillo')
  })

  test('is in no row of the store and in no card, before and after', async () => {
    facts.picture = read(Uint8Array.from([...PICTURE, ...Buffer.from('secret-on-screen')]))
    let during = ''
    onShow = async () => {
      during = (await office.keep()).rows
    }
    await office.typed(alice, CANNOT)
    const kept = `${during}${(await office.keep()).rows}${JSON.stringify(office.cards)}`
    expect(shown).toHaveLength(1)
    for (const form of ['secret-on-screen', Buffer.from('secret-on-screen').toString('base64').slice(0, 16)])
      expect(kept).not.toContain(form)
  })

  test('is not shown to one whom no rule lets diagnose any more', async () => {
    facts.boot = sample({})
    const take = facts.boot
    delete facts.boot
    Object.defineProperty(facts, 'boot', {
      configurable: true,
      get() {
        office.setPolicy(aRule({ verbs: ['connect'] }))
        return take
      },
    })
    await office.typed(alice, CANNOT)
    expect(shown).toEqual([])
    expect(pictures).toBe(0)
  })

  test('that Azure does not give, or that is none, costs the verdict nothing', async () => {
    facts.picture = { read: false, why: 'Azure has none.' }
    await office.typed(alice, CANNOT)
    expect(shown).toEqual([])
    facts.picture = read(new Uint8Array(9_000))
    await office.reset()
    office.setPolicy(aRule({ verbs: ['connect', 'diagnose'] }))
    await office.typed(alice, CANNOT)
    expect(shown).toEqual([])
    expect(office.problems).toEqual([])
  })

  test('is shown all the same after the process died before it was', async () => {
    let deaths = 1
    onShow = async () => {
      if (deaths-- > 0) throw new Fault('broken', { op: 'fake.show', say: 'The chat broke off.' })
    }
    await office.typed(alice, CANNOT)
    office.restart()
    await office.settle()
    expect(shown).toHaveLength(1)
    await office.settle()
    expect(shown).toHaveLength(1)
  })
})
