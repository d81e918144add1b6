/** Shareable links of Bastion: made once, read back, removed, and never in a log. */
import { describe, expect, test } from '@jest/globals'
import { fleet, guarded, SUBSCRIPTION, vmId } from '../world.ts'
import { logText, startHands } from './hands.ts'

const BASTION = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Network/bastionHosts/bas-app`
const vm01 = vmId('vm01')
const vm02 = vmId('vm02')
const vms = [guarded, { ...guarded, name: 'vm02', nic: { ...guarded.nic, private_ip: '10.20.1.5' } }]
const withBastion = (bastion: object = {}) =>
  fleet(vms, { bastions: [{ name: 'bas-app', sku: 'Standard', shareable_link: true, ...bastion }] })
const TAKES = { operationMs: 20_000 }

describe('a shareable link', () => {
  test('is made once, followed by whoever takes it up, and read back', async () => {
    await using azure = await startHands([withBastion()], TAKES)
    expect(await azure.links.find(BASTION, vm01)).toBeUndefined()
    const operation = azure.settled(await azure.links.create(BASTION, vm01))
    expect(await azure.links.look(operation)).toBe('running')
    expect(await azure.links.find(BASTION, vm01)).toBeUndefined()

    const begunAt = azure.clock.now
    azure.clock.now += 20_000
    // Text that was stored, in another process.
    expect(await azure.links.look(JSON.parse(JSON.stringify(operation)))).toBe('done')
    const link = await azure.links.find(BASTION, vm01)
    expect(link?.url).toMatch(
      /^https:\/\/bst-bas-app\.bastion\.azure\.com\/api\/shareable-url\/[0-9a-f-]{36}$/,
    )
    expect(link?.createdAt).toBeGreaterThanOrEqual(begunAt)
    expect(await azure.links.find(BASTION, vm02)).toBeUndefined()
    expect(azure.calls(/createShareableLinks/)).toHaveLength(1)
    expect(operation).not.toContain('shareable-url')
    expect(logText(azure)).not.toContain('shareable-url')
  })

  test('is removed for this VM alone, and one that is gone counts as removed', async () => {
    await using azure = await startHands([withBastion()])
    await azure.links.look(azure.settled(await azure.links.create(BASTION, vm01)))
    await azure.links.look(azure.settled(await azure.links.create(BASTION, vm02)))
    for (const _ of ['once', 'twice']) {
      const begun = await azure.links.remove(BASTION, vm01)
      if (begun !== 'done') expect(await azure.links.look(begun)).toBe('done')
      expect(await azure.links.find(BASTION, vm01)).toBeUndefined()
    }
    expect(await azure.links.find(BASTION, vm02)).toBeDefined()
  })

  test('is asked for once, though Azure breaks; the next look tells what became of it', async () => {
    await using azure = await startHands([withBastion()])
    azure.play({ match: 'createShareableLinks', status: 500, late: true, times: 1 })
    await expect(azure.links.create(BASTION, vm01)).rejects.toMatchObject({ kind: 'broken' })
    expect(azure.calls(/createShareableLinks/)).toHaveLength(1)
    azure.clock.now += 1
    expect(await azure.links.find(BASTION, vm01)).toBeDefined()
  })

  test('that Azure could not make is told as a failure of its operation', async () => {
    await using azure = await startHands([withBastion()])
    azure.play({
      match: 'createShareableLinks',
      operationFails: { code: 'InternalServerError', message: 'No.' },
    })
    const operation = azure.settled(await azure.links.create(BASTION, vm01))
    await expect(azure.links.look(operation)).rejects.toMatchObject({ op: 'azure.bastion-link' })
  })

  test('needs a host that can, and a role that may, and says which', async () => {
    await using basic = await startHands([withBastion({ sku: 'Basic' })])
    await expect(basic.links.create(BASTION, vm01)).rejects.toMatchObject({ kind: 'invalid' })
    await using azure = await startHands([withBastion()])
    azure.sim.state.denied = ['Microsoft.Network/bastionHosts/createShareableLinks/action']
    await expect(azure.links.create(BASTION, vm01)).rejects.toMatchObject({
      kind: 'denied',
      say: expect.stringMatching(/lacks Microsoft\.Network\/bastionHosts\/createShareableLinks\/action/),
    })
    await expect(azure.links.find(`${BASTION}/../x?`, vm01)).rejects.toMatchObject({ kind: 'invalid' })
  })

  test('that leads anywhere but to Bastion is not handed on', async () => {
    await using azure = await startHands([withBastion()])
    await azure.links.look(azure.settled(await azure.links.create(BASTION, vm01)))
    const [link] = azure.sim.state.links
    if (link !== undefined) link.token = '../../../x'
    const sneaky = azure.sim.state.bastions[0]
    if (sneaky !== undefined) sneaky.name = 'x.evil.example/a'
    azure.sim.state.links = [{ ...link, bastion: BASTION.replace('bas-app', 'x.evil.example') } as never]
    if (sneaky !== undefined) sneaky.name = 'x.evil.example'
    await expect(azure.links.find(BASTION.replace('bas-app', 'x.evil.example'), vm01)).rejects.toMatchObject({
      kind: 'broken',
      say: expect.stringMatching(/not a page of Azure Bastion/),
    })
  })
})

describe('what was kept of an operation', () => {
  test('is taken only as it was written, and leads nowhere but to Azure', async () => {
    await using azure = await startHands([withBastion()])
    for (const text of [
      '',
      'nothing',
      '{"state":"https://evil.example/x"}',
      '{"state":"http://management.azure.com/x"}',
      '{"other":1}',
    ])
      await expect(azure.links.look(text)).rejects.toMatchObject({ kind: 'invalid' })
    expect(azure.calls(/./)).toEqual([])
  })
})
