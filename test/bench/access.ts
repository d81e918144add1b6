/**
 * What a grant costs: the time that is ours between a press and what it leads to, calls to Azure, and signing a connection file.
 *
 * The pretend Azure takes as long to answer as Azure does, and to bring rules into force. Ours is all time in which it neither works on a
 * call nor on an operation nor on a rule: thinking, storing, telling the chat, and every moment that we find out later than we could.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { openSigner, verifySigned } from '../../adapters/signing/adapter.ts'
import type { Call } from '../../bots/demo/azure/model.ts'
import { publisherFiles } from '../../bots/demo/publisher.ts'
import { type Chatter, openStory, type Story } from '../support/story.ts'
import { type Figure, figure } from './figures.ts'

/** What Defender for Cloud is known to take until a rule is there: the middle of 1 to 10 seconds. */
const RULE_DELAY_MS = 3_000
const LOOK_EVERY_MS = 20
const SIGNATURES = 20
const VM = 'vm01'

export async function measureAccess(
  rounds: number,
  say: (line: string) => void,
): Promise<Record<string, Figure>> {
  const story = await openStory({ ruleDelayMs: RULE_DELAY_MS })
  try {
    say('signing in')
    const [alice, bob] = [story.inSlack('Alice'), story.inTeams('Bob')]
    await signIn(alice)
    await story.json('/azure/world/pace', { realistic: true })
    // The first one loads and compiles; it does not count.
    const grants: Grant[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const grant = await live(story, alice, bob, `INC-${100 + round}`)
      if (round > 0) grants.push(grant)
      say(
        `grant ${round}: ready ${Math.round(grant.ready.wall)} ms after Open, ${Math.round(grant.ready.own)} of them ours`,
      )
    }
    const of = (take: (grant: Grant) => number, unit: string) => figure(grants.map(take), unit)
    const signing = await signatures(story.folder, rounds)
    return {
      'press Approve to the approved card': of(({ approved }) => approved, 'ms'),
      'press Open to Ready': of(({ ready }) => ready.wall / 1000, 's'),
      'press Open to Ready, ours beyond what Azure takes (aim 300)': of(({ ready }) => ready.own, 'ms'),
      'press Done to shut, ours beyond what Azure takes': of(({ shut }) => shut.own, 'ms'),
      'calls to Azure in a grant, without repeated looks (aim 12)': of(({ calls }) => calls.once, ''),
      'calls to Azure in a grant, with them': of(({ calls }) => calls.all, ''),
      'sign a connection file': signing.sign,
      'verify a connection file': signing.verify,
    }
  } finally {
    await story.close()
  }
}

type Took = { wall: number; own: number }
type Grant = { approved: number; ready: Took; shut: Took; calls: { once: number; all: number } }

async function signIn(alice: Chatter): Promise<void> {
  await alice.type('/rdp list')
  const page = await alice.follows('Sign in', /First I need to know who you are/)
  await alice.browser.press(page, 'Yes, both are mine')
}

async function live(story: Story, alice: Chatter, bob: Chatter, ticket: string): Promise<Grant> {
  const { world } = story
  const began = world.now()
  await alice.type(`/rdp connect ${VM} 1h ${ticket}`)
  const asked = new RegExp(`Alice Adams asks for RDP to ${VM}.*${ticket}`)
  await bob.sees(asked)

  const pressedApprove = world.now()
  await bob.presses('Approve', asked)
  await reads(alice, new RegExp(`Approved: ${VM}.*${ticket}`))
  const approved = world.now() - pressedApprove

  const page = await alice.follows('Open access', new RegExp(`Approved: ${VM}`))
  const pressedOpen = world.now()
  const opening = alice.browser.press(page, 'Open')
  await reads(alice, new RegExp(`Ready: ${VM}.*${ticket}`))
  const ready = took(story, pressedOpen, world.now())
  for (const c of callsSince(story, pressedOpen))
    console.error(c.at - pressedOpen, (c.endedAt ?? 0) - pressedOpen, c.method, c.status, c.path.slice(-70))
  await opening

  const pressedDone = world.now()
  await alice.presses('I am done', new RegExp(`Ready: ${VM}`))
  await reads(alice, new RegExp(`Returned, shut: ${VM}.*${ticket}`))
  const shut = took(story, pressedDone, world.now())
  return { approved, ready, shut, calls: counted(callsSince(story, began)) }
}

/** Looks often, because what is measured is how soon it can be seen. */
async function reads(person: Chatter, what: RegExp): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await person.messages()).some(({ text }) => what.test(text))) {
    if (performance.now() > end) throw new Error(`Nobody ever read ${what}.`)
    await pause(LOOK_EVERY_MS)
  }
}

const callsSince = ({ world }: Story, from: number): readonly Call[] =>
  world.azure.state.calls.filter(({ at }) => at >= from)

function took(story: Story, from: number, to: number): Took {
  const { state } = story.world.azure
  const busy = [
    ...callsSince(story, from).map(({ at, endedAt = to }) => [at, endedAt] as const),
    ...callsSince(story, from)
      .filter(({ path }) => path.endsWith('/initiate'))
      .map(({ at, endedAt = to }) => [at, endedAt + RULE_DELAY_MS] as const),
    ...Object.values(state.operations).map(({ begunAt, readyAt }) => [begunAt, readyAt] as const),
  ]
  return { wall: to - from, own: to - from - covered(busy, from, to) }
}

/** How much of a span is covered by others. */
function covered(spans: readonly (readonly [number, number])[], from: number, to: number): number {
  let sum = 0
  let reached = from
  for (const [begin, end] of spans.toSorted(([left], [right]) => left - right)) {
    const upTo = Math.min(end, to)
    sum += Math.max(0, upTo - Math.max(begin, reached))
    reached = Math.max(reached, upTo)
  }
  return sum
}

/** Looking again at the same thing is a poll, and so is following an operation. */
function counted(calls: readonly Call[]): { once: number; all: number } {
  const real = calls.filter(({ path }) => !/\/operation(?:s|Results)\//i.test(path))
  const once = new Set(real.map(({ method, path }) => `${method} ${path}`))
  return { once: once.size, all: calls.length }
}

async function signatures(folder: string, rounds: number): Promise<{ sign: Figure; verify: Figure }> {
  const { certificate, key } = await publisherFiles(folder)
  const pem = { certificate: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') }
  const signer = openSigner({ kind: 'pem', ...pem })
  const unsigned = Buffer.from(
    '\ufefffull address:s:vm01.westeurope.cloudapp.azure.com:3389\r\nprompt for credentials:i:1\r\n',
    'utf16le',
  )
  const [sign, verify]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    let signed: Uint8Array = unsigned
    const began = performance.now()
    for (let at = 0; at < SIGNATURES; at += 1) signed = await signer.sign(unsigned)
    const middle = performance.now()
    for (let at = 0; at < SIGNATURES; at += 1)
      if (!verifySigned(signed).valid) throw new Error('Its own signature does not verify.')
    sign.push((middle - began) / SIGNATURES)
    verify.push((performance.now() - middle) / SIGNATURES)
  }
  return { sign: figure(sign, 'ms'), verify: figure(verify, 'ms') }
}
