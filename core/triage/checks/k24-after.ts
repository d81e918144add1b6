/** K24: did it help? What counts as proof that a connection works now. */

import { recentFix } from './activity.ts'
import { clear, notNeeded, type Outcome, outcome } from './finding.ts'
import { type Scene, value } from './scene.ts'
import { ago } from './words.ts'

const FRESH_MINUTES = 24 * 60

export function checkAfter(scene: Scene): Outcome {
  const saysSo = scene.hints.has('works-now')
  const answers = value(scene, 'probe')?.answer === 'rdp'
  if (!saysSo && !(answers && scene.hints.has('was-failing')))
    return notNeeded('K24', 'Nothing has been tried yet.')
  const fix = recentFix(scene, FRESH_MINUTES)
  if (!answers && !saysSo) return clear('K24', 'No proof yet that it works.')
  return outcome(
    'K24',
    [
      {
        cause: 'ok.resolved',
        sure: answers && fix !== undefined ? 0.9 : 0.82,
        proof: [
          answers ? 'Remote Desktop answers now.' : 'You said that it works again.',
          ...(fix === undefined
            ? []
            : [
                `The latest change: ${fix.operation.replace(/^microsoft\.[a-z]+\//i, '')} ${ago(fix.at, scene.now)}.`,
              ]),
        ],
      },
    ],
    '',
  )
}
