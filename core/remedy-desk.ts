/** What the page of a remedy that sets a password may show and do, for the person who signed in there. */
import { onceLines, pressLabel, remedyPageMessage } from './message/diagnosis/remedy-page.ts'
import type { PageDesk } from './pages.ts'
import type { Ports } from './ports.ts'
import { isRefusal } from './refusal.ts'
import { REMEDIES } from './triage/catalogue/remedies/index.ts'
import { findSecret, offerOf, setSecret } from './triage/conversation/secret.ts'

export const remedyDesk = (ports: Ports): Pick<PageDesk, 'remedyView' | 'remedy'> => ({
  async remedyView(diagnosis, key, person) {
    const found = await findSecret(ports, diagnosis, key, person)
    if (isRefusal(found)) return found
    const { repair } = found
    const offer = offerOf(repair, ports.clock.now())
    const message = remedyPageMessage(repair, offer, repair.order.account)
    return offer === 'set' || offer === 'again'
      ? { message, offer, label: pressLabel(offer) }
      : { message, offer }
  },
  async remedy(diagnosis, key, person) {
    const set = await setSecret(ports, diagnosis, key, person)
    if (isRefusal(set)) return set
    const { remedy, vm } = set.repair
    return { once: set.once, title: `${REMEDIES[remedy].button}: ${vm.name}`, lines: onceLines(set.repair) }
  },
})
