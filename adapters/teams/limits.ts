/**
 * Teams' numbers, each beside its source, and our own deadlines.
 *
 * Sources: learn.microsoft.com/microsoftteams/platform, pages "Format your bot messages", "Universal Actions for Adaptive Cards",
 * "Rate limiting" and "Bot basics"; learn.microsoft.com/azure/bot-service, page "Connector authentication" (all read 2026-11-20).
 */

/**
 * Largest card we send, in bytes of UTF-8. Teams refuses a message above about 100 kB and advises to stay below 80 kB, counted as UTF-16:
 * that is at most twice this. Older pages name 28 kB for cards.
 */
export const CARD_BYTES = 25_000

/**
 * Largest picture in a message, in bytes: base64 makes a third more of it, and UTF-16, in which a message is counted, twice that; so it stays
 * below the advised 80 kB.
 */
export const PICTURE_BYTES = 27_000

/** Largest request body we read. A message that people can send stays far below. */
export const BODY_BYTES = 256 * 1024

/** Most buttons side by side: Teams draws six and drops the rest. */
export const BUTTONS_PER_ROW = 6

/** Most people a card may refresh itself for. */
export const REFRESH_USERS = 60

/** Longest address of a button or link. */
export const URL_CHARS = 2_000

/**
 * Largest data of a button as JSON in a card, in bytes. An intent or a form is written in at most 2,000 characters, which a card writes as
 * text within text: quotes take four bytes then, and CJK characters three.
 */
export const DATA_BYTES = 9_000

/** Most results of a search that Teams shows ("Typeahead search in Adaptive Cards", read 2026-11-21). */
export const SEARCH_RESULTS = 15

/** What is kept of the text of a search. No VM name is longer. */
export const SEARCH_CHARS = 200

/** What is kept of a typed message. No command is longer. */
export const TYPED_CHARS = 4_000

/** Longest ids we take from an activity. Real conversation ids have about 150 characters. */
export const ID_CHARS = 512

/** How far a token's times may be off, in seconds: what the Connector's rules allow. */
export const TOKEN_SKEW_SECONDS = 300

/** Deadline of one call to the Bot Connector, and of one to Entra ID for the token. */
export const CALL_MS = 8_000

/** Deadline for OneDrive to take a connection file. Together with the calls around it this stays below Teams' 15 s. */
export const UPLOAD_MS = 5_000

/** How long a press waits for its outcome. Teams delivers again after 15 s, and gives up on a message action after 5 s. */
export const ANSWER_MS = 2_000

/** How long somebody who was told that they send too much is not told again. */
export const TOO_MANY_MS = 60_000

/** How long somebody who cannot be reached counts as such before it is tried again. */
export const UNREACHABLE_MS = 3_600_000
