/**
 * The part of Markdown that Teams draws in a TextBlock: emphasis, links and lists. No HTML, headings, tables, rules or images.
 *
 * What comes out is safe to put into a page: markup in the text is escaped, and links go to http and https only.
 * Source: learn.microsoft.com, "Format cards in Microsoft Teams" (stored copy, read 2026-11-20).
 */
import MarkdownIt from 'markdown-it'
import { webAddress } from './mrkdwn.ts'

const markdown = new MarkdownIt({ html: false, linkify: false, breaks: true })
markdown.disable(['image', 'heading', 'lheading', 'table', 'hr', 'code', 'fence', 'blockquote', 'reference'])
markdown.validateLink = address => webAddress(address) !== undefined
markdown.renderer.rules['link_open'] = (tokens, at, options, _environment, renderer) => {
  const token = tokens[at]
  if (token) {
    const address = webAddress(token.attrGet('href'))
    // An empty address is let through by the parser without a question; it would open this page again.
    token.attrs = address
      ? [
          ['href', address],
          ['target', '_blank'],
          ['rel', 'noopener noreferrer'],
        ]
      : []
  }
  return renderer.renderToken(tokens, at, options)
}

export const markdownToHtml = (text: string): string => markdown.render(text)
