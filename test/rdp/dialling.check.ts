/**
 * Whatever a VM, an account or a host is called: either there is no file, or a real client dials the approved address and no other. FreeRDP 2
 * runs lines that begin with "/" as command-line options, so it is the client to be afraid of.
 */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { rdpFile } from '../../core/rdp/file.ts'
import { openWorkbench, type Workbench } from './tools.ts'

const ADDRESS = '127.0.33.90'

let bench: Workbench
let server: Server
let port: number
beforeAll(async () => {
  bench = await openWorkbench()
  server = createServer(socket => socket.destroy())
  server.listen(0, ADDRESS)
  await once(server, 'listening')
  port = (server.address() as { port: number }).port
}, 60_000)
afterAll(async () => {
  server?.close()
  await bench?.close()
})

const HOSTILE: readonly string[] = [
  'x\r\n/v:127.0.0.1:4444',
  'x\n/v:127.0.0.1:4444',
  'x\r/v:127.0.0.1:4444',
  '/v:127.0.0.1:4444',
  '/v:127.0.0.1:4444 /u:evil',
  'x\u2028/v:127.0.0.1:4444',
  'x\u0085/v:127.0.0.1:4444',
  'x\0/v:127.0.0.1:4444',
  'x\r\nfull address:s:127.0.0.1:4444',
  'x\r\nalternate full address:s:127.0.0.1:4444',
  'x\r\nserver port:i:4444',
  'x\r\ngatewayhostname:s:127.0.0.1:4444\r\ngatewayusagemethod:i:1',
  '127.0.0.1:4444',
  '127.0.0.1',
  '[::1]:4444',
  '0x7f000001',
  '%COMSPEC%',
  '$(id)',
  '`id`',
  '../../etc/passwd',
  '\u202eexe.pdr',
  'CON',
  '-h',
  '--help',
  '+auth-only',
  'a:b:c',
  '',
  ' ',
  'x'.repeat(5000),
]

describe('a hostile value', () => {
  test('in the name of a VM changes nothing: the client dials the approved address', async () => {
    for (const label of HOSTILE) await expectOnlyApproved({ label, account: 'alice' })
  }, 300_000)

  test('as account is refused, or changes nothing', async () => {
    for (const account of HOSTILE) await expectOnlyApproved({ label: 'vm01', account })
  }, 300_000)

  test('as host or port never makes a file that says anything else than what was given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...HOSTILE), fc.string(), fc.string({ unit: 'binary' })),
        fc.oneof(fc.integer(), fc.double()),
        (host, wanted) => {
          const made = rdpFile({ host, port: wanted, label: 'vm01' })
          if ('problem' in made) return
          const lines = Buffer.from(made.bytes).toString('utf16le').slice(1).split('\r\n')
          expect(lines.filter(line => /address/.test(line))).toEqual([
            `full address:s:${host}:${wanted}`,
            `alternate full address:s:${host}:${wanted}`,
          ])
          expect(lines.filter(line => line.startsWith('/'))).toEqual([])
        },
      ),
      { numRuns: 20_000 },
    )
  })
})

/** Makes the file as the product does; opens it if there is one. */
async function expectOnlyApproved({ label, account }: { label: string; account: string }): Promise<void> {
  const made = rdpFile({ host: ADDRESS, port, label, account })
  if ('problem' in made) return
  expect(made.name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,59}\.rdp$/)
  const file = join(bench.folder, made.name)
  await writeFile(file, made.bytes)
  const { dialled } = await bench.signIn(file, 'irrelevant')
  expect({ label, account, dialled }).toEqual({ label, account, dialled: [`${ADDRESS}:${port}`] })
}
