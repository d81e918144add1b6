/** The pretend Azure's storage: serves what boot diagnostics leave, to whoever has a signed address, and to nobody with a token. */
import type { Request, Response, Server } from 'restify'
import { screenOf, sign } from './boot.ts'
import { vmIdOf } from './ids.ts'
import type { AzureState } from './model.ts'
import { drawScreen } from './screen.ts'
import { vmWithId } from './vms.ts'

type Storage = { prefix: string; state: AzureState; now: () => number }

export function mountBlobs(server: Server, { prefix, state, now }: Storage): void {
  const base = `${prefix}/blobs`
  server.get(`${base}/*`, async (req: Request, res: Response) => {
    const url = new URL((req.url ?? '/').slice(base.length), 'http://blobs')
    const refuse = (status: number, code: string, message: string) => {
      res.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code })
      res.end(
        `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
      )
    }
    if (req.headers.authorization !== undefined)
      return refuse(
        400,
        'InvalidAuthenticationInfo',
        'Authentication information is not given in the correct format.',
      )
    const until = url.searchParams.get('se') ?? ''
    const path = decodeURIComponent(url.pathname)
    if (url.searchParams.get('sig') !== sign(path, until) || !(Date.parse(until) > Date.now()))
      return refuse(403, 'AuthenticationFailed', 'Server failed to authenticate the request.')
    const [, subscription = '', rg = '', name = '', file = ''] =
      /^\/bootdiagnostics-([^/]+)\/([^/]+)\/([^/]+)\.(screenshot\.png|serialconsole\.log)$/.exec(path) ?? []
    const vm = vmWithId(state, vmIdOf(subscription, rg, name))
    if (vm === undefined) return refuse(404, 'BlobNotFound', 'The specified blob does not exist.')
    const isPicture = file.startsWith('screenshot')
    const bytes = isPicture ? drawScreen(screenOf(vm, now())) : Buffer.from(vm.boot.serial ?? '', 'utf8')
    const type = isPicture ? 'image/png' : 'text/plain; charset=utf-8'
    sendRange(req, res, bytes, type)
  })
}

function sendRange(req: Request, res: Response, bytes: Buffer, type: string): void {
  const head = { 'content-type': type, 'accept-ranges': 'bytes' }
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(req.headers.range ?? '') ?? []
  if (from === undefined || to === undefined || bytes.length === 0) {
    res.writeHead(200, { ...head, 'content-length': bytes.length })
    res.end(bytes)
    return
  }
  const start = from === '' ? Math.max(0, bytes.length - Number(to)) : Number(from)
  const end = from === '' || to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1)
  if (start > end) {
    res.writeHead(416, { 'content-range': `bytes */${bytes.length}` })
    res.end()
    return
  }
  const part = bytes.subarray(start, end + 1)
  res.writeHead(206, {
    ...head,
    'content-length': part.length,
    'content-range': `bytes ${start}-${end}/${bytes.length}`,
  })
  res.end(part)
}
