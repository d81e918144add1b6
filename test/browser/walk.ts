/** Walks along a story of the guided tour as a reader would: does what it says, where it points, and nothing else. */
import type { Locator, Page } from 'playwright-core'
import { type Step, type Story, withTicket } from '../../bots/demo/page/browser/tour-steps.ts'

export type OnStep = (at: number, step: Step) => Promise<unknown>

/**
 * Begins the story with its button, and resolves when the page says that it is over.
 * @param before called at each step, when the page points to its spot
 */
export async function walk(page: Page, story: Story, before: OnStep = async () => undefined): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^\\d\\. ${story.title}$`) }).click()
  const ticket = () => new URL(page.url()).hash.match(/INC-\d{4}/)?.[0] ?? ''
  for (;;) {
    const place = await page.locator('.tour[data-step]').getAttribute('data-step')
    if (place === 'over') return
    const at = Number(place)
    const written = story.steps[at]
    if (written === undefined) throw new Error(`${story.id} has no step ${place}`)
    const step = withTicket(written, ticket())
    const goesOn = page.locator(`.tour:not([data-step="${at}"])`)
    const here = page.locator('[data-tour="here"]')
    // Some steps are not needed each time: the page goes on by itself.
    await here.or(goesOn).first().waitFor()
    if ((await goesOn.count()) > 0) continue
    await before(at, step)
    if ((await goesOn.count()) > 0) continue
    try {
      await act(page, step)
      await goesOn.waitFor()
    } catch (error) {
      const seen = await page.locator('main').innerText()
      throw new Error(`${story.id}, step ${at + 1} (${step.say}): ${error}\n${seen}`)
    }
  }
}

async function act(page: Page, step: Step): Promise<void> {
  const here = page.locator('[data-tour="here"]')
  if (step.type !== undefined) {
    await here.fill(step.type)
    await here.press('Enter')
  } else if (step.tab !== undefined) {
    const opens = page.context().waitForEvent('page')
    await here.click()
    await inTab(await opens, step.tab)
  } else if ('see' in step.at) {
    await page.getByRole('button', { name: 'Go on' }).click()
  } else if (step.at.pane === 'top') await pressAgain(page, here)
  else await here.click()
}

/** How long a reader waits before moving the clock once more. */
const IMPATIENT_MS = 5_000

/** The clock may be moved faster than the bot looks: as long as the page still points to it, a reader presses again. */
async function pressAgain(page: Page, here: Locator): Promise<void> {
  const at = await page.locator('.tour[data-step]').getAttribute('data-step')
  for (let presses = 0; presses < 5; presses += 1) {
    await here.click()
    const goesOn = page.locator(`.tour:not([data-step="${at}"])`)
    const isDone = await goesOn.waitFor({ timeout: IMPATIENT_MS }).then(
      () => true,
      () => false,
    )
    if (isDone) return
  }
}

async function inTab(tab: Page, { as, press }: NonNullable<Step['tab']>): Promise<void> {
  const account = tab.getByRole('button', { name: new RegExp(`^${as}`) })
  for (const label of press) {
    const button = tab
      .getByRole('button', { name: label, exact: true })
      .or(tab.getByRole('link', { name: label, exact: true }))
    await account
      .or(button)
      .first()
      .waitFor()
      .catch(async error => {
        throw new Error(`no "${label}" in the tab at ${tab.url()}: ${await tab.innerText('body')}\n${error}`)
      })
    if ((await account.count()) > 0) await account.click()
    await button.first().click()
  }
  await tab.waitForLoadState()
  await tab.close()
}
