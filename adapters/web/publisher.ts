/** The publisher page: what administrators need so that Windows trusts our connection files. Nothing on it is secret. */
import type { Server } from 'restify'
import { type FileSigner, publisherMessage } from '../../core/index.ts'
import { drawMessage } from './draw.ts'
import { servePage, type Web } from './visit.ts'

export function mountPublisher(
  server: Server,
  web: Web,
  signer: FileSigner | undefined,
  now: () => number,
): void {
  servePage(
    server,
    web,
    '/publisher',
    () => '/publisher',
    async ({ reply, session }) => {
      const said = publisherMessage(signer, now())
      reply.page({ status: 200, title: said.title, session, body: drawMessage(said) })
    },
  )
}
