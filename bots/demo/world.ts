/**
 * The simulated world in one server: Azure, Entra, Slack and Teams over HTTP, the page to live in them, and a clock that can be moved. It
 * keeps a product process running beside itself; the two meet over HTTP only.
 */
import { isIP } from 'node:net'
import { join } from 'node:path'
import restify from 'restify'
import { EXIT, Stop } from '../stop.ts'
import { mountAzure } from './azure/sim.ts'
import { mountEntra } from './entra/sim.ts'
import { openFront } from './front.ts'
import { readJson, sendJson } from './http.ts'
import { mountPage } from './page/page.ts'
import { type ProductProcess, runProduct } from './product-process.ts'
import { publisherFiles } from './publisher.ts'
import type { ProductSettings } from './settings.ts'
import { mountSlack, type SlackSim } from './slack/sim.ts'
import { mountTeams } from './teams/sim.ts'
import type { WorldFile } from './world-file.ts'
import { openWorldMemory } from './world-state.ts'

export type WorldOptions = {
  file: WorldFile
  policyFile: string
  folder: string
  /** 0: any free port. */
  port: number
  /** How Azure treats a second requester's window; nobody knows which is true, so both are played. */
  mode?: 'merge' | 'supersede'
  /** How long Azure takes to bring a rule into force. */
  ruleDelayMs?: number
  /** A PostgreSQL database for the product, instead of a folder. */
  database?: string
  /** How many effects each product process performs side by side, one number per process. One process with the usual number when left out. */
  processes?: readonly (number | undefined)[]
  /** How long after its death the others take over what a process was performing; the product's own time when left out. */
  leaseMs?: number
}

export type RunningWorld = {
  url: string
  /** Where the product's own pages are. */
  pagesUrl: string
  /** The first of the product's processes. */
  product: ProductProcess
  products: readonly ProductProcess[]
  /** The internet address that people's browsers come from. */
  comeFrom(address: string): void
  /** To make Slack misbehave. The other simulators take that over HTTP. */
  slack: SlackSim
  /** Moves the world's clock forward, for Azure and for Latchkey alike. */
  pass(minutes: number): void
  now(): number
  stop(): Promise<void>
}

const LONGEST_LEAP_MINUTES = 7 * 24 * 60
const SETTLE_EVERY_MS = 1000

export async function startWorld(options: WorldOptions): Promise<RunningWorld> {
  const { file, folder } = options
  const server = restify.createServer({ name: 'latchkey-demo' })
  const port = await listen(server, options.port)
  const url = `http://127.0.0.1:${port}`
  const frontPort = options.port === 0 ? 0 : options.port + 1
  const products: ProductProcess[] = []
  let turn = 0
  /** The port of the next product process that is there: what a load balancer would do. */
  const nextPort = () => {
    const ports = products.flatMap(({ port }) => port ?? [])
    turn += 1
    return ports[turn % ports.length]
  }
  const front = await openFront(frontPort, nextPort).catch((error: unknown) => {
    server.close()
    throw portProblem(error, frontPort)
  })

  const memory = await openWorldMemory(folder, () => ({
    secrets,
    clockOffsetMs: offset,
    entra: entra.state,
    azure: azure.state,
    slack: slack.state,
    teams: teams.state,
  }))
  const { saved } = memory
  const { secrets } = saved
  let offset = saved.clockOffsetMs
  const now = () => Date.now() + offset

  /** Where nobody listens while the product is away, so that deliveries fail as they would. */
  const productPath = (path: string) => `http://127.0.0.1:${nextPort() ?? 9}${path}`

  const page = mountPage(server, { title: 'Latchkey demo' })
  const changed = () => {
    memory.changed()
    page.broadcast({ changed: true })
  }
  const entra = mountEntra(server, {
    prefix: '/entra',
    baseUrl: `${url}/entra`,
    company: file,
    apps: {
      azure: { ...secrets.azure, redirectUris: [] },
      guest: { ...secrets.guest, redirectUris: [] },
      bot: { ...secrets.bot, redirectUris: [] },
      signIn: { ...secrets.signIn, redirectUris: [`${front.url}/sign-in/done`] },
    },
    ...(saved.entra ? { state: saved.entra } : {}),
    changed,
  })
  const azure = mountAzure(server, {
    prefix: '/azure',
    subscriptions: file.subscriptions,
    verifyToken: entra.verifyToken,
    guestApp: secrets.guest.clientId,
    mode: options.mode ?? 'merge',
    ruleDelayMs: options.ruleDelayMs ?? 1500,
    ...(saved.azure ? { state: saved.azure } : {}),
    now,
    changed,
  })
  const slack = mountSlack(server, {
    prefix: '/slack',
    baseUrl: `${url}/slack`,
    company: file,
    signingSecret: secrets.slackSigningSecret,
    botToken: secrets.slackBotToken,
    deliverTo: () => productPath('/slack/events'),
    ...(saved.slack ? { state: saved.slack } : {}),
    now,
    changed,
  })
  const teams = await mountTeams(server, {
    prefix: '/teams',
    baseUrl: `${url}/teams`,
    company: file,
    botId: secrets.bot.clientId,
    verifyToken: entra.verifyToken,
    deliverTo: () => productPath('/api/messages'),
    ...(saved.teams ? { state: saved.teams } : {}),
    now,
    changed,
  })
  const pass = (minutes: number) => {
    offset += minutes * 60_000
    for (const product of products) product.moveClock(offset)
    azure.settle()
    changed()
  }

  server.get('/world', async (_request, response) => {
    sendJson(response, 200, {
      now: now(),
      product: products[0]?.status ?? 'starting',
      productUrl: front.url,
      address: front.address,
      people: file.people.map(({ name, role, oid, slack }) => ({ name, role, teams: oid, slack: slack?.id })),
    })
  })
  server.post('/world/clock', async (request, response) => {
    const { minutes } = (await readJson(request)) as { minutes?: unknown }
    if (typeof minutes !== 'number' || !(minutes > 0 && minutes <= LONGEST_LEAP_MINUTES)) {
      sendJson(response, 400, {
        error: 'minutes must be a number above 0, a week at most; time only goes forward',
      })
      return
    }
    pass(minutes)
    sendJson(response, 200, { now: now() })
  })
  server.post('/world/address', async (request, response) => {
    const { address } = (await readJson(request)) as { address?: unknown }
    if (typeof address !== 'string' || isIP(address) === 0) {
      sendJson(response, 400, { error: 'address must be an IPv4 or IPv6 address' })
      return
    }
    front.comeFrom(address)
    changed()
    sendJson(response, 200, { address })
  })
  server.post('/world/kill', async (_request, response) => {
    await products[0]?.kill(true)
    sendJson(response, 200, {})
  })

  // Rules come into force and windows end without anybody calling: the page should show it.
  const settling = setInterval(() => azure.settle(), SETTLE_EVERY_MS)
  try {
    const signing = await publisherFiles(folder)
    for (const sideBySide of options.processes ?? [undefined]) {
      const settings = (): ProductSettings => ({
        world: url,
        baseUrl: front.url,
        store: options.database === undefined ? { folder: join(folder, 'store') } : { url: options.database },
        ...(sideBySide === undefined ? {} : { sideBySide }),
        ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
        policyFile: options.policyFile,
        tenantId: file.tenant.id,
        workspace: file.slack.team,
        secrets,
        signing,
        clockOffsetMs: offset,
      })
      products.push(await runProduct(settings, changed))
    }
    await teams.installEverywhere()
    await memory.flush()
  } catch (error) {
    clearInterval(settling)
    await Promise.all(products.map(product => product.stop()))
    await front.close()
    server.close()
    server.server.closeAllConnections()
    throw error
  }
  const [product] = products
  if (product === undefined) throw new Error('a world without a product process')
  return {
    url,
    pagesUrl: front.url,
    product,
    products,
    comeFrom: front.comeFrom,
    slack,
    pass,
    now,
    async stop() {
      clearInterval(settling)
      teams.stop()
      slack.stop()
      await Promise.all(products.map(each => each.stop()))
      await front.close()
      await memory.flush()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.server.closeAllConnections()
      })
    },
  }
}

async function listen(server: restify.Server, wanted: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portProblem(error, wanted)))
    server.listen(wanted, '127.0.0.1', () => resolve())
  })
  return server.address().port
}

const portProblem = (error: unknown, port: number): unknown =>
  (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? new Stop(`Port ${port} is in use by another program. Choose another one with --port.`, EXIT.portInUse)
    : error
