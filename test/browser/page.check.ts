/** The demo page for everybody: without a mouse, for screen readers, light and dark, and as narrow as a phone. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { openStage, type Stage } from './stage.ts'

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  await furnish()
}, 120_000)
afterAll(async () => {
  await stage?.close()
  expect(stage?.problems).toEqual([])
}, 60_000)

const messages = (page: Page, pane: 'slack' | 'teams') => page.locator(`#${pane}-pane .message`)

async function say(page: Page, pane: 'slack' | 'teams', text: string): Promise<void> {
  const line = page.locator(`#${pane}-pane .composer input`)
  await line.fill(text)
  await line.press('Enter')
}

/** So that there is something of everything on the page: cards, windows, a file, things that wait and things that are broken. */
async function furnish(): Promise<void> {
  const page = await stage.openPage('slack=U0ALICE&tour=off&vm=vm01')
  await say(page, 'slack', '/rdp connect vm01 2h INC-7 disk full')
  const signIn = page.context().waitForEvent('page')
  await messages(page, 'slack').getByRole('link', { name: 'Sign in' }).click()
  const tab = await signIn
  await tab.getByRole('button', { name: /^Alice Adams/ }).click()
  await tab.getByRole('button', { name: 'Yes, both are mine' }).click()
  await messages(page, 'teams').getByRole('button', { name: 'Approve', exact: true }).click()
  const access = page.context().waitForEvent('page')
  await messages(page, 'slack').getByRole('link', { name: 'Open access' }).click()
  await (await access).getByRole('button', { name: 'Open', exact: true }).click()
  await messages(page, 'slack').getByText('Ready: vm01').waitFor()
  await messages(page, 'slack')
    .getByRole('link', { name: /vm01\.rdp/ })
    .last()
    .waitFor()
  await say(page, 'slack', '/rdp connect vm10 1h INC-8 patching')
  await messages(page, 'teams').getByText('asks for RDP to vm10').waitFor()
  await page.context().close()
}

/** What a tool finds that knows the rules for accessible pages: WCAG 2.2 A and AA, and common sense. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  )
}

describe.each([
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['phone', PHONE],
  ['phone, dark', { ...PHONE, colorScheme: 'dark' }],
] as [string, BrowserContextOptions][])('%s', (name, options) => {
  const look = async (
    place: string,
    what: string,
    arrive: (page: Page) => Promise<void> = async () => undefined,
  ) => {
    const page = await stage.openPage(place, options)
    await arrive(page)
    await stage.keep(page, `page-${name.replace(', ', '-')}-${what}`)
    const faults = await faultsOf(page)
    const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    // A modal stays open for its person, in this page or the next.
    const modal = page.getByRole('dialog')
    if ((await modal.count()) > 0) await modal.locator('.modal-buttons .plain').click()
    await modal.waitFor({ state: 'detached' })
    await page.context().close()
    expect(faults).toEqual([])
    expect(tooWide).toBeLessThanOrEqual(0)
  }

  test(
    'the three panes, with cards, a window and a VM in full',
    () =>
      look('slack=U0ALICE&vm=vm01', 'panes', async page => {
        await messages(page, 'slack').getByText('Ready: vm01').waitFor()
        await page.locator('#azure-pane .bar.open').waitFor()
      }),
    90_000,
  )

  test(
    'a modal, with a search in it',
    () =>
      look('slack=U0ALICE&tour=off', 'modal', async page => {
        await page.getByRole('button', { name: 'Request access', exact: true }).click()
        const field = page.getByRole('dialog').getByRole('combobox').first()
        await field.fill('vm0')
        await page.locator('dialog [role="option"]').first().waitFor()
      }),
    90_000,
  )

  test(
    'the App Home',
    () =>
      look('slack=U0ALICE&slack-in=home&tour=off', 'home', async page => {
        await page.locator('#slack-pane .blocks').getByText('vm01').first().waitFor()
      }),
    90_000,
  )

  test(
    'a step of the tour',
    () =>
      look('tour=ask.0.INC-1234', 'tour', async page => {
        await page.locator('[data-tour="here"]').waitFor()
      }),
    90_000,
  )
})

describe('without a mouse', () => {
  test('a request is asked for, approved and withdrawn', async () => {
    const page = await stage.openPage('slack=U0ALICE&tour=off')
    const focused = () => page.locator(':focus')
    const tabTo = async (what: () => Promise<boolean>) => {
      for (let presses = 0; presses < 120; presses += 1) {
        if (await what()) return
        await page.keyboard.press('Tab')
      }
      throw new Error(
        `never came to it by Tab, but to ${await focused().evaluate('element => element.outerHTML')}`,
      )
    }
    const isNamed = (name: RegExp) => async () => {
      if ((await focused().count()) === 0) return false
      return name.test(`${await focused().getAttribute('aria-label')} ${await focused().innerText()}`)
    }
    // A slash opens the suggestions: arrow down, enter takes one, enter sends it.
    await tabTo(isNamed(/Message Latchkey as Alice/))
    await page.keyboard.type('/rdp w')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await messages(page, 'slack').getByText('vm01 for').waitFor()
    await page.keyboard.type('/rdp connect web01 1h INC-9')
    await page.keyboard.press('Enter')
    await messages(page, 'slack').getByText('Which of them?').waitFor()

    await page.keyboard.type('/rdp connect crm01 1h INC-10 by keyboard')
    await page.keyboard.press('Enter')
    const card = messages(page, 'teams').filter({ hasText: 'INC-10' })
    await card.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    await tabTo(
      async () =>
        (await card
          .getByRole('button', { name: 'Approve', exact: true })
          .and(page.locator(':focus'))
          .count()) > 0,
    )
    await page.keyboard.press('Enter')
    await card.getByText('Approved: crm01').waitFor()

    const mine = messages(page, 'slack').filter({ hasText: 'INC-10' })
    const cancel = mine.getByRole('button', { name: 'Cancel request' })
    await cancel.waitFor()
    await tabTo(async () => (await cancel.and(page.locator(':focus')).count()) > 0)
    await page.keyboard.press('Space')
    await mine.getByText('Withdrawn: crm01').waitFor()
    await page.context().close()
  }, 120_000)

  test('a modal is filled in, refuses what does not fit beside the field, and is left with Escape', async () => {
    const page = await stage.openPage('slack=U0ALICE&tour=off')
    await page.getByRole('button', { name: 'Request access', exact: true }).focus()
    await page.keyboard.press('Enter')
    const modal = page.getByRole('dialog')
    const vm = modal.getByRole('combobox').first()
    const send = modal.locator('button[type="submit"]')
    await send.focus()
    await page.keyboard.press('Enter')
    await modal.locator('.bk-input .failed').first().waitFor()
    await vm.focus()
    await page.keyboard.type('vm0')
    await modal.locator('.found [role="option"]').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await vm.inputValue()).toMatch(/^vm01/)
    await send.focus()
    await page.keyboard.press('Escape')
    await modal.waitFor({ state: 'detached' })
    await page.context().close()
  }, 60_000)
})

describe('who sees what', () => {
  test('what is for one person alone is on their screen, and on nobody else’s', async () => {
    const page = await stage.openPage('slack=U0ALICE&slack-in=ops&tour=off')
    await say(page, 'slack', '/rdp why vm01 2h')
    const whisper = messages(page, 'slack').filter({ hasText: 'Only visible to you' }).last()
    await whisper.waitFor()
    await page.locator('#slack-pane select').first().selectOption({ label: 'Bob Brandt, manager' })
    await page.getByRole('button', { name: '#ops' }).click()
    await page.getByLabel('Message ops as Bob Brandt').waitFor()
    expect(await messages(page, 'slack').filter({ hasText: 'Only visible to you' }).count()).toBe(0)

    // Teams: a command in a channel is targeted at the one who gave it.
    await page.locator('#teams-pane select').selectOption({ label: 'Carol Castillo, platform lead' })
    await page.locator('#teams-pane').getByRole('button', { name: '#General' }).click()
    await say(page, 'teams', '/rdp why vm01 2h')
    await messages(page, 'teams').filter({ hasText: 'Only you can see this message' }).last().waitFor()
    await page.locator('#teams-pane select').selectOption({ label: 'Dave Dimitrov, engineer' })
    await page.locator('#teams-pane').getByRole('button', { name: '#General' }).click()
    await page.getByLabel('Message General as Dave Dimitrov').waitFor()
    expect(await messages(page, 'teams').filter({ hasText: 'Only you can see' }).count()).toBe(0)
    await page.context().close()
  }, 60_000)

  test('the file is in the direct messages of the one who asked, and downloads as what it is', async () => {
    const page = await stage.openPage('slack=U0ALICE&tour=off')
    const arrives = page.waitForEvent('download')
    await messages(page, 'slack')
      .getByRole('link', { name: /^vm01\.rdp\s*[\d.]+ kB/ })
      .last()
      .click()
    expect((await arrives).suggestedFilename()).toBe('vm01.rdp')
    await page.context().close()
  }, 60_000)
})

describe('Azure on the page', () => {
  test('a switch breaks, shows that it is on, and mends; two open pages show the same', async () => {
    const [one, other] = await Promise.all([
      stage.openPage('vm=db01&tour=off'),
      stage.openPage('vm=db01&tour=off'),
    ])
    const stop = (page: Page) => page.getByRole('button', { name: 'Stop TermService' })
    await stop(one).click()
    for (const page of [one, other]) {
      await page
        .locator('#azure-pane')
        .getByRole('button', { name: 'Stop TermService', pressed: true })
        .waitFor()
      await page
        .locator('#azure-pane')
        .getByRole('button', { name: /^db01/ })
        .getByText('service stopped')
        .waitFor()
    }
    await stop(other).click()
    await one.getByRole('button', { name: 'Stop TermService', pressed: false }).waitFor()
    for (const page of [one, other]) await page.context().close()
  }, 60_000)

  test('every call of the bot is in the log, newest first', async () => {
    const page = await stage.openPage('tour=off')
    const calls = page.locator('#azure-pane .calls li')
    await calls.first().waitFor()
    const shown = await calls.allInnerTexts()
    for (const call of shown) expect(call).toMatch(/^\d\d:\d\d\s+(GET|POST|PUT|DELETE)\s+\d{3}\s*\S/)
    const times = shown.map(call => call.slice(0, 5))
    expect(times).toEqual(times.toSorted().toReversed())
    await page.context().close()
  }, 60_000)
})

describe('bots/demo/README.md', () => {
  test('names no address that is not there', async () => {
    const text = await readFile(join(import.meta.dirname, '../../bots/demo/README.md'), 'utf8')
    const named = [...text.matchAll(/`(GET|POST) (\/[^`\s?]+)/g)].map(([, method = '', path = '']) => ({
      method,
      path,
    }))
    expect(named.length).toBeGreaterThan(20)
    for (const { method, path } of named.filter(({ path }) => !/^\/world\/(events|kill)$/.test(path))) {
      const response = await fetch(stage.world.url + path, {
        method,
        ...(method === 'POST' ? { body: '{' } : {}),
      })
      // What the server itself says of an address that nobody answers at.
      expect([method, path, await response.text()]).not.toEqual([
        method,
        path,
        expect.stringContaining('"ResourceNotFound"'),
      ])
    }
  }, 60_000)
})
