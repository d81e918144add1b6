/**
 * Sessions inside Windows by Run Command: one fixed script, run as SYSTEM under the identity that may enter guests.
 *
 * Nothing from outside becomes part of the script: a number, a moment and a count of minutes go along as parameters, after a check. What
 * comes back was printed by a machine that anybody may have tampered with: one line, of a strict shape, or it is not taken. Run Command
 * takes one script at a time and cannot be called back; it is sent once.
 * Source: https://learn.microsoft.com/azure/virtual-machines/windows/run-command (read 2026-11-20).
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import {
  Fault,
  type GuestSessions,
  instant,
  type SessionAct,
  type SessionAnswer,
  type VmId,
} from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import type { Asked } from '../faults.ts'
import type { Tools } from '../network.ts'
import { begin, look } from './operation.ts'

const OP = 'azure.sessions'
const API = '2024-07-01'
const NEEDS = 'Microsoft.Compute/virtualMachines/runCommand/action'
const SCRIPT = join(import.meta.dirname, 'sessions.ps1')

/** @param tools under the identity that may enter guests */
export function guestSessions(tools: Tools): GuestSessions {
  return {
    async begin(vm, act) {
      const parameters = parametersOf(act)
      const script = (await readFile(SCRIPT, 'utf8')).split(/\r?\n/)
      const body = { commandId: 'RunPowerShellScript', script, parameters }
      const begun = await begin(tools, asked(vm), (arm, signal) =>
        arm.send(`${vm}/runCommand`, { method: 'POST', apiVersion: API, key: randomUUID(), body }, signal),
      )
      if (begun !== 'done') return begun
      throw new Fault('broken', {
        op: OP,
        say: `Azure took a script for ${armId(vm).name}, but nothing to follow it by.`,
      })
    },
    async look(operation, act) {
      const seen = await look(tools, { op: OP, needs: NEEDS, thing: 'the script inside the VM' }, operation)
      return seen === 'running' ? 'running' : answerIn(printedIn(seen.body), act)
    },
  }
}

const asked = (vm: VmId): Asked => {
  const { name, subscription } = armId(vm)
  return { op: OP, needs: NEEDS, thing: `the VM ${name}`, subscription }
}

function parametersOf(act: SessionAct): { name: string; value: string }[] {
  const named = Object.entries({ Do: act.do, ...detailsOf(act) })
  return named.map(([name, value]) => ({ name, value }))
}

/** Numbers and a moment, so that nothing in them can mean anything to a shell. */
function detailsOf(act: SessionAct): Readonly<Record<string, string>> {
  if (act.do === 'list') return {}
  const { id, loggedOnAt } = act.session
  const isOne = Number.isInteger(id) && id > 0 && id <= 65_536
  if (!isOne || !Number.isFinite(loggedOnAt))
    throw new Fault('invalid', { op: OP, say: 'That is not a session of Windows.' })
  const session = { Id: String(id), LoggedOn: new Date(loggedOnAt).toISOString() }
  if (act.do === 'end') return session
  const { minutesLeft } = act
  if (!Number.isInteger(minutesLeft) || minutesLeft < 1 || minutesLeft > 1_440)
    throw new Fault('invalid', { op: OP, say: 'A warning tells of 1 minute to a day.' })
  return { ...session, Minutes: String(minutesLeft) }
}

// ---- What it printed -------------------------------------------------------------------------------------------------------------

const MOST_SESSIONS = 20
const MOST_USER = 50

const Run = z.object({
  value: z.array(z.object({ code: z.string().catch(''), message: z.string().catch('') })).catch([]),
})

const printedIn = (body: unknown): string => {
  const { success, data } = Run.safeParse(body)
  return (success ? data.value : []).find(({ code }) => /\/StdOut\//i.test(code))?.message ?? ''
}

const Session = z
  .strictObject({
    id: z.int().min(1).max(65_536),
    user: z.string().min(1).max(MOST_USER),
    state: z.enum(['active', 'disconnected']),
    // `LOCAL`, and whatever else is no address, is not told.
    client: z.string().max(100).optional(),
    since: z.iso.datetime({ precision: 3 }).optional(),
  })
  .transform(({ client, since, ...one }) => ({
    ...one,
    ...(client !== undefined && ipaddr.isValid(client) ? { client } : {}),
    ...(since === undefined ? {} : { loggedOnAt: instant(Date.parse(since)) }),
  }))
const Answer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('domain-controller') }),
  z.strictObject({
    kind: z.literal('sessions'),
    sessions: z
      .array(Session)
      .max(MOST_SESSIONS)
      .refine(all => new Set(all.map(({ id }) => id)).size === all.length),
  }),
  z.strictObject({ kind: z.literal('done') }),
  z.strictObject({ kind: z.literal('gone') }),
  z.strictObject({ kind: z.literal('failed') }),
])

/** The last line, as the script prints it for this act. @throws {Fault} for anything else */
export function answerIn(output: string, act: SessionAct): SessionAnswer {
  const { success, data } = Answer.safeParse(parsed(output.trim().split('\n').at(-1)?.trim() ?? ''))
  const fits =
    success && (data.kind === 'domain-controller' || (data.kind === 'sessions') === (act.do === 'list'))
  if (!fits)
    throw new Fault('broken', {
      op: OP,
      say: 'The script ran inside Windows, but what it printed cannot be read.',
    })
  if (data.kind === 'failed')
    throw new Fault('invalid', {
      op: OP,
      say: act.do === 'end' ? 'Windows did not sign the session out.' : 'Windows did not show the warning.',
    })
  return data
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
