/** A pretend RDP port, tried by the shipped probe over a real socket. */
import { afterEach, expect, test } from '@jest/globals'
import { probeRdp } from '../../../adapters/rdp/probe.ts'
import { type Heard, openRdpPort, type RdpPort } from '../../../bots/demo/azure/rdp-port.ts'

let open: RdpPort | undefined
afterEach(() => open?.close())

test.each<[Heard, object]>([
  ['silent', { answer: 'silent' }],
  ['reset', { answer: 'reset' }],
  ['rdp_reply', { answer: 'rdp', nla: true }],
  ['other_bytes', { answer: 'other-bytes' }],
])('one that is %s is heard as such', async (heard, answer) => {
  open = await openRdpPort(heard)
  const deadlineMs = heard === 'silent' ? 300 : 20_000
  expect(await probeRdp('127.0.0.1', open.port, { deadlineMs })).toEqual(answer)
})
