/** What a person at a client sees and does, and their OneDrive. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { alice, bob, cardOf, hello, openStage, type Stage } from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

describe('a client', () => {
  test('shows whoever has the app, and everybody their own chats', async () => {
    const { body } = await stage.client('people')
    expect(body.map(({ name }: { name: string }) => name)).toEqual(['Alice Adams', 'Bob Brandt', 'Gus Gast'])
    await stage.say(alice, 'mine')
    expect((await stage.talkOf(bob)).messages).toEqual([])
    const { id } = await stage.talkOf(alice)
    expect((await stage.client('type', { as: bob, conversation: id, text: 'x' })).status).toBe(404)
  })

  test('shows the card that answered a press to whoever pressed, until the message changes', async () => {
    const path = await stage.pathOf(bob)
    const { answer: posted } = await stage.rest('POST', path, hello)
    const { id: conversation } = await stage.talkOf(bob)
    const value = { type: 'AdaptiveCard', version: '1.5', body: [] }
    stage.answers.push({
      status: 200,
      body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value },
    })
    const pressed = await stage.client('press', {
      as: bob,
      conversation,
      id: posted.id,
      action: { verb: 'v', data: { a: 1, reason: 'old' } },
      inputs: { reason: 'new' },
    })
    expect(pressed.body).toMatchObject({ status: 200, answer: { value } })
    expect(stage.received.at(-1)?.activity).toMatchObject({
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: posted.id,
      value: { trigger: 'manual', action: { verb: 'v', data: { a: 1, reason: 'new' } } },
    })
    expect((await stage.talkOf(bob)).messages[0].card).toEqual(value)
    await stage.rest('PUT', `${path}/${posted.id}`, hello)
    expect((await stage.talkOf(bob)).messages[0].card).toEqual(hello.attachments[0]?.content)
  })

  test('refreshes a card by itself for those it names', async () => {
    await stage.say(bob, 'x')
    const mri = stage.received[0]?.activity.from.id ?? ''
    const action = { type: 'Action.Execute', verb: 'v', data: { a: 1 } }
    const wish = cardOf([], { refresh: { userIds: [mri], action } })
    const { answer: posted } = await stage.rest('POST', await stage.pathOf(bob), wish)
    const { id: conversation } = await stage.talkOf(bob)
    await stage.client('refresh', { as: bob, conversation, id: posted.id })
    expect(stage.received.at(-1)?.activity).toMatchObject({
      value: { trigger: 'automatic', action: { verb: 'v' } },
    })
  })

  test('asks for its reader’s card when it names them or nobody, at most once a minute', async () => {
    const action = { type: 'Action.Execute', verb: 'v', data: {} }
    const path = await stage.pathOf(bob, 'group')
    const post = async (refresh: object) =>
      (await stage.rest('POST', path, cardOf([], { refresh }))).answer.id
    await post({ action })
    await post({ action, userIds: [] })
    const wanting = async () =>
      (await stage.talkOf(bob, 'group')).messages.map((each: { wantsRefresh?: true }) => each.wantsRefresh)
    expect(await wanting()).toEqual([true, undefined])
    const { id: conversation, messages } = await stage.talkOf(bob, 'group')
    await stage.client('refresh', { as: bob, conversation, id: messages[0].id })
    expect(await wanting()).toEqual([undefined, undefined])
    stage.now += 60_000
    expect(await wanting()).toEqual([true, undefined])
    const refused = await stage.client('refresh', { as: bob, conversation, id: messages[1].id })
    expect(refused.status).toBe(404)
  })

  test.each<[string, object]>([
    ['no answer to a card action', { hello: 1 }],
    ['a type that is none', { statusCode: 200, type: 'text/plain', value: 'x' }],
    ['a card that is none', { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: {} }],
    [
      'a card with the status of an error',
      {
        statusCode: 500,
        type: 'application/vnd.microsoft.card.adaptive',
        value: hello.attachments[0]?.content,
      },
    ],
    [
      'a card that is too large',
      {
        statusCode: 200,
        type: 'application/vnd.microsoft.card.adaptive',
        value: { ...hello.attachments[0]?.content, fallbackText: 'x'.repeat(60_000) },
      },
    ],
  ])('shows an error in place of %s', async (_, body) => {
    const { answer: posted } = await stage.rest('POST', await stage.pathOf(bob), hello)
    const { id: conversation } = await stage.talkOf(bob)
    stage.answers.push({ status: 200, body })
    const asked = { as: bob, conversation, id: posted.id, action: { verb: 'v' } }
    const { body: done } = await stage.client('press', asked)
    expect(done.answer).toMatchObject({ statusCode: 400, type: 'application/vnd.microsoft.error' })
    expect((await stage.talkOf(bob)).messages[0].card).toEqual(hello.attachments[0]?.content)
  })

  test('searches by an invoke, and offers at most 15', async () => {
    const { answer: posted } = await stage.rest('POST', await stage.pathOf(bob), hello)
    const { id: conversation } = await stage.talkOf(bob)
    const search = async (body: object, status = 200) => {
      stage.answers.push({ status, body })
      const asked = { as: bob, conversation, id: posted.id, dataset: 'd', text: 'vm' }
      return (await stage.client('search', asked)).body.results
    }
    const results = Array.from({ length: 20 }, (_, at) => ({ title: `t${at}`, value: `v${at}`, more: 1 }))
    const type = 'application/vnd.microsoft.search.searchResponse'
    expect(await search({ type, value: { results } })).toEqual(
      results.slice(0, 15).map(({ title, value }) => ({ title, value })),
    )
    expect(stage.received.at(-1)?.activity).toMatchObject({
      type: 'invoke',
      name: 'application/search',
      value: { queryText: 'vm', queryOptions: { skip: 0, top: 15 }, dataset: 'd' },
    })
    expect(await search({ type, value: { results: [{ title: 'x' }, 'y'] } })).toEqual([])
    expect(await search({ type: 'other' })).toEqual([])
    expect(await search({ type, value: { results } }, 500)).toEqual([])
  })

  test('sends the whole message along when an action in its menu is chosen, as HTML', async () => {
    await stage.say(alice, 'a <b> & "c"\nd', 'channel')
    const { id: conversation, messages } = await stage.talkOf(bob, 'channel')
    stage.answers.push({ status: 200, body: { task: { type: 'message', value: 'I look at it.' } } })
    const asked = { as: bob, conversation, id: messages[0].id, commandId: 'diagnose' }
    expect((await stage.client('choose', asked)).body).toMatchObject({ status: 200, say: 'I look at it.' })
    const { activity } = stage.received.at(-1) ?? {}
    expect(activity).toMatchObject({
      name: 'composeExtension/fetchTask',
      conversation: { conversationType: 'channel' },
      value: {
        commandId: 'diagnose',
        commandContext: 'message',
        messagePayload: {
          id: messages[0].id,
          body: {
            contentType: 'html',
            content: '<div><div>a &lt;b&gt; &amp; &quot;c&quot;<br>d</div>\n</div>',
          },
          from: { user: { id: alice, displayName: 'Alice Adams' } },
        },
      },
    })
    expect(activity).not.toHaveProperty('replyToId')
    stage.answers.push({ status: 200, body: { task: { type: 'unknown' } } }, 500)
    for (let at = 0; at < 2; at++)
      expect((await stage.client('choose', asked)).body.say).toMatch(/^Unable to reach app/)
    // Whoever waits in front of a dialog is not waited for twice.
    expect(
      stage.received.filter(({ activity: { name } }) => name === 'composeExtension/fetchTask'),
    ).toHaveLength(3)
  })

  test('is refused what no client would ask', async () => {
    const { id: conversation } = await stage.talkOf(alice)
    expect((await stage.client('press', { as: alice, conversation, id: '1', action: {} })).status).toBe(404)
    expect((await stage.client('consent', { as: alice, conversation, id: '1', accept: true })).status).toBe(
      404,
    )
    expect((await stage.client('type', { as: 'nobody', conversation, text: 'x' })).status).toBe(404)
    expect((await stage.client('type', { as: alice })).status).toBe(400)
    expect((await stage.client('dance', {})).status).toBe(404)
    expect((await stage.client('conversations?as=nobody')).status).toBe(404)
  })
})

describe('OneDrive', () => {
  const consent = {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.teams.card.file.consent',
        name: 'vm01.rdp',
        content: { description: 'd', sizeInBytes: 3, acceptContext: { c: 1 }, declineContext: { c: 2 } },
      },
    ],
  }
  const offer = async () => {
    const { answer } = await stage.rest('POST', await stage.pathOf(alice), consent)
    const { id: conversation } = await stage.talkOf(alice)
    await stage.client('consent', { as: alice, conversation, id: answer.id, accept: true })
    const value = stage.received.at(-1)?.activity['value'] as {
      context: object
      uploadInfo: { uploadUrl: string; uniqueId: string; contentUrl: string }
    }
    return value
  }
  const put = (url: string, headers: Record<string, string>) =>
    fetch(url, { method: 'PUT', body: 'abc', headers })

  test('takes one file, whole, once, without a token, and the owner alone gets it', async () => {
    const { context, uploadInfo } = await offer()
    expect(context).toEqual({ c: 1 })
    const { uploadUrl, uniqueId, contentUrl } = uploadInfo
    const info = {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.teams.card.file.info',
          contentUrl,
          name: 'x',
          content: { uniqueId },
        },
      ],
    }
    expect((await stage.rest('POST', await stage.pathOf(alice), info)).status).toBe(400)
    expect((await put(uploadUrl, {})).status).toBe(400)
    expect((await put(uploadUrl, { 'content-range': 'bytes 0-5/6' })).status).toBe(400)
    const whole = { 'content-range': 'bytes 0-2/3' }
    expect((await put(uploadUrl, { ...whole, authorization: 'Bearer x' })).status).toBe(400)
    expect((await put(uploadUrl, whole)).status).toBe(201)
    expect((await put(uploadUrl, whole)).status).toBe(404)
    expect((await stage.rest('POST', await stage.pathOf(alice), info)).status).toBe(201)
    const { file } = (await stage.talkOf(alice)).messages.at(-1)
    expect(file).toMatchObject({ name: 'vm01.rdp', size: 3 })
    expect(await (await fetch(file.url)).text()).toBe('abc')
    expect((await fetch(file.url.replace(alice, bob))).status).toBe(404)
  })

  test('is not for channels', async () => {
    expect((await stage.rest('POST', await stage.pathOf(alice, 'channel'), consent)).status).toBe(400)
  })
})
