import { describe, expect, test } from '@jest/globals'
import { instant, later } from '../../../../core/ids.ts'
import { type JitQuestion, jitWindow } from '../../../../core/triage/nsg/jit.ts'
import type { Flow } from '../../../../core/triage/nsg/verdict.ts'
import type { JitState } from '../../../../core/triage/readings.ts'
import { CLIENT, deny, network, PRIVATE, rule } from './world.ts'

const now = instant(Date.UTC(2026, 10, 21, 9))
const flow: Flow = { source: CLIENT, protocol: 'tcp', destination: PRIVATE, port: 3389, overPublic: true }
const JIT = 'MicrosoftDefenderForCloud-JITRule'
const shut = deny(`${JIT}_-1_AA`, 1000, { destinations: [PRIVATE], protocol: '*' })
const opening = rule(`${JIT}--1-AA`, 100, { sources: [CLIENT], destinations: [PRIVATE] })
const closed = network({ nic: [shut] })
const openForClient = network({ nic: [opening, shut] })

type Request = JitState['requests'][number]
const request = (more: Partial<Request> = {}): Request => ({
  sources: [CLIENT],
  startedAt: later(now, -60),
  endsAt: later(now, 60),
  justification: '',
  live: true,
  port: 3389,
  ...more,
})
const ended = (minutesAgo: number, more: Partial<Request> = {}) =>
  request({ endsAt: later(now, -minutesAgo), live: false, ...more })

const jit = (requests: readonly Request[] = [], ports: readonly number[] = [3389]): JitState => ({
  policyId: '/policies/default',
  ports: ports.map(number => ({ number, protocol: '*', maxMinutes: 180, sources: ['*'] })),
  requests,
})

const ask = (question: Partial<JitQuestion>) =>
  jitWindow({ jit: jit(), network: closed, flow, now, ...question })
const { source: _, ...fromNowhere } = flow

describe('a JIT window', () => {
  test.each<[string, Partial<JitQuestion>, Record<string, unknown>]>([
    ['does not exist without a policy', { jit: undefined }, { state: 'no-policy' }],
    ['is closed when nobody asked', {}, { state: 'closed' }],
    [
      'is not to be had for a port outside the policy',
      { jit: jit([], [22]) },
      { state: 'not-covered', ports: [22] },
    ],
    [
      'has expired, with the last one that was for this client named before later ones of others',
      { jit: jit([ended(600), ended(20, { by: 'me@x' }), ended(5, { sources: ['8.8.8.8'] })]) },
      { state: 'expired', mine: true, request: { by: 'me@x' } },
    ],
    [
      'has expired for somebody else',
      { jit: jit([ended(5, { sources: ['8.8.8.8'], by: 'you@x' })]), asker: ['me@x'] },
      { state: 'expired', mine: false, request: { by: 'you@x' } },
    ],
    [
      'is known by its asker even from another address',
      { jit: jit([ended(5, { sources: ['8.8.8.8'], by: 'Me@X' })]), asker: ['me@x'] },
      { state: 'expired', mine: true },
    ],
    [
      'that was taken back is over before its end',
      { jit: jit([request({ live: false })]) },
      { state: 'expired' },
    ],
    [
      'that JIT still calls live is over at its end',
      { jit: jit([request({ endsAt: now })]) },
      { state: 'expired' },
    ],
    [
      'is open for another source',
      { jit: jit([request({ sources: ['198.51.100.40'] })]) },
      { state: 'other-source', requests: [{ sources: ['198.51.100.40'] }] },
    ],
    [
      'is open on another port',
      { jit: jit([request({ port: 22 }), ended(5)], [22, 3389]) },
      { state: 'other-port', request: { port: 22 } },
    ],
    [
      'is open for somebody when the client is not known',
      { jit: jit([request()]), flow: fromNowhere, network: openForClient },
      { state: 'source-unknown' },
    ],
    [
      'is open for everybody, and so for an unknown client',
      {
        jit: jit([request({ sources: ['*'] })]),
        flow: fromNowhere,
        network: network({ nic: [rule(`${JIT}-1-A`, 100), shut] }),
      },
      { state: 'open' },
    ],
    [
      'is open',
      { jit: jit([request()]), network: openForClient },
      { state: 'open', verdict: { access: 'allow' } },
    ],
    [
      'is open while its rule is gone',
      { jit: jit([request()]) },
      { state: 'rule-missing', verdict: { decidedBy: { rule: { jit: true, access: 'deny' } } } },
    ],
    [
      'is open and another layer denies',
      { jit: jit([request()]), network: network({ nic: [opening, shut], subnet: [deny('Wall', 4000)] }) },
      { state: 'outranked', by: { layer: 'subnet', rule: { name: 'Wall' } } },
    ],
    [
      'is open and a rule before it denies',
      { jit: jit([request()]), network: network({ nic: [deny('Early', 90), opening, shut] }) },
      { state: 'outranked', by: { layer: 'nic', rule: { name: 'Early' } } },
    ],
    [
      'is open for an address the VM never sees, behind a firewall',
      {
        jit: jit([request()]),
        network: openForClient,
        flow: { ...flow, source: '10.20.255.4', overPublic: false },
        client: CLIENT,
      },
      { state: 'behind-firewall', arrivesAs: '10.20.255.4' },
    ],
  ])('%s', (_what, question, expected) => {
    expect(ask(question)).toMatchObject(expected)
  })

  test('nobody is told whose window ended when neither client nor asker is known', () => {
    expect(ask({ flow: fromNowhere, jit: jit([ended(5, { by: 'x' })]) })).not.toHaveProperty('mine')
  })
})
