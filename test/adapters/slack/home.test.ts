import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { drawHome } from '../../../adapters/slack/home.ts'
import { BODY_BYTES } from '../../../adapters/slack/limits.ts'
import { checkView } from '../../../bots/demo/slack/blocks.ts'
import { message, type RequestId } from '../../../core/index.ts'
import { anyMessage } from './arbitrary.ts'
import { type House, type Loose, openHouse, send, TEAM } from './house.ts'
import { viewProblems } from './spec.ts'

describe('the drawing of a home', () => {
  const titled = (title: string) => message({ title, plain: title })
  const headers = ({ blocks }: Loose): string[] =>
    blocks.filter(({ type }: Loose) => type === 'header').map(({ text }: Loose) => text.text)

  test('has the messages one under the other', () => {
    const home = drawHome([titled('one'), titled('two')])
    expect(home.blocks.map(({ type }) => type)).toEqual(['header', 'divider', 'header'])
    expect(headers(home)).toEqual(['one', 'two'])
  })

  test('is taken by Slack although there is nothing on it', () => {
    expect(checkView(drawHome([]), 'home')).toEqual([])
  })

  test('shows as many messages as fit, and says how many are missing', () => {
    const home = drawHome(Array.from({ length: 80 }, (_, n) => titled(`m${n}`)))
    expect(home.blocks.at(-1)).toMatchObject({
      elements: [{ text: `… and ${80 - headers(home).length} more` }],
    })
    expect(home.blocks.length).toBeLessThanOrEqual(100)
  })

  test('is taken by Slack whatever is on it, and comes back with a press in a body that we read', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 8 }), messages => {
        const home = drawHome(messages)
        expect(checkView(home, 'home')).toEqual([])
        expect(viewProblems(home)).toEqual([])
        const back = new URLSearchParams({ payload: JSON.stringify(home) }).toString()
        expect(back.length).toBeLessThan(BODY_BYTES - 4_000)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the App Home', () => {
  let house: House
  beforeEach(async () => {
    house = await openHouse()
  })
  afterEach(() => house.close())

  const request = '01940000-0000-7000-8000-0000000a1b2c' as RequestId
  const alice = { platform: 'slack', workspace: TEAM, key: 'U0ALICE' } as const
  const mine = message({
    title: 'vm01 is open',
    plain: 'vm01 is open',
    buttons: [
      { label: 'I am done', weight: 'plain', press: { intent: { do: 'done', which: { id: request } } } },
      { label: 'Extend', weight: 'plain', press: { form: { fill: 'extend', request } } },
    ],
  })
  const views = async (as = 'U0ALICE') => (await house.client(`/views?as=${as}`)).body
  const pressHome = async (actionId: string) =>
    house.client('/view/press', { as: 'U0ALICE', view: (await views()).home.id, actionId })

  test('that somebody opens is a delivery of theirs', async () => {
    expect((await house.client('/home', { as: 'U0ALICE' })).body.status).toBe(200)
    expect(house.received).toEqual([
      {
        delivery: expect.stringMatching(/^slack:event:Ev/),
        who: alice,
        home: { platform: 'slack', key: 'U0ALICE' },
        did: { opened: 'app-home' },
      },
    ])
  })

  test('opened at its Messages tab is none', async () => {
    const event = { type: 'app_home_opened', user: 'U0ALICE', channel: 'D0ALICE', tab: 'messages' }
    const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', team_id: TEAM, event })
    expect((await send(house, body, { type: 'application/json' })).status).toBe(200)
    expect(house.received).toEqual([])
    expect(house.lines).toContainEqual({
      level: 'info',
      event: 'slack.ignored',
      facts: { kind: 'app_home_opened:messages' },
    })
  })

  test('shows one person their messages, and the newest drawing only', async () => {
    await house.chat.showHome?.(alice, [message({ title: 'old', plain: 'old' })])
    await house.chat.showHome?.(alice, [mine])
    expect((await views()).home.blocks[0].text.text).toBe('vm01 is open')
    expect((await views('U0BOB')).home).toBeNull()
    expect(house.slack.state.messages).toEqual([])
  })

  test('has buttons: a press is one without a card that it is on', async () => {
    await house.chat.showHome?.(alice, [mine])
    expect((await pressHome('press:0')).body.status).toBe(200)
    expect(house.received).toEqual([
      {
        delivery: expect.stringMatching(/^slack:press:U0ALICE:home:V.+:\d+\.\d+$/),
        who: alice,
        home: { platform: 'slack', key: 'U0ALICE' },
        did: { pressed: { do: 'done', which: { id: request } } },
      },
    ])
  })

  test('has forms: one that is sent is without a card as well', async () => {
    await house.chat.showHome?.(alice, [mine])
    expect((await pressHome('form:1')).body.status).toBe(200)
    const { modal } = await views()
    expect(modal.title.text).toBe('Extend access')
    await house.client('/view/submit', { as: 'U0ALICE', view: modal.id, values: { time: '30m' } })
    expect(house.received[0]?.did).toEqual({ filled: { fill: 'extend', request }, values: { time: '30m' } })
  })

  test('that is turned off is a fault that says where to turn it on', async () => {
    house.slack.misbehave({ method: 'views.publish', how: 'error', error: 'not_enabled' })
    await expect(house.chat.showHome?.(alice, [mine])).rejects.toMatchObject({
      kind: 'denied',
      say: 'The Home tab of the app is off. Turn it on under App Home.',
    })
  })
})
