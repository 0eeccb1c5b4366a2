import { type Address, Arena, LiveMemory } from '@smpnet/memory'
import { finish, Lot, NotifyWaker } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { EDGE, Poller, READABLE, SocketZone, type StreamSocket } from '../src/index.ts'

/** Counts what is asked of a memory. */
class CountingMemory extends LiveMemory {
  accesses = 0

  override load(at: Address): number {
    this.accesses++
    return super.load(at)
  }

  override read(at: Address): number {
    this.accesses++
    return super.read(at)
  }

  override store(at: Address, value: number): void {
    this.accesses++
    super.store(at, value)
  }

  override exchange(at: Address, value: number): number {
    this.accesses++
    return super.exchange(at, value)
  }

  override compareExchange(at: Address, expected: number, value: number): number {
    this.accesses++
    return super.compareExchange(at, expected, value)
  }
}

const ROUNDS = 20

type Polls = (all: StreamSocket[]) => StreamSocket[]

/** Accesses of polls of so many ends, of which one is active, by a poller or as `polls` says. */
function costOf(ends: number, events: number, polls?: Polls): number {
  const shape = { pairs: ends, bufferBytes: 64, buffers: 2, names: 1 }
  const bytes = SocketZone.bytes(shape) + (1 << 16)
  const memory = new CountingMemory(new SharedArrayBuffer(Math.ceil(bytes / 4096) * 4096))
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { threads: 1, waiters: 2 })
  const lot = new Lot(memory, lots, new NotifyWaker(memory), Lot.attach(memory, lots))
  const zone = new SocketZone(lot, SocketZone.place(arena, shape))
  const poller = Poller.create(arena)
  const td = lot.waiter()
  const pairs = Array.from({ length: ends }, () => zone.pairSync(td))
  const watched = pairs.map(([, end]) => end)
  for (const end of watched) finish(td, poller.add(td, end, events))
  expect(finish(td, poller.wait(td, false))).toEqual([])
  const [peer, end] = pairs[ends >> 1]!
  const byte = new Uint8Array(1)
  let cost = 0
  for (let i = 0; i < ROUNDS; i++) {
    expect(peer.trySend(td, byte)).toBe(1)
    const before = memory.accesses
    const ready = polls?.(watched) ?? finish(td, poller.wait(td, false))
    cost += memory.accesses - before
    expect(ready.map((one) => watched.indexOf(one))).toEqual([ends >> 1])
    expect(end.tryReceive(td, byte)).toBe(1)
  }
  return cost
}

describe('A poll of ten thousand ends with one active', () => {
  it.each([
    ['level', READABLE],
    ['edge', READABLE | EDGE],
  ])('costs as many accesses as one of ten, by %s', (_, events) => {
    const [few, many] = [costOf(10, events), costOf(10_000, events)]
    expect(many).toBe(few)
    expect(many / ROUNDS).toBeLessThan(20)
  })

  it('is told from one that looks at all ends', () => {
    const looks = (all: StreamSocket[]): StreamSocket[] => {
      return all.filter(({ note, receiving }) => note.isPosted() && receiving.available() > 0)
    }
    const [few, many] = [costOf(10, READABLE, looks), costOf(1000, READABLE, looks)]
    expect(many).toBeGreaterThan(50 * few)
  })
})
