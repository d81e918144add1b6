/** Refusals that the policy gives, in words: which rule says no, and what it would allow. */
import { sayDuration } from '../../access/duration.ts'
import type { Refusal } from '../../refusal.ts'
import type { Words } from './words.ts'

type PolicyRefusal = Extract<
  Refusal,
  {
    code:
      | 'forbidden'
      | 'no-rule'
      | 'too-long'
      | 'reason-needed'
      | 'source-outside'
      | 'cannot-judge'
      | 'no-approver'
      | 'not-administrator'
      | 'own-request'
      | 'not-approver'
  }
>

export function policyWords(refusal: PolicyRefusal): Words {
  switch (refusal.code) {
    case 'forbidden':
      return { title: 'Forbidden', lines: [['The rule ', { code: refusal.rule }, ' forbids it.']] }
    case 'no-rule':
      return {
        title: 'No rule allows it',
        lines: [['No rule of the policy lets you connect to ', { code: refusal.vm }, '.']],
      }
    case 'too-long':
      return {
        title: 'Too long',
        lines: [
          [
            `You asked for ${sayDuration(refusal.asked)}; the rule `,
            { code: refusal.rule },
            ` allows at most ${sayDuration(refusal.most)}. Ask for less.`,
          ],
        ],
      }
    case 'reason-needed':
      return {
        title: 'The reason does not fit',
        lines: [['The rule ', { code: refusal.rule }, ' asks for one: ', refusal.hint]],
      }
    case 'source-outside':
      return {
        title: 'Not from this address',
        lines: [
          [
            'The rule ',
            { code: refusal.rule },
            ' allows only ',
            refusal.from.join(', '),
            '; you come from ',
            { code: refusal.source },
            '.',
          ],
        ],
      }
    case 'cannot-judge':
      return {
        title: 'I could not judge that, so the answer is no',
        lines: [
          [
            'The rule ',
            { code: refusal.rule },
            ` could not be judged: ${refusal.why}. Try again in a few minutes.`,
          ],
        ],
      }
    case 'no-approver':
      return {
        title: 'Nobody can be asked',
        lines: [
          [
            'The rule ',
            { code: refusal.rule },
            ' needs an approval, but nobody it names can be reached. ',
            refusal.tried.join(' '),
            ' Ask an administrator.',
          ],
        ],
      }
    case 'not-administrator':
      return {
        title: 'For administrators',
        lines: [['Only administrators of Latchkey can decide that. Nothing has changed.']],
      }
    case 'own-request':
      return {
        title: 'Not your own request',
        lines: [['Nobody decides about their own request, in neither chat.']],
      }
    case 'not-approver':
      return {
        title: 'You may not decide this one',
        lines: [
          [
            'The rule ',
            { code: refusal.rule },
            ' does not name you as an approver, as the policy and the directory stand now.',
          ],
        ],
      }
  }
}
