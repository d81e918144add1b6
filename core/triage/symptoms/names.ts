/**
 * Finds what may be the name of a machine, a role instance or a Cloud Service.
 *
 * A word's own shape and the words round it speak for or against it. Azure has the last word: several candidates come back, best first.
 */
import { ordinary } from './ordinary.ts'
import type { NameCandidate } from './symptoms.ts'

const MOST = 6
const LEAST = 0.4
const MOST_WORDS = 4_000

const WORD =
  /(?<![\p{Script=Latin}\p{N}_.@\\/-])[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?(?![\p{Script=Latin}\p{N}_@\\]|[.-][A-Za-z0-9])/gu
const INSTANCE = /(?<![\w.])([A-Za-z][\w.-]{0,60}_IN_\d{1,4})(?!\w)/g
const ARM = /\/virtualMachines\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})/gi
const RDP_FILE = /(?<![\w.-])([A-Za-z0-9][A-Za-z0-9_-]{1,62})\.rdp\b/gi

/** Things of other kinds that are named like machines. */
const OTHER_KIND =
  /^(nsg|vnet|snet|subnet|rg|pip|nic|rt|asg|kv|lb|agw|afw|fw|udr|allow|deny|default|rule|policy|law|sa|stor)([-_]|(?<=allow|deny).)|([-_](nsg|vnet|subnet|snet|rg|pip|nic|rule|policy))$/i
/** Dates, times, updates, cmdlets, products, identifiers. */
const NO_MACHINE =
  /^(\d[\d.:_-]*(st|nd|rd|th|s|m|h|min|mins|hrs?|k|kb|mb|gb|am|pm|x)?|0x.*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|kb\d+|cve-.*|az-?\d+|aadsts\d+|(win|windows|w)-?(xp|7|8|8\.1|10|11)(-?\d{0,2}h\d)?|(win|windows|windows-?server|server|office)-?(20[012]\d|365)(r2)?|windows-server.*|m365|o365|tls-?1?\.?\d+|ssl\d|x(64|86)|ip-?v?[46]|sha-?\d+|utf-?8|md5|tcp-?\d*|udp-?\d*|rdp-?(tcp|\d+)|port-?\d+|event-?\d+|id-?\d+|err(connect|info)_.*|e-mail|wi-?fi|wlan|vpn\d*|nt|ntlmv?\d*|error-?\d*|step-?\d*|v\d+|h\d|q\d|\d+x\d+|standard_.*|covid-19)$/i
const CMDLET =
  /^(get|set|test|new|enter|invoke|start|stop|enable|disable|remove|add|restart|install|uninstall|import|export|update|reset|out|write)-[a-z]+$/i
const FILE = /\.(rdp|exe|dll|log|txt|ps1|bat|cmd|png|jpe?g|docx?|xlsx?|pdf|ya?ml|json|xml|msi|zip|tf)$/i
/** What machines are called that carry no number. */
const ROLE =
  /^(jump-?(box|host|server|vm)|(terminal|file|print|build|license|licence|sql|web|app|db|mail|test|dev)-?(server|host|vm))$/i
const MACHINE_PREFIX =
  /^(vm|srv|svr|server|sql|dc|ad|app|web|db|win|rds|rdsh|ts|jump|jmp|bastion|host|pc|ws|az|prd|prod|dev|tst|test|qa|uat|stg|file|fs|build|cad|hr|fin|erp|crm)[-_]/i

const NOUN =
  /(?<![\p{L}])(vms?|virtual machine|servers?|machine|host(name)?|computer(name)?|box|jump ?box|jump ?host|workstation|desktop|target|maschine|rechner|computer|serveur|machine|ordinateur|servidor|maquina|máquina|equipo|computador|macchina|サーバー?|虚拟机|服务器|主机|仮想マシン)( (is|called|named|name is|heisst|heißt|ist|namens|nommee?|appelee?|llamad[ao]|chamad[ao]|chiamat[ao]|our|my|mein|unser))?[\s:=("'`]{1,3}$/iu
const INTO =
  /(?<![\p{L}])(to|into|onto|in zu|auf|zu|nach|mit|sur|vers|à|al|en|na|para|verso|connettermi a|naar|rdp|reach|reaching|mstsc|v:|dial(l?ing)?|ping|start(ed)?|restart(ed)?|reboot(ed)?|turned)[\s:=("'`]{1,3}$/iu
const ON =
  /(?<![\p{L}])(on|in|of|from|for|at|with|von|bei|für|fur|de|do|da|del|di|op|rebooted|restarted|my|our|the)[\s:=("'`]{1,3}$/iu
const AGAINST =
  /(?<![\p{L}])((rule|policy|nsg|group|vnet|subnet|network|something|script|job|user(name)?|account|role|region|subscription|tag|tenant|domain|by|as|benutzer|konto|regel)( is)?( called| named)?|colleague|update|error|code)[\s:=("'`]{1,3}$/iu
const OF_ANOTHER_KIND = /^["'`]?\s(script|rule|policy|group|gpo|nsg|subnet|vnet|regel|skript)\b/i
const COMPUTER_LINE =
  /(remote computer|computer name|computername|remotecomputer|ordinateur distant|equipo remoto|远程计算机|リモート コンピューター)\s?[:：]\s*["'`]?$/iu
const SUBJECT =
  /^["'`]?\s?((is|was|are|seems|looks|ist|est|esta|está|è|e)\s(not|down|dead|gone|unreachable|offline|stuck|slow|broken|back|letting|nicht|weg|inacc|ca[ií]d|non|pas|fuori|fora|irraggiungibile)|(does|did|do|will|won|doesn)['n]?t?\s?(not|t)?\s?(respond|answer|work|let|connect|start)|refuses|keeps|stopped|antwortet|reagiert|geht|funktioniert|ne r|no responde|no funciona|nao|não|连不上|进不去|に接続|につなが|へ)/iu

export type Names = {
  machines: readonly NameCandidate[]
  instances: readonly string[]
  services: readonly string[]
}

/**
 * @param shown text without passwords
 * @param not words that are known to be something else: users, address parts
 */
export function readNames(shown: string, not: readonly string[], dns: readonly string[]): Names {
  const others = new Set([...not, ...dns].map(each => each.toLowerCase()))
  const best = new Map<string, NameCandidate>()
  const keep = (name: string, score: number) => {
    const key = name.toLowerCase()
    if (score < LEAST || others.has(key)) return
    if (score > (best.get(key)?.score ?? 0))
      best.set(key, { name, score: Math.round(Math.min(1, score) * 100) / 100 })
  }
  for (const match of shown.matchAll(ARM)) keep(match[1] ?? '', 1)
  for (const match of shown.matchAll(RDP_FILE)) if (!ordinary(match[1] ?? '')) keep(match[1] ?? '', 0.5)
  for (const typed of not) {
    // VMNAME\user names the machine too.
    const [authority = '', user] = typed.split('\\')
    if (user !== undefined && shapeOf(authority) >= 0.6) keep(authority, 0.5)
  }
  let seen = 0
  const unlikely: string[] = []
  for (const match of shown.matchAll(WORD)) {
    if (++seen > MOST_WORDS) break
    const name = match[0]
    if (name.length > 64 || notMachine(name)) continue
    const score = scoreOf(name, shown, match.index)
    if (score < LEAST && shapeOf(name) >= 0.6) unlikely.push(name)
    keep(name, score)
  }
  for (const name of dns) {
    const label = name.split('.')[0] ?? ''
    if (!name.endsWith('.cloudapp.net') && !notMachine(label)) keep(label, shapeOf(label) > 0 ? 0.6 : 0.45)
  }
  // Where nothing better is named, a machine's own shape outweighs the word before it ("after joining the domain hq-term-8 is gone").
  if (best.size === 0) for (const name of unlikely) keep(name, LEAST)
  const instances = [...new Set([...shown.matchAll(INSTANCE)].map(match => match[1] ?? ''))].slice(0, MOST)
  return {
    machines: [...best.values()]
      .filter(each => !instances.includes(each.name))
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST),
    instances,
    services: services(shown, dns),
  }
}

function scoreOf(name: string, text: string, at: number): number {
  const before = text.slice(Math.max(0, at - 48), at)
  if (COMPUTER_LINE.test(before)) return 1
  const shape = shapeOf(name)
  const plain = shape === 0
  if (plain && (ordinary(name) || /^[\d_.-]+$/.test(name) || name.length < 3)) return 0
  if (AGAINST.test(before)) return shape - 0.4
  const after = text.slice(at + name.length, at + name.length + 32)
  if (OF_ANOTHER_KIND.test(after)) return shape - 0.4
  let score = shape
  if (NOUN.test(before)) score = Math.max(score + 0.2, 0.6)
  else if (/["'`]$/.test(before) && /^["'`]/.test(after)) score = Math.max(score + 0.2, 0.5)
  else if (INTO.test(before)) score = Math.max(score + 0.12, 0.45)
  else if (ON.test(before) && !plain) score += 0.1
  const leads = /(^|[\n.!?:;,。、]|\b(hi|hello|hey|hallo|our|my|the|is)\b)\s*$/i.test(before)
  if (SUBJECT.test(after.replace(/\s+/g, ' ').trimStart()) && (leads || !plain))
    score = Math.max(score + 0.08, plain ? 0.45 : 0)
  // The first words of a message, or a line of its own, often are the name.
  if (!plain && /(^|\n)\s*$/.test(before)) score += 0.03
  return score
}

/** How much a word looks like a machine's name by itself; 0 for a plain word. */
function shapeOf(name: string): number {
  if (OTHER_KIND.test(name)) return 0.2
  if (ROLE.test(name)) return 0.5
  const digits = /\d/.test(name)
  const parts = name.split(/[-_.]/)
  if (parts.length > 1 && (digits || MACHINE_PREFIX.test(name))) return 0.75
  if (parts.length > 1) return parts.every(part => ordinary(part) || part.length < 2) ? 0 : 0.45
  if (digits && /^[a-z]{2,}[a-z0-9]*$/i.test(name)) return 0.68
  return /^[A-Z]{4,}$/.test(name) && !ordinary(name) ? 0.3 : 0
}

const notMachine = (name: string): boolean =>
  NO_MACHINE.test(name) || CMDLET.test(name) || FILE.test(name) || /_IN_\d{1,4}$/.test(name)

const SERVICE =
  /\b(?:roles?|instances?|cloud service|clouddienst|service cloud)(?: instances?)?(?: [\w.-]{1,60}_IN_\d{1,4})? (?:of|in|named|called|on|von|de)? ?["'`]?([A-Za-z][A-Za-z0-9-]{2,23})(?![\w-])/gi

function services(shown: string, dns: readonly string[]): readonly string[] {
  const named = [...shown.matchAll(SERVICE)].map(match => match[1] ?? '').filter(name => !ordinary(name))
  const labels = dns.filter(name => name.endsWith('.cloudapp.net')).map(name => name.split('.').at(-3) ?? '')
  return [...new Set([...labels, ...named])].slice(0, MOST)
}
