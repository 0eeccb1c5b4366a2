import { block } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { errnoOf, failed, failureOf, NoSockets, SocketMisuse } from '../../src/index.ts'
import { boundTo, HERE, makePair, makeSockets, received, SCHEMES } from './make-sockets.ts'

const BYTE = Uint8Array.of(1)

function nameOf(result: number): string | undefined {
  return failureOf(result)?.name
}

describe.each(SCHEMES)('A datagram socket with %s locks', (locking) => {
  it('has the name that it is bound to, once', () => {
    const { sockets, td } = makeSockets({ locking })
    const a = block(td, sockets.create(td))
    expect(a.localName()).toEqual({ address: 0, port: 0 })
    expect(a.bindSync(td, HERE, 1)).toBe(0)
    expect(a.localName()).toEqual({ address: HERE, port: 1 })
    expect(nameOf(a.bindSync(td, HERE, 2))).toBe('EINVAL')
    expect(a.localName()).toEqual({ address: HERE, port: 1 })
  })

  it('that could not be bound can be bound elsewhere', () => {
    const made = makeSockets({ locking })
    boundTo(made, 1)
    const b = block(made.td, made.sockets.create(made.td))
    expect(nameOf(b.bindSync(made.td, HERE, 1))).toBe('EADDRINUSE')
    expect(b.bindSync(made.td, HERE, 2)).toBe(0)
  })

  it('sends to the peer that it is connected to, until it is disconnected', () => {
    const { td, a, b } = makePair({ locking })
    expect(a.peerName()).toEqual({ address: HERE, port: 2 })
    expect([a.trySend(td, BYTE), received(td, b)]).toEqual([1, [1]])
    expect(a.disconnectSync(td)).toBe(0)
    expect([a.peerName(), nameOf(a.trySend(td, BYTE))]).toEqual([undefined, 'EDESTADDRREQ'])
    expect(nameOf(a.disconnectSync(td))).toBe('ENOTCONN')
  })

  it('that is connected is connected to another peer', () => {
    const made = makePair({ locking })
    const c = boundTo(made, 3)
    expect(made.a.connectSync(made.td, HERE, 3)).toBe(0)
    made.a.trySend(made.td, BYTE)
    expect([received(made.td, made.b), received(made.td, c)]).toEqual([undefined, [1]])
  })

  it('that could not be connected to another has no peer', () => {
    const { td, a } = makePair({ locking })
    expect(nameOf(a.connectSync(td, HERE, 0))).toBe('EADDRNOTAVAIL')
    expect([a.peerName(), nameOf(a.disconnectSync(td))]).toEqual([undefined, 'ENOTCONN'])
    expect(a.connectSync(td, HERE, 2)).toBe(0)
  })

  it('is told when another thread changes its names at the same time', () => {
    const { sockets, td, protocol } = makeSockets({ locking })
    const a = block(td, sockets.create(td))
    const { bind } = ownBind(protocol)
    protocol.bind = function* (...args) {
      expect(() => a.connectSync(td, HERE, 9)).toThrow(
        "a datagram socket in state CHANGING takes no event 'connect': it takes settled",
      )
      return yield* bind(...args)
    }
    expect(a.bindSync(td, HERE, 1)).toBe(0)
    expect(a.localName().port).toBe(1)
  })

  it('has ports that can be', () => {
    const { td, a } = makePair({ locking })
    expect(() => a.bindSync(td, 1, 65536)).toThrow('a port is a whole number from 0 to 65535')
    expect(() => a.connectSync(td, 1, -1)).toThrow('a port is a whole number')
  })

  it('is opened by its handle in another view, until it is closed', () => {
    const { td, a, b, sockets } = makePair({ locking })
    const again = sockets.open(a.handle)
    expect([again.trySend(td, BYTE), received(td, b)]).toEqual([1, [1]])
    expect(sockets.open(a.at).handle).toEqual(a.handle)
    a.closeSync(td)
    expect(() => sockets.open(a.handle)).toThrow(SocketMisuse)
    expect(() => sockets.open(a.at + 4)).toThrow('an open datagram socket is opened')
    const next = block(td, sockets.create(td))
    expect(next.at).toBe(a.at)
    expect(() => sockets.open(a.handle)).toThrow(SocketMisuse)
    expect(nameOf(a.trySend(td, BYTE))).toBe('EBADF')
    expect([a.isOpen, next.isOpen]).toEqual([false, true])
  })
})

describe('Datagram sockets', () => {
  it('that are all in use are a named outcome, and counted', () => {
    const { sockets, td } = makeSockets({ sockets: 2 })
    const first = block(td, sockets.create(td))
    block(td, sockets.create(td))
    expect(() => block(td, sockets.create(td))).toThrow('all 2 datagram sockets are in use')
    expect([sockets.refused(), sockets.inUse()]).toEqual([1, 2])
    first.closeSync(td)
    expect(block(td, sockets.create(td)).isOpen).toBe(true)
  })

  it('for which the protocol has no room are given back', () => {
    const { sockets, td, protocol } = makeSockets()
    protocol.attach = function* () {
      yield* []
      return 55
    }
    const creating = (): unknown => block(td, sockets.create(td))
    expect(creating).toThrow(NoSockets)
    expect(creating).toThrow('loop takes no other socket: all buffers are in use')
    expect(sockets.inUse()).toBe(0)
  })

  it('are not used before they have a protocol', () => {
    const { sockets, td } = makeSockets()
    sockets.use(undefined as never)
    expect(() => block(td, sockets.create(td))).toThrow('none came')
  })

  it('have a shape that can be', () => {
    expect(() => makeSockets({ receiveBytes: 0 })).toThrow('at least 1: 0 came')
    expect(() => makeSockets({ sockets: 1.5 })).toThrow(RangeError)
  })
})

describe('A result', () => {
  it('says an errno if it is a failure', () => {
    for (const errno of [1, 2, 3, 61, 96]) expect(errnoOf(failed(errno))).toBe(errno)
    expect([0, 1, 1500, -1, failed(0)].map(errnoOf)).toEqual([0, 0, 0, 0, 0])
  })

  it('says it in words', () => {
    expect(failureOf(failed(61))).toEqual({
      errno: 61,
      name: 'ECONNREFUSED',
      sentence: 'nobody receives at the address of an earlier datagram',
    })
    expect(failureOf(failed(4))).toMatchObject({ errno: 4, name: 'errno 4' })
    expect(failureOf(3)).toBeUndefined()
  })
})

/** The protocol's own `bind`, bound. */
function ownBind<T extends { bind: (...args: never[]) => unknown }>(protocol: T) {
  return { bind: protocol.bind.bind(protocol) as T['bind'] }
}
