/**
 * What Teams' own JSON schema does not know: how large the icons are and what is in them, that addresses must be https, and which parts
 * of the manifest depend on each other.
 *
 * Sources: https://learn.microsoft.com/microsoftteams/platform, pages on the app package, the commands menu of bots and slash commands
 * (read 2026-11-20).
 */
import { SIZE } from './icon.ts'
import { type Picture, readPng } from './png.ts'
import type { TeamsManifest } from './teams.ts'

/** A command's title and description, as long as Teams' menu shows them. The schema takes far more. */
const MOST_TITLE = 32
const MOST_DESCRIPTION = 128

/** Every problem, in words; empty when there is none. */
export function teamsProblems(
  manifest: TeamsManifest,
  icons: { color: Uint8Array; outline: Uint8Array },
): readonly string[] {
  return [
    ...urlProblems(manifest),
    ...manifest.bots.flatMap(botProblems),
    ...actionProblems(manifest),
    ...iconProblems('color', icons.color, isOpaque),
    ...iconProblems('outline', icons.outline, isWhiteOnNothing),
  ]
}

function urlProblems({ developer, validDomains }: TeamsManifest): string[] {
  const { websiteUrl, privacyUrl, termsOfUseUrl } = developer
  return [
    ...[websiteUrl, privacyUrl, termsOfUseUrl]
      .filter(url => URL.parse(url)?.protocol !== 'https:')
      .map(url => `${url} is not an https address`),
    ...validDomains
      .filter(domain => URL.parse(`https://${domain}`)?.host !== domain.toLowerCase())
      .map(domain => `the valid domain "${domain}" is not a host`),
  ]
}

type Bot = TeamsManifest['bots'][number]

function botProblems({ scopes, supportsFiles, supportsTargetedMessages, commandLists }: Bot): string[] {
  const commands = commandLists.flatMap(list => list.commands)
  return [
    ...(supportsFiles && !scopes.includes('personal') ? ['files are handed over in private chats only'] : []),
    ...commandLists
      .flatMap(list => list.scopes)
      .filter(scope => !scopes.includes(scope))
      .map(scope => `there are commands for ${scope}, where the bot is not`),
    ...commandLists
      .filter(({ triggers }) => triggers.includes('slash'))
      .flatMap(list => [
        ...(supportsTargetedMessages ? [] : ['slash commands need supportsTargetedMessages']),
        ...(list.scopes.includes('personal') ? ['slash commands are not for private chats'] : []),
      ]),
    ...commands
      .filter(({ title }) => title.length > MOST_TITLE)
      .map(({ title }) => `the command "${title}" has a title of more than ${MOST_TITLE} characters`),
    ...commands
      .filter(({ description }) => description.length > MOST_DESCRIPTION)
      .map(({ title }) => `the command "${title}" is described in more than ${MOST_DESCRIPTION} characters`),
  ]
}

function actionProblems({ bots, composeExtensions }: TeamsManifest): string[] {
  return composeExtensions.flatMap(({ botId, commands }) => [
    ...(bots.some(bot => bot.botId === botId) ? [] : ['the message actions go to another bot']),
    // Without it, Teams shows a form of its own and the message does not come along when it is chosen.
    ...commands
      .filter(({ fetchTask }) => !fetchTask)
      .map(({ title }) => `the message action "${title}" does not fetch its dialog`),
  ])
}

type Look = (pixels: readonly (readonly number[])[]) => string | undefined

function iconProblems(name: 'color' | 'outline', bytes: Uint8Array, look: Look): string[] {
  const side = SIZE[name]
  let picture: Picture
  try {
    picture = readPng(bytes)
  } catch (error) {
    return [`the ${name} icon cannot be read: ${error instanceof Error ? error.message : String(error)}`]
  }
  const { width, height, pixels } = picture
  if (width !== side || height !== side)
    return [`the ${name} icon is ${width}x${height}, not ${side}x${side}`]
  const each = Array.from({ length: width * height }, (_, at) => [...pixels.subarray(at * 4, at * 4 + 4)])
  const problem = look(each)
  return problem === undefined ? [] : [`the ${name} icon ${problem}`]
}

const alphaOf = ([, , , alpha = 0]: readonly number[]): number => alpha
const isWhite = ([red, green, blue]: readonly number[]): boolean =>
  red === 0xff && green === 0xff && blue === 0xff

const isOpaque: Look = pixels =>
  pixels.every(pixel => alphaOf(pixel) === 0xff) ? undefined : 'lets something shine through'

const isWhiteOnNothing: Look = pixels => {
  const drawn = pixels.filter(pixel => alphaOf(pixel) > 0)
  if (drawn.length === 0) return 'is empty'
  if (drawn.length === pixels.length) return 'has no transparent ground'
  return drawn.every(isWhite) ? undefined : 'has another colour than white'
}
