/** The demo's world with a crowd: enough people that nobody among them sends more than anybody types. */
import { fileURLToPath } from 'node:url'
import { readWorldFile, type WorldFile } from '../../bots/demo/world-file.ts'

const worlds = new URL('../../bots/demo/worlds/', import.meta.url)
export const POLICY = fileURLToPath(new URL('contoso.policy.yaml', worlds))

export type Member = { oid: string; slack: string }

export async function crowdedWorld(
  size: number,
): Promise<{ file: WorldFile; crowd: readonly Member[]; team: string }> {
  const file = await readWorldFile(fileURLToPath(new URL('contoso.yaml', worlds)))
  const [alice] = file.people.filter(({ name }) => name.startsWith('Alice'))
  if (alice === undefined) throw new Error('the demo has no Alice any more')
  const crowd = Array.from({ length: size }, (_, index) => {
    const number = String(index).padStart(4, '0')
    return { oid: `00000000-0000-4000-9000-00000000${number}`, slack: `UCROWD${number}` }
  })
  const people = crowd.map(({ oid, slack }, index) => {
    const address = `crowd${index}@${file.tenant.domain}`
    return {
      ...alice,
      oid,
      name: `Crowd ${index}`,
      upn: address,
      mail: address,
      slack: { id: slack, email: address, emailConfirmed: true, restricted: false, deleted: false },
    }
  })
  return { file: { ...file, people: [...file.people, ...people] }, crowd, team: file.slack.team }
}
