/** Finds on the page what a step of the tour speaks of. Reads what a person could see, and nothing else. */
import { knownAddress } from './known.ts'
import type { Pane, Sight, Spot } from './tour-steps.ts'

const PANES: Readonly<Record<Pane, string>> = {
  slack: '#slack-pane',
  teams: '#teams-pane',
  azure: '#azure-pane',
  top: '.top',
}

/** Undefined while it is not there. */
export function findSpot(spot: Spot): HTMLElement | undefined {
  const pane = document.querySelector(PANES[spot.pane])
  if (pane === null) return undefined
  if ('field' in spot) {
    const field = pane.querySelector<HTMLElement>(
      spot.field === 'message' ? '.composer input' : '.address input',
    )
    return field ?? undefined
  }
  if ('see' in spot) return newest(seenIn(pane, spot.pane), spot.see)
  const within =
    'last' in spot
      ? messagesOf(pane).at(-1)
      : spot.on === undefined
        ? pane
        : newest(messagesOf(pane), spot.on)
  return [...(within?.querySelectorAll<HTMLElement>('button, a[href]') ?? [])].findLast(isFor(spot.press))
}

export function isSeen(sight: Sight): boolean {
  if ('comesFrom' in sight) return knownAddress() === sight.comesFrom
  const { pane, reads } = sight
  const place = document.querySelector(PANES[pane])
  if (place === null) return false
  const pattern = new RegExp(reads)
  return pane === 'azure'
    ? pattern.test(place.textContent ?? '')
    : messagesOf(place).some(({ textContent }) => pattern.test(textContent ?? ''))
}

const messagesOf = (pane: Element): HTMLElement[] => [...pane.querySelectorAll<HTMLElement>('.message')]

const seenIn = (place: Element, pane: Pane): HTMLElement[] =>
  pane === 'azure'
    ? [...place.querySelectorAll<HTMLElement>('.bar, tr, .vm-line, .calls li, .hint, .time-line p')]
    : messagesOf(place)

const newest = (elements: readonly HTMLElement[], reads: string): HTMLElement | undefined => {
  const pattern = new RegExp(reads)
  return elements.findLast(({ textContent }) => pattern.test(textContent ?? ''))
}

/** Links that open a tab of their own say so behind their words. */
const isFor =
  (words: string) =>
  (element: HTMLElement): boolean =>
    (element.textContent ?? '').replace('↗', '').trim() === words ||
    element.getAttribute('aria-label') === words
