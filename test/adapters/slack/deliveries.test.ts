/** People act in the pretend Slack; what reaches the inbox, and what they see at once. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Intent, message, type RequestId } from '../../../core/index.ts'
import { closeServer, form, type House, type Loose, listen, openHouse, send, TEAM, until } from './house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

const type = (text: string, conversation = 'D0ALICE', as = 'U0ALICE') =>
  house.client('/type', { as, conversation, text })
const shown = async (as: string, conversation: string): Promise<Loose[]> =>
  (await house.client(`/conversations?as=${as}`)).body.find((each: Loose) => each.id === conversation)
    ?.messages ?? []
const open = (as = 'U0ALICE') => house.client(`/conversations?as=${as}`)

describe('a slash command', () => {
  test('in the direct message is recorded and acknowledged without a word', async () => {
    await open()
    const { body } = await type('/rdp connect vm01 2h INC-7 disk <full> & @Bob Brandt #ops')
    expect(body).toMatchObject({ status: 200 })
    expect(body).not.toHaveProperty('answer')
    expect(house.received).toEqual([
      {
        delivery: expect.stringMatching(/^slack:command:.+/),
        who: { platform: 'slack', workspace: TEAM, key: 'U0ALICE' },
        home: { platform: 'slack', key: 'U0ALICE' },
        did: { typed: 'connect vm01 2h INC-7 disk <full> & @bob #ops' },
      },
    ])
    expect(await shown('U0ALICE', 'D0ALICE')).toEqual([])
  })

  test('elsewhere is answered where only the person sees it', async () => {
    const { body } = await type('/rdp list', 'C0OPS')
    expect(body.answer).toEqual({
      response_type: 'ephemeral',
      text: 'Got it. I answer in our direct messages.',
    })
    expect(await shown('U0ALICE', 'C0OPS')).toMatchObject([{ from: 'bot', ephemeral: true }])
    expect(await shown('U0BOB', 'C0OPS')).toEqual([])
    expect(house.received[0]?.home).toEqual({ platform: 'slack', key: 'U0ALICE' })
  })

  test('is acknowledged only after it is stored', async () => {
    await open()
    const order: string[] = []
    house.receive(async () => {
      await new Promise(resolve => setTimeout(resolve, 30))
      order.push('stored')
      return 'noted'
    })
    await type('/rdp list').then(() => order.push('acknowledged'))
    expect(order).toEqual(['stored', 'acknowledged'])
  })

  test('that could not be stored says that nothing was recorded', async () => {
    await open()
    house.receive(() => Promise.reject(new Error('the store is away')))
    const { body } = await type('/rdp list')
    expect(body.answer.text).toMatch(/nothing was recorded/)
    expect(house.lines).toContainEqual(
      expect.objectContaining({ level: 'error', event: 'slack.not-recorded' }),
    )
  })

  test('that takes too long to store does not claim that nothing was recorded', async () => {
    await open()
    let finish: (() => void) | undefined
    house.receive(
      () =>
        new Promise(resolve => {
          finish = () => resolve('noted')
        }),
    )
    const { body } = await type('/rdp list')
    finish?.()
    expect(body.status).toBe(200)
    expect(body.answer.text).toMatch(/longer than usual/)
    expect(body.answer.text).not.toMatch(/nothing was recorded/)
  })

  test('is acknowledged although Slack’s Web API does not answer', async () => {
    await open()
    house.slack.misbehave({ method: '*', how: 'hang', times: 9 })
    const { body } = await type('/rdp list')
    expect(body.status).toBe(200)
    expect(house.received).toHaveLength(1)
  })

  test('delivered twice is one delivery', async () => {
    const body = form({
      command: '/rdp',
      text: '',
      user_id: 'U0ALICE',
      team_id: TEAM,
      channel_id: 'C0OPS',
      trigger_id: '1',
    })
    const now = Math.floor(Date.now() / 1000)
    await send(house, body, { seconds: now })
    await send(house, body, { seconds: now - 1 })
    expect(house.received).toHaveLength(1)
  })

  test('of another name is acknowledged and ignored', async () => {
    const { status } = await send(house, form({ command: '/other', user_id: 'U0ALICE', trigger_id: '1' }))
    expect(status).toBe(200)
    expect(house.received).toEqual([])
    expect(house.lines).toContainEqual({ level: 'info', event: 'slack.ignored', facts: { kind: '/other' } })
  })
})

describe('a message', () => {
  test('to the bot is what they typed', async () => {
    await open()
    expect((await type('connect vm01 & <b> http://vm01.contoso.example')).body.status).toBe(200)
    expect(house.received).toMatchObject([
      {
        delivery: expect.stringMatching(/^slack:event:Ev/),
        who: { workspace: TEAM, key: 'U0ALICE' },
        did: { typed: 'connect vm01 & <b> http://vm01.contoso.example' },
      },
    ])
  })

  test('of an outside member names their own company', async () => {
    await open('U0GUS')
    await type('connect vm01', 'D0GUS', 'U0GUS')
    expect(house.received[0]?.who).toEqual({ platform: 'slack', workspace: 'T0FABRIKAM', key: 'U0GUS' })
  })

  test('that mentions the bot in a channel is taken from there', async () => {
    await type('@Latchkey why vm01', 'C0OPS')
    expect(house.received[0]).toMatchObject({ did: { typed: 'why vm01' }, home: { key: 'U0ALICE' } })
  })

  test('that could not be stored is delivered again until it is', async () => {
    await open()
    let failures = 2
    const stored: string[] = []
    house.receive(async ({ delivery }) => {
      failures -= 1
      if (failures >= 0) throw new Error('the store is away')
      stored.push(delivery)
      return 'noted'
    })
    expect((await type('list')).body.status).toBe(500)
    await house.slack.settled()
    expect(stored).toHaveLength(1)
    expect(house.lines).toContainEqual(
      expect.objectContaining({ event: 'slack.redelivered', facts: { attempt: 2 } }),
    )
  })

  test.each([
    ['nothing of it', {}],
    ['nothing in it', { 'x-slack-retry-num': '', 'x-slack-retry-reason': '' }],
    ['no number', { 'x-slack-retry-num': 'none' }],
    ['which it is', { 'x-slack-retry-num': '3', 'x-slack-retry-reason': 'http_timeout' }],
  ])('delivered again is the same delivery when the retry headers say %s', async (_, headers) => {
    const event = {
      type: 'message',
      channel_type: 'im',
      channel: 'D0ALICE',
      user: 'U0ALICE',
      team: TEAM,
      text: 'list',
    }
    const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', event })
    const now = Math.floor(Date.now() / 1000)
    await send(house, body, { type: 'application/json', seconds: now - 60 })
    expect((await send(house, body, { type: 'application/json', seconds: now, headers })).status).toBe(200)
    expect(house.received.map(({ delivery }) => delivery)).toEqual(['slack:event:Ev1'])
  })

  test('of the bot itself comes back from Slack and is ignored', async () => {
    const alice = { platform: 'slack', key: 'U0ALICE' } as const
    const posted = await house.chat.post(alice, message({ title: 't', plain: 'p' }), {
      key: 'k',
      again: false,
    })
    await house.chat.amend(posted, message({ title: 't2', plain: 'p2' }))
    await house.slack.settled()
    expect(house.received).toEqual([])
    const kinds = house.lines
      .filter(({ event }) => event === 'slack.ignored')
      .map(({ facts }) => facts['kind'])
    expect(kinds.toSorted()).toEqual(['message:bot', 'message:message_changed'])
  })
})

describe('a press', () => {
  const request = '01940000-0000-7000-8000-0000000a1b2c' as RequestId
  const approve: Intent = { do: 'approve', which: { id: request } }
  const card = message({
    title: 'Alice asks',
    plain: 'Alice asks',
    buttons: [
      { label: 'Approve', weight: 'main', press: { intent: approve } },
      { label: 'Page', weight: 'plain', press: { url: 'https://latchkey.example/' } },
    ],
  })
  const posted = () => house.chat.post({ platform: 'slack', key: 'U0BOB' }, card, { key: 'k', again: false })

  test('brings the intent and the card it was on', async () => {
    const on = await posted()
    const act = { as: 'U0BOB', conversation: on.key, ts: on.messageKey, actionId: 'press:0' }
    const { body } = await house.client('/press', act)
    expect(body.status).toBe(200)
    expect(house.received).toEqual([
      {
        delivery: expect.stringMatching(new RegExp(`^slack:press:U0BOB:${on.key}:${on.messageKey}:.+`)),
        who: { platform: 'slack', workspace: TEAM, key: 'U0BOB' },
        home: { platform: 'slack', key: 'U0BOB' },
        did: { pressed: approve, on },
      },
    ])
  })

  test('twice is two deliveries, each with its own key', async () => {
    const on = await posted()
    const act = { as: 'U0BOB', conversation: on.key, ts: on.messageKey, actionId: 'press:0' }
    await house.client('/press', act)
    await house.client('/press', act)
    expect(new Set(house.received.map(({ delivery }) => delivery)).size).toBe(2)
  })

  test('on a button that opens a page is acknowledged and nothing more', async () => {
    const on = await posted()
    const act = { as: 'U0BOB', conversation: on.key, ts: on.messageKey, actionId: 'open:1' }
    expect((await house.client('/press', act)).body.status).toBe(200)
    expect(house.received).toEqual([])
  })

  test('that could not be stored is not acknowledged', async () => {
    const on = await posted()
    house.receive(() => Promise.reject(new Error('the store is away')))
    const act = { as: 'U0BOB', conversation: on.key, ts: on.messageKey, actionId: 'press:0' }
    expect(await house.client('/press', act)).toMatchObject({ status: 502, body: { status: 500 } })
  })

  test('of an outside member in a shared channel is theirs and not ours', async () => {
    const on = await house.chat.post({ platform: 'slack', key: 'C0OPS' }, card, { key: 'k', again: false })
    await house.client('/press', {
      as: 'U0GUS',
      conversation: 'C0OPS',
      ts: on.messageKey,
      actionId: 'press:0',
    })
    expect(house.received[0]?.who).toEqual({ platform: 'slack', workspace: 'T0FABRIKAM', key: 'U0GUS' })
  })
})

describe('on Enterprise Grid', () => {
  const E = 'E0CONTOSO'
  const say = {
    type: 'event_callback',
    event_id: 'Ev1',
    event: {
      type: 'message',
      channel_type: 'im',
      channel: 'D1',
      user: 'W0ALICE',
      team: 'T0ONE',
      text: 'list',
    },
  }

  let closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing) await close()
    closing = []
  })

  /** A house whose Web API knows one person of the grid. */
  async function grid(answer: () => unknown): Promise<House> {
    const server = await listen()
    server.post('/api/:method', async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer()))
    })
    const apiUrl = `http://127.0.0.1:${server.address().port}/api/`
    const gridHouse = await openHouse({ workspace: E, apiUrl })
    closing = [gridHouse.close, () => closeServer(server)]
    return gridHouse
  }

  test.each([
    [
      'counts as the enterprise’s, whichever team they act from',
      { ok: true, user: { id: 'W0ALICE', team_id: 'T0ONE', enterprise_user: { enterprise_id: E } } },
      E,
    ],
    [
      'of another grid stays theirs',
      { ok: true, user: { id: 'W0ALICE', team_id: 'T0ONE', enterprise_user: { enterprise_id: 'E0OTHER' } } },
      'E0OTHER',
    ],
    [
      'whom Slack does not show keeps the team that the delivery named',
      { ok: false, error: 'user_not_visible' },
      'T0ONE',
    ],
  ])('a person %s', async (_, answer, workspace) => {
    const gridHouse = await grid(() => answer)
    expect((await send(gridHouse, JSON.stringify(say), { type: 'application/json' })).status).toBe(200)
    expect(gridHouse.received[0]?.who).toEqual({ platform: 'slack', workspace, key: 'W0ALICE' })
  })

  test('nothing is recorded under a doubtful name while Slack cannot be asked', async () => {
    const gridHouse = await grid(() => ({ ok: false, error: 'internal_error' }))
    expect((await send(gridHouse, JSON.stringify(say), { type: 'application/json' })).status).toBe(500)
    expect(gridHouse.received).toEqual([])
  })
})

test('no line of the log holds what was typed, a token or a secret', async () => {
  await open()
  await type('/rdp connect vm01 my-secret-reason')
  await type('list my-secret-reason')
  await type('@Latchkey my-secret-reason', 'C0OPS')
  house.receive(() => Promise.reject(new Error('the store is away')))
  await type('/rdp connect vm01 my-secret-reason')
  await until(() => house.lines.some(({ event }) => event === 'slack.not-recorded'))
  const text = JSON.stringify(house.lines.map(({ event, facts, error }) => [event, facts, String(error)]))
  expect(text).not.toMatch(/my-secret-reason|xoxb|8f742231/)
})
