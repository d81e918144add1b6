/** A finding of drift, for administrators. Names, addresses and texts in it come from outside and are drawn as they stand. */

import { choicesFor, type DriftCase, type DriftDecision } from '../access/drift/case.ts'
import type { Finding } from '../access/drift/drift.ts'
import { refOf } from '../ids.ts'
import { fact } from './access/words.ts'
import { type Button, type Line, type Message, message } from './message.ts'

const MOST_SOURCES = 5
const MOST_TEXT = 200

/** The card as the case stands. */
export function driftCard(one: DriftCase): Message {
  const { finding } = one
  const title = `${titleOf(one)}: ${finding.name}`
  return message({
    tone: toneOf(one),
    title,
    lines: [...linesOf(finding), ...whatBecame(one)],
    facts: factsOf(one),
    buttons: one.status === 'found' ? choicesFor(finding).map(act => buttonFor(act, one)) : [],
    plain: `${title}, port ${finding.port}`,
  })
}

function titleOf({ finding, ...one }: DriftCase): string {
  if (one.status === 'over') return one.how === 'closed' ? 'Closed' : 'No longer there'
  if (one.status === 'closing') return 'Being closed'
  if (one.status === 'adopted') return 'Adopted'
  if (one.status === 'ignored') return 'Ignored'
  switch (finding.kind) {
    case 'unasked':
      return finding.leftBy === undefined
        ? 'A window that nobody asked me for'
        : 'A window that outlived its access'
    case 'beside':
      return 'A rule lets RDP in beside just-in-time access'
    case 'vanished':
      return 'A window has vanished'
    case 'policy-gone':
      return 'The JIT access policy is gone'
  }
}

const toneOf = (one: DriftCase): Message['tone'] =>
  one.status === 'found'
    ? 'bad'
    : one.status === 'closing'
      ? 'waiting'
      : one.status === 'over'
        ? 'good'
        : 'neutral'

function linesOf(finding: Finding): readonly Line[] {
  const where: Line = ['port ', { code: String(finding.port) }, ' of ', { code: finding.name }]
  switch (finding.kind) {
    case 'unasked': {
      const { rule, shared, leftBy, asked } = finding
      return [
        ['The rule ', { code: rule.name }, ' lets ', ...codes(finding.sources), ' in to ', ...where, '.'],
        leftBy !== undefined
          ? [`It was opened for request ${refOf(leftBy)}, which is over.`]
          : asked === undefined
            ? ['No request of mine stands behind it, and Azure does not say who asked.']
            : [
                'No request of mine stands behind it. Azure says that it was asked for by ',
                { code: cut(asked.by) },
                '.',
              ],
        ...(shared
          ? [['The same rule lets in somebody with a grant, so I leave it until their time is over.']]
          : []),
      ]
    }
    case 'beside':
      return [
        [
          'The rule ',
          { code: finding.rule.name },
          ' lets ',
          ...codes(finding.rule.sources),
          ' in to ',
          ...where,
          ' at any time.',
        ],
        ['I do not change rules that people made. Whoever owns the NSG can remove it:'],
        [{ code: deleteCommand(finding.rule.id) }],
      ]
    case 'vanished':
      return [
        [
          finding.who,
          ' has access to ',
          ...where,
          ' from ',
          { code: finding.source },
          ', but no rule lets that address in any more.',
        ],
        ['Often a deployment (Terraform, Bicep) has written the NSG anew.'],
      ]
    case 'policy-gone':
      return [
        [
          'No JIT access policy covers ',
          ...where,
          ' any more: nobody can be let in, and what is open there is shut.',
        ],
        ...(finding.grants === 0 ? [] : [[`Requests live on it: ${finding.grants}.`]]),
      ]
  }
}

function whatBecame(one: DriftCase): readonly Line[] {
  const decision = 'decision' in one ? one.decision : undefined
  const { finding, trouble } = one
  const isShared = one.status === 'closing' && finding.kind === 'unasked' && finding.shared
  return [
    ...(decision === undefined ? [] : [saidBy(decision)]),
    ...(isShared ? [['Not removed yet: by now somebody with a grant uses the same rule.']] : []),
    ...(trouble === undefined || one.status === 'over' ? [] : [[`Not done yet: ${trouble}`]]),
    ...(one.status === 'over' ? [[one.how === 'closed' ? 'Read back: it is gone.' : 'It is gone.']] : []),
  ]
}

function saidBy({ act, by, reason }: DriftDecision): Line {
  const who = { person: by.person, name: by.name }
  switch (act) {
    case 'close':
      return [who, ' asked for it to be closed.']
    case 'adopt':
      return [who, ' adopted it: it may stay until its end, and I close it then if Azure does not.']
    case 'ignore':
      return [who, ` said to ignore it: ${reason ?? ''}`]
  }
}

function factsOf({ finding, since }: DriftCase): Message['facts'] {
  const ends =
    finding.kind === 'unasked' ? finding.endsAt : finding.kind === 'vanished' ? finding.until : undefined
  const text = finding.kind === 'unasked' ? finding.asked?.justification.trim() : undefined
  return [
    ...(text ? [fact('Justification', cut(text))] : []),
    ...(ends === undefined ? [] : [fact('Ends', { time: ends })]),
    fact('Seen since', { time: since }),
  ]
}

function buttonFor(act: DriftDecision['act'], { id, finding }: DriftCase): Button {
  switch (act) {
    case 'close':
      return {
        label: finding.kind === 'vanished' ? 'End the access' : 'Close',
        weight: 'danger',
        press: { intent: { do: 'drift', act, finding: id } },
      }
    case 'adopt':
      return { label: 'Adopt', weight: 'plain', press: { intent: { do: 'drift', act, finding: id } } }
    case 'ignore':
      return { label: 'Ignore…', weight: 'plain', press: { form: { fill: 'ignore-drift', finding: id } } }
  }
}

const cut = (text: string): string => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text)

function codes(sources: readonly string[]): Line {
  const shown = sources.slice(0, MOST_SOURCES)
  const rest = sources.length - shown.length
  const listed = shown.flatMap((source, index): Line => [index === 0 ? '' : ', ', { code: cut(source) }])
  return rest > 0 ? [...listed, ` and ${rest} more`] : listed
}

/** Ids come from Azure; what could mean something to a shell is not put into a command. */
function deleteCommand(id: string): string {
  return /^\/[\p{L}\p{N}/._()-]+$/u.test(id)
    ? `az network nsg rule delete --ids "${id}"`
    : 'az network nsg rule delete (its name cannot stand in a command as it is)'
}

/** The answer to a press, in private; the card in the channel tells everybody. */
export function notedMessage(finding: Finding, act: DriftDecision['act']): Message {
  const title = { close: 'I close it', adopt: 'Adopted', ignore: 'Ignored' }[act]
  const next = {
    close: 'The card says when it is gone.',
    adopt: 'I close it at its end if Azure does not.',
    ignore: 'It is not reported again for as long as it stays as it is.',
  }[act]
  return message({
    tone: 'good',
    title,
    lines: [['Port ', { code: String(finding.port) }, ' of ', { code: finding.name }, `. ${next}`]],
    plain: `${title}: ${finding.name}`,
  })
}
