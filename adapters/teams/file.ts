/**
 * Hands over connection files the way Teams does it: ask the person, and once they accept, put the file into their OneDrive.
 *
 * The file is not kept in between. What is remembered under a random context is whose it is and for which request; the bytes are made
 * afresh when the person accepts. The upload address comes with the activity, so only OneDrive's own hosts are taken, and no token goes
 * along: the address carries its own right.
 * Source: learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 (read 2026-11-20).
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type ConnectionFile, Fault, type Log, type PersonId, type RequestId } from '../../core/index.ts'
import type { Connector, Place } from './connector.ts'
import { words } from './draw.ts'
import { lostFault } from './faults.ts'
import { UPLOAD_MS } from './limits.ts'
import type { Json } from './pen.ts'
import type { Memory } from './references.ts'
import type { Consent, Scene } from './scene.ts'
import { isFileUrl, type Outside } from './services.ts'
import { clean, shorten } from './text.ts'

/** The connection file of a request, made afresh. Undefined when there is none for this person (any more). */
export type FileOf = (request: string, person: PersonId) => Promise<ConnectionFile | undefined>

/** What is remembered about a question that was asked. */
const Asked = z.object({
  request: z.string(),
  person: z.string(),
  settled: z.boolean(),
  /** The message that shows the file: it has arrived in OneDrive, whose address takes it only once. */
  arrived: z.record(z.string(), z.unknown()).optional(),
})
type Asked = z.infer<typeof Asked>

export type Files = {
  /** Asks the person whether they want the file. Repeating asks again. */
  offer(
    at: Place,
    person: PersonId,
    file: ConnectionFile & { request: RequestId; say: string },
  ): Promise<void>
  /**
   * Does what the person answered. Repeating is safe: a question is settled once.
   * @throws {Fault} when it could not be done now; the same answer may be given again
   */
  settle(scene: Scene, consent: Consent): Promise<void>
}

const SCOPE = 'teams-file'

export function openFiles(us: {
  connector: Connector
  memory: Memory
  fileOf: FileOf
  outside: Outside | undefined
  log: Log
}): Files {
  const { connector, memory, fileOf, outside, log } = us
  /** Answers being worked on: a second delivery of one waits for the first. */
  const underWay = new Map<string, Promise<void>>()

  async function settle(scene: Scene, { context, upload, card }: Consent): Promise<void> {
    const asked = Asked.safeParse(await memory.recall(SCOPE, context)).data
    // Whoever answers must be whom we asked.
    if (!asked || asked.person !== scene.person) {
      log.warn('teams-consent-foreign')
      return
    }
    if (asked.settled) return
    const { place } = scene
    if (upload) await connector.post(place, await showing(asked, scene, context, upload))
    await memory.remember(SCOPE, context, { ...asked, settled: true } satisfies Asked)
    if (card !== undefined)
      await connector.remove(place, card).catch(() => log.warn('teams-consent-card-left'))
  }

  async function showing(
    asked: Asked,
    { person }: Scene,
    context: string,
    upload: NonNullable<Consent['upload']>,
  ): Promise<Message> {
    if (asked.arrived) return asked.arrived
    const file = await fileOf(asked.request, person)
    if (!file) return words(OVER)
    const arrived = await put(file, upload)
    await memory.remember(SCOPE, context, { ...asked, arrived } satisfies Asked)
    return arrived
  }

  /** Puts the file where Teams said, and makes the message that shows it. */
  async function put({ bytes }: ConnectionFile, upload: NonNullable<Consent['upload']>): Promise<Message> {
    const { uploadUrl, contentUrl, name, uniqueId, fileType } = upload
    const op = 'teams.file.upload'
    if (!isFileUrl(uploadUrl, outside) || !isFileUrl(contentUrl, outside))
      throw new Fault('invalid', {
        op,
        say: 'The place to upload to is not one of OneDrive, so nothing was sent there.',
      })
    let status: number
    try {
      const response = await fetch(uploadUrl, {
        method: 'PUT',
        redirect: 'error',
        signal: AbortSignal.timeout(UPLOAD_MS),
        headers: {
          'content-type': 'application/octet-stream',
          'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}`,
        },
        body: Uint8Array.from(bytes),
      })
      await response.arrayBuffer()
      status = response.status
    } catch (error) {
      throw lostFault(op, error)
    }
    // 202 would mean that OneDrive waits for more.
    if (status !== 200 && status !== 201)
      throw new Fault(status >= 500 || status === 429 ? 'broken' : 'invalid', {
        op,
        say: 'OneDrive did not take the file. Use the link on the card.',
        cause: new Error(`HTTP ${status}`),
      })
    return {
      type: 'message',
      summary: shorten(clean(name), 100),
      attachments: [
        {
          contentType: 'application/vnd.microsoft.teams.card.file.info',
          contentUrl,
          name,
          content: { uniqueId, fileType },
        },
      ],
    }
  }

  return {
    async offer(at, person, { name, bytes, say, request }) {
      const context = randomBytes(24).toString('base64url')
      await memory.remember(SCOPE, context, { request, person, settled: false } satisfies Asked)
      const answer = { file: context }
      await connector.post(at, {
        type: 'message',
        summary: shorten(clean(`${name}. ${say}`), 200),
        attachments: [
          {
            contentType: 'application/vnd.microsoft.teams.card.file.consent',
            name,
            content: {
              description: shorten(clean(say), 200),
              sizeInBytes: bytes.length,
              acceptContext: answer,
              declineContext: answer,
            },
          },
        ],
      })
    },
    settle(scene, consent) {
      const already = underWay.get(consent.context)
      if (already !== undefined) return already
      const work = settle(scene, consent).finally(() => underWay.delete(consent.context))
      underWay.set(consent.context, work)
      return work
    },
  }
}

type Message = Json

const OVER = 'That access is over or not open yet, so there is no file for it.'
