/**
 * Draws an Adaptive Card with Microsoft's own renderer, set up to look about like Teams.
 *
 * Markdown goes through markdown.ts; addresses other than http(s) are not opened. The colours are CSS variables of style.css, so light and
 * dark follow the rest of the page.
 */
import {
  AdaptiveCard,
  Choice,
  ChoiceSetInput,
  ExecuteAction,
  HostConfig,
  type Input,
  OpenUrlAction,
  SubmitActionBase,
} from 'adaptivecards'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { html, type View } from './html.ts'
import { markdownToHtml } from './markdown.ts'
import { webAddress } from './mrkdwn.ts'

/** What a button sends: its own data, and the inputs that belong to it. */
export type CardAction = { action: { verb?: string; data: unknown } }

/** Finds choices for what is typed into a field. */
export type Search = (dataset: string, text: string) => Promise<readonly { title: string; value: string }[]>

AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdownToHtml(text)
  result.didProcess = true
}

type Properties = {
  card: unknown
  act(action: CardAction): void
  search(dataset: string, text: string): ReturnType<Search>
  /** Told of an address that was not opened. */
  refuse(address: string): void
  /** Where a link leads for the person who looks at it. */
  follow(address: string): string
}

export function Card({ card, act, search, refuse, follow }: Properties): View {
  const place = useRef<HTMLDivElement>(null)
  const latest = useRef({ act, search, refuse, follow })
  latest.current = { act, search, refuse, follow }
  const json = JSON.stringify(card)
  // Only a card that changed is drawn anew: what was typed into an unchanged one must stay.
  useLayoutEffect(() => {
    place.current?.replaceChildren(drawCard(json, latest))
  }, [json])
  return html`<div class="card" ref=${place} />`
}

function drawCard(json: string, latest: { current: Omit<Properties, 'card'> }): Node {
  const card = new AdaptiveCard()
  card.hostConfig = new HostConfig(hostConfig)
  card.onExecuteAction = action => {
    if (action instanceof OpenUrlAction) {
      const address = webAddress(action.url)
      if (address) window.open(latest.current.follow(address), '_blank', 'noopener,noreferrer')
      else latest.current.refuse(action.url ?? '')
    } else if (action instanceof SubmitActionBase) {
      // By now its data has the inputs mixed in: those of its own part of the card, and of the parts around it.
      const verb = action instanceof ExecuteAction ? action.verb : ''
      latest.current.act({ action: { ...(verb && { verb }), data: action.data ?? {} } })
    }
  }
  card.onInputValueChanged = input => void searchFor(input, latest.current.search)
  try {
    card.parse(JSON.parse(json))
    const drawn = card.render()
    if (drawn) return drawn
  } catch {
    // Falls through: a card that cannot be drawn must not take the page with it.
  }
  const broken = document.createElement('p')
  broken.className = 'unknown'
  broken.textContent = 'This card cannot be drawn.'
  return broken
}

async function searchFor(input: Input, search: Search): Promise<void> {
  if (!(input instanceof ChoiceSetInput) || !input.isDynamicTypeahead()) return
  const text = input.getFilterForDynamicSearch() ?? ''
  const dataset = input.choicesData?.dataset
  if (dataset === undefined || text === '' || input.choices.some(({ title }) => title === text)) return
  input.showLoadingIndicator()
  const found = await search(dataset, text)
  // The library sends the title of what it found by itself; of choices that it has it sends the value.
  input.choices.splice(0, input.choices.length, ...found.map(({ title, value }) => new Choice(title, value)))
  input.renderChoices(text, [])
}

const colour = (name: string) => ({ default: `var(--${name})`, subtle: `var(--${name})` })
const foregroundColors = {
  default: { default: 'var(--ink)', subtle: 'var(--quiet)' },
  dark: colour('ink'),
  light: colour('quiet'),
  accent: colour('accent'),
  good: colour('good'),
  warning: colour('warn'),
  attention: colour('bad'),
}
const container = (background: string) => ({ backgroundColor: `var(--${background})`, foregroundColors })

const hostConfig = {
  fontFamily: 'inherit',
  supportsInteractivity: true,
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 12 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  fontSizes: { small: 12, default: 14, medium: 15, large: 17, extraLarge: 20 },
  fontWeights: { lighter: 400, default: 400, bolder: 650 },
  lineHeights: { small: 17, default: 20, medium: 21, large: 24, extraLarge: 28 },
  containerStyles: {
    default: container('raised'),
    emphasis: container('sunken'),
    accent: container('sunken'),
    good: container('good-ground'),
    warning: container('warn-ground'),
    attention: container('bad-ground'),
  },
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 8,
    showCard: { actionMode: 'inline', inlineTopMargin: 8 },
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
  },
  inputs: {
    allowDynamicallyFilteredChoiceSet: true,
    debounceTimeInMilliSeconds: 200,
    label: {
      inputSpacing: 'small',
      requiredInputs: { suffix: ' *', color: 'attention' },
      optionalInputs: {},
    },
    errorMessage: { color: 'attention', spacing: 'small' },
  },
  factSet: {
    title: { weight: 'bolder', wrap: true, maxWidth: 130 },
    value: { wrap: true },
    spacing: 12,
  },
  textBlock: { headingLevel: 3 },
}
