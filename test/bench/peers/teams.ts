/** The bot of every tutorial: botbuilder on restify with its own token checks. It takes a message and does not reply. */
import { ActivityHandler, CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder'
import restify from 'restify'
import { tell } from './tell.ts'

const metadata = process.env['BENCH_OPENID_METADATA'] ?? ''
const adapter = new CloudAdapter(
  new ConfigurationBotFrameworkAuthentication({
    MicrosoftAppId: process.env['BENCH_APP_ID'] ?? '',
    MicrosoftAppPassword: 'never used, because it does not reply',
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppTenantId: process.env['BENCH_TENANT_ID'] ?? '',
    ToChannelFromBotLoginUrl: 'https://login.microsoftonline.com/botframework.com',
    ToChannelFromBotOAuthScope: 'https://api.botframework.com',
    ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
    ToBotFromChannelOpenIdMetadataUrl: metadata,
    ToBotFromEmulatorOpenIdMetadataUrl: metadata,
    OAuthUrl: 'https://token.botframework.com',
    ValidateAuthority: true,
    CallerId: '',
  }),
)
const bot = new ActivityHandler()

const server = restify.createServer()
server.use(restify.plugins.bodyParser())
server.post('/api/messages', async (request, response) => {
  await adapter.process(request as Parameters<typeof adapter.process>[0], response, context =>
    bot.run(context),
  )
})
server.listen(0, '127.0.0.1', () => tell(server.address().port))
