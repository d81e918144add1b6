/**
 * Plays one scenario: the shipped engine over the shipped adapters, over HTTP, against a pretend Azure built from the file.
 *
 * The diagnosis is given what the person wrote, their sign-in name, the answers to the questions it asks, and nothing else of the file:
 * Azure is read over HTTP, the words on the screen come in at the `ScreenReader` port, and the try of the RDP port goes over a socket to a
 * port of this machine that is silent, hangs up or answers.
 */
import { azureCredential } from '../../adapters/azure/credential.ts'
import { connectDiagnostics } from '../../adapters/azure/diagnostics/connect.ts'
import type { Log, PersonId } from '../../core/index.ts'
import type { AskedQuestion, Assessment } from '../../core/triage/engine/assessment.ts'
import { investigate } from '../../core/triage/engine/investigate.ts'
import { saidScreen } from './screen.ts'
import type { World } from './world.ts'

type Offered = { remedy: string; approval: string }

/** What a diagnosis came to. */
export type Played = {
  verdict: 'cause' | 'healthy' | 'ask' | 'inconclusive'
  /** Causes in the order in which they are named. */
  named: string[]
  offers: Offered[]
  warnings: string[]
  /** Questions in the order in which they were asked. */
  asked: string[]
  /** Whether a script was run inside Windows. */
  guestRead: boolean
  /** Calls to Azure without those that only follow an operation. */
  armCalls: number
  firstAnswerMs: number
  verdictMs: number
}

/** Questions that end a diagnosis which can have no verdict before them. */
export type Ends = ReadonlySet<string>

const APP = {
  tenantId: '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11',
  clientId: '2b1f0c7e-5555-4a6b-9c3d-0000000000aa',
}
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** Of wall time. Nothing here waits for longer than a few seconds, unless it hangs. */
const MOST_MS = 60_000

/** @throws {Error} when the diagnosis breaks or hangs */
export async function play(world: World, ends: Ends): Promise<Played> {
  const began = performance.now()
  const spent = () => Math.round(performance.now() - began) + world.passed()
  const credential = azureCredential({ kind: 'client-secret', ...APP, clientSecret: 'any' }, world.httpClient)
  const { forOneDiagnosis } = connectDiagnostics({
    credential,
    guestCredential: credential,
    httpClient: world.httpClient,
    log: SILENT,
    now: world.clock.now,
    screens: saidScreen,
    shareForMs: 0,
    pollMs: 50,
  })
  const asked: string[] = []
  let firstAnswerMs: number | undefined
  const stopped = Promise.withResolvers<Assessment>()
  const done = investigate(
    {
      diagnostics: forOneDiagnosis(),
      clock: world.clock,
      visible: async vms => vms,
      ...(world.own === undefined ? {} : { own: world.own }),
      progress: soFar => {
        if (soFar.first !== undefined) firstAnswerMs ??= spent()
      },
      ask: async (question: AskedQuestion, soFar) => {
        asked.push(question.id)
        firstAnswerMs ??= spent()
        if (ends.has(question.id)) {
          stopped.resolve(soFar)
          return new Promise<never>(() => undefined)
        }
        return world.answers[question.id]
      },
    },
    {
      text: world.message.text,
      asker: { person: world.asker.id as PersonId, accounts: [world.asker.upn, world.asker.name] },
    },
  ).then(({ assessment }) => assessment)
  const assessment = await within(Promise.race([done, stopped.promise]))
  const verdictMs = spent()
  const calls = await world.calls()
  return {
    verdict: assessment.kind,
    named: [...(assessment.first === undefined ? [] : [assessment.first]), ...assessment.also].map(
      ({ cause }) => cause,
    ),
    offers: assessment.offers.map(({ remedy, approval }) => ({ remedy, approval })),
    warnings: assessment.warnings.map(({ id }) => id),
    asked,
    guestRead: calls.some(({ path }) => /\/runCommand$/i.test(path)),
    armCalls: calls.filter(({ path }) => !/\/operation(?:s|Results)\//i.test(path)).length,
    firstAnswerMs: firstAnswerMs ?? verdictMs,
    verdictMs,
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the diagnosis did not end within ${MOST_MS / 1_000} seconds`)),
      MOST_MS,
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
