import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { applyChanges } from '../../../../core/triage/nsg/change.ts'
import { evaluate, plausibleSenders, survey } from '../../../../core/triage/nsg/evaluate.ts'
import { nearMisses } from '../../../../core/triage/nsg/near.ts'
import { sceneOf } from '../../../../core/triage/nsg/scene.ts'
import { and, minus, pointOf } from '../../../../core/triage/nsg/spans.ts'
import { draw, networkOf } from './arbitrary.ts'
import { isEachUnknownAskedOnce, possibleAnswers } from './naive.ts'

const runs = { numRuns: 3000 }

describe('in any network', () => {
  test('a certain verdict is the answer of a second evaluation, whatever the unknown may be', () => {
    fc.assert(
      fc.property(draw, drawn => {
        const possible = possibleAnswers(drawn)
        const { access } = evaluate(drawn.flow, networkOf(drawn))
        if (access !== 'unknown') expect([...possible]).toEqual([access])
        if (possible.size === 2) expect(access).toBe('unknown')
      }),
      runs,
    )
  })

  test('a verdict is unknown only where the unknown turns it round, as long as nothing unknown is asked twice', () => {
    fc.assert(
      fc.property(draw.filter(isEachUnknownAskedOnce), drawn => {
        const verdict = evaluate(drawn.flow, networkOf(drawn))
        expect(verdict.access === 'unknown').toBe(possibleAnswers(drawn).size === 2)
        expect(verdict.doubts.length > 0).toBe(verdict.access === 'unknown')
      }),
      runs,
    )
  })

  test('a verdict names a rule that gives that answer, in the layer it names', () => {
    fc.assert(
      fc.property(draw, drawn => {
        const { apparent, layer, decidedBy, withoutRule, layers } = evaluate(drawn.flow, networkOf(drawn))
        if (decidedBy === undefined) {
          expect([layer, withoutRule === undefined]).toEqual(['none', false])
          return
        }
        expect(decidedBy.layer).toBe(layer)
        expect(decidedBy.rule.access.replace('always-', '')).toBe(apparent)
        expect(layers[decidedBy.layer]).toMatchObject({ state: 'read', decidedBy })
      }),
      runs,
    )
  })

  test('a miss that opens does open once its change is made, and one that does not open does not', () => {
    let opening = 0
    fc.assert(
      fc.property(draw, drawn => {
        const network = networkOf(drawn)
        for (const { changes, opens, rule } of nearMisses(drawn.flow, network)) {
          expect(rule.rule.access).not.toBe('deny')
          const after = evaluate(drawn.flow, applyChanges(network, drawn.flow, changes))
          expect(after.apparent === 'allow').toBe(opens)
          if (opens) opening += 1
        }
        if (evaluate(drawn.flow, network).apparent === 'allow')
          expect(nearMisses(drawn.flow, network)).toEqual([])
      }),
      runs,
    )
    expect(opening).toBeGreaterThan(100)
  })

  test('the senders of a flow fall into pieces that cover them once, and each piece speaks for its members', () => {
    fc.assert(
      fc.property(draw, drawn => {
        const { source, ...flow } = drawn.flow
        const network = networkOf(drawn)
        const scene = sceneOf(flow, network)
        if (scene === undefined) throw new Error('no scene')
        const senders = plausibleSenders(scene)
        const pieces = survey(scene, senders)
        let left = senders
        for (const piece of pieces) {
          expect(minus(piece.senders, left)).toEqual([])
          left = minus(left, piece.senders)
        }
        expect(left).toEqual([])
        const own = pointOf(source, scene.bits) ?? []
        const piece = pieces.find(({ senders: some }) => and(own, some).length > 0)
        if (piece !== undefined) expect(piece.verdict).toEqual(evaluate(drawn.flow, network))
      }),
      { numRuns: 1500 },
    )
  })
})
