/** The acts that stories are made of, as people do them. */
import { expect } from '@jest/globals'
import type { Page } from '../support/browser.ts'
import { type Chatter, openWindows, type Story, until } from '../support/story.ts'

/** The first command in Slack leads to the sign-in, once; afterwards it carries on by itself. */
export async function signsInFromSlack(person: Chatter): Promise<void> {
  const question = await person.follows('Sign in', /First I need to know who you are/)
  expect(question.text).toContain('Is this you?')
  const bound = await person.browser.press(question, 'Yes, both are mine')
  expect(bound.text).toContain('Your accounts belong together now')
}

/** From the approved card to an open window: the page, the Open button, and what Azure then shows. */
export async function opensFromPage(person: Chatter, vm: string): Promise<Page> {
  const page = await person.follows('Open access', new RegExp(`Approved: ${vm}`))
  expect(page.text).toContain('203.0.113.25')
  return person.browser.press(page, 'Open')
}

export const windowsAre = (story: Story, vm: string, sources: readonly string[]): Promise<unknown> =>
  until(
    async () => {
      const found = openWindows(await story.azure(vm)).map(({ source }) => source)
      return JSON.stringify(found.toSorted()) === JSON.stringify(sources.toSorted())
    },
    async () =>
      `the windows of ${vm} are ${JSON.stringify(openWindows(await story.azure(vm)))}, not ${sources}`,
  )

/** The connection file from the page, as the person's browser gets it. */
export async function downloads(person: Chatter, vm: string): Promise<Page> {
  const page = await person.follows(`Get ${vm}.rdp`, new RegExp(`Ready: ${vm}`))
  const file = /href="([^"]*\/file)"/.exec(page.text)?.[1]
  if (file === undefined) throw new Error(`no file on ${page.text}`)
  return person.browser.go(new URL(file, page.url).href)
}

/** A .rdp file is UTF-16LE with a byte order mark and CRLF. */
export function readRdp(bytes: Uint8Array): readonly string[] {
  expect([...bytes.slice(0, 2)]).toEqual([0xff, 0xfe])
  const text = new TextDecoder('utf-16le').decode(bytes)
  expect(text).not.toMatch(/[^\r]\n/)
  return text.trimEnd().split('\r\n')
}

/** Does something, and waits until the person has been told this since: one message more than before reads like it. */
export async function isTold(person: Chatter, what: RegExp, act: () => Promise<unknown>): Promise<void> {
  const found = async () => (await person.messages()).filter(({ text }) => what.test(text)).length
  const before = await found()
  await act()
  await until(
    async () => (await found()) > before,
    async () => `nobody said ${what}; the last was: ${(await person.messages()).at(-1)?.text}`,
  )
}
