/** Sessions inside Windows, by a fixed script; and hostile Windows that prints what it likes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { answerIn } from '../../../../adapters/azure/hands/sessions.ts'
import { Fault, instant, type SessionAct } from '../../../../core/index.ts'
import { fleet, guarded, vmId } from '../world.ts'
import { startHands } from './hands.ts'

const vm01 = vmId('vm01')
const SINCE = '2026-11-21T08:30:00.250Z'
const loggedOnAt = instant(Date.parse(SINCE))
const ann = { user: 'VM01\\ann', state: 'active', id: 3, client: '203.0.113.25', since: SINCE }
const inside = (guest: object) => fleet([{ ...guarded, guest }])
const TAKES = { runCommandMs: 40_000 }
const list: SessionAct = { do: 'list' }
const own = { id: 3, loggedOnAt }

describe('sessions', () => {
  test('are listed with address and moment of logon, by a command that is taken up later', async () => {
    const bare = { id: 4, user: 'VM01\\bob', state: 'disconnected' }
    await using azure = await startHands([inside({ sessions: [ann, bare] })], TAKES)
    const operation = azure.settled(await azure.sessions.begin(vm01, list))
    expect(await azure.sessions.look(operation, list)).toBe('running')
    azure.clock.now += 40_000
    expect(await azure.sessions.look(operation, list)).toEqual({
      kind: 'sessions',
      sessions: [
        { id: 3, user: 'VM01\\ann', state: 'active', client: '203.0.113.25', loggedOnAt },
        { id: 4, user: 'VM01\\bob', state: 'disconnected' },
      ],
    })
  })

  test('are spoken to and signed out one by one, and another one of the same number is left', async () => {
    await using azure = await startHands([inside({ sessions: [ann, { ...ann, id: 4, user: 'VM01\\bob' }] })])
    const does = async (act: SessionAct) =>
      azure.sessions.look(azure.settled(await azure.sessions.begin(vm01, act)), act)
    expect(await does({ do: 'warn', session: own, minutesLeft: 10 })).toEqual({ kind: 'done' })
    expect(azure.sim.state.vms[0]?.guest['sessions']).toMatchObject([{ shown: 'ends in 10 minutes' }, {}])
    const other = { id: 3, loggedOnAt: instant(loggedOnAt + 1_000) }
    expect(await does({ do: 'end', session: other })).toEqual({ kind: 'gone' })
    expect(azure.sim.state.vms[0]?.guest['sessions']).toHaveLength(2)
    expect(await does({ do: 'end', session: own })).toEqual({ kind: 'done' })
    expect(await does({ do: 'end', session: own })).toEqual({ kind: 'gone' })
    expect(azure.sim.state.vms[0]?.guest['sessions']).toMatchObject([{ user: 'VM01\\bob' }])
  })

  test('on a domain controller are none of ours', async () => {
    await using azure = await startHands([inside({ domain: { is_dc: true }, sessions: [ann] })])
    const act: SessionAct = { do: 'end', session: own }
    const operation = azure.settled(await azure.sessions.begin(vm01, act))
    expect(await azure.sessions.look(operation, act)).toEqual({ kind: 'domain-controller' })
    expect(azure.sim.state.vms[0]?.guest['sessions']).toHaveLength(1)
  })

  test('wait for another command, and are asked for once though Azure breaks', async () => {
    await using azure = await startHands([inside({ sessions: [ann] })], TAKES)
    await azure.sessions.begin(vm01, list)
    await expect(azure.sessions.begin(vm01, list)).rejects.toMatchObject({ kind: 'conflict' })
    azure.clock.now += 40_000
    azure.play({ match: 'runCommand', status: 500, late: true, times: 1 })
    await expect(azure.sessions.begin(vm01, list)).rejects.toMatchObject({ kind: 'broken' })
    expect(azure.calls(/runCommand/)).toHaveLength(3)
  })

  test('need the right to run commands, and an agent that answers', async () => {
    await using azure = await startHands([inside({})])
    azure.sim.state.denied = ['Microsoft.Compute/virtualMachines/runCommand/action']
    await expect(azure.sessions.begin(vm01, list)).rejects.toMatchObject({ kind: 'denied' })
    azure.sim.state.denied = []
    for (const vm of azure.sim.state.vms) vm.agent = 'not_ready'
    const operation = azure.settled(await azure.sessions.begin(vm01, list))
    await expect(azure.sessions.look(operation, list)).rejects.toBeInstanceOf(Fault)
  })

  test('are named by numbers and moments that mean nothing to a shell', async () => {
    await using azure = await startHands([inside({})])
    for (const id of [0, -1, 1.5, Number.NaN, 1e9])
      await expect(
        azure.sessions.begin(vm01, { do: 'end', session: { id, loggedOnAt } }),
      ).rejects.toMatchObject({ kind: 'invalid' })
    for (const minutesLeft of [0, 0.5, 1e6])
      await expect(
        azure.sessions.begin(vm01, { do: 'warn', session: own, minutesLeft }),
      ).rejects.toMatchObject({
        kind: 'invalid',
      })
    expect(azure.calls(/runCommand/)).toEqual([])
  })
})

test('nobody runs a script inside Windows without an identity that is for it', async () => {
  await using azure = await startHands([inside({})], {}, { guestCredential: undefined })
  expect(azure).not.toHaveProperty('sessions')
})

test('scripts run under the identity for Windows, and everything else under the other one', async () => {
  const nobody = {
    getToken: async () => ({ token: 'of-nobody', expiresOnTimestamp: Date.now() + 3_600_000 }),
  }
  await using azure = await startHands([inside({ sessions: [ann] })], {}, { guestCredential: nobody })
  await expect(azure.sessions.begin(vm01, list)).rejects.toMatchObject({ kind: 'denied' })
  await azure.surveyor.inventory()
  await using other = await startHands([inside({ sessions: [ann] })], {}, { credential: nobody })
  await other.sessions.begin(vm01, list)
  await expect(other.services.named('shop')).rejects.toMatchObject({ kind: 'denied' })
})

describe('the script', () => {
  test('is one text for everybody, looks first whether it is on a domain controller, and runs nothing that it is told', async () => {
    const script = await readFile(
      join(import.meta.dirname, '../../../../adapters/azure/hands/sessions.ps1'),
      'utf8',
    )
    expect(script.indexOf('DomainRole -ge 4')).toBeLessThan(script.indexOf('Add-Type'))
    expect(script).not.toMatch(/Invoke-Expression|\biex\b|Start-Process|&\s*\$|cmd(\.exe)?\s*\/c/i)
    // Parameters are numbers or compared, never shown or run.
    expect(script.match(/\$Minutes/g)).toHaveLength(2)
    expect(script).toContain('[int]$Minutes')
    expect(script).toContain('[int]$Id')
  })
})

describe('what Windows printed', () => {
  const read = (output: string, act: SessionAct = list) => answerIn(output, act)
  const one = { id: 3, user: 'ann', state: 'active' }
  const printed = (sessions: unknown) => JSON.stringify({ kind: 'sessions', sessions })

  test('is its last line, and addresses that are none are not told', () => {
    expect(read(`WARNING: something\r\n${printed([{ ...one, client: 'LOCAL' }])}\r\n`)).toEqual({
      kind: 'sessions',
      sessions: [one],
    })
    expect(read(printed([{ ...one, user: '\u202e<b>@everyone</b>' }]))).toMatchObject({ kind: 'sessions' })
  })

  test('is taken only in the one shape', () => {
    for (const output of [
      '',
      'null',
      '[]',
      '{"kind":"sessions"}',
      printed({}),
      printed([{ ...one, id: 0 }]),
      printed([{ ...one, id: '3' }]),
      printed([{ ...one, state: 'gone' }]),
      printed([{ ...one, more: 1 }]),
      printed([{ ...one, user: 'x'.repeat(51) }]),
      printed([{ ...one, since: 'yesterday' }]),
      printed([one, one]),
      printed(Array.from({ length: 21 }, (_, id) => ({ ...one, id: id + 1 }))),
      '{"kind":"done"}',
      '{"kind":"gone"}',
      printed([one]).slice(0, -1),
    ])
      expect(() => read(output)).toThrow(Fault)
    expect(() => read(printed([one]), { do: 'end', session: own })).toThrow(Fault)
    expect(() => read('{"kind":"failed"}', { do: 'end', session: own })).toThrow(
      /did not sign the session out/,
    )
  })

  test('never breaks the reader, whatever it is', () => {
    const act = fc.constantFrom<SessionAct>(list, { do: 'end', session: own })
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map(printed)), act, (output, wanted) => {
        try {
          expect(['sessions', 'done', 'gone', 'domain-controller']).toContain(answerIn(output, wanted).kind)
        } catch (error) {
          expect(error).toBeInstanceOf(Fault)
        }
      }),
    )
  })
})
