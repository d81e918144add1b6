/** The first tables: events, what is found by, outbox, and what else must survive. */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const STATEMENTS = [
  `create table events (
    stream text not null,
    seq integer not null,
    type text not null,
    v integer not null,
    at bigint not null,
    data jsonb not null,
    primary key (stream, seq)
  )`,
  `create table requests (
    id text primary key,
    version integer not null,
    status text not null,
    vm text not null,
    requester text not null,
    changed_at bigint not null
  )`,
  `create index requests_live_vm on requests (vm) where status <> 'over'`,
  `create index requests_live_requester on requests (requester) where status <> 'over'`,
  `create index requests_asked_ref on requests ("right"(id, 6)) where status = 'asked'`,
  `create table seats (
    request text not null references requests (id),
    person text not null,
    primary key (request, person)
  )`,
  `create index seats_person on seats (person)`,

  `create table outbox (
    n bigint generated always as identity primary key,
    id text not null unique,
    lane text not null,
    kind text not null,
    effect jsonb not null,
    state text not null check (state in ('waiting', 'leased', 'parked', 'done')),
    not_before bigint not null,
    retry_at bigint not null,
    lease_until bigint not null,
    attempt integer not null default 0,
    failures integer not null default 0,
    why text,
    queued_at bigint not null,
    settled_at bigint
  )`,
  // One effect of a lane is performed at a time, and one "bring it up to date" per lane is enough: the database itself sees to both.
  `create unique index outbox_one_leased on outbox (lane) where state = 'leased'`,
  `create unique index outbox_one_waiting on outbox (lane) where state = 'waiting' and kind in ('refresh', 'redraw', 'reconcile')`,
  // Claims must not wade through what is done.
  `create index outbox_next on outbox (n) where state in ('waiting', 'leased')`,
  `create index outbox_lane on outbox (lane, n) where state in ('waiting', 'leased')`,
  `create index outbox_done on outbox (settled_at) where state = 'done'`,

  `create table deliveries (key text primary key, at bigint not null)`,
  `create index deliveries_at on deliveries (at)`,
  `create table cards (
    request text not null,
    slot text not null,
    platform text not null,
    key text not null,
    message_key text not null,
    primary key (request, slot)
  )`,
  `create table bindings (
    platform text not null,
    workspace text not null,
    user_key text not null,
    person text not null,
    at bigint not null,
    primary key (platform, workspace, user_key),
    unique (person, platform)
  )`,
  `create table tickets (digest text primary key, ticket jsonb not null, expires_at bigint not null)`,
  `create table memory (
    scope text not null,
    key text not null,
    value jsonb not null,
    primary key (scope, key)
  )`,
]

export const ledger: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
