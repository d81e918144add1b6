/** The thread in which pictures are unpacked, drawn anew and read. It holds nothing between two jobs but the recogniser. */
import { parentPort } from 'node:worker_threads'
import { drawnAnew, readPicture } from './draw.ts'

export type Job = { do: 'read'; picture: Uint8Array } | { do: 'fit'; picture: Uint8Array; mostBytes: number }
export type Done = { words?: string; png?: Uint8Array; problem?: string }

async function perform(job: Job): Promise<Done> {
  if (job.do === 'fit') {
    const png = drawnAnew(job.picture, job.mostBytes)
    return png === undefined ? {} : { png }
  }
  const pixels = readPicture(job.picture)
  if (pixels === undefined) return {}
  const { recognise } = await import('./recognise.ts')
  const words = await recognise(pixels)
  return words === undefined ? {} : { words }
}

parentPort?.on('message', (job: Job) => {
  perform(job).then(
    done => parentPort?.postMessage(done),
    error => parentPort?.postMessage({ problem: (error as Error).message } satisfies Done),
  )
})
