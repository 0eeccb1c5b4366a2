import { Arena, LiveMemory } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, type Waiter, type Waiting } from '@smpnet/park'
import { Mutex, Sx } from '@smpnet/sync'
import { atEveryDeath, type Mortality } from '@smpnet/testing/models'
import { expect } from 'vitest'
import { ERRNO, errnoOf, failed, SocketMisuse, WOULD_BLOCK } from '../../src/index.ts'
import {
  type KindName,
  type LockedSocket,
  LockedSockets,
  type LockType,
} from '../../src/locked/index.ts'
import type { Parked } from '../parked.ts'

export const BYTES = 4
export const BLOCKS = 10

export function makeWorld(locking: string, receiveBytes = BYTES) {
  const memory = LiveMemory.create(1 << 15)
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { threads: 6, waiters: 16, buckets: 2 })
  const handle = LockedSockets.place(arena, { sockets: BLOCKS, receiveBytes })
  return { locking, memory, lots, handle }
}

export type World = ReturnType<typeof makeWorld>

/** A thread of a world: what it has of its own. */
export function threadOf(world: World, mortality?: Mortality) {
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

export type Thread = ReturnType<typeof threadOf>

export function bury({ lot, sockets, td }: Thread, dead: number): void {
  finish(td, lot.bury(dead))
  finish(td, sockets.bury(td, dead))
}

export function listens({ td, sockets }: Thread, backlog = 2, kind?: KindName): LockedSocket {
  const listener = finish(td, sockets.create(td, kind))
  finish(td, listener.listen(td, backlog))
  return listener
}

export function connects(
  { td, sockets }: Thread,
  listener: LockedSocket,
  kind?: KindName,
): LockedSocket {
  const client = finish(td, sockets.create(td, kind))
  expect(finish(td, client.connect(td, listener.handle))).toBe(0)
  return client
}

export const accepts = ({ td }: Thread, listener: LockedSocket): LockedSocket | undefined =>
  finish(td, listener.accept(td, false))

/** What an end receives that is not closed: bytes, and then `end`, `reset` or `nothing`. */
export function heardAt({ td }: Thread, socket: LockedSocket): string {
  const came: number[] = []
  for (;;) {
    const to = new Uint8Array(9)
    const got = finish(td, socket.receive(td, to, 0, 9, false))
    if (got > 0) came.push(...to.subarray(0, got))
    else return [...came, AFTER.get(got) ?? errnoOf(got)].join(' ')
  }
}
export const AFTER = new Map<number, string>([
  [0, 'end'],
  [WOULD_BLOCK, 'nothing'],
  [failed(ERRNO.ECONNRESET), 'reset'],
])

/** All of a world can be used: as many sockets as there are, and they carry bytes. */
export function expectAllFree(world: World): void {
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
export function closeAll({ td }: Thread, ...sockets: (LockedSocket | undefined)[]): void {
  for (const socket of sockets) {
    if (socket !== undefined && socket.state() !== 'FREED') finish(td, socket.close(td))
  }
}

/** What a call of one that sleeps comes to, or how it is refused. */
export function outcomeOf(sleeping: Parked<unknown>): unknown {
  try {
    return sleeping.isOver()
  } catch (error) {
    if (error instanceof SocketMisuse) return 'refused'
    throw error
  }
}

/** A world in which a thread that lives has both ends of a connection to its listener. */
export function joined(locking: string) {
  const world = makeWorld(locking)
  const living = threadOf(world)
  const listener = listens(living)
  const peer = connects(living, listener)
  return { world, living, listener, peer, end: accepts(living, listener)! }
}

/** A thread that dies with an end of its own, whose peer lives: `life` is told both. */
export function atEveryDeathOfAnEnd(
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

export interface Met {
  readonly living: Thread
  readonly td: Waiter
  readonly end: LockedSocket
  readonly peer: LockedSocket
}

/** A thread that dies in a call on an end of another, which lives; a peer's call may sleep. */
export function atEveryDeathInACall(
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

/**
 * The first that buries a thread dies, after each of its changes, in a copy of their world; the
 * next one buries both, and is told to judge what it finds.
 */
export function atEveryDeathOfAnUndertaker(
  world: World,
  dead: Thread,
  judge: (next: Thread) => void,
): number {
  return atEveryDeath((undertaking) => {
    const memory = LiveMemory.create(world.memory.size)
    memory.words.set(world.memory.words)
    const copy = { ...world, memory }
    const undertaker = threadOf(copy, undertaking)
    undertaking.lives(() => bury(undertaker, dead.lot.cpu))
    const next = threadOf(copy)
    bury(next, undertaker.lot.cpu)
    bury(next, dead.lot.cpu)
    judge(next)
    expectAllFree(copy)
  })
}
