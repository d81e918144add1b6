/** What a rule says of the ways in and of the connection file. */
import { z } from 'zod'
import { ROUTE_KINDS } from '../../core/index.ts'
import { prefixProblem } from './prefix.ts'

/** Each kind once: their order is the order in which they are tried. */
export const Routes = z
  .array(z.enum(ROUTE_KINDS))
  .min(1)
  .refine(kinds => new Set(kinds).size === kinds.length, 'each route is named once')

/** Wider than this is not one company's VPN, and a window for it would be nearly as good as none. */
const LEAST_BITS = 8

export const Vpn = z.string().superRefine((text, context) => {
  const problem = prefixProblem(text) ?? tooWide(text)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

const tooWide = (text: string): string | undefined =>
  Number(text.split('/')[1]) < LEAST_BITS
    ? `vpn is a range that people come from, such as 10.8.0.0/16: /${LEAST_BITS} or narrower`
    : undefined

const PORT = 'port is the one on which Windows listens for RDP: a whole number from 1 to 65535'
export const Port = z.int(PORT).min(1, PORT).max(65_535, PORT)

/** What a request for a VM that is off becomes; left out, it is refused. */
export const WhenOff = z.enum(['start', 'start-and-put-back'], {
  error: 'whenOff is start, or start-and-put-back; leave it out, and a VM that is off is refused',
})

/** Everything is off unless it is switched on. */
const Switch = z.boolean().optional()

/** A shareable link gets whoever has it to the sign-in screen of the VM, without a right in Azure. */
export const BastionWishes = z.strictObject({ shareableLink: z.boolean() })

export const File = z.strictObject({
  clipboard: Switch,
  drives: Switch,
  printers: Switch,
  multimon: Switch,
  audio: Switch,
  entraSignIn: Switch,
})
