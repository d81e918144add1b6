/** What is asked of Microsoft.ResourceGraph. */
import type { Operation } from '../drive.ts'
import { SUBSCRIPTION } from './places.ts'

const VMS =
  "resources | where type =~ 'microsoft.compute/virtualmachines' | project id, name | order by id asc"

export const graph: readonly Operation[] = [
  {
    route: 'POST /providers/Microsoft.ResourceGraph/resources',
    usual: { says: 'find VMs', status: 200, body: { query: VMS } },
    also: [
      {
        says: 'in one subscription, as objects',
        status: 200,
        body: {
          query: VMS,
          subscriptions: [SUBSCRIPTION],
          options: { resultFormat: 'objectArray', $top: 5 },
        },
      },
      {
        says: 'in pages',
        status: 200,
        world: { pageSize: 3 },
        body: { query: VMS },
      },
      {
        says: 'the second page',
        status: 200,
        body: { query: VMS, options: { $top: 3, $skip: 0, $skipToken: '3' } },
      },
      { says: 'whole VMs', status: 200, body: { query: 'resources' } },
      { says: 'subscriptions', status: 200, body: { query: 'resourcecontainers | project id, name' } },
      { says: 'nothing', status: 200, body: { query: "resources | where name == 'none-such'" } },
      { says: 'in no language', status: 400, body: { query: 'unicorns | graze' } },
      { says: 'without a query', status: 400, wrong: true, body: {} },
      { says: 'that is no JSON', status: 400, wrong: true, body: '{' },
    ],
  },
]
