/**
 * What an access request costs: the product's own time between the press and "Ready", calls to Azure per grant, and signing a file.
 *
 * The pretend Azure answers as slowly as Azure does, and the product is a process of its own. Own time is what is left of the time from the
 * press to "Ready" in the person's chat once every moment is taken out in which a call or an operation of Azure's was under way, or a window
 * that it had accepted was not in force yet: everything the product adds, its waiting between two looks included. A grant begins with the approval.
 * Polls of operations do not count as calls, nor do looks at a window that is not in force yet.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifySigned } from '../../adapters/signing/adapter.ts'
import { publisherFiles } from '../../bots/demo/publisher.ts'
import { openSigning } from '../../bots/signing.ts'
import { rdpFile } from '../../core/rdp/file.ts'
import { type Chatter, openStory, type Story, until } from '../support/story.ts'
import { type Figure, figure } from './figures.ts'

/** Azure needs this long to bring an accepted window into force, on top of its answer. */
const RULE_MS = 2_000
/** And this long to verify a flow, after it has taken the question: as bots/demo/azure/latency.ts has it. */
const FLOW_MS = 5_000
/** One after the other, so that nothing is known of a VM from the grant before. */
const VMS = ['vm10', 'crm01', 'archive01']
const OWN_AIM_MS = 300
const CALLS_AIM = 12
const SIGNATURES = 50

export async function measureAccess(
  rounds: number,
  say: (line: string) => void,
): Promise<Record<string, Figure>> {
  const calls = watchCalls()
  const figures: Record<string, Figure> = {}
  try {
    for (const ruleDelayMs of [0, RULE_MS]) {
      const when = ruleDelayMs === 0 ? 'rule at once' : `rule after ${ruleDelayMs / 1000} s`
      say(`opening windows, ${when}`)
      const story = await openStory({ ruleDelayMs })
      try {
        const grants: Grant[] = []
        // The first one loads what is needed, and does not count.
        await grant(story, calls, { vm: 'vm01', ticket: 'INC-1', ruleDelayMs, flowMs: 0 })
        await setPace(story, true)
        for (let round = 0; round < rounds; round += 1) {
          const vm = VMS[round % VMS.length] ?? 'vm10'
          const how = { vm, ticket: `INC-${round + 2}`, ruleDelayMs, flowMs: FLOW_MS }
          grants.push(await grant(story, calls, how))
        }
        const of = (pick: (one: Grant) => number, unit: string) => figure(grants.map(pick), unit)
        figures[`${when}: Open press to Ready`] = of(one => one.totalMs / 1000, 's')
        figures[`${when}: own time in that (aim ${OWN_AIM_MS} ms)`] = of(one => one.ownMs, 'ms')
        figures[`${when}: calls to Azure per grant (aim ${CALLS_AIM})`] = of(one => one.calls, '')
        figures[`${when}:   to approve it`] = of(one => one.approving, '')
        figures[`${when}:   when Open is pressed`] = of(one => one.page, '')
        figures[`${when}:   from then to Ready`] = of(one => one.opening, '')
        figures[`${when}: besides, when it was asked for`] = of(one => one.asking, '')
        figures[`${when}: besides, looks at a window not in force yet`] = of(one => one.looks, '')
        figures[`${when}: besides, to shut it`] = of(one => one.shutting, '')
      } finally {
        await story.close()
      }
    }
    say('signing and verifying')
    return { ...figures, ...(await measureSigning(rounds)) }
  } finally {
    calls.stop()
  }
}

type Grant = {
  totalMs: number
  ownMs: number
  calls: number
  asking: number
  approving: number
  page: number
  opening: number
  looks: number
  shutting: number
}

async function grant(
  story: Story,
  calls: Calls,
  { vm, ticket, ruleDelayMs, flowMs }: { vm: string; ticket: string; ruleDelayMs: number; flowMs: number },
): Promise<Grant> {
  const [carol, sofia] = [story.inTeams('Carol'), story.inTeams('Sofia')]
  const card = (title: string) => new RegExp(`${title}: ${vm} .*${ticket}(?!\\d)`)
  const question = new RegExp(`Carol Castillo asks for RDP to ${vm} .*${ticket}(?!\\d)`)
  calls.forget()
  await carol.type(`rdp connect ${vm} 1h ${ticket}`)
  await sofia.sees(question)
  const asked = calls.all().length
  await sofia.presses('Approve', question)
  await carol.sees(card('Approved'))
  const approved = calls.all().length
  const page = await carol.follows('Open access', card('Approved'))
  const from = performance.now()
  const pressed = calls.all().length
  await carol.browser.press(page, 'Open')
  const opened = calls.answeredAt(/\/open$/, from)
  const to = await readyAt(carol, calls, card('Ready'))
  const during = calls.all().slice(pressed)
  const accepted = during.find(({ path }) => path.endsWith('/initiate'))?.to ?? to
  const inForce = accepted + ruleDelayMs
  // What was sent before the window was in force only to see whether it is.
  const looks = during.filter(one => one.from > accepted && one.from < inForce).length
  const verified = during.filter(({ path }) => path.endsWith('/ipFlowVerify'))
  const spans = [
    ...calls.busy().map(one => [one.from, one.to] as const),
    ...verified.map(one => [one.to, one.to + flowMs] as const),
    [accepted, inForce] as const,
  ]
  const sent = calls.all().length
  await carol.presses('I am done', card('Ready'))
  await carol.sees(card('Returned, shut'))
  return {
    totalMs: to - from,
    ownMs: to - from - covered(spans, from, to),
    calls: sent - asked - looks,
    asking: asked,
    approving: approved - asked,
    page: calls.all().filter(one => one.from >= from && one.from <= opened).length + pressed - approved,
    opening: calls.all().filter(one => one.from > opened && one.from <= to).length - looks,
    looks,
    shutting: calls.all().length - sent,
  }
}

/** When the chat was told. */
async function readyAt(person: Chatter, calls: Calls, what: RegExp): Promise<number> {
  let seen = 0
  await until(
    async () => {
      const before = calls.told()
      const messages = await person.messages()
      if (!messages.some(({ text }) => what.test(text))) return false
      seen = before
      return true
    },
    async () => `never saw ${what}`,
  )
  return seen
}

/** How much of the time from one moment to another lies in one of the spans. */
function covered(spans: readonly (readonly [number, number])[], from: number, to: number): number {
  let [sum, end] = [0, from]
  for (const [start, stop] of spans.toSorted(([a], [b]) => a - b)) {
    const [first, last] = [Math.max(start, end), Math.min(stop, to)]
    if (last > first) {
      sum += last - first
      end = last
    }
  }
  return sum
}

type Call = { path: string; from: number; to: number }
type Calls = ReturnType<typeof watchCalls>

/** Every call that the simulators of this process answer, with its times. */
function watchCalls() {
  const begun = new Map<ServerResponse, number>()
  let azure: Call[] = []
  let polls: Call[] = []
  let answers: Call[] = []
  let lastTold = 0
  const onStart = (message: unknown) => {
    const { response } = message as { response: ServerResponse }
    begun.set(response, performance.now())
  }
  const onFinish = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    const [path = ''] = (request.url ?? '').split('?')
    const call = { path, from: begun.get(response) ?? 0, to: performance.now() }
    begun.delete(response)
    const isPoll = /\/operation(?:s|Results)\//.test(path)
    if (/^\/azure\/(?:subscriptions|providers)\//.test(path)) (isPoll ? polls : azure).push(call)
    else if (/^\/access\//.test(path)) answers.push(call)
    else if (/^\/teams\/[^/]+\/v3\//.test(path)) lastTold = call.to
  }
  subscribe('http.server.request.start', onStart)
  subscribe('http.server.response.finish', onFinish)
  return {
    all: () => azure.toSorted((a, b) => a.from - b.from),
    /** Polls of operations, too. */
    busy: () => [...azure, ...polls],
    told: () => lastTold,
    /** When the last call like this was answered. */
    answeredAt: (path: RegExp, otherwise: number) =>
      answers.findLast(one => path.test(one.path))?.to ?? otherwise,
    forget: () => {
      azure = []
      polls = []
      answers = []
    },
    stop: () => {
      unsubscribe('http.server.request.start', onStart)
      unsubscribe('http.server.response.finish', onFinish)
    },
  }
}

const setPace = (story: Story, realistic: boolean) => story.json('/azure/world/pace', { realistic })

/** A certificate as the demo has it: RSA of 2048 bits. Signing verifies what it has made, as it does for people. */
async function measureSigning(rounds: number): Promise<Record<string, Figure>> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  try {
    const signer = await openSigning(await publisherFiles(folder))
    const made = rdpFile({ host: 'vm01.example', port: 3389, account: '.\\alice', label: 'vm01' })
    if ('problem' in made) throw new Error(made.problem)
    const signed = await signer.sign(made.bytes)
    if (!verifySigned(signed).valid) throw new Error('A file that was just signed does not verify.')
    const timed = async (act: () => unknown) => {
      const began = performance.now()
      for (let n = 0; n < SIGNATURES; n += 1) await act()
      return (performance.now() - began) / SIGNATURES
    }
    const [signing, verifying]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round += 1) {
      signing.push(await timed(() => signer.sign(made.bytes)))
      verifying.push(await timed(() => verifySigned(signed)))
    }
    return {
      'to sign a file, and verify that': figure(signing, 'ms'),
      'to verify a signed file': figure(verifying, 'ms'),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
