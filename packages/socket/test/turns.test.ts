import { describe, expect, it } from 'vitest'
import {
  openSocket,
  SendAborted,
  socketPair,
  type ThreadSocket,
  WOULD_BLOCK,
} from '../src/index.ts'

/** All that comes, until the end. */
async function receiveAll(socket: ThreadSocket): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  const part = new Uint8Array(5_000)
  for (let n = await socket.receive(part); n > 0; n = await socket.receive(part)) {
    all.push(part.slice(0, n))
  }
  return new Uint8Array(all.flatMap((bytes) => [...bytes]))
}

describe('Sends of one event loop at once', () => {
  it('arrive whole and in order, however much more they are than there is space for', async () => {
    const [here, there] = socketPair({ bufferBytes: 4096 })
    const received = receiveAll(there)
    const sent = Array.from({ length: 10 }, (_, i) => new Uint8Array(20_000).fill(i))
    expect(await Promise.all(sent.map((bytes) => here.send(bytes)))).toEqual(
      sent.map(() => 20_000),
    )
    here.shutdown()
    const came = await received
    expect(came.length).toBe(200_000)
    expect(came.findIndex((byte, at) => byte !== Math.floor(at / 20_000))).toBe(-1)
  })

  it('go on behind one that is aborted, or whose time is over, while it waits', async () => {
    const [here, there] = socketPair({ bufferBytes: 4096 })
    const { signal, controller } = aborting()
    const first = here.send(new Uint8Array(5000).fill(1))
    const aborted = here.send(new Uint8Array(10).fill(2), { signal })
    const late = here.send(new Uint8Array(10).fill(3), { timeoutMs: 5 })
    const last = here.send(new Uint8Array(10).fill(4))
    controller.abort('not now')
    const error = await aborted.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SendAborted)
    expect(error).toMatchObject({ sent: 0, cause: 'not now' })
    expect(await late).toBe(0)
    const received = receiveAll(there)
    expect(await Promise.all([first, last])).toEqual([5000, 10])
    here.shutdown()
    expect(new Set(await received)).toEqual(new Set([1, 4]))
  })

  it('are refused when the end is closed while they wait, and leave it', async () => {
    const [here, there] = socketPair({ bufferBytes: 4096 })
    const first = here.send(new Uint8Array(5000))
    const second = here.send(new Uint8Array(5)).catch(String)
    there.close()
    await expect(first).rejects.toThrow('the receiver has gone')
    here.close()
    expect(await second).toMatch(/BrokenPipe|an end is used until it is closed/)
  })

  it('are refused beside one of another opening of the end, as of another thread', async () => {
    const [here] = socketPair({ bufferBytes: 4096 })
    const other = openSocket(here.handle)
    const first = here.send(new Uint8Array(5000), { timeoutMs: 50 })
    await expect(other.send(new Uint8Array(5000))).rejects.toThrow('one thread at a time sends')
    expect(await first).toBe(4096)
  })
})

describe('Receives of one event loop at once', () => {
  it('each get bytes, in order', async () => {
    const [here, there] = socketPair()
    const buffers = Array.from({ length: 5 }, () => new Uint8Array(1))
    const counts = Promise.all(buffers.map((bytes) => there.receive(bytes)))
    await here.send(new Uint8Array([1, 2, 3, 4, 5]))
    expect(await counts).toEqual([1, 1, 1, 1, 1])
    expect(buffers.map((bytes) => bytes[0])).toEqual([1, 2, 3, 4, 5])
  })

  it('end alone when they are aborted or late while they wait', async () => {
    const [here, there] = socketPair()
    const { signal, controller } = aborting()
    const [one, two] = [new Uint8Array(1), new Uint8Array(1)]
    const first = there.receive(one)
    const aborted = there.receive(two, { signal })
    const late = there.receive(two, { timeoutMs: 1 })
    controller.abort(new Error('not now'))
    await expect(aborted).rejects.toThrow('not now')
    expect(await late).toBe(WOULD_BLOCK)
    here.trySend(new Uint8Array([7]))
    expect([await first, one[0]]).toEqual([1, 7])
  })
})

function aborting() {
  const controller = new AbortController()
  return { controller, signal: controller.signal }
}
