/**
 * Draws a Message as HTML, beside Slack's and Teams' drawings of the same thing.
 *
 * Total: every part has a drawing, with one exception that belongs to chat: buttons that carry an intent or a form. Times are UTC, because a page without script cannot know the reader's zone. Colour is never the only sign.
 */
import type { VNode } from 'preact'
import type { Button, Instant, Line, Message, Run, Step } from '../../core/index.ts'
import { calm, html } from './html.ts'

/** @param here the address of the page it stands on: a button that leads back here is left out */
export function drawMessage(message: Message, here?: string): VNode {
  const { tone, title, lines, facts, steps, buttons } = message
  const links = buttons.flatMap(button => drawButton(button, here))
  return html`<section class=${`message ${tone}`}>
    <h1 dir="auto">${calm(title)}</h1>
    ${lines.map(line => html`<p dir="auto">${drawLine(line)}</p>`)}
    ${facts.length > 0 && html`<dl>${facts.map(({ label, value }) => drawFact(label, value))}</dl>`}
    ${steps !== undefined && steps.length > 0 && html`<ol class="steps">${steps.map(drawStep)}</ol>`}
    ${links.length > 0 && html`<p class="actions">${links}</p>`}
  </section>`
}

const drawFact = (label: string, value: Line): VNode =>
  html`<div><dt>${calm(label)}</dt><dd dir="auto">${drawLine(value)}</dd></div>`

export const drawLine = (line: Line): (VNode | string)[] => line.map(drawRun)

function drawRun(run: Run): VNode | string {
  if (typeof run === 'string') return calm(run)
  if ('strong' in run) return html`<strong>${calm(run.strong)}</strong>`
  if ('code' in run) return html`<code>${calm(run.code)}</code>`
  if ('person' in run) return html`<bdi class="person">${calm(run.name)}</bdi>`
  if ('time' in run) return drawTime(run.time)
  return isWebAddress(run.link) ? html`<a href=${run.link}>${calm(run.label)}</a>` : calm(run.label)
}

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

const drawTime = (time: Instant): VNode =>
  html`<time datetime=${new Date(time).toISOString()}>${TIME.format(time)} UTC</time>`

/** Said in words; the sign before them is the style sheet's. */
const STATES: Record<Step['state'], string> = {
  todo: 'to do',
  doing: 'under way',
  done: 'done',
  failed: 'failed',
  unknown: 'not tested',
}

function drawStep({ label, state, note }: Step): VNode {
  return html`<li class=${state}>
    <span dir="auto">${calm(label)}</span> <em>${STATES[state]}</em>
    ${note !== undefined && html`<small dir="auto">${calm(note)}</small>`}
  </li>`
}

function drawButton({ label, weight, press }: Button, here: string | undefined): VNode[] {
  if (!('url' in press) || press.url === here || !isWebAddress(press.url)) return []
  return [html`<a class=${`button ${weight}`} href=${press.url}>${calm(label)}</a>`]
}

/** Only our own pages are linked, and those are web pages: nothing that runs when it is pressed. */
const isWebAddress = (address: string): boolean =>
  ['https:', 'http:'].includes(URL.parse(address)?.protocol ?? '')
