/** What a try of the port proves: silence is never held against a way, and another machine’s certificate always is behind a load balancer. */
import { describe, expect, test } from '@jest/globals'
import { instant } from '../../../../core/ids.ts'
import { judgeAnswer } from '../../../../core/rdp/route/try.ts'
import type { DialledWay } from '../../../../core/rdp/route/way.ts'
import type { ProbeAnswer } from '../../../../core/triage/readings.ts'

const direct: DialledWay = { kind: 'public-address', host: 'vm.example', port: 3389, why: '' }
const balanced: DialledWay = {
  kind: 'nat-rule',
  host: 'lb.example',
  port: 50_001,
  through: 'lb-app',
  why: '',
}
const vm = { computerName: 'ORDERS-VM01', rdpThumbprint: 'AB12' }
const shows = (subject: string, thumbprint = 'FF00'): ProbeAnswer => ({
  answer: 'rdp',
  certificate: { subject, thumbprint, notAfter: instant(0) },
})

describe.each([
  ['directly', direct],
  ['through a load balancer', balanced],
])('%s', (_, way) => {
  test.each<[string, ProbeAnswer, object]>([
    [
      'silence is not tested',
      { answer: 'silent' },
      { result: 'not-tested', note: expect.stringContaining('filtered') },
    ],
    ['a refusal is not yet', { answer: 'reset' }, { result: 'not-yet' }],
    ['something else is wrong', { answer: 'other-bytes' }, { result: 'wrong' }],
    ['the VM’s own name, however written, is proof', shows('orders-vm01.corp.example'), { result: 'proven' }],
    ['the thumbprint that Azure knows is proof', shows('rdp.corp.example', 'ab12'), { result: 'proven' }],
    ['no certificate is RDP all the same', { answer: 'rdp' }, { result: 'proven' }],
  ])('%s', (_name, answer, tried) => {
    expect(judgeAnswer(answer, way, vm)).toMatchObject(tried)
  })
})

test('another name behind a load balancer is another machine', () => {
  expect(judgeAnswer(shows('WEB01'), balanced, vm)).toEqual({
    result: 'wrong',
    say: 'Another machine than ORDERS-VM01 answers at lb.example:50001: its certificate does not fit.',
  })
})
test('another name at the VM’s own address is a certificate that somebody gave it, and is said', () => {
  expect(judgeAnswer(shows('rdp.corp.example'), direct, vm)).toMatchObject({
    result: 'proven',
    note: expect.stringContaining('another name'),
  })
})
test('where Azure does not tell the computer name nothing is compared', () => {
  expect(judgeAnswer(shows('WEB01'), balanced, {})).toMatchObject({ result: 'proven' })
})
