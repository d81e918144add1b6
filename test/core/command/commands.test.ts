import { describe, expect, test } from '@jest/globals'
import { COMMAND_WORDS, COMMANDS, commandFor, usageOf } from '../../../core/command/commands.ts'
import { readCommand } from '../../../core/command/grammar.ts'
import { isRefusal } from '../../../core/refusal.ts'

describe('the commands', () => {
  test.each(COMMANDS)('the example of $name reads as $name', ({ name, example }) => {
    const reading = readCommand(example)
    expect(isRefusal(reading)).toBe(false)
    expect(reading).toMatchObject({ do: name })
  })

  test.each(COMMANDS)(
    'the example of $name uses every argument it has',
    ({ name, arguments: all, example }) => {
      const words = example.split(' ').length - 1
      expect(words).toBeGreaterThanOrEqual(all.length)
      expect(example.split(' ')[0]).toBe(name)
    },
  )

  test('no word stands for two commands', () => {
    expect(new Set(COMMAND_WORDS).size).toBe(COMMAND_WORDS.length)
  })

  test('every word finds its command', () => {
    for (const command of COMMANDS)
      for (const word of [command.name, ...command.aliases]) expect(commandFor(word)).toBe(command)
    expect(commandFor('constructor')).toBeUndefined()
  })

  test('help is one plain line each', () => {
    for (const { help } of COMMANDS) expect(help).toMatch(/^[A-Z][^\n<>]{10,100}\.$/)
  })

  test('usage shows what may be left out and what may have several words', () => {
    expect(COMMANDS.map(usageOf)).toEqual([
      'connect <vm> [time] [reason …]',
      'approve [request] [time]',
      'deny [request] <reason …>',
      'cancel [request]',
      'done [vm]',
      'extend [vm] <time> [reason …]',
      'list',
      'why <vm> [time]',
      'diagnose <vm> [what happens …]',
      'help',
    ])
  })
})
