import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SocketDomain, type ThreadSocket } from '@smpnet/socket'
import { describe, expect, it } from 'vitest'
import { SocketDuplex } from '../src/index.ts'

function makePair(bufferBytes = 1024): [ThreadSocket, ThreadSocket] {
  return SocketDomain.create({ pairs: 1, bufferBytes }).pair()
}

function makeStreams(bufferBytes?: number): [SocketDuplex, SocketDuplex] {
  const [here, there] = makePair(bufferBytes)
  return [new SocketDuplex(here), new SocketDuplex(there)]
}

/** What comes until the end. A loop with `for await` would destroy the stream, with both sides. */
async function allOf(stream: SocketDuplex): Promise<Buffer> {
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  await once(stream, 'end')
  return Buffer.concat(pieces)
}

/** Bytes that tell by themselves where they stand. */
function counted(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255))
}

describe('A socket as a stream', () => {
  it('carries more than its ring holds, in order, in both directions at once', async () => {
    const [here, there] = makeStreams(64)
    const bytes = counted(20_000)
    const back = counted(5000)
    const sent = [
      pipeline(Readable.from([bytes.subarray(0, 300), bytes.subarray(300)]), here),
      pipeline(Readable.from([back]), there),
    ]
    const [got, gotBack] = await Promise.all([allOf(there), allOf(here)])
    await Promise.all(sent)
    expect(got.equals(bytes)).toBe(true)
    expect(gotBack.equals(back)).toBe(true)
  })

  it('closes the socket when both sides have ended, and frees its pair', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const streams = domain.pair().map((socket) => new SocketDuplex(socket))
    for (const stream of streams) stream.end('x').resume()
    await Promise.all(streams.map((stream) => once(stream, 'close')))
    expect(domain.zone.open()).toBe(0)
  })

  it('goes on to send when its peer has ended, unless told', async () => {
    const [here, there] = makeStreams()
    here.end('request')
    expect((await allOf(there)).toString()).toBe('request')
    there.end('answer')
    expect((await allOf(here)).toString()).toBe('answer')
  })

  it('is an error to its peer when it is destroyed by one', async () => {
    const [here, there] = makeStreams()
    here.on('error', () => {}).destroy(new Error('wrong'))
    there.resume()
    const [error] = await once(there, 'error')
    expect(error.code).toBe('ECONNRESET')
    expect(there.socket.isOpen).toBe(false)
  })

  it('is destroyed while it waits to read and write, and its peer hears of the end', async () => {
    const [here, there] = makeStreams(64)
    here.resume()
    here.write(counted(1000))
    await new Promise((resolve) => setTimeout(resolve, 1))
    here.on('error', () => {}).destroy()
    await once(here, 'close')
    expect((await allOf(there)).equals(counted(1000).subarray(0, 64))).toBe(true)
  })

  it('fails writes when the peer has gone, by the code that net gives', async () => {
    const [one, other] = makePair()
    const here = new SocketDuplex(one)
    other.close()
    here.write('x')
    const [error] = await once(here, 'error')
    expect(error.code).toBe('EPIPE')
  })

  it('says when nothing has come or gone for a time', async () => {
    const [here, there] = makeStreams()
    const idle = once(here, 'timeout')
    expect(here.setTimeout(5)).toBe(here)
    await idle
    let count = 0
    here.setTimeout(0, () => count++)
    there.write('x')
    await once(here.resume(), 'data')
    expect(count).toBe(0)
  })

  it('ends by destroySoon when all was sent', async () => {
    const [here, there] = makeStreams(64)
    here.write(counted(500))
    here.destroySoon()
    expect((await allOf(there)).length).toBe(500)
    expect(here.writableFinished).toBe(true)
  })
})
