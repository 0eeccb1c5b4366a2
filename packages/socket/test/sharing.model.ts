import '@smpnet/interleave/vitest'
import { awaitExchange, explore } from '@smpnet/interleave'
import { type Address, Arena, LiveMemory, NIL } from '@smpnet/memory'
import { Lot, NotifyWaker, type Waiter } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { expectToHold, timely, toTheEnd, whole } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import type { Buffers } from '../src/buffers.ts'
import { bornIn, Life } from '../src/life.ts'
import { Note } from '../src/note.ts'
import { DIRECTION, NOTE, PAIR } from '../src/pair-layout.ts'
import { ReceivingHalf } from '../src/receiving-half.ts'
import { SendingHalf } from '../src/sending-half.ts'
import { SocketMisuse } from '../src/index.ts'
import { Want } from '../src/want.ts'
import { races } from './glances.ts'

/** A memory in which a position is published whatever it was: what a sender's own copy leads to. */
class Trusting extends LiveMemory {
  trusts: Address = NIL

  override compareExchange(at: Address, expected: number, value: number): number {
    if (at !== this.trusts) return super.compareExchange(at, expected, value)
    super.store(at, value)
    return expected
  }
}

/** Keeps its position in the object, as if nobody else could move it. */
class Remembering extends SendingHalf {
  #sent = 0

  protected override look(td: Waiter, enough: number): number {
    const room = super.look(td, enough)
    this.position = this.#sent
    return room
  }

  protected override commit(td: Waiter): number {
    const result = super.commit(td)
    this.#sent = this.position + this.moved
    return result
  }
}

/** One direction that has a ring, and a sending half of the same end for each of two threads. */
function makeDirection(Sending: typeof SendingHalf, ring: number) {
  const memory = new Trusting(new SharedArrayBuffer(4096))
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 1, waiters: 4, buckets: 2 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const pair = arena.place('pair', PAIR.size)
  const at = arena.place('direction', DIRECTION.size)
  const note = new Note(memory, arena.place('note', NOTE.size))
  memory.store(at + DIRECTION.offset.ring, arena.place('ring', ring))
  if (Sending !== SendingHalf) memory.trusts = at + DIRECTION.offset.sent
  const data = new Want(memory, at + DIRECTION.offset.wantData, note)
  const space = new Want(memory, at + DIRECTION.offset.wantSpace, note)
  memory.store(pair + PAIR.offset.life, bornIn(0))
  const [one, other] = [new Life(memory, pair, 0, 0), new Life(memory, pair, 1, 0)]
  const buffers = { bytes: ring, bufferOf: (key) => key } as Buffers
  const senders = [1, 2].map(() => new Sending(memory, at, one, buffers, space, data))
  const receiving = new ReceivingHalf(memory, at, other, buffers, data, space)
  const lock = arena.place('lock', 4) >> 2
  return { memory, lot, senders, receiving, lock }
}

/** Two threads send a byte each on one end, under a lock, and a third receives two. */
function underLock(name: string, Sending: typeof SendingHalf, ring: number, limits = whole) {
  return explore({ name, races, ...limits }, ({ thread, after }) => {
    const { memory, lot, senders, receiving, lock } = makeDirection(Sending, ring)
    const got: number[] = []
    for (const [i, sending] of senders.entries()) {
      const td = lot.waiter()
      thread(`sender ${i}`, () => {
        const byte = Uint8Array.of(i + 1)
        awaitExchange(memory.words, lock, 0, 1)
        if (sending.trySend(td, byte, 0, 1) !== 1) drive(td, sending.send(td, byte, 0, 1, true))
        memory.store(lock << 2, 0)
      })
    }
    const td = lot.waiter()
    thread('receiver', () => {
      const byte = new Uint8Array(1)
      for (let left = 2; left > 0; left--) {
        drive(td, receiving.receive(td, byte, 0, 1, true))
        got.push(byte[0]!)
      }
    })
    after(() => expect(got.toSorted()).toEqual([1, 2]))
  })
}

/** A ring of one byte, in which all wait for all, takes minutes: only where all is explored. */
const RINGS = toTheEnd([1, 2], [2])

it.each(RINGS)('two senders that take turns lose nothing, in a ring of %i', (ring) => {
  expectToHold(underLock(`two senders, a ring of ${ring}`, SendingHalf, ring, timely))
})

it('is caught when a sender keeps its position to itself', () => {
  expect(underLock('kept positions', Remembering, 2).verdict).toBe('fails')
})

/** Two threads send at the same time, under no lock: a mistake, and one of them hears of it. */
it('two senders that take no turns are not both told that they have sent', () => {
  const result = explore({ name: 'no turns', races: 'ignore' }, ({ thread, after }) => {
    const { lot, senders, receiving } = makeDirection(SendingHalf, 2)
    const sent: number[] = []
    for (const [i, sending] of senders.entries()) {
      const td = lot.waiter()
      thread(`sender ${i}`, () => {
        try {
          if (sending.trySend(td, Uint8Array.of(i + 1), 0, 1) === 1) sent.push(i)
        } catch (error) {
          if (!(error instanceof SocketMisuse)) throw error
        }
      })
    }
    after(() => {
      expect(sent.length).toBeGreaterThan(0)
      expect(receiving.available()).toBe(sent.length)
    })
  })
  expect(result).toHold()
  console.log(result.summary)
})
