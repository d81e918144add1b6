/** The office's directory: whoever is in the map, as they are at that moment. */
import type { Directory, GroupId, Person, PersonId } from '../../core/index.ts'

export type People = Map<PersonId, Person & { manager?: PersonId; groups: ReadonlySet<GroupId> }>

export const directoryOf = (people: People): Directory => ({
  person: async id => people.get(id),
  async managerOf(id) {
    const manager = people.get(id)?.manager
    return manager && people.get(manager)
  },
  groupsOf: async id => people.get(id)?.groups ?? new Set(),
  membersOf: async group => [...people.values()].filter(({ groups }) => groups.has(group)),
})
