/**
 * What becomes of every sample of Teams' wire that we keep: one table, which names them all.
 *
 * Each delivery is really sent, with a really signed token: once as it is, which no foreign sample survives, and once with our tenant, our
 * service address and our people put in, which is routed or refused on purpose.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { drawCard } from '../../../adapters/teams/draw.ts'
import { answerFault } from '../../../adapters/teams/faults.ts'
import { message } from '../../../core/index.ts'
import { type Gate, openGate, SERVICE } from './support/gate.ts'
import { REQUEST } from './support/messages.ts'
import { APP, listen, person, startWorld, TENANT, type World } from './support/world.ts'

type Parts = { readonly [name: string]: unknown }

const FOLDER = new URL('../../fixtures/teams/', import.meta.url)
const fixture = (name: string): Parts => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'))

/** `asItIs`: the status a sample gets unchanged. `ours`: what it does once it is from us, or the status that refuses it. */
type Delivery = { asItIs: number; ours: { did: object; shared: boolean } | { answers: object } | 'noted' }

const DELIVERIES: Readonly<Record<string, Delivery>> = {
  'message-personal': {
    asItIs: 403,
    ours: { did: { typed: 'Hello Teams TestBot.Sending bold-italic rich text' }, shared: false },
  },
  'message-targeted-slash': { asItIs: 403, ours: { did: { typed: 'rdp connect vm01' }, shared: true } },
  'playground-message--channel': { asItIs: 403, ours: { did: { typed: '/rdp connect vm01' }, shared: true } },
  'playground-message--groupChat': {
    asItIs: 403,
    ours: { did: { typed: '/rdp connect vm01' }, shared: true },
  },
  // Other apps' cards: nothing of ours is on them.
  'playground-invoke-adaptiveCard_action-groupChat': {
    asItIs: 403,
    ours: { answers: { value: expect.stringContaining('none of mine') } },
  },
  'invoke-adaptiveCard-action-automatic': {
    asItIs: 400,
    ours: { answers: { value: expect.stringContaining('none of mine') } },
  },
  // Another app's message action: the same payload as ours, under another command.
  'invoke-composeExtension-fetchTask-message': {
    asItIs: 400,
    ours: { answers: { task: { type: 'message', value: expect.stringContaining('no words') } } },
  },
  // Our message action asks for nothing more, so nothing is ever submitted.
  'invoke-composeExtension-submitAction': { asItIs: 400, ours: 'noted' },
  // Consents to files that were never offered.
  'invoke-fileConsent-accept': { asItIs: 400, ours: 'noted' },
  'invoke-fileConsent-decline': { asItIs: 400, ours: 'noted' },
  'installationUpdate-add': { asItIs: 403, ours: 'noted' },
  'playground-installationUpdate--personal': { asItIs: 403, ours: 'noted' },
  'playground-installationUpdate--groupChat': { asItIs: 403, ours: 'noted' },
  'playground-installationUpdate--channel': { asItIs: 403, ours: 'noted' },
  'playground-conversationUpdate--personal': { asItIs: 403, ours: 'noted' },
  'playground-conversationUpdate--groupChat': { asItIs: 403, ours: 'noted' },
  'playground-conversationUpdate--channel': { asItIs: 403, ours: 'noted' },
}

/** Samples of what a bot sends or is answered: ours has the same shape, or is refused on purpose. */
const OTHERS: Readonly<Record<string, string>> = {
  'message-fileConsentCard-outbound': 'our question for a file has the same parts',
  'message-fileInfoCard-outbound': 'our message with a file has the same parts',
  'card-user-specific-base': 'our cards ask to be refreshed in the same way',
  'entity-targetedMessageInfo': 'never sent: nothing of ours is previewed to others',
  'rest-403-MessageWritesBlocked': 'read as somebody who cannot be reached',
  'rest-createConversation-request': 'our request has the same parts',
  'rest-member-response': 'read as a member',
  'rest-pagedmembers-response': 'never asked for: one member is',
  'adaptive-card.schema-1.5': 'every card is held against it',
  'adaptive-card.schema-1.6': 'every card is held against it',
}

test('the table names every sample, and no other', () => {
  const files = readdirSync(FOLDER).filter(name => name.endsWith('.json'))
  expect(files.map(name => name.replace('.json', '')).sort()).toEqual(
    [...Object.keys(DELIVERIES), ...Object.keys(OTHERS)].sort(),
  )
})

describe('delivered', () => {
  let gate: Gate
  beforeAll(async () => {
    gate = await openGate()
  })
  afterAll(() => gate.close())
  beforeEach(() => gate.clear())

  /** The sample, completed with what its page leaves out, and with us in the place of whoever it was about. */
  const ours = (sample: Parts) => {
    const { conversation, from, recipient, channelData } = sample as Record<string, object | undefined>
    return {
      id: 'f:1',
      ...sample,
      channelId: 'msteams',
      serviceUrl: SERVICE,
      recipient: { id: `28:${APP}`, ...recipient },
      from: { id: '29:u', ...from, aadObjectId: person('Alice') },
      conversation: { id: 'a:1', conversationType: 'personal', ...conversation, tenantId: TENANT },
      channelData: { ...channelData, tenant: { id: TENANT } },
    }
  }

  test.each(Object.entries(DELIVERIES))('%s is not let in as it is', async (name, { asItIs }) => {
    expect(await gate.deliver(fixture(name))).toEqual({ status: asItIs, body: '', ran: 0 })
  })

  test.each(Object.entries(DELIVERIES))('%s as one of ours does what the table says', async (name, given) => {
    const { status, body, ran } = await gate.deliver(ours(fixture(name)))
    expect(status).toBe(200)
    const expected = given.ours
    expect(ran).toBe(expected !== 'noted' && 'did' in expected ? 1 : 0)
    if (expected === 'noted') expect(body).toBe('')
    else if ('answers' in expected) expect(JSON.parse(body)).toMatchObject(expected.answers)
    else {
      const [incoming] = gate.inbox.received
      expect(incoming?.did).toEqual(expected.did)
      expect(incoming?.thread !== undefined).toBe(expected.shared)
    }
  })

  test('the message action of the sample is read once it is ours', async () => {
    const sample = ours(fixture('invoke-composeExtension-fetchTask-message')) as unknown as { value: object }
    await gate.deliver({ ...sample, value: { ...sample.value, commandId: 'diagnose' } })
    expect(gate.inbox.received[0]).toMatchObject({
      did: { pointedAt: 'Testing outgoing Webhook-Nikitha - Hi' },
      thread: { key: 'talk:19:6decf54d86d945e4b3924b63a9161a78@thread.skype;messageid=1611060744833' },
    })
  })
})

describe('sent', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.end())

  /** The names of all parts, at every depth. */
  const shapeOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, shapeOf(inside)]))
      : Array.isArray(value)
        ? value.map(shapeOf)
        : typeof value

  /** What the Connector is sent when something is done, in order. */
  async function sentBy(act: () => Promise<unknown>): Promise<{ path: string; body: Parts }[]> {
    const sent: { path: string; body: Parts }[] = []
    const before = globalThis.fetch
    globalThis.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
      const url = new URL(String(input))
      if (url.pathname.includes('/v3/') && typeof init?.body === 'string')
        sent.push({ path: url.pathname, body: JSON.parse(init.body) })
      return before(input, init)
    }) as typeof fetch
    await act().finally(() => {
      globalThis.fetch = before
    })
    return sent
  }
  const attached = (body: Parts | undefined): Parts => {
    const [first] = (body?.['attachments'] ?? []) as Parts[]
    if (!first) throw new Error('nothing is attached')
    return first
  }
  const home = { platform: 'teams', key: `user:${person('Alice')}` } as const
  const file = { name: 'vm01.rdp', bytes: new Uint8Array([1]) }

  test('a question for a file has the parts of the sample', async () => {
    const [question] = await sentBy(() =>
      world.chat.hand(home, { ...file, request: REQUEST, say: 'For vm01' }),
    )
    const sample = attached(fixture('message-fileConsentCard-outbound'))
    const own = attached(question?.body)
    const { acceptContext: _, declineContext: __, ...content } = own['content'] as Parts
    expect({ ...own, content: shapeOf(content) }).toMatchObject({
      contentType: sample['contentType'],
      name: 'vm01.rdp',
      content: { description: 'string', sizeInBytes: 'number' },
    })
  })

  test('a message with a file has the parts of the sample', async () => {
    world.files.set(`${REQUEST} ${person('Alice')}`, file)
    const question = (await world.client.messages(person('Alice'))).find(({ consent }) => consent)
    const sent = await sentBy(() => world.client.consent(person('Alice'), question?.id ?? '', true))
    const own = sent.find(({ body }) => body['attachments'] !== undefined)?.body
    const sample = fixture('message-fileInfoCard-outbound')
    expect(shapeOf(own?.['attachments'])).toEqual(shapeOf(sample['attachments']))
  })

  test('a conversation is asked for with the parts of the sample, in our tenant', async () => {
    world.memory.kept.delete(`teams user:${person('Bob')}`)
    const [asked] = await sentBy(() =>
      world.chat.post(
        { platform: 'teams', key: `user:${person('Bob')}` },
        message({ title: 'x', plain: 'x' }),
        {
          key: 'k',
          again: false,
        },
      ),
    )
    const { bot: _, ...sample } = fixture('rest-createConversation-request')
    expect(shapeOf(asked?.body)).toMatchObject(shapeOf(sample) as object)
    expect(asked?.body).toMatchObject({ channelData: { tenant: { id: TENANT } }, bot: { id: `28:${APP}` } })
  })

  test('a card asks to be refreshed with the parts of the sample', () => {
    const wish = fixture('card-user-specific-base')['refresh'] as { action: Parts; userIds: string[] }
    const own = drawCard(message({ title: 'x', plain: 'x' }), { request: REQUEST, userIds: ['29:a', '29:b'] })
    const { data: _, ...action } = wish.action
    expect(shapeOf(own['refresh'])).toMatchObject(shapeOf({ ...wish, action }) as object)
  })

  test('nothing of ours is previewed as a targeted message', async () => {
    const { entities } = fixture('entity-targetedMessageInfo') as { entities: { type: string }[] }
    const sent = await sentBy(async () => {
      await world.client.type(person('Alice'), '@Latchkey help', 'group')
      await world.stop()
    })
    expect(sent.length).toBeGreaterThan(0)
    expect(JSON.stringify(sent)).not.toContain(entities[0]?.type)
  })
})

describe('answered', () => {
  test('a chat that is blocked is somebody who cannot be reached', () => {
    const body = JSON.stringify(fixture('rest-403-MessageWritesBlocked'))
    const fault = answerFault('teams.message.post', { status: 403, retryAfter: null, body }, 'adds')
    expect(fault).toMatchObject({ kind: 'missing', cause: new Error('HTTP 403 MessageWritesBlocked') })
  })

  test('a member is read, by object id where the service leaves aadObjectId out', async () => {
    const service = await listen()
    const asked: string[] = []
    const sample = fixture('rest-member-response')
    service.server.get('/*', async (request, response) => {
      asked.push(request.url ?? '')
      response.send(200, { ...sample, tenantId: TENANT })
    })
    const world = await startWorld()
    const { serviceUrls } = world.outside
    ;(serviceUrls as string[]).push(service.url)
    const alice = person('Alice')
    await world.memory.remember('teams', `user:${alice}`, { serviceUrl: `${service.url}/`, home: 'a:1' })
    const user = { platform: 'teams', workspace: TENANT, key: alice, person: alice } as const
    expect(sample).not.toHaveProperty('aadObjectId')
    expect(await world.chat.profileOf(user)).toEqual({ label: '(labrown@fabrikam.com)', standing: 'member' })
    // One member, and no list: nobody else's data is fetched.
    expect(asked).toEqual([expect.stringMatching(/\/v3\/conversations\/a%3A1\/members\//)])
    expect(fixture('rest-pagedmembers-response')).toHaveProperty('continuationToken')
    await world.end()
    service.close()
  })
})
