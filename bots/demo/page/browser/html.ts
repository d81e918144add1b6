/** Preact's nodes written as HTML-like templates. Values become text nodes or attributes, never markup. */
import { html as template } from 'htm/preact'
import type { ComponentChild } from 'preact'

export type View = ComponentChild

export const html: (strings: TemplateStringsArray, ...values: unknown[]) => View = template
