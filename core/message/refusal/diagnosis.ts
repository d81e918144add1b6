/** Refusals about a diagnosis and its remedies, in words: why not, and who can do it. */
import type { Refusal } from '../../refusal.ts'
import { ask } from '../access/words.ts'
import type { Words } from './words.ts'

type DiagnosisRefusal = Extract<
  Refusal,
  {
    code:
      | 'no-diagnosis'
      | 'may-not-diagnose'
      | 'may-not-repair'
      | 'not-offered'
      | 'needs-approver'
      | 'name-differs'
      | 'snapshot-first'
      | 'asker-may-not'
      | 'repair-settled'
      | 'windows-closed'
      | 'diagnosis-gone'
      | 'diagnosis-runs'
      | 'answered-already'
      | 'yes-or-no'
      | 'account-unproven'
      | 'password-under-way'
      | 'refuse-needs-reason'
      | 'remedy-has-no-time'
  }
>

export function diagnosisWords(refusal: DiagnosisRefusal): Words {
  switch (refusal.code) {
    case 'no-diagnosis':
      return {
        title: 'I cannot diagnose connections here',
        lines: [['Diagnosis is not set up in this installation. Ask an administrator.']],
      }
    case 'may-not-diagnose':
      return {
        title: 'No rule lets you diagnose it',
        lines: [['No rule of the policy lets you diagnose ', { code: refusal.vm }, '.']],
      }
    case 'may-not-repair':
      return {
        title: 'No rule lets you do that',
        lines: [
          [
            'No rule of the policy gives you ',
            { code: refusal.verb },
            ' on ',
            { code: refusal.vm },
            '. Ask its owner.',
          ],
        ],
      }
    case 'not-offered':
      return {
        title: 'That is not offered any more',
        lines: [['The verdict has changed, or it is being done already. Nothing was done now.']],
      }
    case 'needs-approver':
      return {
        title: 'That takes two',
        lines: [
          [
            'Somebody else has to agree to ',
            { code: refusal.verb },
            ' on ',
            { code: refusal.vm },
            ', and no rule of the policy says who. Ask an administrator.',
          ],
        ],
      }
    case 'name-differs':
      return {
        title: 'Another name',
        lines: [
          [
            'That is not the name of this VM, which is ',
            { code: refusal.vm },
            '. Nothing was done; try again.',
          ],
        ],
      }
    case 'snapshot-first':
      return {
        title: 'A snapshot comes first',
        lines: [['This is done only where a snapshot was taken before. Nothing was done.']],
      }
    case 'asker-may-not':
      return {
        title: 'The policy has changed',
        lines: [
          [
            `No rule gives ${refusal.name} `,
            { code: refusal.verb },
            ' on ',
            { code: refusal.vm },
            ' any more. Nothing was approved.',
          ],
        ],
      }
    case 'repair-settled':
      return {
        title: 'Too late',
        lines: [
          [
            `${refusal.by === undefined ? 'This was decided, withdrawn or has lapsed.' : `This was decided by ${refusal.by}.`} Nothing has changed.`,
          ],
        ],
      }
    case 'windows-closed':
      return {
        title: 'Windows is closed to me',
        lines: [['No identity of its own for entering Windows is set up here. Ask an administrator.']],
      }
    case 'diagnosis-gone':
      return {
        title: 'Not yours, or not there',
        lines: [['There is no such diagnosis of yours. Only the person who asked can go on with it.']],
      }
    case 'diagnosis-runs':
      return {
        title: 'I am looking into that already',
        tone: 'waiting',
        lines: [['The answer comes in the message above, as soon as I have read everything.']],
      }
    case 'answered-already':
      return {
        title: 'That question no longer waits',
        lines: [['It was answered already, or the diagnosis is over. Nothing has changed.']],
      }
    case 'yes-or-no':
      return {
        title: 'A plain yes or no, please',
        tone: 'waiting',
        lines: [['I look inside Windows only after an explicit yes. Press the button, or write yes or no.']],
      }
    case 'account-unproven':
      return {
        title: 'No password is set there',
        lines: [['Nothing was done to ', { code: refusal.vm }, `. ${refusal.say}`]],
      }
    case 'password-under-way':
      return {
        title: 'A password is being set right now',
        tone: 'waiting',
        lines: [
          [
            'A press before this one is still under way for ',
            { code: refusal.account },
            '. If its page is gone, wait a minute or two and press again: a new password then takes the place of that one.',
          ],
        ],
      }
    case 'refuse-needs-reason':
      return {
        title: 'Say why',
        tone: 'waiting',
        lines: [
          ['Whoever asked for it will read your reason. Type it after the reference, or press the button.'],
        ],
        buttons: [
          ask('Deny…', 'danger', { fill: 'refuse', diagnosis: refusal.diagnosis, repair: refusal.repair }),
        ],
      }
    case 'remedy-has-no-time':
      return {
        title: 'A remedy has no time',
        lines: [
          [
            `${refusal.what} is done once and ends by itself. Approve it without a time, or deny it. Nothing was done.`,
          ],
        ],
      }
  }
}
