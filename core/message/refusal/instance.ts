/** Refusals about instances of Cloud Services, in words. */
import type { Refusal } from '../../refusal.ts'
import type { Line } from '../message.ts'
import type { Words } from './words.ts'

type InstanceRefusal = Extract<
  Refusal,
  { code: 'instance-not-found' | 'which-instance' | 'which-service' | 'instance-unfit' | 'retired' }
>

const MOST = 8

export function instanceWords(refusal: InstanceRefusal): Words {
  switch (refusal.code) {
    case 'instance-not-found':
      return {
        title: 'Cloud Service not found, or not visible to you',
        lines: [
          [
            'I found no Cloud Service for ',
            { code: refusal.name },
            ' that a rule lets you connect to. Such a rule names the route role-instance.',
          ],
        ],
      }
    case 'which-instance':
      return {
        title: 'Which instance?',
        tone: 'waiting',
        lines: [
          [
            { code: refusal.service },
            ' is a Cloud Service. Name one of its instances: ',
            ...names(refusal),
            '.',
          ],
          ['Or all of its roles: ', { code: `${refusal.service}/*` }, '.'],
        ],
      }
    case 'which-service':
      return {
        title: 'Which of them?',
        tone: 'waiting',
        lines: [
          [
            'There are several Cloud Services for ',
            { code: refusal.name },
            '. Name the instance by its full id:',
          ],
          ...refusal.ids.slice(0, MOST).map((id): Line => [{ code: id }]),
        ],
      }
    case 'instance-unfit':
      return { title: `Not now: ${refusal.name}`, lines: [[refusal.why]] }
    case 'retired':
      return { title: 'Retired by Microsoft', lines: [[refusal.why]] }
  }
}

function names({ service, instances }: Extract<InstanceRefusal, { code: 'which-instance' }>): Line {
  const shown = instances.slice(0, MOST)
  const more = instances.length - shown.length
  return [
    ...shown.flatMap((name, i): Line => [i === 0 ? '' : ', ', { code: `${service}/${name}` }]),
    ...(shown.length === 0 ? ['it has none at the moment'] : []),
    ...(more > 0 ? [` and ${more} more`] : []),
  ]
}
