import { describe, expect, it } from 'vitest'
import { BadMessage, Messages, SocketDomain, type ThreadSocket, webStreams } from '../src/index.ts'
import { bytesOf } from './ends.ts'

function makePair(bufferBytes = 64) {
  const domain = SocketDomain.create({ pairs: 1, bufferBytes })
  const [here, there] = domain.pair()
  return { domain, here, there }
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

async function allOf(readable: ReadableStream<Uint8Array>): Promise<string> {
  const reader = readable.getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += textOf(value)
  }
}

describe('Web streams over a socket', () => {
  it('carry what is piped through them, in both directions, and close it at the end', async () => {
    const { domain, here, there } = makePair()
    const [one, other] = [webStreams(here), webStreams(there)]
    const long = 'abcdefghij'.repeat(500)
    const echoing = other.readable.pipeTo(other.writable)
    const writer = one.writable.getWriter()
    const writing = writer.write(bytesOf(long)).then(() => writer.close())
    expect(await allOf(one.readable)).toBe(long)
    await Promise.all([echoing, writing])
    expect(domain.zone.open()).toBe(0)
  })

  it("read into the reader's own room", async () => {
    const { here, there } = makePair()
    here.sendSync(bytesOf('hello'))
    const reader = webStreams(there).readable.getReader({ mode: 'byob' })
    const { value } = await reader.read(new Uint8Array(3))
    expect([textOf(value), value!.byteLength]).toEqual(['hel', 3])
  })

  it('receive nothing more when they are cancelled while they wait', async () => {
    const { here, there } = makePair()
    const { readable } = webStreams(there)
    const reader = readable.getReader()
    const reading = reader.read()
    await new Promise((resolve) => setTimeout(resolve, 1))
    await reader.cancel()
    expect((await reading).done).toBe(true)
    expect(() => here.sendSync(bytesOf('x'))).toThrow('the receiver has gone')
  })

  it('abort the connection when the writing side is aborted', async () => {
    const { here, there } = makePair()
    await webStreams(here).writable.abort()
    await expect(allOf(webStreams(there).readable)).rejects.toThrow('reset the connection')
  })

  it('are made of a socket only', () => {
    expect(() => webStreams({} as never)).toThrow('are made of a socket: an object came')
  })
})

describe('Messages over a socket', () => {
  const over = (socket: ThreadSocket): Messages => new Messages(socket)

  it('come as they were sent, however long, and the empty one, too', async () => {
    const { here, there } = makePair()
    const lengths = [0, 1, 59, 60, 61, 500, 3, 0, 2000]
    const sending = (async () => {
      for (const length of lengths) await over(here).send(new Uint8Array(length).fill(length))
      here.shutdown()
    })()
    const got: number[] = []
    for await (const message of over(there)) {
      expect(message.every((byte) => byte === (message.length & 255))).toBe(true)
      got.push(message.length)
    }
    await sending
    expect(got).toEqual(lengths)
  })

  it('are whole when several are sent and received at once', async () => {
    const { here, there } = makePair()
    const [one, other] = [over(here), over(there)]
    const texts = Array.from({ length: 30 }, (_, i) => `${i}`.repeat(20 + i))
    const sending = Promise.all(texts.map((text) => one.send(bytesOf(text))))
    const received = await Promise.all(texts.map(() => other.receive()))
    await sending
    expect(received.map(textOf)).toEqual(texts)
  })

  it('lose nothing of one that had come in part when a call gave up', async () => {
    const { here, there } = makePair()
    const messages = over(there)
    here.sendSync(Uint8Array.of(5, 0))
    expect(await messages.receive({ timeoutMs: 1 })).toBeUndefined()
    here.sendSync(Uint8Array.of(0, 0, 1, 2))
    expect(messages.receiveSync({ timeoutMs: 0 })).toBeUndefined()
    here.sendSync(Uint8Array.of(3, 4, 5))
    expect(messages.receiveSync()).toEqual(Uint8Array.of(1, 2, 3, 4, 5))
  })

  it('that were sent in part when the time was over are found cut', async () => {
    const { here, there } = makePair()
    expect(await over(here).send(new Uint8Array(100), { timeoutMs: 1 }).catch(String)).toContain(
      'its time was over after 64 bytes',
    )
    await expect(over(there).receive()).rejects.toThrow('ended within one')
    const full = makePair()
    full.here.sendSync(new Uint8Array(64))
    expect(await over(full.here).send(new Uint8Array(100), { timeoutMs: 1 })).toBe(false)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(over(full.here).send(new Uint8Array(1), { signal })).rejects.toThrow('enough')
  })

  it('are values of any kind by an encoding', async () => {
    const { here, there } = makePair()
    const json = {
      encode: (value: unknown) => bytesOf(JSON.stringify(value)),
      decode: (bytes: Uint8Array) => JSON.parse(textOf(bytes)) as unknown,
    }
    await new Messages(here, json).send({ a: [1, 2] })
    expect(await new Messages(there, json).receive()).toEqual({ a: [1, 2] })
  })

  it('are refused when they are too long, or end early', async () => {
    const { here, there } = makePair()
    const messages = new Messages(there, { mostBytes: 10 })
    await expect(messages.send(new Uint8Array(11))).rejects.toThrow('at most 10 bytes here: 11')
    here.sendSync(Uint8Array.of(11, 0, 0, 0))
    await expect(messages.receive()).rejects.toThrow(BadMessage)
    const next = makePair()
    next.here.sendSync(Uint8Array.of(2, 0, 0, 0, 1))
    next.here.close()
    await expect(over(next.there).receive()).rejects.toThrow('ended within one')
  })

  it('are refused with what cannot be', async () => {
    const { here } = makePair()
    expect(() => new Messages(undefined as never)).toThrow('go over a socket: undefined came')
    expect(() => new Messages(here, { mostBytes: -1 })).toThrow('-1 came')
    expect(() => new Messages(here, { encode: 1 as never })).toThrow('is a function: 1 came')
    await expect(over(here).send('text' as never)).rejects.toThrow('unless an `encode`')
  })
})
