/**
 * What a message says beside the error: which way and program, since when, who is affected, where it works.
 *
 * Patterns stand on folded text (lower case, no accents). Every repeat in them is bounded.
 */
import type { Change, Place, Symptoms } from './symptoms.ts'

type Table<T> = readonly (readonly [T, RegExp])[]

const first = <T>(table: Table<T>, text: string): T | undefined =>
  table.find(([, pattern]) => pattern.test(text))?.[0]

const NO_BASTION =
  /\b(no|without|not using|not through|kein(en)?|ohne|sans|pas de|sin|sem|senza) (the |azure )?bastion\b/
const PATHS: Table<NonNullable<Symptoms['path']>> = [
  [
    'bastion_native',
    /az(ure)? network bastion|bastion native|native client.{0,40}bastion|bastion.{0,40}native client|bastion tunnel/,
  ],
  ['rd_gateway', /\b(rd|rds|remote ?desktop|remotedesktop) ?-?gateway\b|\brdgw?\b|rd-gateway/],
  ['bastion', /bastion/],
  [
    'cloud_service',
    /(web|worker) ?roles?\b|role instances?\b|_in_\d{1,4}\b|(?<!azure)\.cloudapp\.net|\bcloud services?\b/,
  ],
  ['classic', /classic vm|classic endpoint|vm \(classic\)|asm vm/],
]

const VPN: Table<NonNullable<Symptoms['vpn']>> = [
  // One that people rent for privacy leads nowhere near a company's network.
  [
    'off',
    /\bvpn\b[^.!?\n]{0,20}\b(nord|express|surfshark|proton|mullvad|cyberghost)\b|\b(my|with|over|via) (nordvpn|expressvpn|surfshark|protonvpn|mullvad|cyberghost)\b/,
  ],
  [
    'off',
    /\b(no|not on|without|off|ohne|kein|sans|pas de|sin|sem|senza) (the |a |any )?(company |office )?vpn\b|\bvpn (is |was )?(off|disconnected|not connected|aus|getrennt)|turned (the )?vpn off/,
  ],
  [
    'on',
    /\b(on|over|via|through|using|with|inside|mit|uber|im|par|con|por|com) (the |my |our |a |dem |le |la |el )?(company |office |corporate |firmen-?)?vpn\b|\bvpn (is |was )?(on|connected|up|an|verbunden|active)\b/,
  ],
  ['mentioned', /\bvpn\b|expressroute|tailscale|wireguard|globalprotect|anyconnect/],
]

const CLIENTS: Table<NonNullable<Symptoms['client']>> = [
  ['rdcman', /\brdcman\b|remote desktop connection manager/],
  [
    'connection_manager',
    /mremote(ng)?|royal ?ts|royaltsx|devolutions|\bterminals\b|connection manager|superputty|asbru/,
  ],
  ['freerdp', /\bx?freerdp\b|wlfreerdp|errconnect_|errinfo_/],
  ['remmina', /\bremmina\b/],
  ['windows_app_mac', /\b(mac|macs|macbook|mac ?os|imac|osx|os x|apple laptop)\b/],
  ['ios', /\b(iphone|ipad|ios)\b/],
  [
    'android',
    /\bandroid\b|\b(my|from a|from the|mein(em)?|mon|mi) (phone|handy|telephone|telefono|movil)\b(?!.{0,3}(hotspot|tether))/,
  ],
  ['windows_app_windows', /\bwindows app\b|store app|microsoft store client/],
  [
    'mstsc',
    /\bmstsc\b|\.rdp\b|rdp file|remote desktop connection|remotedesktopverbindung|connexion bureau a distance|conexion a escritorio remoto|远程桌面连接|リモート デスクトップ接続/,
  ],
]

const WORKED: Table<NonNullable<Symptoms['history']['worked']>> = [
  [
    'never',
    /never worked|(just|newly|freshly) (created|made|built|deployed|provisioned)|brand[ -]new|\bnew vm\b|first time|frisch erstellt|noch nie|neu(e|en)? vm|jamais (marche|fonctionne)|viens de creer|nunca (ha )?funcion|recien creada|acabei de criar|mai funzionat|appena creata|刚创建|刚建|从来没|作成したばかり|一度も/,
  ],
  [
    'yesterday',
    /yesterday|\blast night\b|\bgestern\b|\bhier (ca|encore|soir|tout|matin|apres)|(marchait|fonctionnait) (encore )?hier|\bayer\b|\bontem\b|\bieri\b|昨天|昨日/,
  ],
  [
    'today',
    /this morning|whole morning|(an |one |two |\d ?)(hours?|minutes?|mins?|hrs?) ago|earlier today|until lunch|for lunch|a minute ago|heute (morgen|fruh|vormittag)|vor \d{1,3} (min|stund)|ce matin|il y a \d{1,3} (min|heure)|esta manana|hace \d{1,3} (min|hora)|hoje cedo|esta manha|stamattina|今天早上|今早|刚才|今朝|さっき/,
  ],
  [
    'before',
    /worked (fine |well )?(before|until|last|all|for)|it worked fine|used to work|was (fine|working|ok|connected)|always (rdp|worked|connect|use)|stopped working|last (week|month|friday|time)|bisher|bis(her)? ging|ging (noch|immer)|fonctionnait|marchait|funcionaba|funcionava|funzionava|以前可以|之前可以|前は|今まで/,
  ],
]

const CHANGES: Table<Change> = [
  [
    'update',
    /\b(updates?|updating|patch(es|ed|ing)?|kb\d{6,8}|windows update|aktualisierung|mise a jour|actualizaci|atualizac|aggiornament|nach dem update)|更新|补丁|アップデート/,
  ],
  [
    'restart',
    /\b(re-?boot(ed|ing|s)?|restart(ed|ing|s)?|neu ?gestartet|neustart|redemarr|reinici|riavvi)|重启|再起動/,
  ],
  [
    'started',
    /\b(started|turned .{0,20}\bon\b|powered .{0,12}on|switched .{0,20}\bon\b|hochgefahren|gestartet|demarre|encendi|arranc|liguei|avviat)|开机|起動し/,
  ],
  [
    'created',
    /\b(just |newly |freshly )(created|made|built|deployed)|brand[ -]new|frisch erstellt|viens de creer|recien creada|刚创建|作成したばかり/,
  ],
  [
    'moved',
    /\b(moved|migrat(ed|ion)|re-?deployed|resized|restored|failed over|verschoben|umgezogen|deplace|movid|spostat)/,
  ],
  [
    'password',
    /\b(changed|reset|new|forgot|forgotten|lost) (my |the |admin |our )?(admin |local )?(pass ?word|credentials)|password (change|reset|was changed)|kennwort (geandert|vergessen)|passwort (geandert|vergessen)|mot de passe (change|oublie)|contrasena (cambiada|olvid)|改了密码|忘记密码|パスワード.{0,4}(変更|忘れ)/,
  ],
  [
    'hardening',
    /\b(harden(ed|ing)?|baseline|cis (script|benchmark|level)|stig|security (review|baseline|template)|debloat)/,
  ],
  [
    'script',
    /\b(ran|run|running|executed) (a |the |my |some |this )?["']?(\w{1,20} )?["']?(\w{1,20} )?(script|playbook|gpo|tool)\b|debloat|skript/,
  ],
  ['driver', /\bdrivers?\b.{0,20}(install|update|upgrade)|install(ed|ing)? .{0,20}\bdrivers?\b|treiber/],
  [
    'route',
    /\b(route table|udr|routing|forced tunnel|expressroute|virtual appliance|nva|routentabelle|table de routage)/,
  ],
  [
    'rules',
    /\b(nsg|security groups?|inbound rules?|firewall rules?|allow-\w+|deny-\w+|terraform|bicep|pipeline)\b/,
  ],
  ['policy', /\b(azure policy|group policy|gpo|gruppenrichtlinie)\b/],
  [
    'rdp_port',
    /\b(changed|moved|different|other|new|custom) (the )?(rdp |remote desktop |listening )?port\b|rdp port (was |is )?(changed|moved)|portnumber/,
  ],
  [
    'fixed_address',
    /\b(fixed|static|manual) (ip|address)|feste ip|ip fixe|ip fija|ip fixo|ip statico|固定 ?ip/,
  ],
  ['key_vault', /key ?vault|bitlocker|disk encryption/],
  [
    'domain_controller',
    /\b(dcpromo|promoted|active directory role|(became|made|turned|promote|configured|set up|now) .{0,30}\bdomain controller)\b/,
  ],
  [
    'guest_vpn',
    /\b(vpn|tailscale|wireguard|openvpn|nordvpn|zerotier|exit node)( client)? (on|in|inside) (the |my |our )?(vm|server|machine)/,
  ],
]

const EVERYONE =
  /\b(nobody|no ?-?one|none of us|every(one|body)|the (whole|entire) team|whole team|all (of us|users|instances)|we all|several people|niemand|keiner|alle (kollegen|user|benutzer)|keiner von uns|personne ne|tout le monde|toute l'equipe|nadie|todo el equipo|todos|ninguem|nessuno|tutti)\b|没有人|没人|所有人|大家都|谁都|誰も|全員|みんな/
const ONLY_ME =
  /\b(colleagues?|coworkers?|co-workers?|others?|another user|someone else|my (mate|boss)|every(one|body) else|rest of the team)\b.{0,16}\b(can(?!'?t|not)|gets? in|is in|is fine|works?|has no|are fine|no problem)|works? (fine )?for (others|my colleagues?|him|her|every(one|body) else|the others)|\b(only|just) me\b|\bonly i\b|(kollege|kollegin|kollegen|andere)\b.{0,16}\b(kann|konnen|kommt|geht)|bei (den )?(anderen|kollegen) geht|(collegues?|autres)\b.{0,16}\b(peut|peuvent|arrive)|(companeros?|colegas?|colleghi|collega|otros|outros|altri)\b.{0,16}\b(puede|pueden|si|entra|consegue|conseguem|riesc)|solo (yo|a mi|io)|so eu|同事.{0,4}(可以|能|没问题)|只有我|自分だけ|私だけ|同僚は/

const COLLEAGUES_NEITHER =
  /\b(colleagues?|co-?workers?|others?|team|boss|kolleg(e|in|en)|andere[nr]?|collegues?|autres|companeros?|colegas?|colleg(a|hi)|otros|outros|altri)\b.{0,24}(can'?t|cannot|can not|\b(not|either|neither|as well|too|nicht|non plus|ne peu|tampoco|no pued|nao|neanche|nemmeno|non)\b)|同事也|同僚も/
const WORKS_NOW =
  /\b(works|working|ok|okay|fine|fixed|solved|resolved|up|good) (again|now)\b|\b(nevermind|never mind|false alarm|it'?s back|i'?m in now|got in now|problem (is )?(solved|gone)|all good)\b|(geht|funktioniert|lauft) (jetzt )?(wieder|doch)|hat sich erledigt|(ca|cela) (re)?marche (maintenant|a nouveau)|c'est bon maintenant|ya (funciona|puedo|esta)|agora (funciona|deu)|ora funziona|adesso funziona|现在可以了|好了已经|又可以了|直りました|使えるようになり|つながりました/
const STILL_NOT =
  /\b(not|n'?t|never|still|nobody|cannot|nicht|immer noch|toujours|pas|no|nao|non)\b.{0,30}\b(works|working|ok|fine|fixed|solved|funktioniert|geht|marche|funciona|funziona)/
const ALL_WELL =
  /\bis (?:\S{1,64}) (ok|okay|fine|up|alive|healthy|running)\b\s?\?|anything wrong with|everything (ok|alright|fine) with|just (checking|wondering)|alles (ok|in ordnung) mit|tout va bien|todo bien con|tudo (bem|certo) com|tutto (ok|bene) con/

const JIT =
  /\bjit\b|just[ -]in[ -]time|access request|approved (access|until|till)|\bapproved\b|genehmigt|approuve|aprobad|aprovad/
const JIT_APPROVED = /\b(approved|granted|genehmigt|approuve|aprobad|aprovad|window (is )?open|is open until)/
const JIT_ENDED =
  /(window|access|approval|jit).{0,24}\b(expired|ended|ran out|ran until|was until|is over)\b|expired (jit|access|window)|abgelaufen/

const PLACES: Table<Place> = [
  ['hotspot', /hotspot|tether|mobile data|lte|\b[45]g\b|mobilfunk|handynetz|partage de connexion/],
  [
    'office',
    /\b(office|work network|client site|customer site|corporate network|company network|buro|firma|bureau|oficina|escritorio da empresa|ufficio)\b|公司|会社/,
  ],
  ['home', /\b(home|wfh|homeoffice|home office|zuhause|zu hause|daheim|maison|casa|teletravail)\b|在家|自宅/],
  [
    'travel',
    /\b(train|hotel|airport|cafe|library|conference|zug|flughafen|gare|aeroport|aeropuerto|treno)\b/,
  ],
]
const FINE =
  /\b(works?|worked|fine|ok|instantly|can connect|gets in|no problem|geht|klappt|lauft|komme? (ich )?rein|funktioniert|marche|fonctionne|passe|funciona|funziona|va bien|entra|entro|conecta|collega)\b|可以|大丈夫/
const NOT_FINE =
  /\b(not|cannot|cant|can't|never|fails?|failed|nothing|time(s|d)? ?out|timeout|blocked|unreachable|dead|error|nicht|kein|pas|impossible|no|nao|non)\b|连不上|できない/

export type Hints = Pick<
  Symptoms,
  'path' | 'vpn' | 'client' | 'history' | 'scope' | 'places' | 'jit' | 'says'
>

/** @param plain folded text @param lines the same with its lines and sentences still apart, folded */
export function readHints(plain: string, lines: readonly string[]): Hints {
  const path = first(PATHS, NO_BASTION.test(plain) ? plain.replaceAll('bastion', ' ') : plain)
  const vpn = first(VPN, plain)
  const client = first(CLIENTS, plain)
  const worked = first(WORKED, plain)
  const after = CHANGES.filter(([, pattern]) => pattern.test(plain)).map(([change]) => change)
  const scope = scopeOf(plain)
  const jit = JIT_ENDED.test(plain)
    ? 'ended'
    : JIT_APPROVED.test(plain)
      ? 'approved'
      : JIT.test(plain)
        ? 'mentioned'
        : undefined
  const says =
    WORKS_NOW.test(plain) && !STILL_NOT.test(plain)
      ? 'works_now'
      : ALL_WELL.test(plain)
        ? 'nothing_wrong'
        : undefined
  return {
    ...(path && { path }),
    ...(vpn && { vpn }),
    ...(client && { client }),
    history: { ...(worked && { worked }), after },
    ...(scope && { scope }),
    places: readPlaces(lines),
    ...(jit && { jit }),
    ...(says && { says }),
  }
}

function scopeOf(plain: string): Symptoms['scope'] {
  if (COLLEAGUES_NEITHER.test(plain)) return 'everyone'
  if (ONLY_ME.test(plain)) return 'only_me'
  return EVERYONE.test(plain) ? 'everyone' : undefined
}

/** Judged clause by clause: "works in the office, but not from home" speaks of two places. */
function readPlaces(lines: readonly string[]): Symptoms['places'] {
  const works = new Set<Place>()
  const fails = new Set<Place>()
  for (const line of lines)
    for (const clause of line.split(
      /[,;:!?]|\bbut\b|\bhowever\b|\baber\b|\bmais\b|\bpero\b|\bma\b|\bmas\b/,
    )) {
      const places = PLACES.filter(([, pattern]) => pattern.test(clause)).map(([place]) => place)
      const fine = FINE.test(clause) && !NOT_FINE.test(clause)
      for (const place of places) (fine ? works : fails).add(place)
    }
  return { works: [...works], fails: [...fails].filter(place => !works.has(place)) }
}
