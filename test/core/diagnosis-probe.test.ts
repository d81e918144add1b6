/** Whether a diagnosis tries the port itself: only where the policy says that there is a path from here. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Diagnostics, Reading } from '../../core/index.ts'
import { alice, aRule, vm01 } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'
import { network, OWN_PUBLIC, rule } from './triage/nsg/world.ts'

let office: Office
let dialled: string[]
const read = (value: unknown): Reading<unknown> => ({ read: true, value })
let facts: Partial<Record<keyof Diagnostics, Reading<unknown>>>
const diagnostics = new Proxy({} as Diagnostics, {
  get: (_, name: keyof Diagnostics) => async () =>
    facts[name] ?? { read: false, why: 'Azure does not let me.' },
})

beforeAll(async () => {
  office = await openOffice()
  Object.assign(office.ports, {
    diagnostics: { forOneDiagnosis: () => diagnostics },
    probe: async (host: string, port: number) => {
      dialled.push(`${host}:${port}`)
      return { answer: 'silent' }
    },
  })
  office.restart()
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.setPolicy(aRule({ verbs: ['connect', 'diagnose'] }))
  dialled = []
  facts = {
    find: read({ vms: [vm01], others: [], near: [] }),
    state: read({ power: 'running', provisioning: 'succeeded', agent: 'ready', agentAt: office.now() }),
    network: read(network({ nic: [rule('Office', 300, { sources: ['203.0.113.0/24'] })] })),
    activity: read([]),
  }
})
afterAll(() => office.close())

const TEXT = 'diagnose vm01 it times out, I come from 203.0.113.25'
const allow = (more: object) => Object.assign(office.ports.policies.current(), more)
/** How the check of the port stands on the card, and what the card says. */
async function checked(): Promise<{ state: string | undefined; words: string }> {
  await office.typed(alice, TEXT)
  await office.pressed(alice, 'Details', /vm01/)
  const card = office.cardsOf(alice).at(-1)?.message
  const step = card?.steps?.find(({ label }) => label === 'Does the port answer')
  return { state: step?.state, words: JSON.stringify(card?.lines) }
}

test('without a path nothing is dialled, and the check says that it was not made', async () => {
  const { state, words } = await checked()
  expect(dialled).toEqual([])
  expect(state).toBe('unknown')
  expect(words).toMatch(/Does the port answer: the policy names no path/)
  expect(office.problems).toEqual([])
})

test('with a path the address that Azure published is dialled, and a silence counts where the rules let us in', async () => {
  allow({ probe: true, probeFrom: ['203.0.113.250/32'] })
  const { state, words } = await checked()
  expect(dialled).toEqual([`${OWN_PUBLIC}:3389`])
  expect(state).toBe('failed')
  expect(words).toMatch(/Not ruled out.*Windows Firewall does not let RDP in/)
})

test('a silence is no finding where nobody knows whether the rules let us in', async () => {
  allow({ probe: true })
  const { state, words } = await checked()
  expect(dialled).toEqual([`${OWN_PUBLIC}:3389`])
  expect(state).toBe('unknown')
  expect(words).toMatch(/Does the port answer: nothing came back to me/)
  expect(words).not.toMatch(/Not ruled out/)
})
