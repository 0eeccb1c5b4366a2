import { Arena, LiveMemory, Pool, type PoolHandle } from '@smpnet/memory'
import { finish, Lot, type LotHandle, NotifyWaker, type Waiter } from '@smpnet/park'
import { atEveryDeath, type Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import {
  BrokenPipe,
  ConnectionReset,
  type EndHandle,
  Poller,
  READABLE,
  RESET,
  SocketZone,
  type SocketZoneHandle,
  StreamSocket,
} from '../src/index.ts'
import { POLLER } from '../src/note.ts'
import { PAIR, PAIR_BYTES } from '../src/pair-layout.ts'
import { clearPools } from '../src/remains.ts'
import { Parked } from './parked.ts'

const BUFFER_BYTES = 64
const shape = { pairs: 2, bufferBytes: BUFFER_BYTES, buffers: 4 }
const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(7)

/** One memory, with a lot, a zone and a pool of pollers. */
interface World {
  readonly memory: LiveMemory
  readonly lot: LotHandle
  readonly zone: SocketZoneHandle
  readonly pollers: PoolHandle
}

function makeWorld(): World {
  const memory = LiveMemory.create(1 << 14)
  const arena = Arena.create(memory)
  const lot = Lot.place(arena, { threads: 5, waiters: 12, buckets: 2 })
  const zone = SocketZone.place(arena, shape)
  const pollers = Pool.create(arena, { name: 'pollers', items: 2, itemBytes: POLLER.size })
  return { memory, lot, zone, pollers: pollers.handle }
}

/** A thread of a world: what it has of its own. */
function threadOf(world: World, mortality?: Mortality) {
  const memory = new LiveMemory(world.memory.buffer)
  const lot = new Lot(memory, world.lot, new NotifyWaker(memory), Lot.attach(memory, world.lot))
  lot.patience = 4
  const zone = new SocketZone(lot, world.zone)
  const tds = [lot.waiter(), lot.waiter()] as const
  mortality?.of(memory)
  return { memory, lot, zone, tds, td: tds[0], pollers: Pool.open(memory, world.pollers) }
}

type Thread = ReturnType<typeof threadOf>

/** Buries a thread as `ThreadSocket.bury` does, and closes its end if it had one. */
function bury({ lot, zone, td }: Thread, world: World, dead: number, end?: EndHandle): void {
  finish(td, lot.bury(dead))
  finish(td, clearPools(zone, world, dead))
  if (end !== undefined) finish(td, new StreamSocket(zone, end).bury(td, dead))
}

/** What the peer of the thread that dies is about, and how it learns that its peer has ended. */
interface Peer {
  readonly wait: (peer: Thread, end: StreamSocket) => Parked<unknown>[]
  readonly hears: (peer: Thread, end: StreamSocket, waits: Parked<unknown>[]) => void
}

/**
 * Receives till the end, which comes, since the other end was closed by its undertaker. Before it
 * comes the reset, unless the thread closed its end itself, or that was reported already.
 */
function receivesTheEnd(td: Waiter, end: StreamSocket): void {
  for (let taken = 1; taken > 0; ) {
    taken = end.tryReceive(td, new Uint8Array(BUFFER_BYTES))
    if (taken === RESET) taken = finish(td, end.reports()) ? 1 : 0
    if (taken < 0) throw new Error('the peer was to hear of the end')
  }
}

/** A call that waits ends, with bytes or at the end, or since its peer is not there any more. */
function ends(waits: Parked<unknown>): void {
  try {
    waits.isOver()
  } catch (error) {
    if (error instanceof BrokenPipe || error instanceof ConnectionReset) return
    throw error
  }
}

const peers: Record<string, Peer> = {
  'waits to receive': {
    wait: ({ td }, end) => [new Parked(td, end.receive(td, new Uint8Array(BUFFER_BYTES)))],
    hears({ td }, end, [waits]) {
      ends(waits!)
      receivesTheEnd(td, end)
    },
  },
  'waits to send': {
    wait({ td }, end) {
      end.sendSync(td, bytes(BUFFER_BYTES))
      return [new Parked(td, end.send(td, bytes(10)))]
    },
    hears(_peer, _end, [waits]) {
      ends(waits!)
    },
  },
  'waits for both': {
    wait({ tds: [td, other] }, end) {
      end.sendSync(td, bytes(BUFFER_BYTES))
      const room = new Uint8Array(BUFFER_BYTES)
      return [new Parked(td, end.send(td, bytes(10))), new Parked(other, end.receive(other, room))]
    },
    hears({ tds: [, other] }, end, waits) {
      ends(waits[0]!)
      ends(waits[1]!)
      receivesTheEnd(other, end)
    },
  },
  polls: {
    wait({ td, memory, pollers }, end) {
      const poller = Poller.open(memory, finish(td, pollers.alloc()))
      finish(td, poller.add(td, end, READABLE))
      return [
        new Parked(
          td,
          (function* () {
            const ready = yield* poller.wait(td)
            yield* poller.remove(end)
            return ready
          })(),
        ),
      ]
    },
    hears({ td }, end, [waits]) {
      expect(waits!.isOver()).toEqual([end])
      receivesTheEnd(td, end)
    },
  },
}

const lives: Record<string, (dying: Thread, end: StreamSocket) => void> = {
  sends: ({ td }, end) => end.sendSync(td, bytes(10)),
  'receives, as far as there is anything': ({ td }, end) => {
    end.tryReceive(td, new Uint8Array(40))
  },
  'shuts down': ({ td }, end) => end.shutdownSync(td),
  closes: ({ td }, end) => end.closeSync(td),
  'watches its end, and closes it': (dying, end) => {
    const { td, memory, pollers } = dying
    const at = finish(td, pollers.alloc())
    const poller = Poller.open(memory, at)
    finish(td, poller.add(td, end, READABLE))
    finish(td, poller.remove(end))
    finish(td, pollers.free(at))
    end.closeSync(td)
  },
}

function play(mortality: Mortality, peer: Peer, life: (dying: Thread, end: StreamSocket) => void) {
  const world = makeWorld()
  const living = threadOf(world)
  const dying = threadOf(world, mortality)
  const [mine, theirs] = living.zone.pairSync(living.td)
  const end = dying.zone.end(theirs.handle)
  const waits = peer.wait(living, mine)
  mortality.lives(() => life(dying, end))
  return { world, living, mine, waits, dead: dying.lot.cpu, handle: theirs.handle }
}

/** All pairs, buffers and pollers can be had again. */
function expectNothingTaken(world: World): void {
  const { zone, pollers, td } = threadOf(world)
  expect({ pairs: zone.open(), buffers: zone.buffers.inUse(), pollers: pollers.inUse() }).toEqual({
    pairs: 0,
    buffers: 0,
    pollers: 0,
  })
  const pairs = [zone.pairSync(td), zone.pairSync(td)]
  for (const ends of pairs) for (const end of ends) end.sendSync(td, bytes(5))
  for (const ends of pairs) {
    for (const end of ends) expect(end.receiveSync(td, new Uint8Array(9))).toBe(5)
  }
}

function freePollers({ td, pollers }: Thread): void {
  for (const poller of pollers.items()) finish(td, pollers.free(poller))
}

describe.each(Object.entries(lives))('A thread that %s', (_, life) => {
  it.each(Object.entries(peers))(
    'may die after any step, and its peer, which %s, hears',
    (_, peer) => {
      const deaths = atEveryDeath((mortality) => {
        const { world, living, mine, waits, dead, handle } = play(mortality, peer, life)
        bury(threadOf(world), world, dead, handle)
        peer.hears(living, mine, waits)
        mine.closeSync(living.td)
        freePollers(living)
        expectNothingTaken(world)
      })
      expect(deaths).toBeGreaterThan(0)
    },
  )
})

describe('A thread that closes the second end', () => {
  const closing = (mortality: Mortality) => {
    const world = makeWorld()
    const living = threadOf(world)
    const dying = threadOf(world, mortality)
    const [mine, theirs] = living.zone.pairSync(living.td)
    mine.sendSync(living.td, bytes(9))
    const end = dying.zone.end(theirs.handle)
    mine.closeSync(living.td)
    mortality.lives(() => {
      end.receiveSync(dying.td, new Uint8Array(9))
      end.closeSync(dying.td)
    })
    return { world, dead: dying.lot.cpu, handle: theirs.handle }
  }

  it('may die after any step, and the pair is free', () => {
    const deaths = atEveryDeath((mortality) => {
      const { world, dead, handle } = closing(mortality)
      bury(threadOf(world), world, dead, handle)
      expectNothingTaken(world)
    })
    expect(deaths).toBeGreaterThan(8)
  })

  it('is buried by a second undertaker, where the first dies after any step', () => {
    atEveryDeath((mortality) => {
      const { world, dead, handle } = closing(mortality)
      atEveryDeath((undertaking) => {
        const memory = LiveMemory.create(world.memory.size)
        memory.words.set(world.memory.words)
        const copy = { ...world, memory }
        const first = threadOf(copy, undertaking)
        undertaking.lives(() => bury(first, copy, dead, handle))
        const second = threadOf(copy)
        bury(second, copy, first.lot.cpu)
        bury(second, copy, dead, handle)
        expectNothingTaken(copy)
      })
    })
  })
})

/** No word of the free pairs is zero, as if each had been used for everything. */
function leaveUsed({ memory, zone: { pool } }: World): void {
  for (const pair of Pool.open(memory, pool).items()) {
    const { life } = PAIR.offset
    memory.fill(pair + life + 4, 1, PAIR_BYTES - life - 4)
  }
}

describe('A thread that makes a pair', () => {
  it('may die before anyone can have heard of it, and the pair is free', () => {
    const open: number[] = []
    atEveryDeath((mortality) => {
      const world = makeWorld()
      leaveUsed(world)
      const dying = threadOf(world, mortality)
      mortality.lives(() => dying.zone.pairSync(dying.td))
      const living = threadOf(world)
      bury(living, world, dying.lot.cpu)
      open.push(living.zone.open())
    })
    expect(open.length).toBeGreaterThan(40)
    // After its last change the pair is open, and the thread had its handles.
    expect(open.lastIndexOf(0)).toBe(open.length - 3)
  })
})

describe('Without its undertaker', () => {
  it('a thread that dies as it tells its peer leaves the peer asleep, and so is found', () => {
    let asleep = 0
    const peer = peers['waits to receive']!
    atEveryDeath((mortality) => {
      const { waits } = play(mortality, peer, lives['sends']!)
      if (!waits[0]!.isAwake()) asleep++
    })
    expect(asleep).toBeGreaterThan(2)
  })
})
