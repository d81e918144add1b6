/** What is asked about the shareable links of Bastion. */
import type { Drive, Operation } from '../drive.ts'
import { FIRST, networkId, SECOND, SUBSCRIPTION, withFront } from './places.ts'

const HOST =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Network/bastionHosts/{name}'
const params = { subscription: SUBSCRIPTION, rg: 'rg-orders', name: 'bas-app' }
const body = { vms: [{ vm: { id: FIRST } }, { vm: { id: SECOND } }] }

/** A host that can, with a link on it. */
const before: Drive['before'] = azure => {
  withFront(azure)
  for (const bastion of azure.state.bastions) if (bastion.name === 'bas-app') bastion.shareable_link = true
  azure.state.links.push({
    bastion: networkId('bastionHosts/bas-app'),
    vm: FIRST,
    token: 'a-token',
    createdAt: 0,
  })
}

const also: readonly Drive[] = [
  {
    says: 'of a host that is not there',
    status: 404,
    params: { name: 'none-such' },
    body,
    before: withFront,
  },
  { says: 'of a host that has them switched off', status: 400, body, before: withFront },
  { says: 'of a host that cannot', status: 400, params: { name: 'bas-hub' }, body, before: withFront },
]

const changing = (verb: string, says: string): Operation => ({
  route: `POST ${HOST}/${verb}`,
  usual: { says, status: 202, params, body, before },
  also: [{ says: 'over a while', status: 202, world: { operationMs: 20_000 }, body, before }, ...also],
})

export const bastionLinks: readonly Operation[] = [
  {
    route: `POST ${HOST}/getShareableLinks`,
    usual: { says: 'read shareable links', status: 200, params, body, before },
    also: [{ says: 'all there are', status: 200, body: {}, before }, ...also],
  },
  changing('createShareableLinks', 'make shareable links'),
  changing('deleteShareableLinks', 'delete shareable links'),
]
