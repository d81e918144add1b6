/** The account of a role of a Cloud Service: every event of it comes back as it was appended, and its request is found by the service. */
import { describe, expect, test } from '@jest/globals'
import { type AccessEvent, replay, type VmId } from '../../../core/index.ts'
import { alice, approved, asked, at, requestId } from './cast.ts'
import type { Stage } from './stage.ts'

const SERVICE =
  '/subscriptions/00000009-0000-4000-8000-000000000001/resourcegroups/rg/providers/microsoft.compute/cloudservices/shop' as VmId
const ID = requestId(1)

const EVENTS: readonly AccessEvent[] = [
  asked(ID, {
    by: alice,
    vm: { id: SERVICE, name: 'shop/Web_IN_0', subscriptionName: 'Main', resourceGroup: 'rg' },
    instance: {
      ...{ service: 'shop', role: 'Web', instance: 'Web_IN_0', also: ['Web_IN_1'] },
      ...{ restarts: true, warnings: ['It restarts \u{1f600} all.'] },
    },
  }),
  approved(),
  { type: 'source-given', at: at(2), source: '203.0.113.7', giveUpAt: at(32) },
  {
    type: 'account-set',
    at: at(2),
    user: 'lk-abcdefgh',
    expiresAt: at(62),
    giveUpAt: at(32),
    source: '203.0.113.7',
  },
  { type: 'account-begun', at: at(2), begun: '{"state":"https://management.azure.com/operations/1"}' },
  { type: 'account-lost', at: at(3), user: 'lk-abcdefgh', say: 'Azure refused.' },
  {
    type: 'account-set',
    at: at(4),
    user: 'lk-hgfedcba',
    expiresAt: at(62),
    giveUpAt: at(34),
    source: '203.0.113.8',
  },
  { type: 'account-begun', at: at(4), begun: 'done' },
  {
    type: 'opened',
    at: at(5),
    until: at(62),
    azureEndsAt: at(62),
    wayIn: { host: 'shop.example', port: 3389 },
    proofs: [],
    verified: true,
  },
  { type: 'account-extending', at: at(6), expiresAt: at(92) },
  { type: 'account-begun', at: at(6), begun: 'done' },
  { type: 'account-extended', at: at(7), azureEndsAt: at(92) },
  { type: 'closing-started', at: at(8), why: 'returned' },
  { type: 'account-removing', at: at(8) },
]

export function accounts(stage: Stage): void {
  describe('the account of a role', () => {
    test('has a record that comes back as it was written, and lives with its service', async () => {
      const { store } = await stage()
      for (const [index, event] of EVENTS.entries())
        expect(
          await store.append({ id: ID, expected: index, at: event.at, events: [event], queue: [] }),
        ).toBe('appended')
      const { events, state } = await store.load(ID)
      expect(events).toEqual(EVENTS)
      expect(state).toEqual(replay(EVENTS))
      expect(state).toMatchObject({
        status: 'closing',
        account: { user: 'lk-hgfedcba', before: ['lk-abcdefgh'], doing: 'remove' },
      })
      expect(await store.liveOn(SERVICE)).toEqual([state])
      const end: AccessEvent = { type: 'closed', at: at(9), seen: 'account-gone' }
      await store.append({ id: ID, expected: EVENTS.length, at: at(9), events: [end], queue: [] })
      expect(await store.liveOn(SERVICE)).toEqual([])
    })
  })
}
