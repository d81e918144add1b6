/** What cards say of the way in: which one and why, how far its checks are, and how a person goes through Bastion. */
import type { Started } from '../../access/power/power.ts'
import type { AccessRequest } from '../../access/request.ts'
import { type Check, isOpenedForOwn, type TriedWay } from '../../access/way-in.ts'
import { BASTION_DEMANDS } from '../../rdp/bastion/abilities.ts'
import { bastionCommand, portalLink } from '../../rdp/bastion/links.ts'
import { type BastionWay, type ChosenWay, sayWay } from '../../rdp/route/way.ts'
import { capital, type Line, type Message, type Step } from '../message.ts'
import { linkLines } from './link-words.ts'
import { startSteps } from './power-words.ts'

type Known = Exclude<AccessRequest, { status: 'none' }>
type Opening = Extract<Known, { status: 'opening' }>
type Open = Extract<Known, { status: 'open' }>

/** The way that is taken, or would be; nothing of requests that were stored before ways were chosen. */
export function wayFact(state: Known): Message['facts'] {
  const way = wayOf(state)
  return way === undefined ? [] : [{ label: 'Way in', value: [`${capital(sayWay(way))}: ${way.why}`] }]
}

function wayOf(state: Known): ChosenWay | undefined {
  if (state.status === 'open') return state.wayIn.way ?? state.way
  return state.status === 'opening' ? (state.way ?? state.ask.ways?.[0]) : state.ask.ways?.[0]
}

/** For whom the port is opened. */
export function sourceFact({ way, source }: Opening | Open): Message['facts'][number] {
  if (isOpenedForOwn(way)) return { label: 'Your address', value: [{ code: source }] }
  const label = way?.kind === 'bastion' ? 'Opened for Bastion' : 'Opened for the range'
  return { label, value: [{ code: source }] }
}

/** Ways that did not pass their checks, first to last. */
export const triedLines = (tried: readonly TriedWay[] = []): readonly Line[] =>
  tried.map(({ way, say }) => [{ strong: `Tried ${sayWay(way)}:` }, ` ${say}`])

/** Step by step: what is done is seen, not assumed. */
export function openingSteps({
  requested,
  checks = [],
  way,
  started,
}: {
  requested: boolean
  started?: Started | undefined
  checks?: readonly Check[]
  way?: ChosenWay | undefined
}): readonly Step[] {
  const whom = isOpenedForOwn(way) ? 'your address' : way?.kind === 'bastion' ? 'Bastion' : 'that range'
  const seen = (what: Check['what']) => checks.find(check => check.what === what)
  const isInForce = seen('rule') !== undefined
  const isUp = started === undefined || started.upAt !== undefined
  const step = (label: string, what: Check['what'], isNext: boolean): Step => {
    const check = seen(what)
    if (check === undefined) return { label, state: isNext ? 'doing' : 'todo' }
    const note = check.note === undefined ? {} : { note: check.note }
    return { label, state: STATES[check.state], ...note }
  }
  return [
    { label: 'Approved', state: 'done' },
    ...startSteps(started),
    { label: `Ask Azure to open the port for ${whom}`, state: requested ? 'done' : isUp ? 'doing' : 'todo' },
    step('Check that the rule is in force', 'rule', requested),
    step(`Check that Azure lets ${whom} through`, 'flow', isInForce),
    step('Check that the VM runs and the way leads to it', 'machine', false),
    ...(seen('answer') === undefined ? [] : [step('Check that Windows answers', 'answer', false)]),
  ]
}

const STATES = { proven: 'done', 'not-tested': 'unknown', waiting: 'doing' } as const

/** How the person gets in: nothing of it carries a right. */
export function bastionLines({ ask, wayIn, link }: Open, way: BastionWay): readonly Line[] {
  const { port, file } = wayIn
  const line = bastionCommand({
    ...{ bastion: way.id, vm: ask.vm.id, port },
    ...(file?.entraSignIn === true ? { entraSignIn: true } : {}),
  })
  const roles = BASTION_DEMANDS.find(({ method }) => method === 'portal')?.roles ?? []
  const custom = port === 3389 ? '' : ` Enter port ${port} there.`
  return [
    ...(way.methods.includes('portal')
      ? [
          [
            { strong: 'In the browser: ' },
            { link: portalLink(ask.vm.id), label: `${ask.vm.name} in the Azure portal, Connect, Bastion` },
            `.${custom}`,
          ],
        ]
      : []),
    ...(way.methods.includes('native') && line !== undefined
      ? [[{ strong: 'With the Windows client: ' }, 'run ', { code: line }]]
      : []),
    [`Azure signs you in there by yourself; you need ${roles.join(', ')}.`],
    ...linkLines(link),
    ...way.lacking.map(
      ({ label, needs }): Line => [`Not through this host: ${label}. It would need ${needs.join(' and ')}.`],
    ),
  ]
}
