/**
 * Draws Slack blocks as Preact nodes.
 *
 * Draws what the bot sends (header, section, context, actions, input, divider) and marks everything else visibly, so that a block this
 * page cannot show is not taken for one that was not sent. Builds nodes only: text from a message never becomes markup.
 * Sources: docs.slack.dev, Block Kit reference (stored copies, read 2026-11-20). Slack also reports the press of a button that opens
 * an address; so does this.
 */
import { drawInput, type FieldSurface } from './block-fields.ts'
import { type Fields, fields, list, plainText, string, unknown } from './block-objects.ts'
import { drawEmoji } from './emoji.ts'
import { html, type View } from './html.ts'
import { decodeEscapes, parseMrkdwn, type Span, type Stretch, webAddress } from './mrkdwn.ts'
import { writeSlackDate } from './slack-date.ts'

export type Surface = FieldSurface & {
  /** The world's time, for "today" and "tomorrow". */
  now: number
  timeZone?: string | undefined
  press(actionId: string): void
  /** Where a link leads for the person who looks at it; where it says itself, when left out. */
  follow?(address: string): string
  /** Asks the person whether they mean it. */
  confirm(question: string): boolean
}

export function BlockKit({ blocks, surface }: { blocks: readonly unknown[]; surface: Surface }): View {
  return html`<div class="blocks">${blocks.map(block => drawBlock(fields(block), surface))}</div>`
}

/** Text with mrkdwn in it, as in a message without blocks. */
export function Mrkdwn({
  text,
  verbatim,
  surface,
}: {
  text: string
  verbatim?: boolean
  surface: Surface
}): View {
  return parseMrkdwn(text, { verbatim: verbatim ?? false }).map(stretch => drawStretch(stretch, surface))
}

function drawBlock(block: Fields, surface: Surface): View {
  switch (block['type']) {
    case 'header':
      return html`<h3 class="bk-header">${drawText(block['text'], surface)}</h3>`
    case 'section':
      return html`<div class="bk-section">
        <div class="bk-text">
          ${block['text'] !== undefined && html`<div>${drawText(block['text'], surface)}</div>`}
          ${
            list(block['fields']).length > 0 &&
            html`<div class="bk-fields">
              ${list(block['fields']).map(field => html`<div>${drawText(field, surface)}</div>`)}
            </div>`
          }
        </div>
        ${block['accessory'] !== undefined && drawElement(fields(block['accessory']), surface)}
      </div>`
    case 'context':
      return html`<div class="bk-context">
        ${list(block['elements']).map(element => html`<div>${drawText(element, surface)}</div>`)}
      </div>`
    case 'actions':
      return html`<div class="bk-actions">
        ${list(block['elements']).map(element => drawElement(fields(element), surface))}
      </div>`
    case 'input':
      return drawInput(block, surface)
    case 'divider':
      return html`<hr />`
    default:
      return unknown('block', block['type'])
  }
}

function drawElement(element: Fields, surface: Surface): View {
  if (element['type'] !== 'button') return unknown('element', element['type'])
  const actionId = string(element['action_id'])
  const style = element['style'] === 'primary' || element['style'] === 'danger' ? element['style'] : 'plain'
  const label = drawText(element['text'], surface)
  const described =
    typeof element['accessibility_label'] === 'string' ? element['accessibility_label'] : undefined
  const press = (event: { preventDefault(): void }) => {
    const question = confirmation(element['confirm'])
    if (question !== undefined && !surface.confirm(question)) event.preventDefault()
    else surface.press(actionId)
  }
  if (element['url'] === undefined) {
    return html`<button type="button" class="button ${style}" aria-label=${described} onClick=${press}>${label}</button>`
  }
  const address = webAddress(element['url'])
  if (!address) return unknown('address', element['url'])
  const href = surface.follow?.(address) ?? address
  return html`<a class="button ${style}" href=${href} target="_blank" rel="noopener noreferrer" aria-label=${described}
    onClick=${press}>${label}<span class="opens" title="opens a new tab">↗</span></a>`
}

function confirmation(confirm: unknown): string | undefined {
  if (confirm === undefined) return undefined
  const { title, text } = fields(confirm)
  return [plainText(title), plainText(text)].filter(Boolean).join('\n\n')
}

// ---- Text ----------------------------------------------------------------------------------------------------------------------

/** A text object. Slack keeps plain text escaped as well and decodes it once for display (bolt-python issue 513). */
function drawText(object: unknown, surface: Surface): View {
  const { type, text, verbatim, emoji } = fields(object)
  if (type === 'plain_text') {
    const decoded = decodeEscapes(string(text))
    return emoji === false ? decoded : drawEmoji(decoded)
  }
  if (type !== 'mrkdwn') return unknown('text', type)
  return html`<${Mrkdwn} text=${string(text)} verbatim=${verbatim === true} surface=${surface} />`
}

function drawStretch(stretch: Stretch, surface: Surface): View {
  const draw = stretch.is === 'preformatted' ? drawCode : drawSpan
  const inner = stretch.spans.map(span => draw(span, surface))
  switch (stretch.is) {
    case 'lines':
      return html`<div class="lines">${inner}</div>`
    case 'quote':
      return html`<blockquote class="lines">${inner}</blockquote>`
    case 'preformatted':
      return html`<pre>${inner}</pre>`
  }
}

function drawSpan(span: Span, surface: Surface): View {
  switch (span.is) {
    case 'text':
      return drawEmoji(span.text)
    case 'bold':
      return html`<b>${span.inner.map(inner => drawSpan(inner, surface))}</b>`
    case 'italic':
      return html`<i>${span.inner.map(inner => drawSpan(inner, surface))}</i>`
    case 'strike':
      return html`<s>${span.inner.map(inner => drawSpan(inner, surface))}</s>`
    case 'code':
      return html`<code>${span.inner.map(inner => drawCode(inner, surface))}</code>`
    case 'link':
      return html`<a href=${surface.follow?.(span.href) ?? span.href} target="_blank" rel="noopener noreferrer">${span.label}</a>`
    case 'time': {
      const time = html`<time datetime=${new Date(span.at).toISOString()} title=${span.fallback}>
        ${writeSlackDate(span.format, span.at, surface)}
      </time>`
      return span.href
        ? html`<a href=${span.href} target="_blank" rel="noopener noreferrer">${time}</a>`
        : time
    }
    case 'hole':
      return html`<strong class="hole">not escaped: ${span.what}</strong>`
  }
}

/** In code, text is drawn letter by letter: no emoji. */
const drawCode = (span: Span, surface: Surface): View =>
  span.is === 'text' ? span.text : drawSpan(span, surface)
