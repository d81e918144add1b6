/**
 * Long operations of Azure as text: begun here, looked at by whoever takes up the work, in this process or another.
 *
 * The text holds the addresses that Azure named, and nothing of the order. They are called with the bot's token, so none but Azure Resource
 * Manager's is taken; clients.ts looks once more.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations (read 2026-11-21).
 */
import { z } from 'zod'
import { type Begun, Fault, type LongOperation } from '../../../core/index.ts'
import type { RawArm, Sent } from '../clients.ts'
import { type Asked, faultFrom } from '../faults.ts'
import type { Tools } from '../network.ts'
import { withoutSecret } from '../secret.ts'

const Address = z.url({ protocol: /^https$/, hostname: /^management\.azure\.com$/ }).max(4_000)
const Kept = z.strictObject({ state: Address.optional(), result: Address.optional() })
const State = z.object({
  status: z.string(),
  error: z
    .object({ code: z.string().catch(''), message: z.string().catch('') })
    .optional()
    .catch(undefined),
})

/**
 * Sends an order once.
 * @param secret a password in the order: taken out of whatever an error says
 */
export async function begin(
  { clients, calls }: Tools,
  asked: Asked,
  send: (arm: RawArm, signal: AbortSignal) => Promise<Sent>,
  secret?: string,
): Promise<Begun> {
  const sent = await calls.once(asked, clients.raw(), (arm, signal) =>
    send(arm, signal).catch(error => {
      throw withoutSecret(secret, error)
    }),
  )
  const state = sent.headers['azure-asyncoperation']
  const result = sent.headers['location']
  if (state === undefined && result === undefined) return 'done'
  const kept = Kept.safeParse({ state, result })
  if (!kept.success)
    throw new Fault('broken', {
      op: asked.op,
      say: `Azure took the order about ${asked.thing}, but named no address of its own at which it could be followed.`,
    })
  return JSON.stringify(kept.data)
}

/** @throws {Fault} when the operation failed, or the text is not one that `begin` wrote */
export async function look(
  { clients, calls }: Tools,
  asked: Asked,
  operation: LongOperation,
): Promise<'running' | { body: unknown }> {
  const { state, result } = keptIn(asked, operation)
  const follow = (url: string) => calls.read(asked, clients.raw(), (arm, signal) => arm.follow(url, signal))
  if (state !== undefined) {
    const { success, data } = State.safeParse((await follow(state)).body)
    const status = success ? data.status.toLowerCase() : 'running'
    if (status === 'failed' || status === 'canceled') throw failed(asked, data?.error)
    if (status !== 'succeeded') return 'running'
  }
  if (result === undefined) return { body: undefined }
  const end = await follow(result)
  return end.status === 202 ? 'running' : { body: end.body }
}

function keptIn({ op, thing }: Asked, operation: LongOperation): z.infer<typeof Kept> {
  try {
    return Kept.parse(JSON.parse(operation))
  } catch (cause) {
    throw new Fault('invalid', {
      op,
      say: `What was kept about an operation on ${thing} cannot be read.`,
      cause,
    })
  }
}

/** As Microsoft's clients say it, so that the code is found in one place. */
const failed = (asked: Asked, error: z.infer<typeof State>['error']): Fault =>
  faultFrom(
    new Error(`The long-running operation has failed. ${error?.code || 'Failed'}. ${error?.message ?? ''}`),
    asked,
  )
