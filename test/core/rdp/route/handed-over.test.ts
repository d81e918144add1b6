/** What the person gets for a way: account, and what the policy wants of the file as far as it can be had. */
import { describe, expect, test } from '@jest/globals'
import { rdpFile } from '../../../../core/rdp/file.ts'
import { handedOver } from '../../../../core/rdp/route/handed-over.ts'
import type { BastionWay, DialledWay } from '../../../../core/rdp/route/way.ts'
import { fileTarget, isDialled } from '../../../../core/rdp/target.ts'
import { vm01 } from '../../../support/cast.ts'
import { reportOf } from '../../../support/office.ts'

const way: DialledWay = { kind: 'public-address', host: 'vm01.corp.example', port: 3389, why: '' }
const through: BastionWay = {
  kind: 'bastion',
  id: '/b',
  name: 'bas',
  sku: 'Standard',
  methods: ['portal'],
  lacking: [],
  source: '10.1.250.0/26',
  why: '',
}
const report = reportOf(vm01, { computerName: 'VM01' })
const linesOf = (given: ReturnType<typeof handedOver>) => {
  if ('problem' in given || !isDialled(given)) throw new Error('nothing to dial')
  const file = rdpFile(fileTarget(given, 'vm01'))
  if ('problem' in file) throw new Error(file.problem)
  return new TextDecoder('utf-16le').decode(file.bytes).split('\r\n')
}

test('the local administrator of the VM, under its computer name', () => {
  const given = handedOver(way, report, { port: 3389 })
  expect(given).toEqual({ host: way.host, port: 3389, way, account: 'VM01\\localadmin' })
  expect(linesOf(given)).toContain('redirectclipboard:i:0')
})
test('what the policy switches on stands in the file, and nothing else', () => {
  const lines = linesOf(handedOver(way, report, { port: 3389, file: { clipboard: true, multimon: true } }))
  for (const line of [
    'redirectclipboard:i:1',
    'use multimon:i:1',
    'redirectdrives:i:0',
    'audiomode:i:2',
    'redirectprinters:i:0',
  ])
    expect(lines).toContain(line)
})
test('an account that cannot stand in a file is left out', () => {
  const odd = reportOf(vm01, { adminAccount: 'a\r\nb' })
  expect(handedOver(way, odd, { port: 3389 })).toEqual({ host: way.host, port: 3389, way })
})
test('an address that cannot ends it in words', () => {
  expect(handedOver({ ...way, host: '2603:1020::4' }, report, { port: 3389 })).toEqual({
    problem: expect.stringContaining('IPv6'),
  })
})

describe('sign-in with Entra ID', () => {
  const wish = { port: 3389, file: { entraSignIn: true, clipboard: true }, upn: 'alice@contoso.example' }
  test('is in the file where the way leads to the name that the VM has in Entra', () => {
    const lines = linesOf(handedOver(way, report, wish))
    expect(lines).toContain('enablerdsaadauth:i:1')
    expect(lines).toContain('username:s:alice@contoso.example')
  })
  test.each(['198.51.100.4', 'contoso-vm01.westeurope.cloudapp.azure.com'])(
    'is left out, and said, with %s',
    host => {
      const given = handedOver({ ...way, host }, report, wish)
      expect(given).toMatchObject({
        account: 'VM01\\localadmin',
        file: { clipboard: true },
        lacks: expect.stringContaining(host),
      })
      expect(linesOf(given).join('\n')).not.toContain('enablerdsaadauth')
    },
  )
  test('works through Bastion, whatever the VM’s address', () => {
    expect(handedOver(through, report, wish)).toMatchObject({
      way: through,
      account: 'alice@contoso.example',
      file: { entraSignIn: true },
    })
  })
})
