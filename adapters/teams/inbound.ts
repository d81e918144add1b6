/**
 * What becomes of an activity: recorded first, acknowledged then, answered where the client waits for an answer.
 *
 * Teams delivers again what is not answered within 15 s or is answered with 5xx: so 5xx is said when, and only when, nothing was recorded.
 */
import {
  type Answer,
  Fault,
  type FormProblem,
  fill,
  formOf,
  type Inbox,
  type Incoming,
  isFormProblem,
  type Log,
  type Unfilled,
} from '../../core/index.ts'
import { roomOf } from './address.ts'
import type { Reply } from './bot.ts'
import type { Connector } from './connector.ts'
import { drawCard } from './draw.ts'
import type { Files } from './file.ts'
import { ANSWER_MS } from './limits.ts'
import type { References } from './references.ts'
import { refreshFor } from './refresh.ts'
import { choices, dialog, failed, replaced, said } from './reply.ts'
import type { Reading, Scene } from './scene.ts'
import { openWhisper } from './whisper.ts'

export type Inbound = {
  handle(reading: Reading): Promise<Reply>
  /** Resolves when nothing is left that was begun after an answer. */
  idle(): Promise<void>
}

type Read<Kind extends Reading['kind']> = Extract<Reading, { kind: Kind }>

const DONE: Reply = { status: 200 }
const AGAIN: Reply = { status: 503 }

const NOT_READ = 'This button is none of mine, or of another version of me. Ask again with: help'
const NOT_POINTED =
  'There are no words in this message that I could read. Tell me what happens with: diagnose'
const NOT_RECORDED = 'That did not reach me. Press again in a moment.'
const TOO_MANY = 'That is more than I take at once. Wait a minute, and go on then.'
const WORKING = 'Working on it. The card will tell.'
const LOOKING = 'I am looking at it, and answer in our private chat.'

export function openInbound(us: {
  inbox: Inbox
  references: References
  connector: Connector
  files: Files
  log: Log
}): Inbound {
  const { inbox, references, connector, files, log } = us
  const whisper = openWhisper({ connector, log })

  async function handle(reading: Reading): Promise<Reply> {
    switch (reading.kind) {
      case 'typed':
        return handleTyped(reading)
      case 'pressed':
        return handlePressed(reading)
      case 'filled':
        return handleFilled(reading)
      case 'refresh':
        return handleRefresh(reading)
      case 'pointed':
        return handlePointed(reading)
      case 'search':
        return handleSearch(reading)
      case 'consent':
        return handleConsent(reading)
      case 'arrived':
      case 'left':
        return handleInstallation(reading)
      case 'unreadable':
        log.warn('teams-press-unreadable')
        return reading.answered ? said(NOT_READ) : DONE
      case 'unreadable-action':
        return dialog(NOT_POINTED)
      case 'nobody':
        log.warn('teams-nobody')
        return { status: 403 }
      case 'other':
        return DONE
    }
  }

  async function record(scene: Scene, incoming: Incoming): Promise<'noted' | 'seen' | 'too-many' | 'lost'> {
    try {
      await keep(scene)
      return await inbox.receive(incoming)
    } catch (error) {
      log.error('teams-not-recorded', {}, error)
      return 'lost'
    }
  }

  async function handleTyped({ incoming, scene, targeted }: Read<'typed'>): Promise<Reply> {
    const recorded = await record(scene, incoming)
    if (recorded === 'lost') return AGAIN
    if (recorded === 'too-many') whisper.tooMany(scene, TOO_MANY)
    // What was asked among others is answered in private; there, one line tells so.
    else if (recorded === 'noted' && !scene.private) whisper.point(scene, targeted)
    return DONE
  }

  async function handlePressed({ incoming, scene, answered }: Read<'pressed'>): Promise<Reply> {
    const recorded = await record(scene, incoming)
    if (!answered) {
      if (recorded === 'too-many') whisper.tooMany(scene, TOO_MANY)
      return recorded === 'lost' ? AGAIN : DONE
    }
    if (recorded === 'lost') return failed(NOT_RECORDED)
    if (recorded === 'too-many') return said(TOO_MANY)
    const answer = await outcomeOf(incoming)
    return cardIn(answer, scene) ?? said(answer?.said?.plain ?? WORKING)
  }

  /** Nothing is recorded of a form that cannot be sent as it is. */
  async function handleFilled(reading: Read<'filled'>): Promise<Reply> {
    const { unfilled, values, answered, scene, incoming } = reading
    const filled = fill(unfilled, values)
    if (!isFormProblem(filled)) return handlePressed({ kind: 'pressed', scene, incoming, answered })
    const words = inWords(unfilled, filled)
    if (answered) return said(words)
    whisper.say(scene, words)
    return DONE
  }

  /** Nobody asked for it, so nobody is told when there is nothing to show: the client keeps what it has. */
  async function handleRefresh({ incoming, scene }: Read<'refresh'>): Promise<Reply> {
    const recorded = await record(scene, incoming)
    const isTaken = recorded === 'noted' || recorded === 'seen'
    const answer = isTaken ? await outcomeOf(incoming) : undefined
    return cardIn(answer, scene) ?? failed('There is nothing newer to show.')
  }

  async function handlePointed({ incoming, scene }: Read<'pointed'>): Promise<Reply> {
    const recorded = await record(scene, incoming)
    if (recorded === 'lost') return dialog('That did not reach me. Choose it again in a moment.')
    if (recorded === 'too-many') return dialog(TOO_MANY)
    const answer = await outcomeOf(incoming)
    return dialog(answer?.said ? `${answer.said.plain} (More is in our private chat.)` : LOOKING)
  }

  async function handleSearch({ scene, text }: Read<'search'>): Promise<Reply> {
    const { person, tenantId } = scene
    try {
      const found = await inbox.suggest({ platform: 'teams', workspace: tenantId, key: person, person }, text)
      return choices(found)
    } catch (error) {
      log.warn('teams-search-failed', {}, error)
      return choices([])
    }
  }

  async function handleConsent({ scene, consent }: Read<'consent'>): Promise<Reply> {
    if (!scene.private) return DONE
    try {
      await files.settle(scene, consent)
      return { status: 200, body: {} }
    } catch (error) {
      const fault = error instanceof Fault ? error : undefined
      log.warn('teams-file-not-handed', { kind: fault?.kind, op: fault?.op }, error)
      if (fault?.op !== 'teams.file.upload') return AGAIN
      whisper.say(scene, fault.say)
      return { status: 200, body: {} }
    }
  }

  async function handleInstallation({ kind, scene, room }: Read<'arrived' | 'left'>): Promise<Reply> {
    try {
      if (room) {
        const { id, serviceUrl, team } = room
        if (kind === 'left') await references.forgetRoom(id, serviceUrl)
        else await references.keepRoom(id, { serviceUrl, ...(team === undefined ? {} : { team }) })
      }
      if (scene && kind === 'arrived') await keep(scene)
      else if (scene?.private) await references.forget(scene.person, scene.place.serviceUrl)
      return DONE
    } catch (error) {
      log.error('teams-not-recorded', {}, error)
      return AGAIN
    }
  }

  async function keep(scene: Scene): Promise<void> {
    const { person, user, place, team, private: alone, foreign } = scene
    const { conversation, serviceUrl } = place
    // The bot is not in a chat between two people: nothing can be asked or said there.
    const where = alone ? { home: conversation } : foreign ? {} : { seen: conversation }
    await Promise.all([
      references.keep(person, { serviceUrl, user, ...where }),
      references.keepService(serviceUrl),
      ...(alone || foreign
        ? []
        : [
            references.keepRoom(roomOf(conversation), {
              serviceUrl,
              ...(team === undefined ? {} : { team }),
            }),
          ]),
    ])
  }

  /** What was recorded will be done, whatever becomes of the wait. */
  const outcomeOf = ({ delivery }: Incoming): Promise<Answer | undefined> =>
    inbox.outcome(delivery, ANSWER_MS).catch(() => undefined)

  return { handle, idle: whisper.idle }
}

/** The card for whoever pressed. Among others, their client goes on asking for it. */
function cardIn(answer: Answer | undefined, { private: alone, user }: Scene): Reply | undefined {
  const card = answer?.card
  return card && replaced(drawCard(card, alone ? undefined : refreshFor(card, user)))
}

function inWords(unfilled: Unfilled, { field, say }: FormProblem): string {
  const label = formOf(unfilled).fields.find(({ id }) => id === field)?.label
  return label === undefined ? say : `${label}: ${say}`
}
