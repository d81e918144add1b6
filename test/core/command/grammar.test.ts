import { describe, expect, test } from '@jest/globals'
import { readCommand, readReason } from '../../../core/command/grammar.ts'
import type { Intent } from '../../../core/command/intent.ts'
import { parseVmId } from '../../../core/ids.ts'
import type { Refusal } from '../../../core/refusal.ts'

const connect = (typed: string, minutes?: number, reason = ''): Intent => ({
  do: 'connect',
  vm: { typed },
  reason,
  ...(minutes === undefined ? {} : { minutes }),
})
const why = (typed: string, minutes?: number): Intent => ({
  do: 'why',
  vm: { typed },
  ...(minutes === undefined ? {} : { minutes }),
})
const deny = (typed: string | undefined, reason: string): Intent => ({
  do: 'deny',
  which: typed === undefined ? 'only' : { typed },
  reason,
})
const badDuration = (typed: string): Refusal => ({ code: 'bad-duration', typed })

type Case = readonly [text: string, reading: Intent | Refusal]
const reads = (name: string, cases: readonly Case[]) =>
  describe(name, () => {
    test.each(cases)('%j', (text, reading) => {
      expect(readCommand(text)).toEqual(reading)
    })
  })

reads('connect takes a VM, a time and a reason', [
  ['connect vm01', connect('vm01')],
  ['connect vm01 2h', connect('vm01', 120)],
  ['connect vm01 2h INC-7 disk full', connect('vm01', 120, 'INC-7 disk full')],
  ['connect vm01 INC-7 disk full', connect('vm01', undefined, 'INC-7 disk full')],
  ['open vm01 90m INC-7', connect('vm01', 90, 'INC-7')],
  ['connect jumphost 1 hour and 30 minutes INC-7', connect('jumphost', 90, 'INC-7')],
  ['connect vm01, 2h, INC-7', connect('vm01', 120, 'INC-7')],
  ['connect vm01 (2h) - INC-7', connect('vm01', 120, 'INC-7')],
  ['connect vm01 2h because of INC-7', connect('vm01', 120, 'INC-7')],
  ['connect vm01 2h "disk full"', connect('vm01', 120, 'disk full')],
  ['connect vm01 2h "disk" and "fan"', connect('vm01', 120, '"disk" and "fan"')],
  ['connect VM_Prod.01 2h', connect('VM_Prod.01', 120)],
  ['connect 2h vm01 INC-7', connect('vm01', 120, 'INC-7')],
  ['connect "2h"', connect('2h')],
])

reads('the time may be said in other places', [
  ['connect vm01 for 2h INC-7', connect('vm01', 120, 'INC-7')],
  ['connect vm01 INC-7 for 2h', connect('vm01', 120, 'INC-7')],
  ['connect vm01 INC-7 for about 2 hours', connect('vm01', 120, 'INC-7')],
  ['connect vm01 INC-7 2h', connect('vm01', 120, 'INC-7')],
  ['connect vm01 INC-7 disk full for 1 h 30', connect('vm01', 90, 'INC-7 disk full')],
  ['connect vm01 1h the disk has been full for 3h', connect('vm01', 60, 'the disk has been full for 3h')],
  ['connect vm01 disk full since 2h', connect('vm01', undefined, 'disk full since 2h')],
  ['connect vm01 disk full since 2 h 30 min', connect('vm01', undefined, 'disk full since 2 h 30 min')],
  ['connect vm01 2 h 30 disk full', connect('vm01', 150, 'disk full')],
  ['connect vm01 2h 30 users locked out', connect('vm01', 120, '30 users locked out')],
])

reads('what only looks like a time is not taken for a reason', [
  ['connect vm01 2x', badDuration('2x')],
  ['connect vm01 2x INC-7', badDuration('2x')],
  ['connect vm01 0h', badDuration('0h')],
  ['connect vm01 0 h', badDuration('0 h')],
  ['connect vm01 -2h', badDuration('-2h')],
  ['connect vm01 99999h', badDuration('99999h')],
  ['connect vm01 99999 hours', badDuration('99999 hours')],
  ['connect vm01 30 seconds', badDuration('30 seconds')],
  ['connect vm01 2hours30x', badDuration('2hours30x')],
  ['connect vm01 2', badDuration('2')],
  ['connect vm01 for 2', badDuration('2')],
  ['connect vm01 INC-7 for 99999h', badDuration('99999h')],
  ['why vm01 2x', badDuration('2x')],
])

reads('a reason may begin with a number', [
  ['connect vm01 4711', connect('vm01', undefined, '4711')],
  ['connect vm01 2 disks full', connect('vm01', undefined, '2 disks full')],
  ['connect vm01 500GB disk full', connect('vm01', undefined, '500GB disk full')],
  ['connect vm01 3rd disk broken', connect('vm01', undefined, '3rd disk broken')],
])

reads('a VM is needed', [
  ['connect', { code: 'missing-vm', command: 'connect' }],
  ['connect 2h', { code: 'missing-vm', command: 'connect', minutes: 120 }],
  ['connect me please', { code: 'missing-vm', command: 'connect' }],
  ['connect ../../etc', { code: 'missing-vm', command: 'connect' }],
  ['connect vm01;reboot', { code: 'missing-vm', command: 'connect' }],
  [`connect ${'v'.repeat(81)}`, { code: 'missing-vm', command: 'connect' }],
  ['why', { code: 'missing-vm', command: 'why' }],
  ['why was my request denied', { code: 'missing-vm', command: 'why' }],
])

const ID =
  '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-1/providers/Microsoft.Compute/virtualMachines/vm01'
const id = parseVmId(ID)
if (id === undefined) throw new Error('the resource id in this test is wrong')
reads('a resource id names a VM exactly', [
  [`connect ${ID} 2h INC-7`, { do: 'connect', vm: { id }, minutes: 120, reason: 'INC-7' }],
  [ID, { do: 'connect', vm: { id }, reason: '' }],
  [`why ${ID}`, { do: 'why', vm: { id } }],
])

reads('approve, cancel and done take one request or none', [
  ['approve', { do: 'approve', which: 'only' }],
  ['approve 3f2a1b', { do: 'approve', which: { typed: '3F2A1B' } }],
  ['accept #3F2A1B.', { do: 'approve', which: { typed: '3F2A1B' } }],
  ['approve vm01', { do: 'approve', which: { typed: 'vm01' } }],
  ['approve it, please', { do: 'approve', which: 'only' }],
  ['hi please approve 3F2A1B thank you', { do: 'approve', which: { typed: '3F2A1B' } }],
  ['cancel', { do: 'cancel', which: 'only' }],
  ['cancel my request for vm01', { do: 'cancel', which: { typed: 'vm01' } }],
  ['done vm01', { do: 'done', which: { typed: 'vm01' } }],
  ['finished, thanks', { do: 'done', which: 'only' }],
  ["I'm done with vm01", { do: 'done', which: { typed: 'vm01' } }],
])

const approve = (typed: string | undefined, minutes: number): Intent => ({
  do: 'approve',
  which: typed === undefined ? 'only' : { typed },
  minutes,
})
reads('an approval may be for less', [
  ['approve 3F2A1B 1h', approve('3F2A1B', 60)],
  ['approve 3F2A1B only for 1h', approve('3F2A1B', 60)],
  ['approve only for 1h', approve(undefined, 60)],
  ['approve 30m', approve(undefined, 30)],
  ['approve vm01 for at most 90 min, please', approve('vm01', 90)],
  ['approve 1h for vm01', approve('vm01', 60)],
  ['approve "2h"', { do: 'approve', which: { typed: '2h' } }],
  ['approve 00007D', { do: 'approve', which: { typed: '00007D' } }],
  ['approve 00007D 1h', approve('00007D', 60)],
  ['approve 3F2A1B for 2x', badDuration('2x')],
  ['approve 30', badDuration('30')],
])

const extend = (typed: string | undefined, minutes: number | undefined, reason = ''): Intent => ({
  do: 'extend',
  which: typed === undefined ? 'only' : { typed },
  reason,
  ...(minutes === undefined ? {} : { minutes }),
})
reads('extend takes a request or VM, a time and a reason, each of which may be missing', [
  ['extend', extend(undefined, undefined)],
  ['extend 30m', extend(undefined, 30)],
  ['extend by another 30 minutes', extend(undefined, 30)],
  ['extend vm01 30m', extend('vm01', 30)],
  ['extend vm01 by 30m', extend('vm01', 30)],
  ['extend 3F2A1B 1h still copying', extend('3F2A1B', 60, 'still copying')],
  ['extend my access to vm01 for 1h because of INC-7', extend('vm01', 60, 'INC-7')],
  ['extend jumphost 1h', extend('jumphost', 60)],
  ['extend jumphost', extend('jumphost', undefined)],
  ['extend 1h INC-7', extend(undefined, 60, 'INC-7')],
  ['extend still copying for 30m', extend(undefined, 30, 'still copying')],
  ['prolong it by 1h30, please', extend(undefined, 90)],
  ['extend vm01 2x', badDuration('2x')],
  ['extend 2x', badDuration('2x')],
])

describe('an approval or cancellation with more in it is not read', () => {
  test.each([
    ['approve 3F2A1B until lunch', 'approve 3F2A1B'],
    ['approve 3F2A1B 1h but not at night', 'approve 3F2A1B'],
    ['approve after 1h', 'approve'],
    ['aprove 3F2A1B only for 1h', 'approve 3F2A1B only for 1h'],
    ['aprove until lunch', 'approve'],
    ['can you extend vm01 1h', 'extend vm01'],
    ['cancel vm01 if it is still closed', 'cancel vm01'],
    ['can you approve 3F2A1B', 'approve 3F2A1B'],
    ['I need to close vm01', 'done vm01'],
    ['approve ../..', 'approve'],
  ])('%j: did you mean %j', (typed, didYouMean) => {
    expect(readCommand(typed)).toEqual({ code: 'not-understood', typed, didYouMean })
  })
})

reads('deny tells a request from a reason', [
  ['deny', deny(undefined, '')],
  ['deny 3F2A1B', deny('3F2A1B', '')],
  ['deny 3F2A1B not now', deny('3F2A1B', 'not now')],
  ['deny 3f2a1b: not now', deny('3F2A1B', 'not now')],
  ['deny 3F2A1B:not now', deny('3F2A1B', 'not now')],
  ['deny 3F2A1B - not now', deny('3F2A1B', 'not now')],
  ['deny vm01: use the test system', deny('vm01', 'use the test system')],
  ['deny vm01 : use the test system', deny('vm01', 'use the test system')],
  ['deny jumphost: no', deny('jumphost', 'no')],
  ['deny vm01', deny('vm01', '')],
  ['deny not now', deny(undefined, 'not now')],
  ['reject vm01 is under maintenance', deny(undefined, 'vm01 is under maintenance')],
  ['deny no: ask again tomorrow', deny(undefined, 'no: ask again tomorrow')],
  ['deny "not now"', deny(undefined, 'not now')],
  ['please deny no thanks', deny(undefined, 'no thanks')],
])

reads('why, list and help', [
  ['why vm01', why('vm01')],
  ['why vm01 4h', why('vm01', 240)],
  ['why can’t I connect to vm01 for 4h?', why('vm01', 240)],
  ['explain jumphost', why('jumphost')],
  ['list', { do: 'list' }],
  ['status please', { do: 'list' }],
  ['help', { do: 'help' }],
  ['?', { do: 'help' }],
  ['help me connect', { do: 'help' }],
])

reads('nothing to read asks for help', [
  ['', { do: 'help' }],
  [' \u00a0\u200b\n', { do: 'help' }],
  ['/rdp', { do: 'help' }],
  ['<@U0BOT>', { do: 'help' }],
  ['hello', { do: 'help' }],
])

reads('what stands round the command does not matter', [
  ['/rdp connect vm01 2h', connect('vm01', 120)],
  ['RDP connect vm01 2h', connect('vm01', 120)],
  ['/connect vm01 2h', connect('vm01', 120)],
  ['<@U0BOT> /rdp connect vm01 2h', connect('vm01', 120)],
  ['<@U0BOT|latchkey> connect vm01 2h', connect('vm01', 120)],
  ['<at>Latchkey</at>&nbsp;connect vm01 2h', connect('vm01', 120)],
  ['<at id="0">Latch key</at> connect vm01 2h', connect('vm01', 120)],
  ['@Latchkey: connect vm01 2h', connect('vm01', 120)],
  ['latchkey, connect vm01 2h', connect('vm01', 120)],
  ['`connect vm01 2h`', connect('vm01', 120)],
  ['“connect vm01 2h”', connect('vm01', 120)],
  ['connect “vm01” ‘2h’', connect('vm01', 120)],
  ['connect: vm01 2h', connect('vm01', 120)],
  ['Connect!  vm01\t2h', connect('vm01', 120)],
  ['connect\u2003vm01\u00a02h', connect('vm01', 120)],
  ['con\u00adnect vm\u200b01 2h', connect('vm01', 120)],
  ['connect vm\u201101', connect('vm-01')],
  ['ｃｏｎｎｅｃｔ ｖｍ０１ ２ｈ', connect('vm01', 120)],
  ['latchkey-01', connect('latchkey-01')],
])

reads('plain speech asks for access when there is no doubt', [
  ['connect me to vm01 please', connect('vm01')],
  ['please connect me to the server vm01', connect('vm01')],
  ['I need vm01 for 2 hours', connect('vm01', 120)],
  ['I need vm01 for an hour because of INC-7', connect('vm01', 60, 'INC-7')],
  ['i need vm01 because the disk is full', connect('vm01', undefined, 'the disk is full')],
  ['can you open vm01 for 1h INC-7', connect('vm01', 60, 'INC-7')],
  ['Could I get access to jumphost for 90 min?', connect('jumphost', 90)],
  ['request access to vm01', connect('vm01')],
  ['rdp to vm01 please', connect('vm01')],
  ['vm01', connect('vm01')],
  ['sql-prod', connect('sql-prod')],
  ['vm01 2h', connect('vm01', 120)],
  ['vm01 2h INC-7 disk full', connect('vm01', 120, 'INC-7 disk full')],
  ['vm01 2x', badDuration('2x')],
  ['list1 2h', connect('list1', 120)],
])

describe('what is not understood gets the nearest thing that is', () => {
  test.each([
    ['conect vm01 2h', 'connect vm01 2h'],
    ['aprove 3F2A1B', 'approve 3F2A1B'],
    ['lst', 'list'],
    ['l1st', 'list'],
    ['vm01 is slow', 'connect vm01'],
    ['I need vm01 closed', 'connect vm01'],
    ['how do I connect to vm01', 'connect vm01'],
    ["I can't reach vm01", 'why vm01'],
    ['3F2A1B', 'approve 3F2A1B'],
  ])('%j: did you mean %j', (typed, didYouMean) => {
    expect(readCommand(typed)).toEqual({ code: 'not-understood', typed, didYouMean })
  })

  test.each(['xyzzy', 'when is lunch', 'dont approve 3F2A1B', '...', '🙂'])('%j: no suggestion', typed => {
    expect(readCommand(typed)).toEqual({ code: 'not-understood', typed })
  })
})

describe('reasons', () => {
  test('300 characters are kept, one more is refused', () => {
    expect(readCommand(`connect vm01 2h ${'x'.repeat(300)}`)).toEqual(connect('vm01', 120, 'x'.repeat(300)))
    expect(readCommand(`connect vm01 2h ${'x'.repeat(301)}`)).toEqual({ code: 'reason-too-long', most: 300 })
    expect(readCommand(`deny ${'x'.repeat(301)}`)).toEqual({ code: 'reason-too-long', most: 300 })
    expect(readCommand(`connect vm01 ${'x'.repeat(100_000)}`)).toEqual({ code: 'reason-too-long', most: 300 })
  })

  test('characters are counted as people count them', () => {
    expect(readReason('🙂'.repeat(300))).toBe('🙂'.repeat(300))
  })

  test('come out on one line, without control characters, invisible marks or half characters', () => {
    expect(readReason(' disk\r\n full\0\u202e\ufeff now\ud800 ')).toBe('disk full now\ufffd')
  })

  test('keep the case and the words that were typed', () => {
    expect(readReason('INC-7: Disk "C:" full')).toBe('INC-7: Disk "C:" full')
  })
})
