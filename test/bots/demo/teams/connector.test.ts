/** The Connector’s REST API as a bot calls it. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { APP, TENANT } from '../../../adapters/teams/support/world.ts'
import { alice, bob, cardOf, hello, nora, openStage, type Stage } from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

describe('the Connector', () => {
  test('lets nobody in without the bot’s token', async () => {
    expect(await stage.rest('POST', await stage.pathOf(alice), hello, 'bad')).toMatchObject({
      status: 401,
      code: 'Unauthorized',
    })
    expect((await stage.talkOf(alice)).messages).toEqual([])
  })

  test('posts, replaces and deletes', async () => {
    const path = await stage.pathOf(alice)
    const { status, answer } = await stage.rest('POST', path, hello)
    expect([status, answer.id]).toEqual([201, expect.stringMatching(/^\d{13}$/)])
    const changed = cardOf([{ type: 'TextBlock', text: 'changed' }])
    expect((await stage.rest('PUT', `${path}/${answer.id}`, changed)).status).toBe(200)
    expect((await stage.talkOf(alice)).messages).toEqual([
      expect.objectContaining({
        id: answer.id,
        from: 'bot',
        edited: true,
        card: changed.attachments[0]?.content,
      }),
    ])
    expect((await stage.rest('DELETE', `${path}/${answer.id}`)).status).toBe(200)
    expect((await stage.talkOf(alice)).messages).toEqual([])
    for (const method of ['PUT', 'DELETE'])
      expect((await stage.rest(method, `${path}/${answer.id}`, changed)).status).toBe(404)
  })

  test('numbers messages by time, each differently', async () => {
    const path = await stage.pathOf(alice)
    const ids = [await stage.rest('POST', path, hello), await stage.rest('POST', path, hello)].map(
      ({ answer }) => answer.id,
    )
    expect(ids).toEqual(['1795000000000', '1795000000001'])
  })

  test('makes two messages of text and card together, and tells the id of neither', async () => {
    const { status, answer } = await stage.rest('POST', await stage.pathOf(alice), { ...hello, text: 'and' })
    expect([status, answer.id]).toEqual([201, undefined])
    expect((await stage.talkOf(alice)).messages).toHaveLength(2)
  })

  test.each<[string, object]>([
    ['an unknown element', cardOf([{ type: 'ProgressBar' }])],
    ['an unknown element deep inside', cardOf([{ type: 'Container', items: [{ type: 'Blink' }] }])],
    ['an element without what it needs', cardOf([{ type: 'TextBlock' }])],
    ['a newer version', cardOf([], { version: '1.6' })],
    ['no version', cardOf([], { version: undefined })],
    ['media', cardOf([{ type: 'Media', sources: [] }])],
    ['an unknown action', cardOf([], { actions: [{ type: 'Action.Http' }] })],
    ['refresh for too many', cardOf([], { refresh: { userIds: Array(61).fill('29:x') } })],
    ['a refresh that is no Action.Execute', cardOf([], { refresh: { action: { type: 'Action.Submit' } } })],
    ['a choice of nothing', cardOf([{ type: 'Input.ChoiceSet', id: 'a', choices: [] }])],
    [
      'a search without a dataset',
      cardOf([{ type: 'Input.ChoiceSet', id: 'a', 'choices.data': { type: 'Data.Query' } }]),
    ],
    [
      'two inputs of one id',
      cardOf([{ type: 'Input.Text', id: 'a' }], {
        actions: [
          {
            type: 'Action.ShowCard',
            card: { type: 'AdaptiveCard', body: [{ type: 'Input.Text', id: 'a' }] },
          },
        ],
      }),
    ],
    [
      'a card that shows a card that shows a card',
      cardOf([], {
        actions: [
          {
            type: 'Action.ShowCard',
            card: {
              type: 'AdaptiveCard',
              actions: [{ type: 'Action.ShowCard', card: { type: 'AdaptiveCard' } }],
            },
          },
        ],
      }),
    ],
    ['seven actions in a row', cardOf([], { actions: Array(7).fill({ type: 'Action.Execute' }) })],
    ['nothing in it', { type: 'message' }],
    ['an unknown attachment', { type: 'message', attachments: [{ contentType: 'image/x' }] }],
  ])('refuses a message with %s', async (_, wrong) => {
    expect((await stage.rest('POST', await stage.pathOf(alice), wrong)).status).toBe(400)
    expect((await stage.talkOf(alice)).messages).toEqual([])
  })

  test('takes a form that unfolds and a field that searches', async () => {
    const search = { type: 'Data.Query', dataset: 'd' }
    const field = { type: 'Input.ChoiceSet', id: 'a', choices: [], 'choices.data': search }
    const card = { type: 'AdaptiveCard', body: [field], actions: [{ type: 'Action.Execute' }] }
    const wish = cardOf([], { actions: [{ type: 'Action.ShowCard', card }] })
    expect((await stage.rest('POST', await stage.pathOf(alice), wish)).status).toBe(201)
  })

  test('refuses a message above 100 kB, counted as UTF-16', async () => {
    const large = cardOf([{ type: 'TextBlock', text: 'x'.repeat(52_000) }])
    expect(await stage.rest('POST', await stage.pathOf(alice), large)).toMatchObject({
      status: 413,
      code: 'MessageSizeTooBig',
    })
  })

  test('tells of members as Teams does, without aadObjectId', async () => {
    const { id } = await stage.talkOf(alice)
    const { status, answer } = await stage.rest(
      'GET',
      `conversations/${encodeURIComponent(id)}/members/${alice}`,
    )
    expect(status).toBe(200)
    expect(answer).toMatchObject({ objectId: alice, tenantId: TENANT, userRole: 'user' })
    expect(answer).not.toHaveProperty('aadObjectId')
    expect((await stage.rest('GET', `conversations/${encodeURIComponent(id)}/members/${bob}`)).status).toBe(
      404,
    )
    const { answer: paged } = await stage.rest('GET', `conversations/${encodeURIComponent(id)}/pagedmembers`)
    expect(paged).toEqual({ members: [answer] })
  })

  const wanted = (id: string, more: object = {}) => ({
    isGroup: false,
    bot: { id: `28:${APP}` },
    members: [{ id }],
    tenantId: TENANT,
    channelData: { tenant: { id: TENANT } },
    ...more,
  })
  test('gives the same private chat each time, by object id or its own id', async () => {
    const { id } = await stage.talkOf(alice)
    await stage.say(alice, 'x')
    const mri = stage.received[0]?.activity.from.id ?? ''
    for (const who of [alice, mri]) {
      const { status, answer } = await stage.rest('POST', 'conversations', wanted(who))
      expect([status, answer.id]).toEqual([201, id])
    }
  })
  test.each<[string, number, object]>([
    ['somebody without the app', 403, wanted(nora)],
    ['somebody unknown', 404, wanted('99999999-9999-4999-8999-999999999999')],
    ['another tenant', 403, wanted(alice, { channelData: { tenant: { id: 'other' } } })],
    ['two people', 400, wanted(alice, { members: [{ id: alice }, { id: bob }] })],
    ['another bot', 400, wanted(alice, { bot: { id: '28:other' } })],
  ])('gives no chat for %s', async (_, status, body) => {
    expect((await stage.rest('POST', 'conversations', body)).status).toBe(status)
  })

  test('shows a targeted message to its recipient only', async () => {
    const path = `${await stage.pathOf(bob, 'channel')}?isTargetedActivity=true`
    expect((await stage.rest('POST', path, { ...hello, recipient: { id: bob } })).status).toBe(201)
    expect((await stage.talkOf(bob, 'channel')).messages).toHaveLength(1)
    expect((await stage.talkOf(alice, 'channel')).messages).toEqual([])
    expect((await stage.rest('POST', path, hello)).status).toBe(400)
  })

  test('takes a targeted message for another kind of message, and keeps it a day', async () => {
    const path = await stage.pathOf(bob, 'group')
    const flag = '?isTargetedActivity=true'
    const { answer } = await stage.rest('POST', path + flag, { ...hello, recipient: { id: bob } })
    for (const method of ['PUT', 'DELETE'])
      expect((await stage.rest(method, `${path}/${answer.id}`, hello)).status).toBe(404)
    expect((await stage.rest('PUT', `${path}/${answer.id}${flag}`, hello)).status).toBe(200)
    expect((await stage.talkOf(bob, 'group')).messages).toHaveLength(1)
    stage.now += 24 * 3_600_000
    expect((await stage.talkOf(bob, 'group')).messages).toEqual([])
  })

  test.each(['dm', 'group', 'channel'] as const)('lets nobody speak in a %s without the app', async kind => {
    const path = await stage.pathOf(alice, kind)
    const { answer } = await stage.rest('POST', path, hello)
    const { id: conversation } = await stage.talkOf(alice, kind)
    await stage.client('install', { as: alice, conversation, installed: false })
    const refused = { status: 403, code: 'BotNotInConversationRoster' }
    expect(await stage.rest('POST', path, hello)).toMatchObject(refused)
    expect(await stage.rest('PUT', `${path}/${answer.id}`, hello)).toMatchObject(refused)
    if (kind === 'dm') expect((await stage.rest('POST', 'conversations', wanted(alice))).status).toBe(403)
    await stage.client('install', { as: alice, conversation, installed: true })
    expect((await stage.rest('POST', path, hello)).status).toBe(201)
  })

  test('writes nothing to somebody who blocked the bot', async () => {
    await stage.client('blocked', { as: alice, blocked: true })
    expect(await stage.rest('POST', await stage.pathOf(alice), hello)).toMatchObject({
      status: 403,
      answer: { errorCode: 209, message: expect.stringContaining('MessageWritesBlocked') },
    })
    await stage.client('blocked', { as: alice, blocked: false })
    expect((await stage.rest('POST', await stage.pathOf(alice), hello)).status).toBe(201)
  })

  test('goes wrong as it is told, as often as it is told', async () => {
    const path = await stage.pathOf(alice)
    await stage.client('troubles', {
      troubles: [
        { on: 'post', how: { status: 429, retryAfterSeconds: 3 }, times: 2 },
        { on: 'post', how: { status: 502, late: true }, times: 1 },
      ],
    })
    const results = []
    for (let at = 0; at < 4; at++) results.push(await stage.rest('POST', path, hello))
    expect(results.map(({ status }) => status)).toEqual([429, 429, 502, 201])
    expect(results[0]?.retryAfter).toBe('3')
    expect((await stage.talkOf(alice)).messages).toHaveLength(2)
  })
})
