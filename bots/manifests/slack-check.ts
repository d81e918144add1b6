/**
 * What Slack's own JSON schema for manifests does not know: which scopes and events there are, which scope an event needs, and that
 * addresses must be https. The schema would take `chat:wriiite`; Slack refuses it only when the manifest is pasted.
 *
 * Lengths are checked here too, because the command that writes manifests has no schema at hand.
 * Source of the lengths: github.com/slackapi/manifest-schema, version 2 at c50cfa8 (read 2026-11-20).
 */
import type { SlackManifest } from './slack.ts'
import { COMMAND, EVENTS, NEEDS, SCOPES, SHORTCUTS } from './slack-scopes.ts'

/** Every problem, in words; empty when there is none. */
export function slackProblems(manifest: SlackManifest): readonly string[] {
  return [
    ...scopeProblems(manifest),
    ...eventProblems(manifest),
    ...urlProblems(manifest),
    ...lengthProblems(manifest),
    ...(/^#(?:[0-9a-f]{3}){1,2}$/i.test(manifest.display_information.background_color)
      ? []
      : ['the background colour is not #rgb or #rrggbb']),
  ]
}

function scopeProblems({ oauth_config }: SlackManifest): string[] {
  const asked = new Set(oauth_config.scopes.bot)
  const unknown = [...asked].filter(scope => !SCOPES.includes(scope))
  const missing = NEEDS.filter(({ scope }) => scope !== undefined && !asked.has(scope))
  return [
    ...unknown.map(scope => `nothing needs the scope "${scope}", or it is misspelt`),
    ...missing.map(({ use, scope }) => `${use} needs the scope "${scope}"`),
  ]
}

function eventProblems({ settings, features }: SlackManifest): string[] {
  const { bot_events: subscribed } = settings.event_subscriptions
  const known = EVENTS.map(({ use }) => use)
  return [
    ...subscribed
      .filter(event => !known.includes(event))
      .map(event => `nobody listens to the event "${event}"`),
    ...known.filter(event => !subscribed.includes(event)).map(event => `the event "${event}" is missing`),
    ...(features.slash_commands.map(({ command }) => command).join() === COMMAND.use
      ? []
      : [`the one slash command is ${COMMAND.use}`]),
    ...SHORTCUTS.filter(({ use, type }) => !hasShortcut(features, use, type)).map(
      ({ use, type }) => `the ${type} shortcut "${use}" is missing`,
    ),
    ...features.shortcuts
      .filter(({ callback_id: id }) => !SHORTCUTS.some(({ use }) => use === id))
      .map(({ callback_id: id }) => `nobody listens to the shortcut "${id}"`),
    ...(features.app_home.home_tab_enabled ? [] : ['the Home tab is off']),
  ]
}

const hasShortcut = ({ shortcuts }: SlackManifest['features'], id: string, type: string): boolean =>
  shortcuts.some(each => each.callback_id === id && each.type === type)

function urlProblems({ features, settings }: SlackManifest): string[] {
  const urls = [
    ...features.slash_commands.map(({ url }) => url),
    settings.event_subscriptions.request_url,
    settings.interactivity.request_url,
    settings.interactivity.message_menu_options_url,
  ]
  return [
    ...urls.filter(url => URL.parse(url)?.protocol !== 'https:').map(url => `${url} is not an https address`),
    ...(new Set(urls).size === 1 ? [] : ['the request URLs differ, and only one is served']),
  ]
}

function lengthProblems({ display_information: display, features }: SlackManifest): string[] {
  const texts: [what: string, text: string, most: number, least?: number][] = [
    ['the name of the app', display.name, 35],
    ['the description', display.description, 140],
    ['the long description', display.long_description, 4_000, 175],
    ['the name of the bot', features.bot_user.display_name, 80],
    ...features.slash_commands.map(({ usage_hint }): [string, string, number] => [
      'the usage hint',
      usage_hint,
      1_000,
    ]),
    ...features.shortcuts.flatMap(({ name, description }): [string, string, number][] => [
      [`the shortcut "${name}"`, name, 24],
      [`the description of the shortcut "${name}"`, description, 150],
    ]),
  ]
  return texts
    .filter(([, text, most, least = 1]) => text.length > most || text.length < least)
    .map(([what, text, most, least = 1]) => `${what} has ${text.length} characters, not ${least} to ${most}`)
}
