/** What else must survive: where cards were posted, tickets, and the adapters' small memory. */
import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Platform, Store, Ticket } from '../../core/index.ts'
import { type Tables, toJson, toText } from './schema.ts'

type Keepsakes = Pick<Store, 'card' | 'putTicket' | 'ticket' | 'dropTicket' | 'recall' | 'remember'>

export function keepsakes(db: Kysely<Tables>): Keepsakes {
  return {
    async card(request, slot) {
      const row = await db
        .selectFrom('cards')
        .selectAll()
        .where('request', '=', request)
        .where('slot', '=', slot)
        .executeTakeFirst()
      return row && { platform: row.platform as Platform, key: row.key, messageKey: row.message_key }
    },

    async putTicket(id, ticket, expiresAt) {
      const row = { ticket: toJson(ticket), expires_at: Math.floor(expiresAt) }
      await db
        .insertInto('tickets')
        .values({ digest: digest(id), ...row })
        .onConflict(earlier => earlier.column('digest').doUpdateSet(row))
        .execute()
    },
    async ticket(id, now) {
      const row = await db
        .selectFrom('tickets')
        .select('ticket')
        .where('digest', '=', digest(id))
        .where('expires_at', '>', Math.floor(now))
        .executeTakeFirst()
      return row && (row.ticket as Ticket)
    },
    async dropTicket(id) {
      await db.deleteFrom('tickets').where('digest', '=', digest(id)).execute()
    },

    async recall(scope, key) {
      const row = await db
        .selectFrom('memory')
        .select('value')
        .where('scope', '=', scope)
        .where('key', '=', toText(key))
        .executeTakeFirst()
      return row?.value
    },
    /** `undefined` forgets. */
    async remember(scope, key, value) {
      const at = { scope, key: toText(key) }
      if (value === undefined) {
        await db.deleteFrom('memory').where('scope', '=', at.scope).where('key', '=', at.key).execute()
        return
      }
      const row = { value: toJson(value) }
      await db
        .insertInto('memory')
        .values({ ...at, ...row })
        .onConflict(earlier => earlier.columns(['scope', 'key']).doUpdateSet(row))
        .execute()
    },
  }
}

/** A ticket's id is a secret: whoever reads the database must not be able to use it. */
const digest = (id: string): string => createHash('sha256').update(id).digest('hex')
