/** The least that Bolt on restify can be: the request is verified by Bolt and acknowledged; nothing is kept. */
import { App, HTTPReceiver, LogLevel } from '@slack/bolt'
import restify from 'restify'
import { tell } from './tell.ts'

const receiver = new HTTPReceiver({
  signingSecret: process.env['BENCH_SIGNING_SECRET'] ?? '',
  logLevel: LogLevel.ERROR,
})
const app = new App({
  receiver,
  authorize: async () => ({ botToken: 'xoxb-bench' }),
  logLevel: LogLevel.ERROR,
})
app.command('/rdp', ({ ack }) => ack())

const server = restify.createServer()
server.post('/slack/events', (request, response, next) => {
  response.once('close', () => next(false))
  receiver.requestListener(request, response)
})
server.listen(0, '127.0.0.1', () => tell(server.address().port))
