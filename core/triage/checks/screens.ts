/**
 * What the pictures of a VM's console say, told by their words: patterns look at them, nothing in them is obeyed.
 *
 * Wording: learn.microsoft.com/troubleshoot/azure/virtual-machines/windows, pages on boot errors (read 2026-11-21). The words come from a
 * reader of pictures, or from a person who describes one.
 */
import type { CauseId } from '../catalogue/causes/index.ts'

export type Screen = { cause: CauseId; sure: number; shows: RegExp; say: string; moves?: true }

/** Stronger patterns first: the first that fits decides. */
export const SCREENS: readonly Screen[] = [
  {
    cause: 'boot.bitlocker',
    sure: 0.97,
    shows: /recovery key|bitlocker|unlock this drive|enter the (password|key|pin).{0,20}drive/i,
    say: 'The screen asks for a BitLocker key.',
  },
  {
    cause: 'boot.bootmgr',
    sure: 0.95,
    shows:
      /0xc000000[ef]\b|0xc0000225|0xc0000098|0xc0000034|inaccessible[_ ]boot[_ ]device|no operating system|boot manager|boot configuration|bcd\b|secure ?boot (violation|failed)|bootmgr|operating system (wasn'?t|was not|not) found|an operating system couldn'?t be loaded|recovery environment|automatic repair|advanced repair options|didn'?t load correctly|did not (load|start) correctly|couldn'?t (load|start) correctly|diagnosing your pc|boot loader (failed|did not load)|winload/i,
    say: 'The screen shows a boot error: Windows does not start.',
  },
  {
    cause: 'boot.bluescreen',
    sure: 0.96,
    shows:
      /ran into a problem|stop ?code|bug ?check|blue ?screen|bsod|\*\*\* ?stop|[a-z]{3,}_[a-z]{2,}_[a-z_]{3,}\b.{0,20}stop|critical_process_died|kernel_security|irql_not/i,
    say: 'The screen shows a stop error.',
  },
  {
    cause: 'boot.update_stuck',
    sure: 0.82,
    shows:
      /undoing changes|reverting|we couldn'?t complete the (updates?|features?)|failure configuring|applying update operation|error c01[a-f0-9]{5}|fatal error.{0,20}update/i,
    say: 'The screen shows Windows taking updates back.',
  },
  {
    cause: 'boot.chkdsk',
    sure: 0.95,
    shows: /check(ing|s)? (the )?(file system|disk)|chkdsk|scanning and repairing|repairing disk|disk check/i,
    say: 'The screen shows a disk check.',
  },
  {
    cause: 'boot.getting_ready',
    sure: 0.82,
    shows:
      /out-?of-?box|oobe|choose (your )?(region|language|keyboard)|let'?s start with|licen[cs]e (terms|agreement)|product key|customi[sz]e settings|hi there|setup is|windows setup|sysprep|specialize|install windows|is this the right (country|region)|getting devices ready|please wait for(?! the (group|user|local|network|remote|system))|unattend/i,
    say: 'The screen shows that Windows setup is not finished.',
  },
  {
    cause: 'boot.updating',
    sure: 0.95,
    shows:
      /working on (updates?|features?|it)|(installing|configuring|preparing) (windows )?(updates?|features?|roles?)|configuring windows|update \d+ of \d+|stage \d+ of \d+|\d{1,3} ?% complete|\bupdates?\b.{0,30}\d{1,3} ?%|(?<!getting windows ready.{0,3})(don'?t (turn|power) off|do not turn off)|installing feature/i,
    say: 'The screen shows Windows installing updates.',
    moves: true,
  },
  {
    cause: 'boot.getting_ready',
    sure: 0.78,
    shows: /getting windows ready|getting ready|preparing windows|just a moment/i,
    say: 'The screen shows that Windows is getting ready.',
    moves: true,
  },
  {
    cause: 'boot.policy_stuck',
    sure: 0.8,
    shows:
      /applying .{0,40}(policy|policies|settings)|group policy|please wait( |$|\.|…)|preparing (the )?desktop|waiting for (the )?(user profile|network|system event|local session|group policy|remote desktop conf)|welcome/i,
    say: 'The screen shows Windows applying policies.',
    moves: true,
  },
  {
    cause: 'boot.shutdown_stuck',
    sure: 0.93,
    shows:
      /shutting ?down|stopping services|^\s*restarting|restarting( |\.|…|$)|shut down is in progress|closing apps/i,
    say: 'The screen shows Windows shutting down.',
    moves: true,
  },
]

export const SIGN_IN =
  /sign-?in (screen|options)|log-?(i|o)n screen|lock screen|login screen|press ctrl ?\+? ?-?alt|ctrl ?\+ ?alt|anmelde|other user|switch user|forgot (my )?(password|pin)|how do i sign in/i
export const STARTING = /windows logo|spinning|dots|boot(ing)? logo|circle|starting windows|loading/i
export const DARK = /^\s*(all )?(black|blank|dark|empty|no signal)\b|black screen|blank screen/i
export const STALE =
  /stale|frozen|clock (is )?(not|behind|stopped|old|stuck|wrong)|old clock|\d+ ?(h|hours?|days?) (old|behind|ago)|clock .{0,20}(h|hours?|min) behind/i
export const PERCENT = /(\d{1,3}) ?%/

/** Windows has started, and waits for somebody to sign in. */
export const showsSignIn = (screen: string | undefined): boolean =>
  screen !== undefined && SIGN_IN.test(screen) && !STALE.test(screen)

/** Words that were read from a picture stand in lines, with whichever apostrophe it shows. */
export const flat = (screen: string | undefined): string | undefined =>
  screen?.replace(/\s+/g, ' ').replaceAll('’', "'")

/**
 * The words worth keeping. A page on which people sign in shows their names beside it, which are nobody's business: of it only the lines
 * that say what it is, and when, are kept.
 */
export function wordsToKeep(screen: string): string {
  if (
    !SIGN_IN.test(screen) ||
    SCREENS.some(({ cause, shows }) => cause !== 'boot.policy_stuck' && shows.test(screen))
  )
    return screen
  return screen
    .split('\n')
    .filter(line => SIGN_IN.test(line) || STALE.test(line))
    .join('\n')
}

/** Whether the picture shows something that may move on, so that a second one tells more. */
export function wantsSecondSample(sampled: string | undefined): boolean {
  const screen = flat(sampled)
  return (
    screen !== undefined &&
    !SIGN_IN.test(screen) &&
    SCREENS.some(({ moves, shows }) => moves === true && shows.test(screen))
  )
}
