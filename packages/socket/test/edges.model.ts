import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { type Address, LiveMemory, NIL } from '@smpnet/memory'
import { finish, type Waiter } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { budget, expectToHold } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import {
  EDGE,
  Poller,
  READABLE,
  RESET,
  type StreamSocket,
  WOULD_BLOCK,
  WRITABLE,
} from '../src/index.ts'
import { POLLER } from '../src/note.ts'
import { NOTE } from '../src/pair-layout.ts'
import { races } from './glances.ts'
import { makeThreads, type Thread } from './mortal-world.ts'

/** A memory in which a note is taken as no longer posted only when its poller looks for others. */
class LateMemory extends LiveMemory {
  posted: Address = NIL
  notes: Address = NIL
  #isLate = false

  override store(at: Address, value: number): void {
    if (at === this.posted && value === 0) this.#isLate = true
    else super.store(at, value)
  }

  override exchange(at: Address, value: number): number {
    if (this.#isLate && at === this.notes) super.store(this.posted, 0)
    if (at === this.notes) this.#isLate = false
    return super.exchange(at, value)
  }
}

type Late = Thread<LateMemory>

/** One pair, a poller for its end 1, and what each of three threads has of its own. */
function makeWorld() {
  const shape = { pairs: 1, bufferBytes: 64, buffers: 2, names: 1 }
  const made = makeThreads(shape, 3, LateMemory)
  const threads = made.threads as [Late, Late, Late]
  const place = Poller.create(made.arena).at
  const [{ td, zone }, { memory, zone: theirs }] = threads
  const [here, there] = zone.pairSync(td)
  return { threads, here, there: theirs.end(there.handle), poller: Poller.open(memory, place) }
}

/** Receives all that is there: how many bytes, and whether they end. */
function drain(td: Waiter, end: StreamSocket): { taken: number; isOver: boolean } {
  const byte = new Uint8Array(1)
  for (let taken = 0; ; taken++) {
    const result = end.tryReceive(td, byte)
    if (result === 0 || result === RESET) return { taken, isOver: true }
    if (result === WOULD_BLOCK) return { taken, isOver: false }
  }
}

/**
 * A byte was sent, and its note posted. A thread polls by edge and drains what it is given, while
 * the other sends one more.
 */
function reading(name: string, isLate = false) {
  return explore({ name, races }, ({ thread, after }) => {
    const { threads, here, there, poller } = makeWorld()
    const [{ td: peer }, { td, memory }] = threads
    finish(td, poller.add(td, there, READABLE | EDGE))
    finish(td, poller.wait(td, false))
    if (isLate) {
      memory.posted = there.note.at + NOTE.offset.posted
      memory.notes = poller.at + POLLER.offset.notes
    }
    here.trySend(peer, Uint8Array.of(0))
    let got = 0
    thread('polls', () => {
      while (got < 2) {
        for (const end of drive(td, poller.wait(td))) got += drain(td, end).taken
      }
    })
    thread('sends', () => drive(peer, here.send(peer, Uint8Array.of(1))))
    after(() => expect(got).toBe(2))
  })
}

/** The same for space: the buffer is full, and the peer makes room in two steps. */
function writing(name: string) {
  return explore({ name, races, ...budget }, ({ thread, after }) => {
    const { threads, here, there, poller } = makeWorld()
    const [{ td: peer }, { td }] = threads
    there.trySend(td, new Uint8Array(64))
    finish(td, poller.add(td, there, WRITABLE | EDGE))
    finish(td, poller.wait(td, false))
    let sent = 0
    thread('polls', () => {
      while (sent < 64) {
        for (const end of drive(td, poller.wait(td))) {
          while (end.trySend(td, new Uint8Array(32)) !== WOULD_BLOCK) sent += 32
        }
      }
    })
    thread('receives', () => {
      for (let i = 0; i < 2; i++) drive(peer, here.receive(peer, new Uint8Array(32)))
    })
    after(() => expect(sent).toBe(64))
  })
}

/** The peer sends and closes; one of the two dies after any step. A living poller hears of it. */
function oneDies(name: string, isBuried = true) {
  return explore({ name, races, ...budget, deaths: 1 }, (world) => {
    const { threads, here, there, poller } = makeWorld()
    const [{ td: peer }, { td }, undertaker] = threads
    finish(td, poller.add(td, there, READABLE | EDGE))
    finish(td, poller.wait(td, false))
    let isOver = false
    world.thread('sends', () => {
      drive(peer, here.send(peer, Uint8Array.of(1)))
      drive(peer, here.close(peer))
    })
    world.thread('polls', () => {
      while (!isOver) {
        for (const end of drive(td, poller.wait(td))) isOver = drain(td, end).isOver
      }
    })
    world.onDeath(({ number }) => {
      isOver ||= number === 1
      if (!isBuried) return
      const { lot, zone } = undertaker
      drive(undertaker.td, lot.bury(number))
      drive(undertaker.td, zone.bury(number))
      const end = zone.end((number === 0 ? here : there).handle)
      drive(undertaker.td, end.bury(undertaker.td, number))
    })
    world.after(() => expect(isOver).toBe(true))
  })
}

describe('A poller by edge', () => {
  it('misses no byte that comes while its owner drains an end, or goes to sleep', () => {
    const result = reading('edges of bytes')
    expect(result).toHold()
    console.log(result.summary)
  })

  it('is caught when a note is cleared after its end was drained', () => {
    expect(reading('late clear', true)).toFailWith('deadlock')
  })

  it('misses no space', () => {
    expectToHold(writing('edges of space'))
  })

  it('hears of the end, where the peer dies after any step', () => {
    expectToHold(oneDies('edges and a death'))
  })

  it('is caught when nobody buries the peer', () => {
    expect(oneDies('edges and no burial', false).verdict).toBe('fails')
  })
})
