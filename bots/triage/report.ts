/** Sums up what the scenarios came to, for people and for programs. */
import type { BadFile, Expected } from './files.ts'
import type { Score } from './judge.ts'
import type { Played } from './play.ts'

/** One file that was played. */
export type Line = { file: string; difficulty: string; expect: Expected; played: Played; score: Score }

type Summary = {
  scenarios: number
  top1: number
  harm: number
  alsoRecall: number
  remedy: number
  approval: number
  warnings: number
  extraQuestions: number
  extraGuestReads: number
  honesty: string
  armCallsP50: number
  firstAnswerMsP50: number
  verdictMsP50: number
}

function summaryOf(lines: readonly Line[]): Summary {
  const scores = lines.map(({ score }) => score)
  const total = (pick: (score: Score) => number) => scores.reduce((sum, score) => sum + pick(score), 0)
  const honest = scores.flatMap(({ honest: one }) => (one === undefined ? [] : [one]))
  const alsoOf = total(({ also }) => also.of)
  return {
    scenarios: lines.length,
    top1: share(scores.map(({ right }) => right)),
    harm: scores.filter(({ harm }) => harm.length > 0).length,
    alsoRecall: alsoOf === 0 ? 1 : rounded(total(({ also }) => also.named) / alsoOf),
    remedy: share(scores.map(({ remedy }) => remedy)),
    approval: share(scores.map(({ approval }) => approval)),
    warnings: share(scores.map(({ warnings }) => warnings)),
    extraQuestions: total(({ extraQuestions }) => extraQuestions.length),
    extraGuestReads: scores.filter(({ extraGuestRead }) => extraGuestRead).length,
    honesty: `${honest.filter(Boolean).length}/${honest.length}`,
    armCallsP50: middle(lines.map(({ played }) => played.armCalls)),
    firstAnswerMsP50: middle(lines.map(({ played }) => played.firstAnswerMs)),
    verdictMsP50: middle(lines.map(({ played }) => played.verdictMs)),
  }
}

/** The share of those that hold; what does not apply is not counted. 1 where nothing is. */
function share(list: readonly (boolean | undefined)[]): number {
  const counted = list.filter(one => one !== undefined)
  return counted.length === 0 ? 1 : rounded(counted.filter(Boolean).length / counted.length)
}

const rounded = (number: number): number => Math.round(number * 10_000) / 10_000

/** The median: of an even number, the lower of the two in the middle. */
function middle(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

export function asJson(lines: readonly Line[], bad: readonly BadFile[]): unknown {
  return {
    summary: summaryOf(lines),
    scenarios: lines.map(({ file, difficulty, expect, played, score }) => ({
      file,
      right: score.right,
      harm: score.harm.length > 0,
      named: played.named,
      expected: expect.primary ?? null,
      difficulty,
      verdict: played.verdict,
      expectedVerdict: expect.verdict,
      harmful: score.harm,
      remedy: score.remedy,
      offered: played.offers,
      approval: score.approval ?? null,
      warnings: score.warnings ?? null,
      missingWarnings: score.missingWarnings,
      missingAlso: expect.also.filter(cause => !played.named.includes(cause)),
      asked: played.asked,
      extraQuestions: score.extraQuestions,
      guestRead: played.guestRead,
      extraGuestRead: score.extraGuestRead,
      honest: score.honest ?? null,
      armCalls: played.armCalls,
      firstAnswerMs: played.firstAnswerMs,
      verdictMs: played.verdictMs,
    })),
    ...(bad.length === 0 ? {} : { bad }),
  }
}

export function inWords(lines: readonly Line[], bad: readonly BadFile[]): string {
  const percent = (number: number) => `${Math.round(number * 1_000) / 10} %`
  const sum = summaryOf(lines)
  const byDifficulty = [...Map.groupBy(lines, ({ difficulty }) => difficulty)].map(
    ([difficulty, some]) => `${difficulty} ${some.filter(({ score }) => score.right).length}/${some.length}`,
  )
  return [
    ...lines.map(lineInWords),
    ...bad.map(({ file, error }) => `NOT PLAYED  ${file}: ${error}`),
    '',
    `scenarios          ${sum.scenarios}${bad.length === 0 ? '' : `, and ${bad.length} that could not be played`}`,
    `top-1              ${percent(sum.top1)} (${byDifficulty.join(', ')})`,
    `harm               ${sum.harm}`,
    `also-recall        ${percent(sum.alsoRecall)}`,
    `remedy             ${percent(sum.remedy)}, approval ${percent(sum.approval)}, warnings ${percent(sum.warnings)}`,
    `extra questions    ${sum.extraQuestions}, extra guest reads ${sum.extraGuestReads}`,
    `honesty            ${sum.honesty}`,
    `ARM calls          ${sum.armCallsP50} (median)`,
    `first answer       ${sum.firstAnswerMsP50} ms, verdict ${sum.verdictMsP50} ms (medians)`,
    '',
  ].join('\n')
}

function lineInWords({ file, expect, played, score }: Line): string {
  const verdict = score.harm.length > 0 ? 'HARM ' : score.right ? 'right' : 'WRONG'
  const remarks = [
    ...(score.right ? [] : [`expected ${expect.verdict} ${expect.primary ?? ''}`.trim()]),
    ...score.harm,
    ...(score.also.named === score.also.of
      ? []
      : [`not named: ${expect.also.filter(one => !played.named.includes(one)).join(', ')}`]),
    ...(score.remedy
      ? []
      : [`first button ${played.offers[0]?.remedy ?? 'none'}, expected ${expect.remedy}`]),
    ...(score.approval === false ? [`approval weaker than ${expect.approval}`] : []),
    ...(score.missingWarnings.length === 0 ? [] : [`no ${score.missingWarnings.join(', ')}`]),
    ...(score.extraQuestions.length === 0 ? [] : [`asked ${score.extraQuestions.join(', ')}`]),
    ...(score.extraGuestRead ? ['wanted to look inside Windows'] : []),
  ]
  const said = `${played.verdict} ${played.named.join(', ')}`.trim()
  return `${verdict}  ${file}: ${said}${remarks.map(remark => `  | ${remark}`).join('')}`
}
