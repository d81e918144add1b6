import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { plainText, readCommand, readMention, readMessage, readPress } from '../../../adapters/slack/read.ts'
import type { Incoming } from '../../../core/index.ts'

const typed = (reading: ReturnType<typeof readMessage>): unknown =>
  'incoming' in reading ? (reading.incoming.did as { typed?: string }).typed : reading.ignored
const said = (event: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  type: 'event_callback',
  event_id: 'Ev1',
  team_id: 'T0CONTOSO',
  event: {
    type: 'message',
    channel_type: 'im',
    channel: 'D0ALICE',
    user: 'U0ALICE',
    team: 'T0CONTOSO',
    text: 'list',
    ...event,
  },
  ...more,
})

describe('text as a person saw it', () => {
  test.each([
    ['a &lt;b&gt; &amp; c', 'a <b> & c'],
    ['&amp;lt;', '&lt;'],
    ['<@U0BOB|bob> and <@W0BOB>', '@bob and @W0BOB'],
    ['<#C0OPS|ops> <#C0X>', '#ops #C0X'],
    ['connect <http://vm01.contoso.example|vm01.contoso.example>', 'connect vm01.contoso.example'],
    ['see <https://contoso.example/a?b=1&amp;c=2>', 'see https://contoso.example/a?b=1&c=2'],
    ['<mailto:bob@contoso.example|bob@contoso.example>', 'bob@contoso.example'],
    ['<mailto:bob@contoso.example>', 'bob@contoso.example'],
    ['<!here> <!subteam^S1|@leads> <!subteam^S1>', '@here @leads @subteam'],
    ['<!date^1^{date}|today>', 'today'],
    ['x <y', 'x <y'],
  ])('%s', (raw, plain) => {
    expect(plainText(raw)).toBe(plain)
  })
})

describe('a mention', () => {
  test('loses the bot’s own mention wherever it stands, and no other', () => {
    const body = said({
      type: 'app_mention',
      channel: 'C0OPS',
      text: 'hey <@U0BOT> connect vm01 for <@U0BOB>',
    })
    expect(typed(readMention(body, 'U0BOT'))).toBe('hey   connect vm01 for @U0BOB')
  })

  test('is recognised by what the delivery says of the bot', () => {
    const authorizations = [{ user_id: 'U0BOT', is_bot: true }]
    const body = said({ type: 'app_mention', text: '<@U0BOB> <@U0BOT|latchkey> list' }, { authorizations })
    expect(typed(readMention(body, undefined))).toBe('@U0BOB   list')
  })

  test('that comes first is taken for the bot’s when nobody knows the bot', () => {
    expect(typed(readMention(said({ type: 'app_mention', text: '<@U0BOT> list <@U0BOB>' }), undefined))).toBe(
      'list @U0BOB',
    )
  })
})

describe('who it was', () => {
  const who = (body: unknown): Incoming['who'] | undefined => {
    const reading = readMessage(body, undefined)
    return 'incoming' in reading ? reading.incoming.who : undefined
  }

  test('comes from the author’s own team where companies share a channel', () => {
    expect(who(said({ user_team: 'T0FABRIKAM' }))).toEqual({
      platform: 'slack',
      workspace: 'T0FABRIKAM',
      key: 'U0ALICE',
    })
  })

  test('is never taken from the app’s team', () => {
    expect(typed(readMessage(said({ team: undefined }), undefined))).toBe('message:incomplete')
  })
})

describe('messages that are not somebody speaking to the bot', () => {
  test.each([
    ['of a bot', { bot_id: 'B1' }, 'message:bot'],
    ['of the bot itself', { user: 'U0BOT' }, 'message:bot'],
    ['of an app with a profile', { bot_profile: {} }, 'message:bot'],
    ['that were edited', { subtype: 'message_changed' }, 'message:message_changed'],
    ['that carry an edit', { edited: { user: 'U0ALICE' } }, 'message:subtype'],
    ['that are hidden', { hidden: true }, 'message:subtype'],
    ['with a file', { subtype: 'file_share' }, 'message:file_share'],
    ['in a channel', { channel_type: 'channel' }, 'message:channel'],
    ['in a group', { channel_type: 'mpim' }, 'message:mpim'],
    ['without text', { text: '' }, 'message:incomplete'],
    ['of nobody', { user: undefined }, 'message:incomplete'],
  ])('%s are ignored', (_, event, ignored) => {
    expect(readMessage(said(event), 'U0BOT')).toEqual({ ignored })
  })

  test('without an id of the event are ignored, since a redelivery could not be recognised', () => {
    expect(readMessage(said({}, { event_id: undefined }), undefined)).toEqual({
      ignored: 'message:incomplete',
    })
  })
})

describe('a press', () => {
  const body = (action: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
    type: 'block_actions',
    user: { id: 'U0BOB', team_id: 'T0FABRIKAM' },
    team: { id: 'T0CONTOSO' },
    channel: { id: 'D0BOB' },
    message: { ts: '1795217560.000001' },
    container: { type: 'message', channel_id: 'D0BOB', message_ts: '1795217560.000001' },
    actions: [{ action_id: 'press:1', action_ts: '1795217561.1', value: '{"do":"help"}', ...action }],
    ...more,
  })

  test('carries its intent, the card, and the presser’s own team', () => {
    expect(readPress(body())).toEqual({
      channel: 'D0BOB',
      incoming: {
        delivery: 'slack:press:U0BOB:D0BOB:1795217560.000001:1795217561.1',
        who: { platform: 'slack', workspace: 'T0FABRIKAM', key: 'U0BOB' },
        home: { platform: 'slack', key: 'U0BOB' },
        did: {
          pressed: { do: 'help' },
          on: { platform: 'slack', key: 'D0BOB', messageKey: '1795217560.000001' },
        },
      },
    })
  })

  test.each([
    ['on a button that only opens a page', { action_id: 'open:0' }, {}, 'press:other'],
    ['on a button of another version', { value: '{"do":"explode"}' }, {}, 'press:unreadable'],
    ['of somebody without a team', {}, { user: { id: 'U0BOB' } }, 'press:incomplete'],
    ['without a moment', { action_ts: undefined }, {}, 'press:incomplete'],
    ['outside a message', {}, { message: undefined, container: { type: 'view' } }, 'press:incomplete'],
  ])('%s is ignored', (_, action, more, ignored) => {
    expect(readPress(body(action, more))).toMatchObject({ ignored })
  })
})

describe('a command', () => {
  test('without a trigger is ignored, since a second delivery could not be recognised', () => {
    expect(
      readCommand({ command: '/rdp', user_id: 'U0ALICE', team_id: 'T0CONTOSO', channel_id: 'C1' }),
    ).toEqual({
      ignored: 'command:incomplete',
    })
  })

  test('may be empty', () => {
    const body = { trigger_id: '1.2', user_id: 'U0ALICE', team_id: 'T0CONTOSO', channel_id: 'C1', text: '' }
    expect(typed(readCommand(body))).toBe('')
  })
})

test('whatever arrives is read or ignored, and never fails', () => {
  const recorded: unknown[] = Object.values(
    JSON.parse(readFileSync(new URL('../../fixtures/slack/deliveries.json', import.meta.url), 'utf8')),
  )
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(...recorded),
    fc.object({ key: fc.constantFrom('event', 'user', 'actions', 'state', 'values', 'channel', 'id') }),
  )
  fc.assert(
    fc.property(anything, body => {
      for (const read of [readCommand, readPress, readMention, readMessage] as const) {
        const reading = read(body, undefined)
        expect('incoming' in reading || 'open' in reading || reading.ignored !== '').toBe(true)
      }
    }),
  )
})
