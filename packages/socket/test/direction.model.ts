import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { type Address, type Memory, NIL } from '@smpnet/memory'
import { type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { expectToHold, thorough, timely, whole } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import { drive } from '@smpnet/park/model'
import { Note } from '../src/note.ts'
import { DIRECTION, NOTE, PAIR } from '../src/pair-layout.ts'
import { ReceivingHalf } from '../src/receiving-half.ts'
import { SendingHalf } from '../src/sending-half.ts'
import { Want } from '../src/want.ts'
import { smallLot } from './small-lot.ts'
import type { Buffers } from '../src/buffers.ts'
import { bornIn, Life } from '../src/life.ts'
import { races } from './glances.ts'

/** What the receiver notes when it has come to the end. */
const END = -1

type WantClass = new (memory: Memory, at: Address, note: Note) => Want

interface Traffic {
  /** Bytes of the ring. */
  readonly ring: number
  /** Bytes that go through it, one at a time. */
  readonly count: number
  /** Whether the sender then says that it has finished, and the receiver waits for it. */
  readonly end: boolean
}

/** One direction, with a thread that sends and one that receives. */
function model(
  name: string,
  { ring, count, end }: Traffic,
  Wants: WantClass = Want,
  limits = whole,
) {
  return explore({ name, races, ...limits }, ({ thread, after }) => {
    const { memory, lot, arena } = smallLot()
    const pair = arena.place('pair', PAIR.size)
    const at = arena.place('direction', DIRECTION.size)
    const note = new Note(memory, arena.place('note', NOTE.size))
    memory.store(at + DIRECTION.offset.ring, arena.place('ring', ring))
    const buffers = { bytes: ring, bufferOf: (key) => key } as Buffers
    const data = new Wants(memory, at + DIRECTION.offset.wantData, note)
    const space = new Wants(memory, at + DIRECTION.offset.wantSpace, note)
    memory.store(pair + PAIR.offset.life, bornIn(0))
    const [one, other] = [new Life(memory, pair, 0, 0), new Life(memory, pair, 1, 0)]
    const sending = new SendingHalf(memory, at, one, buffers, space, data)
    const receiving = new ReceivingHalf(memory, at, other, buffers, data, space)
    const [sender, receiver] = [lot.waiter(), lot.waiter()]
    const got: number[] = []
    thread('sender', () => {
      const byte = new Uint8Array(1)
      for (let i = 1; i <= count; i++) {
        byte[0] = i
        drive(sender, sending.send(sender, byte, 0, 1, true))
      }
      if (!end) return
      drive(sender, one.step('shutdown'))
      drive(sender, data.tell(sender))
    })
    thread('receiver', () => {
      const byte = new Uint8Array(1)
      for (let left = count + (end ? 1 : 0); left > 0; left--) {
        const taken = drive(receiver, receiving.receive(receiver, byte, 0, 1, true))
        got.push(taken === 0 ? END : byte[0]!)
      }
    })
    const all = Array.from({ length: count }, (_, i) => i + 1)
    after(() => expect(got).toEqual(end ? [...all, END] : all))
  })
}

const SHORT: [what: string, traffic: Traffic][] = [
  ['delivers a byte and the end', { ring: 2, count: 1, end: true }],
]
const LONG: typeof SHORT = [
  ['delivers two bytes through a ring of one', { ring: 1, count: 2, end: false }],
]

it.each(thorough([...SHORT, ...LONG], SHORT))('%s, whoever waits', (what, traffic) => {
  expectToHold(model(what, traffic, Want, timely))
})

/** Says what it wants and parks, without looking once more whether it came meanwhile. */
class HastyWant extends Want {
  override *wait(td: Waiter, bytes: number): Waiting<number> {
    const want = this.memory.or(this.at, bytes) | bytes
    yield* td.lot.park(td, this.at, this.at, want)
    return WOKEN
  }
}

it('is caught when a waiter does not look once more', () => {
  expect(model('hasty want', { ring: 2, count: 1, end: true }, HastyWant)).toFailWith('deadlock')
})

/** Wakes before it clears the wish: the one woken may wish again, and is forgotten. */
class LateClearingWant extends Want {
  override tryHold(): Address {
    return NIL
  }

  override tellNow(td: Waiter): boolean {
    for (let n = 0; td.lot.tryUnpark(this.at, 1) < 0; ) this.memory.pause(n++)
    this.memory.and(this.at, 0)
    return false
  }
}

it('is caught when a wish is cleared after the wakeup', () => {
  expect(model('late clearing', { ring: 1, count: 2, end: false }, LateClearingWant).verdict).toBe(
    'fails',
  )
})
