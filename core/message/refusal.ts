/**
 * Refusals in words: what happened, why, and what to do next.
 *
 * The switch names every code, so a new one does not compile without its words; test/core/message/refusal.test.ts shows that each stands alone.
 */
import { sayDuration } from '../access/duration.ts'
import type { AccessRequest } from '../access/request.ts'
import type { Unfilled } from '../command/form.ts'
import { PLATFORM_NAMES, type RequestId, refOf } from '../ids.ts'
import type { Refusal } from '../refusal.ts'
import { hasLess } from './form.ts'
import type { Button, Line, Message } from './message.ts'
import { message } from './message.ts'
import { diagnosisWords } from './refusal-diagnosis.ts'
import { choice, vmWords, type Words } from './refusal-vm.ts'

export function refusalMessage(refusal: Refusal): Message {
  const { title, lines, buttons = [], tone = 'bad' } = words(refusal)
  const sentence = /[.?!]$/.test(title) ? title : `${title}.`
  const plain = [sentence, ...lines.map(plainLine)].join(' ')
  return message({ tone, title, lines, buttons, plain: plain.slice(0, 300) })
}

const EXAMPLE = 'connect vm01 2h INC-7'
const EXAMPLES: Readonly<Record<string, string>> = {
  why: 'why vm01 2h',
  diagnose: 'diagnose vm01 an internal error',
}
const HELP: Line = ['Type ', { code: '/rdp help' }, ' to see what I understand.']

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
    case 'not-understood':
      return {
        title: 'I did not understand that',
        lines: [
          ...(refusal.didYouMean === undefined ? [] : [['Did you mean ', { code: refusal.didYouMean }, '?']]),
          HELP,
        ],
      }
    case 'missing-vm':
      return {
        title: 'Which VM?',
        tone: 'waiting',
        lines: [['Name the VM, for example ', { code: `/rdp ${EXAMPLES[refusal.command] ?? EXAMPLE}` }, '.']],
        buttons:
          refusal.command === 'connect'
            ? [formButton('Choose a VM…', { fill: 'connect', ...minutesOf(refusal) })]
            : refusal.command === 'diagnose'
              ? [formButton('Tell what happens…', { fill: 'diagnose' })]
              : [],
      }
    case 'bad-duration':
      return {
        title: 'That is not a duration I can use',
        lines: [
          [
            { code: refusal.typed },
            ' is not a time. Write for example ',
            { code: '30m' },
            ', ',
            { code: '2h' },
            ' or ',
            { code: '1h30m' },
            '.',
          ],
        ],
      }
    case 'reason-too-long':
      return { title: 'The reason is too long', lines: [[`At most ${refusal.most} characters, please.`]] }
    case 'no-such-request':
      return {
        title: 'I know no such request',
        lines: [
          refusal.waiting.length === 0
            ? ['There is none for you right now.']
            : [`Those that concern you now: ${refusal.waiting.join(', ')}.`],
        ],
      }
    case 'which-request':
      return {
        title: 'Which one?',
        tone: 'waiting',
        lines: [['There is more than one. Choose:']],
        buttons: refusal.refs.map(({ ref, vm, intent }) => choice(`${ref}: ${vm}`, intent)),
      }
    case 'nothing-to':
      return {
        title: 'Nothing to do',
        lines: [[NOTHING_TO[refusal.intent]]],
      }
    case 'deny-needs-reason':
      return {
        title: 'A reason is needed to deny',
        lines: [
          [
            'Press Deny… and write it, or type ',
            { code: `/rdp deny ${refOf(refusal.request)} the reason` },
            '. The requester will read it.',
          ],
        ],
        buttons: [formButton('Deny…', { fill: 'deny', ...which(refusal) }, 'danger')],
      }
    case 'extend-needs-time':
      return {
        title: 'How much longer?',
        tone: 'waiting',
        lines: [['Name a time, for example ', { code: `/rdp extend ${refOf(refusal.request)} 30m` }, '.']],
        buttons: [formButton('Extend…', { fill: 'extend', request: refusal.request })],
      }
    case 'form-incomplete':
      return {
        title: 'Something is missing in that form',
        lines: [[refusal.say, ' Nothing was changed.']],
        buttons: isFillable(refusal.form) ? [formButton('Fill it in again…', refusal.form)] : [],
      }
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
        lines: [[`This request is ${STATUS[refusal.status]}${by}. Nothing has changed.`]],
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
    case 'no-diagnosis':
    case 'may-not-diagnose':
    case 'may-not-repair':
    case 'not-offered':
    case 'needs-approver':
    case 'name-differs':
    case 'snapshot-first':
    case 'asker-may-not':
    case 'repair-settled':
    case 'diagnosis-gone':
    case 'diagnosis-runs':
    case 'answered-already':
    case 'yes-or-no':
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

/** A form that nobody offered may leave nothing to choose from. */
const isFillable = (form: Unfilled): boolean => form.fill !== 'less-time' || hasLess(form.minutes)

const formButton = (label: string, form: Unfilled, weight: Button['weight'] = 'main'): Button => ({
  label,
  weight,
  press: { form },
})
const minutesOf = ({ minutes }: { minutes?: number }) => (minutes === undefined ? {} : { minutes })
const which = ({ request, extension }: { request: RequestId; extension?: number }) =>
  extension === undefined ? { request } : { request, extension }

const NOTHING_TO: Record<'approve' | 'deny' | 'cancel' | 'done' | 'extend', string> = {
  approve: 'No request is waiting for your decision.',
  deny: 'No request is waiting for your decision.',
  cancel: 'You have no request that could be cancelled.',
  done: 'You have no open access to give back.',
  extend: 'You have no open access that could be extended.',
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

export const STATUS: Record<AccessRequest['status'], string> = {
  none: 'not there',
  asked: 'waiting for a decision',
  approved: 'approved and waiting for you to open it',
  opening: 'being opened',
  open: 'open',
  closing: 'being shut',
  over: 'over',
}

/** One line as text, for notifications and logs of the demo. Moments are left to the drawing. */
function plainLine(line: Line): string {
  return line
    .map(run => {
      if (typeof run === 'string') return run
      if ('strong' in run) return run.strong
      if ('code' in run) return run.code
      if ('name' in run) return run.name
      return 'label' in run ? run.label : ''
    })
    .join('')
}
