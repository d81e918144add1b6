/** A process of its own whose Slack cannot be reached. Says where it listens, and goes on until it is told to end. */
import restify from 'restify'
import { connectSlack } from '../../../adapters/slack/adapter.ts'

const server = restify.createServer()
connectSlack(server, {
  signingSecret: process.env['SECRET'] ?? '',
  botToken: 'xoxb-pretend',
  workspace: 'T0CONTOSO',
  // Port 9 is never listened on here.
  apiUrl: 'http://127.0.0.1:9/api/',
  inbox: { receive: async () => 'noted', suggest: async () => [], outcome: async () => undefined },
  log: {
    info: () => {},
    warn: event => console.log(event),
    error: event => console.log(event),
  },
})
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`))
