/**
 * What Slack's Web API says when it will not, turned into faults with a sentence that a person can act on.
 *
 * The library's errors carry whole answers; only the error code and the names of scopes are taken from them.
 * Sources: the error tables of the methods used, docs.slack.dev (read 2026-11-20); error classes of @slack/web-api 8.2.
 */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'
import { Fault, type FaultKind } from '../../core/index.ts'

type Meaning = { kind: FaultKind; say: string }

const GONE = 'Slack has no such conversation any more.'
const REINSTALL = 'Reinstall the app in Slack and give Latchkey the new bot token.'
const READ_ONLY = 'The Slack channel takes no replies from the app.'
const REFUSED = 'Slack refused the message as malformed. This is a mistake in Latchkey: please report it.'
const LATE = 'Slack opens a form only right after the click or command. Try it again.'
const UNWELL = 'Slack is having trouble. It is tried again.'

/** Codes that need a sentence of their own. The kinds: see FaultKind. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // ---- our rights -------------------------------------------------------------------------------------------------------------
  invalid_auth: { kind: 'denied', say: `Slack does not accept the bot token. ${REINSTALL}` },
  not_authed: { kind: 'denied', say: `Slack received no bot token. ${REINSTALL}` },
  account_inactive: { kind: 'denied', say: `The bot's account in Slack was deactivated. ${REINSTALL}` },
  token_revoked: { kind: 'denied', say: `The bot token was revoked in Slack. ${REINSTALL}` },
  token_expired: { kind: 'denied', say: `The bot token has expired. ${REINSTALL}` },
  not_allowed_token_type: { kind: 'denied', say: 'Slack wants a bot token (xoxb-…) here, not another kind.' },
  no_permission: {
    kind: 'denied',
    say: 'Slack says that the app lacks a permission for this. Compare its scopes with the manifest.',
  },
  access_denied: { kind: 'denied', say: 'Slack denies the app access to this. Ask a Slack administrator.' },
  restricted_action: {
    kind: 'denied',
    say: 'A workspace preference keeps the app from posting. Ask a Slack administrator.',
  },
  restricted_action_thread_locked: { kind: 'denied', say: 'The Slack thread is locked.' },
  restricted_action_read_only_channel: { kind: 'denied', say: READ_ONLY },
  restricted_action_non_threadable_channel: { kind: 'denied', say: READ_ONLY },
  posting_to_channel_denied: {
    kind: 'denied',
    say: 'Slack does not let the app post there. Ask a Slack administrator.',
  },
  ekm_access_denied: {
    kind: 'denied',
    say: 'Slack suspended posting for the workspace. Ask a Slack administrator.',
  },
  enterprise_is_restricted: { kind: 'denied', say: 'The method cannot be used by this Slack organisation.' },
  team_access_not_granted: {
    kind: 'denied',
    say: 'The app is not approved for this workspace. Ask a Slack administrator.',
  },
  org_login_required: {
    kind: 'denied',
    say: 'The workspace is moving to an organisation; Slack refuses calls meanwhile.',
  },
  messages_tab_disabled: {
    kind: 'denied',
    say: 'The Messages tab of the app is off, so it cannot write to people. Turn it on under App Home.',
  },
  not_enabled: {
    kind: 'denied',
    say: 'The Home tab of the app is off. Turn it on under App Home.',
  },
  // ---- not there (any more) -----------------------------------------------------------------------------------------------------
  channel_not_found: { kind: 'missing', say: GONE },
  is_archived: { kind: 'missing', say: 'The Slack conversation is archived.' },
  is_inactive: { kind: 'missing', say: 'The Slack conversation is frozen, archived or deleted.' },
  not_in_channel: { kind: 'missing', say: 'The bot is not in that Slack conversation. Invite it.' },
  user_not_found: { kind: 'missing', say: 'Slack has no such person any more.' },
  users_not_found: { kind: 'missing', say: 'Slack knows nobody with that e-mail address.' },
  user_not_visible: { kind: 'missing', say: 'Slack does not let the bot see that person.' },
  user_disabled: { kind: 'missing', say: "The person's Slack account is deactivated." },
  cannot_dm_bot: { kind: 'missing', say: 'That Slack account is a bot; a bot cannot be written to.' },
  message_not_found: { kind: 'missing', say: 'The message is gone from Slack.' },
  cannot_reply_to_message: { kind: 'missing', say: 'The Slack thread is gone, or takes no replies.' },
  cant_update_message: { kind: 'missing', say: 'Slack does not let the bot change that message.' },
  edit_window_closed: {
    kind: 'missing',
    say: 'The workspace does not allow messages to be changed so late.',
  },
  // ---- wait -----------------------------------------------------------------------------------------------------------------------
  ratelimited: { kind: 'busy', say: 'Slack asks us to slow down. It is tried again.' },
  rate_limited: { kind: 'busy', say: 'Slack asks us to slow down. It is tried again.' },
  message_limit_exceeded: { kind: 'busy', say: 'The workspace sends too many messages. It is tried again.' },
  service_unavailable: { kind: 'busy', say: UNWELL },
  external_channel_migrating: { kind: 'busy', say: 'Slack is moving that conversation. It is tried again.' },
  streaming_state_conflict: {
    kind: 'conflict',
    say: 'The message is being written elsewhere. It is tried again.',
  },
  // ---- broken, perhaps with effect ----------------------------------------------------------------------------------------------
  internal_error: { kind: 'broken', say: UNWELL },
  fatal_error: { kind: 'broken', say: UNWELL },
  request_timeout: { kind: 'broken', say: UNWELL },
  update_failed: { kind: 'broken', say: UNWELL },
  team_added_to_org: {
    kind: 'broken',
    say: 'The workspace is moving to an organisation. It is tried again.',
  },
  // ---- our mistake ----------------------------------------------------------------------------------------------------------------
  invalid_blocks: { kind: 'invalid', say: REFUSED },
  invalid_blocks_format: { kind: 'invalid', say: REFUSED },
  msg_blocks_too_long: { kind: 'invalid', say: REFUSED },
  msg_too_long: { kind: 'invalid', say: REFUSED },
  no_text: { kind: 'invalid', say: REFUSED },
  invalid_arguments: { kind: 'invalid', say: REFUSED },
  view_too_large: { kind: 'invalid', say: REFUSED },
  // ---- too late to open a modal -------------------------------------------------------------------------------------------------
  expired_trigger_id: { kind: 'conflict', say: LATE },
  exchanged_trigger_id: { kind: 'conflict', say: LATE },
  invalid_trigger_id: { kind: 'invalid', say: LATE },
}

/** Policies of a workspace that keep the file from being handed over; the link on the card is the way then. */
const NO_FILES: ReadonlySet<string> = new Set([
  'file_type_not_allowed',
  'file_uploads_disabled',
  'file_uploads_except_images_disabled',
  'file_upload_size_restricted',
  'blocked_file_type',
  'slack_connect_blocked_file_type',
  'slack_connect_file_upload_sharing_blocked',
  'storage_limit_reached',
  'posting_to_channel_denied',
  // files:write is optional in the manifest: without it, links are what was chosen.
  'missing_scope',
])

/** Slack's error code in an error of the library; undefined when it is no answer of Slack's, or not shaped like a code. */
export function slackCode(error: unknown): string | undefined {
  const of = error instanceof Fault ? error.cause : error
  if (!(of instanceof WebAPIPlatformError)) return undefined
  // An answer that was not JSON arrives here whole, as if it were the code.
  const code: unknown = of.data.error
  return typeof code === 'string' && /^[a-z][a-z0-9_]{1,60}$/.test(code) ? code : undefined
}

export const isFilePolicy = (error: unknown): boolean => NO_FILES.has(slackCode(error) ?? '')

/** @param op what was tried, without the platform: `chat.update` */
export function asFault(op: string, error: unknown): Fault {
  if (error instanceof Fault) return error
  const make = (kind: FaultKind, say: string, retryAfterMs?: number) =>
    new Fault(kind, {
      op: `slack.${op}`,
      say,
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })

  if (error instanceof WebAPIRateLimitedError)
    return make('busy', 'Slack asks us to slow down. It is tried again.', error.retryAfter * 1000)
  if (error instanceof WebAPIPlatformError) {
    const code = slackCode(error)
    if (code === undefined)
      return make('broken', 'Slack sent an answer that cannot be read. It is tried again.')
    if (code === 'missing_scope') return make('denied', sayScope(error.data))
    const { kind, say } = MEANINGS[code] ?? { kind: 'invalid', say: `Slack refused (${code}).` }
    return make(kind, say)
  }
  if (error instanceof WebAPIHTTPError)
    return error.statusCode >= 500
      ? make('broken', `${UNWELL.slice(0, -1)} (HTTP ${error.statusCode}).`)
      : make(
          'invalid',
          `Slack answered with HTTP ${error.statusCode}. Check what stands between Latchkey and Slack.`,
        )
  if (isTimeout(error)) return make('timeout', 'Slack did not answer in time. It is tried again.')
  return make('broken', 'Slack cannot be reached. It is tried again.')
}

function sayScope(answer: object): string {
  const needed: unknown = (answer as Record<string, unknown>)['needed']
  const named =
    typeof needed === 'string' && /^[a-z.:,_ -]{1,120}$/i.test(needed)
      ? needed
      : 'a scope that the call needs'
  return `The Slack app lacks ${named}. Add it under OAuth & Permissions and reinstall the app.`
}

/**
 * The deadline can strike while the answer's body is read, where the library does not wrap it. Where it does wrap, only the words are
 * left when the error came from another realm.
 */
function isTimeout(error: unknown): boolean {
  const { name, message } = (
    error instanceof WebAPIRequestError ? error.original : Object(error)
  ) as Partial<Error>
  return TIMEOUT.test(String(name)) || TIMEOUT.test(String(message))
}

const TIMEOUT = /^(?:Timeout|Abort)Error\b/
