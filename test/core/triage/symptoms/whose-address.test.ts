import { describe, expect, test } from '@jest/globals'
import { readSymptoms } from '../../../../core/triage/symptoms/read.ts'

const roles = (text: string) =>
  readSymptoms(text).named.addresses.map(({ address, role }) => `${address} ${role}`)

describe('an address is the person’s own', () => {
  test.each([
    'srv-arkiv-4 svarar inte. Min adress 203.0.113.25.',
    'mijn ip 203.0.113.25',
    '提示超时。出口IP 203.0.113.25',
    'meine öffentliche IP ist 203.0.113.25',
    'mon adresse IP publique : 203.0.113.25',
    'nasz adres IP to 203.0.113.25',
    'JIT approved till noon, IP 203.0.113.25 is what whatismyip says',
    'it times out from here, 203.0.113.25 (my IP)',
    'on office vpn (im connected, got 203.0.113.25)',
  ])('%s', text => {
    expect(roles(text)).toEqual(['203.0.113.25 own'])
  })
})

test.each([
  ['I connect to 20.90.8.7 like always', ['20.90.8.7 target']],
  ['use 20.1.2.3, my laptop says timeout', ['20.1.2.3 target']],
  ['vm01 (20.1.2.3) my ip 203.0.113.25', ['20.1.2.3 unknown', '203.0.113.25 own']],
  ['mstsc 20.1.2.3 from 203.0.113.25', ['20.1.2.3 target', '203.0.113.25 own']],
])('and another one is not: %s', (text, expected) => {
  expect(roles(text)).toEqual(expected)
})

test.each([
  ['vpn is ON (nord, green tick) and rdp to vm-deal-1 wont connect', 'off'],
  ['I go over nordvpn and cannot reach vm01', 'off'],
  ['on the company vpn, and vm01 times out', 'on'],
])('a rented VPN is not the company’s: %s', (text, vpn) => {
  expect(readSymptoms(text).vpn).toBe(vpn)
})
