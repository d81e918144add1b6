/**
 * The guided tour: says what to do next, shows where, and goes on by itself when it was done. It presses nothing for anybody; it may only
 * fill in a line, if asked to, and it changes who one is in a chat.
 *
 * Where one is in it stands in the address: `tour=STORY.STEP.TICKET`.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { choose, useChosen } from './address.ts'
import { html, type View } from './html.ts'
import { peopleKnown } from './known.ts'
import { post } from './remote.ts'
import { findSpot, isSeen } from './tour-find.ts'
import { type Step, type Story, withTicket } from './tour-steps.ts'
import { STORIES } from './tour-stories.ts'

const LOOK_EVERY_MS = 150
/** Where every story begins: at the office. */
const OFFICE = '203.0.113.25'
const OFF = 'off'

type Place = { story: Story; at: number; ticket: string }

function readPlace(text: string | undefined): Place | undefined {
  const [id, at = '', ticket = ''] = text?.split('.') ?? []
  const story = STORIES.find(one => one.id === id)
  return story && /^\d{1,2}$/.test(at) && /^INC-\d{4}$/.test(ticket)
    ? { story, at: Number(at), ticket }
    : undefined
}

const goTo = ({ story, at, ticket }: Place) => choose({ tour: `${story.id}.${at}.${ticket}` })

const comeBack = () => post('/world/address', { address: OFFICE })

function begin(story: Story): void {
  void comeBack()
  goTo({ story, at: 0, ticket: `INC-${1000 + Math.floor(Math.random() * 9000)}` })
}

export function Tour(): View {
  const chosen = useChosen()('tour')
  const place = readPlace(chosen)
  const known = peopleKnown()
  const told = STORIES.filter(({ people }) =>
    people.every(name => known.some(person => person.name === name)),
  )
  if (place) return html`<${Walk} key=${`${place.story.id} ${place.ticket}`} place=${place} />`
  if (told.length === 0) return undefined
  if (chosen === OFF)
    return html`<section class="tour closed" aria-label="Guided tour">
      <button type="button" class="button plain small" onClick=${() => choose({ tour: '' })}>Take the tour</button>
    </section>`
  return html`<section class="tour" aria-label="Guided tour">
    <p><b>Take the tour.</b> Each story takes a minute, and you press every button yourself.</p>
    <div class="stories">
      ${told.map(
        (
          story,
          index,
        ) => html`<button type="button" class="button plain small" key=${story.id} onClick=${() => begin(story)}>
          ${index + 1}. ${story.title}</button>`,
      )}
      <button type="button" class="link" onClick=${() => choose({ tour: OFF })}>Not now</button>
    </div>
  </section>`
}

function Walk({ place }: { place: Place }): View {
  const { story, at, ticket } = place
  const written = story.steps[at]
  const step = written && withTicket(written, ticket)
  const [there, setThere] = useState(false)
  const ring = useRef<HTMLDivElement>(null)
  const go = (to: number) => goTo({ ...place, at: to })

  useEffect(() => {
    if (!step) return void comeBack()
    setUp(step)
    let scrolled = false
    const look = () => {
      if (step.until && isSeen(step.until)) return go(at + 1)
      const spot = findSpot(step.at)
      mark(spot, ring.current)
      if (spot && !scrolled) {
        // Where there is little room, bars lie over the edges of the page.
        const isNarrow = matchMedia('(max-width: 1150px)').matches
        spot.scrollIntoView({ block: isNarrow ? 'center' : 'nearest' })
        scrolled = true
      }
      setThere(spot !== undefined)
    }
    const sent = (event: Event) => {
      const field = findSpot(step.at)
      if (step.type === undefined || step.until || !(field instanceof HTMLInputElement)) return
      if (event.target instanceof Node && event.target.contains(field) && field.value.trim() === step.type)
        go(at + 1)
    }
    const pressed = (event: Event) => {
      const button = findSpot(step.at)
      if ('press' in step.at && !step.until && event.target instanceof Node && button?.contains(event.target))
        go(at + 1)
    }
    look()
    const timer = setInterval(look, LOOK_EVERY_MS)
    addEventListener('submit', sent, true)
    addEventListener('click', pressed, true)
    addEventListener('scroll', look, true)
    return () => {
      clearInterval(timer)
      removeEventListener('submit', sent, true)
      removeEventListener('click', pressed, true)
      removeEventListener('scroll', look, true)
      mark(undefined, null)
    }
  }, [at])

  const next = STORIES[STORIES.indexOf(story) + 1]
  if (!step)
    return html`<section class="tour" aria-label="Guided tour" data-step="over">
      <p role="status"><b>${story.title}:</b> that was it.</p>
      <div class="stories">
        ${next && html`<button type="button" class="button main small" onClick=${() => begin(next)}>Next: ${next.title}</button>`}
        <button type="button" class="button plain small" onClick=${() => choose({ tour: '' })}>All stories</button>
      </div>
    </section>`
  return html`<section class="tour" aria-label="Guided tour" data-step=${at}>
    <div class="ring" ref=${ring} hidden></div>
    <p role="status"><b>${story.title}, ${at + 1} of ${story.steps.length}.</b>${' '}${step.say}
      ${!there && html`<span class="quiet">${' '}Waiting for it to appear…</span>`}</p>
    ${step.type !== undefined && html`<p><code>${step.type}</code></p>`}
    <div class="stories">
      ${step.type !== undefined && html`<button type="button" class="button plain small" onClick=${() => fillIn(step)}>Fill it in for me</button>`}
      ${
        'see' in step.at &&
        html`<button type="button" class="button main small" onClick=${() => go(at + 1)}>Go on</button>`
      }
      <button type="button" class="link" onClick=${() => choose({ tour: '' })}>Leave the story</button>
    </div>
  </section>`
}

/** Makes the page show who and what the step is about. */
function setUp({ as = {}, talk = {}, vm }: Step): void {
  const id = (name: string | undefined, chat: 'slack' | 'teams') =>
    peopleKnown().find(person => person.name === name)?.[chat]
  const [slack, teams] = [id(as.slack, 'slack'), id(as.teams, 'teams')]
  choose({
    ...(slack === undefined ? {} : { slack, 'slack-in': '' }),
    ...(teams === undefined ? {} : { teams, 'teams-in': '' }),
    ...(talk.slack === undefined ? {} : { 'slack-in': talk.slack }),
    ...(talk.teams === undefined ? {} : { 'teams-in': talk.teams }),
    ...(vm === undefined ? {} : { vm }),
  })
}

/** As if it had been typed; sending it is left to the reader. */
function fillIn({ at, type = '' }: Step): void {
  const field = findSpot(at)
  if (!(field instanceof HTMLInputElement)) return
  field.value = type
  field.dispatchEvent(new Event('input', { bubbles: true }))
  field.focus()
}

const MARK = 'data-tour'

/** Lays the ring around it, and marks it for those who cannot see rings. */
function mark(spot: HTMLElement | undefined, ring: HTMLElement | null): void {
  for (const old of document.querySelectorAll(`[${MARK}]`)) if (old !== spot) old.removeAttribute(MARK)
  spot?.setAttribute(MARK, 'here')
  if (!ring) return
  ring.hidden = spot === undefined
  if (!spot) return
  const { left, top, width, height } = spot.getBoundingClientRect()
  ring.style.translate = `${left - 6}px ${top - 6}px`
  ring.style.width = `${width + 12}px`
  ring.style.height = `${height + 12}px`
}
