/** One method of the Web API: what it answers and which scope it wants. */
import type { Args } from './request.ts'
import type { Message } from './state.ts'
import type { Workspace } from './workspace.ts'

export type Reply =
  | { ok: true; [more: string]: unknown }
  | { ok: false; error: string; [more: string]: unknown }

export type Method = {
  scope?: string
  run(slack: Context, args: Args): Reply
}

/** The workspace, and what follows from the bot's own doings: Slack tells the app about those too. */
export type Context = Workspace & { echo(message: Message, kind: 'posted' | 'changed'): void }

export const refuse = (error: string, more: Record<string, unknown> = {}): Reply => ({
  ok: false,
  error,
  ...more,
})
