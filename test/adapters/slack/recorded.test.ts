/** What becomes of every recorded delivery at our door: each one is taken, answered or ignored, and the table says which on purpose. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Incoming } from '../../../core/index.ts'
import { form, type House, type Loose, openHouse, send, TEAM } from './house.ts'

const recorded: Record<string, Loose> = JSON.parse(
  readFileSync(new URL('../../fixtures/slack/deliveries.json', import.meta.url), 'utf8'),
)

type Row = [becomes: string, onceOurs?: string]

/**
 * What becomes of a delivery as it was recorded, and, where it was recorded for another app or workspace, what becomes of it once it is
 * made ours (see OURS). "ignored …": acknowledged, nothing stored, and the log names the kind.
 */
const BECOMES: Readonly<Record<string, Row>> = {
  // It does not say which bot it was meant for, and the one that it mentions is not ours: that mention is a part of what was said.
  'app.app_mention_event_body': [
    'taken from T111/W222: typed "@W111 Hi there!"',
    'taken from T0CONTOSO/W222: typed "@W111 Hi there!"',
  ],
  'app_bot_only.app_mention_request_body': ['taken from T111/W222: typed "@W111 Hi there!"'],
  'app_using_methods_in_class.payload': [
    'ignored message_action',
    'taken from T0CONTOSO/W111: pointed at "@W222 test"',
  ],
  'attachment_actions.body': ['ignored interactive_message'],
  'authorize.block_actions_body': [
    'ignored block_actions',
    'taken from T0CONTOSO/W99999: pressed help on C111 111.222',
  ],
  'block_actions.body': ['ignored block_actions', 'taken from T0CONTOSO/W111: pressed help on C111 111.222'],
  'block_suggestion.body': ['ignored block_suggestion', 'answered {"options":[]}'],
  'dialogs.cancellation_body': ['ignored dialog_cancellation'],
  'dialogs.submission_body': ['ignored dialog_submission'],
  'dialogs.suggestion_body': ['ignored dialog_suggestion'],
  // The one who pressed has no team in it: nobody knows whose they are.
  'error_handler.body': ['ignored block_actions', 'ignored press:incomplete'],
  'events.app_uninstalled_body': ['ignored app_uninstalled'],
  'events.body': ['ignored member_left_channel'],
  'events.join_event_body': ['ignored member_joined_channel'],
  'events.left_event_body': ['ignored member_left_channel'],
  'events.message_file_share_body': ['ignored message:file_share'],
  'events.tokens_revoked_body': ['ignored tokens_revoked'],
  'events.valid_reaction_added_body': ['ignored reaction_added'],
  'events_ignore_self.different_app_response_url_message_event': ['ignored message:bot_message'],
  'events_ignore_self.event_body': ['ignored reaction_added'],
  'events_ignore_self.response_url_message_event': ['ignored message:bot_message'],
  'events_org_apps.event_payload': ['ignored message:channel'],
  'events_say_stream.org_app_mention_event_body': ['taken from T111/W222: typed "Hi there!"'],
  'events_shared_channels.app_uninstalled_body': ['ignored app_uninstalled'],
  'events_shared_channels.event_body': ['ignored reaction_added'],
  'events_shared_channels.join_event_body': ['ignored member_joined_channel'],
  'events_shared_channels.left_event_body': ['ignored member_left_channel'],
  'events_shared_channels.tokens_revoked_body': ['ignored tokens_revoked'],
  // Once it is written by somebody of another company, it is theirs, although the workspace that installed the app is ours.
  'events_shared_channels.valid_event_body': [
    'taken from T_INSTALLED/W222: typed "Hi there!"',
    'taken from T0FABRIKAM/W222: typed "Hi there!"',
  ],
  'events_shared_channels.valid_reaction_added_body': ['ignored reaction_added'],
  'events_socket_mode.event_body': ['ignored reaction_added'],
  'events_token_revocations.event_payload': ['ignored app_uninstalled'],
  'events_url_verification.event_body': [
    'answered {"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}',
  ],
  'function.function_body': ['ignored function_executed'],
  'function.wrong_id_function_body': ['ignored function_executed'],
  // The form cannot be opened with a trigger that Slack does not know: then it is the command that it stands for.
  'listener_middleware.body': ['ignored shortcut', 'taken from T0CONTOSO/W111: typed "connect"'],
  // Only what is said to the bot itself is its to read.
  'message.message_body': ['ignored message:channel', 'taken from T0CONTOSO/W111: typed "Hello World!"'],
  'message.message_body2': ['ignored message:channel'],
  'message.message_body3': ['ignored message:channel'],
  'message_bot.bot_message_event_payload': ['ignored message:channel', 'ignored message:bot'],
  'message_bot.classic_bot_message_event_payload': ['ignored message:bot_message'],
  'message_bot.user_message_event_payload': ['ignored message:channel'],
  'message_changed.event_payload': ['ignored message:message_changed'],
  'message_deleted.event_payload': ['ignored message:message_deleted'],
  'message_file_share.event_payload': ['ignored message:file_share'],
  'message_thread_broadcast.event_payload': ['ignored message:thread_broadcast'],
  'slash_command.slash_command_body': ['ignored /hello-world', 'taken from T0CONTOSO/W111: typed "Hi"'],
  // What was not sent was not said; our modals do not even ask Slack to tell.
  'view_closed.body': ['ignored view_closed', 'ignored view_closed'],
  'view_submission.body': [
    'ignored view_submission',
    'taken from T0CONTOSO/W111: filled deny {"reason":"test"}',
  ],
  'view_submission.connect_channel_payload': [
    'ignored view_submission',
    'taken from T-other-side/W111: filled deny {"reason":"Hi there!"}',
  ],
  // Without a hash, a second delivery could not be told from the first.
  'view_submission.response_url_payload_body': ['ignored view_submission', 'ignored view:incomplete'],
  'workflow_steps.edit_payload': ['ignored workflow_step_edit'],
  'workflow_steps.execute_payload': ['ignored workflow_step_execute'],
  'workflow_steps.save_payload': ['ignored view_submission'],
  // Shapes, with every field that there can be and nothing in them.
  'sample.AttachmentActionPayload': ['ignored interactive_message'],
  'sample.DialogCancellationPayload': ['ignored dialog_cancellation'],
  'sample.DialogSubmissionPayload': ['ignored dialog_submission'],
  'sample.DialogSuggestionPayload': ['ignored dialog_suggestion'],
  'sample.SlashCommandPayload': ['ignored unknown'],
  'sample.ViewClosedPayload': ['ignored view_closed'],
  'sample.ViewSubmissionPayload': ['ignored view_submission'],
  'sample.AppHomeOpenedPayload': [
    'ignored app_home_opened:unknown',
    'taken from T0CONTOSO/U0ALICE: opened app-home',
  ],
  'sample.AppRateLimitedPayload': ['ignored app_rate_limited'],
  'sample.AppUninstalledPayload': ['ignored app_uninstalled'],
  'sample.ChannelIdChangedPayload': ['ignored channel_id_changed'],
  'sample.ChannelSharedPayload': ['ignored channel_shared'],
  'sample.FileSharedPayload': ['ignored file_shared'],
  'sample.MemberJoinedChannelPayload': ['ignored member_joined_channel'],
  'sample.ReactionAddedPayload': ['ignored reaction_added'],
  'sample.TeamJoinPayload': ['ignored team_join'],
  'sample.TokensRevokedPayload': ['ignored tokens_revoked'],
  'sample.UserChangePayload': ['ignored user_change'],
}

const DENY = `- - -\n{"fill":"deny","request":"01940000-0000-7000-8000-0000000a1b2c"}`
const ourButton = (payload: Loose) =>
  Object.assign(payload.actions[0], { action_id: 'press:0', value: '{"do":"help"}' })
/** Our form, sent with the one field that the recorded modal has. */
const ourForm = ({ view }: Loose) => {
  const [block] = view.blocks
  Object.assign(view, { callback_id: 'form', private_metadata: DENY })
  if (block === undefined) return
  view.state.values = { reason: view.state.values[block.block_id] }
  block.block_id = 'reason'
}

/** What makes a delivery one for Latchkey, beside our team. */
const OURS: Readonly<Record<string, (payload: Loose) => unknown>> = {
  'app_using_methods_in_class.payload': payload => Object.assign(payload, { callback_id: 'diagnose' }),
  'authorize.block_actions_body': ourButton,
  'block_actions.body': ourButton,
  'block_suggestion.body': payload => Object.assign(payload, { action_id: 'find-vm' }),
  'error_handler.body': ourButton,
  'events_shared_channels.valid_event_body': ({ event }) => Object.assign(event, { user_team: 'T0FABRIKAM' }),
  'listener_middleware.body': payload => Object.assign(payload, { callback_id: 'request-access' }),
  'message.message_body': ({ event }) => Object.assign(event, { channel: 'D111', channel_type: 'im' }),
  'message_bot.bot_message_event_payload': ({ event }) => Object.assign(event, { channel_type: 'im' }),
  'slash_command.slash_command_body': payload => Object.assign(payload, { command: '/rdp' }),
  'view_closed.body': ourForm,
  'view_submission.body': ourForm,
  'view_submission.connect_channel_payload': ourForm,
  'view_submission.response_url_payload_body': ourForm,
  'sample.AppHomeOpenedPayload': payload => {
    Object.assign(payload, { type: 'event_callback', event_id: 'Ev1', team_id: TEAM })
    Object.assign(payload.event, { user: 'U0ALICE', tab: 'home' })
  },
}

const asRecorded = Object.entries(BECOMES).map(([name, [becomes]]) => [name, becomes] as const)
const onceOurs = Object.entries(BECOMES).flatMap(([name, [, becomes]]) =>
  becomes ? [[name, becomes] as const] : [],
)

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

test('every recorded delivery has its line', () => {
  expect(Object.keys(BECOMES).toSorted()).toEqual(Object.keys(recorded).toSorted())
  // The other team is all that makes this one foreign.
  const changed = Object.keys(OURS).concat('app.app_mention_event_body')
  expect(changed.toSorted()).toEqual(onceOurs.map(([name]) => name).toSorted())
})

test.each(asRecorded)('%s: %s', async (name, becomes) => {
  expect(await deliver(recorded[name])).toBe(becomes)
})

test.each(onceOurs)('%s, once it is ours: %s', async (name, becomes) => {
  const payload = JSON.parse(JSON.stringify(recorded[name]).replaceAll('"T111"', `"${TEAM}"`))
  OURS[name]?.(payload)
  expect(await deliver(payload)).toBe(becomes)
})

/** Sends it the way Slack sends its kind, and says what came of it. */
async function deliver(payload: Loose): Promise<string> {
  const isEvent = payload.event !== undefined || payload.type === 'url_verification'
  const { status, text } =
    payload.command !== undefined
      ? await send(house, form(payload))
      : isEvent
        ? await send(house, JSON.stringify(payload), { type: 'application/json' })
        : await send(house, form({ payload: JSON.stringify(payload) }))
  expect(status).toBe(200)
  expect(house.lines.filter(({ level }) => level === 'error')).toEqual([])
  const ignored = house.lines.filter(({ event }) => event === 'slack.ignored')
  const outcomes = [
    ...house.received.map(describe),
    ...ignored.map(({ facts }) => `ignored ${facts['kind']}`),
  ]
  return outcomes.join(' and ') || `answered ${text}`
}

function describe({ who, did }: Incoming): string {
  const from = `taken from ${who.workspace}/${who.key}:`
  if ('typed' in did) return `${from} typed "${did.typed}"`
  if ('pressed' in did) return `${from} pressed ${did.pressed.do} on ${did.on?.key} ${did.on?.messageKey}`
  if ('filled' in did) return `${from} filled ${did.filled.fill} ${JSON.stringify(did.values)}`
  if ('pointedAt' in did) return `${from} pointed at "${did.pointedAt}"`
  return `${from} opened ${did.opened}`
}
