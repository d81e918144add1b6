/**
 * The manifest of the Teams app package.
 *
 * Version 1.30 is the oldest whose slash commands this was checked against; `supportsTargetedMessages` is what makes Teams offer them.
 * Commands are listed once for private chats and once for channels and group chats, where Teams offers them after a mention and after a
 * slash. Whatever is chosen there arrives as text, and the grammar reads it with or without "rdp", a slash or a mention in front.
 * "Diagnose this" stands in the menu of every message: Teams sends that message along, and the bot answers in private.
 * No permission is asked for: the bot reads what is addressed to it and nothing else.
 * Sources: the schema in @microsoft/app-manifest 1.1.2; https://learn.microsoft.com/microsoftteams/platform, pages on the commands
 * menu of bots and on slash commands (read 2026-11-20) and on action commands of message extensions (read 2026-11-21).
 */
import { COMMANDS } from '../../core/command/commands.ts'
import type { Settings } from './settings.ts'

type Scope = 'personal' | 'team' | 'groupChat'

export type TeamsManifest = {
  $schema: string
  manifestVersion: '1.30'
  version: string
  id: string
  developer: { name: string; websiteUrl: string; privacyUrl: string; termsOfUseUrl: string }
  name: { short: string; full: string }
  description: { short: string; full: string }
  icons: { color: string; outline: string }
  accentColor: string
  bots: {
    botId: string
    scopes: Scope[]
    isNotificationOnly: boolean
    supportsFiles: boolean
    supportsTargetedMessages: boolean
    commandLists: {
      scopes: Scope[]
      triggers: ('mention' | 'slash')[]
      commands: { title: string; description: string }[]
    }[]
  }[]
  composeExtensions: {
    botId: string
    commands: {
      id: string
      type: 'action'
      title: string
      description: string
      context: ('message' | 'compose' | 'commandBox')[]
      fetchTask: boolean
    }[]
  }[]
  validDomains: string[]
}

/** The id under which the Teams adapter knows the message action. */
export const DIAGNOSE_ACTION = 'diagnose'

/** Where the Teams adapter mounts its one route: the bot's messaging endpoint. */
export const TEAMS_PATH = '/api/messages'

export const ICONS = { color: 'color.png', outline: 'outline.png' } as const

/** Teams shows at most this many commands of a list. */
const MOST_COMMANDS = 12

/** @param version the app's version: Teams takes a changed package only with a higher one */
export function teamsManifest(
  baseUrl: string,
  { appId, aboutUrl }: NonNullable<Settings['teams']>,
  version: string,
): TeamsManifest {
  const commands = COMMANDS.slice(0, MOST_COMMANDS).map(({ name, help, example }) => ({
    title: name,
    description: `${help} Example: ${example}`,
  }))
  return {
    $schema: 'https://developer.microsoft.com/json-schemas/teams/v1.30/MicrosoftTeams.schema.json',
    manifestVersion: '1.30',
    version,
    // Teams allows the app and its bot the same id, so there is one less to mix up.
    id: appId,
    developer: {
      name: 'Latchkey',
      websiteUrl: aboutUrl,
      privacyUrl: aboutUrl,
      termsOfUseUrl: aboutUrl,
    },
    name: { short: 'Latchkey', full: 'Latchkey: just-in-time RDP' },
    description: {
      short: 'Just-in-time RDP to Azure VMs: ask, approve, connect; shut on time',
      full:
        'Ask for RDP to an Azure Windows VM, and the person who may decide gets a card, here or in Slack. ' +
        'Once approved, the port opens through Defender for Cloud for one address and one while. ' +
        'Latchkey says ready after it has seen the rule in force, and shut after it has seen it gone.',
    },
    icons: { ...ICONS },
    accentColor: '#14304F',
    bots: [
      {
        botId: appId,
        scopes: ['personal', 'team', 'groupChat'],
        isNotificationOnly: false,
        supportsFiles: true,
        supportsTargetedMessages: true,
        commandLists: [
          { scopes: ['personal'], triggers: ['mention'], commands },
          { scopes: ['team', 'groupChat'], triggers: ['mention', 'slash'], commands },
        ],
      },
    ],
    composeExtensions: [
      {
        botId: appId,
        commands: [
          {
            id: DIAGNOSE_ACTION,
            type: 'action',
            title: 'Diagnose this',
            description: 'Find out why a connection to a VM does not work. The answer comes in private.',
            context: ['message'],
            fetchTask: true,
          },
        ],
      },
    ],
    validDomains: [new URL(baseUrl).host],
  }
}
