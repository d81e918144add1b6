/** The answers that are not about one request: list, why, help, and what is said around the binding of accounts. */

import { sayDuration } from '../access/duration.ts'
import type { Considered, Verdict } from '../access/policy.ts'
import { type AccessRequest, isWaiting } from '../access/request.ts'
import type { Command } from '../command/commands.ts'
import { refOf } from '../ids.ts'
import type { VmSummary } from '../ports.ts'
import {
  NO_REMEDIES,
  remedyLines,
  remedyListButtons,
  type WaitingRemedies,
} from './diagnosis/remedies-waiting.ts'
import type { Button, Line, Message } from './message.ts'
import { message } from './message.ts'
import { refusalMessage, STATUS } from './refusal/refusal.ts'

type Known = Exclude<AccessRequest, { status: 'none' }>

/** What is live for one person: their own requests, and those waiting for their decision. */
export function listMessage(
  mine: readonly AccessRequest[],
  waiting: readonly AccessRequest[],
  remedies: WaitingRemedies = NO_REMEDIES,
): Message {
  const own = mine.filter(isKnown)
  const theirs = waiting.filter(isKnown).filter(isWaiting)
  const lines: Line[] = [
    ...own.map(
      (state): Line => [
        { code: refOf(state.ask.id) },
        ' ',
        { code: state.ask.vm.name },
        `: ${STATUS[state.status]}`,
        ...(state.status === 'open' ? [' until ', { time: state.until }] : []),
      ],
    ),
    ...theirs.map(
      (state): Line => [
        { code: refOf(state.ask.id) },
        ' ',
        `${state.ask.by.name} asks for `,
        { code: state.ask.vm.name },
        state.status === 'open' && state.extension
          ? `, ${sayDuration(state.extension.minutes)} more: waits for you`
          : ` for ${sayDuration(state.ask.minutes)}: waits for you`,
      ],
    ),
    ...remedyLines(remedies),
  ]
  const open = own.filter(state => state.status === 'open')
  return message({
    title: lines.length === 0 ? 'Nothing is open or waiting' : 'Open and waiting',
    plain:
      lines.length === 0
        ? 'You have no live request, and none waits for you'
        : `${own.length + remedies.mine.length} of yours, ${theirs.length + remedies.theirs.length} waiting for you`,
    lines: lines.length === 0 ? [['You have no live request, and none waits for your decision.']] : lines,
    buttons: [
      ...open.map(
        (state): Button => ({
          label: `Done with ${state.ask.vm.name}`,
          weight: 'plain',
          press: { intent: { do: 'done', which: { id: state.ask.id } } },
        }),
      ),
      ...theirs.map(
        (state): Button => ({
          label: `Approve ${refOf(state.ask.id)}`,
          weight: 'main',
          press: {
            intent: {
              do: 'approve',
              which: { id: state.ask.id },
              ...(state.status === 'open' && state.extension ? { extension: state.extension.number } : {}),
            },
          },
        }),
      ),
      ...remedyListButtons(remedies),
    ],
  })
}

/** Why the policy would say what it would say. */
export function whyMessage(vm: VmSummary, minutes: number, verdict: Verdict): Message {
  const said = sayVerdict(verdict)
  return message({
    tone: verdict.kind === 'refuse' ? 'bad' : 'good',
    title: `${vm.name} for ${sayDuration(minutes)}: ${said.short}`,
    plain: `${vm.name} for ${sayDuration(minutes)}: ${said.short}`,
    lines: [...said.lines, ...verdict.considered.map(consideredLine)],
  })
}

function sayVerdict(verdict: Verdict): { short: string; lines: readonly Line[] } {
  switch (verdict.kind) {
    case 'allow':
      return {
        short: 'allowed',
        lines: [['The rule ', { code: verdict.rule.id }, ' allows it without approval.']],
      }
    case 'ask':
      return {
        short: 'needs approval',
        lines: [
          [
            'It needs an approval under ',
            ...verdict.rules.flatMap((rule, i): Line => [i === 0 ? '' : ' or ', { code: rule.id }]),
            '.',
          ],
        ],
      }
    case 'refuse':
      return { short: 'no', lines: refusalMessage(verdict.refusal).lines }
  }
}

const consideredLine = ({ rule, effect, say }: Considered): Line => [
  'Rule ',
  { code: rule },
  ` (${effect}): ${say}.`,
]

export const helpMessage = (commands: readonly Command[]): Message =>
  message({
    title: 'What I understand',
    plain: commands.map(({ name }) => name).join(', '),
    lines: [
      ...commands.map(({ example, help }): Line => [{ code: `/rdp ${example}` }, ` ${help}`]),
      ['I open RDP to a Windows VM in Azure for you alone, for a while, and shut it again.'],
    ],
  })

export const boundMessage = (label: string, personName: string): Message =>
  message({
    tone: 'good',
    title: 'Accounts linked',
    plain: `${label} is now linked to ${personName}`,
    lines: [
      [
        `The chat account ${label} now acts as ${personName} here. If that was not you, tell an administrator now.`,
      ],
    ],
  })

/** Said when something of ours broke while handling what a person did. `reference` finds it in the log. */
export const brokenMessage = (reference: string): Message =>
  message({
    tone: 'bad',
    title: 'Something broke on my side',
    plain: `Something broke on my side, reference ${reference}`,
    lines: [['Nothing was changed. Tell an administrator this reference: ', { code: reference }]],
  })

/** Said when the world kept failing us until we gave up. */
export const faultMessage = (say: string): Message =>
  message({
    tone: 'bad',
    title: 'I could not do that',
    plain: `I could not do that. ${say}`,
    lines: [[say], ['Nothing was changed. Try again in a few minutes.']],
  })

const isKnown = (state: AccessRequest): state is Known => state.status !== 'none'
