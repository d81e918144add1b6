/**
 * Latchkey put together: store, policy, directory, Azure, chats and pages on one restify server, and the worker.
 *
 * `Outside` says where the world is. The product leaves it empty and talks to the real one; only the demo fills it in.
 */
import { randomBytes } from 'node:crypto'
import type { HttpClient } from '@azure/core-rest-pipeline'
import restify from 'restify'
import { v7 } from 'uuid'
import { connectAzure } from '../adapters/azure/adapter.ts'
import { azureCredential } from '../adapters/azure/credential.ts'
import { connectDiagnostics } from '../adapters/azure/diagnostics/connect.ts'
import { connectHands } from '../adapters/azure/hands/connect.ts'
import { connectRepairs } from '../adapters/azure/repairs/connect.ts'
import { connectDirectory } from '../adapters/entra/directory.ts'
import { connectSignIn } from '../adapters/entra/sign-in.ts'
import { connectSignInLog } from '../adapters/entra/sign-ins.ts'
import { openPolicy } from '../adapters/policy/adapter.ts'
import { probeRdp } from '../adapters/rdp/probe.ts'
import { openScreens } from '../adapters/screen/adapter.ts'
import { connectSlack } from '../adapters/slack/adapter.ts'
import { type OwnedStore, openStore } from '../adapters/store/adapter.ts'
import { openPostgresStore } from '../adapters/store/postgres.ts'
import { connectTeams, type Outside as TeamsOutside } from '../adapters/teams/adapter.ts'
import { mountWeb } from '../adapters/web/adapter.ts'
import type { Chat, Clock, Ids, Inbox, Latchkey, Log, PageDesk, RequestId } from '../core/index.ts'
import { isRefusal, makeLatchkey, parseRequestId, refusalMessage } from '../core/index.ts'
import { wallClock } from './clock.ts'
import type { Config } from './config.ts'
import { openSigning } from './signing.ts'
import { EXIT, Stop } from './stop.ts'

export type Outside = {
  azure?: HttpClient
  entra?: { authority: string; allowInsecure: boolean; graph: string }
  slackApi?: string
  teams?: TeamsOutside
  clock?: Clock
}

export type Running = {
  url: string
  /** The port it listens on. */
  port: number
  stop(): Promise<void>
}

/** How many effects are performed side by side. */
const SIDE_BY_SIDE = 8

/**
 * @param sideBySide how many effects are performed at once; with 0 this process only takes in, and others on the same store do the work
 * @param leaseMs how long after its death what this process was performing is taken over by others on the same store
 * @throws {Stop} when the port is in use, the policy has problems or the data folder cannot be used
 */
export async function startProduct(
  config: Config,
  log: Log,
  outside: Outside = {},
  sideBySide = SIDE_BY_SIDE,
  leaseMs?: number,
): Promise<Running> {
  const clock = outside.clock ?? wallClock
  const signer = config.signing === undefined ? undefined : await openSigning(config.signing)
  const ending = signer?.warning(Date.now())
  if (ending !== undefined) log.warn('signing.certificate.ending', { say: ending })
  const policies = await openPolicy(config.policyFile, { log })
  const store = await openStoreOf(config.store, log)
  const server = restify.createServer({ name: 'latchkey' })
  const closers: (() => Promise<void> | void)[] = []
  try {
    const azureId = azureCredential(config.azure, outside.azure)
    const guest =
      config.guest === undefined ? {} : { guestCredential: azureCredential(config.guest, outside.azure) }
    const { machines, jit } = connectAzure({
      credential: azureId,
      log,
      now: () => clock.now(),
      ...(outside.azure ? { httpClient: outside.azure } : {}),
    })
    const screens = config.screens === 'off' ? undefined : openScreens({ log })
    if (screens !== undefined) closers.push(screens.stop)
    const diagnostics = connectDiagnostics({
      ...guest,
      ...(screens === undefined || config.screens === 'show' ? {} : { screens: screens.reader }),
      signIns: connectSignInLog({
        credential: { getToken: scope => azureId.getToken(scope) },
        log,
        now: () => clock.now(),
        ...(outside.entra ? { graph: outside.entra.graph } : {}),
      }),
      credential: azureId,
      log,
      now: () => clock.now(),
      ...(outside.azure ? { httpClient: outside.azure } : {}),
    })
    const { surveyor, links, services, sessions } = connectHands({
      ...guest,
      credential: azureId,
      log,
      now: () => clock.now(),
      ...(outside.azure ? { httpClient: outside.azure } : {}),
    })
    const repairs = connectRepairs({
      ...guest,
      credential: azureId,
      log,
      now: () => clock.now(),
      ...(outside.azure ? { httpClient: outside.azure } : {}),
    })
    const directory = connectDirectory({
      credential: { getToken: scope => azureId.getToken(scope) },
      log,
      ...(outside.entra ? { graph: outside.entra.graph } : {}),
    })
    const signIn = connectSignIn({
      tenantId: config.tenantId,
      ...config.signIn,
      redirectUri: `${config.baseUrl}/sign-in/done`,
      ...(outside.entra
        ? { authority: outside.entra.authority, allowInsecure: outside.entra.allowInsecure }
        : {}),
    })

    // Chats need the inbox and pages need the desk, which both need the chats: they meet through `latchkey`, set before anything listens.
    let latchkey: Latchkey | undefined
    const whole = (): Latchkey => {
      if (!latchkey) throw new Error('asked before everything was put together')
      return latchkey
    }
    const inbox: Inbox = {
      receive: incoming => whole().inbox.receive(incoming),
      outcome: (delivery, withinMs) => whole().inbox.outcome(delivery, withinMs),
      suggest: (who, text) => whole().inbox.suggest(who, text),
    }
    const desk: PageDesk = {
      view: (request, person, source) => whole().desk.view(request, person, source),
      open: (request, person, source) => whole().desk.open(request, person, source),
      move: (request, person, source) => whole().desk.move(request, person, source),
      file: (request, person) => whole().desk.file(request, person),
      remedyView: (diagnosis, key, person) => whole().desk.remedyView(diagnosis, key, person),
      remedy: (diagnosis, key, person) => whole().desk.remedy(diagnosis, key, person),
      bindView: (ticket, person) => whole().desk.bindView(ticket, person),
      bind: (ticket, person) => whole().desk.bind(ticket, person),
    }
    const { pages } = mountWeb(server, {
      signIn,
      desk,
      words: refusalMessage,
      baseUrl: config.baseUrl,
      cookieKey: config.cookieKey,
      trustedProxies: config.trustedProxies,
      ready: () => store.ready(),
      log,
      ...(signer === undefined ? {} : { signer }),
    })
    const chats: Chat[] = []
    if (config.slack) {
      const slack = connectSlack(server, {
        ...config.slack,
        inbox,
        log,
        ...(outside.slackApi === undefined ? {} : { apiUrl: outside.slackApi }),
      })
      chats.push(slack.chat)
      closers.push(slack.stop)
    }
    if (config.teams) {
      const teams = connectTeams(server, {
        ...config.teams,
        tenantId: config.tenantId,
        inbox,
        store,
        log,
        file: async (request, person) => {
          const id = parseRequestId(request)
          const file = id && (await desk.file(id, person))
          return file === undefined || isRefusal(file) ? undefined : file
        },
        ...(outside.teams ? { outside: outside.teams } : {}),
      })
      chats.push(teams.chat)
      closers.push(teams.stop)
    }
    const ports = {
      ...{
        chats,
        directory,
        policies,
        pages,
        machines,
        jit,
        diagnostics,
        repairs,
        surveyor,
        links,
        store,
        clock,
        ids,
        random: (count: number) => randomBytes(count),
        services,
        log,
      },
      ...(sessions === undefined ? { guest: 'closed' as const } : { sessions }),
      ...(signer === undefined ? {} : { signer }),
      ...(screens === undefined ? {} : { pictures: screens.pictures }),
      // Where Azure is pretended, its addresses belong to somebody else.
      ...(outside.azure === undefined ? { probe: probeRdp } : {}),
      ...(leaseMs === undefined ? {} : { leaseMs }),
    }
    latchkey = makeLatchkey(ports)

    const stopping = { stopped: false }
    await listen(server, config)
    const working = latchkey.worker.run(stopping, sideBySide)
    log.info('ready', {
      url: config.baseUrl,
      slack: config.slack !== undefined,
      teams: config.teams !== undefined,
    })
    return {
      url: config.baseUrl,
      port: server.address().port,
      async stop() {
        stopping.stopped = true
        await new Promise<void>(resolve => {
          server.close(() => resolve())
          server.server.closeAllConnections()
        })
        await working
        for (const close of closers) await close()
        policies.close()
        await store.close()
      },
    }
  } catch (error) {
    policies.close()
    await store.close()
    throw error
  }
}

const openStoreOf = (store: Config['store'], log: Log): Promise<OwnedStore> =>
  'url' in store
    ? openPostgresStore({ url: store.url, log, newId: v7 })
    : openStore({ folder: store.folder, log, newId: v7 })

const ids: Ids = {
  request: () => v7() as RequestId,
  secret: () => randomBytes(24).toString('base64url'),
}

async function listen(server: restify.Server, { host, port }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Stop(
              `Port ${port} on ${host} is in use by another program. Choose another one.`,
              EXIT.portInUse,
            )
          : error,
      ),
    )
    server.listen(port, host, () => resolve())
  })
}
