/**
 * Who a chat user is in the directory, as proven by sign-in. One user per person and platform, one person per user: the keys of the table
 * see to that.
 */
import type { Kysely } from 'kysely'
import { parsePersonId, type Store } from '../../core/index.ts'
import type { Bell } from './bell.ts'
import { enqueue, type Means } from './queue.ts'
import type { Tables } from './schema.ts'
import { transact } from './transact.ts'

type Bindings = Pick<Store, 'bind' | 'personBoundTo' | 'userBoundTo'>

export function bindings(db: Kysely<Tables>, bell: Bell, means: Means): Bindings {
  const boundTo = async ({ platform, workspace, key }: Parameters<Store['personBoundTo']>[0], from = db) => {
    const row = await from
      .selectFrom('bindings')
      .select('person')
      .where('platform', '=', platform)
      .where('workspace', '=', workspace)
      .where('user_key', '=', key)
      .executeTakeFirst()
    return row && parsePersonId(row.person)
  }
  return {
    personBoundTo: user => boundTo(user),
    async userBoundTo(person, platform) {
      const row = await db
        .selectFrom('bindings')
        .select('user_key')
        .where('person', '=', person)
        .where('platform', '=', platform)
        .executeTakeFirst()
      return row?.user_key
    },
    /** Repeating a binding that stands answers 'bound' and queues nothing: what it had to set off, it set off. */
    async bind(user, person, queue) {
      const outcome = await transact(db, async tx => {
        const { platform, workspace, key } = user
        const made = await tx
          .insertInto('bindings')
          .values({ platform, workspace, user_key: key, person, at: means.wall() })
          .onConflict(standing => standing.doNothing())
          .returning('person')
          .executeTakeFirst()
        if (made === undefined) return (await boundTo(user, tx)) === person ? 'bound' : 'taken'
        await enqueue(tx, queue, means)
        return 'bound'
      })
      bell.ring()
      return outcome
    },
  }
}
