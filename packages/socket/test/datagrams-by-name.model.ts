import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { type Address, LiveMemory, NIL } from '@smpnet/memory'
import { finish, type Waiter } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { budget, expectToHold } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { ConnectionRefused, type StreamSocket, WOULD_BLOCK } from '../src/index.ts'
import { bindDatagrams, sendDatagram } from '../src/local-datagrams.ts'
import { DIRECTION, PAIR } from '../src/pair-layout.ts'
import { races } from './glances.ts'
import { buries, makeThreads, type Run, type Thread } from './mortal-world.ts'

/** A memory that may go wrong at one word. */
class PlantedMemory extends LiveMemory {
  /** A lock that lets all in. */
  open: Address = NIL
  /** A word whose wishes are not seen by those that are to tell. */
  deaf: Address = NIL

  override compareExchange(at: Address, expected: number, value: number): number {
    if (at !== this.open) return super.compareExchange(at, expected, value)
    super.exchange(at, value)
    return expected
  }

  override and(at: Address, bits: number): number {
    const before = super.and(at, bits)
    return at === this.deaf ? 0 : before
  }
}

type Plant = (memory: PlantedMemory, receiver: Address) => void

const NAME = 'x'
const BYTES = 3

/** A socket that receives at a name, of the last of four threads. */
function makeWorld(plant: Plant = () => {}) {
  const shape = { pairs: 2, bufferBytes: 64, buffers: 2, names: 2 }
  const { threads } = makeThreads(shape, 4, PlantedMemory)
  const { td, zone } = threads[3]!
  const receiver = finish(td, bindDatagrams(td, zone, NAME))
  for (const { memory } of threads) plant(memory, receiver.handle.at)
  return { threads: threads as unknown as [Thread, Thread, Thread, Thread], receiver }
}

/** Sends a datagram that is all of one number: its bytes, or why not. */
function sends({ td, zone }: Thread, number: number, run: Run = drive): string {
  try {
    const sent = run(td, sendDatagram(td, zone, NAME, new Uint8Array(BYTES).fill(number)))
    return sent === WOULD_BLOCK ? 'no space' : `${sent}`
  } catch (error) {
    if (error instanceof ConnectionRefused) return 'refused'
    throw error
  }
}

/** All that is there, each whole: their numbers. */
function drained(td: Waiter, receiver: StreamSocket): number[] {
  const numbers: number[] = []
  const to = new Uint8Array(64)
  for (;;) {
    const taken = receiver.tryReceive(td, to)
    if (taken === WOULD_BLOCK) return numbers
    expect([...to.subarray(0, taken)]).toEqual(Array.from({ length: BYTES }, () => to[0]))
    numbers.push(to[0]!)
  }
}

/** Two send at once, and one of them may die: what a living one has sent is there, whole. */
function twoSend(name: string, deaths: number, plant?: Plant, isBuried = true) {
  return explore({ name, races, ...budget, deaths }, (world) => {
    const { threads, receiver } = makeWorld(plant)
    const [one, other, undertaker, { td, zone }] = threads
    const told: string[] = []
    world.thread('one', () => (told[0] = sends(one, 1)))
    world.thread('other', () => (told[1] = sends(other, 2)))
    world.onDeath(({ number }) => {
      if (isBuried) buries(undertaker, number)
    })
    world.after(() => {
      expect(told.filter((result) => result !== `${BYTES}`)).toEqual([])
      expect(sends(threads[3], 3, finish)).toBe(`${BYTES}`)
      const came = drained(td, receiver)
      expect(came.at(-1)).toBe(3)
      expect(new Set(came).size).toBe(came.length)
      const sent = [1, 2].filter((number) => told[number - 1] !== undefined)
      expect(came).toEqual(expect.arrayContaining(sent))
      finish(td, receiver.close(td))
      expect([zone.open(), zone.names.inUse(), zone.buffers.inUse()]).toEqual([0, 0, 0])
    })
  })
}

/** One waits for a datagram as another sends; one that dies is buried, and its undertaker sends. */
function waiting(name: string, deaths: number, plant?: Plant) {
  return explore({ name, races, ...budget, deaths }, (world) => {
    const { threads, receiver } = makeWorld(plant)
    const [sender, waits, undertaker] = threads
    let taken: number | undefined
    let isDead = false
    world.thread('sends', () => sends(sender, 1))
    world.thread('waits', () => {
      const end = waits.zone.end(receiver.handle)
      taken = drive(waits.td, end.receive(waits.td, new Uint8Array(64)))
    })
    world.onDeath(({ number }) => {
      isDead = number === 1
      buries(undertaker, number)
      sends(undertaker, 2)
    })
    world.after(() => {
      expect(isDead ? BYTES : taken).toBe(BYTES)
    })
  })
}

/** The receiver closes while another sends; one of the two may die. Nothing of it is left. */
function closing(name: string, deaths: number, plant?: Plant) {
  return explore({ name, races, ...budget, deaths }, (world) => {
    const { threads, receiver } = makeWorld(plant)
    const [sender, closes, undertaker, { td, zone }] = threads
    let told: string | undefined
    world.thread('sends', () => (told = sends(sender, 1)))
    world.thread('closes', () => {
      const end = closes.zone.end(receiver.handle)
      closes.zone.own(end)
      drive(closes.td, end.close(closes.td))
    })
    world.onDeath(({ number }) => buries(undertaker, number))
    world.after(() => {
      expect([`${BYTES}`, 'refused']).toContain(told ?? 'refused')
      const end = zone.open() === 0 ? undefined : zone.end(receiver.handle)
      if (end !== undefined) finish(td, end.close(td))
      const again = finish(td, bindDatagrams(td, zone, NAME))
      expect(sends(threads[3], 3, finish)).toBe(`${BYTES}`)
      expect(drained(td, again)).toEqual([3])
      finish(td, again.close(td))
      expect([zone.open(), zone.names.inUse(), zone.buffers.inUse()]).toEqual([0, 0, 0])
    })
  })
}

const openLock: Plant = (memory, at) => (memory.open = at + PAIR.offset.lock)

describe('Two that send datagrams to one', () => {
  it('send each its own', () => {
    expectToHold(twoSend('two datagrams', 0))
  })

  it('are caught when the lock lets both in', () => {
    expect(twoSend('two datagrams without a lock', 0, openLock).verdict).toBe('fails')
  })

  it('leave the other alone where one dies after any step', () => {
    expectToHold(twoSend('two datagrams and a death', 1))
  })

  it('are caught when nobody buries the dead', () => {
    expect(twoSend('no burial', 1, undefined, false).verdict).toBe('fails')
  })
})

describe('One that waits for a datagram', () => {
  it('is told of it, also where the sender dies after any step', () => {
    expectToHold(waiting('waiting', 0))
    expectToHold(waiting('waiting and a death', 1))
  })

  it('is caught when its wish is not seen', () => {
    const plant: Plant = (memory, at) => {
      memory.deaf = at + PAIR.size + DIRECTION.size + DIRECTION.offset.wantData
    }
    expect(waiting('a wish that is lost', 0, plant).verdict).toBe('fails')
  })
})

describe('A receiver of datagrams that closes', () => {
  it('leaves nothing, whoever sends and whoever dies', () => {
    expectToHold(closing('close', 0))
    expectToHold(closing('close and a death', 1))
  })

  it('is caught when the lock lets a sender in', () => {
    expect(closing('close without a lock', 0, openLock).verdict).toBe('fails')
  })
})
