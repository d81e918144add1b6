import type { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { type EventStreams, openEventStreams } from '../../../../bots/demo/page/events.ts'

/** A response of which we see what was written. `stuck`: its reader takes nothing. */
class Client extends Writable {
  text = ''
  readonly #stuck: boolean
  constructor(stuck = false) {
    super()
    this.#stuck = stuck
  }
  writeHead() {}
  override _write(chunk: Buffer, _encoding: string, done: () => void) {
    this.text += chunk.toString()
    if (!this.#stuck) done()
  }
}

let streams: EventStreams
const serve = (client: Client) => streams.serve(client as unknown as ServerResponse, {})

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  streams = openEventStreams()
})
afterEach(() => {
  streams.close()
  jest.useRealTimers()
})

test('a comment keeps a quiet stream alive', () => {
  const client = new Client()
  void serve(client)
  jest.advanceTimersByTime(45_000)
  expect(client.text).toBe(`retry: 1000\n\n${': still here\n\n'.repeat(3)}`)
})

test('nothing is written to a client that has gone', async () => {
  const client = new Client()
  const served = serve(client)
  client.destroy()
  await served
  streams.broadcast('late')
  jest.advanceTimersByTime(15_000)
  expect(client.text).toBe('retry: 1000\n\n')
})

test('a client whose connection breaks ends its stream without an error', async () => {
  const client = new Client()
  const served = serve(client)
  client.destroy(new Error('reset'))
  await served
  expect(client.destroyed).toBe(true)
})

test('a client that reads nothing is cut off before it fills the memory', async () => {
  const client = new Client(true)
  const served = serve(client)
  for (let count = 0; count < 20; count++) streams.broadcast('x'.repeat(100_000))
  await served
  expect(client.destroyed).toBe(true)
})

test('closing twice does no harm, and ends what is open', async () => {
  const served = serve(new Client())
  streams.close()
  streams.close()
  await served
  const late = new Client()
  await serve(late)
  expect(late.writableEnded).toBe(true)
})
