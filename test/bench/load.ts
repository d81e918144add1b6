/** Sends many requests, a fixed number at a time, over connections that stay open. */

export type Shot = { url: string; headers: Record<string, string>; body: string }

/** @throws when any answer is not a 200: a benchmark of refusals would be a fine figure of nothing */
export async function fire(shots: readonly Shot[], atOnce = 16): Promise<void> {
  const left = shots.values()
  const gunner = async () => {
    for (const { url, headers, body } of left) {
      const response = await fetch(url, { method: 'POST', headers, body })
      const text = await response.text()
      if (response.status !== 200)
        throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, gunner))
}
