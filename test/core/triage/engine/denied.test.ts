import { describe, expect, test } from '@jest/globals'
import type { FactName } from '../../../../core/triage/engine/knowledge.ts'
import { actionFor, diagnose } from './office.ts'

const TEXT = 'rdp to app-win-1 times out, I come from 203.0.113.25'
/** Every read that a timed-out connection makes the diagnosis want, with the check that must say so. */
const READS: readonly (readonly [FactName, string])[] = [
  ['state', 'K02'],
  ['model', 'K03'],
  ['health', 'K04'],
  ['activity', 'K05'],
  ['network', 'K06'],
  ['jit', 'K07'],
  ['extensions', 'K10'],
  ['flow', 'K12'],
  ['routes', 'K14'],
  ['boot', 'K15'],
  ['metrics', 'K16'],
  ['guest', 'K20'],
  ['incidents', 'K23'],
]

describe('a denied read', () => {
  test.each(READS)('of %s leaves an answer that names the missing right', async (name, check) => {
    const { assessment, read } = await diagnose({ text: TEXT, denied: [name] })
    expect(read).toContain(name)
    expect(assessment.settled).toBe(true)
    expect(assessment.first).toBeDefined()
    const line = assessment.checks.find(({ id }) => id === check)
    expect(line).toMatchObject({ result: 'not-tested', lacks: actionFor(name) })
    expect(line?.say).not.toMatch(/fine|ok|healthy/i)
  })

  test.each(READS.filter(([name]) => !['network', 'state', 'model', 'extensions', 'guest'].includes(name)))(
    'of %s does not change the cause that the rest proves',
    async name => {
      const { assessment } = await diagnose({ text: TEXT, denied: [name] })
      expect(assessment.first?.cause).toBe('guest.fw_rule')
    },
  )

  test('of where machines are ends with the right that is missing, and asks nothing', async () => {
    const { assessment, asked } = await diagnose({ text: TEXT, denied: ['find'] })
    expect(assessment.first?.cause).toBe('target.no_access')
    expect(assessment.checks.find(({ id }) => id === 'K01')).toMatchObject({ lacks: actionFor('find') })
    expect(asked).toEqual([])
  })

  test('of everything is never health, and never a cause', async () => {
    const { assessment, asked } = await diagnose({ text: TEXT, denied: READS.map(([name]) => name) })
    expect(assessment.kind).toBe('inconclusive')
    expect(assessment.first?.cause).toBe('ok.inconclusive')
    expect(assessment.checks.filter(({ result }) => result === 'not-tested').length).toBeGreaterThanOrEqual(9)
    expect(asked).not.toContain('Q-CONSENT')
    expect(assessment.offers.filter(({ kind }) => kind === 'perform')).toEqual([])
  })
})
