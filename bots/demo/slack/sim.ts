/**
 * A pretend Slack for one workspace, speaking the real wire: the Web API that Latchkey calls, and signed deliveries of what people do.
 *
 * People are driven through `<prefix>/client` (JSON) or the functions here. The Web API is at `<prefix>/api/<method>`.
 */
import type { Server } from 'restify'
import type { Company } from '../people.ts'
import { mountApi } from './api.ts'
import { mountClient } from './client.ts'
import { mountHooks } from './hooks.ts'
import { echoPayload } from './payloads.ts'
import { firstState, type Misbehaviour, type SlackState } from './state.ts'
import { mountViews } from './view-client.ts'
import { type Outcome, openWire, type Wire } from './wire.ts'
import { workspaceOf } from './workspace.ts'

export type SlackOptions = {
  /** Path under which everything is mounted, without a slash at its end. */
  prefix: string
  /** Absolute address of the prefix. */
  baseUrl: string
  company: Company
  signingSecret: string
  botToken: string
  /** The product's request URL; asked anew for each delivery. */
  deliverTo: () => string
  /** What an earlier run left. */
  state?: SlackState
  /** The world's time, ms. */
  now: () => number
  /** Called after each change of what a person could see. */
  changed: () => void
  /** Pauses before an event is delivered again; Slack's own are 0, 1 min and 5 min. */
  redeliverAfterMs?: readonly number[]
  /** Longest wait for an answer; Slack's is 3 s. */
  answerWithinMs?: number
}

export type SlackSim = {
  /** Everything there is to save. Changes in place. */
  readonly state: SlackState
  /** Makes a method of the Web API misbehave; those told first come first. */
  misbehave(how: Omit<Misbehaviour, 'times'> & { times?: number }): void
  /** Delivers any JSON body, signed, once. */
  deliver(body: unknown): Promise<Outcome>
  /** Delivers form fields, signed, once. */
  deliverForm(fields: Readonly<Record<string, string>>): Promise<Outcome>
  /** Resolves when everything that Slack does by itself (echoes, redeliveries) is done. */
  settled(): Promise<void>
  /** Ends deliveries that are still to be repeated. */
  stop(): void
}

const REDELIVER_AFTER_MS = [0, 2_000, 10_000]
const ANSWER_WITHIN_MS = 3_000

export function mountSlack(server: Server, options: SlackOptions): SlackSim {
  const { prefix, company, signingSecret, deliverTo, now, changed } = options
  const state = options.state ?? firstState(company)
  const slack = workspaceOf({
    state,
    team: company.slack.team,
    name: company.slack.name,
    baseUrl: options.baseUrl.replace(/\/$/, ''),
    now,
    changed,
  })
  const wire: Wire = openWire({
    signingSecret,
    deliverTo,
    answerWithinMs: options.answerWithinMs ?? ANSWER_WITHIN_MS,
    redeliverAfterMs: options.redeliverAfterMs ?? REDELIVER_AFTER_MS,
  })
  const echoes = new Set<Promise<unknown>>()
  const context = {
    ...slack,
    echo(message: Parameters<typeof echoPayload>[2], kind: 'posted' | 'changed') {
      const channel = slack.channel(message.channel)
      if (channel?.kind !== 'dm') return
      const echo = wire.event(echoPayload(slack, channel, message, kind))
      echoes.add(echo)
      void echo.finally(() => echoes.delete(echo))
    },
  }
  mountApi(server, prefix, context, options.botToken)
  mountHooks(server, prefix, slack)
  mountClient(server, prefix, slack, wire)
  mountViews(server, prefix, slack, wire)
  return {
    state,
    misbehave: how => state.misbehaviours.push({ times: 1, ...how }),
    deliver: wire.json,
    deliverForm: wire.form,
    async settled() {
      while (echoes.size > 0) await Promise.all(echoes)
      await wire.settled()
    },
    stop: wire.stop,
  }
}
