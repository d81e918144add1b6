/** Transactions that clash are tried again; everything else is thrown as it is. */
import { describe, expect, test } from '@jest/globals'
import { persist } from '../../../adapters/store/transact.ts'

const failing = (times: number, error: unknown) => {
  const tries = { count: 0 }
  const work = async () => {
    tries.count += 1
    if (tries.count <= times) throw error
    return 'done'
  }
  return { tries, work }
}

describe('a clash', () => {
  test.each([
    ['a serialisation failure', { code: '40001' }],
    ['a deadlock', { code: '40P01' }],
    ['two leases in one lane', { code: '23505', constraint: 'outbox_one_leased' }],
    ['the same refresh queued twice', { code: '23505', constraint: 'outbox_one_waiting' }],
  ])('%s is tried again', async (_, error) => {
    const { work, tries } = failing(2, error)
    expect(await persist(work)).toBe('done')
    expect(tries.count).toBe(3)
  })
  test('that does not end is a fault worth retrying', async () => {
    const { work, tries } = failing(99, { code: '40001' })
    await expect(persist(work)).rejects.toMatchObject({
      name: 'Fault',
      kind: 'busy',
      cause: { code: '40001' },
    })
    expect(tries.count).toBe(5)
  })
  test.each([
    ['another unique key', { code: '23505', constraint: 'outbox_id_key' }],
    ['a lost connection', { code: '08006' }],
    ['a bug', new TypeError('x')],
    ['nothing in particular', undefined],
  ])('%s is none', async (_, error) => {
    const { work, tries } = failing(1, error)
    await expect(persist(work)).rejects.toBe(error)
    expect(tries.count).toBe(1)
  })
})
