import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { type Address, Arena, LiveMemory, NIL, Pool } from '@smpnet/memory'
import { Lot, NotifyWaker, type Waiter } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { expect, it } from 'vitest'
import { DIRECTION, directionOffset, PAIR } from '../src/pair-layout.ts'
import {
  type EndHandle,
  SocketMisuse,
  SocketZone,
  type StreamSocket,
  WOULD_BLOCK,
} from '../src/index.ts'
import { races } from './glances.ts'

/** Sets bits, or swaps, in two steps, between which another may do the same. */
class TornMemory extends LiveMemory {
  override compareExchange(at: Address, expected: number, value: number): number {
    const before = super.load(at)
    if (before === expected) super.store(at, value)
    return before
  }

  override or(at: Address, bits: number): number {
    const before = super.load(at)
    super.store(at, before | bits)
    return before
  }
}

type Ends = [StreamSocket, StreamSocket]
type MemoryClass = new (buffer: SharedArrayBuffer) => LiveMemory

/** A zone of one pair, and two threads with a view of it each. */
function makeZone(Memory: MemoryClass) {
  const memory = new Memory(new SharedArrayBuffer(4096))
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 1, waiters: 4, buckets: 1 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const zone = new SocketZone(lot, SocketZone.place(arena, { pairs: 1, bufferBytes: 64 }))
  const tds = [lot.waiter(), lot.waiter()]
  return { memory, lot, zone, tds }
}

/** Whether closing was done by this one, and not before it by another. */
function closes(td: Waiter, end: StreamSocket): boolean {
  try {
    drive(td, end.close(td))
    return true
  } catch (error) {
    if (error instanceof SocketMisuse) return false
    throw error
  }
}

/** Words of a pair, one of each line, that those who close it write. */
const WRITTEN = [PAIR.offset.life, ...([0, 1] as const).flatMap(wordsOf)]

function wordsOf(side: 0 | 1): number[] {
  const { ring, wantData, wantSpace } = DIRECTION.offset
  return [ring, wantData, wantSpace].map((offset) => directionOffset(side) + offset)
}

const MARK = 0x55

/** Both ends are closed at the same time; whoever gets the pair next marks it as its own. */
function bothClose(name: string, Memory: MemoryClass) {
  return explore({ name, races }, ({ thread, after }) => {
    const { memory, zone, tds } = makeZone(Memory)
    const [one, other] = tds as [Waiter, Waiter]
    const [a, b] = drive(one, zone.pair())
    const pool = Pool.open(memory, zone.handle.pool)
    let next = NIL
    thread('one', () => {
      closes(one, a)
      next = drive(one, pool.alloc())
      if (next !== NIL) for (const word of WRITTEN) memory.store(next + word, MARK)
    })
    thread('other', () => closes(other, b))
    after(() => {
      const pair = a.handle.at
      const isMine = next !== NIL
      const got = isMine ? next : drive(one, pool.alloc())
      expect(got).toBe(pair)
      const marks = WRITTEN.filter((word) => memory.load(pair + word) === MARK)
      expect(marks).toHaveLength(isMine ? WRITTEN.length : 0)
      expect(drive(one, pool.alloc())).toBe(NIL)
      drive(one, pool.free(pair))
      const [c, d] = drive(one, zone.pair())
      expect(d.tryReceive(one, new Uint8Array(1))).toBe(WOULD_BLOCK)
      expect(c.trySend(one, Uint8Array.of(7))).toBe(1)
      expect(d.tryReceive(one, new Uint8Array(1))).toBe(1)
    })
  })
}

it('of both ends at once frees the pair once, and is over before another gets it', () => {
  const result = bothClose('both close', LiveMemory)
  expect(result).toHold()
  console.log(result.summary)
})

it('is caught when both find the other still open', () => {
  expect(bothClose('torn closing', TornMemory).verdict).toBe('fails')
})

/** Two threads have opened the same end, and both close it; the other end stays open. */
function closedTwice(name: string, Memory: MemoryClass) {
  return explore({ name, races }, ({ thread, after }) => {
    const { zone, tds } = makeZone(Memory)
    const [one, other] = tds as [Waiter, Waiter]
    const [a] = drive(one, zone.pair())
    const again = zone.end(a.handle)
    const done: boolean[] = []
    thread('one', () => done.push(closes(one, a)))
    thread('other', () => done.push(closes(other, again)))
    after(() => {
      expect(done.toSorted()).toEqual([false, true])
      expect(zone.open()).toBe(1)
    })
  })
}

it('of one end by two threads is done by one of them', () => {
  const result = closedTwice('closed twice', LiveMemory)
  expect(result).toHold()
  console.log(result.summary)
})

it('is caught when both think that they were the first', () => {
  expect(closedTwice('torn closing twice', TornMemory).verdict).toBe('fails')
})

/** Where a pool has the word that counts the uses of its first item. */
const USES = 64

/** Does not count one more use of a pair: a handle of the one before looks like one of this. */
class ForgetfulMemory extends LiveMemory {
  forgets = NIL

  override store(at: Address, value: number): void {
    super.store(at, at === this.forgets ? value & 1 : value)
  }
}

/**
 * Two threads have opened the same end, whose peer is closed, and both close it; whoever frees the
 * pair is given it again, and uses it while the other may still be about to close.
 */
function closedTooLate(name: string, Memory: MemoryClass) {
  return explore({ name, races }, ({ thread, after }) => {
    const { memory, zone, tds } = makeZone(Memory)
    const [one, other] = tds as [Waiter, Waiter]
    const [a, b] = drive(one, zone.pair())
    if (memory instanceof ForgetfulMemory) memory.forgets = zone.handle.pool.at + USES
    const again = zone.end(a.handle)
    closes(one, b)
    const done: boolean[] = []
    let next: Omit<EndHandle, 'side'> | undefined
    thread('one', () => done.push(closes(one, a)))
    thread('other', () => {
      const isFree = closes(other, again)
      done.push(isFree)
      if (isFree) next = drive(other, zone.use())
    })
    after(() => {
      expect(done.toSorted()).toEqual([false, true])
      const use = next ?? drive(one, zone.use())
      const [c, d] = ([0, 1] as const).map((side) => zone.end({ ...use, side })) as Ends
      expect(c.trySend(one, Uint8Array.of(7))).toBe(1)
      expect(d.trySend(one, Uint8Array.of(7))).toBe(1)
      for (const end of [c, d]) expect(end.tryReceive(one, new Uint8Array(2))).toBe(1)
      expect([closes(one, c), zone.open(), closes(one, d), zone.open()]).toEqual([
        true,
        1,
        true,
        0,
      ])
    })
  })
}

it('of one end by two threads leaves alone who is given the pair next', () => {
  const result = closedTooLate('closed too late', LiveMemory)
  expect(result).toHold()
  console.log(result.summary)
})

it('is caught when one that comes too late takes the pair for its own', () => {
  expect(closedTooLate('closed too late, forgetful', ForgetfulMemory).verdict).toBe('fails')
})

/** The end of one direction comes while its receiver is about to sleep for bytes. */
it('reaches a peer that is about to wait', () => {
  const result = explore({ name: 'close and receive', races }, ({ thread, after }) => {
    const { zone, tds } = makeZone(LiveMemory)
    const [one, other] = tds as [Waiter, Waiter]
    const [a, b] = drive(one, zone.pair())
    let taken = WOULD_BLOCK
    thread('closes', () => closes(one, a))
    thread('receives', () => {
      taken = drive(other, b.receive(other, new Uint8Array(1)))
      closes(other, b)
    })
    after(() => {
      expect(taken).toBe(0)
      expect(zone.open()).toBe(0)
    })
  })
  expect(result).toHold()
  console.log(result.summary)
})
