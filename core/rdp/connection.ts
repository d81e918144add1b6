/** The connection file of an open request. */
import assert from 'node:assert/strict'
import type { AccessRequest } from '../access/request.ts'
import type { ConnectionFile } from '../ports.ts'
import { rdpFile } from './file.ts'

/** Made afresh each time and kept nowhere. */
export function connectionFile({ ask, wayIn }: Extract<AccessRequest, { status: 'open' }>): ConnectionFile {
  const { host, port, account } = wayIn
  const file = rdpFile({ host, port, label: ask.vm.name, ...(account === undefined ? {} : { account }) })
  // The way in was validated by making the same file before "Ready" was said.
  assert('bytes' in file, 'an open request without a usable way in')
  return file
}
