import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot } from '@smpnet/park'
import { thorough } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import { type EndHandle, SocketZone } from '../src/index.ts'
import { callAtRandom, type Compared } from './random-calls.ts'
import type { Came } from './reference-sockets.ts'

const CALLS = thorough(1_000_000, 4_000)
const THREADS = 3
const BYTES = 64
const [ASKED, ANSWERED] = [0, 1]
/** This thread hears of no error of a worker for which it waits: one that has ended is known so. */
const PATIENCE_MS = 120_000

/** A worker that makes the calls which it is told. */
class CallingThread {
  readonly #flags = new Int32Array(new SharedArrayBuffer(8))
  readonly #channel = new MessageChannel()
  readonly worker: Worker

  constructor(shared: object) {
    const { port2: port } = this.#channel
    this.worker = new Worker(new URL('./fixtures/random-thread.mjs', import.meta.url), {
      workerData: { ...shared, port, flags: this.#flags },
      transferList: [port],
    })
  }

  call(call: string, end: EndHandle | undefined, ...args: readonly unknown[]): unknown {
    this.#ask({ call, end, args })
    if (Atomics.wait(this.#flags, ANSWERED, 0, PATIENCE_MS) === 'timed-out') {
      throw new Error(`a worker answers what it is asked: ${call} has had no answer`)
    }
    Atomics.store(this.#flags, ANSWERED, 0)
    for (;;) {
      const found = receiveMessageOnPort(this.#channel.port1)
      if (found !== undefined) return found.message.came
      Atomics.wait(this.#flags, ANSWERED, 0, 1)
    }
  }

  async end(): Promise<void> {
    const exit = new Promise((resolve) => this.worker.once('exit', resolve))
    this.#ask({ call: 'end' })
    await exit
    this.#channel.port1.close()
  }

  #ask(what: object): void {
    this.#channel.port1.postMessage(what)
    Atomics.store(this.#flags, ASKED, 1)
    Atomics.notify(this.#flags, ASKED)
  }
}

/** A socket is known by its handle, and one that listens by its name. */
interface Known {
  readonly handle: EndHandle
  readonly name: string
}

/** Sockets of one memory, each call on which one of three workers makes. */
function socketsOf(fault?: string): { compared: Compared<Known>; end(): Promise<unknown> } {
  const memory = new LiveMemory(new SharedArrayBuffer(1 << 17))
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { threads: THREADS, waiters: 2 * THREADS, buckets: 2 })
  const shape = { pairs: 64, bufferBytes: BYTES, buffers: 128, names: 16 }
  const handle = SocketZone.place(arena, shape)
  const shared = { buffer: memory.buffer, lots, handle, fault }
  const threads = Array.from({ length: THREADS }, () => new CallingThread(shared))
  const zone = new SocketZone({ memory }, handle)
  let names = 0
  const known = (end: EndHandle): Known => ({ handle: end, name: `socket ${names++}` })
  const came = (thread: number, call: string, at: Known, ...args: unknown[]): Came => {
    return threads[thread]!.call(call, at.handle, ...args) as Came
  }
  const compared: Compared<Known> = {
    kind: { capacity: BYTES, keepsBytes: true, sendsAll: true, receivesSome: true },
    threads: THREADS,
    create: (thread) => known(threads[thread]!.call('create', undefined) as EndHandle),
    listen: (thread, at, backlog) => came(thread, 'listen', at, at.name, backlog),
    connect: (thread, at, { name }) => came(thread, 'connect', at, name),
    accept: (thread, at) => {
      const end = threads[thread]!.call('accept', at.handle)
      return typeof end === 'object' ? known(end as EndHandle) : (end as 'misuse' | undefined)
    },
    send: (thread, at, bytes) => came(thread, 'send', at, bytes),
    receive: (thread, at, most) => came(thread, 'receive', at, most),
    shutdown: (thread, at) => came(thread, 'shutdown', at),
    shutdownReceive: (thread, at) => came(thread, 'shutdownReceive', at),
    close: (thread, at) => came(thread, 'close', at),
    abort: (thread, at) => came(thread, 'abort', at),
    inUse: () => zone.open() + zone.names.inUse() + zone.buffers.inUse(),
  }
  return { compared, end: () => Promise.all(threads.map((thread) => thread.end())) }
}

it('Random calls of three workers in turns come to what they come to without memory', async () => {
  for (const seed of [1, 2]) {
    const { compared, end } = socketsOf()
    expect(callAtRandom(compared, CALLS / 2, seed)).toBeUndefined()
    await end()
  }
})

it('A call of a worker that comes to something else is found, with its seed', async () => {
  const { compared, end } = socketsOf('no abort')
  expect(callAtRandom(compared, 4_000, 6)).toMatch(/^seed 6, call \d+: /)
  await end()
})
