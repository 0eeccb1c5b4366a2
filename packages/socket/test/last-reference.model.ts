import { explore } from '@smpnet/interleave'
import { LiveMemory, NIL, Pool } from '@smpnet/memory'
import { finish, type Waiter, type Waiting } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { budget, expectToHold, timely, whole } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import { Poller, READABLE, StreamSocket } from '../src/index.ts'
import { END } from '../src/life-table.ts'
import { notesOf } from '../src/note.ts'
import { DIRECTION, directionOffset, NOTE, noteOffset } from '../src/pair-layout.ts'
import { races } from './glances.ts'
import { buries, makeThreads } from './mortal-world.ts'

/** Says that it is closed, so that the pair may be freed, before it has told its peer. */
class HastySocket extends StreamSocket {
  override *close(td: Waiter): Waiting {
    yield* this.life.step('close')
    const actions = yield* this.life.step('closed')
    yield* this.sending.wantData.tell(td)
    if ((actions & END.action.free) !== 0) {
      yield* this.home.free(this.handle.at, this.handle.generation)
    }
  }
}

const MARK = 0x55
/** Words of a pair that those who use it write as they tell each other. */
const WRITTEN = ([0, 1] as const).flatMap((side) => [
  ...[DIRECTION.offset.wantData, DIRECTION.offset.wantSpace].map(
    (at) => directionOffset(side) + at,
  ),
  ...[NOTE.offset.posted, NOTE.offset.next].map((at) => noteOffset(side) + at),
])

/**
 * One thread takes an end from its poller, closes it, and marks the pair if it is given it again;
 * the other sends on the other end, so that the note of the first is posted, and closes it.
 */
function lastOne(name: string, deaths: number, Socket = StreamSocket) {
  const limits = Socket !== StreamSocket ? whole : deaths > 0 ? budget : timely
  return explore({ name, races, ...limits, deaths }, (model) => {
    const shape = { pairs: 1, bufferBytes: 64, buffers: 2, names: 1 }
    const { arena, threads } = makeThreads(shape, 4, LiveMemory)
    const [watcher, peer, undertaker, living] = threads as [Thread, Thread, Thread, Thread]
    const { memory } = living
    const at = Poller.create(arena).at
    const [a, b] = living.zone.pairSync(living.td)
    const here = watcher.zone.end(b.handle)
    const there = new Socket(peer.zone, a.handle)
    watcher.zone.own(here)
    peer.zone.own(there)
    const poller = Poller.open(watcher.memory, at)
    finish(watcher.td, poller.add(watcher.td, here, READABLE))
    finish(watcher.td, poller.wait(watcher.td, false))
    let next = NIL
    model.thread('watches', () => {
      const { td, zone } = watcher
      drive(td, poller.remove(here))
      drive(td, here.close(td))
      next = drive(td, Pool.open(watcher.memory, zone.handle.pool).alloc())
      if (next !== NIL) for (const word of WRITTEN) watcher.memory.store(next + word, MARK)
    })
    model.thread('sends', () => {
      const { td } = peer
      there.trySend(td, Uint8Array.of(1))
      drive(td, there.close(td))
    })
    const dead = new Set<number>()
    model.onDeath(({ number }) => {
      dead.add(number)
      buries(undertaker, number)
    })
    model.after(() => {
      const isMarked = next !== NIL && !dead.has(0)
      const marks = WRITTEN.filter((word) => memory.load(a.handle.at + word) === MARK)
      expect(marks.length).toBe(isMarked ? WRITTEN.length : marks.length)
      expect(notesOf(memory, at).isEmpty()).toBe(true)
      expect(living.zone.open()).toBe(isMarked ? 1 : 0)
      expect(living.zone.buffers.inUse()).toBe(0)
    })
  })
}

type Thread = ReturnType<typeof makeThreads>['threads'][number]

it('The last that closes a pair finds that nobody tells anybody in it any more', () => {
  expectToHold(lastOne('last reference', 0))
})

it('So it is where one of the two dies after any step', () => {
  expectToHold(lastOne('last reference, with a death', 1))
})

it('It is caught when one says that it is closed before it has told the other', () => {
  expect(lastOne('hasty', 0, HastySocket).verdict).toBe('fails')
})
