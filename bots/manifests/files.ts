/** All manifests as files: the same settings give the same files, byte for byte. */
import { ROLES, roleJson } from './azure.ts'
import { colorIcon, outlineIcon } from './icon.ts'
import { writePng } from './png.ts'
import { PLACEHOLDERS, type Settings } from './settings.ts'
import { slackManifest, slackYaml } from './slack.ts'
import { slackProblems } from './slack-check.ts'
import { ICONS, type TeamsManifest, teamsManifest } from './teams.ts'
import { teamsProblems } from './teams-check.ts'
import { writeZip } from './zip.ts'

export const TEAMS_ZIP = 'teams/latchkey-teams.zip'

type Manifests = {
  /** By path below the folder they are written to. */
  files: ReadonlyMap<string, Uint8Array>
  /** What Slack or Teams would refuse, in words. Files with problems are of no use to anybody. */
  problems: readonly string[]
}

/** @param version the version of Latchkey */
export function makeManifests(settings: Settings, version: string): Manifests {
  const slack = slackManifest(settings)
  const teams = settings.teams && teamsFiles(teamsManifest(settings.baseUrl, settings.teams, version))
  const files = new Map<string, Uint8Array>([
    ['slack/manifest.yaml', Buffer.from(slackYaml(slack))],
    ...(teams?.files ?? []),
    ...ROLES.map(
      role => [`azure/${role.file}`, asJson(roleJson(role, settings.azureScopes))] as [string, Uint8Array],
    ),
  ])
  return { files, problems: [...slackProblems(slack), ...(teams?.problems ?? [])] }
}

function teamsFiles(manifest: TeamsManifest): {
  files: [string, Uint8Array][]
  problems: readonly string[]
} {
  const icons = { color: writePng(colorIcon()), outline: writePng(outlineIcon()) }
  const inside: [string, Uint8Array][] = [
    ['manifest.json', asJson(manifest)],
    [ICONS.color, icons.color],
    [ICONS.outline, icons.outline],
  ]
  const files = inside.map(([name, bytes]): [string, Uint8Array] => [`teams/${name}`, bytes])
  // A package for an app that does not exist would only be uploaded by mistake.
  const isReal = manifest.id !== PLACEHOLDERS.teams?.appId
  return {
    files: isReal ? [...files, [TEAMS_ZIP, writeZip(new Map(inside))]] : files,
    problems: teamsProblems(manifest, icons),
  }
}

const asJson = (value: object): Uint8Array => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`)
