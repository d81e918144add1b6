/** What Entra says of a person's own sign-ins, in the diagnosis, over real HTTP. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { CONTOSO, openStory, type Story } from '../support/story.ts'

let story: Story
beforeAll(async () => {
  const file = await readWorldFile(CONTOSO)
  const dave = file.people.find(({ name }) => name.startsWith('Dave'))
  for (const { vms, roles } of file.subscriptions) {
    // Joined to Entra, set up for signing in with it, and he may.
    for (const vm of vms.filter(({ name }) => name === 'archive01' || name === 'crm01')) {
      vm.identity = 'system'
      vm.extensions = [{ type: 'AADLoginForWindows', state: 'Succeeded', code: null, message: null }]
    }
    roles.push({ person: dave?.oid ?? '', role: 'Virtual Machine User Login' })
  }
  story = await openStory({ file })
}, 180_000)
afterAll(() => story.close())

const REFUSED = (vm: string) =>
  `rdp diagnose ${vm} I sign in as AzureAD\\dave@contoso.example and it says: Your credentials did not work`
const note = (body: object) => story.json('/entra/world/sign-ins', body)

test('a refusal by Conditional Access is the cause, with its code, in private', async () => {
  await note({
    add: [
      { who: story.human('Dave').upn, at: Date.now() - 60_000, code: 50_076, conditionalAccess: 'failure' },
    ],
  })
  const dave = story.inTeams('Dave')
  await dave.type(REFUSED('archive01'))
  const verdict = await dave.sees(/50076/)
  expect(verdict.private).toBe(true)
  expect(verdict.text).toMatch(/archive01.*Conditional Access/)
})

test('a log that nobody may read is named as not tested, with the reason', async () => {
  await note({ unlicensed: true })
  const dave = story.inTeams('Dave')
  await dave.type(REFUSED('crm01'))
  await dave.presses('No', /A question about RDP: crm01/)
  const verdict = await dave.sees(/Not tested.*Entra sign-in.*P1 licence/)
  expect(verdict.text).toContain('crm01')
})
