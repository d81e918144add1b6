/**
 * Where Slack, Bolt or restify surprise, and the test that shows we are not surprised.
 *
 * A reader finds here whether a trap was thought of; that each named test exists is checked. Files without a folder are beside this one.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const TRAPS: readonly [trap: string, file: string, test: string][] = [
  // ---- the door -----------------------------------------------------------------------------------------------------------------
  [
    'a body parser ahead of the signature check',
    'doors',
    'taken by a body parser before is noticed and said',
  ],
  ['restify answers 500 when next() comes before the answer', 'doors', 'opens the door'],
  ['Bolt has no memory of replays', 'doors', 'are answered and not handled'],
  [
    'a replay memory that keeps failed requests from being repeated',
    'doors',
    'are handled when they failed the first time',
  ],
  ['Bolt accepts timestamps of the future', 'doors', 'with a %s timestamp is refused'],
  [
    'a timestamp with leading zeros',
    'doors',
    'over a timestamp written with leading zeros is refused, since Slack never writes one',
  ],
  [
    'Slack publishes one signature to compare with',
    'doors',
    'is checked by the clock it was given, as in the vector that Slack publishes',
  ],
  ['a proxy appends a charset to the content type', 'doors', 'may have a charset appended to its type'],
  ['a body is read without limit before anybody is known', 'doors', 'of 256 kB is read and more is not'],
  [
    '1 MB bodies',
    'doors',
    'of 1 MB is refused in so many words, signed or not, and the next request is taken',
  ],
  ['a body without a length', 'doors', 'that never says how long it is gets cut off as well'],
  ['ssl_check is not signed, and may carry more', 'doors', 'ssl_check needs no signature and does nothing'],
  ['ssl_check is exactly 1', 'doors', 'ssl_check=%s is none'],
  ['url_verification must be signed', 'doors', 'url_verification is answered when it is signed'],
  ['an empty signing secret', 'doors', 'with %o is a mistake that stops the start'],
  [
    'a command that nobody listens to hangs for 3 s in Bolt',
    'deliveries',
    'of another name is acknowledged and ignored',
  ],
  // ---- three seconds ------------------------------------------------------------------------------------------------------------
  ['acknowledged before stored is lost', 'deliveries', 'is acknowledged only after it is stored'],
  [
    'a command is never delivered again',
    'deliveries',
    'that could not be stored says that nothing was recorded',
  ],
  [
    '3 s to answer a command',
    'deliveries',
    'that takes too long to store does not claim that nothing was recorded',
  ],
  [
    'events come again, Bolt does not notice',
    'deliveries',
    'that could not be stored is delivered again until it is',
  ],
  [
    'retry headers that are missing, empty or odd',
    'deliveries',
    'delivered again is the same delivery when the retry headers say %s',
  ],
  ['a command’s trigger is its only key', 'deliveries', 'delivered twice is one delivery'],
  ['a trigger is good for 3 s, once', 'forms', 'is recorded as it was typed when %s'],
  ['a view that opens late opens twice', 'forms', 'opens the form once, whatever happens'],
  [
    'a press whose form cannot be opened',
    'forms',
    'that cannot be opened is not acknowledged, so that Slack warns beside the button, and nothing is recorded',
  ],
  [
    'a modal that closes looks as if it had been taken',
    'forms',
    'of another version is not closed as if it had been taken',
  ],
  ['a modal is sent twice', 'forms', 'twice at once is one delivery'],
  ['a modal’s acknowledgement is lost', 'forms', 'again after its acknowledgement was lost is one delivery'],
  ['3 s for the options of a search', 'forms', 'is answered with nothing, and in time, when %s'],
  ['100 options at most', 'forms', 'never offers more than Slack takes'],
  [
    'a search begins at the third letter by default',
    'forms',
    'asks as the person who types, with what they typed, from the first letter on',
  ],
  ['what a modal carries unseen is held by a client', 'modal', 'is read strictly: %s is refused'],
  [
    'slash commands do not work in threads',
    'threads',
    'is absent in a direct message and for a slash command',
  ],
  // ---- the Web API --------------------------------------------------------------------------------------------------------------
  [
    'the process dies when Slack is away at the start',
    'start',
    'a process starts, lives on, and takes deliveries',
  ],
  ['the client waits for ever', 'chat', 'without an answer ends in a timeout'],
  ['the client sends again by itself, and posts twice', 'chat', 'goes out once, whatever happens'],
  [
    'a lost answer to a post',
    'chat',
    'again finds what an attempt posted whose answer was lost, and brings it up to date',
  ],
  ['one limited method holds up all others', 'chat', 'while one method is limited, others go on'],
  ['… and the modal, too', 'forms', 'opens the form while another method is limited'],
  ['429 says how long to wait', 'chat', 'that Slack refuses for now is busy, for as long as Slack says'],
  ['an answer that is no JSON', 'faults', 'an answer that is no JSON is broken, and none of it is passed on'],
  [
    'links are fetched by default',
    'chat',
    'keeps Slack from fetching links and from finding names by itself',
  ],
  [
    'ephemeral messages fetch links whatever one says',
    'threads',
    'is told so where they wrote, and only they see it',
  ],
  [
    'ephemeral messages cannot be changed, and may vanish: cards are none',
    'chat',
    'to a person goes into their direct message and names what was posted',
  ],
  [
    'chat.update without blocks shows "edited"',
    'chat',
    'shows the new drawing in the old place, and may be repeated',
  ],
  [
    'metadata is read by everybody',
    'chat',
    'leaves beside the card, where everybody may read it, the card’s key and nothing else',
  ],
  ['the Messages tab is off', 'faults', '%s is %s'],
  ['the Home tab is off', 'home', 'that is turned off is a fault that says where to turn it on'],
  ['an upload is forbidden by a policy', 'chat', 'leaves it to the link when %s says %s'],
  ['a file in a channel stays and is found', 'chat', 'never goes into a channel'],
  [
    'a button with an address is reported as well',
    'deliveries',
    'on a button that opens a page is acknowledged and nothing more',
  ],
  // ---- what is drawn ------------------------------------------------------------------------------------------------------------
  ['limits of blocks', 'draw', 'is drawn so that Slack takes it'],
  ['limits of modals', 'modal', 'is drawn so that Slack takes it'],
  [
    'limits of the home, which comes back with every press',
    'home',
    'is taken by Slack whatever is on it, and comes back with a press in a body that we read',
  ],
  [
    'an undocumented limit of all blocks together',
    'draw',
    'many choices with long reasons: as many as fit, and the rest is owned up to',
  ],
  ['24 characters of a modal’s title', 'modal', 'that core makes says on its frame what core wrote, uncut'],
  [
    'an option is 75 and 150 characters',
    'modal',
    'leaves out a choice that Slack could not bring back whole',
  ],
  [
    'escaping, and verbatim for what escaping does not stop',
    'draw',
    'holds no control sequence but our own times and links',
  ],
  ['escaping does not stop bold and back-ticks', 'draw', 'formats nothing that a person wrote'],
  [
    'values come back escaped',
    'draw',
    'what a button carries reads the same when Slack escapes it on the way back',
  ],
  ['typed text comes escaped, with names turned into references', 'read', 'text as a person saw it'],
  // ---- who it is ----------------------------------------------------------------------------------------------------------------
  [
    'is_stranger misses outside members',
    'chat',
    'somebody of another company is external although Slack calls them no stranger',
  ],
  ['guests, removed accounts and bots', 'chat', '%s is %s'],
  [
    'an unconfirmed e-mail address',
    'chat',
    'an address that Slack did not confirm is shown and does not count',
  ],
  [
    'a press names the app’s team, not the actor’s',
    'deliveries',
    'of an outside member in a shared channel is theirs and not ours',
  ],
  [
    'a modal names the other side’s team',
    'forms',
    'from another company names the company of the one who sent it',
  ],
  [
    'a message in a shared channel',
    'read',
    'comes from the author’s own team where companies share a channel',
  ],
  [
    'what is said in a shared channel is read by others',
    'threads',
    'is absent where %s: the answer is private',
  ],
  ['on Grid one person acts from many teams', 'deliveries', 'a person %s'],
  [
    'on Grid Slack cannot be asked whose somebody is',
    'deliveries',
    'nothing is recorded under a doubtful name while Slack cannot be asked',
  ],
  [
    'our own messages come back to us',
    'deliveries',
    'of the bot itself comes back from Slack and is ignored',
  ],
  [
    'an answer to all publishes what was typed',
    'deliveries',
    'elsewhere is answered where only the person sees it',
  ],
  // ---- the manifest -------------------------------------------------------------------------------------------------------------
  [
    'Slack’s schema knows no scopes and no events',
    '../../manifest/slack',
    'covers exactly the Web API methods that the Slack adapter calls',
  ],
  ['a shortcut’s name has 24 characters', '../../manifest/slack', 'a 25-character name of a shortcut'],
  [
    'both tabs of the App Home are off by default',
    '../../manifest/slack',
    'lets people write to the bot, and nothing go round the request URL',
  ],
]

const sourceOf = (file: string): string => readFileSync(join(import.meta.dirname, `${file}.test.ts`), 'utf8')

test.each(TRAPS)('%s: %s.test.ts, "%s"', (_, file, name) => {
  expect(sourceOf(file)).toContain(`'${name}'`)
})
