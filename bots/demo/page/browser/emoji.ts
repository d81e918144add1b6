/**
 * The emoji that Slack draws for `:names:`, as far as a bot like ours has use for them. A name that is not in the list stays as it is
 * written; Slack knows some thousand more.
 */
const emoji: Readonly<Record<string, string>> = {
  alarm_clock: '⏰',
  arrows_counterclockwise: '🔄',
  ballot_box_with_check: '☑️',
  bell: '🔔',
  closed_lock_with_key: '🔐',
  computer: '💻',
  exclamation: '❗',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  information_source: 'ℹ️',
  key: '🔑',
  large_green_circle: '🟢',
  large_yellow_circle: '🟡',
  lock: '🔒',
  no_entry: '⛔',
  no_entry_sign: '🚫',
  question: '❓',
  red_circle: '🔴',
  rotating_light: '🚨',
  stopwatch: '⏱️',
  tada: '🎉',
  thumbsup: '👍',
  unlock: '🔓',
  warning: '⚠️',
  wave: '👋',
  white_check_mark: '✅',
  white_circle: '⚪',
  wrench: '🔧',
  x: '❌',
}

export const drawEmoji = (text: string): string =>
  text.replace(/:([a-z0-9_+-]+):/g, (whole, name: string) =>
    Object.hasOwn(emoji, name) ? (emoji[name] ?? whole) : whole,
  )
