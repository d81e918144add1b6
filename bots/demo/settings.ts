/** What a product process of the demo has to know about its world: where it is and what to sign with. All of it invented per data folder. */
import { z } from 'zod'

const App = z.strictObject({ clientId: z.guid(), secret: z.string().min(16) })

/** Credentials of the simulated registrations. They open nothing but the simulators of the same data folder. */
export const Secrets = z.strictObject({
  azure: App,
  /** Who enters Windows. */
  guest: App,
  bot: App,
  signIn: App,
  slackSigningSecret: z.string().min(16),
  slackBotToken: z.string().startsWith('xoxb-'),
  cookieKey: z.base64(),
})
export type Secrets = z.infer<typeof Secrets>

export const ProductSettings = z.strictObject({
  /** Origin of the simulated world. */
  world: z.url(),
  /** Where people reach the product's pages: the proxy in front. */
  baseUrl: z.url(),
  store: z.union([z.strictObject({ folder: z.string().min(1) }), z.strictObject({ url: z.string().min(1) })]),
  /** How many effects it performs side by side; 0: it only takes in, and another process does the work. */
  sideBySide: z.int().min(0).exactOptional(),
  /** How long after its death its work is taken over by another process. */
  leaseMs: z.int().min(1000).exactOptional(),
  policyFile: z.string().min(1),
  tenantId: z.guid(),
  workspace: z.string().min(1),
  secrets: Secrets,
  /** PEM files of the certificate that signs connection files. */
  signing: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).exactOptional(),
  clockOffsetMs: z.number().min(0),
})
export type ProductSettings = z.infer<typeof ProductSettings>

/** What the world tells a product process. */
export type ToProduct =
  | { kind: 'start'; settings: ProductSettings }
  | { kind: 'clock'; offsetMs: number }
  | { kind: 'stop' }

/** What a product process tells the world. */
export type FromProduct = { kind: 'ready'; port: number } | { kind: 'problem'; say: string; exitCode: number }
