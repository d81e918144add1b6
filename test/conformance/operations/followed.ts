/** What is asked about operations that go on after they were accepted. */
import type { Operation } from '../drive.ts'
import type { Exchange } from '../exchange.ts'
import type { SimulatedAzure } from '../simulator.ts'
import { SUBSCRIPTION } from './places.ts'

/** The two addresses at which an operation can be followed; `begin` begins one. */
export function followed(
  provider: string,
  at: string,
  begin: (azure: SimulatedAzure) => Promise<Exchange>,
): Operation[] {
  return ['operations', 'operationResults'].map((kind): Operation => {
    const before = async (azure: SimulatedAzure) => {
      const { response } = await begin(azure)
      const [, operation = ''] = /\/operationResults\/([^?]+)/.exec(response.headers['location'] ?? '') ?? []
      return { operation }
    }
    return {
      route: `GET ${at}/${kind}/{operation}`,
      usual: {
        says: `follow an operation of ${provider}`,
        status: 200,
        params: { subscription: SUBSCRIPTION, location: 'westeurope' },
        before,
      },
      also: [
        {
          says: 'follow one that is under way',
          status: kind === 'operations' ? 200 : 202,
          world: { operationMs: 20_000 },
          before,
        },
        { says: 'follow one that is not there', status: 404, params: { operation: 'none-such' } },
      ],
    }
  })
}
