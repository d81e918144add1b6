/** K05: what changed since it last worked? Names no cause alone; other checks use it, and a fix after the complaint is told. */
import { addressChange, othersSwitchedOff, recentFix, ruleRemoved, startsAndStops } from './activity.ts'
import { clear, type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value } from './scene.ts'
import { ago } from './words.ts'

/** A change this fresh may be the fix. */
const FRESH_MINUTES = 60

export function checkActivity(scene: Scene): Outcome {
  const log = value(scene, 'activity')
  if (log === undefined) return unread(scene, 'K05', 'activity')
  const fix = recentFix(scene, FRESH_MINUTES)
  const isRepaired = fix !== undefined && scene.listenerProven && value(scene, 'probe')?.answer === 'rdp'
  if (isRepaired)
    return outcome(
      'K05',
      [
        {
          cause: 'ok.resolved',
          sure: 0.7,
          proof: [`${named(fix.operation)} ${ago(fix.at, scene.now)}, and Remote Desktop answers now.`],
        },
      ],
      '',
    )
  const { lastStop, lastStart } = startsAndStops(scene)
  const events = [
    lastStop === undefined
      ? undefined
      : { at: lastStop.at, say: `stopped ${ago(lastStop.at, scene.now)}${by(lastStop.by)}` },
    lastStart === undefined
      ? undefined
      : { at: lastStart.at, say: `started ${ago(lastStart.at, scene.now)}${by(lastStart.by)}` },
    ...[addressChange(scene)?.entry].map(entry =>
      entry === undefined
        ? undefined
        : { at: entry.at, say: `public address changed ${ago(entry.at, scene.now)}${by(entry.by)}` },
    ),
    ...[ruleRemoved(scene)].map(entry =>
      entry === undefined
        ? undefined
        : { at: entry.at, say: `a rule removed ${ago(entry.at, scene.now)}${by(entry.by)}` },
    ),
    ...othersSwitchedOff(scene)
      .slice(0, 1)
      .map(entry => ({
        at: entry.at,
        say: `${entry.resource.replace(/^.*\//, '')} switched off ${ago(entry.at, scene.now)}`,
      })),
  ].filter(event => event !== undefined)
  if (events.length === 0)
    return clear('K05', log.length === 0 ? 'Nothing was changed lately.' : 'No recent change explains it.')
  return clear(
    'K05',
    `Recent changes: ${events
      .toSorted((a, b) => b.at - a.at)
      .map(({ say }) => say)
      .join('; ')}.`,
  )
}

const by = (who: string | undefined): string => (who === undefined ? '' : ` by ${who}`)
const named = (operation: string): string =>
  `${operation.replace(/^microsoft\.[a-z]+\//i, '').replace(/\/action$/i, '')} was done`
