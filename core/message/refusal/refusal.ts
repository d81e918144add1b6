/**
 * Refusals in words: what happened, why, and what to do next.
 *
 * The switch names every code, so a new one does not compile without its words; test/core/message/refusal.test.ts shows that each stands alone.
 */
import { sayDuration } from '../../access/duration.ts'
import type { AccessRequest } from '../../access/request.ts'
import { PLATFORM_NAMES } from '../../ids.ts'
import type { Refusal } from '../../refusal.ts'
import { type Message, message, plainOf } from '../message.ts'
import { diagnosisWords } from './diagnosis.ts'
import { instanceWords } from './instance.ts'
import { policyWords } from './policy.ts'
import { typedWords } from './typed.ts'
import { vmWords } from './vm.ts'
import type { Words } from './words.ts'

export function refusalMessage(refusal: Refusal): Message {
  const { title, lines, buttons = [], tone = 'bad' } = words(refusal)
  const sentence = /[.?!]$/.test(title) ? title : `${title}.`
  const plain = [sentence, ...lines.map(plainOf)].join(' ')
  return message({ tone, title, lines, buttons, plain: plain.slice(0, 300) })
}

function words(refusal: Refusal): Words {
  switch (refusal.code) {
    case 'not-bound':
      return {
        title: 'First I need to know who you are',
        tone: 'waiting',
        lines: [
          [
            `I do not know yet which person in Entra your ${PLATFORM_NAMES[refusal.platform]} account belongs to. `,
            'Sign in once; then I carry on with what you just asked.',
          ],
        ],
        buttons: [{ label: 'Sign in', weight: 'main', press: { url: refusal.url } }],
      }
    case 'not-a-member':
      return {
        title: 'Only for members of this organisation',
        lines: [
          [
            `Your ${PLATFORM_NAMES[refusal.platform]} account is ${sayStanding(refusal.standing)}. `,
            'Guests and accounts of other organisations cannot ask for access or decide about it.',
          ],
        ],
      }
    case 'person-disabled':
      return {
        title: 'Your account is not active',
        lines: [['Entra says that your account does not exist or is disabled. Ask your administrator.']],
      }
    case 'requester-gone':
      return {
        title: 'The requester is no longer active',
        lines: [
          [`Entra says that the account of ${refusal.name} is disabled or gone. Nothing was approved.`],
        ],
      }
    case 'not-requester':
      return {
        title: 'Not yours, or not there',
        lines: [['There is no such request of yours. Only the person who asked can do this.']],
      }
    case 'finding-settled':
      return {
        title: 'Already settled',
        lines: [
          [
            refusal.by === undefined
              ? 'What was found is no longer there, or decided. Nothing has changed.'
              : `${refusal.by} has decided about it. Nothing has changed.`,
          ],
        ],
      }
    case 'already-live':
      return {
        title: 'You have one already',
        lines: [
          [
            'Your request ',
            { code: refusal.ref },
            ' for ',
            { code: refusal.vm },
            ` is ${STATUS[refusal.status]}.`,
          ],
        ],
      }
    case 'already-settled': {
      const late = refusal.outcome === undefined ? undefined : UNDECIDED[refusal.outcome]
      if (late !== undefined) return { title: 'Too late', lines: [[`${late} Nothing has changed.`]] }
      const by = refusal.by === undefined ? '' : `; decided by ${refusal.by}`
      return {
        title: 'Already decided',
        tone: 'neutral',
        lines: [[`This request is ${SETTLED[refusal.status]}${by}. Nothing has changed.`]],
      }
    }
    case 'lapsed':
      return {
        title: 'Too late',
        lines: [
          [
            'This request lapsed at ',
            { time: refusal.at },
            '. Nothing was opened; it can be asked for again.',
          ],
        ],
      }
    case 'not-open':
      return { title: 'Not now', lines: [[`This request is ${STATUS[refusal.status]}.`]] }
    case 'bad-source':
      return {
        title: 'Your address cannot be used',
        lines: [
          [
            'I see you coming from ',
            { code: refusal.source },
            ', which is not an address on the internet that Azure could let in.',
          ],
        ],
      }
    case 'too-many-addresses':
      return {
        title: 'The address changed too often',
        lines: [
          [
            refusal.most === 0
              ? 'The policy does not let the address of this access change. '
              : `The policy lets the address of one access change at most ${refusal.most === 1 ? 'once' : `${refusal.most} times`}. `,
            'It stays open for the address before. Give it back and ask again if you need it here.',
          ],
        ],
      }
    case 'extension-too-long':
      return {
        title: 'Too long in all',
        lines: [
          [
            `With that it would be open for ${sayDuration(refusal.total)}; the rule `,
            { code: refusal.rule },
            ` allows at most ${sayDuration(refusal.most)} in all. Ask for less.`,
          ],
        ],
      }
    case 'extension-waiting':
      return {
        title: 'You asked for more time already',
        lines: [[`${sayDuration(refusal.minutes)} more wait for a decision. Nothing has changed.`]],
      }
    case 'extension-settled':
      return {
        title: 'That no longer waits',
        lines: [['More time was decided about already, or the access is over. Nothing has changed.']],
      }
    case 'ticket-gone':
      return {
        title: 'This link is no longer good',
        lines: [['It was used already, or it is too old. Type your command again to get a new one.']],
      }
    case 'bind-email-differs':
      return {
        title: 'The e-mail addresses differ',
        lines: [
          [
            `${refusal.label} is not confirmed under the address of ${refusal.upn} in Entra, so I cannot link them. An administrator has to confirm it.`,
          ],
        ],
      }
    case 'bind-taken':
      return {
        title: 'Linked otherwise already',
        lines: [
          [
            `${refusal.label}, or the Entra account you signed in with, is linked to somebody else. Only an administrator may change that.`,
          ],
        ],
      }
    case 'not-understood':
    case 'missing-vm':
    case 'bad-duration':
    case 'reason-too-long':
    case 'no-such-request':
    case 'which-request':
    case 'nothing-to':
    case 'deny-needs-reason':
    case 'extend-needs-time':
    case 'form-incomplete':
      return typedWords(refusal)
    case 'forbidden':
    case 'no-rule':
    case 'too-long':
    case 'reason-needed':
    case 'source-outside':
    case 'cannot-judge':
    case 'no-approver':
    case 'not-administrator':
    case 'own-request':
    case 'not-approver':
      return policyWords(refusal)
    case 'no-diagnosis':
    case 'may-not-diagnose':
    case 'may-not-repair':
    case 'not-offered':
    case 'needs-approver':
    case 'name-differs':
    case 'snapshot-first':
    case 'asker-may-not':
    case 'repair-settled':
    case 'windows-closed':
    case 'diagnosis-gone':
    case 'diagnosis-runs':
    case 'answered-already':
    case 'yes-or-no':
    case 'account-unproven':
    case 'password-under-way':
    case 'refuse-needs-reason':
    case 'remedy-has-no-time':
      return diagnosisWords(refusal)
    case 'vm-not-found':
    case 'which-vm':
    case 'not-windows':
    case 'not-running':
    case 'no-jit-policy':
    case 'jit-port-missing':
    case 'jit-too-long':
    case 'jit-source':
    case 'no-way-in':
    case 'open-to-everyone':
    case 'exposure-unknown':
      return vmWords(refusal)
    case 'instance-not-found':
    case 'which-instance':
    case 'which-service':
    case 'instance-unfit':
    case 'retired':
      return instanceWords(refusal)
  }
}

function sayStanding(standing: 'guest' | 'external' | 'removed' | 'bot'): string {
  return {
    guest: 'a guest here',
    external: 'from another organisation',
    removed: 'no longer active',
    bot: 'a bot',
  }[standing]
}

/** Ends that nobody decided. */
const UNDECIDED: Partial<
  Record<NonNullable<Extract<Refusal, { code: 'already-settled' }>['outcome']>, string>
> = {
  lapsed: 'This request lapsed.',
  withdrawn: 'This request was withdrawn.',
  unanswerable: 'Nobody could be asked about this request, and it is over.',
  impossible: 'What was asked for can no longer be opened.',
}

/** For whoever pressed: a requester, or an approver. */
const SETTLED: Record<AccessRequest['status'], string> = {
  none: 'not there',
  asked: 'waiting for a decision',
  approved: 'approved, and not opened yet',
  opening: 'approved, and being opened',
  open: 'approved, and open',
  closing: 'being shut',
  over: 'over',
}

/** For the requester. */
export const STATUS: Record<AccessRequest['status'], string> = {
  none: 'not there',
  asked: 'waiting for a decision',
  approved: 'approved and waiting for you to open it',
  opening: 'being opened',
  open: 'open',
  closing: 'being shut',
  over: 'over',
}
