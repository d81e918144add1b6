/** Diagnoses whose remedy waits: found by whom they wait for, and by the reference of the remedy. */
import { describe, expect, test } from '@jest/globals'
import { type Diagnosis, type DiagnosisId, instant, type NamedPerson, refOf } from '../../../core/index.ts'
import { alice, at, bob, carol, home, person, requestId, seat, vmId } from './cast.ts'
import type { Stage } from './stage.ts'

type Repair = NonNullable<Diagnosis['repair']>

const repairBy = (n: number, seats: readonly NamedPerson[], more: Partial<Repair> = {}): Repair => ({
  ...{ remedy: 'restart_vm', vm: { id: vmId(n), name: `vm${n}` }, order: { do: 'restart-vm', vm: vmId(n) } },
  ...{ verb: 'restart-vm', key: requestId(100 + n), cause: 'guest.hung', watched: [], by: 'approvers' },
  shown: { title: 'Windows hangs', proof: [], warnings: [], how: [] },
  state: 'asked',
  asking: { rule: 'mending', seats: seats.map(seat), others: [], lapsesAt: at(60), unreached: [] },
  ...more,
})
const diagnosisBy = (n: number, by: NamedPerson, repair?: Repair): Diagnosis => ({
  ...{ v: 1, id: requestId(n) as string as DiagnosisId, by, home: home('x'), unasked: false },
  known: {
    case: { text: '', asker: { accounts: [] } },
    at: at(0),
    began: at(0),
    found: [],
    facts: {},
    asked: [],
  },
  ...{ status: 'over', passwordShown: false, detailed: false, history: [{ what: 'began', at: instant(0) }] },
  ...(repair === undefined ? {} : { repair }),
})

export function remedies(stage: Stage): void {
  const ids = (found: readonly Diagnosis[]) => found.map(({ id }) => id)

  describe('a remedy that waits', () => {
    test('is found by whoever asked for it and by whoever has a seat, oldest first, after a restart too', async () => {
      const scene = await stage()
      const first = diagnosisBy(1, alice, repairBy(1, [bob, carol]))
      const second = diagnosisBy(2, alice, repairBy(2, [bob]))
      for (const diagnosis of [second, first, diagnosisBy(3, alice)])
        expect(await scene.store.keep({ diagnosis, expected: 0, queue: [] })).toBe('kept')
      await scene.reopen()
      const { store } = scene
      expect(await store.remediesOf(alice.person)).toEqual([first, second])
      expect(ids(await store.remediesOf(bob.person))).toEqual([first.id, second.id])
      expect(ids(await store.remediesOf(carol.person))).toEqual([first.id])
      expect(await store.remediesOf(person(9).person)).toEqual([])
    })
    test.each([
      'confirming',
      'denied',
      'withdrawn',
      'lapsed',
      'sending',
      'setting',
      'running',
      'done',
    ] as const)('no more is found when it is %s', async state => {
      const { store } = await stage()
      const diagnosis = diagnosisBy(1, alice, repairBy(1, [bob], { state }))
      await store.keep({ diagnosis, expected: 0, queue: [] })
      for (const who of [alice, bob]) expect(await store.remediesOf(who.person)).toEqual([])
      expect(await store.remediesByRef(refOf(requestId(101)))).toEqual([])
    })
    test('for its asker alone is not found by those who agreed to it', async () => {
      const { store } = await stage()
      const diagnosis = diagnosisBy(1, alice, repairBy(1, [bob], { state: 'agreed' }))
      await store.keep({ diagnosis, expected: 0, queue: [] })
      expect(ids(await store.remediesOf(alice.person))).toEqual([diagnosis.id])
      expect(await store.remediesOf(bob.person)).toEqual([])
      expect(await store.remediesByRef(refOf(requestId(101)))).toEqual([])
    })
    test('follows what is kept over it', async () => {
      const { store } = await stage()
      const diagnosis = diagnosisBy(1, alice, repairBy(1, [bob]))
      await store.keep({ diagnosis, expected: 0, queue: [] })
      const reseated = { ...diagnosis, repair: repairBy(1, [carol]) }
      await store.keep({ diagnosis: reseated, expected: 1, queue: [] })
      expect(await store.remediesOf(bob.person)).toEqual([])
      expect(await store.remediesOf(carol.person)).toEqual([reseated])
    })
    test('is found by the reference of the remedy, in either case, and by nothing else', async () => {
      const { store } = await stage()
      const diagnosis = diagnosisBy(1, alice, repairBy(1, [bob]))
      await store.keep({ diagnosis, expected: 0, queue: [] })
      const ref = refOf(requestId(101))
      expect(ids(await store.remediesByRef(ref))).toEqual([diagnosis.id])
      expect(ids(await store.remediesByRef(ref.toLowerCase()))).toEqual([diagnosis.id])
      for (const other of [refOf(requestId(1)), '', '%', '______', `${ref}0`, ref.slice(1)])
        expect(await store.remediesByRef(other)).toEqual([])
    })
  })
}
