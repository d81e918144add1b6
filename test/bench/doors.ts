/**
 * What it costs to take something in: the CPU of the process that verifies a delivery, records it durably and acknowledges it, against the
 * bare framework that verifies and acknowledges only. The work that follows is done by another process and reported separately.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { v7 } from 'uuid'
import { openPostgresStore } from '../../adapters/store/postgres.ts'
import { signature } from '../../bots/demo/slack/wire.ts'
import { keysOf } from '../../bots/demo/teams/keys.ts'
import { type RunningWorld, startWorld } from '../../bots/demo/world.ts'
import type { Saved } from '../../bots/demo/world-state.ts'
import { parsePersonId } from '../../core/index.ts'
import { startPostgres } from '../support/postgres.ts'
import { crowdedWorld, type Member, POLICY } from './company.ts'
import { type Figure, figure, median } from './figures.ts'
import { fire, type Shot } from './load.ts'
import { runPeer } from './peers/run.ts'
import { cpuMs, idle } from './processes.ts'

/** Below the hundred a minute that one person may send, whatever the rounds. */
const CROWD = 300
const PER_ROUND = 900

export type Doors = Record<string, Figure>

export async function measureDoors(rounds: number, say: (line: string) => void): Promise<Doors> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const { file, crowd, team } = await crowdedWorld(CROWD)
  const postgres = await startPostgres()
  const closers: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true }), postgres.remove]
  try {
    await postgres.ask('create database bench')
    const database = postgres.url({ database: 'bench' })
    say('starting a world on PostgreSQL, with one process that takes in and one that works')
    const onServer = await startWorld({
      ...{ file, policyFile: POLICY, folder: join(folder, 'server'), port: 0, ruleDelayMs: 0, database },
      processes: [0, undefined],
    })
    closers.unshift(onServer.stop)
    await bindEverybody(database, crowd, team)
    say('starting a world on the embedded database, with one process that takes in')
    const embedded = await startWorld({
      ...{ file, policyFile: POLICY, folder: join(folder, 'embedded'), port: 0, ruleDelayMs: 0 },
      processes: [0],
    })
    closers.unshift(embedded.stop)

    const [server, folderWorld] = await Promise.all(
      [
        { world: onServer, at: join(folder, 'server') },
        { world: embedded, at: join(folder, 'embedded') },
      ].map(async ({ world, at }) => ({ world, saved: await savedWorld(at) })),
    )
    if (server === undefined || folderWorld === undefined) throw new Error('a world is missing')
    const slackPeer = await runPeer('slack', {
      BENCH_SIGNING_SECRET: server.saved.secrets.slackSigningSecret,
    })
    closers.unshift(slackPeer.stop)
    const teamsPeer = await runPeer('teams', {
      BENCH_APP_ID: server.saved.secrets.bot.clientId,
      BENCH_TENANT_ID: file.tenant.id,
      BENCH_OPENID_METADATA: `${onServer.url}/teams/.well-known/openidconfiguration`,
    })
    closers.unshift(teamsPeer.stop)

    const door = portOf(onServer, 0)
    const worker = onServer.products[1]?.pid ?? 0
    const embeddedDoor = portOf(embedded, 0)
    const contestants = {
      'slack bare': {
        pid: slackPeer.pid,
        shots: () => commands(`${slackPeer.url}/slack/events`, server.saved, crowd, team),
      },
      'slack PostgreSQL': {
        pid: door.pid,
        shots: () => commands(`${door.url}/slack/events`, server.saved, crowd, team),
      },
      'slack PGlite': {
        pid: embeddedDoor.pid,
        shots: () => commands(`${embeddedDoor.url}/slack/events`, folderWorld.saved, crowd, team),
      },
      'teams bare': {
        pid: teamsPeer.pid,
        shots: () => messages(`${teamsPeer.url}/api/messages`, onServer, server.saved, crowd, file.tenant.id),
      },
      'teams PostgreSQL': {
        pid: door.pid,
        shots: () => messages(`${door.url}/api/messages`, onServer, server.saved, crowd, file.tenant.id),
      },
      'teams PGlite': {
        pid: embeddedDoor.pid,
        shots: () =>
          messages(`${embeddedDoor.url}/api/messages`, embedded, folderWorld.saved, crowd, file.tenant.id),
      },
    }
    const spent: Record<string, number[]> = {}
    const work: Record<string, number[]> = {}
    for (let round = -1; round < rounds; round += 1) {
      say(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`)
      for (const [name, { pid, shots }] of Object.entries(contestants)) {
        const loaded = await shots()
        await idle(pid)
        const [before, workBefore] = [await cpuMs(pid), await cpuMs(worker)]
        await fire(loaded)
        const after = await cpuMs(pid)
        if (round >= 0) keep(spent, name, (after - before) / PER_ROUND)
        if (!name.endsWith('PostgreSQL')) continue
        await idle(worker)
        if (round >= 0) keep(work, name, ((await cpuMs(worker)) - workBefore) / PER_ROUND)
      }
      // Within a minute nobody sends more than a person may.
      await pause(round < rounds - 1 ? 5_000 : 0)
    }
    return report(spent, work)
  } finally {
    for (const close of closers) await close()
  }
}

function keep(into: Record<string, number[]>, name: string, value: number): void {
  into[name] = [...(into[name] ?? []), value]
}

function report(spent: Record<string, number[]>, work: Record<string, number[]>): Doors {
  const doors: Doors = {}
  for (const [name, values] of Object.entries(spent)) doors[`${name}: CPU to accept`] = figure(values, 'ms')
  for (const chat of ['slack', 'teams'])
    for (const home of ['PostgreSQL', 'PGlite']) {
      const bare = spent[`${chat} bare`] ?? []
      const ratios = (spent[`${chat} ${home}`] ?? []).map(
        (value, round) => value / (bare[round] ?? median(bare)),
      )
      doors[`${chat} ${home}: times the bare framework`] = figure(ratios, '×')
    }
  for (const [name, values] of Object.entries(work))
    doors[`${name}: CPU of the worker for one command`] = figure(values, 'ms')
  return doors
}

function portOf({ products }: RunningWorld, index: number): { pid: number; url: string } {
  const product = products[index]
  if (product?.port === undefined || product.pid === undefined)
    throw new Error('a product process is not there')
  return { pid: product.pid, url: `http://127.0.0.1:${product.port}` }
}

const savedWorld = async (folder: string): Promise<Saved> =>
  JSON.parse(await readFile(join(folder, 'world.json'), 'utf8')) as Saved

async function bindEverybody(url: string, crowd: readonly Member[], team: string): Promise<void> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const store = await openPostgresStore({ url, log, newId: v7 })
  for (const { oid, slack } of crowd) {
    const person = parsePersonId(oid)
    if (person === undefined) throw new Error(`${oid} is no id`)
    await store.bind({ platform: 'slack', workspace: team, key: slack }, person, [])
  }
  await store.close()
}

/** Slash commands as Slack sends them, each by the next of the crowd. */
async function commands(url: string, saved: Saved, crowd: readonly Member[], team: string): Promise<Shot[]> {
  return Array.from({ length: PER_ROUND }, (_, index) => {
    const user = crowd[index % crowd.length]?.slack ?? ''
    const body = new URLSearchParams({
      token: 'not-to-be-trusted',
      team_id: team,
      team_domain: 'contoso',
      channel_id: 'C0GENERAL',
      channel_name: 'general',
      user_id: user,
      user_name: user.toLowerCase(),
      command: '/rdp',
      text: 'list',
      api_app_id: 'A0LATCHKEY',
      is_enterprise_install: 'false',
      response_url: `https://hooks.slack.com/commands/${randomUUID()}`,
      trigger_id: randomUUID(),
    }).toString()
    return {
      url,
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...signature(saved.secrets.slackSigningSecret, body),
      },
    }
  })
}

/** Messages as Teams sends them, under one token, as the Bot Connector does. */
async function messages(
  url: string,
  world: RunningWorld,
  saved: Saved,
  crowd: readonly Member[],
  tenant: string,
): Promise<Shot[]> {
  if (saved.teams === undefined) throw new Error('the world has not saved its Teams')
  const botId = saved.secrets.bot.clientId
  const serviceUrl = `${world.url}/teams/emea/`
  const token = await keysOf(saved.teams, `${world.url}/teams`).token(botId, serviceUrl)
  return Array.from({ length: PER_ROUND }, (_, index) => {
    const { oid = '' } = crowd[index % crowd.length] ?? {}
    const timestamp = new Date().toISOString()
    return {
      url,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({
        type: 'message',
        id: randomUUID(),
        timestamp,
        localTimestamp: timestamp,
        channelId: 'msteams',
        serviceUrl,
        from: { id: `29:${oid}`, name: 'Crowd', aadObjectId: oid },
        recipient: { id: `28:${botId}`, name: 'Latchkey' },
        conversation: { conversationType: 'personal', tenantId: tenant, id: `a:${oid}` },
        channelData: { tenant: { id: tenant } },
        locale: 'en-GB',
        text: 'list',
        textFormat: 'plain',
      }),
    }
  })
}
