/**
 * Reads what a person typed: text → Intent, or a refusal that says what to type instead.
 *
 * Total: any text at all gets an answer, and nothing is thrown. A slash, "rdp", the bot's name or a mention may stand in front; case and
 * spaces do not matter; quotes and punctuation round a word are ignored. Two rules keep it from guessing dangerously:
 * - Whole sentences ("can you open vm01 for 1h?") are read for asking and looking only. A decision (approve, deny, cancel, done, extend) is read
 *   when the command comes first, and an approval or cancellation with words left over is not read at all: "approve until lunch" must
 *   not approve for longer. A time after `approve` makes it less, never more (see decide.ts).
 * - The first word after `deny` names a request when it is six hexadecimal digits, when a colon follows it, or when it stands alone and
 *   looks like a VM's name. Otherwise every word belongs to the reason, and the request is the only one there is.
 */
import { isRefusal, type Refusal } from '../refusal.ts'
import { COMMAND_WORDS, type Command, commandFor } from './commands.ts'
import type { Intent, VmRef, Which } from './intent.ts'
import { nearest, slipsWithin } from './nearest.ts'
import { timeAtEnd, timeAtStart } from './time.ts'
import {
  ASKING,
  COMPLAINTS,
  GREETINGS,
  LEAD_INS,
  LESS,
  LINKS,
  MORE,
  NEGATIONS,
  NOUNS,
  OPENS_A_REASON,
  OWN,
  SMALL,
  WHICH_FILLERS,
  WISHES,
} from './vocabulary.ts'
import {
  bare,
  brief,
  instanceName,
  isPolite,
  isQuoted,
  looksLikeVm,
  plain,
  reference,
  tidy,
  unquoted,
  vmId,
  vmName,
  withoutPoliteEnd,
  withoutPoliteStart,
  wordsOf,
} from './words.ts'

/** The longest reason, in characters. */
export const MOST_REASON = 300
/** Text beyond this cannot change the answer: it would only make a reason still longer. */
const MOST_READ = 4_000

const EXTENSION_FILLERS: ReadonlySet<string> = new Set([...WHICH_FILLERS, ...MORE])

type Words = readonly string[]

/** What `text` asks for. Empty text asks for help. */
export function readCommand(text: string): Intent | Refusal {
  const words = wordsOf(withoutAddress(tidy(text).slice(0, MOST_READ).toWellFormed()))
  const [first, ...rest] = words
  if (first === undefined) return { do: 'help' }
  const command = commandAt(first)
  return command ? read(command, rest, words) : readSentence(words)
}

/**
 * A reason as it is kept: tidied, without quotes round the whole and without leading punctuation. For text from a card's field, too.
 * @returns the reason, possibly empty, or a refusal when it is longer than `MOST_REASON`
 */
export function readReason(text: string): string | Refusal {
  const reason = unquoted(tidy(text).replace(/^[ :;,|–—-]+/, ''))
  return [...reason].length > MOST_REASON ? { code: 'reason-too-long', most: MOST_REASON } : reason
}

// ---- One command each ----------------------------------------------------------------------------------------------------------

function read(command: Command, rest: Words, words: Words): Intent | Refusal {
  switch (command.name) {
    case 'connect':
      return readConnect(rest)
    case 'why':
      return readWhy(rest)
    case 'deny':
      return readDeny(rest)
    case 'approve':
      return readApproval(rest) ?? unsure(words, suggestWhich(command, rest))
    case 'extend':
      return readExtension(rest)
    case 'cancel':
    case 'done': {
      const which = readWhich(rest)
      return which ? { do: command.name, which } : unsure(words, suggestWhich(command, rest))
    }
    case 'diagnose':
      return readDiagnose(rest)
    case 'list':
    case 'help':
      return { do: command.name }
  }
}

function readConnect(words: Words): Intent | Refusal {
  // "connect 2h vm01": a quoted word is always the VM.
  const early = isQuoted(words[0] ?? '') ? undefined : timeAtStart(words)
  const isEarly = early !== undefined && 'minutes' in early
  const found = takeVm(isEarly ? early.rest : words)
  if (found === undefined)
    return { code: 'missing-vm', command: 'connect', ...(isEarly ? { minutes: early.minutes } : {}) }
  const rest = withoutPoliteEnd(withoutPoliteStart(found.rest))
  const time = isEarly ? { minutes: early.minutes, rest } : (timeAtStart(rest) ?? timeAtEnd(rest))
  if (time && 'bad' in time) return { code: 'bad-duration', typed: brief(time.bad) }
  const reason = readReason(withoutPoliteStart(withoutLink(time?.rest ?? rest)).join(' '))
  if (typeof reason !== 'string') return reason
  return { do: 'connect', vm: found.vm, ...(time ? { minutes: time.minutes } : {}), reason }
}

/** "vm01 an internal error": the rest is kept as it was told. A first word that may be no name stays in the text; names are looked for there, too. */
function readDiagnose(words: Words): Intent | Refusal {
  const said = withoutPoliteStart(words)
  const found = takeVm(said)
  if (found === undefined && said.length === 0) return { code: 'missing-vm', command: 'diagnose' }
  const name = found === undefined || 'id' in found.vm ? undefined : found.vm.typed
  const isName =
    found !== undefined &&
    (name === undefined || looksLikeVm(name) || isQuoted(said[0] ?? '') || found.rest.length === 0)
  return isName
    ? { do: 'diagnose', vm: found.vm, text: found.rest.join(' ') }
    : { do: 'diagnose', text: said.join(' ') }
}

function readWhy(words: Words): Intent | Refusal {
  const from = words.findIndex(word => !ASKING.has(plain(word)))
  const found = takeVm(from < 0 ? [] : words.slice(from))
  if (found === undefined) return { code: 'missing-vm', command: 'why' }
  const time = timeAtStart(found.rest)
  if (time && 'bad' in time) return { code: 'bad-duration', typed: brief(time.bad) }
  return { do: 'why', vm: found.vm, ...(time ? { minutes: time.minutes } : {}) }
}

function readDeny(words: Words): Intent | Refusal {
  const { which, rest } = splitDenial(withoutPoliteStart(words))
  const reason = readReason(rest.join(' '))
  return typeof reason === 'string' ? { do: 'deny', which, reason } : reason
}

/** "", "3F2A1B", "3F2A1B 1h", "vm01 only for 1h". Undefined when more is said than which one and how long. */
function readApproval(words: Words): Intent | Refusal | undefined {
  const said = withoutPoliteEnd(withoutPoliteStart(words))
  // Six hexadecimal digits name a request, even where they read as a time ("00007D").
  const isName = (word: string | undefined) => word !== undefined && reference(word) !== undefined
  const early = isName(said[0]) || isQuoted(said[0] ?? '') ? undefined : timeAtStart(said)
  const time = early ?? (isName(said.at(-1)) ? undefined : timeAtEnd(said))
  if (time === undefined) {
    const which = readWhich(said)
    return which && { do: 'approve', which }
  }
  if ('bad' in time) return { code: 'bad-duration', typed: brief(time.bad) }
  const which = readWhich(time.rest.filter(word => isQuoted(word) || !LESS.has(plain(word))))
  return which && { do: 'approve', which, minutes: time.minutes }
}

/** "30m", "vm01 30m INC-7", "3F2A1B by another hour". Without a time it is asked for. */
function readExtension(words: Words): Intent | Refusal {
  const start = words.findIndex(word => isQuoted(word) || !EXTENSION_FILLERS.has(plain(word)))
  const said = start < 0 ? [] : words.slice(start)
  const [first = '', ...more] = said
  const rest = withoutMore(more)
  const name = reference(first) ?? vmName(first) ?? instanceName(first)
  const isName =
    name !== undefined &&
    (reference(first) !== undefined ||
      isQuoted(first) ||
      (timeAtStart([first]) === undefined &&
        (more.length === 0 || looksLikeVm(first) || timeAtStart(rest) !== undefined)))
  const about = isName ? rest : withoutMore(said)
  const time = timeAtStart(about) ?? timeAtEnd(about)
  if (time && 'bad' in time) return { code: 'bad-duration', typed: brief(time.bad) }
  const reason = readReason(withoutPoliteEnd(withoutPoliteStart(withoutLink(time?.rest ?? about))).join(' '))
  if (typeof reason !== 'string') return reason
  const which: Which = isName ? { typed: name } : 'only'
  return { do: 'extend', which, ...(time ? { minutes: time.minutes } : {}), reason }
}

/** "by another 30m" without what leads to the time. */
function withoutMore(words: Words): Words {
  const from = words.findIndex(word => !MORE.has(plain(word)))
  return from < 0 ? [] : words.slice(from)
}

/** The rule in the header of this file. */
function splitDenial(words: Words): { which: Which; rest: Words } {
  const [first = '', ...rest] = words
  const glued = /^([^:]{6,8}):(.+)$/.exec(first)
  const head = glued && reference(glued[1] ?? '')
  if (head) return { which: { typed: head }, rest: [glued[2] ?? '', ...rest] }
  const named = reference(first) ?? vmName(first)
  const hasColon = first.endsWith(':') || rest[0] === ':'
  const isName =
    reference(first) !== undefined ||
    (hasColon && !OPENS_A_REASON.has(plain(first))) ||
    (words.length === 1 && looksLikeVm(first))
  return named !== undefined && isName ? { which: { typed: named }, rest } : { which: 'only', rest: words }
}

/** "", "it please", "3F2A1B", "with vm01". Undefined when more is said than which one. */
function readWhich(words: Words): Which | undefined {
  const said = withoutPoliteEnd(words).filter(word => isQuoted(word) || !WHICH_FILLERS.has(plain(word)))
  const [first, ...more] = withoutPoliteStart(said)
  if (first === undefined) return 'only'
  const typed = reference(first) ?? vmName(first) ?? instanceName(first)
  return typed !== undefined && more.length === 0 ? { typed } : undefined
}

function suggestWhich(command: Command, rest: Words): string {
  const named = rest.find(word => reference(word) !== undefined || looksLikeVm(word))
  return named === undefined ? command.name : `${command.name} ${reference(named) ?? bare(named)}`
}

/** The VM that `words` begin with, after "me to the" and the like. */
function takeVm(words: Words): { vm: VmRef; rest: Words } | undefined {
  for (const [index, word] of words.entries()) {
    const next = words[index + 1] ?? ''
    const isFiller =
      !isQuoted(word) &&
      (SMALL.has(plain(word)) || isPolite(word) || (NOUNS.has(plain(word)) && leadsToVm(next)))
    if (isFiller) continue
    const id = vmId(word)
    const name = vmName(word) ?? instanceName(word)
    const vm: VmRef | undefined = id ? { id } : name === undefined ? undefined : { typed: name }
    return vm && { vm, rest: words.slice(index + 1) }
  }
  return undefined
}

/** "server vm01", "access to vm01": the word before is no name itself. */
const leadsToVm = (next: string) =>
  isQuoted(next) || looksLikeVm(next) || SMALL.has(plain(next)) || NOUNS.has(plain(next))

// ---- Sentences -----------------------------------------------------------------------------------------------------------------

/** Reads text that does not start with a command. */
function readSentence(words: Words): Intent | Refusal {
  const from = words.findIndex(word => !LEAD_INS.has(plain(word)))
  if (from < 0) return { do: 'help' }
  const lead = words.slice(0, from).map(plain)
  const [first = '', ...rest] = words.slice(from)
  const command = commandAt(first)
  if (command) {
    const isDecision = ['approve', 'deny', 'cancel', 'done', 'extend'].includes(command.name)
    if (!isDecision || lead.every(word => GREETINGS.has(word) || isPolite(word)))
      return read(command, rest, words)
    // "I'm done with vm01"
    if (command.name === 'done' && lead.every(word => OWN.has(word))) return read(command, rest, words)
    return unsure(words, suggestWhich(command, rest))
  }
  if (vmId(first) === undefined && !looksLikeVm(first)) return unsure(words, suggest(first, rest))
  if (!isPlainWish(lead, rest)) return unsure(words, suggest(first, rest))
  const slip = rest.length === 0 ? COMMAND_WORDS.find(word => slipsWithin(plain(first), word, 1)) : undefined
  return slip === undefined ? readConnect([first, ...rest]) : unsure(words, slip)
}

/** Whether what follows a VM's name leaves no doubt that access to it is wanted: nothing, a time, or (after "I need") a reason. */
function isPlainWish(lead: Words, rest: Words): boolean {
  const said = withoutPoliteEnd(withoutPoliteStart(rest))
  if (said.length === 0 || timeAtStart(said) !== undefined) return true
  const first = said[0] ?? ''
  return (
    lead.some(word => WISHES.has(word)) && (LINKS.has(plain(first)) || /^[a-z]{2,}-\d+$/i.test(bare(first)))
  )
}

/** What someone may have meant whose text starts with an unknown word. Whatever is suggested can be read. */
function suggest(first: string, rest: Words): string | undefined {
  const [near] = NEGATIONS.has(plain(first)) ? [] : nearest(bare(first), COMMAND_WORDS)
  const command = near === undefined ? undefined : commandFor(near)
  if (near !== undefined && command !== undefined) {
    const mended = [near, ...rest]
    const reading = read(command, rest, mended)
    const isUnclear = isRefusal(reading) && reading.code === 'not-understood'
    return isUnclear ? reading.didYouMean : mended.join(' ')
  }
  const words = [first, ...rest]
  const named = words.find(looksLikeVm)
  if (named !== undefined)
    return `${words.some(word => COMPLAINTS.has(plain(word))) ? 'why' : 'connect'} ${bare(named)}`
  const request = rest.length === 0 ? reference(first) : undefined
  return request && `approve ${request}`
}

function unsure(words: Words, didYouMean: string | undefined): Refusal {
  const typed = brief(words.join(' '))
  if (didYouMean === undefined) return { code: 'not-understood', typed }
  // A suggestion is there to be typed again, so a long one is cut between words.
  const [start = '', ...more] = didYouMean.split(' ')
  return { code: 'not-understood', typed, didYouMean: more.reduce(addWhileBrief, start) }
}

const addWhileBrief = (text: string, word: string) => {
  const longer = `${text} ${word}`
  return brief(longer) === longer ? longer : text
}

const commandAt = (word: string): Command | undefined => commandFor(word) ?? commandFor(plain(word))

/** Takes mentions, the bot's name, slashes and "rdp" off the front. */
function withoutAddress(tidied: string): string {
  let text = unquoted(tidied)
  for (;;) {
    const shorter = text
      .replace(/^(?:<@[^<>]{1,80}>|<at\b[^<>]*>[^<>]*<\/at>|@\S+)[ :,]*/iu, '')
      .replace(/^(?:latchkey|rdp)(?=[ :,]|$)[ :,]*/iu, '')
      .replace(/^\/(?!subscriptions\/)\s*/iu, '')
    if (shorter === text) return text
    text = shorter
  }
}

/** A reason's first link word says nothing: "for INC-7", "because of INC-7". */
function withoutLink(words: Words): Words {
  const [first = '', second = ''] = words.map(plain)
  if (!LINKS.has(first)) return words
  return words.slice((first === 'because' && second === 'of') || (first === 'due' && second === 'to') ? 2 : 1)
}
