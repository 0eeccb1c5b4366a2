import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { openSocket, SocketDomain, socketPair, WOULD_BLOCK } from '../src/index.ts'
import { bytesOf } from './ends.ts'

const text = (bytes: Uint8Array, length: number): string =>
  new TextDecoder().decode(bytes.subarray(0, length))

describe('a socket pair between plain threads', () => {
  it('connects this thread with a worker, awaiting here and blocking there', async () => {
    const [here, there] = socketPair()
    const echo = new URL('./fixtures/echo.mjs', import.meta.url)
    const worker = new Worker(echo, { workerData: there.handle, execArgv: [] })
    const bytes = new Uint8Array(100)
    for (const message of ['hello', 'world']) {
      await here.send(bytesOf(message))
      expect(text(bytes, await here.receive(bytes))).toBe(message)
    }
    here.shutdown()
    expect(await here.receive(bytes)).toBe(0)
    expect((await once(worker, 'message'))[0]).toBe(10)
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
