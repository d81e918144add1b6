/** An office with a Cloud Service called shop, and what people do with it. */
import { isRefusal, type OnceShown } from '../../core/index.ts'
import { alice, aRule, bob } from './cast.ts'
import { openOffice, SOURCE } from './office.ts'
import { type FakeServices, makeServices } from './office-services.ts'

export const NAME = 'shop/Web_IN_0'
export const RULE = aRule({ id: 'services', routes: ['role-instance'], maxMinutes: 120 })

export type Shop = Awaited<ReturnType<typeof openShop>>

export async function openShop() {
  const office = await openOffice()
  let services: FakeServices = makeServices()
  const cardOf = (who = alice, about = NAME) =>
    office.cardsOf(who).findLast(({ message }) => message.title.includes(about))?.message
  const open = (source = SOURCE) => office.latchkey.desk.open(office.requestOf(alice), alice.person, source)
  return {
    office,
    get shop() {
      return services
    },
    /** A fresh beginning. */
    async reset(): Promise<void> {
      await office.reset()
      services = makeServices()
      office.ports.services = services.services
      office.setPolicy(RULE)
    },
    titleOf: (who = alice, about = NAME) => cardOf(who, about)?.title,
    textOf: (who = alice) => JSON.stringify(cardOf(who)),
    lastSaid: () => JSON.stringify(office.cardsOf(alice).at(-1)?.message),
    /** Asked for by Alice, approved by Bob. */
    async approved(text = `connect ${NAME} 1h INC-7`): Promise<void> {
      await office.typed(alice, text)
      await office.pressed(bob, 'Approve', /Alice Adams asks for RDP to shop/)
    },
    /** What the page answers to Alice's press. */
    pressed: open,
    /** Her press, and everything that follows. */
    async press(source = SOURCE): Promise<OnceShown> {
      const answer = await open(source)
      if (answer === undefined || isRefusal(answer)) throw new Error(`no password: ${JSON.stringify(answer)}`)
      await office.settle()
      return answer
    },
    accessOn: (role = 'Web') => services.roles.get(role),
    stateOf: async () => (await office.store.load(office.requestOf(alice))).state,
  }
}
