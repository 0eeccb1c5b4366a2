import { Interrupt } from '@smpnet/memory'
import { awaiting, block, type Driver, PARK, SPIN, until } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { failureOf, Received, SocketMisuse, WOULD_BLOCK } from '../../src/index.ts'
import { DATAGRAM } from '../../src/datagram/layout.ts'
import { HERE, makePair, received, SCHEMES } from './make-sockets.ts'

const BYTE = Uint8Array.of(9)

/** A driver that spins once for what `meanwhile` does, and counts how often it was asked. */
function spinning(meanwhile: () => boolean): Driver & { spins: number } {
  return {
    spins: 0,
    spinWhile() {
      this.spins++
      return meanwhile()
    },
    isToYield: () => false,
  }
}

describe.each(SCHEMES)('A receiver that waits, with %s locks,', (locking) => {
  it('is woken by a datagram that is sent by a try', async () => {
    const { td, a, b, lot } = makePair({ locking })
    const from = new Received()
    const other = lot.waiter()
    const taken = awaiting(other, b.receive(other, new Uint8Array(4), 0, 4, from))
    expect(a.trySend(td, BYTE)).toBe(1)
    expect([await taken, from.port]).toEqual([1, 1])
  })

  it('is woken by one that is sent by a call that waits', async () => {
    const { td, a, b, lot } = makePair({ locking })
    const other = lot.waiter()
    const taken = awaiting(other, b.receive(other, new Uint8Array(4)))
    expect(block(td, a.send(td, BYTE))).toBe(1)
    expect(await taken).toBe(1)
  })

  it('is one of several, each of which gets a datagram', async () => {
    const { td, a, b, lot } = makePair({ locking })
    const all = [1, 2, 3].map(async () => {
      const to = new Uint8Array(1)
      const other = lot.waiter()
      await awaiting(other, b.receive(other, to))
      return to[0]
    })
    for (const byte of [1, 2, 3]) {
      await Promise.resolve()
      expect(a.trySend(td, Uint8Array.of(byte))).toBe(1)
    }
    expect((await Promise.all(all)).toSorted()).toEqual([1, 2, 3])
  })

  it('gives up at its deadline, and when its signal says so, and loses nothing', async () => {
    const { td, a, b, lot } = makePair({ locking })
    const to = new Uint8Array(1)
    expect(b.receiveSync(td, to, 0, 1, undefined, until(td, { timeoutMs: 1 }))).toBe(WOULD_BLOCK)
    const abort = new AbortController()
    const other = lot.waiter()
    const limit = until(other, { signal: abort.signal })
    const aborted = awaiting(other, b.receive(other, to, 0, 1, undefined, true, limit))
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect([a.trySend(td, BYTE), received(td, b)]).toEqual([1, [9]])
  })

  it('does not wait if it is told so', () => {
    const { td, b } = makePair({ locking })
    expect(block(td, b.receive(td, BYTE, 0, 1, undefined, false))).toBe(WOULD_BLOCK)
  })

  it('is woken in an interrupt', async () => {
    const { td, b, lot, sockets, mbufs } = makePair({ locking })
    const other = lot.waiter()
    const taken = awaiting(other, b.receive(other, new Uint8Array(4)))
    const result = sockets.tryDeliver(td, b.at, mbufs.tryAlloc(td, 2), HERE, 1)
    sockets.wakeNow(new Interrupt(0), lot, b.at)
    expect([result, await taken]).toEqual([1, 2])
  })

  it('is not woken by a try while its queue is held, which has done nothing', async () => {
    const { td, b, lot, sockets, mbufs } = makePair({ locking })
    const other = lot.waiter()
    const taken = awaiting(other, b.receive(other, new Uint8Array(4)))
    sockets.tryDeliver(td, b.at, mbufs.tryAlloc(td, 3), HERE, 1)
    const queue = lot.lockQueueNow(b.at + DATAGRAM.offset.waiting)
    expect(sockets.tryWake(td, b.at)).toBe(false)
    expect(sockets.tryFail(td, b.at, 61)).toBe(false)
    lot.unlockQueue(queue)
    expect([sockets.tryWake(td, b.at), await taken]).toEqual([true, 3])
  })

  it('spins before it sleeps, once, and takes what comes meanwhile', () => {
    const { td, a, b, lot } = makePair({ locking })
    const other = lot.waiter()
    other.driver = spinning(() => a.trySend(td, BYTE) > 0)
    expect(b.receiveSoon(other, new Uint8Array(4), 2)).toBe(1)
    const idle = (other.driver = spinning(() => false))
    expect(b.receiveSoon(other, new Uint8Array(4))).toBe(WOULD_BLOCK)
    b.receive(other, new Uint8Array(4)).next()
    expect(idle.spins).toBe(1)
  })
})

describe.each(SCHEMES)('An error of an earlier datagram, with %s locks,', (locking) => {
  it.each(['receive', 'send', 'try to receive', 'try to send'])(
    'is reported once, by the next %s',
    (what) => {
      const { td, a, sockets } = makePair({ locking })
      const calls: Record<string, () => number> = {
        receive: () => block(td, a.receive(td, new Uint8Array(1), 0, 1, undefined, false)),
        send: () => block(td, a.send(td, BYTE)),
        'try to receive': () => a.tryReceive(td, new Uint8Array(1)),
        'try to send': () => a.trySend(td, BYTE),
      }
      expect(sockets.tryFail(td, a.at, 61)).toBe(true)
      expect(failureOf(calls[what]!())?.name).toBe('ECONNREFUSED')
      for (const call of Object.values(calls)) expect(failureOf(call())).toBeUndefined()
    },
  )

  it('reaches a receiver that waits', async () => {
    const { td, a, sockets, lot } = makePair({ locking })
    const results = [0, 1].map((way) => {
      const other = lot.waiter()
      const taken = awaiting(other, a.receive(other, new Uint8Array(1)))
      if (way === 0) block(td, sockets.fail(td, a.at, 61))
      else sockets.tryFail(td, a.at, 65)
      return taken
    })
    const names = (await Promise.all(results)).map((result) => failureOf(result)?.name)
    expect(names.toSorted()).toEqual(['ECONNREFUSED', 'EHOSTUNREACH'])
  })

  it('is not left to the next use of the socket', () => {
    const { td, a, sockets } = makePair({ locking })
    sockets.tryFail(td, a.at, 61)
    a.closeSync(td)
    const next = block(td, sockets.create(td))
    expect(next.at).toBe(a.at)
    expect(next.tryReceive(td, new Uint8Array(1))).toBe(WOULD_BLOCK)
  })
})

describe.each(SCHEMES)('Closing, with %s locks,', (locking) => {
  it('tells all receivers that wait', async () => {
    const { td, b, lot } = makePair({ locking })
    const all = [1, 2].map(() => {
      const other = lot.waiter()
      return awaiting(other, b.receive(other, new Uint8Array(1)))
    })
    b.closeSync(td)
    const names = (await Promise.all(all)).map((result) => failureOf(result)?.name)
    expect(names).toEqual(['EBADF', 'EBADF'])
  })

  it('frees what was not received, and the socket', () => {
    const { td, a, b, sockets, mbufs } = makePair({ locking })
    for (let i = 0; i < 5; i++) a.sendSync(td, new Uint8Array(3000))
    b.closeSync(td)
    expect([mbufs.statistics().mbufs, sockets.inUse()]).toEqual([0, 1])
    expect(a.trySend(td, BYTE)).toBe(1)
    expect(mbufs.statistics().mbufs).toBe(0)
  })

  it('takes nothing more from a protocol that has not let go yet', () => {
    const { td, b, sockets, mbufs, protocol } = makePair({ locking })
    const packet = mbufs.tryAlloc(td, 5)
    const results: number[] = []
    const detach = protocol.detach.bind(protocol)
    protocol.detach = function* (...args) {
      results.push(sockets.tryDeliver(td, b.at, packet, HERE, 1))
      results.push(yield* sockets.deliver(td, b.at, packet, HERE, 1))
      yield* detach(...args)
    }
    b.closeSync(td)
    expect([results, mbufs.length(packet)]).toEqual([[3, 3], 5])
  })

  it('is done once; calls of a closed socket are told, or are mistakes', () => {
    const { td, b } = makePair({ locking })
    b.closeSync(td)
    expect(() => b.closeSync(td)).toThrow(SocketMisuse)
    expect(() => b.bindSync(td, HERE, 5)).toThrow(
      "a datagram socket in state CLOSED takes no event 'bind': it takes none",
    )
    const results = [b.trySend(td, BYTE), b.sendSync(td, BYTE), b.receiveSync(td, BYTE)]
    expect(results.map((result) => failureOf(result)?.name)).toEqual(['EBADF', 'EBADF', 'EBADF'])
  })

  it.each([false, true])(
    'does not mix up receivers of two uses, if one is late: %s',
    async (isLate) => {
      const { td, a, b, lot, sockets } = makePair({ locking })
      const late = lot.waiter()
      const missed = b.receive(late, new Uint8Array(1))
      // While the queue is held, it has said that it waits, has let go, and does not sleep yet.
      const queue = isLate ? lot.lockQueueNow(b.at + DATAGRAM.offset.waiting) : 0
      let step = missed.next()
      expect(step.value).toBe(isLate ? SPIN : PARK)
      if (isLate) lot.unlockQueue(queue)
      b.closeSync(td)
      const next = block(td, sockets.create(td))
      next.bindSync(td, HERE, 2)
      const other = lot.waiter()
      const taken = awaiting(other, next.receive(other, new Uint8Array(1)))
      step = missed.next(0)
      expect([step.done, failureOf(Number(step.value))?.name]).toEqual([true, 'EBADF'])
      expect([a.trySend(td, BYTE), await taken]).toEqual([1, 1])
    },
  )
})

describe('What plain code could not free', () => {
  it('is kept until a call can, and a try does nothing before that', () => {
    const { td, a, b, mbufs } = makePair()
    for (const byte of [1, 2, 3]) a.trySend(td, Uint8Array.of(byte))
    const tryFree = mbufs.tryFree.bind(mbufs)
    mbufs.tryFree = (_, packet) => packet
    expect(received(td, b)).toEqual([1])
    expect([received(td, b), b.trySend(td, BYTE)]).toEqual([undefined, WOULD_BLOCK])
    expect(mbufs.statistics().mbufs).toBe(3)
    mbufs.tryFree = tryFree
    expect([received(td, b), mbufs.statistics().mbufs]).toEqual([[2], 1])
  })

  it('is freed by a call that waits, or by closing', () => {
    const { td, a, b, mbufs } = makePair()
    for (const byte of [1, 2]) a.trySend(td, Uint8Array.of(byte))
    const tryFree = mbufs.tryFree.bind(mbufs)
    for (const goesOn of [() => b.receiveSync(td, new Uint8Array(1)), () => b.closeSync(td)]) {
      mbufs.tryFree = (_, packet) => packet
      received(td, b)
      mbufs.tryFree = tryFree
      goesOn()
      a.trySend(td, BYTE)
    }
    expect(mbufs.statistics().mbufs).toBe(0)
  })
})
