/**
 * Reads blobs that Azure handed out addresses for: a VM's serial log and the picture of its screen.
 *
 * Such an address is a secret in itself: it goes to Azure storage and nowhere else, into no log and no error. The bot's token is not sent
 * along. What comes back is bounded while it comes: a serial log can be of any size.
 */
import type { PipelineResponse } from '@azure/core-rest-pipeline'

export type Blobs = {
  /**
   * The last bytes of a blob, at most so many of them; with `whole`, nothing unless all of it fits.
   * @throws {Error} with `statusCode` where storage gave one. Names neither the address nor anything in it.
   */
  end(
    url: string,
    limits: { mostBytes: number; whole?: boolean },
    abortSignal: AbortSignal,
  ): Promise<Uint8Array>
}

type Get = (url: string, range: string | undefined, abortSignal: AbortSignal) => Promise<PipelineResponse>

const STORAGE = /^[a-z0-9.-]+\.(?:blob\.core\.windows\.net|blob\.storage\.azure\.net)$/
/** Storage that does not know ranges sends everything; more than this is not waited for. */
const MOST_IN_ALL = 16 * 1024 * 1024

export function blobsOver(get: Get): Blobs {
  return {
    end: async (url, { mostBytes, whole = false }, abortSignal) => {
      const address = URL.canParse(url) ? new URL(url) : undefined
      if (address?.protocol !== 'https:' || !STORAGE.test(address.hostname) || address.port !== '')
        throw new Error('not read: the address is not one of Azure storage')
      const answer = await quietly(() => get(url, whole ? undefined : `bytes=-${mostBytes}`, abortSignal))
      if (answer.status === 416) return new Uint8Array()
      if (answer.status !== 200 && answer.status !== 206)
        throw Object.assign(new Error(`storage answered ${answer.status}`), { statusCode: answer.status })
      return quietly(() => lastOf(answer, mostBytes, whole))
    },
  }
}

async function lastOf(answer: PipelineResponse, mostBytes: number, whole: boolean): Promise<Uint8Array> {
  const stream = answer.readableStreamBody
  if (stream === undefined) throw new Error('storage answered without a body')
  let kept = Buffer.alloc(0)
  let seen = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    seen += bytes.length
    if (seen > (whole ? mostBytes : MOST_IN_ALL)) throw new Error('a blob is larger than it may be')
    kept = Buffer.concat([kept, bytes])
    if (kept.length > mostBytes) kept = kept.subarray(kept.length - mostBytes)
  }
  return new Uint8Array(kept)
}

/** What goes wrong on the way names the address, so its text is left behind. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const own = error instanceof Error && /^(?:a blob|storage) /.test(error.message)
    if (own) throw error
    throw new Error('storage could not be read')
  }
}
