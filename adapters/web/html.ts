/** HTML by tagged templates: every value put into one is text and is escaped; only elements stay elements. */
import htm from 'htm'
import { type ComponentChild, h, type VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'

type Values = readonly (ComponentChild | readonly ComponentChild[])[]

type Tag = (strings: TemplateStringsArray, ...values: Values) => VNode

// htm's types describe its CommonJS build; Node loads the ES module, whose default export is the function itself.
export const html: Tag = (htm as unknown as { bind(make: typeof h): Tag }).bind(h)

export const render = (document: VNode): string => `<!doctype html>\n${renderToString(document)}\n`

/**
 * Text from people without what would disturb the text around it: control characters, and the marks that turn its direction.
 * Right-to-left names still read well, because each stands in an element of its own direction.
 */
export const calm = (text: string): string => text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ')
