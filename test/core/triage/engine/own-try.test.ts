import { describe, expect, test } from '@jest/globals'
import { viewOf } from '../../../../core/triage/checks/rules.ts'
import { look } from '../../../../core/triage/checks/scene.ts'
import { begin, learn, learnFound } from '../../../../core/triage/engine/knowledge.ts'
import { admitted } from '../../../../core/triage/engine/own-try.ts'
import type { Network } from '../../../../core/triage/readings.ts'
import { deny, network, OWN_PUBLIC, PRIVATE, rule } from '../nsg/world.ts'
import { diagnose, NOW, vmCalled } from './office.ts'

const TEXT = 'rdp to app-win-1 times out, I come from 203.0.113.25'
const OFFICE = '203.0.113.0/24'
const FROM = ['203.0.113.250/32']
const lines = ({ assessment }: Awaited<ReturnType<typeof diagnose>>) => assessment.checks
const k17 = (ran: Awaited<ReturnType<typeof diagnose>>) => lines(ran).find(({ id }) => id === 'K17')

describe('a try of our own', () => {
  test('dials what Azure published and never what somebody typed', async () => {
    const { dialled } = await diagnose({
      text: `${TEXT}, I dial 198.51.100.9:4000`,
      answers: { 'Q-CONSENT': 'No' },
    })
    for (const place of dialled) expect(place).toBe(`${OWN_PUBLIC}:3389`)
    const usual = await diagnose({ text: TEXT })
    expect(usual.dialled).toEqual([`${OWN_PUBLIC}:3389`])
  })

  test('that hears nothing counts where the rules let us in', async () => {
    const ran = await diagnose({ text: TEXT, from: FROM })
    expect(k17(ran)).toMatchObject({ result: 'found' })
    expect(k17(ran)?.say).toMatch(/nothing answers: it is stopped inside Windows/)
  })

  test('that hears nothing says nothing where the rules may keep us out, and that is said', async () => {
    for (const from of [[], ['198.51.100.0/24', '203.0.113.250/32']]) {
      const ran = await diagnose({ text: TEXT, from })
      expect(k17(ran)).toMatchObject({ result: 'not-tested' })
      expect(k17(ran)?.say).toMatch(/rules may keep me out where they let you in/)
    }
  })

  test('is not made where the rules keep us out for certain', async () => {
    const ran = await diagnose({ text: TEXT, from: ['198.51.100.7/32'] })
    expect(ran.dialled).toEqual([])
    expect(k17(ran)?.say).toMatch(/the rules keep me out/)
  })

  test('that is answered counts, wherever we come from', async () => {
    const answered = (answer: 'reset' | 'other-bytes' | 'rdp') =>
      diagnose({ text: TEXT, from: [], facts: { probe: { answer } }, answers: { 'Q-CONSENT': 'No' } })
    expect(k17(await answered('reset'))).toMatchObject({ result: 'found' })
    expect(k17(await answered('other-bytes'))).toMatchObject({ result: 'found' })
    const rdp = await answered('rdp')
    expect(k17(rdp)).toMatchObject({ result: 'clear' })
    expect(rdp.assessment.first?.cause).not.toMatch(/^guest\.(fw|termservice)/)
  })
})

describe('whether the rules let us in', () => {
  const vm = vmCalled('app-win-1')
  const of = (net: Network, from: readonly string[], text = 'rdp to app-win-1 times out') => {
    const found = { read: true, value: { vms: [vm], others: [], near: [] } } as const
    const known = learn(
      learnFound(begin({ text, asker: { accounts: [] } }, NOW), vm.name, found, NOW),
      'network',
      { read: true, value: net },
      NOW,
    )
    const view = viewOf(look(known))
    if (view?.way === undefined) throw new Error('no way')
    return admitted(view, view.way, from)
  }

  test('does not hang on where we come from when everybody is let in, or nobody', () => {
    expect(of(network({ nic: [rule('Any', 300)] }), [])).toBe('allow')
    expect(of(network({ nic: [] }), FROM)).toBe('deny')
  })

  test('takes each of our addresses: unknown where they fare differently', () => {
    const net = network({ nic: [rule('Office', 300, { sources: [OFFICE] })] })
    expect(of(net, FROM)).toBe('allow')
    expect(of(net, ['198.51.100.0/24'])).toBe('deny')
    expect(of(net, [...FROM, '198.51.100.0/24'])).toBe('unknown')
    expect(of(net, [])).toBe('unknown')
    // A private address of ours is not what a public address sees.
    expect(of(net, ['10.1.9.9/32'])).toBe('unknown')
  })

  test('a rule of JIT that names somebody else does not let us in', () => {
    const net = network({
      nic: [
        rule('MicrosoftDefenderForCloud-JITRule-1', 100, { sources: ['203.0.113.25/32'] }),
        deny('MicrosoftDefenderForCloud-JITRule-2', 4096),
      ],
    })
    expect(of(net, FROM)).toBe('deny')
  })

  test('a private address is reached from a connected network only', () => {
    const net = network({ nic: [], sku: 'none' })
    expect(of(net, ['10.1.9.9/32'])).toBe('allow')
    expect(of(net, ['10.77.0.9/32'])).toBe('unknown')
    expect(of(net, FROM)).toBe('unknown')
  })

  test('before a firewall its own list counts, and behind it only what lets the firewall in', () => {
    const behind = (
      sources: readonly string[],
      rules = [rule('Firewall', 300, { sources: ['10.1.255.4/32'] })],
    ) =>
      ({
        ...network({ nic: rules, sku: 'none' }),
        firewalls: [
          {
            name: 'fw-hub',
            privateAddress: '10.1.255.4',
            publicAddresses: ['20.9.9.9'],
            dnat: [
              {
                ...{ firewall: 'fw-hub', address: '20.9.9.9', port: 3390, sources },
                ...{ toAddress: PRIVATE, toPort: 3389 },
              },
            ],
          },
        ],
      }) as Network
    expect(of(behind(['*']), [])).toBe('allow')
    expect(of(behind([OFFICE]), FROM)).toBe('allow')
    expect(of(behind([OFFICE]), [])).toBe('unknown')
    expect(of(behind([OFFICE]), ['198.51.100.7/32'])).toBe('unknown')
    expect(of(behind(['*'], [deny('Nobody', 100)]), FROM)).toBe('deny')
  })
})
