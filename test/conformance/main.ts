/**
 * `npm run azure:conformance -- FOLDER`: holds the simulated Azure against Microsoft's own descriptions of it.
 *
 * FOLDER is laid out like https://github.com/Azure/azure-rest-api-specs, with `specification` in it. Exit codes: 0 all is as described
 * or known to be otherwise, 1 something is not, 2 there is nothing to hold it against.
 */
import { resolve } from 'node:path'
import { check, type Report } from './check.ts'
import { openJudge } from './judge.ts'

async function main([folder, ...rest]: readonly string[]): Promise<number> {
  if (folder === undefined || folder.startsWith('-') || rest.length > 0) {
    process.stderr.write(
      'Usage: npm run azure:conformance -- FOLDER\nFOLDER is a copy of azure-rest-api-specs.\n',
    )
    return 2
  }
  try {
    const report = await check(await openJudge(resolve(folder)))
    process.stdout.write(drawn(report))
    return report.failed ? 1 : 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
}

function drawn({ lines, exchanges, validated }: Report): string {
  const count = (verdict: string) => lines.filter(line => line.verdict === verdict).length
  return [
    ...lines.map(
      ({ verdict, operation, exchanges, says }) =>
        `${verdict.padEnd(15)}  ${operation} (${exchanges})${says.map(text => `  | ${text}`).join('')}`,
    ),
    `${lines.length} operations, ${exchanges} exchanges, ${validated} held against their description: ` +
      `${count('ok')} ok, ${count('known deviation')} with known deviations, ${count('FAIL')} failed.`,
    '',
  ].join('\n')
}

process.exitCode = await main(process.argv.slice(2))
