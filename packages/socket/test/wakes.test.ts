import { awaiting, block, until } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { DIRECTION } from '../src/pair-layout.ts'
import { type StreamSocket, WOULD_BLOCK } from '../src/index.ts'
import { bytesOf, makeEnds, textIn } from './ends.ts'

/** How long a wait may take that a test expects to be ended by the peer. */
const LONG_MS = 20_000

/** What an end's peer is told to wake it for: bytes that are there, and space. */
function wantsOf({ receiving, sending, memory }: StreamSocket): [number, number] {
  const data = memory.load(receiving.at + DIRECTION.offset.wantData)
  return [data, memory.load(sending.at + DIRECTION.offset.wantSpace)]
}

describe('who waits', () => {
  it('for space is not woken before half of the ring is free, or all that it needs', async () => {
    const { a, b, atA, atB } = makeEnds({ bufferBytes: 64 })
    a.trySend(new Uint8Array(64))
    const sent = awaiting(atA, a.send(atA, new Uint8Array(64)))
    expect(wantsOf(a)).toEqual([0, 32])
    expect(b.tryReceive(new Uint8Array(31))).toBe(31)
    expect(wantsOf(a)).toEqual([0, 32])
    expect(b.tryReceive(new Uint8Array(1))).toBe(WOULD_BLOCK)
    expect(block(atB, b.receive(atB, new Uint8Array(1)))).toBe(1)
    expect(textIn(atB, b, 64)).toHaveLength(32)
    expect(await sent).toBe(64)
    expect(wantsOf(a)).toEqual([0, 0])
  })

  it('for space that fewer bytes than half of the ring need is woken for these', async () => {
    const { a, b, atA, atB } = makeEnds({ bufferBytes: 64 })
    a.trySend(new Uint8Array(64))
    const sent = awaiting(atA, a.send(atA, new Uint8Array(2)))
    expect(wantsOf(a)).toEqual([0, 2])
    expect(b.tryReceive(new Uint8Array(1))).toBe(1)
    expect(textIn(atB, b, 1)).toHaveLength(1)
    expect(await sent).toBe(2)
  })

  it('for bytes wants one, and nothing more when it has it or its time is over', async () => {
    const { a, b, atA, atB } = makeEnds()
    const received = awaiting(atB, b.receive(atB, new Uint8Array(9)))
    expect(wantsOf(b)).toEqual([1, 0])
    a.sendSync(atA, bytesOf('x'))
    expect(await received).toBe(1)
    expect(wantsOf(b)).toEqual([0, 0])
    const limit = until(atB, { timeoutMs: 1 })
    expect(await b.receiveAsync(atB, new Uint8Array(9), limit)).toBe(WOULD_BLOCK)
    expect(wantsOf(b)).toEqual([0, 0])
    expect(a.trySend(bytesOf('nobody is to be told'))).toBe(20)
  })

  it('for space wants nothing more when its time is over', async () => {
    const { a, b, atA } = makeEnds({ bufferBytes: 64 })
    const limit = until(atA, { timeoutMs: 1 })
    expect(await a.sendAsync(atA, new Uint8Array(100), limit)).toBe(64)
    expect(wantsOf(a)).toEqual([0, 0])
    expect(b.tryReceive(new Uint8Array(64))).toBe(64)
  })

  it('is told where positions turn from the largest to the smallest number', async () => {
    const made = makeEnds({ bufferBytes: 64 })
    const { zone, lot, atA, atB } = made
    const nearTurn = 0x7fffffff - 9
    for (const half of [made.a.sending.at, made.b.sending.at]) {
      lot.memory.store(half + DIRECTION.offset.sent, nearTurn)
      lot.memory.store(half + DIRECTION.offset.received, nearTurn)
    }
    const [a, b] = [zone.end(made.a.handle), zone.end(made.b.handle)]
    const limit = until(atA, { timeoutMs: LONG_MS })
    for (let i = 0; i < 10; i++) {
      const received = b.receiveAsync(atB, new Uint8Array(9), limit)
      a.sendSync(atA, bytesOf('abc'))
      expect(await received).toBe(3)
    }
    lot.memory.store(a.sending.at + DIRECTION.offset.sent, nearTurn)
    lot.memory.store(a.sending.at + DIRECTION.offset.received, nearTurn)
    const [c, d] = [zone.end(made.a.handle), zone.end(made.b.handle)]
    for (let i = 0; i < 4; i++) {
      const sent = c.sendAsync(atA, new Uint8Array(100), limit)
      expect(d.tryReceive(new Uint8Array(1))).toBe(1)
      expect(textIn(atB, d, 64)).toHaveLength(63)
      expect(await sent).toBe(100)
      expect(textIn(atB, d, 64)).toHaveLength(36)
    }
  })
})

describe('a second', () => {
  it('sender is refused while one waits, and the first goes on', async () => {
    const { a, b, atA, atB, lot } = makeEnds({ bufferBytes: 64 })
    const first = a.sendAsync(atA, new Uint8Array(100))
    await expect(a.sendAsync(lot.waiter(), new Uint8Array(1))).rejects.toThrow(
      'one thread at a time sends on an end: two do',
    )
    expect(() => a.shutdownSync(atB)).toThrow('when no send is under way')
    expect(textIn(atB, b)).toHaveLength(64)
    expect(await first).toBe(100)
    expect(textIn(atB, b)).toHaveLength(36)
  })
})
