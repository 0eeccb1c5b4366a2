import { block } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { failureOf, Received, WOULD_BLOCK } from '../../src/index.ts'
import { boundTo, HERE, makePair, makeSockets, received, SCHEMES } from './make-sockets.ts'

const BYTES = Uint8Array.of(1, 2, 3, 4, 5)

describe.each(SCHEMES)('A datagram, with %s locks,', (locking) => {
  it('arrives whole, with the address that it came from', () => {
    const made = makeSockets({ locking })
    const { td } = made
    const [a, b] = [boundTo(made, 1), boundTo(made, 2)]
    const from = new Received()
    const to = new Uint8Array(8)
    expect(a.trySendTo(td, BYTES, 1, 3, HERE, 2)).toBe(3)
    expect(b.tryReceive(td, to, 1, 7, from)).toBe(3)
    expect([...to]).toEqual([0, 2, 3, 4, 0, 0, 0, 0])
    expect(from).toEqual({ address: HERE, port: 1, bytes: 3, isTruncated: false })
  })

  it('arrives after those that were sent before it, and is not mixed with them', () => {
    const { td, a, b } = makePair({ locking })
    for (const length of [1, 0, 3]) expect(a.trySend(td, BYTES, 0, length)).toBe(length)
    expect(block(td, a.send(td, BYTES, 3))).toBe(2)
    expect([received(td, b), received(td, b)]).toEqual([[1], []])
    expect([received(td, b), received(td, b)]).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
    expect(received(td, b)).toBeUndefined()
  })

  it('of no bytes arrives as 0 bytes, with its address', () => {
    const { td, a, b } = makePair({ locking })
    const from = new Received()
    expect(a.sendSync(td, new Uint8Array(0))).toBe(0)
    expect(b.receiveSync(td, new Uint8Array(0), 0, 0, from)).toBe(0)
    expect(from).toEqual({ address: HERE, port: 1, bytes: 0, isTruncated: false })
  })

  it('that is larger than the room is cut, and says so; the rest is lost', () => {
    const { td, a, b } = makePair({ locking })
    const from = new Received()
    a.trySend(td, BYTES)
    a.trySend(td, BYTES, 0, 2)
    expect(b.tryReceive(td, new Uint8Array(2), 0, 2, from)).toBe(2)
    expect(from).toMatchObject({ bytes: 5, isTruncated: true })
    expect(b.tryReceive(td, new Uint8Array(2), 0, 2, from)).toBe(2)
    expect(from).toMatchObject({ bytes: 2, isTruncated: false })
    expect(b.tryReceive(td, new Uint8Array(2))).toBe(WOULD_BLOCK)
  })

  it('has an address with all bits, and a port with all of its', () => {
    const { td, b, sockets, mbufs } = makePair({ locking })
    const from = new Received()
    const packet = mbufs.tryAlloc(td, 1)
    expect(sockets.tryDeliver(td, b.at, packet, -2, 65535)).toBe(0)
    expect(b.tryReceive(td, new Uint8Array(1), 0, 1, from)).toBe(1)
    expect([from.address, from.port]).toEqual([-2, 65535])
  })

  it('is as long as the protocol takes, over several clusters, and no longer', () => {
    const { td, a, b, protocol } = makePair({ locking })
    const long = Uint8Array.from({ length: 8001 }, (_, i) => i * 7)
    const to = new Uint8Array(9000)
    expect(a.sendSync(td, long, 0, 8000)).toBe(8000)
    expect(b.receiveSync(td, to)).toBe(8000)
    expect(to.subarray(0, 8000)).toEqual(long.subarray(0, 8000))
    const tooLong = [a.trySend(td, long), a.sendSync(td, long)]
    expect(tooLong.map((result) => failureOf(result)?.name)).toEqual(['EMSGSIZE', 'EMSGSIZE'])
    expect(protocol.mostBytes).toBe(8000)
  })

  it('needs an address while its socket is not connected', () => {
    const made = makeSockets({ locking })
    const a = boundTo(made, 1)
    const results = [a.trySend(made.td, BYTES), a.sendSync(made.td, BYTES)]
    const names = results.map((result) => failureOf(result)?.name)
    expect(names).toEqual(['EDESTADDRREQ', 'EDESTADDRREQ'])
  })

  it('is refused by ENOBUFS when all mbufs are in use', () => {
    const { td, a, mbufs } = makePair({ locking, mbufs: { mbufs: 8 } })
    while (block(td, mbufs.alloc(td, 1)) !== 0);
    expect(a.trySend(td, BYTES)).toBe(WOULD_BLOCK)
    const failure = failureOf(a.sendSync(td, BYTES))
    expect(failure).toEqual({ errno: 55, name: 'ENOBUFS', sentence: 'all buffers are in use' })
  })

  it('takes one mbuf, and none once it was received', () => {
    const { td, a, b, mbufs } = makePair({ locking })
    const inUse = (): number => mbufs.statistics().mbufs
    a.trySend(td, new Uint8Array(64))
    expect(inUse()).toBe(1)
    expect(mbufs.owners().find(({ name }) => name === 'socket')?.packets).toBe(1)
    received(td, b)
    expect(inUse()).toBe(0)
  })

  it('is sent without a lock of its socket, and received with one that is entered once', () => {
    const { td, a, b, locks } = makePair({ locking })
    const entered = (): number => locks.reduce((sum, { entries }) => sum + entries, 0)
    const before = entered()
    a.trySend(td, BYTES)
    expect(entered() - before).toBe(1) // The receiver's, to deliver.
    received(td, b)
    expect(entered() - before).toBe(2)
  })

  it('that is not there is a mistake of the caller', () => {
    const { td, a } = makePair({ locking })
    const error = 'bytes 3 to 6 were asked for of an array of 5'
    expect(() => a.trySend(td, BYTES, 3, 3)).toThrow(error)
    expect(() => a.tryReceive(td, BYTES, 3, 3)).toThrow(error)
    expect(() => a.receive(td, 'text' as never)).toThrow('bytes come as a Uint8Array')
  })
})

describe.each(SCHEMES)('A receive buffer with %s locks', (locking) => {
  it('is bounded by bytes of datagrams and their addresses, and counts what it drops', () => {
    const { td, a, b, sockets, mbufs } = makePair({ locking, receiveBytes: 400 })
    const hundred = new Uint8Array(100)
    const state = (): number[] => [sockets.drops(b.at), mbufs.statistics().mbufs]
    for (let i = 0; i < 4; i++) expect(a.trySend(td, hundred)).toBe(100)
    expect(state()).toEqual([1, 3])
    received(td, b)
    a.trySend(td, hundred)
    expect(state()).toEqual([1, 3])
  })

  it('leaves a packet that it has no room for as it was', () => {
    const { td, b, sockets, mbufs } = makePair({ locking, receiveBytes: 10 })
    const packet = mbufs.tryAlloc(td, 5)
    mbufs.copyIn(packet, 0, BYTES, 0, 5)
    const results = [
      sockets.tryDeliver(td, b.at, packet, 1, 1),
      block(td, sockets.deliver(td, b.at, packet, 1, 1)),
    ]
    const bytes = new Uint8Array(mbufs.length(packet))
    mbufs.copyOut(packet, 0, bytes, 0, bytes.length)
    expect([results, bytes]).toEqual([[2, 2], BYTES])
  })

  it('takes a packet that shares its bytes with another, and has no room in front', () => {
    const { td, b, sockets, mbufs } = makePair({ locking })
    const long = block(td, mbufs.alloc(td, 1000))
    mbufs.copyIn(long, 0, BYTES, 0, 5)
    const shared = block(td, mbufs.share(td, long, 0, 5))
    mbufs.setFlow(long, 99)
    expect(sockets.tryDeliver(td, b.at, long, 1, 1)).toBe(-1)
    expect(block(td, sockets.deliver(td, b.at, long, 1, 1))).toBe(0)
    expect(received(td, b)?.slice(0, 5)).toEqual([1, 2, 3, 4, 5])
    block(td, mbufs.free(td, shared))
    expect(mbufs.statistics().mbufs).toBe(0)
  })

  it('gives such a packet back as it was when it has no room for it', () => {
    const { td, b, sockets, mbufs } = makePair({ locking, receiveBytes: 10 })
    const long = block(td, mbufs.alloc(td, 1000))
    const shared = block(td, mbufs.share(td, long, 0, 1000))
    mbufs.setReceiveInterface(long, 3)
    expect(block(td, sockets.deliver(td, b.at, long, 1, 1))).toBe(2)
    expect([mbufs.length(long), mbufs.receiveInterface(long)]).toEqual([1000, 3])
    block(td, mbufs.free(td, long))
    block(td, mbufs.free(td, shared))
    expect(mbufs.statistics().mbufs).toBe(0)
  })

  it('is given nothing by a try while another holds its lock', () => {
    const { td, a, b, lot, locks, mbufs } = makePair({ locking })
    const other = lot.waiter()
    const buffer = b.home.partsOf(b.at).buffer
    const lock = locks.find((one) => one === buffer.lock)!
    expect(lock.tryEnter(other)).toBe(true)
    expect([a.trySend(td, BYTES), b.tryReceive(td, new Uint8Array(5))]).toEqual([-1, -1])
    expect(mbufs.statistics().mbufs).toBe(0)
    lock.tryExit(other)
    expect(a.trySend(td, BYTES)).toBe(5)
    expect(received(td, b)).toEqual([1, 2, 3, 4, 5])
  })
})
