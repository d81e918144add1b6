/** What people tell: whether it tells of trouble at all, whether it answers a question, and how it is kept. Text is hostile; nothing throws. */
import { tidy, tidyLines } from '../../command/words.ts'
import { ordinary } from '../symptoms/ordinary.ts'
import { readSymptoms } from '../symptoms/read.ts'
import { withoutPasswords as struckOut } from '../symptoms/users.ts'

/** The text with passwords that are plainly said struck out, and whether there was one. */
export function withoutPasswords(text: string): { text: string; passwordShown: boolean } {
  const { shown, passwordShown } = struckOut(text, ordinary)
  return passwordShown ? { text: tidyLines(shown), passwordShown } : { text, passwordShown }
}

/** What stands in front of the bot's name is no part of what is told. */
export const toldIn = (typed: string): string =>
  tidyLines(typed)
    .replace(/^(?:\s*(?:<@[^<>]{1,80}>|<at\b[^<>]{0,80}>[^<>]{0,80}<\/at>|@latchkey\b)[ :,]*)+/iu, '')
    .replace(/^\/?rdp\b[ :,]*/iu, '')
    .trim()

const COMPLAINT = new RegExp(
  [
    /\b(can'?t|cannot|could ?n'?t|unable to|won'?t|does ?n'?t|did ?n'?t|isn'?t|not)\b.{0,40}\b(connect|reach|get (in|on|into|onto|to)|log ?(in|on)|sign ?in|rdp|remote|open|work(s|ing)?|respond(s|ing)?|load|see|start)\b/,
    /\b(error|errors|fails?|failed|failing|failure|broken|timed? ?out|refused|denied|kick(s|ed)|disconnect(s|ed)|drops?|dropped|freezes|frozen|stuck|unreachable|black screen|blue ?screen|hangs?|crash(es|ed)?|locked out|spins|spinning)\b/,
    /\b(geht|funktioniert|klappt|komme|kann)\b.{0,40}\b(nicht|kein\w*)\b|\b(fehler|abgest(ü|ue)rzt|h(ä|ae)ngt)\b/,
    /\b(ne|n')\b.{0,40}\b(marche|fonctionne|peux|arrive|connecte)\b|\berreur\b/,
    /\bno (puedo|funciona|me deja|conecta)\b|\bnon (riesco|funziona)\b|\bn(ã|a)o (consigo|funciona)\b|\bwerkt niet\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'iu',
)
/** From here on the words resemble a message that Remote Desktop shows. */
const RESEMBLES = 0.6

/** Whether a text that is no command tells of trouble with a connection. */
export function tellsOfTrouble(text: string): boolean {
  const told = toldIn(text)
  if (told.length < 4) return false
  if (COMPLAINT.test(told.replace(/[‘’]/g, "'"))) return true
  return readSymptoms(told).errors.some(({ id, score }) => id !== 'E-NONE' && score >= RESEMBLES)
}

const YES = /^(y|yes|yep|yes please|ok|okay|allow|allow once|sure|ja|oui|s[ií]|sim)[.!]?$/iu
const NO = /^(n|no|nope|no thanks|nein|non|n[aã]o)[.!]?$/iu

/** A plain yes or no to looking inside Windows, as the id of its button. Undefined: neither, whatever else was written. */
export function consentIn(text: string): 'allow_once' | 'no' | undefined {
  const said = tidy(text)
  if (said === 'allow_once' || YES.test(said)) return 'allow_once'
  return NO.test(said) ? 'no' : undefined
}
