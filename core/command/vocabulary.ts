/**
 * Words round a command that carry no meaning of their own there: "connect ME TO THE vm01", "I NEED vm01", "why CAN'T I open vm01".
 * All lower case, with straight apostrophes. English only: other languages have the command words.
 */
import { commandFor } from './commands.ts'

type Vocabulary = ReadonlySet<string>
const listed = (words: string): Vocabulary => new Set(words.split(' '))

/** May stand before the name of a VM. */
export const SMALL = listed('to into onto on in me us my our the a an with from via')
/** May stand before the name of a VM, but may be one. */
export const NOUNS = listed(
  'vm machine server host box computer pc access rdp remote desktop session connection',
)
/** May stand between "why" and the VM. */
export const ASKING = listed(
  "can't cant cannot can couldn't i we not am is was do have no get my our request connect open access denied refused",
)
/** May stand round the one request that is meant. */
export const WHICH_FILLERS = listed('it this that the my request access session with on to for vm now')
/** "ONLY for 1h", "for AT MOST 1h": less is meant, and less is what a time after `approve` means anyway. */
export const LESS = listed('only just max maximum most at')
/** "extend it BY ANOTHER 30m" */
export const MORE = listed('by another more extra additional it this my the access session please')
export const GREETINGS = listed('hi hello hey')
/** "I'm done". */
export const OWN = listed("i am i'm im we are we're all")
/** With one of these before it, the name of a VM asks for access. */
export const WISHES = listed('need want like get give let have')
/** May stand before a command or a VM in a sentence. */
export const LEAD_INS: Vocabulary = new Set(
  [
    ...[...GREETINGS, ...OWN, ...WISHES, ...SMALL, ...NOUNS],
    ...listed("please pls plz kindly thanks thx thank you can could would will may i'd wish just now"),
  ].filter(word => commandFor(word) === undefined),
)
/** Someone who writes one of these about a VM wants to know why it does not work. */
export const COMPLAINTS = listed("can't cant cannot couldn't denied refused")
/** Never a misspelt command: "dont" is near "done". */
export const NEGATIONS = listed("don't dont not never no nope")
/** Leads to a reason. */
export const LINKS = listed('for because due re reason')
/** After `deny` and before a colon, these begin the reason instead of naming a request. */
export const OPENS_A_REASON = listed('reason because no note sorry')
