/** The pages on a port of their own, with a desk and a sign-in that tests can set. */
import { randomBytes } from 'node:crypto'
import restify from 'restify'
import { mountWeb, type WebOptions } from '../../../adapters/web/adapter.ts'
import {
  Fault,
  type Log,
  message,
  type PageDesk,
  type Pages,
  type PersonId,
  type Refusal,
  type SignIn,
} from '../../../core/index.ts'
import { Browser } from './browser.ts'

export const ALICE = '5d1f0c7e-1111-4a6b-9c3d-000000000001' as PersonId
export const BOB = '5d1f0c7e-1111-4a6b-9c3d-000000000002' as PersonId
export const REQUEST = '019355d0-0000-7000-8000-000000abcdef'
export const TICKET = 'ticket-ticket-ticket-1234'

export type House = {
  origin: string
  pages: Pages
  desk: { [Name in keyof PageDesk]: PageDesk[Name] }
  /** What the desk was asked, in order. */
  asked: unknown[][]
  logged: { level: string; event: string; facts: unknown; error: unknown }[]
  clock: { now: number }
  ready: { answer: () => Promise<boolean> }
  /** A browser in which this person is signed in. */
  signedIn(person?: PersonId, name?: string): Promise<Browser>
  stop(): Promise<void>
}

/** What refusals look like here; the core has better words. */
export const words = (refusal: Refusal) =>
  message({
    tone: 'bad',
    title: `No: ${refusal.code}`,
    plain: refusal.code,
    lines: [[JSON.stringify(refusal)]],
  })

export async function build(options: Partial<WebOptions> = {}): Promise<House> {
  const server = restify.createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const origin = `http://127.0.0.1:${server.address().port}`
  const asked: unknown[][] = []
  const logged: House['logged'] = []
  const clock = { now: Date.parse('2026-11-21T10:00:00Z') }
  const ready = { answer: async () => true }
  const house: Pick<House, 'desk'> = { desk: usualDesk() }
  const noting =
    <Name extends keyof PageDesk>(name: Name) =>
    (...args: unknown[]) => {
      asked.push([name, ...args])
      return (house.desk[name] as (...given: unknown[]) => never)(...args)
    }
  const desk = {
    view: noting('view'),
    open: noting('open'),
    move: noting('move'),
    file: noting('file'),
    remedyView: noting('remedyView'),
    remedy: noting('remedy'),
    bindView: noting('bindView'),
    bind: noting('bind'),
  }
  const note = (level: string) => (event: string, facts?: unknown, error?: unknown) => {
    logged.push({ level, event, facts, error })
  }
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') }
  const stop = () =>
    new Promise<void>(resolve => {
      server.server.closeAllConnections()
      server.close(() => resolve())
    })
  const usual: WebOptions = {
    signIn: simpleSignIn(),
    desk,
    words,
    baseUrl: origin,
    cookieKey: randomBytes(32),
    trustedProxies: [],
    ready: () => ready.answer(),
    log,
    now: () => clock.now,
  }
  let pages: Pages
  try {
    pages = mountWeb(server, { ...usual, ...options }).pages
  } catch (error) {
    await stop()
    throw error
  }
  return Object.assign(house, {
    origin,
    pages,
    asked,
    logged,
    clock,
    ready,
    async signedIn(person = ALICE, name = 'Alice Adams') {
      const browser = new Browser(origin)
      await browser.get('/sign-in')
      await browser.get(`/sign-in/done?${new URLSearchParams({ code: 'good', person, name })}`)
      return browser
    },
    stop,
  })
}

function usualDesk(): PageDesk {
  return {
    view: async () => ({
      message: message({ title: 'RDP to vm01', plain: 'RDP to vm01', tone: 'waiting' }),
      offer: 'open',
      signed: { not: 'No certificate.' },
    }),
    open: async () => undefined,
    move: async () => undefined,
    file: async () => ({ name: 'vm01.rdp', bytes: Buffer.from('full address:s:203.0.113.9\r\n') }),
    remedyView: async () => ({
      message: message({ title: 'Reset local password: vm01', plain: '', tone: 'waiting' }),
      offer: 'set',
      label: 'Set a new password',
    }),
    remedy: async () => ({
      once: { user: 'azadmin', password: 'Aa2!' },
      title: 'Reset local password: vm01',
      lines: [],
    }),
    bindView: async () => ({
      chatAccount: 'alice in Contoso',
      personName: 'Alice Adams',
      upn: 'alice@contoso.example',
    }),
    bind: async () => undefined,
  }
}

/** Believes whoever the address names, if the pending value is the one it gave. */
function simpleSignIn(): SignIn {
  return {
    begin: async () => ({ url: 'https://entra.example/authorize', pending: 'pending-secret' }),
    async finish(currentUrl, pending) {
      const answer = new URL(currentUrl).searchParams
      if (pending !== 'pending-secret' || answer.get('code') !== 'good')
        throw new Fault('invalid', { op: 'test', say: 'That does not fit.' })
      return {
        person: answer.get('person') as PersonId,
        name: answer.get('name') ?? '',
        upn: 'alice@contoso.example',
      }
    },
  }
}
