/** One live request per person and VM: a second one would only confuse whoever decides. */
import { refOf } from '../ids.ts'
import type { Store } from '../ports.ts'
import type { Refusal } from '../refusal.ts'
import type { Ask } from './request.ts'

type Wish = { by: Pick<Ask['by'], 'person'>; vm: Pick<Ask['vm'], 'id' | 'name'> }

/** The same for two requests of which there can be one at a time. Of a Cloud Service, each instance counts for itself. */
export const soleKey = ({ by, vm }: Wish): string => [by.person, vm.id, vm.name].join(' ').toLowerCase()

/** Why it cannot be asked for now; undefined when it can. Somebody else's delivery may still be faster. */
export async function alreadyLive(store: Pick<Store, 'liveOf'>, wish: Wish): Promise<Refusal | undefined> {
  for (const state of await store.liveOf(wish.by.person)) {
    if (state.status !== 'none' && soleKey(state.ask) === soleKey(wish))
      return { code: 'already-live', vm: wish.vm.name, ref: refOf(state.ask.id), status: state.status }
  }
  return undefined
}
