/**
 * The traps of Teams, botbuilder and restify that are known, each with the test that holds it shut.
 *
 * What was observed on botbuilder 4.23.3 and restify 12.0.0, and read in Microsoft's documentation, on 2026-11-20 and 2026-11-21. A test
 * that is renamed or removed is missed here.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

/** Trap, file, and the name of a test in it. */
const TRAPS: readonly [trap: string, file: string, name: string][] = [
  // ---- the request
  [
    'restify’s body parser dies of a body that claims to be compressed',
    'door',
    'that is compressed is refused with 415 before anything is inflated, and the server lives on',
  ],
  [
    'a size limit that counts compressed bytes lets a bomb in',
    'door',
    'that is compressed is refused with 415 before anything is inflated, and the server lives on',
  ],
  ['no size limit by default', 'door', 'above 256 kB is refused with 413'],
  [
    'a length that is not told beforehand',
    'door',
    'above 256 kB whose length is not told beforehand is refused with 413 while it comes',
  ],
  ['bodies of 1 MB', 'door', 'of 1 MB, its length %s, is refused with 413, and the server lives on'],
  // ---- the token
  [
    'the emulator’s path takes tokens of any tenant',
    'token',
    'of any Entra tenant that names our app (the emulator’s path)',
  ],
  ['botbuilder alone does so too, unless its issuer is locked', 'token', 'a token on the emulator’s path'],
  [
    'a stolen token of the bot itself opens that path',
    'token',
    'of our own Entra tenant for our app (a stolen token of the bot itself)',
  ],
  ['the skills’ path takes tokens of another bot', 'token', 'of another bot (the skills’ path)'],
  ['a token without an end is taken', 'token', 'without an end'],
  ['500 instead of 401: not valid yet', 'token', 'that begins in 10 minutes'],
  ['500 instead of 401: not signed', 'token', 'that is not signed'],
  [
    '500 instead of 401: the public key as a shared secret',
    'token',
    'signed with the public key as a shared secret',
  ],
  ['500 instead of 401: another key of the same name', 'token', 'signed by another key of the same name'],
  ['500 instead of 401: no channel', 'door', 'without a channel'],
  ['keys that are endorsed for no channel are taken', 'token', 'of a key that is endorsed for nothing'],
  ['an empty channel is not held against the endorsements', 'door', 'with an empty channel'],
  ['an empty app id turns authentication off', 'token', '%s keeps the adapter from starting'],
  [
    'keys that cannot be fetched',
    'token',
    'that cannot be checked because the keys are away is answered with 503, so that Teams delivers again',
  ],
  // ---- the activity
  ['the tenant is not checked', 'door', 'of another tenant in channelData'],
  ['a missing service address is not held against the token', 'door', 'with an empty service address'],
  [
    'whoever chooses the service address gets the bot’s token',
    'door',
    'with the service address %s is refused, even when the token agrees',
  ],
  [
    'a remembered service address is used later',
    'chat',
    'that is not allowed is not believed: the token never goes there',
  ],
  [
    'botbuilder answers in the HTTP response when the activity asks for it',
    'door',
    'that asks botbuilder for another way to be answered gets no such thing',
  ],
  ['a delivery can be replayed, token and all', 'door', 'that is replayed, token and all, is recorded once'],
  [
    'Teams delivers again what is not answered',
    'conversation',
    'a message that could not be recorded is delivered again until it is, and then only once',
  ],
  [
    'Teams delivers a third time under a new id',
    'conversation',
    'a message whose answer was lost comes a third time under a new id, and is another delivery then',
  ],
  [
    'a press under a new activity',
    'read',
    'has a key of bounded length that differs by intent, person, card and activity',
  ],
  ['the text of an error reaches the other side', 'door', 'a failure within tells nothing to the other side'],
  [
    'the text of an error reaches the person',
    'conversation',
    'a press that could not be recorded says so, and tells nothing of why',
  ],
  ['tokens and texts in the log', 'door', 'neither tokens nor what was typed are in the log'],
  ['guests, strangers and the anonymous', 'chat', 'a guest'],
  [
    'a service that leaves aadObjectId out',
    'fixtures',
    'a member is read, by object id where the service leaves aadObjectId out',
  ],
  // ---- what is sent
  ['no client time-out', 'chat', 'no answer is a timeout'],
  [
    'a blind retry posts twice',
    'chat',
    '5xx after the message was posted leaves one message: nothing is repeated blindly',
  ],
  ['429, 412 and 5xx are retried behind our back', 'chat', '%s on posting is told and not repeated'],
  [
    'text beside a card makes two messages without an id',
    'draw',
    'goes out as a card alone, with the one line as its summary',
  ],
  ['a card that is too large is refused', 'draw', 'is a valid card that Teams takes'],
  ['more than 60 people cannot be refreshed for', 'draw', 'refreshes itself only for those it was told'],
  [
    'more than six buttons in a row are dropped',
    'draw',
    'more buttons than Teams shows in a row go to the next row',
  ],
  ['colours are not shown', 'draw', 'tone %s is told by more than colour'],
  ['a client that refreshes by itself presses', 'read', 'by the client itself may look and nothing else'],
  [
    'a refresh that redraws makes every client refresh',
    'groups',
    'is fetched by an intent that only looks, and names no copy that would be redrawn for all',
  ],
  [
    'botbuilder drops the flag of a targeted message',
    'groups',
    'its author alone is told where the answer is',
  ],
  [
    'a required field that was found by searching cannot be sent',
    'form',
    'requires no input on the client, because some then send nothing',
  ],
  [
    'a client that does not search',
    'form',
    'names the VM by the search, or by the field beside it where a client does not search',
  ],
  [
    'somebody who blocked or removed the app',
    'chat',
    'somebody who blocked the bot is missing until they write again',
  ],
  [
    'a conversation that the app was removed from',
    'groups',
    'from a %s, nothing is posted there until it is back',
  ],
  [
    'a message action between two people is not the bot’s chat',
    'groups',
    'a message action between two people tells nothing of where to reach them',
  ],
  // ---- files
  ['a file outside the private chat', 'groups', 'a connection file is never handed over'],
  ['whoever chooses the upload address gets the file', 'file', 'an upload address at %s gets nothing'],
  ['somebody else answers the question', 'file', 'the answer of somebody else does nothing'],
]

const HERE = new URL('./', import.meta.url)

test.each(TRAPS)('%s', (_, file, name) => {
  const source = readFileSync(new URL(`${file}.test.ts`, HERE), 'utf8')
  expect(source).toContain(`'${name}'`)
})
