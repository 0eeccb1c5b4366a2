import { explore } from '@smpnet/interleave'
import { LiveMemory } from '@smpnet/memory'
import { drive } from '@smpnet/park/model'
import { budget, expectToHold } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { BrokenPipe, ConnectionReset, type StreamSocket } from '../src/index.ts'
import { PacketSendingHalf } from '../src/packet-halves.ts'
import { races } from './glances.ts'
import { makeThreads, type Thread } from './mortal-world.ts'

/** A buffer has 64 bytes, so that one packet and its header leave too little space for another. */
const BYTES = 40

const shape = { pairs: 1, bufferBytes: 64, buffers: 2, names: 1 }

/** Sends what there is space for, as a stream does. */
class TearingHalf extends PacketSendingHalf {
  protected override fitting(length: number): number {
    return Math.min(this.room, length)
  }
}

/** Is to be joined whole, of bytes that are all its number. */
function expectWhole(packet: Uint8Array, number: number): void {
  expect([...packet]).toEqual(Array.from({ length: BYTES }, () => number))
}

/** Receives packets until they end, and checks each: how many there were. */
function receives({ td, zone }: Thread, end: StreamSocket): number {
  const there = zone.end(end.handle)
  const to = new Uint8Array(64)
  for (let count = 0; ; count++) {
    try {
      const taken = drive(td, there.receive(td, to))
      if (taken === 0) return count
      expectWhole(to.subarray(0, taken), count + 1)
    } catch (error) {
      if (error instanceof ConnectionReset) return count
      throw error
    }
  }
}

function sends({ td, zone }: Thread, end: StreamSocket, tears: boolean): void {
  const here = zone.end(end.handle)
  if (tears) Object.setPrototypeOf(here.sending, TearingHalf.prototype)
  try {
    for (const number of [1, 2]) {
      drive(td, here.send(td, new Uint8Array(BYTES).fill(number)))
    }
    drive(td, here.close(td))
  } catch (error) {
    const isTold = error instanceof BrokenPipe || error instanceof ConnectionReset
    if (!isTold) throw error
  }
}

/** One sends two packets and closes, and the other receives all; one may die after any step. */
function packets(name: string, deaths: number, tears = false, isBuried = true) {
  return explore({ name, races, ...budget, deaths }, (world) => {
    const { threads } = makeThreads(shape, 3, LiveMemory)
    const [sender, receiver, undertaker] = threads as [Thread, Thread, Thread]
    const [here, there] = drive(undertaker.td, undertaker.zone.pair('seqpacket'))
    let count: number | undefined
    world.thread('sends', () => sends(sender, here, tears))
    world.thread('receives', () => (count = receives(receiver, there)))
    const dead = new Set<number>()
    world.onDeath(({ number }) => {
      dead.add(number)
      if (!isBuried) return
      const { td, lot, zone } = undertaker
      drive(td, lot.bury(number))
      drive(td, zone.bury(number))
      drive(td, zone.end((number === 0 ? here : there).handle).bury(td, number))
    })
    world.after(() => {
      const counts = dead.size === 0 ? [2] : dead.has(1) ? [undefined] : [0, 1, 2]
      expect(counts).toContain(dead.has(1) ? undefined : count)
    })
  })
}

describe('Packets of two threads', () => {
  it('come whole and in order, where the second has to wait for space', () => {
    expectToHold(packets('packets', 0))
  })

  it('come whole where the sender or the receiver dies after any step, and end', () => {
    expectToHold(packets('packets and a death', 1))
  })

  it('are caught when a sender fills what space there is', () => {
    expect(packets('torn packets', 0, true).verdict).toBe('fails')
  })

  it('are caught when nobody buries the dead', () => {
    expect(packets('packets and no burial', 1, false, false).verdict).toBe('fails')
  })
})
