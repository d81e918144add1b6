/**
 * Finds addresses, DNS names and ports in a text, and whose they are said to be.
 */
import type { NamedAddress } from './symptoms.ts'

const MOST = 10

const IPV4 = /(?<![\w.-])(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?(?![\w/-]|\.\d)/g
/** Eight groups at most, with one gap; checked properly afterwards. */
const IPV6 = /(?<![\w:.])\[?([0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8})(?:\]:(\d{1,5})|\])?(?![\w:])/gi
const DNS =
  /(?<![\w@.-])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24})(?::(\d{1,5}))?(?![\w-]|\.[a-z0-9])/gi
const PORT = /\b(?:ports?|tcp|udp|puerto|porta|poort|端口|ポート)[ :=#/]{1,3}(\d{2,5})(?!\.?\d)/gi

/** File endings and programs that look like DNS names. */
const NOT_DNS =
  /\.(rdp|exe|dll|log|txt|ps1|psm1|bat|cmd|png|jpe?g|gif|docx?|xlsx?|pdf|ya?ml|json|xml|msi|zip|sys|tf|md|py|sh|ini|cfg|conf|html?|js|ts)$/i
/** Names that everybody uses and nobody dials. */
const EVERYBODYS =
  /(^|\.)(microsoft\.com|microsoftonline\.com|azure\.com|aka\.ms|windows\.net|github\.com|google\.com|slack\.com|office\.com|bing\.com)$/
const DIALLED = /\.cloudapp\.azure\.com$/

/** Whose: "my", and what an address is called, in the languages people write in. Compared without accents. */
const MINE =
  'my|our|own|source|client|current|egress|outbound|public|home|office|meine?|unsere?|mon|ma|mes|notre|mi|mis|nuestra|minha|meu|nossa|nosso|mio|mia|nostro|mijn|ons|onze|min|mitt|var|vart|vores|moj|moja|moje|nasz|muj|мой|моя|наш|내|제|我的|我们的|我这边的|出口|公网|外网|本机|本地|私の|自分の|こちらの'
const KIND =
  'public|external|home|office|source|egress|offentliche|offentlig|publica|publique|publieke|externe|externa|extern|publiczny|publiczne'
const NOUN =
  'ip-adress\\p{L}*|ip ?address|ip-?adres\\p{L}*|ip|ipv4|ipv6|address|network address|adresse?|adres|direccion|endereco|indirizzo|адрес|地址|アドレス|주소'
const IS = ' is| was| now| ist| lautet| est| es| e| ar| er| to| это|是|为|は|：'
const OWN = new RegExp(
  [
    `(?:${MINE}) ?(?:(?:${NOUN}|${KIND}) ?){1,4}(?:${IS})?[: =(-]{0,3}$`,
    '\\b(?:from|coming from|i come from|von|depuis|desde|dal|since|als|fran|fra|van|vanaf|z|od)( ip| address)?[: ]{1,2}$',
    '\\bvpn( client)?( is)?( on| up| connected)?,? ?(?:with|as|ip|address|gives me|gave me|my ip is|mit|avec|con|com|met|med)[: ]{1,3}$',
    "\\b(?:i have|i got|got|assigned|i am|i'm|ich habe|j'ai|tengo|tenho|ho|ik heb|jag har)[: ]{1,2}$",
    'source network address:?\\s*$',
  ].join('|'),
  'iu',
)
/** Said after it: "203.0.113.25 is what whatismyip says", "203.0.113.25 (my IP)". */
const OWN_AFTER =
  /^[ ,]{0,2}(?:\((?:(?:is|=) )?|(?:is|=) )(?:what (?:is )?whats?ismyip|whats?ismyip|(?:my|our|meine|unsere|ma|notre|mi|mia|mijn|min) (?:own |public )?(?:ip|address|adres\w*))(?!\D{0,4}\d)/i
const TARGET =
  /\b(to|into|on|at|auf|zu|nach|sur|vers|en|al|a|para|verso|remote computer|dial(l?ing|led|s)?|mstsc( \/v:?)?|use|port of|ping(ing)?|vm|server|target)[: ]{1,3}\(?$/i
/** "Changed the port to 3390", "from 3389 to 33901". */
const MOVED =
  /\b(?:port|rdp|puerto|porta)\b[^.!?\n]{0,40}?\b(?:to|auf|vers|a|en|para|su|is now|=)[: ]{1,2}(\d{4,5})\b(?![.:]\d)/gi

export type Addresses = {
  addresses: readonly NamedAddress[]
  dns: readonly string[]
  ports: readonly number[]
}

export function readAddresses(shown: string): Addresses {
  const addresses = new Map<string, NamedAddress>()
  const ports = new Set<number>()
  const keep = (text: string, at: number, typedPort: string | undefined) => {
    if (addresses.size >= MOST && !addresses.has(text)) return
    const port = portOf(typedPort)
    if (port) ports.add(port)
    const role = roleOf(shown, at)
    const before = addresses.get(text)
    const known = before && before.role !== 'unknown' ? before.role : role
    const either = port ?? before?.port
    addresses.set(text, { address: text, ...(either && { port: either }), role: known })
  }
  for (const match of shown.matchAll(IPV4))
    if (isIpv4(match[1] ?? '')) keep(match[1] ?? '', match.index, match[2])
  for (const match of shown.matchAll(IPV6)) {
    const text = (match[1] ?? '').toLowerCase()
    if (isIpv6(text)) keep(text, match.index, match[2])
  }
  const dns = new Set<string>()
  for (const match of shown.matchAll(DNS)) {
    const name = (match[1] ?? '').toLowerCase()
    if (NOT_DNS.test(name) || (EVERYBODYS.test(name) && !DIALLED.test(name))) continue
    if (dns.size < MOST) dns.add(name)
    const port = portOf(match[2])
    if (port) ports.add(port)
  }
  for (const match of shown.matchAll(PORT)) {
    const port = portOf(match[1])
    if (port && ports.size < MOST) ports.add(port)
  }
  for (const match of shown.matchAll(MOVED)) {
    const port = portOf(match[1])
    if (port && ports.size < MOST) ports.add(port)
  }
  return { addresses: [...addresses.values()], dns: [...dns], ports: [...ports] }
}

function roleOf(text: string, at: number): NamedAddress['role'] {
  const before = bare(text.slice(Math.max(0, at - 60), at))
  if (OWN.test(before) || OWN_AFTER.test(bare(text.slice(at, at + 90).replace(/^[\d.:a-f]+/i, ''))))
    return 'own'
  return TARGET.test(before) ? 'target' : 'unknown'
}

/** Without accents and line ends. */
const bare = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .replace(/\s+/g, ' ')

function portOf(typed: string | undefined): number | undefined {
  const port = Number(typed)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

const isIpv4 = (text: string): boolean =>
  text.split('.').every(part => Number(part) < 256 && (part === '0' || !part.startsWith('0')))

function isIpv6(text: string): boolean {
  const gaps = text.split('::').length - 1
  const groups = text.split(':').filter(group => group !== '')
  if (gaps > 1 || text.includes(':::') || (gaps === 0 && /^:|:$/.test(text))) return false
  // A time of day (08:51:12) has three groups and no gap.
  return gaps === 1 ? groups.length >= 1 && groups.length <= 7 : groups.length === 8
}
