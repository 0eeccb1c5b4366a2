import { Arena, LiveMemory } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, type Waiter, type Waiting } from '@smpnet/park'
import { Mutex, Sx } from '@smpnet/sync'
import { atEveryDeath, type Mortality } from '@smpnet/testing/models'
import { afterEach, describe, expect, it } from 'vitest'
import { ERRNO, errnoOf, failed, SocketMisuse, WOULD_BLOCK } from '../../src/index.ts'
import { ConnectionQueue } from '../../src/locked/connection-queue.ts'
import {
  type LockedSocket,
  LockedSockets,
  type LockType,
  schemeTable,
} from '../../src/locked/index.ts'
import { Parked } from '../parked.ts'

const BYTES = 4
const BLOCKS = 10

function makeWorld(locking: string) {
  const memory = LiveMemory.create(1 << 15)
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { threads: 6, waiters: 16, buckets: 2 })
  const handle = LockedSockets.place(arena, { sockets: BLOCKS, receiveBytes: BYTES })
  return { locking, memory, lots, handle }
}

type World = ReturnType<typeof makeWorld>

/** A thread of a world: what it has of its own. */
function threadOf(world: World, mortality?: Mortality) {
  const memory = new LiveMemory(world.memory.buffer)
  const lot = new Lot(memory, world.lots, new NotifyWaker(memory), Lot.attach(memory, world.lots))
  lot.patience = 4
  const lock = (at: number, { isSleepable }: LockType) => {
    return isSleepable ? new Sx(memory, at).exclusive : new Mutex(memory, at)
  }
  const sockets = new LockedSockets(lot, world.handle, { locking: world.locking, lock })
  const tds = [lot.waiter(), lot.waiter(), lot.waiter()] as const
  mortality?.of(memory)
  const own = (call: (td: Waiter) => Waiting<unknown>) => finish(tds[0], call(tds[0]))
  return { lot, sockets, tds, td: tds[0], own }
}

type Thread = ReturnType<typeof threadOf>

function bury({ lot, sockets, td }: Thread, dead: number): void {
  finish(td, lot.bury(dead))
  finish(td, sockets.bury(td, dead))
}

function listens({ td, sockets }: Thread, backlog = 2): LockedSocket {
  const listener = finish(td, sockets.create(td))
  finish(td, listener.listen(td, backlog))
  return listener
}

function connects({ td, sockets }: Thread, listener: LockedSocket): LockedSocket {
  const client = finish(td, sockets.create(td))
  expect(finish(td, client.connect(td, listener.handle))).toBe(0)
  return client
}

const accepts = ({ td }: Thread, listener: LockedSocket): LockedSocket | undefined =>
  finish(td, listener.accept(td, false))

/** What an end receives that is not closed: bytes, and then `end`, `reset` or `nothing`. */
function heardAt({ td }: Thread, socket: LockedSocket): string {
  const came: number[] = []
  for (;;) {
    const to = new Uint8Array(9)
    const got = finish(td, socket.receive(td, to, 0, 9, false))
    if (got > 0) came.push(...to.subarray(0, got))
    else return [...came, AFTER.get(got) ?? errnoOf(got)].join(' ')
  }
}
const AFTER = new Map<number, string>([
  [0, 'end'],
  [WOULD_BLOCK, 'nothing'],
  [failed(ERRNO.ECONNRESET), 'reset'],
])

/** All of a world can be used: as many sockets as there are, and they carry bytes. */
function expectAllFree(world: World): void {
  const thread = threadOf(world)
  const { td, sockets } = thread
  expect(sockets.inUse()).toBe(0)
  const [listener, ...others] = Array.from({ length: BLOCKS - 3 }, () =>
    finish(td, sockets.create(td)),
  )
  finish(td, listener!.listen(td, 2))
  const client = connects(thread, listener!)
  const server = accepts(thread, listener!)!
  expect(finish(td, client.send(td, Uint8Array.of(1, 2, 3, 4)))).toBe(4)
  expect(finish(td, server.receive(td, new Uint8Array(9)))).toBe(4)
  for (const socket of [listener!, client, server, ...others]) finish(td, socket.close(td))
  expect(sockets.inUse()).toBe(0)
}

/** Closes what is open of these. */
function closeAll({ td }: Thread, ...sockets: (LockedSocket | undefined)[]): void {
  for (const socket of sockets) {
    if (socket !== undefined && socket.state() !== 'FREED') finish(td, socket.close(td))
  }
}

/** What a call of one that sleeps comes to, or how it is refused. */
function outcomeOf(sleeping: Parked<unknown>): unknown {
  try {
    return sleeping.isOver()
  } catch (error) {
    if (error instanceof SocketMisuse) return 'refused'
    throw error
  }
}

/** A world in which a thread that lives has both ends of a connection to its listener. */
function joined(locking: string) {
  const world = makeWorld(locking)
  const living = threadOf(world)
  const listener = listens(living)
  const peer = connects(living, listener)
  return { world, living, listener, peer, end: accepts(living, listener)! }
}

/** A thread that dies with an end of its own, whose peer lives: `life` is told both. */
function atEveryDeathOfAnEnd(
  locking: string,
  life: (dying: Thread, end: LockedSocket) => void,
  judge: (living: Thread, peer: LockedSocket) => void,
): number {
  return atEveryDeath((mortality) => {
    const { world, living, listener, peer, end: ready } = joined(locking)
    const dying = threadOf(world, mortality)
    const end = dying.sockets.open(ready.handle)
    mortality.lives(() => {
      dying.own((td) => end.takeOver(td))
      life(dying, end)
    })
    // Before that it was the other's, which goes on with it.
    bury(threadOf(world), dying.lot.cpu)
    closeAll(living, listener)
    judge(living, peer)
    closeAll(living, peer, ready)
    expectAllFree(world)
  })
}

interface Met {
  readonly living: Thread
  readonly td: Waiter
  readonly end: LockedSocket
  readonly peer: LockedSocket
}

/** A thread that dies in a call on an end of another, which lives; a peer's call may sleep. */
function atEveryDeathInACall(
  locking: string,
  call: (td: Waiter, end: LockedSocket) => Waiting<unknown>,
  {
    sleeps,
    judge,
  }: {
    sleeps?: (living: Thread, peer: LockedSocket) => Parked<unknown>
    judge: (met: Met, sleeping: Parked<unknown> | undefined) => void
  },
): number {
  return atEveryDeath((mortality) => {
    const { world, living, listener, peer, end } = joined(locking)
    if (sleeps === undefined) finish(living.td, peer.send(living.td, Uint8Array.of(1)))
    const sleeping = sleeps?.(living, peer)
    const dying = threadOf(world, mortality)
    mortality.lives(() => dying.own((td) => call(td, dying.sockets.open(end.handle))))
    bury(threadOf(world), dying.lot.cpu)
    judge({ living, td: living.td, end, peer }, sleeping)
    closeAll(living, listener, peer, end)
    expectAllFree(world)
  })
}

/** A thread dies that accepts one of two connections: the states of those that connected. */
function statesAfterAccepting(locking: string): string[] {
  const found = new Set<string>()
  atEveryDeath((mortality) => {
    const world = makeWorld(locking)
    const living = threadOf(world)
    const listener = listens(living)
    const clients = [connects(living, listener), connects(living, listener)]
    const dying = threadOf(world, mortality)
    mortality.lives(() => accepts(dying, dying.sockets.open(listener.handle)))
    bury(threadOf(world), dying.lot.cpu)
    const servers = [1, 2].map(() => accepts(living, listener))
    const states = clients.map((one) => one.state())
    found.add(states.join())
    const count = servers.filter((one) => one !== undefined).length
    expect(count).toBe(states.filter((state) => state === 'CONNECTED').length)
    // The queue has room for as many as before.
    const later = [connects(living, listener), connects(living, listener)]
    const accepted = later.map(() => accepts(living, listener)!)
    expect(accepted.map((one) => one.state())).toEqual(['CONNECTED', 'CONNECTED'])
    closeAll(living, listener, ...clients, ...servers, ...later, ...accepted)
    expectAllFree(world)
  })
  return [...found].sort()
}

describe.each(schemeTable)('With the locks of $name, a thread', ({ name }) => {
  it('that sends may die after any step: its peer hears of a reset', () => {
    const heard = new Set<string>()
    const deaths = atEveryDeathOfAnEnd(
      name,
      ({ td }, end) => {
        for (const value of [1, 2]) finish(td, end.send(td, Uint8Array.of(value)))
      },
      (living, peer) => heard.add(heardAt(living, peer)),
    )
    expect(deaths).toBeGreaterThan(6)
    // Nothing is heard of one that died before the end was its own.
    heard.delete('nothing')
    expect([...heard]).toEqual(['reset'])
  })

  it.each(['close', 'abort'] as const)(
    'that has called %s may die after any step: its peer hears of it',
    (call) => {
      const heard = new Set<string>()
      atEveryDeathOfAnEnd(
        name,
        ({ td, own }, end) => {
          finish(td, end.send(td, Uint8Array.of(1)))
          own((caller) => end[call](caller))
        },
        (living, peer) => heard.add(heardAt(living, peer)),
      )
      heard.delete('nothing')
      expect([...heard].sort()).toEqual(call === 'close' ? ['1 end', 'reset'] : ['reset'])
    },
  )

  it('that sends on an end of another may die after any step: no space is lost', () => {
    const deaths = atEveryDeathInACall(name, (td, end) => end.send(td, Uint8Array.of(8)), {
      judge({ td, living, end, peer }) {
        heardAt(living, peer)
        expect(finish(td, end.send(td, new Uint8Array(9), 0, 9, false))).toBe(BYTES)
        expect(heardAt(living, peer)).toBe('0 0 0 0 nothing')
      },
    })
    expect(deaths).toBeGreaterThan(3)
  })

  it('that receives on an end of another may die after any step: senders have the space', () => {
    const deaths = atEveryDeathInACall(name, (td, end) => end.receive(td, new Uint8Array(2)), {
      sleeps: ({ tds: [, td] }, peer) => {
        finish(td, peer.send(td, new Uint8Array(BYTES)))
        return new Parked(td, peer.send(td, Uint8Array.of(7)))
      },
      judge({ td, living, end, peer }, sleeping) {
        const [, first] = [heardAt(living, end), sleeping!.isOver()]
        const rest = heardAt(living, end)
        expect([first, rest]).toEqual([1, expect.stringMatching(/^(7 )?nothing$/)])
        expect(finish(td, peer.send(td, new Uint8Array(9), 0, 9, false))).toBe(BYTES)
      },
    })
    expect(deaths).toBeGreaterThan(3)
  })

  it('that shuts an end of another down may die after any step: sleepers hear of it', () => {
    const states = new Set<string>()
    atEveryDeathInACall(name, (td, end) => end.shutdown(td), {
      sleeps: ({ tds: [, td] }, peer) => new Parked(td, peer.receive(td, new Uint8Array(1))),
      judge({ td, end }, sleeping) {
        states.add(end.state())
        if (end.state() === 'CONNECTED') finish(td, end.shutdown(td))
        expect(sleeping!.isOver()).toBe(0)
      },
    })
    atEveryDeathInACall(name, (td, end) => end.shutdownReceive(td), {
      sleeps: ({ tds: [, td] }, peer) => {
        finish(td, peer.send(td, new Uint8Array(BYTES)))
        return new Parked(td, peer.send(td, Uint8Array.of(7)))
      },
      judge({ td, end }, sleeping) {
        states.add(end.state())
        if (end.state() === 'CONNECTED') finish(td, end.shutdownReceive(td))
        expect(errnoOf(sleeping!.isOver() as number)).toBe(ERRNO.EPIPE)
      },
    })
    states.delete('CONNECTED')
    expect([...states].sort()).toEqual(['RECEIVE_SHUT', 'SEND_SHUT'])
  })

  it('that sets a mark of another may die after any step: marks and space agree', () => {
    const found = new Set<number>()
    const deaths = atEveryDeathInACall(name, (td, end) => end.setsockopt(td, 'SO_RCVBUF', 1), {
      sleeps: ({ tds: [, td] }, peer) => {
        finish(td, peer.send(td, new Uint8Array(BYTES)))
        return new Parked(td, peer.send(td, Uint8Array.of(7)))
      },
      judge({ td, living, end, peer }, sleeping) {
        const most = finish(td, end.getsockopt(td, 'SO_RCVBUF'))
        found.add(most)
        heardAt(living, end)
        expect(sleeping!.isOver()).toBe(1)
        heardAt(living, end)
        expect(finish(td, peer.send(td, new Uint8Array(9), 0, 9, false))).toBe(most)
      },
    })
    expect(deaths).toBeGreaterThan(3)
    expect([...found].sort()).toEqual([1, BYTES])
  })

  it('that lingers may die after any step: its peer has all, and then the end or a reset', () => {
    const heard = new Set<string>()
    const deaths = atEveryDeathOfAnEnd(
      name,
      ({ td, own }, end) => {
        own(() => end.setsockopt(td, 'SO_LINGER', { onoff: true, seconds: 9 }))
        finish(td, end.send(td, Uint8Array.of(1)))
        const closing = new Parked(td, end.close(td))
        expect(closing.isAwake()).toBe(false)
      },
      (living, peer) => heard.add(heardAt(living, peer)),
    )
    expect(deaths).toBeGreaterThan(8)
    heard.delete('nothing')
    expect([...heard].sort()).toEqual(['1 end', 'reset'])
  })

  it('that binds and listens may die after any step: its name is free', () => {
    const found = new Set<string>()
    const deaths = atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const [other, next] = [0, 0].map(() => finish(living.td, living.sockets.create(living.td)))
      finish(living.td, other!.bind(living.td, 'other'))
      const dying = threadOf(world, mortality)
      mortality.lives(() => {
        const socket = finish(dying.td, dying.sockets.create(dying.td))
        finish(dying.td, socket.bind(dying.td, 'x'))
        finish(dying.td, socket.listen(dying.td, 1))
        finish(dying.td, socket.close(dying.td))
      })
      const names = () => living.sockets.names.inUse()
      found.add(`${names()}`)
      bury(threadOf(world), dying.lot.cpu)
      expect([names(), errnoOf(finish(living.td, next!.bind(living.td, 'x')))]).toEqual([1, 0])
      expect(finish(living.td, other!.getsockname(living.td))).toBe('other')
      closeAll(living, other, next)
      expect(names()).toBe(0)
      expectAllFree(world)
    })
    expect(deaths).toBeGreaterThan(8)
    expect([...found].sort()).toEqual(['1', '2'])
  })

  it('that binds the socket of another may die after any step: the next has its lock', () => {
    const found = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const [socket, next] = [0, 0].map(() => finish(living.td, living.sockets.create(living.td)))
      const dying = threadOf(world, mortality)
      mortality.lives(() => dying.own((td) => dying.sockets.open(socket!.handle).bind(td, 'x')))
      bury(threadOf(world), dying.lot.cpu)
      const isFree = errnoOf(finish(living.td, next!.bind(living.td, 'x'))) === 0
      found.add(`${socket!.state()} ${isFree}`)
      closeAll(living, socket)
      const again = isFree ? 0 : finish(living.td, next!.bind(living.td, 'x'))
      expect(again).toBe(0)
      closeAll(living, next)
      expectAllFree(world)
    })
    expect([...found].sort()).toEqual(['BOUND false', 'CREATED true'])
  })

  it('that connects may die after any step: it is accepted and reset, or was never there', () => {
    const found = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const listener = listens(living, 3)
      const first = connects(living, listener)
      const dying = threadOf(world, mortality)
      mortality.lives(() => connects(dying, dying.sockets.open(listener.handle)))
      bury(threadOf(world), dying.lot.cpu)
      const last = connects(living, listener)
      const servers = [1, 2, 3].map(() => accepts(living, listener))
      const states = servers.map((one) => one?.state() ?? 'nobody')
      found.add(states.join())
      closeAll(living, listener, first, last, ...servers)
      expectAllFree(world)
    })
    const ways = ['CONNECTED,CONNECTED,nobody', 'CONNECTED,RESET,CONNECTED']
    expect([...found].sort()).toEqual(ways)
  })

  it('that accepts may die after any step: only what it accepted is reset', () => {
    expect(statesAfterAccepting(name)).toEqual(['CONNECTED,CONNECTED', 'RESET,CONNECTED'])
  })

  it('that listens may die after any step: its queue is reset, and its acceptors are told', () => {
    const found = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const clients: LockedSocket[] = []
      let waits: Parked<unknown> | undefined
      const dying = threadOf(world, mortality)
      mortality.lives(() => {
        const listener = listens(dying)
        const [, td] = living.tds
        waits = new Parked(td, living.sockets.open(listener.handle).accept(td))
        clients.push(connects(living, listener))
        expect((outcomeOf(waits) as LockedSocket).state()).toBe('CONNECTED')
        const [client] = clients.splice(0)
        closeAll(living, client)
        waits = new Parked(td, living.sockets.open(listener.handle).accept(td))
        clients.push(connects(living, listener), connects(living, listener))
        finish(dying.td, listener.close(dying.td))
      })
      bury(threadOf(world), dying.lot.cpu)
      if (clients.length === 2) {
        const accepted = outcomeOf(waits!)
        found.add(`${clients.map((one) => one.state()).join()} ${accepted}`)
      }
    })
    expect([...found].sort()).toEqual(['RESET,RESET refused'])
  })
})

describe('An undertaker', () => {
  it.each(schemeTable)('may die after any step, and the next goes on: $name', ({ name }) => {
    const world = makeWorld(name)
    const living = threadOf(world)
    const dying = threadOf(world)
    const listener = listens(dying)
    const first = connects(living, listener)
    const served = accepts(dying, listener)!
    const queued = connects(living, listener)
    const [, td] = living.tds
    expect(new Parked(td, first.receive(td, new Uint8Array(1))).isAwake()).toBe(false)
    const deaths = atEveryDeath((undertaking) => {
      const memory = LiveMemory.create(world.memory.size)
      memory.words.set(world.memory.words)
      const copy = { ...world, memory }
      const undertaker = threadOf(copy, undertaking)
      undertaking.lives(() => bury(undertaker, dying.lot.cpu))
      const next = threadOf(copy)
      bury(next, undertaker.lot.cpu)
      bury(next, dying.lot.cpu)
      const ends = [first, queued].map(({ handle }) => next.sockets.open(handle))
      expect(ends.map((one) => one.state())).toEqual(['RESET', 'RESET'])
      expect(next.sockets.open(served.handle).state()).toBe('FREED')
      closeAll(next, ...ends)
      expectAllFree(copy)
    })
    expect(deaths).toBeGreaterThan(40)
  })
})

describe.each(schemeTable)('With the locks of $name, it is found out', ({ name }) => {
  const { mend } = ConnectionQueue.prototype
  afterEach(() => Object.assign(ConnectionQueue.prototype, { mend }))

  it('when a queue in whose lock a thread died is not mended', () => {
    Object.assign(ConnectionQueue.prototype, { mend() {} })
    expect(() => statesAfterAccepting(name)).toThrow('after its change')
  })
})

describe('Nobody is buried', () => {
  it('whose number is none, and in blocks from the caches of CPUs', () => {
    const { sockets, td } = threadOf(makeWorld('direction'))
    expect(() => finish(td, sockets.bury(td, -1))).toThrow('by its number in the lot, from 0: -1')
    const memory = LiveMemory.create(1 << 18)
    const handle = LockedSockets.place(Arena.create(memory), { sockets: 2, blocks: 'zone' })
    const options = { locking: 'direction', lock: (at: number) => new Mutex(memory, at) }
    const cached = new LockedSockets({ memory }, handle, options)
    expect(() => finish(td, cached.bury(td, 0))).toThrow('these come from a zone')
  })

  it('by nobody: what the dead had is lost', () => {
    let lost = 0
    atEveryDeath((mortality) => {
      const world = makeWorld('direction')
      const dying = threadOf(world, mortality)
      mortality.lives(() => closeAll(dying, listens(dying)))
      if (mortality.isDead && threadOf(world).sockets.inUse() > 0) lost++
    })
    expect(lost).toBeGreaterThan(5)
  })
})
