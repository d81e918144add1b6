/** Forms from the first word to what is stored, through modals of the pretend Slack. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { message, type RequestId, type Suggestion } from '../../../core/index.ts'
import { form, type House, type Loose, openHouse, send, TEAM, until } from './house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
  await house.client('/conversations?as=U0ALICE')
})
afterEach(() => house.close())

const request = '01940000-0000-7000-8000-0000000a1b2c' as RequestId
const alice = { platform: 'slack', workspace: TEAM, key: 'U0ALICE' } as const
const type = (text: string, conversation = 'D0ALICE') =>
  house.client('/type', { as: 'U0ALICE', conversation, text })
const views = async (as = 'U0ALICE') => (await house.client(`/views?as=${as}`)).body
const modal = async (as = 'U0ALICE') => (await views(as)).modal
const submit = async (values: Record<string, string>, as = 'U0ALICE') =>
  (await house.client('/view/submit', { as, view: (await modal(as)).id, values })).body
const search = async (text: string, as = 'U0ALICE') =>
  (await house.client('/view/search', { as, view: (await modal(as)).id, blockId: 'vm', text })).body
const calls = (method: string) => house.slack.state.calls.filter(call => call.method === method)
const vm01: Suggestion = {
  value: '00000000-0000-0000-0000-000000000000|rg-app|vm01',
  label: 'vm01',
  hint: 'rg-app, Production',
}
const offer = () => house.suggest(async () => [vm01])

describe('/rdp connect without a VM', () => {
  test('opens the form, and nothing is recorded yet', async () => {
    const { body } = await type('/rdp connect')
    expect(body).toMatchObject({ status: 200 })
    expect(body).not.toHaveProperty('answer')
    expect((await modal()).title.text).toBe('Connect to a VM')
    expect(house.received).toEqual([])
  })

  test('with a VM opens none', async () => {
    await type('/rdp connect vm01')
    expect(await modal()).toBeNull()
    expect(house.received).toHaveLength(1)
  })

  test('brings what was filled in', async () => {
    offer()
    await type('/rdp connect')
    await search('vm0')
    expect(await submit({ vm: vm01.value, time: '60m', reason: 'INC-7 <now> & here' })).toMatchObject({
      status: 200,
    })
    expect(await modal()).toBeNull()
    expect(house.received).toEqual([
      {
        delivery: expect.stringMatching(/^slack:view:V[0-9A-F]+:\d+\..+/),
        who: alice,
        home: { platform: 'slack', key: 'U0ALICE' },
        did: {
          filled: { fill: 'connect' },
          values: { vm: vm01.value, time: '60m', reason: 'INC-7 <now> & here' },
        },
      },
    ])
  })

  test.each([
    ['Slack refuses', { how: 'error', error: 'internal_error' }],
    ['the trigger has expired', { how: 'error', error: 'expired_trigger_id' }],
    ['Slack asks to slow down', { how: 'busy' }],
    ['Slack breaks down', { how: 'broken' }],
    ['Slack does not answer', { how: 'hang' }],
  ] as const)('is recorded as it was typed when %s', async (_, misbehaviour) => {
    house.slack.misbehave({ method: 'views.open', ...misbehaviour })
    const { body } = await type('/rdp connect')
    expect(body).toMatchObject({ status: 200 })
    expect(body).not.toHaveProperty('error')
    expect(house.received).toMatchObject([{ did: { typed: 'connect' } }])
    expect(house.lines).toContainEqual(expect.objectContaining({ event: 'slack.form-not-opened' }))
  })

  test('opens the form once, whatever happens', async () => {
    house.slack.misbehave({ method: 'views.open', how: 'broken', takesEffect: true })
    await type('/rdp connect')
    expect(calls('views.open')).toHaveLength(1)
  })

  test('opens the form while another method is limited', async () => {
    house.slack.misbehave({ method: 'users.info', how: 'busy', retryAfterSeconds: 3_600, times: 3 })
    await house.chat.profileOf(alice).catch(() => {})
    await type('/rdp connect')
    expect(await modal()).not.toBeNull()
  })
})

describe('a button that opens a form', () => {
  const card = message({
    title: 'Alice asks',
    plain: 'Alice asks',
    buttons: [{ label: 'Deny', weight: 'danger', press: { form: { fill: 'deny', request } } }],
  })
  const post = (key: string) => house.chat.post({ platform: 'slack', key }, card, { key: 'k', again: false })
  const press = (on: { key: string; messageKey: string }, as = 'U0BOB') =>
    house.client('/press', { as, conversation: on.key, ts: on.messageKey, actionId: 'form:0' })

  test('opens it, and the card comes along with what was filled in', async () => {
    const on = await post('U0BOB')
    expect((await press(on)).body.status).toBe(200)
    expect(house.received).toEqual([])
    await submit({ reason: 'not now' }, 'U0BOB')
    expect(house.received).toMatchObject([
      {
        who: { key: 'U0BOB' },
        did: { filled: { fill: 'deny', request }, values: { reason: 'not now' }, on },
      },
    ])
    expect(house.received[0]).not.toHaveProperty('thread')
  })

  test('in a channel brings the thread along', async () => {
    house.slack.state.users = house.slack.state.users.filter(({ team }) => team === TEAM)
    const on = await post('C0OPS')
    await press(on)
    await submit({ reason: 'not now' }, 'U0BOB')
    expect(house.received[0]?.thread).toEqual({ platform: 'slack', key: `C0OPS/${on.messageKey}` })
  })

  test('opens only what this version would write', async () => {
    const on = await post('U0BOB')
    const value = '{"fill":"explode"}'
    const [stored] = house.slack.state.messages as Loose[]
    stored.blocks.at(-1).elements[0].value = value
    expect((await press(on)).body.status).toBe(200)
    expect(await modal('U0BOB')).toBeNull()
    await until(() => calls('chat.postEphemeral').length > 0)
    expect(calls('chat.postEphemeral')[0]?.args).toMatchObject({
      channel: on.key,
      user: 'U0BOB',
      text: expect.stringMatching(/earlier version.*nothing was done/),
    })
  })

  test('that cannot be opened is not acknowledged, so that Slack warns beside the button, and nothing is recorded', async () => {
    const on = await post('U0BOB')
    house.slack.misbehave({ method: 'views.open', how: 'error', error: 'expired_trigger_id' })
    expect(await press(on)).toMatchObject({ status: 502, body: { status: 500 } })
    expect(house.received).toEqual([])
  })
})

describe('a form that is sent', () => {
  const opened = async () => {
    offer()
    await type('/rdp connect')
    await search('')
  }

  test('with something wrong in it stays open with a sentence beside the field, and nothing is recorded', async () => {
    await opened()
    house.slack.state.views[0]?.content.blocks.splice(1)
    // Somebody got round the modal's own rules.
    await send(
      house,
      form({
        payload: JSON.stringify({
          type: 'view_submission',
          user: { id: 'U0ALICE', team_id: TEAM },
          view: {
            id: 'V1',
            hash: '1.a',
            callback_id: 'form',
            private_metadata: `- - -\n{"fill":"connect"}`,
            blocks: [
              { type: 'input', block_id: 'vm' },
              { type: 'input', block_id: 'reason' },
            ],
            state: { values: { vm: { 'find-vm': { selected_option: null } } } },
          },
        }),
      }),
    ).then(({ status, text }) => {
      expect(status).toBe(200)
      expect(JSON.parse(text)).toEqual({ response_action: 'errors', errors: { vm: 'Choose a VM.' } })
    })
    expect(house.received).toEqual([])
  })

  test('is checked by the modal first: a required field that is empty is never delivered', async () => {
    await opened()
    expect(await submit({})).toEqual({ status: 204, ms: 0 })
    expect((await modal()).errors).toEqual({ vm: 'Please complete this required field.' })
  })

  test('is stored before the modal closes', async () => {
    await opened()
    house.receive(() => Promise.reject(new Error('the store is away')))
    expect(await submit({ vm: vm01.value })).toMatchObject({ status: 500 })
    expect((await modal()).trouble).toMatch(/trouble connecting/)
  })

  test('again after its acknowledgement was lost is one delivery', async () => {
    await opened()
    const keys: string[] = []
    house.receive(async ({ delivery }) => {
      keys.push(delivery)
      if (keys.length === 1) throw new Error('stored, and then the answer was lost')
      return 'seen'
    })
    await submit({ vm: vm01.value })
    expect(await submit({ vm: vm01.value })).toMatchObject({ status: 200 })
    expect(new Set(keys).size).toBe(1)
    expect(await modal()).toBeNull()
  })

  test('twice at once is one delivery', async () => {
    await opened()
    const view = (await modal()).id
    const values = { vm: vm01.value }
    await Promise.all([1, 2].map(() => house.client('/view/submit', { as: 'U0ALICE', view, values })))
    expect(house.received).toHaveLength(1)
  })

  test('from another form is another delivery', async () => {
    await opened()
    await submit({ vm: vm01.value })
    await opened()
    await submit({ vm: vm01.value })
    expect(house.received).toHaveLength(2)
  })

  test('too often stays open and says so', async () => {
    await opened()
    house.receive(async () => 'too-many')
    await submit({ vm: vm01.value })
    expect((await modal()).errors['vm']).toMatch(/more than I can take.*not recorded/)
  })

  test('of another version is not closed as if it had been taken', async () => {
    await opened()
    const [view] = house.slack.state.views
    if (view) view.content['private_metadata'] = 'something else'
    await submit({ vm: vm01.value })
    expect((await modal()).errors['vm']).toMatch(/earlier version.*nothing was done/)
    expect(house.received).toEqual([])
  })

  test('from another company names the company of the one who sent it', async () => {
    const payload = {
      type: 'view_submission',
      team: { id: TEAM },
      user: { id: 'U0GUS', team_id: 'T0FABRIKAM' },
      view: {
        id: 'V1',
        hash: '1.a',
        callback_id: 'form',
        private_metadata: `- - -\n{"fill":"deny","request":"${request}"}`,
        blocks: [{ type: 'input', block_id: 'reason' }],
        state: { values: { reason: { x: { type: 'plain_text_input', value: 'no' } } } },
      },
    }
    await send(house, form({ payload: JSON.stringify(payload) }))
    expect(house.received[0]?.who).toEqual({ platform: 'slack', workspace: 'T0FABRIKAM', key: 'U0GUS' })
  })

  test('closed instead is nothing', async () => {
    await opened()
    const view = (await modal()).id
    expect((await house.client('/view/dismiss', { as: 'U0ALICE', view })).body).toEqual({
      status: 204,
      ms: 0,
    })
    expect([await modal(), house.received]).toEqual([null, []])
  })
})

describe('the search for a VM', () => {
  beforeEach(() => type('/rdp connect'))

  test('asks as the person who types, with what they typed, from the first letter on', async () => {
    const asked: unknown[] = []
    house.suggest(async (who, text) => {
      asked.push([who, text])
      return [vm01]
    })
    expect((await search('')).answer).toEqual({
      options: [
        {
          text: { type: 'plain_text', text: 'vm01', emoji: false },
          value: vm01.value,
          description: { type: 'plain_text', text: 'rg-app, Production', emoji: false },
        },
      ],
    })
    await search('<v')
    expect(asked).toEqual([
      [alice, ''],
      [alice, '<v'],
    ])
    expect(house.received).toEqual([])
  })

  test.each<[string, () => Promise<readonly Suggestion[]>]>([
    ['nothing is found', async () => []],
    ['the search fails', () => Promise.reject(new Error('Azure is away'))],
    ['the search does not come back', () => new Promise(() => {})],
  ])('is answered with nothing, and in time, when %s', async (_, how) => {
    house.suggest(how)
    expect(await search('vm')).toMatchObject({ status: 200, answer: { options: [] } })
  })

  test('never offers more than Slack takes', async () => {
    house.suggest(async () => Array.from({ length: 120 }, (_, n) => ({ ...vm01, value: `v${n}` })))
    const { status, answer, error } = await search('vm')
    expect([status, error, answer.options.length]).toEqual([200, undefined, 100])
  })
})

describe('a shortcut', () => {
  const choose = (act: object) => house.client('/shortcut', { as: 'U0ALICE', ...act })

  test('"Request access" opens the form', async () => {
    expect((await choose({ id: 'request-access' })).body.status).toBe(200)
    expect((await modal()).title.text).toBe('Connect to a VM')
    expect(house.received).toEqual([])
  })

  test('"Request access" is recorded as the command it stands for when the form cannot be opened', async () => {
    house.slack.misbehave({ method: 'views.open', how: 'broken' })
    expect((await choose({ id: 'request-access' })).body.status).toBe(200)
    expect(house.received).toMatchObject([
      { delivery: expect.stringMatching(/^slack:shortcut:/), who: alice, did: { typed: 'connect' } },
    ])
  })

  /** Without people of another company in it, a channel may be answered in. */
  const amongUs = () => {
    for (const channel of house.slack.state.channels)
      channel.members = channel.members.filter(id => id !== 'U0GUS')
  }

  test('"Diagnose this" brings the words of the message, and its thread', async () => {
    amongUs()
    await house.client('/type', { as: 'U0BOB', conversation: 'C0OPS', text: 'vm01 says 0x204 & <hangs>' })
    const [said] = house.slack.state.messages
    expect((await choose({ id: 'diagnose', conversation: 'C0OPS', ts: said?.ts })).body.status).toBe(200)
    expect(house.received).toEqual([
      {
        delivery: expect.stringMatching(/^slack:shortcut:/),
        who: alice,
        home: { platform: 'slack', key: 'U0ALICE' },
        thread: { platform: 'slack', key: `C0OPS/${said?.ts}` },
        did: { pointedAt: 'vm01 says 0x204 & <hangs>' },
      },
    ])
  })

  test('"Diagnose this" on a reply stays in its thread', async () => {
    amongUs()
    await house.client('/type', { as: 'U0BOB', conversation: 'C0OPS', text: 'root' })
    const root = house.slack.state.messages[0]?.ts
    await house.client('/type', { as: 'U0BOB', conversation: 'C0OPS', text: 'reply', thread: root })
    await choose({ id: 'diagnose', conversation: 'C0OPS', ts: house.slack.state.messages[1]?.ts })
    expect(house.received[0]).toMatchObject({
      thread: { key: `C0OPS/${root}` },
      did: { pointedAt: 'reply' },
    })
  })

  test('"Diagnose this" reads alerts of other apps, which stand in attachments and blocks', async () => {
    amongUs()
    house.slack.state.messages.push({
      ts: '1795217560.000001',
      channel: 'C0OPS',
      from: 'U0BOB',
      text: '',
      edited: false,
      unfurls: false,
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: 'vm01 is &lt;down&gt;' } },
        { type: 'context', elements: [{ type: 'plain_text', text: 'since 10:00' }] },
      ],
    })
    await choose({ id: 'diagnose', conversation: 'C0OPS', ts: '1795217560.000001' })
    expect(house.received[0]?.did).toEqual({ pointedAt: 'vm01 is <down>\nsince 10:00' })
  })
})
