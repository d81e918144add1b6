/**
 * Shareable links of Azure Bastion: one for a VM at most, without an end, and whoever has it gets to the VM's sign-in screen.
 *
 * Links are read when they are shown, and neither logged nor kept. The host needs the Standard tier and the feature switched on.
 * Sources: https://learn.microsoft.com/azure/bastion/shareable-link and Microsoft.Network bastionHosts, api-version 2024-03-01
 * (read 2026-11-21).
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Begun, Fault, parseVmId, type ShareableLinks, type VmId } from '../../../core/index.ts'
import { armId, sameId } from '../arm-id.ts'
import { momentOf } from '../diagnostics/health.ts'
import type { Asked } from '../faults.ts'
import type { Tools } from '../network.ts'
import { begin, look } from './operation.ts'

const OP = 'azure.bastion-link'
const API = '2024-03-01'
const BASTION_ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/?#]+\/providers\/Microsoft\.Network\/bastionHosts\/[^/?#]+$/i
/** Hosts of Bastion in public Azure. */
const BASTION_HOST = /^[a-z0-9-]+\.bastion\.azure\.com$/

const Answer = z.object({
  value: z
    .array(
      z.object({
        vm: z.object({ id: z.string() }),
        bsl: z.string().optional().catch(undefined),
        createdAt: z.string().optional().catch(undefined),
      }),
    )
    .default([]),
})

export function shareableLinks(tools: Tools): ShareableLinks {
  return {
    async find(bastion, vm) {
      const { body } = await tools.calls.read(asked(bastion, 'get'), tools.clients.raw(), (arm, signal) =>
        arm.send(`${checked(bastion)}/getShareableLinks`, order(vm), signal),
      )
      const { success, data } = Answer.safeParse(body)
      if (!success)
        throw new Fault('broken', { op: OP, say: 'What Bastion said about its links cannot be read.' })
      const own = data.value.find(one => sameId(parseVmId(one.vm.id), vm))
      if (own?.bsl === undefined) return undefined
      const createdAt = momentOf(own.createdAt)
      return { url: safeUrl(own.bsl), ...(createdAt === undefined ? {} : { createdAt }) }
    },
    create: (bastion, vm) =>
      begin(tools, asked(bastion, 'create'), (arm, signal) =>
        arm.send(`${checked(bastion)}/createShareableLinks`, order(vm), signal),
      ),
    remove: (bastion, vm) => remove(tools, bastion, vm),
    look: async operation =>
      (await look(tools, { ...ASKED, needs: 'Microsoft.Network/bastionHosts/read' }, operation)) === 'running'
        ? 'running'
        : 'done',
  }
}

async function remove(tools: Tools, bastion: string, vm: VmId): Promise<Begun> {
  try {
    return await begin(tools, asked(bastion, 'delete'), (arm, signal) =>
      arm.send(`${checked(bastion)}/deleteShareableLinks`, order(vm), signal),
    )
  } catch (error) {
    if (error instanceof Fault && error.kind === 'missing') return 'done'
    throw error
  }
}

const order = (vm: VmId) => ({
  method: 'POST' as const,
  apiVersion: API,
  key: randomUUID(),
  body: { vms: [{ vm: { id: vm } }] },
})

const ASKED: Omit<Asked, 'needs'> = { op: OP, thing: 'the shareable link' }

const asked = (bastion: string, verb: 'get' | 'create' | 'delete'): Asked => {
  const { name, subscription } = armId(bastion)
  return {
    op: OP,
    needs: `Microsoft.Network/bastionHosts/${verb}ShareableLinks/action`,
    thing: `shareable links of the Bastion host ${name}`,
    subscription,
  }
}

function checked(bastion: string): string {
  if (BASTION_ID.test(bastion)) return bastion
  throw new Fault('invalid', { op: OP, say: 'That is not the id of a Bastion host.' })
}

/** It is handed to a person to be opened: nothing but a page of Bastion. */
function safeUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isBastion =
    url?.protocol === 'https:' &&
    BASTION_HOST.test(url.hostname) &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  if (url !== undefined && isBastion) return url.href
  throw new Fault('broken', { op: OP, say: 'Bastion named a link that is not a page of Azure Bastion.' })
}
