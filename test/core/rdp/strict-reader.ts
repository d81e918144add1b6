/** The settings of a connection file, written out a second time on purpose, and a strict reader of its bytes. */
import { expect } from '@jest/globals'
import { type RdpTarget, rdpFile } from '../../../core/rdp/file.ts'

export const good = { host: 'vm01.westeurope.cloudapp.azure.com', port: 3389, label: 'vm01' }

/** The settings in their order, written out a second time on purpose: a change here changes what every client does. */
export const SETTINGS = `
full address:s:vm01.westeurope.cloudapp.azure.com:50001
alternate full address:s:vm01.westeurope.cloudapp.azure.com:50001
server port:i:50001
username:s:vm01\\alice
prompt for credentials:i:1
promptcredentialonce:i:0
authentication level:i:2
enablecredsspsupport:i:1
negotiate security layer:i:1
gatewayhostname:s:
gatewayusagemethod:i:0
gatewayprofileusagemethod:i:1
gatewaycredentialssource:i:0
alternate shell:s:
shell working directory:s:
remoteapplicationmode:i:0
screen mode id:i:2
use multimon:i:0
dynamic resolution:i:1
autoreconnection enabled:i:1
redirectclipboard:i:0
redirectdrives:i:0
drivestoredirect:s:
redirectprinters:i:0
redirectcomports:i:0
redirectsmartcards:i:0
redirectwebauthn:i:0
redirectposdevices:i:0
devicestoredirect:s:
usbdevicestoredirect:s:
camerastoredirect:s:
redirectlocation:i:0
audiocapturemode:i:0
audiomode:i:2
`
  .trim()
  .split('\n')
export const NAMES = SETTINGS.map(line => line.slice(0, line.indexOf(':')))

/** Reads the bytes as strictly as they are promised. */
export function linesOf(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true }).decode(bytes)
  expect(text.startsWith('\ufeff')).toBe(true)
  expect(text.endsWith('\r\n')).toBe(true)
  return text.slice(1, -2).split('\r\n')
}

export function made(target: RdpTarget) {
  const file = rdpFile(target)
  if ('problem' in file) throw new Error(file.problem)
  return { name: file.name, lines: linesOf(file.bytes) }
}
