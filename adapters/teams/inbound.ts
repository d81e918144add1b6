/**
 * What becomes of an activity: recorded first, acknowledged then, answered where the client waits for an answer.
 *
 * Teams delivers again what is not answered within 15 s or is answered with 5xx: so 5xx is said when, and only when, nothing was recorded.
 */
import { Fault, type Inbox, type Log } from '../../core/index.ts'
import type { Reply } from './bot.ts'
import type { Connector } from './connector.ts'
import { drawCard } from './draw.ts'
import type { Files } from './file.ts'
import { ANSWER_MS } from './limits.ts'
import type { Reading, Scene } from './read.ts'
import type { References } from './references.ts'
import { clean, shorten } from './text.ts'

export type Inbound = {
  handle(reading: Reading): Promise<Reply>
  /** Resolves when nothing is left that was begun after an answer. */
  idle(): Promise<void>
}

type Read<Kind extends Reading['kind']> = Extract<Reading, { kind: Kind }>

const DONE: Reply = { status: 200 }
const AGAIN: Reply = { status: 503 }

export function openInbound(us: {
  inbox: Inbox
  references: References
  connector: Connector
  files: Files
  log: Log
}): Inbound {
  const { inbox, references, connector, files, log } = us
  const begun = new Set<Promise<void>>()

  async function handle(reading: Reading): Promise<Reply> {
    switch (reading.kind) {
      case 'typed':
        return handleTyped(reading)
      case 'pressed':
        return handlePressed(reading)
      case 'consent':
        return handleConsent(reading)
      case 'arrived':
      case 'left':
        return handleInstallation(reading)
      case 'unreadable':
        log.warn('teams-press-unreadable')
        return reading.answered
          ? say('This button is none of mine, or of another version of me. Ask again with: help')
          : DONE
      case 'nobody':
        log.warn('teams-nobody')
        return { status: 403 }
      case 'other':
        return DONE
    }
  }

  async function handleTyped({ incoming, scene, targeted }: Read<'typed'>): Promise<Reply> {
    let received: 'noted' | 'seen'
    try {
      await keep(scene)
      received = await inbox.receive(incoming)
    } catch (error) {
      log.error('teams-not-recorded', {}, error)
      return AGAIN
    }
    if (!scene.private && received === 'noted') begin(pointToHome(scene, targeted))
    return DONE
  }

  /** What was asked among others is answered in private; the others see this one line only. */
  async function pointToHome({ place, user }: Scene, targeted: boolean): Promise<void> {
    const text = 'I answer in our private chat.'
    const line = { type: 'message', textFormat: 'plain', text, summary: text }
    await connector.post(place, line, targeted ? user : undefined)
  }

  async function handlePressed({ incoming, scene, answered }: Read<'pressed'>): Promise<Reply> {
    // Cards are posted in private chats only. One that got elsewhere must not be redrawn for everybody there.
    if (!scene.private) return answered ? say('This button works in our private chat only.') : DONE
    try {
      await keep(scene)
      await inbox.receive(incoming)
    } catch (error) {
      log.error('teams-not-recorded', {}, error)
      return answered ? refuse('That did not reach me. Press again in a moment.') : AGAIN
    }
    if (!answered) return DONE
    // What was recorded will be done, whatever becomes of the wait.
    const answer = await inbox.outcome(incoming.delivery, ANSWER_MS).catch(() => undefined)
    if (answer?.card) return reply('application/vnd.microsoft.card.adaptive', drawCard(answer.card))
    return say(answer?.said?.plain ?? 'Working on it. The card will tell.')
  }

  async function handleConsent({ scene, consent }: Read<'consent'>): Promise<Reply> {
    if (!scene.private) return DONE
    try {
      await files.settle(scene, consent)
      return { status: 200, body: {} }
    } catch (error) {
      const fault = error instanceof Fault ? error : undefined
      log.warn('teams-file-not-handed', { kind: fault?.kind, op: fault?.op }, error)
      const text = fault?.op === 'teams.file.upload' ? fault.say : undefined
      if (text === undefined) return AGAIN
      begin(
        connector
          .post(scene.place, { type: 'message', textFormat: 'plain', text, summary: text })
          .then(() => undefined),
      )
      return { status: 200, body: {} }
    }
  }

  async function handleInstallation({ kind, scene }: Read<'arrived' | 'left'>): Promise<Reply> {
    if (!scene) return DONE
    try {
      if (kind === 'arrived') await keep(scene)
      else if (scene.private) await references.refuse(scene.person)
      return DONE
    } catch (error) {
      log.error('teams-not-recorded', {}, error)
      return AGAIN
    }
  }

  async function keep({ person, user, place, private: alone }: Scene): Promise<void> {
    const { conversation, serviceUrl } = place
    const where = alone ? { home: conversation } : { seen: conversation }
    await Promise.all([
      references.keep(person, { serviceUrl, user, ...where }),
      references.keepService(serviceUrl),
    ])
  }

  function begin(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => log.warn('teams-line-not-posted', {}, error))
      .finally(() => begun.delete(watched))
    begun.add(watched)
  }

  return {
    handle,
    async idle() {
      await Promise.all(begun)
    },
  }
}

/** The answer to a press, as Teams shows it beside the card. */
const say = (text: string): Reply =>
  reply('application/vnd.microsoft.activity.message', shorten(clean(text), 500))

const reply = (type: string, value: unknown): Reply => ({
  status: 200,
  body: { statusCode: 200, type, value },
})

const refuse = (message: string): Reply => ({
  status: 200,
  body: {
    statusCode: 500,
    type: 'application/vnd.microsoft.error',
    value: { code: 'NotRecorded', message },
  },
})
