/**
 * Every way round at once: asked in Slack or in Teams, decided in Slack or in Teams. Each way has a VM of its own, so that all four are
 * walked side by side in one world, and its clock is moved for all of them.
 */
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { type Chatter, CONTOSO, openStory, type Story } from '../support/story.ts'
import { opensFromPage, signsInFromSlack, windowsAre } from './acts.ts'

export type Way = {
  name: string
  vm: string
  asker: Chatter
  /** First name and full name of the one who asks. */
  asks: string
  who: string
  /** The manager, in the chat where they decide. */
  decider: Chatter
  decides: string
  boss: string
  /** The same manager in the other chat: every copy of a card is looked at. */
  elsewhere: Chatter
}

/** One request on its way: its own ticket tells its cards from those before. */
export type Turn = Way & { ticket: string; card(title: string): RegExp; question: RegExp }

/** Everybody who uses Slack has signed in there once. */
export async function openCompany(
  options: Parameters<typeof openStory>[0] = {},
): Promise<{ story: Story; ways: readonly Way[] }> {
  const file = await readWorldFile(CONTOSO)
  const [production] = file.subscriptions
  const model = production?.vms.find(({ name }) => name === 'vm01')
  if (production === undefined || model === undefined) throw new Error('no vm01 to be like')
  for (const n of [11, 12]) {
    const at = { private_ip: `10.20.1.${n}`, public_ip: `198.51.100.1${n}`, dns_label: `contoso-vm${n}` }
    const computer = { name: `vm${n}`, computer_name: `ORDERS-VM${n}` }
    production.vms.push({ ...model, ...computer, nic: { ...model.nic, ...at } })
  }
  const story = await openStory({ file, ...options })
  await Promise.all(
    ['Alice', 'Bob', 'Sofia'].map(async name => {
      const person = story.inSlack(name)
      await person.type('/rdp list')
      await signsInFromSlack(person)
      await person.sees(/Nothing is open or waiting/)
    }),
  )
  const alice = { asks: 'Alice', who: 'Alice Adams', decides: 'Bob', boss: 'Bob Brandt' }
  const carol = { asks: 'Carol', who: 'Carol Castillo', decides: 'Sofia', boss: 'Sofia Silva' }
  // A browser for each way: side by side in one, two sign-ins would get in each other's way.
  const { inSlack, inTeams } = story
  const way = (vm: string, people: typeof alice, from: typeof inSlack, to: typeof inSlack): Way => ({
    ...people,
    vm,
    name: `${from === inSlack ? 'Slack' : 'Teams'} to ${to === inSlack ? 'Slack' : 'Teams'}`,
    asker: from(people.asks),
    decider: to(people.decides),
    elsewhere: (to === inSlack ? inTeams : inSlack)(people.decides),
  })
  const ways = [
    way('vm01', alice, inSlack, inSlack),
    way('vm10', alice, inSlack, inTeams),
    way('vm11', carol, inTeams, inSlack),
    way('vm12', carol, inTeams, inTeams),
  ]
  return { story, ways }
}

/** Does the same on all of them side by side. What fails says on which way. */
export const each = <T extends Way, R>(ways: readonly T[], act: (way: T) => Promise<R>): Promise<R[]> =>
  Promise.all(
    ways.map(async way => {
      try {
        return await act(way)
      } catch (error) {
        const say = error instanceof Error ? error.message : String(error)
        throw new Error(`from ${way.name}: ${say}`, { cause: error })
      }
    }),
  )

let number = 200

/** Asked on every way; each decider has seen it in both chats. */
export const ask = (ways: readonly Way[], time = '1h'): Promise<Turn[]> =>
  each(ways, async way => {
    number += 1
    const ticket = `INC-${number}`
    const turn: Turn = {
      ...way,
      ticket,
      card: title => new RegExp(`${title}: ${way.vm} .*${ticket}(?!\\d)`),
      question: new RegExp(`${way.who} asks for RDP to ${way.vm} .*${ticket}(?!\\d)`),
    }
    await way.asker.type(`/rdp connect ${way.vm} ${time} ${ticket}`)
    await Promise.all([
      way.asker.sees(turn.card('Waiting for approval')),
      way.decider.sees(turn.question),
      way.elsewhere.sees(turn.question),
    ])
    return turn
  })

export const approve = (turns: readonly Turn[]): Promise<unknown> =>
  each(turns, async ({ decider, question, asker, card }) => {
    await decider.presses('Approve', question)
    await asker.sees(card('Approved'))
  })

/** Asked, approved and opened for the address that browsers come from. */
export async function open(ways: readonly Way[], time = '1h'): Promise<Turn[]> {
  const turns = await ask(ways, time)
  await approve(turns)
  await each(turns, async ({ asker, vm, card }) => {
    await opensFromPage(asker, vm)
    await asker.sees(card('Ready'))
  })
  return turns
}

/** The card of everybody concerned reads like this, in every copy. */
export const everybodySees = (turns: readonly Turn[], title: string): Promise<unknown> =>
  each(turns, ({ asker, decider, elsewhere, card }) =>
    Promise.all([asker, decider, elsewhere].map(person => person.sees(card(title)))),
  )

/** Azure lets nobody in any more. */
export const allShut = (story: Story, turns: readonly Turn[]): Promise<unknown> =>
  each(turns, ({ vm }) => windowsAre(story, vm, []))

/** What the asker takes back again, so that the next story starts afresh. */
export async function withdraw(turns: readonly Turn[], title: string): Promise<void> {
  await each(turns, ({ asker, card }) => asker.presses('Cancel request', card(title)))
  await everybodySees(turns, 'Withdrawn')
}

export const referenceIn = (text: string): string =>
  /Reference\W+([0-9A-F]{6})/.exec(text)?.[1] ?? 'no reference'
