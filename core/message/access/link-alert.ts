/** What administrators are told about a shareable link of Bastion that is not as it should be. Never the link itself. */
import type { Ask } from '../../access/request.ts'
import { type Message, message } from '../message.ts'
import { fact, refFact } from './words.ts'

const about = (ask: Ask): Message['facts'] => [
  fact('VM', { code: ask.vm.name }),
  fact('Person', { person: ask.by.person, name: ask.by.name }),
  refFact(ask),
]

/** For administrators: once, when it is noticed. */
export const linkVanishedMessage = (ask: Ask): Message =>
  message({
    tone: 'bad',
    title: `A shareable link has vanished: ${ask.vm.name}`,
    plain: `The shareable link to ${ask.vm.name} has vanished from Azure`,
    lines: [['Somebody deleted it while an access that comes in by it was open. I ask Azure for a new one.']],
    facts: about(ask),
  })

/** For administrators: once, when it begins. */
export const linkTroubleMessage = (ask: Ask, say: string): Message =>
  message({
    tone: 'bad',
    title: `A shareable link is still there: ${ask.vm.name}`,
    plain: `The shareable link to ${ask.vm.name} is still there`,
    lines: [
      ['The access it was made for has ended, and Azure does not let me delete it: ', say],
      ['I keep trying.'],
    ],
    facts: about(ask),
  })
