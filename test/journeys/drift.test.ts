/** Drift, over real HTTP: a window nobody asked for, found, named, and closed by an administrator; one that a deployment has wiped. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { signedIn } from '../support/administrator.ts'
import { type Chatter, CONTOSO, CONTOSO_POLICY, openStory, type Shown, type Story } from '../support/story.ts'
import { opensFromPage, signsInFromSlack, windowsAre } from './acts.ts'

const EVE = '198.51.100.77'
const HERE = '203.0.113.25'
const ORDERS = '/subscriptions/1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01/resourceGroups/rg-orders/providers'
let story: Story
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-drift-'))
  const policyFile = join(folder, 'policy.yaml')
  const text = (await readFile(CONTOSO_POLICY, 'utf8')).replace(/^reports:.*\n/m, '')
  await writeFile(policyFile, `${text}\nreports: { slack: C0OPS }\n`)
  story = await openStory({ policyFile })
}, 120_000)
afterAll(async () => {
  await story?.close()
  await rm(folder, { recursive: true, force: true })
})

/** Lets somebody in past Latchkey, as one would in the portal. */
async function opensByHand(vm: string, source: string, minutes: number): Promise<void> {
  const { tenant } = await readWorldFile(CONTOSO)
  const call = await signedIn(story.world.url, story.folder, tenant.id)
  const endTimeUtc = new Date(story.world.now() + minutes * 60_000).toISOString()
  const port = { number: 3389, endTimeUtc, allowedSourceAddressPrefix: source }
  await call(
    'POST',
    `${ORDERS}/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default/initiate`,
    {
      virtualMachines: [{ id: `${ORDERS}/Microsoft.Compute/virtualMachines/${vm}`, ports: [port] }],
      justification: 'quick fix <@U0ALICE>',
    },
  )
}

/** Lets the watch look, and look again, until somebody sees what is waited for; slowly enough for it to keep up. */
async function afterLooks(person: Chatter, what: RegExp): Promise<Shown> {
  for (let looks = 0; looks < 12; looks += 1) {
    story.world.pass(looks === 0 ? 6 : 1.5)
    for (let waits = 0; waits < 10; waits += 1) {
      const seen = (await person.messages()).findLast(({ text }) => what.test(text))
      if (seen !== undefined) return seen
      await pause(150)
    }
  }
  throw new Error(
    `nobody saw ${what}; sees:\n${(await person.messages()).map(({ text }) => text).join('\n')}`,
  )
}

describe('a window nobody asked for', () => {
  test('is found, named in the administrators’ channel, and closed when one of them says so', async () => {
    const sofia = story.inSlack('Sofia')
    const alice = story.inSlack('Alice')
    await alice.type('/rdp list')
    await signsInFromSlack(alice)
    await sofia.type('/rdp list')
    await signsInFromSlack(sofia)

    await opensByHand('vm01', EVE, 120)
    await windowsAre(story, 'vm01', [EVE])
    const FOUND = /A window that nobody asked me for: vm01/
    const card = await afterLooks(sofia, FOUND)
    expect(card.text).toContain(EVE)
    expect(card.text).toContain('quick fix')
    expect(card.buttons.map(({ label }) => label)).toEqual(['Close', 'Adopt', 'Ignore…'])

    await alice.presses('Close', FOUND)
    await alice.sees(/Only administrators of Latchkey can decide that/)
    await windowsAre(story, 'vm01', [EVE])

    await sofia.presses('Close', FOUND)
    await windowsAre(story, 'vm01', [])
    await afterLooks(sofia, /Closed: vm01.*Sofia Silva/)
  })

  test('is let be when it is ignored with a reason, which the card keeps', async () => {
    const sofia = story.inSlack('Sofia')
    await opensByHand('vm10', EVE, 180)
    const FOUND = /A window that nobody asked me for: vm10/
    await afterLooks(sofia, FOUND)
    await sofia.presses('Ignore…', FOUND, { reason: 'the vendor, until noon' })
    const ignored = await sofia.sees(/Ignored: vm10/)
    expect(ignored.text).toContain('the vendor, until noon')
    expect(ignored.buttons).toEqual([])
    await windowsAre(story, 'vm10', [EVE])
  })
})

describe('a window that vanished', () => {
  test('is told, and its access ended by an administrator', async () => {
    const alice = story.inSlack('Alice')
    const sofia = story.inSlack('Sofia')
    await alice.type('/rdp connect vm01 2h INC-7')
    await story.inTeams('Bob').presses('Approve', /Alice Adams asks for RDP to vm01/)
    await opensFromPage(alice, 'vm01')
    await alice.sees(/Ready: vm01/)
    await windowsAre(story, 'vm01', [HERE])
    const { tenant } = await readWorldFile(CONTOSO)
    const call = await signedIn(story.world.url, story.folder, tenant.id)
    const nsg = `${ORDERS}/Microsoft.Network/networkSecurityGroups/nsg-orders`
    const { properties } = (await call('GET', nsg, undefined, '2024-03-01')) as {
      properties: { securityRules: readonly { name: string; id: string; properties: { access: string } }[] }
    }
    for (const rule of properties.securityRules)
      if (/JITRule-/.test(rule.name) && JSON.stringify(rule).includes(HERE))
        await call('DELETE', rule.id, undefined, '2024-03-01')
    await windowsAre(story, 'vm01', [])

    const FOUND = /A window has vanished: vm01/
    await afterLooks(sofia, FOUND)
    await sofia.presses('End the access', FOUND)
    await alice.sees(/an administrator ended the access/)
  }, 90_000)
})
