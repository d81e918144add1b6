/** What a Bastion host can do by tier and switches, and how a person goes through it. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type BastionMethod, bastionAbilities, bastionRows } from '../../../../core/rdp/bastion/abilities.ts'
import { bastionCommand, portalLink } from '../../../../core/rdp/bastion/links.ts'
import type { Bastion } from '../../../../core/triage/readings.ts'
import { vm01 } from '../../../support/cast.ts'

const none = { nativeClient: false, ipConnect: false, shareableLink: false }
const all = { nativeClient: true, ipConnect: true, shareableLink: true }
type Row = [Bastion['sku'], Bastion['features'], number, readonly BastionMethod[]]

describe('what works', () => {
  test.each<Row>([
    ['Developer', none, 3389, ['portal']],
    ['Developer', all, 3389, ['portal']],
    ['Developer', all, 33_890, []],
    ['Basic', all, 3389, ['portal']],
    ['Basic', none, 33_890, []],
    ['Standard', none, 3389, ['portal']],
    ['Standard', none, 33_890, ['portal']],
    ['Standard', { ...none, nativeClient: true }, 3389, ['portal', 'native']],
    ['Standard', all, 33_890, ['portal', 'native', 'shareable-link', 'by-address']],
    ['Premium', { ...none, shareableLink: true }, 3389, ['portal', 'shareable-link']],
  ])('%s with %j on port %d: %j', (sku, features, port, methods) => {
    const abilities = bastionAbilities({ sku, features }, { port })
    expect(abilities.filter(({ works }) => works).map(({ method }) => method)).toEqual(methods)
    for (const { works, needs } of abilities) expect(works).toBe(needs.length === 0)
  })
  test('what is missing is named: tier and switch', () => {
    const native = bastionAbilities({ sku: 'Basic', features: none }, { port: 3389 }).find(
      ({ method }) => method === 'native',
    )
    expect(native?.needs).toEqual(['the tier Standard (it is Basic)', 'native client support switched on'])
  })
  test('sign-in with Entra ID: portal and native client only', () => {
    const abilities = bastionAbilities({ sku: 'Standard', features: all }, { port: 3389, entraSignIn: true })
    expect(abilities.filter(({ works }) => works).map(({ method }) => method)).toEqual(['portal', 'native'])
  })
})

describe('the table', () => {
  const abilities = bastionAbilities({ sku: 'Basic', features: none }, { port: 3389 })
  const way = {
    methods: abilities.flatMap(({ method, works }) => (works ? [method] : [])),
    lacking: abilities.flatMap(({ label, needs, works }) => (works ? [] : [{ label, needs }])),
  }
  test('says of each way whether it works, or what it would need; how to sign in; roles; limits', () => {
    const rows = bastionRows(way)
    expect(rows.map(({ label, needs }) => [label, needs.length])).toEqual([
      ['the Azure portal', 0],
      ['the Windows client, started by the Azure CLI', 2],
      ['a shareable link', 2],
      ['the private address through Bastion', 2],
    ])
    const said = JSON.stringify(rows)
    for (const word of [
      'IP-based connection switched on',
      'the tier Standard (it is Basic)',
      'Kerberos',
      'Entra ID (a preview for RDP)',
      'Reader on the Bastion host',
      'Virtual Machine Administrator Login',
      'forced tunnelling',
      'while the host records sessions',
      '500 links',
    ])
      expect(said).toContain(word)
    expect(rows[2]).toMatchObject({ signIn: 'user name and password', roles: [] })
  })
  test('leaves out what nobody had looked at when the way was recorded', () => {
    expect(bastionRows({ methods: ['portal'], lacking: [] }).map(({ label }) => label)).toEqual([
      'the Azure portal',
    ])
  })
})

describe('the ways to go', () => {
  const bastion = '/subscriptions/s-1/resourceGroups/rg-hub/providers/Microsoft.Network/bastionHosts/bas-hub'
  test('the VM’s own Bastion page', () => {
    expect(portalLink(vm01.id)).toBe(`https://portal.azure.com/#@/resource${vm01.id}/bastionHost`)
  })
  test('one line, with the Bastion host’s own subscription and group', () => {
    expect(bastionCommand({ bastion, vm: vm01.id, port: 3389 })).toBe(
      `az network bastion rdp --subscription "s-1" --resource-group "rg-hub" --name "bas-hub" --target-resource-id "${vm01.id}"`,
    )
    expect(bastionCommand({ bastion, vm: vm01.id, port: 33_890, entraSignIn: true })).toMatch(
      / --resource-port 33890 --enable-mfa$/,
    )
  })
  test('no line, rather than one that means something to a shell', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), name => {
        const line = bastionCommand({
          bastion: bastion.replace('bas-hub', () => name),
          vm: vm01.id,
          port: 3389,
        })
        if (line !== undefined) expect(line.replaceAll('"', '')).toMatch(/^[\p{L}\p{N}/._() -]+$/u)
        if (line !== undefined) expect(line.match(/"/g)).toHaveLength(8)
      }),
    )
    expect(
      bastionCommand({ bastion: bastion.replace('rg-hub', '$(evil)'), vm: vm01.id, port: 3389 }),
    ).toBeUndefined()
  })
})
