import { describe, expect, test } from '@jest/globals'
import { pace } from '../../../../adapters/azure/diagnostics/pace.ts'
import { Fault } from '../../../../core/index.ts'

const asked = (needs: string, subscription?: string) => ({
  op: 'test',
  needs,
  thing: 'a thing',
  ...(subscription === undefined ? {} : { subscription }),
})
const GRAPH = asked('Microsoft.ResourceGraph/resources/read')
const READ = asked('Microsoft.Compute/virtualMachines/read', 's')

/** How many get a turn at once, when none may wait for it. */
async function atOnce(call: Parameters<ReturnType<typeof pace>['turn']>[0], tries: number): Promise<number> {
  const { turn } = pace()
  const turns = await Promise.allSettled(Array.from({ length: tries }, () => turn(call, 0)))
  return turns.filter(({ status }) => status === 'fulfilled').length
}

describe('the pace of many diagnoses', () => {
  test('lets fewer through at once than Azure takes', async () => {
    expect(await atOnce(GRAPH, 100)).toBeLessThan(15)
    const reads = await atOnce(READ, 1_000)
    expect(reads).toBeLessThan(250)
    // Ten diagnoses that begin in the same moment need not wait.
    expect(reads).toBeGreaterThanOrEqual(200)
  })

  test('keeps subscriptions apart', async () => {
    const { turn } = pace()
    for (let call = 0; call < 300; call++) await turn(READ, 0).catch(() => undefined)
    await expect(turn(READ, 0)).rejects.toMatchObject({ kind: 'busy' })
    await expect(turn({ ...READ, subscription: 'other' }, 0)).resolves.toBeUndefined()
  })

  test('forgets a failure that names no wait', async () => {
    const { turn, heard } = pace()
    heard(READ, new Fault('busy', { op: 'test', say: 'x' }))
    heard(READ, new Error('x'))
    await expect(turn(READ, 0)).resolves.toBeUndefined()
  })
})
