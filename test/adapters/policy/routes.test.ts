/** What a rule says of the ways in and of the connection file. */
import { describe, expect, test } from '@jest/globals'
import { file, policyOf, rule, told } from './writing.ts'

describe('a rule', () => {
  test('names its routes in order, the VPN’s range, the port, and what the file may hold', () => {
    const [given] = policyOf(
      file(
        rule({
          routes: '[private-address, bastion]',
          vpn: '10.8.0.0/16',
          port: '33890',
          bastion: '{ shareableLink: true }',
          file: '{ clipboard: true, drives: false, multimon: true, entraSignIn: true }',
        }),
      ),
    ).rules
    expect(given).toMatchObject({
      routes: ['private-address', 'bastion'],
      vpn: '10.8.0.0/16',
      port: 33_890,
      bastion: { shareableLink: true },
      file: { clipboard: true, drives: false, multimon: true, entraSignIn: true },
    })
  })
  test('that says nothing of them leaves them to what is usual', () => {
    const [given] = policyOf(file(rule())).rules
    for (const key of ['routes', 'vpn', 'port', 'bastion', 'file']) expect(given).not.toHaveProperty(key)
  })
  test('is told what is wrong with them, where it stands', () => {
    const at = (changes: Record<string, string>) => told(file(rule(changes)))
    expect(at({ routes: '[bastion, carrier-pigeon]' })[0]).toMatch(
      /public-address, nat-rule, bastion, private-address or role-instance$/,
    )
    expect(at({ routes: '[bastion, bastion]' })[0]).toMatch(/each route is named once/)
    expect(at({ routes: '[]' })[0]).toMatch(/at least one/)
    expect(at({ routes: '[private-address]' })).toEqual([
      '10:13 private-address needs vpn: the range that people come from, such as 10.8.0.0/16',
    ])
    expect(at({ routes: '[bastion]', vpn: '10.8.0.0/16' })[0]).toMatch(/vpn is for the route private-address/)
    expect(at({ vpn: '10.8.0.0/16' })[0]).toMatch(/vpn is for the route private-address/)
    expect(at({ routes: '[private-address]', vpn: '10.8.0.1/16' })[0]).toMatch(/is written 10.8.0.0\/16/)
    expect(at({ routes: '[private-address]', vpn: '0.0.0.0/0' })[0]).toMatch(/\/8 or narrower/)
    expect(at({ bastion: '{ sharableLink: true }' }).join()).toMatch(/unknown key sharableLink/)
    expect(at({ bastion: '{ shareableLink: "yes" }' })[0]).toMatch(/shareableLink must be .*not text/)
    expect(at({ bastion: '{}' })[0]).toMatch(/shareableLink is missing/)
    expect(at({ routes: '[public-address]', bastion: '{ shareableLink: true }' })[0]).toMatch(
      /bastion is for the route bastion, which is not among the routes/,
    )
    expect(at({ port: '0' })[0]).toMatch(/from 1 to 65535/)
    expect(at({ port: 'rdp' })[0]).toMatch(/whole number/)
    expect(at({ file: '{ Clipboard: true }' })[0]).toMatch(/unknown key Clipboard: write clipboard/)
    expect(at({ file: '{ clipboard: "yes" }' })[0]).toMatch(/clipboard must be .*not text/)
    expect(at({ file: '{ microphone: true }' })[0]).toMatch(/unknown key microphone/)
  })
  test('says what a request for a VM that is off becomes; by itself it is refused', () => {
    const given = (whenOff: string) => policyOf(file(rule({ whenOff }))).rules[0]?.whenOff
    expect(given('start')).toBe('start')
    expect(given('start-and-put-back')).toBe('start-and-put-back')
    expect(policyOf(file(rule())).rules[0]).not.toHaveProperty('whenOff')
    const wrong = told(file(rule({ whenOff: 'true' })))[0]
    expect(wrong).toMatch(
      /whenOff is start, or start-and-put-back; leave it out, and a VM that is off is refused/,
    )
    expect(told(file(rule({ 'when-off': 'start' })))[0]).toMatch(/unknown key when-off: write whenOff/)
  })
  test('that forbids takes none of them', () => {
    const forbids = { effect: 'forbid', maxDuration: undefined, approvers: undefined }
    expect(told(file(rule({ ...forbids, file: '{ clipboard: true }' })))[0]).toMatch(
      /a forbid rule takes no file/,
    )
    expect(told(file(rule({ ...forbids, bastion: '{ shareableLink: true }' })))[0]).toMatch(
      /a forbid rule takes no bastion/,
    )
    expect(told(file(rule({ ...forbids, routes: '[bastion]' })))[0]).toMatch(/a forbid rule takes no routes/)
  })
})

test('the policy says whether Latchkey may try the ports', () => {
  expect(policyOf(`probe: true\n${file(rule())}`)).toMatchObject({ probe: true })
  expect(policyOf(file(rule()))).not.toHaveProperty('probe')
  expect(told(`probe: maybe\n${file(rule())}`)[0]).toMatch(/probe is true or false/)
})

test('the policy says where those tries come from, and only beside a path', () => {
  const from = (more: string) => told(`${more}\n${file(rule())}`)[0]
  expect(policyOf(`probe: true\nprobeFrom: [203.0.113.250/32]\n${file(rule())}`)).toMatchObject({
    probe: true,
    probeFrom: ['203.0.113.250/32'],
  })
  expect(from('probeFrom: [203.0.113.250/32]')).toMatch(
    /probeFrom says where tries come from; it needs probe: true/,
  )
  expect(from('probe: false\nprobeFrom: [203.0.113.250/32]')).toMatch(/it needs probe: true/)
  expect(from('probe: true\nprobeFrom: [203.0.113.250]')).toMatch(
    /write one address as a range: 203.0.113.250\/32/,
  )
  expect(from('probe: true\nprobeFrom: []')).toMatch(/probeFrom/)
  expect(from('probe: true\nprobe-from: [203.0.113.250/32]')).toMatch(
    /unknown key probe-from: write probeFrom/,
  )
})
