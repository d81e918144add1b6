/**
 * The commands people can type, as data: the grammar reads by this list, and help, manifests and documentation are written from it.
 *
 * A new command is a new entry here and its reading in `grammar.ts`. Every example must read as its own command; a test holds them to it.
 */

type CommandName =
  | 'connect'
  | 'approve'
  | 'deny'
  | 'cancel'
  | 'done'
  | 'extend'
  | 'list'
  | 'why'
  | 'diagnose'
  | 'help'

/** One argument as it is shown in help. `many`: it may have several words, up to the end. */
export type Argument = { name: string; optional: boolean; many?: true }

export type Command = {
  name: CommandName
  /** Other words for it, lower case. No word stands twice in the whole list. */
  aliases: readonly string[]
  arguments: readonly Argument[]
  /** One line: what it does for the person who types it. */
  help: string
  example: string
}

export const COMMANDS: readonly Command[] = [
  {
    name: 'connect',
    aliases: ['open', 'access', 'request'],
    arguments: [
      { name: 'vm', optional: false },
      { name: 'time', optional: true },
      { name: 'reason', optional: true, many: true },
    ],
    help: 'Ask for RDP access to a VM, or to a role instance such as shop/WebRole_IN_0.',
    example: 'connect vm01 2h INC-7 disk full',
  },
  {
    name: 'approve',
    aliases: ['accept', 'allow', 'grant'],
    arguments: [
      { name: 'request', optional: true },
      { name: 'time', optional: true },
    ],
    help: 'Approve a request that waits for you, for less time if you say so.',
    example: 'approve 3F2A1B 1h',
  },
  {
    name: 'deny',
    aliases: ['reject', 'decline', 'refuse'],
    arguments: [
      { name: 'request', optional: true },
      { name: 'reason', optional: false, many: true },
    ],
    help: 'Deny a request that waits for you, and say why.',
    example: 'deny 3F2A1B not during the release',
  },
  {
    name: 'cancel',
    aliases: ['withdraw', 'abort'],
    arguments: [{ name: 'request', optional: true }],
    help: 'Take back a request of yours that is not open yet.',
    example: 'cancel 3F2A1B',
  },
  {
    name: 'done',
    aliases: ['finished', 'close', 'return', 'disconnect', 'end'],
    arguments: [{ name: 'vm', optional: true }],
    help: 'Give access back before its time is over.',
    example: 'done vm01',
  },
  {
    name: 'extend',
    aliases: ['prolong', 'renew', 'longer'],
    arguments: [
      { name: 'vm', optional: true },
      { name: 'time', optional: false },
      { name: 'reason', optional: true, many: true },
    ],
    help: 'Ask for more time on a VM that is open for you.',
    example: 'extend vm01 30m still copying',
  },
  {
    name: 'list',
    aliases: ['ls', 'status', 'requests', 'mine', 'pending'],
    arguments: [],
    help: 'Show your requests and those that wait for you.',
    example: 'list',
  },
  {
    name: 'why',
    aliases: ['explain', 'check'],
    arguments: [
      { name: 'vm', optional: false },
      { name: 'time', optional: true },
    ],
    help: 'Show what the policy says about you and a VM, without asking for anything.',
    example: 'why vm01 4h',
  },
  {
    name: 'diagnose',
    aliases: ['troubleshoot', 'triage', 'diagnosis'],
    arguments: [
      { name: 'vm', optional: false },
      { name: 'what happens', optional: true, many: true },
    ],
    help: 'Find out why RDP to a VM does not work, and what helps.',
    example: 'diagnose vm01 an internal error has occurred',
  },
  {
    name: 'help',
    aliases: ['?', 'commands', 'usage'],
    arguments: [],
    help: 'Show the commands.',
    example: 'help',
  },
]

/** The command a lower-case word stands for. */
export const commandFor = (word: string): Command | undefined => BY_WORD.get(word)

/** Every word that stands for a command. */
export const COMMAND_WORDS: readonly string[] = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases])

/** How to type a command: "connect <vm> [time] [reason …]". */
export const usageOf = (command: Command): string =>
  [command.name, ...command.arguments.map(usageOfArgument)].join(' ')

function usageOfArgument({ name, optional, many }: Argument): string {
  const words = many ? `${name} …` : name
  return optional ? `[${words}]` : `<${words}>`
}

const BY_WORD: ReadonlyMap<string, Command> = new Map(
  COMMANDS.flatMap(command => [command.name, ...command.aliases].map(word => [word, command] as const)),
)
