/** The office with a VM that is switched off, and the steps that its stories are made of. */
import type { RequestId } from '../../core/index.ts'
import { alice, aRule, bob } from './cast.ts'
import type { Office } from './office.ts'
import { withPower } from './power-model.ts'

export function switchedOff(office: Office) {
  let vm = withPower(office)
  let request: RequestId | undefined
  const cardOf = (who: typeof alice) => {
    const card = office.cardsOf(who)[0]?.message
    if (!card) throw new Error(`${who.name} has no card`)
    return card
  }
  const asks = () => office.typed(alice, 'connect vm01 2h INC-7')
  const approve = () => office.pressed(bob, 'Approve', /asks for RDP/)
  return {
    get vm() {
      return vm
    },
    get request(): RequestId {
      if (request === undefined) throw new Error('nothing was opened')
      return request
    },
    async fresh(how: Parameters<typeof withPower>[1] = {}) {
      await office.reset()
      vm = withPower(office, how)
      vm.reset()
      office.setPolicy(aRule({ whenOff: 'start-and-put-back' }))
    },
    cardOf,
    words: (who: typeof alice) => JSON.stringify([cardOf(who).title, cardOf(who).lines]),
    asks,
    approve,
    /** Asked, approved, and Open pressed: everything that is due is done. */
    async opened() {
      await asks()
      await approve()
      request = office.requestOf(alice)
      const refusal = await office.opens(alice)
      if (refusal !== undefined) throw new Error(JSON.stringify(refusal))
    },
    done: () => office.pressed(alice, 'I am done', /Ready/),
  }
}
