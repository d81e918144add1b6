/** Role instances of Cloud Services, as people type them. */
import { describe, expect, test } from '@jest/globals'
import { readCommand } from '../../../core/command/grammar.ts'
import { readVmValue } from '../../../core/command/vm-value.ts'

const NAME = 'shop/WebRole_IN_0'
const FULL =
  '/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-app/providers/Microsoft.Compute/cloudServices/shop/roleInstances/WebRole_IN_0'

describe('an instance', () => {
  test.each([
    [`connect ${NAME}`, { do: 'connect', vm: { typed: NAME }, reason: '' }],
    [
      `/rdp connect ${NAME} 2h INC-7 disk full`,
      { do: 'connect', vm: { typed: NAME }, minutes: 120, reason: 'INC-7 disk full' },
    ],
    ['connect me to "shop/WebRole_IN_0" please', { do: 'connect', vm: { typed: NAME }, reason: '' }],
    ['connect shop/* 1h', { do: 'connect', vm: { typed: 'shop/*' }, minutes: 60, reason: '' }],
    [`connect ${FULL} 1h`, { do: 'connect', vm: { typed: FULL }, minutes: 60, reason: '' }],
    [`why ${NAME} 1h`, { do: 'why', vm: { typed: NAME }, minutes: 60 }],
    [`diagnose ${NAME}`, { do: 'diagnose', vm: { typed: NAME }, text: '' }],
    [`diagnose ${NAME} it spins`, { do: 'diagnose', text: `${NAME} it spins` }],
    [`done ${NAME}`, { do: 'done', which: { typed: NAME } }],
    [`cancel ${NAME}`, { do: 'cancel', which: { typed: NAME } }],
    [`extend ${NAME} 30m`, { do: 'extend', which: { typed: NAME }, minutes: 30, reason: '' }],
  ])('is read in %j', (typed, intent) => {
    expect(readCommand(typed)).toEqual(intent)
  })
  test.each([
    'connect shop/WebRole 1h',
    'connect shop/Web_IN_0/more',
    'connect /Web_IN_0',
    'connect shop/** 1h',
    "connect shop';drop/Web_IN_0",
  ])('is not read in %j', typed => {
    expect(readCommand(typed)).toMatchObject({ code: 'missing-vm' })
  })
  test('may be typed where a VM is searched for', () => {
    expect(readVmValue(` ${NAME} `)).toEqual({ typed: NAME })
    expect(readVmValue('shop/WebRole')).toBeUndefined()
  })
})
