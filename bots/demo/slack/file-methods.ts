/**
 * files.*: an upload in three steps. Nobody sees a file before the third, and after it only the people of its conversation.
 * Source: docs.slack.dev, files.getUploadURLExternal and files.completeUploadExternal (read 2026-11-20).
 */
import { type Context, type Method, type Reply, refuse } from './methods.ts'
import { text } from './request.ts'
import { BOT, type StoredFile } from './state.ts'
import type { Workspace } from './workspace.ts'

export const fileMethods: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': {
    scope: 'files:write',
    run(slack, args) {
      const name = text(args, 'filename')
      const length = Number(args['length'])
      if (name === undefined || !(length > 0)) return refuse('missing_argument')
      const file: StoredFile = { id: slack.id('F'), name, title: name, length, channels: [] }
      slack.state.files.push(file)
      return { ok: true, upload_url: `${slack.baseUrl}/upload/${file.id}`, file_id: file.id }
    },
  },

  'files.completeUploadExternal': {
    scope: 'files:write',
    run(slack, args) {
      const wanted = Array.isArray(args['files'])
        ? (args['files'] as { id?: unknown; title?: unknown }[])
        : []
      const files = wanted.map(({ id }) => slack.state.files.find(file => file.id === id))
      const ready = files.filter(file => file?.content !== undefined && file.channels.length === 0)
      if (files.length === 0 || ready.length < files.length) return refuse('file_not_found')
      const place = text(args, 'channel_id')
      const channel = place === undefined ? undefined : slack.channel(place)
      if (place !== undefined && channel === undefined) return refuse('channel_not_found')
      if (channel !== undefined && !channel.members.includes(BOT.user)) return refuse('not_in_channel')
      for (const [index, file] of files.entries()) {
        if (file === undefined) continue
        const title = wanted[index]?.title
        if (typeof title === 'string') file.title = title
        if (channel !== undefined) share(slack, file, channel.id, text(args, 'initial_comment') ?? '')
      }
      return { ok: true, files: files.map(file => ({ id: file?.id, title: file?.title })) } satisfies Reply
    },
  },
}

function share(slack: Context, file: StoredFile, channel: string, comment: string): void {
  file.channels.push(channel)
  slack.add({ channel, from: BOT.user, text: comment, fileId: file.id })
}

/** The bytes that came to an upload address. False: nobody asked for that upload, or for one of that length. */
export function upload({ state }: Workspace, id: string, bytes: Buffer): boolean {
  const file = state.files.find(each => each.id === id)
  if (file === undefined || file.content !== undefined || bytes.length !== file.length) return false
  file.content = bytes.toString('base64')
  return true
}
