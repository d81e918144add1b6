/** One call to the simulated Azure and its answer, as it went over the wire. */

export type Exchange = {
  /** The route of the simulator that it came in on: `GET /subscriptions/{subscription}/…`. */
  route: string
  /** Which drive it belongs to, for people. */
  says: string
  method: string
  /** Path and query, without a host. */
  url: string
  request: { headers: Readonly<Record<string, string>>; body?: unknown }
  response: { status: number; headers: Readonly<Record<string, string>>; body?: unknown }
  /** Wrong on purpose: only its answer is judged. */
  wrong?: boolean
}

export const ARM = 'https://management.azure.com'

/**
 * The api-versions that Azure's clients send, and the newest ones described in what can be had here. Between the two, models have
 * gained properties and lost none; nothing that Latchkey or the simulator writes is among them.
 * Sources: @azure/arm-compute 25.1.1, @azure/arm-network 39.0.0 (read 2026-11-20).
 */
const DESCRIBED_VERSIONS: Readonly<Record<string, string>> = {
  '2026-04-01': '2024-07-01',
  '2026-01-01': '2024-03-01',
}

/** The full address of a call, with the api-version under which it is described. */
export function describedUrl(url: string): string {
  const full = new URL(url, ARM)
  const version = full.searchParams.get('api-version') ?? ''
  full.searchParams.set('api-version', DESCRIBED_VERSIONS[version] ?? version)
  return full.href
}
