/** The connection files that people get are signed, by the publisher whom the page names. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { verifySigned } from '../../adapters/signing/adapter.ts'
import { openStory, type Story, until } from '../support/story.ts'
import { downloads, opensFromPage, signsInFromSlack } from './acts.ts'

let story: Story
beforeAll(async () => {
  story = await openStory()
}, 60_000)
afterAll(() => story.close())

test('in the chat and on the page: the same publisher, every signable setting in its scope', async () => {
  const alice = story.inSlack('Alice')
  await alice.type('/rdp connect vm01 1h INC-7')
  await signsInFromSlack(alice)
  await story.inTeams('Bob').presses('Approve', /Alice Adams asks for RDP to vm01/)
  await opensFromPage(alice, 'vm01')
  await alice.sees(/Ready: vm01/)

  const page = await alice.follows('Get vm01.rdp', /Ready: vm01/)
  const named = /publisher <strong>([^<]+)<\/strong>/.exec(page.text)?.[1]
  expect(named).toBe('Contoso IT (invented for the demo)')
  const handed = await until(
    async () => (await alice.messages()).find(({ file }) => file !== undefined),
    async () => 'no file in her direct messages',
  )
  expect(handed.text).toContain(`signed by ${named}`)
  const fromChat = await story.download('Alice', handed.file?.id ?? '')
  for (const bytes of [(await downloads(alice, 'vm01')).bytes, fromChat]) {
    const verdict = verifySigned(bytes)
    expect(verdict).toMatchObject({ valid: true, unscoped: [], signer: { name: named } })
  }

  const administrators = await alice.browser.go(new URL('/publisher', page.url).href)
  const { signer } = verifySigned(fromChat) as { signer: { sha256: string } }
  expect(administrators.text).toContain(signer.sha256)
}, 90_000)
