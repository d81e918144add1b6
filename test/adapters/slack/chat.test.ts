import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Fault, message, type Person, type PersonId, type RequestId } from '../../../core/index.ts'
import { type House, type Loose, openHouse, TEAM } from './house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

const alice = { platform: 'slack', key: 'U0ALICE' } as const
const card = (title: string) => message({ title, plain: `${title} & more` })
const inDirect = async (as = 'U0ALICE', conversation = `D${as.slice(1)}`): Promise<Loose[]> => {
  const { body } = await house.client(`/conversations?as=${as}`)
  return body.find((each: Loose) => each.id === conversation).messages
}
const titles = async () => (await inDirect()).map(({ blocks }) => blocks[0].text.text)
const calls = (method: string) => house.slack.state.calls.filter(call => call.method === method)
const fault = async (promise: Promise<unknown>): Promise<Fault> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Fault)
  return error as Fault
}

describe('posting', () => {
  test('to a person goes into their direct message and names what was posted', async () => {
    const posted = await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    expect(posted).toEqual({
      platform: 'slack',
      key: 'D0ALICE',
      messageKey: expect.stringMatching(/^\d+\.\d{6}$/),
    })
    expect(await inDirect()).toMatchObject([{ from: 'bot', text: 'one &amp; more', ts: posted.messageKey }])
    expect(await inDirect('U0BOB')).toEqual([])
  })

  test('keeps Slack from fetching links and from finding names by itself', async () => {
    await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    expect(house.slack.state.messages[0]?.unfurls).toBe(false)
    expect(calls('chat.postMessage')[0]?.args).toMatchObject({ parse: 'none', link_names: 'false' })
  })

  test('leaves beside the card, where everybody may read it, the card’s key and nothing else', async () => {
    await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    expect(house.slack.state.messages[0]?.metadata).toEqual({
      event_type: 'latchkey_card',
      event_payload: { key: 'k1' },
    })
  })

  test('asks for the direct message once per person', async () => {
    await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    await house.chat.post(alice, card('two'), { key: 'k2', again: false })
    expect(calls('conversations.open')).toHaveLength(1)
  })

  test('again finds what an attempt posted whose answer was lost, and brings it up to date', async () => {
    house.slack.misbehave({ method: 'chat.postMessage', how: 'broken', takesEffect: true })
    expect((await fault(house.chat.post(alice, card('one'), { key: 'k1', again: false }))).kind).toBe(
      'broken',
    )
    await house.chat.post(alice, card('other'), { key: 'k2', again: false })
    const posted = await house.chat.post(alice, card('one, later'), { key: 'k1', again: true })
    expect(await titles()).toEqual(['one, later', 'other'])
    expect(posted.messageKey).toBe((await inDirect())[0].ts)
  })

  test('again posts when nothing was posted', async () => {
    await house.chat.post(alice, card('other'), { key: 'k2', again: false })
    await house.chat.post(alice, card('one'), { key: 'k1', again: true })
    expect(await titles()).toEqual(['other', 'one'])
  })

  test('again looks further than one page back', async () => {
    const posted = await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    for (let n = 0; n < 450; n++)
      house.slack.state.messages.push({
        ts: `2000000000.${100_000 + n}`,
        channel: 'D0ALICE',
        from: 'U0ALICE',
        text: 'x',
        edited: false,
        unfurls: false,
      })
    expect(await house.chat.post(alice, card('one'), { key: 'k1', again: true })).toEqual(posted)
    expect(calls('conversations.history')).toHaveLength(3)
  })

  test('again is not fooled by what another app wrote under the same key', async () => {
    const posted = await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    const [ours] = house.slack.state.messages
    if (ours)
      house.slack.state.messages.push({ ...ours, ts: '2000000000.000001', from: 'U0ALICE', byBot: 'B0OTHER' })
    expect(await house.chat.post(alice, card('later'), { key: 'k1', again: true })).toEqual(posted)
  })

  test('again posts anew when what was posted is gone by the time it is redrawn', async () => {
    await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    house.slack.misbehave({ method: 'chat.update', how: 'error', error: 'message_not_found' })
    await house.chat.post(alice, card('anew'), { key: 'k1', again: true })
    expect(await titles()).toEqual(['one', 'anew'])
  })

  test('that Slack refuses for now is busy, for as long as Slack says', async () => {
    house.slack.misbehave({ method: 'chat.postMessage', how: 'busy', retryAfterSeconds: 7 })
    const { kind, retryAfterMs } = await fault(
      house.chat.post(alice, card('one'), { key: 'k', again: false }),
    )
    expect([kind, retryAfterMs]).toEqual(['busy', 7_000])
  })

  test('goes out once, whatever happens', async () => {
    for (const how of ['busy', 'broken'] as const) {
      house.slack.misbehave({ method: 'chat.postMessage', how })
      await fault(house.chat.post(alice, card('one'), { key: 'k', again: false }))
    }
    expect(calls('chat.postMessage')).toHaveLength(2)
  })

  test('while one method is limited, others go on', async () => {
    house.slack.misbehave({ method: 'users.info', how: 'busy', retryAfterSeconds: 3_600, times: 5 })
    await fault(house.chat.profileOf({ platform: 'slack', workspace: TEAM, key: 'U0ALICE' }))
    await house.chat.post(alice, card('one'), { key: 'k', again: false })
    expect(await titles()).toEqual(['one'])
  })

  test('without an answer ends in a timeout', async () => {
    house.slack.misbehave({ method: 'chat.postMessage', how: 'hang' })
    expect((await fault(house.chat.post(alice, card('one'), { key: 'k', again: false }))).kind).toBe(
      'timeout',
    )
  })

  test.each([
    ['a person that is not there', 'U0NOBODY', /no such person/],
    ['a deactivated account', 'U0GONE', /deactivated/],
    ['a conversation that is not there', 'D0NOWHERE', /no such conversation/],
  ])('to %s is missing', async (_, key, say) => {
    const { kind, say: said } = await fault(
      house.chat.post({ platform: 'slack', key }, card('one'), { key: 'k', again: false }),
    )
    expect([kind, said]).toEqual(['missing', expect.stringMatching(say)])
  })

  test('opens a person’s direct message again after it went missing', async () => {
    await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    house.slack.misbehave({ method: 'chat.postMessage', how: 'error', error: 'channel_not_found' })
    await fault(house.chat.post(alice, card('two'), { key: 'k2', again: false }))
    await house.chat.post(alice, card('two'), { key: 'k2', again: false })
    expect(calls('conversations.open')).toHaveLength(2)
  })
})

describe('redrawing', () => {
  test('shows the new drawing in the old place, and may be repeated', async () => {
    const posted = await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    await house.chat.amend(posted, card('two'))
    await house.chat.amend(posted, card('two'))
    expect(await titles()).toEqual(['two'])
    expect((await inDirect())[0].edited).toBe(false)
  })

  test('keeps the card findable by its key', async () => {
    const posted = await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    await house.chat.amend(posted, card('two'))
    expect(await house.chat.post(alice, card('three'), { key: 'k1', again: true })).toEqual(posted)
  })

  test('a message that is gone is missing', async () => {
    const posted = { platform: 'slack', key: 'D0ALICE', messageKey: '1.000001' } as const
    await house.chat.post(alice, card('one'), { key: 'k1', again: false })
    expect((await fault(house.chat.amend(posted, card('two')))).kind).toBe('missing')
  })
})

describe('handing over a file', () => {
  const request = '01940000-0000-7000-8000-0000000a1b2c' as RequestId
  const bytes = new TextEncoder().encode('full address:s:20.1.2.3:50001\r\n')
  const file = { name: 'vm01.rdp', bytes, request, say: 'Your file, <!here> & @channel' }

  test('puts it into the direct message, where only its person gets it', async () => {
    expect(await house.chat.hand(alice, file)).toBe('handed')
    const [shown] = await inDirect()
    expect(shown).toMatchObject({ file: { name: 'vm01.rdp', size: bytes.length } })
    expect(shown.text).toBe('Your file, &lt;!here&gt; &amp; \uff20channel')
    const read = (as: string) => fetch(`${house.world}/slack/client/file/${shown.file.id}?as=${as}`)
    expect(new Uint8Array(await (await read('U0ALICE')).arrayBuffer())).toEqual(bytes)
    expect((await read('U0BOB')).status).toBe(404)
  })

  test.each([
    ['files.getUploadURLExternal', 'file_uploads_disabled'],
    ['files.getUploadURLExternal', 'file_type_not_allowed'],
    ['files.getUploadURLExternal', 'file_uploads_except_images_disabled'],
    ['files.completeUploadExternal', 'file_type_not_allowed'],
    ['files.completeUploadExternal', 'blocked_file_type'],
    ['files.completeUploadExternal', 'slack_connect_blocked_file_type'],
    ['files.completeUploadExternal', 'posting_to_channel_denied'],
  ])('leaves it to the link when %s says %s', async (method, error) => {
    house.slack.misbehave({ method, how: 'error', error })
    expect(await house.chat.hand(alice, file)).toBe('link-only')
  })

  test('leaves it to the link when the app may not upload', async () => {
    house.slack.state.scopes = house.slack.state.scopes.filter(scope => scope !== 'files:write')
    expect(await house.chat.hand(alice, file)).toBe('link-only')
  })

  test('that breaks off is a fault and no excuse for a link', async () => {
    house.slack.misbehave({ method: 'files.completeUploadExternal', how: 'broken' })
    expect((await fault(house.chat.hand(alice, file))).kind).toBe('broken')
  })

  test('never goes into a channel', async () => {
    expect((await fault(house.chat.hand({ platform: 'slack', key: 'C0OPS' }, file))).kind).toBe('invalid')
    expect(house.slack.state.files).toEqual([])
  })

  test('leaves nothing of it in the log', async () => {
    house.slack.misbehave({ method: 'files.completeUploadExternal', how: 'broken' })
    const error = await fault(house.chat.hand(alice, file))
    expect(JSON.stringify([house.lines, error.message])).not.toContain('20.1.2.3')
  })
})

describe('a picture for one person', () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
  const picture = { name: 'screen-of-vm01.png', png, say: 'The screen of vm01 <!here>' }
  const show = (key: string) => house.chat.show?.post({ platform: 'slack', key }, picture)

  test('goes into their direct message, where only they get it', async () => {
    expect(await show('U0ALICE')).toMatchObject({ platform: 'slack', key: 'D0ALICE' })
    const [shown] = await inDirect()
    expect(shown).toMatchObject({ file: { name: 'screen-of-vm01.png', size: png.length } })
    expect(shown.text).toBe('The screen of vm01 &lt;!here&gt;')
    const read = (as: string) => fetch(`${house.world}/slack/client/file/${shown.file.id}?as=${as}`)
    expect(new Uint8Array(await (await read('U0ALICE')).arrayBuffer())).toEqual(png)
    expect((await read('U0BOB')).status).toBe(404)
  })

  test('never goes into a channel or a thread', async () => {
    for (const key of ['C0OPS', 'C0OPS/1795217560.000001'])
      expect((await fault(show(key) ?? Promise.resolve())).kind).toBe('invalid')
    expect(house.slack.state.files).toEqual([])
  })

  test('that the workspace does not take is a fault that repeating does not help', async () => {
    house.slack.misbehave({
      method: 'files.getUploadURLExternal',
      how: 'error',
      error: 'file_uploads_disabled',
    })
    expect((await fault(show('U0ALICE') ?? Promise.resolve())).kind).toMatch(/denied|invalid/)
  })
})

describe('who somebody is', () => {
  const profile = (key: string, workspace = TEAM) =>
    house.chat.profileOf({ platform: 'slack', workspace, key })

  test('a member has a label and a confirmed e-mail address', async () => {
    expect(await profile('U0ALICE')).toEqual({
      label: 'Alice Adams (@alice), alice@contoso.example',
      confirmedEmail: 'alice@contoso.example',
      standing: 'member',
    })
  })

  test('an address that Slack did not confirm is shown and does not count', async () => {
    expect(await profile('U0UMA')).toEqual({
      label: 'Uma Unconfirmed (@uma), uma@contoso.example',
      standing: 'member',
    })
  })

  test.each([
    ['U0RITA', 'guest'],
    ['U0GONE', 'removed'],
    ['U0LATCHKEY', 'bot'],
  ])('%s is %s', async (key, standing) => {
    expect(await profile(key)).toMatchObject({ standing })
  })

  test('somebody of another company is external although Slack calls them no stranger', async () => {
    expect(await profile('U0GUS', 'T0FABRIKAM')).toMatchObject({ standing: 'external' })
    expect(await profile('U0GUS')).toMatchObject({ standing: 'external' })
  })

  test('an account of ours in a delivery of another workspace is external', async () => {
    expect(await profile('U0ALICE', 'T0FABRIKAM')).toMatchObject({ standing: 'external' })
  })

  test('nobody is undefined', async () => {
    expect(await profile('U0NOBODY')).toBeUndefined()
  })
})

describe('how to reach a person', () => {
  const person = (more: Partial<Person> = {}): Person => ({
    id: '5d1f0c7e-1111-4a6b-9c3d-000000000001' as PersonId,
    name: 'Alice Adams',
    upn: 'alice@contoso.example',
    mail: 'alice@contoso.example',
    enabled: true,
    kind: 'member',
    ...more,
  })

  test('by the account they are bound to', async () => {
    expect(await house.chat.homeOf(person(), 'U0BOB')).toEqual({ platform: 'slack', key: 'U0BOB' })
  })

  test('else by their e-mail address, whatever its case', async () => {
    expect(await house.chat.homeOf(person({ mail: 'Alice@Contoso.example' }), undefined)).toEqual(alice)
  })

  test('else by their user principal name', async () => {
    const { mail: _, ...withoutMail } = person()
    expect(await house.chat.homeOf(withoutMail, undefined)).toEqual(alice)
    expect(await house.chat.homeOf(person({ mail: 'a.adams@contoso.example' }), undefined)).toEqual(alice)
  })

  test('not where nobody has the address', async () => {
    const nobody = person({ mail: 'x@contoso.example', upn: 'x@contoso.example' })
    expect(await house.chat.homeOf(nobody, undefined)).toBeUndefined()
  })

  test.each([
    ['a guest', 'rita@contoso.example'],
    ['an outside member', 'gus@fabrikam.example'],
    ['a removed account', 'gone@contoso.example'],
    ['an account with an unconfirmed address', 'uma@contoso.example'],
  ])('never through %s', async (_, email) => {
    expect(await house.chat.homeOf(person({ mail: email, upn: email }), undefined)).toBeUndefined()
  })

  test.each(['U0RITA', 'U0GUS', 'U0GONE'])(
    'not by a bound account that is no member any more: %s',
    async key => {
      expect(await house.chat.homeOf(person(), key)).toEqual(alice)
    },
  )

  test('a bound account with an unconfirmed address is theirs all the same', async () => {
    expect(await house.chat.homeOf(person(), 'U0UMA')).toEqual({ platform: 'slack', key: 'U0UMA' })
  })
})
