import { describe, expect, it } from 'vitest'
import { EDGE, READABLE, SocketDomain, WRITABLE } from '../src/index.ts'
import { bytesOf } from './ends.ts'

describe('a poller for plain threads', () => {
  it('waits for the first of many ends, blocking or not', async () => {
    const domain = SocketDomain.create({ pairs: 2, bufferBytes: 64 })
    const [[a, b], [c, d]] = [domain.pair(), domain.pair()]
    const poller = domain.poller()
    poller.add(b, READABLE)
    poller.add(d, READABLE)
    expect(poller.waitSync({ timeoutMs: 1 })).toEqual([])
    const waiting = poller.wait()
    c.sendSync(bytesOf('x'))
    expect(await waiting).toEqual([d])
    a.sendSync(bytesOf('y'))
    expect(new Set(poller.waitSync())).toEqual(new Set([b, d]))
    poller.remove(d)
    expect(await poller.wait({ timeoutMs: 1000 })).toEqual([b])
  })

  it('goes by edge where it is told so', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const [a, b] = domain.pair()
    const poller = domain.poller()
    poller.add(b, READABLE | EDGE)
    a.sendSync(bytesOf('x'))
    expect(poller.waitSync({ timeoutMs: 0 })).toEqual([b])
    expect(poller.waitSync({ timeoutMs: 0 })).toEqual([])
    const waiting = poller.wait()
    a.sendSync(bytesOf('y'))
    expect(await waiting).toEqual([b])
    expect(() => poller.add(a, 8)).toThrow('READABLE, WRITABLE or their sum')
  })

  it('sees what is added while it waits', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const [a] = domain.pair()
    const poller = domain.poller()
    const waiting = poller.wait({ timeoutMs: 10_000 })
    await Promise.resolve()
    poller.add(a, WRITABLE)
    expect(await waiting).toEqual([a])
  })

  it('ends by a signal with its reason, and refuses times that cannot be', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const poller = domain.poller()
    const control = new AbortController()
    const waiting = poller.wait({ signal: control.signal })
    control.abort(new Error('closing time'))
    await expect(waiting).rejects.toThrow('closing time')
    await expect(poller.wait({ timeoutMs: -1 })).rejects.toThrow('0 or more milliseconds, came -1')
    expect(() => poller.waitSync({ timeoutMs: Number.NaN })).toThrow('came NaN')
  })

  it('watches ends of its own domain only', () => {
    const shape = { pairs: 1, bufferBytes: 64 }
    const [a] = SocketDomain.create(shape).pair()
    const poller = SocketDomain.create(shape).poller()
    expect(() => poller.add(a, READABLE)).toThrow('that of another came')
    expect(() => poller.remove(a)).toThrow('this end is not watched')
  })

  it('is closed once, and its place and its ends are free then', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64, pollers: 1 })
    const [a, b] = domain.pair()
    for (let i = 0; i < 3; i++) {
      const poller = domain.poller()
      expect(() => domain.poller()).toThrow('another poller needs')
      poller.add(b, READABLE)
      const waiting = poller.wait()
      await Promise.resolve()
      expect(() => poller.close()).toThrow('one wait at a time')
      a.sendSync(bytesOf('x'))
      expect(await waiting).toEqual([b])
      poller.close()
      expect(b.receiveSync(new Uint8Array(9))).toBe(1)
      expect(() => poller.close()).toThrow('a poller is used until it is closed')
      expect(() => poller.waitSync()).toThrow('a poller is used until it is closed')
      poller[Symbol.dispose]()
    }
    b.close()
    a.close()
  })
})
