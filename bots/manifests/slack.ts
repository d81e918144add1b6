/**
 * The Slack app manifest: what Slack has to know about Latchkey, as the YAML that an administrator pastes into a new app.
 *
 * One request URL takes everything. Socket mode stays off, because the adapter's signature and replay checks belong to that URL.
 * Source: https://docs.slack.dev/reference/app-manifest (read 2026-11-20), manifest schema version 2.
 */
import { stringify } from 'yaml'
import { COMMANDS, type Command } from '../../core/command/commands.ts'
import type { Settings } from './settings.ts'
import { COMMAND, EVENTS, SCOPES, SHORTCUTS } from './slack-scopes.ts'

export type SlackManifest = {
  _metadata: { major_version: number; minor_version: number }
  display_information: {
    name: string
    description: string
    background_color: string
    long_description: string
  }
  features: {
    app_home: {
      home_tab_enabled: boolean
      messages_tab_enabled: boolean
      messages_tab_read_only_enabled: boolean
    }
    bot_user: { display_name: string; always_online: boolean }
    slash_commands: {
      command: string
      url: string
      description: string
      usage_hint: string
      should_escape: boolean
    }[]
    shortcuts: { name: string; type: 'message' | 'global'; callback_id: string; description: string }[]
  }
  oauth_config: { scopes: { bot: string[] } }
  settings: {
    event_subscriptions: { request_url: string; bot_events: string[] }
    interactivity: { is_enabled: boolean; request_url: string; message_menu_options_url: string }
    org_deploy_enabled: boolean
    socket_mode_enabled: boolean
    token_rotation_enabled: boolean
  }
}

/** Where the Slack adapter mounts its one route. */
export const SLACK_PATH = '/slack/events'

export function slackManifest({ baseUrl, slack }: Settings): SlackManifest {
  const requestUrl = `${baseUrl}${SLACK_PATH}`
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name: 'Latchkey',
      description: 'Just-in-time RDP to Azure VMs: ask, approve, connect; shut on time',
      background_color: '#14304f',
      long_description:
        'Ask for RDP to an Azure Windows VM, and the person who may decide gets a card, here or in Microsoft Teams. ' +
        'Once approved, the port opens through Defender for Cloud for one address and one while. ' +
        'Latchkey says ready after it has seen the rule in force, and shut after it has seen it gone.',
    },
    features: {
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: false,
      },
      bot_user: { display_name: 'latchkey', always_online: true },
      slash_commands: [
        {
          command: COMMAND.use,
          url: requestUrl,
          description: 'Ask for, decide and give back RDP access to Azure VMs',
          usage_hint: usageHint(),
          // Names, channels and links arrive marked as such, which the adapter undoes; unmarked, a typed "<" could not be told apart.
          should_escape: true,
        },
      ],
      shortcuts: SHORTCUTS.map(({ use, type, name, description }) => ({
        name,
        type,
        callback_id: use,
        description,
      })),
    },
    oauth_config: { scopes: { bot: [...SCOPES] } },
    settings: {
      event_subscriptions: { request_url: requestUrl, bot_events: EVENTS.map(({ use }) => use) },
      // The second is asked for the VMs that a form offers while somebody types.
      interactivity: {
        is_enabled: true,
        request_url: requestUrl,
        message_menu_options_url: requestUrl,
      },
      org_deploy_enabled: slack.grid,
      socket_mode_enabled: false,
      // The adapter takes one token from the environment; Slack would replace a rotating one every 12 hours.
      token_rotation_enabled: false,
    },
  }
}

/** An example instead of "<vm> [time]": Slack may show angle brackets as something else. */
function usageHint(): string {
  const [first, ...others] = COMMANDS as readonly [Command, ...Command[]]
  return `${first.example}, or: ${others.map(({ name }) => name).join(', ')}`
}

const HEAD = `# The Slack app of Latchkey, for "Create New App, From a manifest" at https://api.slack.com/apps.
# Written by: npm run manifest. Why each scope is wanted: manifest/slack/README.md.
`

export const slackYaml = (manifest: SlackManifest): string => HEAD + stringify(manifest, { lineWidth: 0 })
