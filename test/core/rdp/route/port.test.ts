/** The port on which Windows listens: told by the policy, else by what just-in-time access covers. */
import { expect, test } from '@jest/globals'
import type { JitPort } from '../../../../core/ports.ts'
import { rdpPort } from '../../../../core/rdp/route/port.ts'

const covers = (...numbers: readonly number[]): readonly JitPort[] =>
  numbers.map(number => ({ number, protocol: 'TCP', maxMinutes: 60, sources: ['*'] }))

test.each<[string, readonly JitPort[] | undefined, number | undefined, number]>([
  ['the policy says so', covers(3389), 33_890, 33_890],
  ['RDP’s own port is covered', covers(33_890, 3389), undefined, 3389],
  ['another port is covered, and nothing else', covers(33_890), undefined, 33_890],
  [
    'another port is covered beside SSH and remote management',
    covers(22, 5985, 5986, 33_890),
    undefined,
    33_890,
  ],
  ['only remote management is covered', covers(5986), undefined, 3389],
  ['two ports could be it', covers(33_890, 33_891), undefined, 3389],
  [
    'only UDP is covered',
    [{ number: 3391, protocol: 'UDP', maxMinutes: 60, sources: ['*'] }],
    undefined,
    3389,
  ],
  ['there is no JIT access policy', undefined, undefined, 3389],
])('%s', (_, jit, told, port) => {
  expect(rdpPort(jit, told)).toBe(port)
})
