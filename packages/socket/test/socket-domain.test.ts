import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { SyncDomain, type WaitOptions } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import {
  BrokenPipe,
  openSocket,
  SendAborted,
  SocketDomain,
  type SocketHandle,
  socketPair,
  WOULD_BLOCK,
} from '../src/index.ts'
import { bytesOf } from './ends.ts'

const text = (bytes: Uint8Array, length: number): string =>
  new TextDecoder().decode(bytes.subarray(0, length))

describe('a socket pair between plain threads', () => {
  it('connects this thread with a worker, awaiting here and blocking there', async () => {
    const [here, there] = socketPair()
    const echo = new URL('./fixtures/echo.mjs', import.meta.url)
    const worker = new Worker(echo, { workerData: there.handle, execArgv: [] })
    // From now on: it may say it before this thread has heard of the end.
    const total = once(worker, 'message')
    const bytes = new Uint8Array(100)
    for (const message of ['hello', 'world']) {
      await here.send(bytesOf(message))
      expect(text(bytes, await here.receive(bytes))).toBe(message)
    }
    here.shutdown()
    expect(await here.receive(bytes)).toBe(0)
    expect((await total)[0]).toBe(10)
    here.close()
  })

  it('lets many tasks of one event loop wait at once', async () => {
    const domain = SocketDomain.create({ pairs: 20, bufferBytes: 64 })
    const pairs = Array.from({ length: 20 }, () => domain.pair())
    const received = pairs.map(async ([, there]) => {
      const bytes = new Uint8Array(8)
      return text(bytes, await there.receive(bytes))
    })
    for (const [i, [here]] of pairs.entries()) here.sendSync(bytesOf(`n${i}`))
    expect(await Promise.all(received)).toEqual(pairs.map((_, i) => `n${i}`))
  })

  it('gives up when the time is over', async () => {
    const [here, there] = socketPair({ bufferBytes: 64 })
    const bytes = new Uint8Array(100)
    expect(there.receiveSync(bytes, { timeoutMs: 1 })).toBe(WOULD_BLOCK)
    expect(await there.receive(bytes, { timeoutMs: 1 })).toBe(WOULD_BLOCK)
    expect(await here.send(bytes, { timeoutMs: 1 })).toBe(64)
    expect(here.sendSync(bytes, { timeoutMs: 1 })).toBe(0)
  })

  it('gives up when a signal aborts, and works on', async () => {
    const [here, there] = socketPair()
    const bytes = new Uint8Array(8)
    const control = new AbortController()
    const received = there.receive(bytes, { signal: control.signal })
    control.abort(new Error('no longer interested'))
    await expect(received).rejects.toThrow('no longer interested')
    here.sendSync(bytesOf('late'))
    expect(text(bytes, await there.receive(bytes))).toBe('late')
  })

  it('says of an aborted send how many bytes were sent, which arrive', async () => {
    const [here, there] = socketPair({ bufferBytes: 64 })
    const abortedSend = async (reason: unknown): Promise<unknown> => {
      const control = new AbortController()
      const sent = here.send(new Uint8Array(100), { signal: control.signal })
      control.abort(reason)
      return await sent.catch((error: unknown) => error)
    }
    const reason = new Error('no more')
    const error = await abortedSend(reason)
    expect(error).toBeInstanceOf(SendAborted)
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', sent: 64, cause: reason })
    expect(await abortedSend(reason)).toMatchObject({ sent: 0, cause: reason })
    expect(there.receiveSync(new Uint8Array(100))).toBe(64)
    expect(there.receiveSync(new Uint8Array(1), { timeoutMs: 0 })).toBe(WOULD_BLOCK)
  })

  it('says of a broken send how many bytes were sent', async () => {
    const [here, there] = socketPair({ bufferBytes: 64 })
    const sent = here.send(new Uint8Array(100))
    await Promise.resolve()
    there.close()
    await expect(sent).rejects.toMatchObject({ name: 'BrokenPipe', sent: 64 })
  })

  it('counts the time of a call as a whole', async () => {
    const [here, there] = socketPair({ bufferBytes: 64 })
    const call = { isOver: false }
    const received = (async () => {
      while (!call.isOver) {
        await there.receive(new Uint8Array(32), { timeoutMs: 20 })
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })()
    const sent = await here.send(new Uint8Array(1 << 20), { timeoutMs: 50 })
    call.isOver = true
    await received
    expect(sent).toBeLessThan(1 << 20)
  })

  it('refuses a time that cannot be', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const [here] = domain.pair()
    const bytes = new Uint8Array(1)
    for (const timeoutMs of [-1, Number.NaN, 'abc', '5', null, true]) {
      const options = { timeoutMs } as WaitOptions
      const came = typeof timeoutMs === 'string' ? `'${timeoutMs}'` : timeoutMs
      const message = `expected 0 or more milliseconds, came ${came}`
      expect(() => here.receiveSync(bytes, options)).toThrow(message)
      expect(() => here.sendSync(bytes, options)).toThrow(message)
      await expect(here.receive(bytes, options)).rejects.toThrow(message)
      await expect(here.send(bytes, options)).rejects.toThrow(message)
    }
    expect(here.receiveSync(bytes, { timeoutMs: 1 })).toBe(WOULD_BLOCK)
    expect(() => here.receiveSync('no bytes' as never, { timeoutMs: 1 })).toThrow(TypeError)
  })

  it('refuses room for no bytes, and leaves no waiter behind', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const [here, there] = domain.pair()
    const none = new Uint8Array(0)
    for (let i = 0; i < 100; i++) await expect(here.receive(none)).rejects.toThrow(RangeError)
    expect(() => here.receiveSync(none)).toThrow('room for 0 came')
    await there.send(bytesOf('x'))
    expect(await here.receive(new Uint8Array(1))).toBe(1)
  })

  it('is closed at the end of a block, unless it is closed already', () => {
    const [here, there] = socketPair()
    here[Symbol.dispose]()
    expect(() => here.close()).toThrow('an end is used until it is closed')
    here[Symbol.dispose]()
    expect(there.receiveSync(new Uint8Array(1))).toBe(0)
  })

  it('is opened by its handle only', () => {
    const [, there] = socketPair()
    const handle = { ...there.handle, domain: { ...there.handle.domain, at: 0 } }
    expect(() => openSocket(handle)).toThrow('the handle of a domain of this version leads to')
  })

  it('refuses more pairs than the domain was made for', () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    domain.pair()
    expect(() => domain.pair()).toThrow('another socket pair needs')
    expect(() => SocketDomain.create({ bufferBytes: 65 })).toThrow('65 came')
  })
})

describe('a socket domain', () => {
  const file = new URL('./fixtures/come-and-go.mjs', import.meta.url)

  /** A thread that has an end for a while; resolves when it has ended. */
  async function visit(handle: SocketHandle, then: string, ends = true): Promise<Worker> {
    const worker = new Worker(file, { workerData: { handle, then }, execArgv: [] })
    if (ends) await once(worker, 'exit')
    return worker
  }

  it('is left by a thread that has closed all ends that it used', () => {
    const handles = Array.from({ length: 3 }, () => {
      const [here, there] = socketPair({ threads: 2 })
      here.close()
      return there.handle.domain
    })
    for (const handle of handles) {
      const elsewhere = { ...handle, buffer: handle.buffer }
      expect(SyncDomain.open(elsewhere).thread).toBe(0)
    }
  })

  it('gives the numbers of threads that have closed their ends to others', async () => {
    const domain = SocketDomain.create({ pairs: 2, bufferBytes: 64, threads: 2 })
    for (let i = 0; i < 4; i++) {
      const [here, there] = domain.pair()
      await visit(there.handle, 'closes')
      expect(await here.receive(new Uint8Array(2))).toBe(1)
      here.close()
    }
    expect(domain.zone.open()).toBe(0)
  })

  it.each(['waits', 'ends'])(
    'is told of a thread that %s and ends without closing',
    async (then) => {
      const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64, threads: 2, waiters: 3 })
      for (let i = 0; i < 4; i++) {
        const [here, there] = domain.pair()
        const guest = there.invite()
        const worker = await visit(guest.handle, then, then === 'ends')
        expect(await here.receive(new Uint8Array(2))).toBe(1)
        await worker.terminate()
        const next = here.receive(new Uint8Array(2))
        there.bury(guest)
        await expect(next).rejects.toThrow('reset the connection')
        expect(here.tryReceive(new Uint8Array(2))).toBe(0)
        expect(() => here.sendSync(bytesOf('x'))).toThrow(BrokenPipe)
        here.close()
        expect(domain.zone.open()).toBe(0)
      }
    },
  )

  it('may be told so of a thread that had closed its end', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64, threads: 2 })
    for (let i = 0; i < 3; i++) {
      const [here, there] = domain.pair()
      const guest = there.invite()
      await visit(guest.handle, 'closes')
      here.close()
      there.bury(guest)
      expect(domain.zone.open()).toBe(0)
    }
  })

  it('has as many tasks as its ends can have at once', async () => {
    const domain = SocketDomain.create({ pairs: 600, bufferBytes: 64 })
    const pairs = Array.from({ length: 600 }, () => domain.pair())
    const received = pairs.flat().map((end) => end.receive(new Uint8Array(1)))
    for (const end of pairs.flat()) end.sendSync(bytesOf('x'))
    expect((await Promise.all(received)).every((bytes) => bytes === 1)).toBe(true)
  })

  it('is left when an end is disposed of that another thread has closed', () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64, threads: 1 })
    const [, there] = domain.pair()
    const again = openSocket(there.handle)
    again.sendSync(bytesOf('x'))
    there.close()
    expect(() => again.sendSync(bytesOf('y'))).toThrow("in state FREED takes no event 'send'")
    expect(() => again.close()).toThrow('an end is used until it is closed')
    again[Symbol.dispose]()
    domain.detach()
    expect(domain.sync.thread).toBe(0)
  })

  it('keeps no number for one who has detached, until it is used again', () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64, threads: 1 })
    domain.detach()
    domain.detach()
    const { thread } = domain.sync
    domain[Symbol.dispose]()
    expect(domain.sync.thread).toBe(thread)
    const [here] = domain.pair()
    here.sendSync(bytesOf('x'))
    domain.detach()
    expect(domain.sync.thread).toBe(thread)
  })

  it('says which figures and names it cannot have', () => {
    for (const pairs of [0, -1, 1.5, Number.NaN, '4']) {
      expect(() => SocketDomain.create({ pairs } as never)).toThrow(/at least 1: \S+ came/)
    }
    for (const bufferBytes of ['64', 63, 0, Number.NaN, 64n]) {
      expect(() => SocketDomain.create({ bufferBytes } as never)).toThrow(/to 268435456: \S+ came/)
    }
    for (const shape of [{ threads: 0.5 }, { waiters: 0 }, { pollers: 0 }]) {
      expect(() => SocketDomain.create({ ...shape, pairs: 1 })).toThrow(RangeError)
    }
    const misspelt = { bufferbytes: 64 } as never
    expect(() => SocketDomain.create(misspelt)).toThrow(
      'a socket domain is told pairs, bufferBytes, buffers, names, threads, waiters, pollers: ' +
        'bufferbytes came',
    )
  })
})
