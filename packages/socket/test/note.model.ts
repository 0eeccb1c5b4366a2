import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { type Address, Arena, LiveMemory, NIL } from '@smpnet/memory'
import { Lot, NotifyWaker, type Waiter, type Waiting } from '@smpnet/park'
import { expect, it } from 'vitest'
import { drive } from '@smpnet/park/model'
import { Note, notesOf, POLLER } from '../src/note.ts'
import { NOTE } from '../src/pair-layout.ts'
import { Poller, READABLE, SocketZone, type StreamSocket } from '../src/index.ts'
import { smallLot } from './small-lot.ts'
import { races } from './glances.ts'

const FREED = 77

/** Empties a poller's stack, as a poller does. */
function drain(memory: LiveMemory, poller: Address): void {
  const notes = notesOf(memory, poller)
  for (let at = notes.takeAll(); at !== NIL; ) {
    const next = notes.after(at)
    new Note(memory, at).clear()
    at = next
  }
}

/** One thread posts an end's note while the end's owner takes it from the poller and frees it. */
function removal(name: string, noteAt: (memory: LiveMemory, at: Address) => Note) {
  return explore({ name, races }, ({ thread, after }) => {
    const { memory, lot, arena } = smallLot()
    const poller = arena.place('poller', POLLER.size)
    const at = arena.place('note', NOTE.size)
    const note = noteAt(memory, at)
    note.assign(poller)
    const [poster, owner] = [lot.waiter(), lot.waiter()]
    thread('poster', () => drive(poster, note.post(poster)))
    thread('owner', () => {
      drive(
        owner,
        note.withdraw(() => drain(memory, poller)),
      )
      memory.store(at + NOTE.offset.next, FREED)
    })
    after(() => {
      expect(notesOf(memory, poller).isEmpty()).toBe(true)
      expect(memory.load(at + NOTE.offset.next)).toBe(FREED)
      expect(note.isPosted()).toBe(false)
    })
  })
}

it('is not touched any more once it was withdrawn', () => {
  const result = removal('note withdrawal', (memory, at) => new Note(memory, at))
  expect(result).toHold()
  console.log(result.summary)
})

/** Reads who the poller is before it says that it posts. */
class HastyNote extends Note {
  override *post(_td: Waiter): Waiting {
    const poller = this.memory.load(this.at + NOTE.offset.poller)
    if (poller === NIL) return
    if (this.memory.exchange(this.at + NOTE.offset.posted, 1) !== 0) return
    notesOf(this.memory, poller).push(this.at)
    yield* []
  }
}

it('is caught when a poster looks for the poller before it says that it posts', () => {
  expect(removal('hasty note', (memory, at) => new HastyNote(memory, at)).verdict).toBe('fails')
})

/** A poller that sleeps until the note of an end is posted; `looksAgain` is what it has to do. */
function sleep(name: string, posters: number, looksAgain: boolean) {
  return explore({ name, races }, ({ thread, after }) => {
    const { memory, lot, arena } = smallLot()
    const poller = arena.place('poller', POLLER.size)
    const asleep = poller + POLLER.offset.asleep
    const note = new Note(memory, arena.place('note', NOTE.size))
    note.assign(poller)
    const td = lot.waiter()
    let seen = 0
    thread('poller', () => {
      const notes = notesOf(memory, poller)
      while (notes.takeAll() === NIL) {
        memory.store(asleep, 1)
        if (!looksAgain || notes.isEmpty()) drive(td, lot.park(td, asleep, asleep, 1))
        memory.store(asleep, 0)
      }
      note.clear()
      seen++
    })
    for (let i = 0; i < posters; i++) {
      const poster = lot.waiter()
      thread(`poster ${i}`, () => drive(poster, note.post(poster)))
    }
    after(() => expect(seen).toBe(1))
  })
}

it.each([1, 2])('wakes a poller that goes to sleep, by %i posters', (posters) => {
  const result = sleep(`poller and ${posters} posters`, posters, true)
  expect(result).toHold()
  console.log(result.summary)
})

it('is caught when the poller does not look again after it said that it sleeps', () => {
  expect(sleep('hasty poller', 1, false)).toFailWith('deadlock')
})

/** A memory in which whoever would wake the poller finds that it does not sleep. */
class Blind extends LiveMemory {
  asleep: Address = NIL

  override exchange(at: Address, value: number): number {
    const before = super.exchange(at, value)
    return at === this.asleep ? 0 : before
  }
}

/** A thread adds ends to its poller and waits for each of them, while their peers send. */
function polling(name: string, isBlind: boolean, peers: number) {
  return explore({ name, races }, ({ thread, after }) => {
    const memory = new Blind(new SharedArrayBuffer(8192))
    const arena = Arena.create(memory)
    const handle = Lot.place(arena, { threads: 1, waiters: 4, buckets: 1 })
    const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
    const zone = new SocketZone(lot, SocketZone.place(arena, { pairs: 2, bufferBytes: 64 }))
    const poller = Poller.create(arena)
    if (isBlind) memory.asleep = poller.at + POLLER.offset.asleep
    const td = lot.waiter()
    const pairs = Array.from({ length: peers }, () => drive(td, zone.pair()))
    const seen = new Set<StreamSocket>()
    thread('poller', () => {
      for (const [, end] of pairs) drive(td, poller.add(td, end, READABLE))
      while (seen.size < peers) {
        for (const end of drive(td, poller.wait(td))) {
          seen.add(end)
          end.tryReceive(td, new Uint8Array(1))
        }
      }
    })
    for (const [end] of pairs) {
      const peer = lot.waiter()
      thread(`peer ${end.handle.at}`, () => drive(peer, end.send(peer, Uint8Array.of(1))))
    }
    after(() => expect(seen.size).toBe(peers))
  })
}

it('reaches a poller that watches its end from now on, and then waits', () => {
  const result = polling('add and wait', false, 1)
  expect(result).toHold()
  console.log(result.summary)
})

it('is caught when nobody sees that the poller sleeps', () => {
  expect(polling('unseen poller', true, 1)).toFailWith('deadlock')
})
