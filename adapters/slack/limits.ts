/**
 * Slack's numbers, each beside its source. All characters are counted as sent, so after escaping: the strictest reading.
 *
 * Sources: docs.slack.dev, Block Kit reference (blocks, elements, composition objects) and the pages of chat.postMessage and
 * chat.update; the request-verification and slash-command pages for the times (all read 2026-11-20).
 */

/** Most a message may hold. */
export const MOST = {
  /** Blocks in one message. */
  blocks: 50,
  /** Text object of a section. */
  sectionText: 3_000,
  /** Text objects in the `fields` of a section, and the length of each. */
  fields: 10,
  fieldText: 2_000,
  headerText: 150,
  /** Elements of one actions block. */
  actions: 25,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  inputLabel: 2_000,
  placeholder: 150,
  /** chat.update refuses longer top-level text with `msg_too_long`. */
  text: 4_000,
  /**
   * All blocks together, as JSON. Undocumented: somewhat above 13,200 Slack answers `msg_blocks_too_long`
   * (github.com/slackapi/bolt-js issue 2509, labelled server-side, read 2026-11-20). We stay clear of it.
   */
  allBlocks: 12_000,
} as const

/** Longest text we let people type into a card's field. Slack allows 3,000; a reason has 300. */
export const FIELD_LENGTH = 300

/** Largest request body we read. Slack documents no number; its largest payloads (views) are 250 kB. */
export const BODY_BYTES = 256 * 1024

/** How far a request's timestamp may be from our clock, in both directions. */
export const TIMESTAMP_WINDOW_MS = 5 * 60_000

/** Slack gives up on an unanswered request after 3 s; a command's sentence has to leave before that. */
export const COMMAND_ANSWER_MS = 2_500

/** Deadline of one Web API call. */
export const CALL_TIMEOUT_MS = 5_000

/** Page size and most pages read when looking for a card that may have been posted already. Internal apps may ask for up to 999. */
export const HISTORY = { perPage: 200, pages: 5 } as const
