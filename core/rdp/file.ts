/**
 * The .rdp file for one way in: a pure function from an address to bytes.
 *
 * Promises: the same fixed settings in the same order every time, each once; nothing from outside gets in but a host, a port, an
 * account name and a role instance, and each of these only when it has exactly the shape of one. A value that does not is a problem,
 * never a file: some clients run a line that begins with "/" as a command-line option, so one smuggled line break would be a takeover.
 * Both addresses are always the same. The file never holds a password or a gateway, and asks for the least: no drive, clipboard,
 * printer or sound unless the policy says so, and never a camera, microphone or other device. What it leaves out would fall back to the
 * client's defaults, and those redirect; so every redirection is written down, on or off.
 *
 * Written as mstsc itself saves it: UTF-16LE with a byte order mark and CRLF, one `name:type:value` per line.
 * Sources: Microsoft's table of .rdp settings (MicrosoftDocs/windowsserverdocs, clients/rdp-files.md, read 2026-11-20); role instances:
 * MSDN gg433063 (read 2026-11-20); FreeRDP 2.11.7 tried on 2026-11-20.
 */
import { utf16 } from './utf16.ts'

export type RdpFile = { name: string; bytes: Uint8Array }
export type RdpProblem = { problem: string }

export type RdpTarget = {
  /** A DNS name or an IPv4 address. IPv6 addresses do not work in .rdp files. */
  host: string
  port: number
  /** `user`, `.\user`, `vm\user`, `DOMAIN\user`, `user@domain`, or `AzureAD\user@domain`. Absent: the client asks. */
  account?: string
  /** What the file is called after, usually the VM's name. Anything at all; only what is safe in a file name is used. */
  label: string
  /** What the policy wants otherwise than least. */
  comforts?: Comforts
  /**
   * Sign-in with Entra ID in a browser window of the client. The host has to be a name, and one that the device has in Entra; an address
   * is refused. The account, where one is given, is then the user principal name alone.
   */
  entraSignIn?: boolean
  /** One instance of a Cloud Service role: all share the address, and the load balancer chooses by this. */
  roleInstance?: RoleInstance
}

/** What a session may have beyond screen, keyboard and mouse. Absent is off. */
type Comforts = {
  clipboard?: boolean
  /** Every drive of the person's computer. */
  drives?: boolean
  printers?: boolean
  /** All of the person's screens instead of one. */
  multimon?: boolean
  /** Sound of the VM on the person's computer. Never the microphone. */
  audio?: boolean
}

/** What a policy may ask of the file. */
export type FileWishes = Comforts & { entraSignIn?: boolean }

/** As Azure names them: the role "WebRole1" and its instance "WebRole1_IN_0". */
export type RoleInstance = { role: string; instance: string }

/** Makes the file, or says in one sentence for people why there can be none. Never throws; the same input gives the same bytes. */
export function rdpFile(target: RdpTarget): RdpFile | RdpProblem {
  const problem =
    hostProblem(target.host) ??
    portProblem(target.port) ??
    accountProblem(target.account) ??
    instanceProblem(target.roleInstance) ??
    entraProblem(target)
  if (problem !== undefined) return { problem }
  const lines = settings(target).map(([name, type, value]) => `${name}:${type}:${value}\r\n`)
  return { name: fileName(target.label), bytes: utf16(`\ufeff${lines.join('')}`) }
}

type Setting = readonly [name: string, type: 's' | 'i', value: string | number]

function settings({
  host,
  port,
  account,
  comforts,
  entraSignIn,
  roleInstance,
}: RdpTarget): readonly Setting[] {
  const address = `${host}:${port}`
  // Only a plain yes counts: what else a policy could hold by mistake leaves it off.
  const on = (comfort: keyof Comforts) => (comforts?.[comfort] === true ? 1 : 0)
  return [
    ['full address', 's', address],
    // Clients believe the alternate address when there is one. The same here, so that nobody can add another.
    ['alternate full address', 's', address],
    ['server port', 'i', port],
    ...(account === undefined ? [] : ([['username', 's', account]] as const)),
    ...(entraSignIn === true ? ([['enablerdsaadauth', 'i', 1]] as const) : []),
    ...(roleInstance === undefined ? [] : ([['loadbalanceinfo', 's', cookie(roleInstance)]] as const)),
    ['prompt for credentials', 'i', 1],
    ['promptcredentialonce', 'i', 0],
    // 2: warn. Azure VMs present self-signed certificates: 1 could not connect, 0 would not warn.
    ['authentication level', 'i', 2],
    ['enablecredsspsupport', 'i', 1],
    ['negotiate security layer', 'i', 1],
    ['gatewayhostname', 's', ''],
    ['gatewayusagemethod', 'i', 0],
    ['gatewayprofileusagemethod', 'i', 1],
    ['gatewaycredentialssource', 'i', 0],
    ['alternate shell', 's', ''],
    ['shell working directory', 's', ''],
    ['remoteapplicationmode', 'i', 0],
    ['screen mode id', 'i', 2],
    ['use multimon', 'i', on('multimon')],
    ['dynamic resolution', 'i', 1],
    ['autoreconnection enabled', 'i', 1],
    ['redirectclipboard', 'i', on('clipboard')],
    // Old clients go by the first, newer ones by the second.
    ['redirectdrives', 'i', on('drives')],
    ['drivestoredirect', 's', on('drives') === 1 ? '*' : ''],
    ['redirectprinters', 'i', on('printers')],
    ['redirectcomports', 'i', 0],
    ['redirectsmartcards', 'i', 0],
    ['redirectwebauthn', 'i', 0],
    ['redirectposdevices', 'i', 0],
    ['devicestoredirect', 's', ''],
    ['usbdevicestoredirect', 's', ''],
    ['camerastoredirect', 's', ''],
    ['redirectlocation', 'i', 0],
    ['audiocapturemode', 'i', 0],
    // 0: on the person's computer, 2: nowhere.
    ['audiomode', 'i', on('audio') === 1 ? 0 : 2],
  ]
}

/** Read by the load balancer. One space after the colon of the cookie's name, none at the end. */
const cookie = ({ role, instance }: RoleInstance): string =>
  `Cookie: mstshash=${role}#${instance}#Microsoft.WindowsAzure.Plugins.RemoteAccess.Rdp`

// ---- What a value may be -------------------------------------------------------------------------------------------------------

const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/
const OCTET = /^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/

/** Why a host cannot stand in a connection file, in a sentence; undefined when it can. */
export function hostProblem(host: string): string | undefined {
  if (/^[[\]0-9A-Fa-f:.]*$/.test(host) && host.split(':').length > 2)
    return 'An IPv6 address does not work in an RDP file. The VM needs a DNS name or an IPv4 address.'
  if (isIpv4(host)) return undefined
  const labels = host.split('.')
  // A last label of digits, or of hexadecimal ones, is a number to many resolvers: "1.2.3" and "0x7f000001" are addresses in disguise.
  const isNumber = /^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '')
  const isName = host.length <= 253 && labels.every(label => LABEL.test(label)) && !isNumber
  return isName ? undefined : 'The address of the VM is not a valid DNS name or IPv4 address.'
}

function isIpv4(host: string): boolean {
  const labels = host.split('.')
  return labels.length === 4 && labels.every(label => OCTET.test(label))
}

const portProblem = (port: number): string | undefined =>
  Number.isInteger(port) && port >= 1 && port <= 65_535 ? undefined : 'The port of the VM is not a valid one.'

const DOMAIN = /^(?:\.|[\p{L}\p{N}](?:[\p{L}\p{N}_.-]{0,62}[\p{L}\p{N}])?)$/u
/** Letters, digits and marks that Windows account names and user principal names may have, but "%": variables begin with it. No space or dot at the end. */
const USER =
  /^[\p{L}\p{N}!#$&'()^_`{}~.-](?:[\p{L}\p{M}\p{N} !#$&'()^_`{}~.-]{0,102}[\p{L}\p{M}\p{N}!#$&'()^_`{}~-])?$/u
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u

/** Why an account name cannot stand in a connection file, in a sentence; undefined when it can. */
function accountProblem(account: string | undefined): string | undefined {
  if (account === undefined) return undefined
  const problem = 'The account name of the VM is not one that Windows could sign in with.'
  if (account.length > 256 || !account.isWellFormed() || INVISIBLE.test(account)) return problem
  const [user = '', domain, ...more] = account.split('\\').reverse()
  const [name = '', suffix, ...evenMore] = user.split('@')
  const isFine =
    more.length + evenMore.length === 0 &&
    (domain === undefined || DOMAIN.test(domain)) &&
    USER.test(name) &&
    /[\p{L}\p{N}]/u.test(name) &&
    (suffix === undefined || (suffix !== '.' && DOMAIN.test(suffix)))
  return isFine ? undefined : problem
}

const ROLE = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/
const INSTANCE = /_IN_\d{1,4}$/

function instanceProblem(one: RoleInstance | undefined): string | undefined {
  if (one === undefined) return undefined
  const { role, instance } = one
  const isFine = ROLE.test(role) && instance.replace(INSTANCE, '') === role && INSTANCE.test(instance)
  return isFine ? undefined : 'The role instance does not have a name such as WebRole1_IN_0.'
}

function entraProblem({ host, account, entraSignIn, roleInstance }: RdpTarget): string | undefined {
  if (entraSignIn !== true) return undefined
  if (isIpv4(host))
    return 'Sign-in with Entra ID works only with the host name of the VM in the file, not with an IP address.'
  if (roleInstance !== undefined) return 'Sign-in with Entra ID does not work with a Cloud Service.'
  return account === undefined || /^[^\\@]+@[^\\@]+$/.test(account)
    ? undefined
    : 'Sign-in with Entra ID takes a user principal name such as alice@contoso.com, and nothing before it.'
}

// ---- Name and bytes ------------------------------------------------------------------------------------------------------------

const MOST_NAME = 60
/** Device names to Windows, with any extension. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** 1 to 60 letters, digits, ".", "_" and "-" before ".rdp"; never a hidden file, an option, a path or a Windows device. */
function fileName(label: string): string {
  const safe = label
    .slice(0, 1_000)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/\.rdp$/i, '')
  const stem = trimmed(trimmed(safe).slice(0, MOST_NAME))
  const named = stem === '' ? 'vm' : RESERVED.test(stem) ? `vm-${stem}` : stem
  return `${trimmed(named.slice(0, MOST_NAME))}.rdp`
}

const trimmed = (text: string): string => text.replace(/^[.-]+/, '').replace(/[.-]+$/, '')
