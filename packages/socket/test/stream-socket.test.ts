import { OutOfMemory } from '@smpnet/memory'
import { block, finish, until } from '@smpnet/park'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BROKEN,
  BrokenPipe,
  Poller,
  READABLE,
  SocketMisuse,
  SocketZone,
  WOULD_BLOCK,
} from '../src/index.ts'
import { END } from '../src/life-table.ts'
import { bytesOf, goOnFrom, makeEnds, textIn } from './ends.ts'

describe('a socket pair', () => {
  it('carries bytes both ways', () => {
    const { a, b, atA, atB } = makeEnds()
    expect(a.sendSync(atA, bytesOf('ping'))).toBe(4)
    expect(textIn(atB, b)).toBe('ping')
    expect(b.sendSync(atB, bytesOf('pong'))).toBe(4)
    expect(textIn(atA, a)).toBe('pong')
  })

  it('is a stream: what was sent in pieces may be received in one, and the reverse', () => {
    const { a, b, atA, atB } = makeEnds()
    for (const piece of ['one ', 'two ', 'three']) a.sendSync(atA, bytesOf(piece))
    expect(textIn(atB, b, 6)).toBe('one tw')
    expect(textIn(atB, b)).toBe('o three')
  })

  it('says WOULD_BLOCK instead of waiting', () => {
    const { a, b, atA, atB } = makeEnds({ bufferBytes: 64 })
    expect(b.tryReceive(atB, new Uint8Array(1))).toBe(WOULD_BLOCK)
    expect(block(atB, b.receive(atB, new Uint8Array(1), 0, 1, false))).toBe(WOULD_BLOCK)
    expect(a.trySend(atA, new Uint8Array(65))).toBe(WOULD_BLOCK)
    expect(a.trySend(atA, new Uint8Array(64))).toBe(64)
    expect(a.trySend(atA, new Uint8Array(1))).toBe(WOULD_BLOCK)
    expect(block(atA, a.send(atA, new Uint8Array(10), 0, 10, false))).toBe(0)
    textIn(atB, b, 4)
    expect(block(atA, a.send(atA, new Uint8Array(10), 0, 10, false))).toBe(4)
  })

  it('ends a wait whose time is over, and works on', () => {
    const { a, b, atA, atB } = makeEnds()
    const limit = until(atB, { timeoutMs: 2 })
    expect(b.receiveSync(atB, new Uint8Array(1), limit)).toBe(WOULD_BLOCK)
    a.sendSync(atA, bytesOf('late'))
    expect(textIn(atB, b)).toBe('late')
  })

  it('uses only the part of an array that it is given', () => {
    const { a, b, atA, atB } = makeEnds()
    block(atA, a.send(atA, bytesOf('xxhelloxx'), 2, 5))
    const to = bytesOf('.........')
    expect(block(atB, b.receive(atB, to, 3, 6))).toBe(5)
    expect(new TextDecoder().decode(to)).toBe('...hello.')
  })

  it('is opened in another thread by a handle', () => {
    const { a, b, zone, lot, atA, atB } = makeEnds()
    const there = new SocketZone(lot, structuredClone(zone.handle)).end(structuredClone(b.handle))
    a.sendSync(atA, bytesOf('hi'))
    expect(textIn(atB, there)).toBe('hi')
  })
})

describe('closing', () => {
  it('half: the rest arrives, then the end, and the other direction goes on', () => {
    const { a, b, atA, atB } = makeEnds()
    a.sendSync(atA, bytesOf('last'))
    a.shutdownSync(atA)
    expect(textIn(atB, b)).toBe('last')
    expect(b.receiveSync(atB, new Uint8Array(9))).toBe(0)
    expect(b.receiveSync(atB, new Uint8Array(9))).toBe(0)
    b.sendSync(atB, bytesOf('answer'))
    expect(textIn(atA, a)).toBe('answer')
    expect(() => a.sendSync(atA, bytesOf('more'))).toThrow(
      "a socket in state SEND_SHUT takes no event 'send': it takes receive, shutdown, " +
        'shutdownReceive, close, abort, bury, reset',
    )
  })

  it('wholly: the peer can read what was sent, and is refused when it sends', () => {
    const { a, b, atA, atB } = makeEnds()
    a.sendSync(atA, bytesOf('bye'))
    a.closeSync(atA)
    expect(b.trySend(atB, bytesOf('x'))).toBe(BROKEN)
    expect(() => b.sendSync(atB, bytesOf('x'))).toThrow(BrokenPipe)
    expect(textIn(atB, b)).toBe('bye')
    expect(b.receiveSync(atB, new Uint8Array(1))).toBe(0)
  })

  it('wakes a peer that waits, as receiver and as sender', async () => {
    const { a, b, atA, atB } = makeEnds({ bufferBytes: 64 })
    const received = b.receiveAsync(atB, new Uint8Array(1))
    a.closeSync(atA)
    expect(await received).toBe(0)

    const other = makeEnds({ bufferBytes: 64 })
    const sent = other.a.sendAsync(other.atA, new Uint8Array(100))
    other.b.closeSync(other.atB)
    await expect(sent).rejects.toThrow('the receiver has gone after 64 bytes')
  })

  it('frees the pair when both ends are closed, and not before', () => {
    const { a, b, zone, atA, atB } = makeEnds()
    expect(zone.open()).toBe(1)
    a.closeSync(atA)
    expect(zone.open()).toBe(1)
    b.closeSync(atB)
    expect(zone.open()).toBe(0)
    const [c, d] = zone.pairSync(atA)
    expect(d.tryReceive(atB, new Uint8Array(1))).toBe(WOULD_BLOCK)
    c.sendSync(atA, bytesOf('new'))
    expect(textIn(atB, d)).toBe('new')
  })

  it('is done once, though two threads have opened the same end', () => {
    const { a, b, zone, atA, atB } = makeEnds()
    const again = zone.end(a.handle)
    a.closeSync(atA)
    expect(() => again.closeSync(atA)).toThrow(
      "in state FREED takes no event 'close': it takes reset, bury",
    )
    b.closeSync(atB)
    expect(() => again.closeSync(atA)).toThrow(
      "in state FREED takes no event 'close': it takes reset, bury",
    )
    const [c] = zone.pairSync(atA)
    expect(c.handle.at % 64).toBe(0)
    expect(zone.open()).toBe(1)
    expect(() => zone.end(a.handle)).toThrow('a handle names an open pair of its zone')
  })

  it('half is refused when another thread has closed the end, whoever has the pair now', () => {
    const { a, b, zone, atA, atB } = makeEnds()
    const again = zone.end(a.handle)
    a.closeSync(atA)
    expect(() => again.shutdownSync(atA)).toThrow("in state FREED takes no event 'shutdown'")
    b.closeSync(atB)
    const [c, d] = zone.pairSync(atA)
    expect(() => again.shutdownSync(atA)).toThrow("in state FREED takes no event 'shutdown'")
    c.sendSync(atA, bytesOf('mine'))
    expect(textIn(atB, d)).toBe('mine')
    expect(d.tryReceive(atB, new Uint8Array(1))).toBe(WOULD_BLOCK)
  })

  it('that a thread had begun when it ended is gone on with by who buries it', () => {
    const { a, b, zone, atA, atB } = makeEnds()
    finish(atA, a.life.step('close'))
    expect(a.life.stateIn(a.life.load())).toBe(END.state.DISCONNECTING)
    expect(() => zone.end(a.handle).closeSync(atA)).toThrow(
      "in state DISCONNECTING takes no event 'close'",
    )
    finish(atA, zone.end(a.handle).bury(atA))
    expect(b.tryReceive(atB, new Uint8Array(1))).toBe(0)
    finish(atA, zone.end(a.handle).bury(atA))
    expect(zone.open()).toBe(1)
    b.closeSync(atB)
    expect(zone.open()).toBe(0)
  })

  it('is refused while a call waits, and while a poller watches', async () => {
    const { a, b, arena, atA, atB } = makeEnds()
    const received = a.receiveAsync(atA, new Uint8Array(8))
    expect(() => a.closeSync(atB)).toThrow('a call still waits')
    b.sendSync(atB, bytesOf('x'))
    expect(await received).toBe(1)
    const poller = Poller.create(arena)
    block(atA, poller.add(atA, a, READABLE))
    expect(() => a.closeSync(atA)).toThrow('a poller watches this end')
    block(atA, poller.remove(a))
    a.closeSync(atA)
    expect(() => a.closeSync(atA)).toThrow(SocketMisuse)
  })

  it('half is refused while a send is under way', async () => {
    const { a, b, atA, atB } = makeEnds({ bufferBytes: 64 })
    const sent = a.sendAsync(atA, new Uint8Array(100))
    expect(() => a.shutdownSync(atB)).toThrow('no send is under way')
    b.receiveSync(atB, new Uint8Array(64))
    expect(await sent).toBe(100)
  })

  it('is done once, and nothing works afterwards', () => {
    const { a, atA } = makeEnds()
    a.closeSync(atA)
    expect(() => a.closeSync(atA)).toThrow(SocketMisuse)
    expect(() => a.sendSync(atA, bytesOf('x'))).toThrow("takes no event 'send'")
    expect(() => a.receiveSync(atA, new Uint8Array(1))).toThrow("takes no event 'receive'")
    expect(() => a.tryReceive(atA, new Uint8Array(1))).toThrow("takes no event 'receive'")
    expect(() => a.shutdownSync(atA)).toThrow("in state FREED takes no event 'shutdown'")
  })
})

describe('mistakes', () => {
  it('of figures are refused by name', () => {
    for (const bufferBytes of [0, 32, 100, 2 ** 29, Number.NaN]) {
      expect(() => makeEnds({ bufferBytes })).toThrow(`${bufferBytes} came`)
    }
    expect(() => makeEnds({ pairs: 0 })).toThrow('at least 1: 0 came')
    expect(() => makeEnds({ pairs: 1000 }, 1 << 20)).toThrow(OutOfMemory)
    expect(() => makeEnds({ buffers: 0 })).toThrow('socket buffers, at least 1: 0 came')
    expect(() => makeEnds({ pairs: 10_000 }, 1 << 20)).toThrow('pool socket pairs needs')
  })

  it('of ranges are refused', () => {
    const { a, atA } = makeEnds()
    expect(() => a.send(atA, new Uint8Array(4), 2, 3)).toThrow(
      'bytes from 2 on, 3 of them, were asked for of 4',
    )
    for (const [start, length] of [
      [0, 40],
      [0, -2],
      [0, Number.NaN],
      [0.5, 1],
      [-1, 2],
    ] as const) {
      expect(() => a.trySend(atA, new Uint8Array(4), start, length)).toThrow(RangeError)
      expect(() => a.tryReceive(atA, new Uint8Array(4), start, length)).toThrow(RangeError)
    }
    for (const bytes of ['hello', [1, 2], new Float64Array(2), new ArrayBuffer(2)]) {
      expect(() => a.sendSync(atA, bytes as never)).toThrow('bytes come as a Uint8Array')
    }
  })

  it('of room for no bytes are refused by every way to receive, as 0 is the end', async () => {
    const { a, b, atA, atB } = makeEnds()
    const none = new Uint8Array(0)
    const refused = 'room for at least 1, since 0 is the end: room for 0 came'
    for (const come of [
      () => {},
      () => a.sendSync(atA, bytesOf('x')),
      () => a.shutdownSync(atA),
    ]) {
      come()
      expect(() => b.tryReceive(atB, none)).toThrow(refused)
      expect(() => b.tryReceive(atB, new Uint8Array(4), 2, 0)).toThrow(refused)
      expect(() => b.receive(atB, none)).toThrow(refused)
      expect(() => b.receive(atB, new Uint8Array(4), 2, 0)).toThrow(refused)
      expect(() => b.receiveSync(atB, none)).toThrow(refused)
      await expect(b.receiveAsync(atB, none)).rejects.toThrow(refused)
    }
    expect(textIn(atB, b)).toBe('x')
    expect(b.tryReceive(atB, new Uint8Array(1))).toBe(0)
  })

  it('are none when nothing is sent: 0 bytes of 0', async () => {
    const { a, b, atA, atB } = makeEnds({ bufferBytes: 64 })
    a.sendSync(atA, new Uint8Array(64))
    const none = new Uint8Array(0)
    expect([a.trySend(atA, none), a.sendSync(atA, none), await a.sendAsync(atA, none)]).toEqual([
      0, 0, 0,
    ])
    expect(block(atB, b.receive(atB, new Uint8Array(99), 0, 99, false))).toBe(64)
    expect(b.tryReceive(atB, new Uint8Array(1))).toBe(WOULD_BLOCK)
  })

  it('of handles are refused', () => {
    const { a, zone } = makeEnds()
    for (const wrong of [{ at: 0 }, { at: a.handle.at + 4 }, { side: 5 }, { generation: 9 }]) {
      expect(() => zone.end({ ...a.handle, ...wrong } as never)).toThrow('a handle names an open')
    }
  })

  it('of two receivers at once are refused', async () => {
    const { a, b, atA, atB, lot } = makeEnds()
    const first = b.receiveAsync(atB, new Uint8Array(1))
    await expect(b.receiveAsync(lot.waiter(), new Uint8Array(1))).rejects.toThrow(
      'one thread at a time receives from an end',
    )
    a.sendSync(atA, bytesOf('x'))
    expect(await first).toBe(1)
  })

  it('of more pairs than there are is an error, and not the end', () => {
    const { zone, a, b, atA, atB } = makeEnds({ pairs: 1, bufferBytes: 64 })
    expect(() => {
      for (;;) zone.pairSync(atA)
    }).toThrow('another socket pair needs')
    a.closeSync(atA)
    b.closeSync(atB)
    expect(zone.pairSync(atA)).toHaveLength(2)
  })
})

describe('any program of sends and receives', () => {
  it('delivers all bytes in order', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 })
    const program = fc.record({ sends: sizes, receives: sizes, buffer: fc.constantFrom(64, 256) })
    await fc.assert(
      fc.asyncProperty(program, async ({ sends, receives, buffer }) => {
        const { a, b, atA, atB } = makeEnds({ bufferBytes: buffer })
        const total = sends.reduce((sum, size) => sum + size, 0)
        const all = Uint8Array.from({ length: total }, (_, i) => (i * 31 + (i >> 8)) & 255)
        const sending = (async () => {
          let at = 0
          for (const size of sends) at += await a.sendAsync(atA, all.subarray(at, at + size))
          a.shutdownSync(atA)
        })()
        const got: number[] = []
        for (let i = 0; ; i++) {
          const to = new Uint8Array(receives[i % receives.length]!)
          const taken = await b.receiveAsync(atB, to)
          if (taken === 0) break
          got.push(...to.subarray(0, taken))
        }
        await sending
        expect(Uint8Array.from(got)).toEqual(all)
      }),
      { numRuns: 60 },
    )
  })

  it('goes on when positions wrap at 32 bits', () => {
    const { a, b, zone, atA, atB, lot } = makeEnds({ bufferBytes: 64 })
    const nearWrap = -10
    for (const half of [a.sending.at, b.sending.at]) goOnFrom(lot, half, nearWrap)
    const [c, d] = [zone.end(a.handle), zone.end(b.handle)]
    for (let i = 0; i < 10; i++) {
      c.sendSync(atA, bytesOf('abcdefg'))
      expect(textIn(atB, d)).toBe('abcdefg')
    }
  })
})
