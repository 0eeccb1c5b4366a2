import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type Address, Arena, LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker, until, type Waiter } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import {
  SendAborted,
  socketPair,
  SocketZone,
  type StreamSocket,
  WOULD_BLOCK,
} from '../src/index.ts'

const LONG = new Uint8Array(100 << 20)

/** A memory in which a receiver takes all there is whenever its sender looks for space. */
class Drained extends LiveMemory {
  peer: StreamSocket | undefined
  td: Waiter | undefined
  taken = 0
  readonly #bytes = new Uint8Array(1 << 18)

  override load(at: Address): number {
    const { peer, td } = this
    this.peer = undefined
    if (peer !== undefined && td !== undefined)
      this.taken += Math.max(0, peer.tryReceive(td, this.#bytes))
    this.peer = peer
    return super.load(at)
  }
}

/** Two ends of which one, `b`, drains what the other sends, so that `a` never has to wait. */
function drained() {
  const memory = new Drained(new SharedArrayBuffer(1 << 24))
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 2 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const zone = new SocketZone(lot, SocketZone.place(arena))
  const td = lot.waiter()
  const [a, b] = zone.pairSync(td)
  memory.peer = b
  memory.td = lot.waiter()
  return { memory, a, td }
}

/** How often the event loop turns until `work` has ended. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  let timer: ReturnType<typeof setTimeout>
  const next = () => {
    turns++
    timer = setTimeout(next, 0)
  }
  timer = setTimeout(next, 0)
  try {
    await work
  } finally {
    clearTimeout(timer)
  }
  return turns
}

/** A memory in which a receiver looks whenever bytes have been copied in, and says what it took. */
class Watched extends LiveMemory {
  peer: StreamSocket | undefined
  td: Waiter | undefined
  readonly taken: number[] = []
  readonly #bytes = new Uint8Array(1 << 20)

  override copyIn(at: Address, from: Uint8Array, start: number, length: number): void {
    const { peer, td } = this
    if (peer !== undefined && td !== undefined) this.taken.push(peer.tryReceive(td, this.#bytes))
    super.copyIn(at, from, start, length)
  }
}

describe('A send of more than a receiver copies at once', () => {
  it('tells the receiver of what it has copied in before it goes on', () => {
    const memory = new Watched(new SharedArrayBuffer(1 << 24))
    const arena = Arena.create(memory)
    const handle = Lot.place(arena, { threads: 2 })
    const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
    const zone = new SocketZone(lot, SocketZone.place(arena, { bufferBytes: 1 << 20, buffers: 2 }))
    const td = lot.waiter()
    const [a, b] = zone.pairSync(td)
    memory.peer = b
    memory.td = lot.waiter()
    expect(a.sendSync(td, new Uint8Array(1 << 18))).toBe(1 << 18)
    expect(memory.taken).toEqual([WOULD_BLOCK, 1 << 16, 1 << 16, 1 << 16])
  })
})

describe('An awaited send of many bytes', () => {
  it('lets timers run though there is always space', async () => {
    const { a, td } = drained()
    expect(await turnsDuring(a.sendAsync(td, LONG))).toBeGreaterThan(1)
  })

  it('hears of a signal then, and says how many bytes were sent', async () => {
    const { memory, a, td } = drained()
    const abort = new AbortController()
    setTimeout(() => abort.abort(new Error('enough')), 0)
    const limit = until(td, { signal: abort.signal })
    const error = await a.sendAsync(td, LONG, limit).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SendAborted)
    const { sent } = error as SendAborted
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThan(LONG.length)
    expect(memory.taken).toBe(sent)
  })

  it('ends when its time is over', async () => {
    const { a, td } = drained()
    const sent = await a.sendAsync(td, LONG, until(td, { timeoutMs: 1 }))
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThan(LONG.length)
  })

  it('lets timers run while another worker drains it', async () => {
    const [here, there] = socketPair()
    const draining = new URL('./fixtures/draining.mjs', import.meta.url)
    const worker = new Worker(draining, { workerData: there.handle, execArgv: [] })
    const total = once(worker, 'message')
    expect(await turnsDuring(here.send(LONG))).toBeGreaterThan(1)
    here.shutdown()
    expect((await total)[0]).toBe(LONG.length)
    here.close()
  })
})
