/** Forms as modals: opened while their trigger lasts, searched in, and checked before what was filled in is stored. */
import type { PlainTextOption } from '@slack/types'
import { type ChatUser, Fault, fill, type Inbox, isFormProblem, type Log } from '../../core/index.ts'
import { slackClient } from './client.ts'
import { OPEN_VIEW_MS } from './limits.ts'
import { drawModal, drawSuggestions, type Opened } from './modal.ts'
import type { Submission } from './read-view.ts'
import { plain } from './text.ts'

/** What is shown beside which field of a modal. */
type Problems = Record<string, string>

export function formsOf(options: { botToken: string; apiUrl?: string; inbox: Inbox; log: Log }) {
  const { inbox, log } = options
  // A client of its own: a trigger does not wait for what else is going on.
  const { call } = slackClient({ ...options, timeoutMs: OPEN_VIEW_MS })

  return {
    /** Opens a form. 'not-opened': it was too late, Slack did not answer in time, or the form does not fit; the log says which. */
    async open(trigger: string, opened: Opened): Promise<'opened' | 'not-opened'> {
      const view = drawModal(opened)
      try {
        if (view === undefined)
          throw new Fault('invalid', { op: 'slack.views.open', say: 'The form is too long for Slack.' })
        await call('views.open', web => web.views.open({ trigger_id: trigger, view }))
        return 'opened'
      } catch (error) {
        const say = error instanceof Fault ? error.say : undefined
        log.warn('slack.form-not-opened', { form: opened.form.fill, say }, error)
        return 'not-opened'
      }
    },

    /** VMs for the search of a form. Never fails: nothing is offered then. */
    async suggest(who: Promise<ChatUser>, text: string): Promise<PlainTextOption[]> {
      try {
        return drawSuggestions(await inbox.suggest(await who, text))
      } catch (error) {
        log.warn('slack.no-suggestions', {}, error)
        return []
      }
    },

    /** What is wrong with what was filled in, to be shown at once; undefined when it can be sent. */
    problemsIn(submission: Submission): Problems | undefined {
      const filled = fill(submission.form, submission.values)
      return isFormProblem(filled) ? beside(submission, filled.field, filled.say) : undefined
    },
  }
}

/** Slack shows a sentence only beside a field that the modal has: the one that is meant, else the first. */
export function beside(
  { fields }: Pick<Submission, 'fields'>,
  field: string | undefined,
  say: string,
): Problems {
  const [first] = fields
  const place = field !== undefined && fields.includes(field) ? field : first
  return place === undefined ? {} : { [place]: plain(say) }
}
