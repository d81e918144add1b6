/**
 * The first exchange of an RDP connection: what a client asks, and what can be understood of the answer.
 *
 * Source: [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2 (Connection Request and Confirm, negotiation request, response and failure), v20240423.
 */

/** Security protocols, as bits in both directions. */
const TLS = 0x01
const CREDSSP = 0x02
const CREDSSP_EARLY_AUTH = 0x08

const TPKT_VERSION = 3
const CONNECTION_REQUEST = 0xe0
const CONNECTION_CONFIRM = 0xd0
const NEGOTIATION_RESPONSE = 2
const NEGOTIATION_FAILURE = 3
const HYBRID_REQUIRED_BY_SERVER = 5
/** No server says more than this before it is asked for more. */
const MOST_BYTES = 4096

export type Confirm =
  | { kind: 'rdp' /** TLS follows on the same connection. */; tls: boolean; nla: boolean }
  /** It speaks RDP and wants another protocol than those we named. */
  | { kind: 'refused'; nla: boolean }
  | { kind: 'not-rdp' }

/** TPKT, X.224 Connection Request and RDP negotiation request: TLS or CredSSP, no cookie, no user name. */
export function connectionRequest(): Uint8Array {
  const length = 19
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, TPKT_VERSION)
  view.setUint16(2, length)
  view.setUint8(4, length - 5)
  view.setUint8(5, CONNECTION_REQUEST)
  view.setUint8(11, 1)
  view.setUint16(13, 8, true)
  view.setUint32(15, TLS | CREDSSP | CREDSSP_EARLY_AUTH, true)
  return bytes
}

/** Undefined: more bytes are needed. Total. */
export function readConfirm(bytes: Uint8Array): Confirm | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length === 0) return undefined
  if (view.getUint8(0) !== TPKT_VERSION || bytes.length > MOST_BYTES) return { kind: 'not-rdp' }
  if (bytes.length < 4 || bytes.length < view.getUint16(2)) return undefined
  if (bytes.length < 11 || (view.getUint8(5) & 0xf0) !== CONNECTION_CONFIRM) return { kind: 'not-rdp' }
  // A server from before the negotiation existed: RDP's own encryption.
  if (bytes.length < 19) return { kind: 'rdp', tls: false, nla: false }
  const value = view.getUint32(15, true)
  switch (view.getUint8(11)) {
    case NEGOTIATION_RESPONSE:
      return { kind: 'rdp', tls: value !== 0, nla: (value & (CREDSSP | CREDSSP_EARLY_AUTH)) !== 0 }
    case NEGOTIATION_FAILURE:
      return { kind: 'refused', nla: value === HYBRID_REQUIRED_BY_SERVER }
    default:
      return { kind: 'not-rdp' }
  }
}
