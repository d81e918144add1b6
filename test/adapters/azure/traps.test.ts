/**
 * Where Azure or Microsoft's clients for it surprise, and the test that shows we are not surprised.
 *
 * A reader finds here whether a trap was thought of; that each named test exists is checked. Files without a folder are beside this one.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const TRAPS: readonly [trap: string, file: string, test: string][] = [
  // ---- the packages -------------------------------------------------------------------------------------------------------------
  [
    'npm under an older Node takes older clients without a word',
    'odd',
    'are the ones that are pinned: an old npm would quietly take others',
  ],
  [
    'packages that load side by side meet each other half-loaded',
    'calls',
    'loads run one after another, each once, and a failed one again',
  ],
  ['Cloud Services are gone from the client', 'diagnostics/cloud-service', 'a Cloud Service'],
  [
    'no role fits by guessing: what is called and what is granted drift apart',
    '../../manifest/azure',
    'cover exactly what the adapter calls and queries',
  ],
  // ---- tokens and hosts ---------------------------------------------------------------------------------------------------------
  [
    'a link in an answer takes the token along to another host',
    'calls',
    'a next page on another host is not fetched',
  ],
  [
    '… in the middle of a diagnosis, too',
    'diagnostics/machine',
    'follows no link to another host, and sends the token nowhere else',
  ],
  ['… and in a stored handle', 'repairs/again', 'goes to no other host, whatever a stored handle says'],
  [
    'a setting in the environment sends the secret to another authority',
    'credential',
    'the secret still goes to Microsoft only',
  ],
  [
    'the default chain of credentials takes whoever is signed in',
    'credential',
    'the one that is named is the one that is asked for',
  ],
  [
    'a client that is led to a test server by changing its request breaks PUTs',
    '../../bots/demo/azure/http-client',
    'a PUT that runs for a while is followed to its end, token and all',
  ],
  [
    'addresses of boot diagnostics are secrets',
    'diagnostics/boot',
    'hand out the end of a long log and the picture in words, without the token and without keeping the address',
  ],
  [
    'errors carry the request, and with it the token',
    'faults',
    'keeps what helps an operator and nothing that holds the token',
  ],
  // ---- deadlines and repeats ----------------------------------------------------------------------------------------------------
  ['the clients wait for ever', 'odd', 'ends within its deadline when Azure is silent, and says about what'],
  ['the clients send a POST again after a 500 or a reset', 'jit', '%j: %s, and it is sent once only'],
  ['… and after silence', 'jit', 'no answer at all: timeout, and it is sent once only'],
  ['… for every order there is', 'repairs/again', 'to %s is sent once, whatever the clients would do'],
  ['reads may be repeated, shortly', 'calls', '%j twice is survived'],
  ['… and not for ever', 'calls', 'three times is too often'],
  [
    'the answer to an order is lost though it was carried out',
    'jit',
    'an answer that got lost can be told from a request that did: the window is there',
  ],
  [
    '… and to one that throws people out each time',
    'repairs/again',
    '%s is not sent again: Azure’s log says that it came',
  ],
  ['the activity log lags by minutes', 'repairs/again', '%s that never came is not sent by itself either'],
  ['a password in a lost order is lost', 'repairs/again', '%s is sent again, and one state comes of both'],
  // ---- throttling ---------------------------------------------------------------------------------------------------------------
  [
    'a Retry-After of minutes is waited for by the clients, without limit',
    'calls',
    'a long Retry-After is handed on, not waited for',
  ],
  ['… on every call', 'odd', 'waits for no 429 that takes longer than a moment: it hands the time on'],
  [
    '429 without Retry-After is given up by the clients at once',
    'repairs/again',
    'because it is throttled without a time, holds nothing back',
  ],
  ['how long to wait stands in four headers', 'faults', '%j is %s ms'],
  [
    'buckets differ by provider, subscription and identity',
    'diagnostics/machine',
    'with a wait is obeyed by whoever asks the same provider of that subscription, and by nobody else',
  ],
  [
    '… for orders, too',
    'repairs/again',
    'because it is throttled, holds back what comes next from the same bucket, and no other',
  ],
  [
    'a VM takes four changes a minute',
    'repairs/again',
    'as the VM’s own bucket is empty, leaves other VMs alone',
  ],
  ['a VM has a bucket for reads', 'odd', 'a VM’s own bucket is not the subscription’s: other VMs are read'],
  [
    'Resource Graph takes 15 queries in 5 seconds',
    'odd',
    'Resource Graph’s own limit is a wait that is handed on, and other calls go on',
  ],
  [
    'polling every 2 seconds uses up the looks at a VM’s operations',
    'repairs/repairs',
    'says at which pace to look: not below what Azure lets through',
  ],
  ['many diagnoses at once', 'diagnostics/pace', 'lets fewer through at once than Azure takes'],
  // ---- errors -------------------------------------------------------------------------------------------------------------------
  ['one code means throttling, conflict and "not now"', 'odd', '%s %s "%s" is %s'],
  ['409 that waiting does not cure', 'repairs/repairs', 'a VM that %s is no reason to try again'],
  [
    '403 names another right than the documents',
    'faults',
    'names the right and the scope that Azure missed rather than the ones that were expected',
  ],
  [
    '403 names no right at all',
    'odd',
    'that is refused names the right, and the subscription where it is about one',
  ],
  ['… for an order', 'repairs/again', 'because the bot may not %s says that it lacks %s, and where'],
  ['an expired or foreign token', 'credential', 'a token that Azure does not take is denied'],
  [
    'the text of an error may repeat what was sent',
    'faults',
    'what Azure wrote never reaches it, whatever it is',
  ],
  [
    '… a password, for one',
    'repairs/again',
    'that Azure finds fault with, and repeats, is in no fault and no log',
  ],
  ['every failure has a sentence', 'repairs/again', '%j is %s, said in one sentence, and sent once'],
  // ---- long-running operations --------------------------------------------------------------------------------------------------
  [
    'an operation that fails later is a plain error; its code is in its text only',
    'faults',
    'a failed long-running operation says its code in its text only',
  ],
  ['a lack of capacity shows after the order was accepted', 'repairs/repairs', '%s is a sentence'],
  ['a deletion fails half-way', 'remove-and-flow', 'a deletion that fails half-way is told'],
  [
    'an operation outlives the deadline, and the process',
    'repairs/repairs',
    'is followed by another process from what was stored, as often as it likes',
  ],
  [
    'some name an address for their state, some for their result, and a PUT no result',
    'repairs/again',
    'at an operation that names only its result sees it run, end well, and end badly',
  ],
  [
    'the address of an operation is forgotten',
    'repairs/again',
    'at what Azure has forgotten asks its log instead',
  ],
  [
    'a look that fails says nothing about what is looked at',
    'repairs/again',
    'that meets %j says that it could not look, never how it ended',
  ],
  // ---- eventual consistency -----------------------------------------------------------------------------------------------------
  [
    'Resource Graph lags behind',
    'odd',
    'a VM is reported as it is, though Resource Graph still sees it as it was',
  ],
  [
    'lists lag behind',
    'odd',
    'a window is seen by its rule, though the list of requests does not show it yet',
  ],
  ['the rule follows the request within a minute', 'jit', 'the rule follows the request after a while'],
  [
    'a deployment wipes the rules of open windows',
    'odd',
    'a window whose rule somebody took away is not open, whatever its request says',
  ],
  [
    'what a VM refers to vanishes between two reads',
    'jit',
    'an NSG that has gone in between is no sign that the policy or the VM is gone',
  ],
  // ---- just-in-time access ------------------------------------------------------------------------------------------------------
  [
    'a request without a source opens the bot’s own address',
    'jit',
    'the world would open the bot itself if no source were sent',
  ],
  [
    'the client leaves out a list of sources without a word',
    'jit',
    'several sources go in the list, without the single field',
  ],
  [
    'an end and a duration exclude each other',
    'jit',
    'one source goes alone, with an end and never a duration',
  ],
  ['"Initiating" is in no description', 'interfaces', 'a request that Azure calls %s until %s: live is %s'],
  [
    'policies have other names than default',
    'odd',
    'a policy of another name is found by the VM that it covers',
  ],
  ['ids come in any case', 'jit', 'a VM id in another spelling is the same VM'],
  ['policies come in pages', 'report', 'policies beyond the first page are found'],
  [
    'a policy is replaced as a whole, without undo',
    '../../manifest/azure',
    'keep what runs code inside Windows in one role, and what changes rules or policies in none',
  ],
  [
    'whether a second request replaces the first is not documented',
    'jit',
    'a second request stands beside the first, or in its place',
  ],
  [
    'there is no way to revoke',
    'jit',
    'removing its rule shuts a window early, and removing it again does no harm',
  ],
  [
    'rules of the window name the private address, whatever is dialled',
    'exposure',
    'rules see the private address',
  ],
  [
    'NSGs on subnet and interface both get a rule',
    'jit',
    'a window stands on the NSG of the subnet and on that of the interface',
  ],
  [
    'a rule that was there before outranks the deny of JIT',
    'report',
    'a JIT deny closes it only if no rule stands before it',
  ],
  [
    'names of Azure’s deny and allow rules differ by one dash',
    'jit',
    'before anything was asked: the policy and nothing else',
  ],
  ['power is no condition', 'jit', 'a stopped VM can have its window asked for and shut'],
  [
    'the requestor is the bot',
    'diagnostics/history',
    'tells ports and every request, with who asked and whether it lives',
  ],
  // ---- the network --------------------------------------------------------------------------------------------------------------
  [
    'IP flow verify takes single IPv4 addresses only',
    'remove-and-flow',
    'prefixes and IPv6 addresses cannot be tested',
  ],
  [
    'IP flow verify answers at once or later',
    'remove-and-flow',
    'an answer that takes a while is waited for',
  ],
  [
    'a watcher is for one region, and listed in pages',
    'remove-and-flow',
    'the watcher of the right region is asked, also from a later page',
  ],
  ['rule names come with their folder', 'remove-and-flow', 'names the rule that decides, without its folder'],
  [
    'what is in force can be asked of running VMs only',
    'diagnostics/probes',
    'says why it was not asked: IPv6, a VM that is off, no watcher, a right that is lacking',
  ],
  [
    'the first interface is not the primary one',
    'interfaces',
    'the primary address of the primary interface comes first, and further ones where they have a public address',
  ],
  [
    'a dynamic address is gone while the VM is off',
    'report',
    'a deallocated VM is reported all the same; a dynamic address is gone while it is off',
  ],
  [
    'NAT rules of a pool are not on the interface',
    'diagnostics/in-front',
    "are asked for the VM's port where one rule serves a pool",
  ],
  [
    'Bastion Developer has no subnet of its own',
    'diagnostics/probes',
    'of the Developer tier is found by the network it names',
  ],
  // ---- Resource Graph -----------------------------------------------------------------------------------------------------------
  [
    'a name becomes part of a query',
    'machines',
    'what a person typed never becomes part of a query unless it could be a VM name',
  ],
  ['a page has 1,000 rows', 'machines', 'an answer in pages is read to its end'],
  [
    'one name in many subscriptions',
    'machines',
    'names are the same whatever their case, and one name may stand in two subscriptions',
  ],
  // ---- inside Windows -----------------------------------------------------------------------------------------------------------
  [
    'Run Command takes one script at a time',
    'diagnostics/guest',
    'says so when another command is running, and is not sent again when it failed',
  ],
  ['… also of our own', 'repairs/again', 'and runs still is a conflict for its repetition, not a second run'],
  [
    'Run Command cuts what a script prints',
    'diagnostics/guest',
    'whose output is cut or missing is not read',
  ],
  [
    'a script that fails is a success for Azure',
    'repairs/scripts',
    'is its last word, and only "done" is success',
  ],
  ['a script that says nothing', 'repairs/scripts', 'is no success when it is %j'],
  [
    'Azure’s ready-made scripts change more than they say',
    'repairs/scripts',
    'are not used: some of them change more than they say',
  ],
  [
    'text from outside becomes code as SYSTEM',
    'repairs/scripts',
    'is a parameter with a good name, or the order is refused; the text stays the same',
  ],
  [
    'VMAccess makes an administrator of an unknown name',
    'repairs/repairs',
    'refuses to set the password of an account when %s',
  ],
  [
    'VMAccess on a domain controller',
    'repairs/repairs',
    'refuses VMAccess when a domain controller was seen: %s',
  ],
  [
    'scripts on a domain controller',
    'repairs/scripts',
    '%s leaves a domain controller alone, whatever was seen',
  ],
  [
    'a VM takes one VMAccess extension only',
    'repairs/repairs',
    'takes the name of the VMAccess extension that is there, because a VM takes one only',
  ],
  [
    'an extension with the same settings does not run again, or runs twice',
    'repairs/again',
    'carries the same tag to the extension, by which Azure knows it is the same',
  ],
  [
    'a password belongs into protected settings',
    'repairs/again',
    'goes into the protected part of the order, and nowhere else',
  ],
  [
    'Entra sign-in needs an identity of the VM',
    'repairs/repairs',
    'does not give a VM an identity: its owner learns how',
  ],
  [
    'Run Command and VMAccess are SYSTEM: an identity of their own',
    'repairs/repairs',
    'is done by the identity that is for it, and nothing else is',
  ],
  // ---- Cloud Services -----------------------------------------------------------------------------------------------------------
  ['settings of the RDP extension are XML', 'repairs/again', 'is written so that it cannot end its element'],
  [
    'a service is replaced as a whole',
    'repairs/repairs',
    'turn Remote Desktop on for one role, and leave the other as it is',
  ],
  [
    'a role takes one RDP extension',
    'repairs/repairs',
    'give the role’s extension a new end instead of a second extension',
  ],
  // ---- the descriptions ---------------------------------------------------------------------------------------------------------
  [
    'a simulator that shares our misconceptions lies',
    '../../conformance/conformance',
    'is as Microsoft describes it, but for what is known to be otherwise',
  ],
]

const sourceOf = (file: string): string => readFileSync(join(import.meta.dirname, `${file}.test.ts`), 'utf8')

test.each(TRAPS)('%s: %s.test.ts, "%s"', (_, file, name) => {
  const source = sourceOf(file)
  expect([`'${name}'`, `"${name}"`].some(quoted => source.includes(quoted))).toBe(true)
})
