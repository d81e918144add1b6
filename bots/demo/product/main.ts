/**
 * The product, in a process of its own, against the simulated world: the same composition as with real accounts, only that `Outside` points
 * at the simulators. Started by the world, which tells it where everything is; ends when the world goes away.
 */
import { movableClock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import { lastWords } from '../../last-words.ts'
import { openLog } from '../../log.ts'
import { type Outside, type Running, startProduct } from '../../product.ts'
import { simulatedHosts } from '../azure/http-client.ts'
import { type FromProduct, ProductSettings, type ToProduct } from '../settings.ts'

const LEVEL = process.env['LATCHKEY_DEMO_LOG'] === 'info' ? 'info' : 'error'

let clock: ReturnType<typeof movableClock> | undefined
let running: Running | undefined

async function start(settings: ProductSettings): Promise<void> {
  clock = movableClock(settings.clockOffsetMs)
  const outside = { ...outsideOf(settings), clock }
  const { sideBySide, leaseMs } = settings
  running = await startProduct(configOf(settings), openLog(LEVEL), outside, sideBySide, leaseMs)
  tell({ kind: 'ready', port: running.port })
}

function configOf({
  baseUrl,
  store,
  policyFile,
  tenantId,
  workspace,
  secrets,
  signing,
}: ProductSettings): Config {
  const { azure, guest, bot, signIn } = secrets
  return {
    baseUrl,
    host: '127.0.0.1',
    port: 0,
    store,
    policyFile,
    cookieKey: Buffer.from(secrets.cookieKey, 'base64'),
    // The proxy in front runs on this machine and says which address on the internet the browser comes from.
    trustedProxies: ['127.0.0.1/32'],
    tenantId,
    azure: { kind: 'client-secret', tenantId, clientId: azure.clientId, clientSecret: azure.secret },
    guest: { kind: 'client-secret', tenantId, clientId: guest.clientId, clientSecret: guest.secret },
    signIn: { clientId: signIn.clientId, clientSecret: signIn.secret },
    ...(signing === undefined ? {} : { signing }),
    slack: { signingSecret: secrets.slackSigningSecret, botToken: secrets.slackBotToken, workspace },
    teams: { appId: bot.clientId, credential: { kind: 'client-secret', secret: bot.secret } },
  }
}

function outsideOf({ world }: ProductSettings): Outside {
  return {
    azure: simulatedHosts({
      'https://management.azure.com': `${world}/azure`,
      'https://login.microsoftonline.com': `${world}/entra`,
    }),
    entra: { authority: `${world}/entra`, allowInsecure: true, graph: `${world}/entra/graph` },
    slackApi: `${world}/slack/api/`,
    teams: {
      openIdMetadata: `${world}/teams/.well-known/openidconfiguration`,
      loginBase: `${world}/entra`,
      serviceUrls: [world],
    },
  }
}

const tell = (message: FromProduct) => process.send?.(message)

process.on('message', (message: ToProduct) => {
  switch (message.kind) {
    case 'start':
      start(ProductSettings.parse(message.settings)).catch((error: unknown) => {
        const [say, exitCode] = lastWords(error)
        process.send?.({ kind: 'problem', say, exitCode } satisfies FromProduct, () => process.exit(exitCode))
      })
      return
    case 'clock':
      clock?.moveTo(message.offsetMs)
      return
    case 'stop':
      void (running?.stop() ?? Promise.resolve()).then(() => process.exit(0))
      return
  }
})
// Without its world a product process of the demo has nobody to talk to.
process.on('disconnect', () => process.exit(0))
