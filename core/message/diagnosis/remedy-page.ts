/** The page of a remedy that sets a password: what the press will do, with its warnings; or why nothing can be pressed. */
import { REMEDIES } from '../../triage/catalogue/remedies/index.ts'
import type { Undertaking } from '../../triage/conversation/diagnosis.ts'
import type { Offer } from '../../triage/conversation/secret.ts'
import { fact } from '../access/words.ts'
import type { Line, Message } from '../message.ts'
import { message } from '../message.ts'
import { cut } from './lines.ts'
import { repairRef } from './remedies.ts'

/** @param account whose password it is, where that is known before the press */
export function remedyPageMessage(repair: Undertaking, offer: Offer, account: string | undefined): Message {
  const { remedy, vm, shown, asking, until, say } = repair
  const title = `${REMEDIES[remedy].button}: ${vm.name}`
  const canPress = offer === 'set' || offer === 'again'
  return message({
    tone: canPress || offer === 'wait' ? 'waiting' : repair.state === 'done' ? 'good' : 'neutral',
    title,
    plain: title,
    lines: [
      ...(asking?.decided === undefined ? [] : [[`Approved by ${asking.decided.name}.`] satisfies Line]),
      ...(say === undefined ? [] : [[{ strong: 'The last press did not work. ' }, cut(say)] satisfies Line]),
      ...stateLines(repair, offer),
      ...(canPress ? whatLines(shown, account) : []),
    ],
    facts: [
      ...(account === undefined ? [] : [fact('Account', { code: account })]),
      ...(canPress && until !== undefined ? [fact('Until', { time: until })] : []),
      repairRef(repair),
    ],
  })
}

/** What the button is called. */
export const pressLabel = (offer: 'set' | 'again'): string =>
  offer === 'set' ? 'Set a new password' : 'Set another password'

const whatLines = (shown: Undertaking['shown'], account: string | undefined): readonly Line[] => [
  [
    account === undefined
      ? 'The button makes a new account with a password, sends it to Azure and shows both on the next page, once. Nothing keeps the password.'
      : 'The button makes a new password, sends it to Azure and shows it on the next page, once. Nothing keeps it.',
  ],
  ...shown.how.map((said): Line => [cut(said)]),
  ...shown.warnings.map((said): Line => [{ strong: 'Mind: ' }, said]),
]

function stateLines({ press, state }: Undertaking, offer: Offer): readonly Line[] {
  switch (offer) {
    case 'set':
      return []
    case 'again':
      return press === undefined
        ? []
        : [
            [
              { strong: 'A password was made before, at ' },
              { time: press.at },
              '. Pressing again makes another one, and that one stops working.',
            ],
          ]
    case 'wait':
      return [['A new password is being set right now. This page looks again by itself.']]
    case 'nothing':
      return [
        [
          state === 'done' || state === 'running'
            ? 'It was done. The time in which another password could be made here is over.'
            : 'This was decided, withdrawn or has lapsed. Nothing can be done here any more.',
        ],
      ]
  }
}

/** Above what is shown once. */
export function onceLines({ press, vm }: Undertaking): readonly Line[] {
  const again = (press?.count ?? 1) > 1
  return [
    [
      'Azure has taken it for ',
      { code: vm.name },
      ' and is setting it: it works as soon as the chat says that it is done, mostly within two minutes.',
    ],
    ...(again
      ? [[{ strong: 'This is a new one. ' }, 'The one that was made before stops working.'] satisfies Line]
      : []),
  ]
}
