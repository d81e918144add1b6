/**
 * What cards say of a shareable link of Bastion. Never the link itself: whoever has it gets to the sign-in screen, so it stands on the signed-in
 * page of its person alone.
 */
import type { LinkEnd, LinkHold } from '../../access/link/link.ts'
import type { Line } from '../message.ts'

/** For the person whose access is open. */
export function linkLines(link: LinkHold | undefined): readonly Line[] {
  if (link === undefined) return []
  const gone: readonly Line[] =
    link.vanishedAt === undefined
      ? []
      : [
          [
            'Somebody took the shareable link away in Azure at ',
            { time: link.vanishedAt },
            '; I asked for a new one.',
          ],
        ]
  return [...gone, ...now(link)]
}

const WITHOUT_PORTAL = { strong: 'Without the portal: ' } as const

function now(link: LinkHold): readonly Line[] {
  switch (link.phase) {
    case 'wanted':
    case 'asked':
      return [
        [
          WITHOUT_PORTAL,
          link.trouble === undefined
            ? 'Azure is making a shareable link; the page shows it when it is there.'
            : `Azure has not made a shareable link yet: ${link.trouble} I keep trying.`,
        ],
      ]
    case 'ready':
      return [
        [
          WITHOUT_PORTAL,
          'open the page for your link. It is not written here, because whoever has it gets to the sign-in screen; ',
          'there you sign in with a user name and a password, not with Entra ID.',
        ],
        ...(link.ours
          ? []
          : [['Somebody else made this link. It is used as it is, and it stays when your access ends.']]),
      ]
    case 'refused':
      return [[{ strong: 'No shareable link: ' }, link.say]]
    case 'released':
      return []
  }
}

/** While the access is being ended. */
export const linkTrouble = (link: LinkHold | undefined): readonly Line[] =>
  link?.trouble === undefined
    ? []
    : [[`Azure has not deleted the shareable link yet: ${link.trouble} I keep trying.`]]

const ENDS: Record<LinkEnd, readonly Line[]> = {
  removed: [['The shareable link is deleted: read back from Azure.']],
  shared: [['The shareable link stays for others who have access; it is deleted with the last of them.']],
  foreign: [
    [
      'A shareable link that somebody else made stays: it is not mine to delete. It leads to the sign-in screen only while a window is open.',
    ],
  ],
  none: [],
}

export const linkEndLines = (end: LinkEnd | undefined): readonly Line[] =>
  end === undefined ? [] : ENDS[end]
