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
