/**
 * What people volunteer in their own words: "works on my hotspot", "I set a fixed IP in Windows". It saves the question.
 *
 * A hint, never a proof: each is worth a check's attention, and none opens, changes or names anything by itself. English in the main; the
 * most usual German, French and Spanish forms are known. Every repeat in a pattern is bounded, so no text makes one slow.
 */

import type { Hints } from './hints.ts'

const HINTS = {
  // Who and where else
  'others-get-in': [
    /\b(colleagues?|co-?workers?|others?|team ?-?mates?|neighbou?rs?|desk ?mates?|room ?mates?|everyone else|everybody else|they|he|she|my boss)\b[^.!?]{0,25}\b(can (still )?(connect|log ?(in|on)|get (in|on)|rdp|reach)|gets? in|(works?|connects?) fine|no (problem|issue)s?)/,
    /\bworks? (fine |ok )?for (others|everyone else|everybody else|(my|a|the) (colleague|coworker|co-worker|boss|team)|the rest)/,
    /\b(anderen?|kollegen?|kollegin)\b[^.!?]{0,25}\b(kommen?|geht|funktioniert)/,
    /\b(mes |mon )?coll[eè]gues?\b[^.!?]{0,25}\b(se connect|y arriv|fonctionne)/,
  ],
  'all-fail': [
    /\b(whole|entire) (team|office|site|department|company)\b/,
    /\b(none|all) of us\b/,
    /\b(nobody|no ?one|no one)( else)? (here |in the (office|team) |at the [a-z]{2,12} )?(can|gets?|is able)/,
    /\b(everyone|everybody|all users)\b[^.!?]{0,30}\b(can'?t|cannot|dropped|kicked|fails?|lost|out)/,
    /\bdropped (everybody|everyone|all)\b/,
    /\b(niemand|keiner)\b/,
    /\bpersonne ne\b/,
  ],
  'other-network-works': [
    /\b(hot ?spot|mobile data|phone|4g|5g|lte|tether\w{0,5})\b[^.!?]{0,40}\b(it )?(works?|fine|instantly|gets? (further|in)|connects?|geht|funktioniert)/,
    /\b(works?|fine|ok|connects?|get in|geht|funktioniert)\b[^.!?]{0,30}\b(hot ?spot|mobile data|4g|5g|lte|tether\w{0,5}|(from|at) home|from (my |the )?(phone|house|flat)|home (network|wifi|wi-fi|line))/,
    /\bhome (works|is fine|is ok|no problem)/,
  ],
  'office-works': [
    /\b(works?|fine|ok|could)\b[^.!?]{0,20}\b(in|at|from|inside) (the |our )?(office|work|hq|headquarters)\b/,
    /\b(office|hq)\b[^.!?]{0,12}\b(works|is fine|is ok)\b/,
    /\bim b[uü]ro (geht|funktioniert)/,
    /\bau bureau [^.!?]{0,10}(marche|fonctionne)/,
  ],
  away: [
    /\b(from|at) home\b/,
    /\b(train|hotel|airport|caf[eé]|coffee shop|library|conference|on the road|travel+ing|holiday|hot ?spot|abroad|guest wi-?fi)\b/,
    /\bnew (isp|provider|internet|router|flat|house|office)\b/,
    /\b(homeoffice|home office|von zu ?hause|zuhause)\b/,
  ],
  'other-hosts-work': [
    /\b(other|another|all other|the rest of the|different) (servers?|vms?|machines?|hosts?|boxes|computers?|windows)\b[^.!?]{0,30}\b(works?|fine|ok|no problem|reachable)/,
    /\b(can|could) (still )?(rdp|connect|get|log ?in)( in)?( to)? (other|another|all other|the other)\b/,
  ],
  'no-host-works': [
    /\b(rdp|remote desktop|mstsc)( to| on)? (any|every|all|each) (server|vm|machine|host|computer)s?\b[^.!?]{0,25}\b(fails?|dies|blocked|hangs?|closes|not)\b/,
    /\b(gets?|got|comes?|came) (in)?to (no|not a single) (\w{2,12} )?(servers?|vms?|machines?|hosts?|computers?)\b/,
    /\bno (windows |other |remote )?(servers?|vms?|machines?|hosts?) at all\b/,
    /\bnone of (the|my|our) (\w{2,12} )?(servers|vms|machines|hosts)\b[^.!?]{0,40}\bfrom (this|my)\b/,
    /\b(auf|zu) keinen? (einzigen? )?(server|rechner|maschine|vm)\b/,
    /\b(sur|vers) aucun(e)? (serveur|machine|vm)\b/,
    /\b(a|en) ning[uú]n (servidor|equipo)\b/,
    /\b(any|no|every|all) (servers?|vms?|machines?|hosts?|computers?)\b[^.!?]{0,40}\bfrom (this|my) (pc|laptop|computer|machine|mac|desktop)/,
    /\b(can'?t|cannot|can not) (rdp|remote desktop|connect)( in)?( to)? (any|anything|anywhere|a single)/,
    /\b(rdp|remote desktop)\b[^.!?]{0,25}\b(nowhere|to nothing|anywhere)\b/,
    /\bnot? (rdp|remote desktop) (at all )?from (this|my)\b/,
    /\bevery (server|vm|machine|host)\b[^.!?]{0,20}\bfails?\b/,
  ],
  'other-pc-works': [
    /\b(tablet|ipad|phone|laptop|macbook|pc|computer|desktop|machine) (next to|beside) (it|me|mine)\b[^.!?]{0,25}\b(works?|fine|ok|gets? in|connects?|no problem)/,
    /\b(other|another|second|old|spare|my (wife|husband|colleague)'?s?) (pc|laptop|computer|desktop|mac|machine|device)\b[^.!?]{0,30}\b(works?|fine|ok|gets? in|connects?|no problem)/,
    /\b(works?|fine|ok|connects?)\b[^.!?]{0,15}\b(from|on|with) (another|a different|the other|my other|a second|my old) (pc|laptop|computer|desktop|mac|machine|device)/,
    /\bwindows (pc|laptop|machine|desktop)\b[^.!?]{0,40}\b(it )?(works?|gets in|is fine|fine|ok)\b/,
  ],
  // The client
  'other-client-works': [
    /\b(mstsc|remote desktop connection|windows app|the old (client|app)|browser|other (client|app))\b[^.!?]{0,40}\b(works?|is fine|fine|ok|connects?|gets in)\b/,
    /\b(works?|fine|connects?)\b[^.!?]{0,12}\b(in|with|from|via|using) (plain |the plain )?(mstsc|remote desktop connection|the (old|other) (client|app)|windows app)\b/,
  ],
  'third-party-client': [
    /\b(mremote(ng)?|rdcman|remote desktop connection manager|royal ?ts|devolutions|rdm|mobaxterm|remmina|x?freerdp|guacamole|parallels client|jump desktop|terminals)\b/,
  ],
  rdcman: [/\b(rdcman|remote desktop connection manager)\b/],
  'click-away': [
    /\b(click|switch|tab|undock|re-?dock|resize|minimi[sz]e)\w{0,4}\b[^.!?]{0,40}\b(back|again|away|comes? back|appears?|shows?|fixes)\b/,
  ],
  mac: [/\b(mac|macbook|imac|macos|os ?x|mac ?mini)\b/],
  phone: [/\b(iphone|ipad|android|ios|phone app|tablet)\b/],
  'linux-client': [
    /\b(remmina|x?freerdp|from (ubuntu|linux|debian|fedora)|linux (laptop|desktop|client|pc))\b/,
  ],
  'old-client': [
    /\b(windows (xp|vista|7|8)|win(xp|7|8)|thin client|wyse|igel|ten ?zig|old (client|laptop|pc|computer|rdp|remote desktop|version))\b/,
  ],
  'saved-entry': [
    /\b(icon|shortcut|saved|bookmark\w{0,2}|favou?rite|stored|old (rdp )?file|existing (rdp )?file|same (rdp )?file|\.rdp|my (rdp )?file|rdp file|pinned|recent list|profile in)\b/,
  ],
  'fresh-entry-works': [
    /\b(new|fresh|clean|blank) (\.?rdp |connection )?(file|profile|entry|connection)\b[^.!?]{0,20}\b(works?|fine|ok|connects?)/,
    /\b(incognito|cleared? (the )?(saved )?(credentials|cache)|typing (it|the (name|address)) by hand)\b[^.!?]{0,20}\b(works?|helps?|fine)/,
    /\b(works?|fine|connects?)\b[^.!?]{0,15}\b(with|from|using) (a )?(new|fresh|clean|blank) /,
  ],
  'saved-password': [/\b(saved|stored|remembered|cached) (password|credentials?|login)\b/],
  // The way
  'on-vpn': [
    /\b(over|through|via|on|with|using|inside) (the |our |my )?(\w{2,12} )?(vpn|office line|expressroute|globalprotect|anyconnect)\b/,
    /\bvpn (is |shows? (as )?)?(on|up|connected|fine|green|ok)\b/,
    /\bconnected to (the |our )?(\w{2,12} )?vpn\b/,
    /\b([uü]ber|mit) (das |dem |unser )?vpn\b/,
  ],
  'path-works': [
    /\b(file ?share|share|smb|c\$|unc|ping|icmp|https?|website|web ?site|web page|iis|sql|ssh|winrm|psremoting|other ports?)\b[^.!?]{0,20}\b(still )?(works?|opens?|answers?|replies|ok|fine|responds?|reachable|is up)\b/,
    /\bcan (still )?(ping|browse|open (the )?(share|site)|reach (the )?(share|site|web))\b/,
  ],
  bastion: [/\bbastion\b/],
  'bastion-native': [/\baz network bastion\b/, /\bnative client\b/, /\bbastion (tunnel|rdp)\b/],
  'bastion-by-address': [
    /\bip[- ](based )?connect/,
    /--target-ip-address/,
    /\bby ip\b/,
    /\bconnect(ing)? (via|by|with) (the )?ip\b/,
  ],
  peered: [/\bpeer(ed|ing)\b/],
  'cloud-shell': [/\bcloud ?shell\b/, /\bwindll\b/, /\bfrom (my )?(linux|mac|macbook|ubuntu|wsl)\b/],
  'wrong-subscription': [
    /\bwrong (subscription|resource group)\b/,
    /\b(subscription|resource group)\b[^.!?]{0,30}\bnot found\b/,
    /\bresourcenotfound\b/,
  ],
  'other-browser-works': [
    /\b(firefox|chrome|safari|edge|incognito|private window)\b[^.!?]{0,30}\b(it )?(works?|is fine|fine|ok)\b/,
    /\b(works?|fine)\b[^.!?]{0,20}\b(in|with|from) (firefox|chrome|safari|edge|incognito|a private window)\b/,
    /\b(other|another|different) (browser|network|laptop|pc)\b[^.!?]{0,25}\b(works?|fine|ok)/,
    /\b(works?|fine)\b[^.!?]{0,20}\b((an)?other|different) (browser|network|laptop|pc)\b/,
  ],
  'typed-by-hand': [
    /\b(typed?|typing|entered|put)\b[^.!?]{0,25}\b(address|cloudapp|dns|name)\b[^.!?]{0,20}\b(myself|by hand|manually|into)?/,
    /\bby hand\b/,
  ],
  'wrong-instance': [
    /\b(wrong|other|different|random|another) (role )?(instance|machine|node)\b/,
    /\b(lands?|landed|end(s|ed)? up) on\b/,
  ],
  'behind-proxy': [/\b(proxy|zscaler|netskope|websense|bluecoat|umbrella)\b/],
  'client-software': [
    /\b(installed|updated?|rolled out|since (the )?(new )?)\b[^.!?]{0,30}\b(antivirus|anti-virus|security (suite|software|agent|client)|endpoint (protection|security)|firewall|vpn client|zscaler|netskope)\b[^.!?]{0,25}\b(my|on my|this) (laptop|pc|computer|mac|machine)/,
    /\b(my|this) (laptop|pc|computer|mac|machine)\b[^.!?]{0,40}\b(antivirus|security (suite|software|agent|client)|endpoint (protection|security)|zscaler|netskope|local network permission)/,
  ],
  // What was done to the VM
  'static-ip-set': [
    /\b(set|changed|put|switched)\b[^.!?]{0,40}\b(ip|address|nic|adapter)\b[^.!?]{0,30}\b(static|fixed|manual)\b/,
    /\b(ip|adresse)\b[^.!?]{0,30}\b(fest|statisch|fix) (gesetzt|eingetragen|vergeben)\b/,
    /\b(fixed|static|manual)( |ly )?(ip|ipv4|address|set|assigned|config\w{0,8})\b/,
    /\b(set|changed|typed|entered|assigned|put)\b[^.!?]{0,20}\b(ip|address|dns|gateway|subnet mask)\b[^.!?]{0,25}\b(windows|adapter|guest|inside|nic|card)\b/,
    /\b(feste|statische) (ip|adresse)\b/,
    /\badresse (ip )?(fixe|statique)\b/,
  ],
  'adapter-off': [
    /\bdisabled?\b[^.!?]{0,30}\b(adapter|nic|network card|ethernet|network connection|interface)\b/,
    /\b(adapter|nic|network card|ethernet)\b[^.!?]{0,20}\b(disabled?|off|deaktiviert)\b/,
    /\bturned off\b[^.!?]{0,15}\b(adapter|nic|network|ethernet)\b/,
  ],
  'dhcp-off': [
    /\bdhcp\b[^.!?]{0,30}\b(off|disabled?|stopped|stop|service|not running)\b/,
    /\b(disabled?|stopped|turned off)\b[^.!?]{0,30}\bdhcp\b/,
  ],
  'net-stack': [
    /\b(netsh (int|winsock)|winsock|network (driver|stack|drivers)|nsi\b|netlogon|npcap|ndis|hyper-v network|ghost (nic|adapter)|network location awareness)/,
    /\b(removed|uninstalled|deleted)\b[^.!?]{0,25}\b(network|nic|ethernet|mellanox) ?(driver|adapter|drivers)/,
  ],
  'guest-vpn': [
    /\b(installed|set ?up|started|enabled|turned on|configured|connected|launch\w{0,3}|running|exit node)\b[^.!?]{0,40}\b(tailscale|wireguard|openvpn|nordvpn|expressvpn|zerotier|anyconnect|globalprotect|forticlient|vpn( client)?|exit node)\b[^.!?]{0,30}\b(on|in|inside|within)? ?(it|the vm|the server|the machine|the box|vm|server)?/,
    /\bexit node\b/,
  ],
  'security-agent': [
    /\b(crowdstrike|falcon|sentinel ?one|defender for endpoint|symantec|mcafee|trellix|sophos|trend micro|apex one|deep security|carbon black|cylance|eset|kaspersky|bitdefender|palo alto cortex|cortex xdr|edr|ids|ips|host firewall|endpoint agent|intrusion (detection|prevention))\b/,
  ],
  hardened: [
    /\b(cis|stig|hardening|hardened|baseline|security (script|template|policy|review|baseline)|harden\w{0,3}|gpo|group policy)\b/,
  ],
  'rdp-switched-off': [
    /\b(disabled?|turned off|switched off|unticked|unchecked)\b[^.!?]{0,20}\b(remote desktop|rdp|remote access)\b/,
  ],
  'port-moved': [
    /\b(changed|moved|switched|set|put)\b[^.!?]{0,20}\b(rdp |listening |the |remote desktop )*port\b/,
    /\b(non-?standard|custom|different|other) (rdp )?port\b/,
    /\bport [^.!?]{0,12}\b(changed|moved)\b/,
  ],
  'driver-changed': [
    /\b(driver|kernel|hot ?fix|kb\d{6,7}|filter driver|antivirus|bios|firmware|patch\w{0,3}|updates?)\b[^.!?]{0,20}\b(install\w{0,5}|updat\w{0,3}|upgrad\w{0,3})?/,
  ],
  'own-image': [
    /\b(custom|own|golden|uploaded|captured|generali[sz]ed|specialized|packer|sysprep\w{0,3}|vmware|migrated|hyper-v|on-?prem\w{0,5}|shared gallery)\b[^.!?]{0,25}\b(image|vhd\w?|disk|template|vm)?/,
    /\b(image|vhdx?|template)\b/,
  ],
  'just-created': [
    /\b(just|newly|freshly) (created|deployed|built|made|provisioned|spun up)\b/,
    /\bnew(ly)? (vm|machine|server|deployment|build)\b/,
    /\bfirst (boot|start|time)\b/,
    /\bcreated (it |the vm |this )?(an hour|today|this morning|\d{1,2} (min|hour))/,
  ],
  'jit-refused': [
    /\b(jit|just[- ]in[- ]time|request( access)?)\b[^.!?]{0,50}\b(not enabled|isn'?t enabled|not (allowed|authori[sz]ed|permitted)|greyed|grayed|no permission|forbidden|denied|authorizationfailed|unauthori[sz]ed|can'?t request|cannot request)/,
    /\b(can'?t|cannot|not allowed to|unable to|no right to) request\b[^.!?]{0,20}\b(jit|access|just)/,
  ],
  // Credentials
  'forgot-password': [
    /\b(ningu[eé]m|nadie|nessuno|niemand|keiner|personne)\b[^.!?]{0,20}\b(sabe|conoce|tiene|tem|sa|conosce|ha|kennt|wei[sß]s?|hat|conna[iî]t|n'a)\b[^.!?]{0,20}(senha|contrase[nñ]a|password|passwort|kennwort|mot de passe)/,
    /\b(esqueci|esquecemos|perdi|perdemos|olvid[eé]|olvidamos|vergessen|verloren|oubli[eé]|perdu|dimenticato|perso)\b[^.!?]{0,25}(senha|contrase[nñ]a|password|passwort|kennwort|mot de passe)/,
    /(senha|contrase[nñ]a|passwort|kennwort|mot de passe)\b[^.!?]{0,25}\b(esquecida|olvidada|vergessen|verloren|oubli[eé]|perdu)\b/,
    /\b(forgot|forgotten|lost|don'?t (know|remember|have)|nobody (knows|has)|no one (knows|has)|unknown)\b[^.!?]{0,30}\b(password|pw|pwd|credentials?)\b/,
    /\bpassword\b[^.!?]{0,30}\b(forgot\w{0,3}|lost|nobody (has|knows)|unknown|left the company|not known)\b/,
    /\bpasswort vergessen\b/,
    /\bmot de passe oubli[eé]/,
    /\bcontrase[nñ]a olvidada|olvid[eé] (la|mi) contrase/,
  ],
  'password-given': [
    /\b(temporary|temp|initial|first|starter|new|was given|given to me|just (got|received|changed))\b[^.!?]{0,20}\b(password|pw|account|credentials?)\b/,
    /\b(account|user)\b[^.!?]{0,25}\b(was )?(just |newly )?(created|made)\b/,
    /\bfirst (day|login|logon|sign-?in)\b/,
  ],
  'azuread-user': [
    /\bazuread\\/,
    // "Entra" alone is also what people of four languages say for getting in.
    /\b(microsoft|my|with|via|using|use|mit|by|an|the|our) entra\b/,
    /\bentra[- ]?(id|user|account|sign|login|log-?in|join|tenant|auth|konto|anmeldung)/,
    /\bazure ?ad\b/,
    /\baad\b/,
  ],
  'guest-account': [
    /#ext#/,
    /\b(guest|b2b|external|partner|contractor|consultant)\b[^.!?]{0,25}\b(user|account|in your tenant|tenant|identity)\b/,
    /\binvited\b[^.!?]{0,20}\b(tenant|guest)\b/,
  ],
  'web-account': [
    /\bweb account\b/,
    /\bsign in (in|with) (a|the) (browser|web)/,
    /\brdgiswebaccount|enablerdsaadauth/,
  ],
  unjoined: [
    /\b(private|personal|own|home|byod|not joined|unjoined|not registered|unmanaged) (pc|laptop|computer|device|mac|machine)\b/,
    /\bbyod\b/,
    /\b(other|another|different) tenant\b/,
  ],
  'became-dc': [
    /\b(promoted|dcpromo|became|made (it|this)|turned (it|this) into|now) (a |it to (a )?|to )?(dc|domain controller)\b/,
    /\bad ds\b/,
    /\bpromot(ed|ion)\b/,
  ],
  'blank-password': [/\b(blank|empty|no|without( a)?) password\b/],
  'protected-user': [/\bprotected users?\b/, /\bntlm\b/, /\bkerberos\b/],
  // What it looks like
  'sign-in-refused': [
    /\b(log-? ?ons?|log-? ?ins?|sign-? ?ins?)\b[^.!?]{0,20}\b(disabled|not (allowed|permitted|possible)|denied|turned off|switched off|refused|abgelehnt|deaktiviert|gesperrt)\b/,
    /\bdrain(ed|ing)?( mode)?\b/,
    /\b(anmeldungen?)\b[^.!?]{0,25}\b(deaktiviert|gesperrt|nicht (erlaubt|m[oö]glich))\b/,
  ],
  drops: [
    /\b(drops?|dropped|disconnects?|disconnected|kicks? (me|us|everyone)|kicked|cuts? out|loses? (the )?connection|lost (the )?connection|freez\w{1,3}|froze|frozen|hangs up|interrupt\w{0,3}|comes and goes)\b/,
    /\b(bricht ab|fliegt (raus|man)|friert ein|getrennt|se (coupe|d[eé]connecte|corta|desconecta)|cai a cada)\b/,
  ],
  'drops-regularly': [
    /\b(every|after|exactly|always)\b[^.!?]{0,15}\b\d{0,3} ?(min|minutes?|hours?|h)\b/,
    /\bafter (about |around )?(an hour|ten|five|thirty|\d{1,3}) ?(min\w{0,4}|idle|h\w{0,4})?/,
    /\bidle\b/,
  ],
  slow: [
    /\b(slow|sluggish|lag\w{0,4}|unusable|crawl\w{0,3}|takes? (ages|forever|minutes)|hangs?|spinning|spins)\b/,
  ],
  black: [/\bblack\b/, /\bschwarz\w{0,3}\b/, /\b[eé]cran noir\b/, /\bpantalla negra\b/],
  'portal-greyed': [/\b(greyed|grayed|ausgegraut)\b/, /\bgris[eé]\b/],
  'not-visible': [
    /\b(can'?t|cannot|don'?t|do not) (see|find)\b[^.!?]{0,30}\b(vm|machine|server|bastion|it|portal)\b/,
    /\b(authorizationfailed|(does|do) not have (authorization|access|permission)|don'?t have (access|permission)|no access|access denied|forbidden|not authorized|keinen? zugriff|pas acc[eè]s)\b/,
    /\bnot? (visible|listed|shown)\b/,
  ],
  'only-asking': [
    /\b(l[aä]e?uft|geht|funktioniert|steht) [\w.-]{1,40} (noch|ueberhaupt|überhaupt|schon)\b/,
    /\bist [\w.-]{1,40} (ok|okay|in ordnung|erreichbar|kaputt|down|noch da)\b/,
    /\b(jemand|einer|ein kollege|ein user) (sagt|sagte|meint|meinte|hat gesagt)\b/,
    /\best-ce que [\w.-]{1,40} (marche|fonctionne|va bien|est (ok|disponible|en panne))\b/,
    /\bquelqu'un (dit|a dit|m'a dit)\b/,
    /\b(alguien|algu[eé]m|qualcuno) (dice|dijo|me dijo|disse|diz|ha detto)\b/,
    /\b(est[aá]|funciona|funziona|va) (bien |bem |bene )?[\w.-]{1,40} ?\?/,
    /\b(users?|people|a user|a colleague|monitoring|helpdesk|service desk) (says?|said|reports?|reported|claims?|claimed|complains?|complained)\b/,
    /\bdoes (rdp|remote desktop) (to|on|for) [\w.-]{1,40} (still )?work\b/,
    /\bhealth ?check\b/,
    /\bis [\w.-]{1,40} (ok|okay|fine|up|down|alive|healthy|working|reachable)\b/,
    /\bsomeone (said|says|told)\b/,
    /\b(all good|any(thing)? wrong|just checking|can you check|please check)\b/,
  ],
  'works-now': [
    /\b(works|working|fine|ok|back|up) (again|now)\b/,
    /\b(solved|resolved|never ?mind|fixed itself|it'?s back)\b/,
    /\bgeht wieder\b/,
  ],
  'was-failing': [
    /\b(earlier|this morning|yesterday|an hour ago|before|last night)\b[^.!?]{0,40}\b(couldn'?t|could not|failed|was (down|dead|broken))/,
  ],
  'classic-acl': [/\bacl\b/, /\baccess control list\b/],
  'classic-endpoint': [/\bendpoint\b/],
  classic: [/\bclassic\b/, /\bcloudapp\.net\b/, /\bservice management\b/],
  'cloud-service': [/\b(web|worker) role\b/, /\brole instances?\b/, /\bcloud service\b/, /_in_\d{1,3}\b/],
  broker: [/\b(connection broker|rd broker|session collection|rds farm|event (id )?(2056|1296))\b/],
  ipv6: [/\bipv6\b/],
} as const satisfies Readonly<Record<string, readonly RegExp[]>>

export type Hint = keyof typeof HINTS

// "Works in the office, but from home …" says two things: a hint never reaches over a but or a full stop.
const CLAUSE = /[!?;\n]|\.(?=\s|$)|\s(?:but|however|aber|mais|pero)\s/

/** What `hints.ts` reads as facts of the message stands for these hints too: whoever wants to know asks in one place. */
const FACTS: Readonly<Partial<Record<Hint, (said: Hints) => boolean>>> = {
  'on-vpn': ({ vpn }) => vpn === 'on',
  'became-dc': ({ history }) => history.after.includes('domain_controller'),
  'static-ip-set': ({ history }) => history.after.includes('fixed_address'),
  'guest-vpn': ({ history }) => history.after.includes('guest_vpn'),
  'port-moved': ({ history }) => history.after.includes('rdp_port'),
  hardened: ({ history }) => history.after.includes('hardening'),
  'works-now': ({ says }) => says === 'works_now',
  rdcman: ({ client }) => client === 'rdcman',
}

/** The hints in a text, with those that its facts stand for. The first 20,000 characters are read. */
export function hintsIn(text: string, said: Hints): ReadonlySet<Hint> {
  const clauses = text
    .slice(0, 20_000)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[^\S\n]+/g, ' ')
    .split(CLAUSE)
  const hints = Object.entries(HINTS) as [Hint, readonly RegExp[]][]
  const isIn = (patterns: readonly RegExp[]) => clauses.some(clause => patterns.some(one => one.test(clause)))
  const isTold = (hint: Hint) => FACTS[hint]?.(said) === true
  return new Set(hints.filter(([hint, patterns]) => isTold(hint) || isIn(patterns)).map(([hint]) => hint))
}
