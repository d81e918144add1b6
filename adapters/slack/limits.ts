/**
 * Slack's numbers, each beside its source. All characters are counted as sent, so after escaping: the strictest reading.
 *
 * Sources: docs.slack.dev, Block Kit reference (blocks, elements, composition objects) and the pages of chat.postMessage and
 * chat.update; the request-verification and slash-command pages for the times (all read 2026-11-20).
 */

/** Most a message, a modal or a home may hold. */
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
  /** Longest text that a field takes, and longest that it may start with. */
  inputText: 3_000,
  /** Options of a menu, and each one's text, value and description. */
  options: 100,
  optionText: 75,
  optionValue: 150,
  optionDescription: 75,
  /** Blocks of a modal or a home, the words on a modal's frame, and what a modal may carry unseen. */
  viewBlocks: 100,
  viewTitle: 24,
  viewButton: 24,
  viewMetadata: 3_000,
  /**
   * All blocks of a home, as JSON. Slack allows 250 kB (`view_too_large`), but every press on a home brings all of it back, and a form
   * encodes one character as up to nine bytes: this much still fits into BODY_BYTES.
   */
  homeBlocks: 24_000,
  /** chat.update refuses longer top-level text with `msg_too_long`. */
  text: 4_000,
  /**
   * All blocks together, as JSON. Undocumented: somewhat above 13,200 Slack answers `msg_blocks_too_long`
   * (github.com/slackapi/bolt-js issue 2509, labelled server-side, read 2026-11-20). We stay clear of it.
   */
  allBlocks: 12_000,
} as const

/** Largest picture we upload. Slack takes files of any size that a screen can have; people on a telephone load it. */
export const PICTURE_BYTES = 1024 * 1024

/** Largest request body we read. Slack documents no number; what it sends holds one message or view of ours, and text of people. */
export const BODY_BYTES = 256 * 1024

/** How far a request's timestamp may be from our clock, in both directions. */
export const TIMESTAMP_WINDOW_MS = 5 * 60_000

/** Slack gives up on an unanswered request after 3 s; a command's sentence has to leave before that. */
export const COMMAND_ANSWER_MS = 2_500

/** A trigger is good for 3 s, once; and where opening a modal fails, there must be time left to write the command down. */
export const OPEN_VIEW_MS = 1_800

/** Options have to be there within 3 s. The search itself answers within 2.5 s. */
export const OPTIONS_ANSWER_MS = 2_700

/** Deadline of one Web API call. */
export const CALL_TIMEOUT_MS = 5_000

/** Page size and most pages read when looking for a card that may have been posted already. Internal apps may ask for up to 999. */
export const HISTORY = { perPage: 200, pages: 5 } as const
