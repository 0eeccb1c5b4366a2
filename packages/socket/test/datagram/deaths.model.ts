import { explore, randomWalk } from '@smpnet/interleave'
import { Arena, LiveMemory, NIL } from '@smpnet/memory'
import { Mbufs } from '@smpnet/mbuf'
import { finish, Lot, NotifyWaker, type Waiter } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { Mutex } from '@smpnet/sync'
import { budget, expectToHold, thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { DatagramSockets, DELIVERED_TO_WAITER, type LockSchemeName } from '../../src/index.ts'
import { LoopProtocol } from '../fixtures/loop-protocol.mjs'
import { races } from '../glances.ts'
import { SCHEMES } from './make-sockets.ts'
import { packetOf } from './model-world.ts'

/** Planted faults: nobody buries the dead; or only in the lot, so that no receiver is told. */
type Fault = 'none' | 'no burial' | 'lot alone'

interface Thread {
  readonly lot: Lot
  readonly td: Waiter
  readonly mbufs: Mbufs
  readonly sockets: DatagramSockets
}

/** Sockets in a memory, as each of four threads has them. */
function makeWorld(locking: LockSchemeName) {
  const { buffer } = LiveMemory.create(1 << 15)
  const arena = Arena.create(new LiveMemory(buffer))
  const lots = Lot.place(arena, { threads: 4, waiters: 4, buckets: 1 })
  const placed = DatagramSockets.place(arena, { sockets: 2 })
  const buffers = Mbufs.create(arena, { name: 'model', cpus: 4, mbufs: 8 }).handle
  const table = LoopProtocol.place(arena, 2)
  const threads = [0, 1, 2].map(() => {
    const memory = new LiveMemory(buffer)
    const lot = new Lot(memory, lots, new NotifyWaker(memory), Lot.attach(memory, lots))
    lot.patience = 2
    const mbufs = new Mbufs(memory, buffers)
    const lock = (at: number): Mutex => new Mutex(memory, at)
    const sockets = new DatagramSockets(lot, placed, mbufs, { locking, lock })
    sockets.use(new LoopProtocol(sockets, table))
    return { lot, td: lot.waiter(), mbufs, sockets }
  })
  return threads as [Thread, Thread, Thread]
}

/**
 * One sends a datagram to a socket at which another waits, and dies after any step. What has come
 * is received; a receiver that waits still has nothing there.
 */
function senderDies(name: string, locking: LockSchemeName, fault: Fault, isOrdered = false) {
  // At random, deaths come from all over the program; in order those of its beginning come last.
  const executions = fault === 'none' ? thorough(1_000, 60) : 300
  const bound = isOrdered ? budget : { strategy: randomWalk({ executions, seed: 1 }) }
  return explore({ name, races, ...bound, deaths: 1 }, (world) => {
    const [sender, receiver, undertaker] = makeWorld(locking)
    const socket = finish(receiver.td, receiver.sockets.create(receiver.td))
    const { queue } = receiver.sockets.partsOf(socket.at).buffer
    const packet = packetOf(sender, 7)
    const byte = new Uint8Array(1)
    let got = 0
    world.thread('sender', () => {
      const { td, sockets } = sender
      const result = drive(td, sockets.deliver(td, socket.at, packet, 1, 1))
      if (result === DELIVERED_TO_WAITER) drive(td, sockets.wake(td, socket.at))
    })
    const receives = (): void => {
      got = drive(receiver.td, socket.receive(receiver.td, byte, 0, 1))
    }
    world.thread('receiver', receives, { mortal: false })
    world.onDeath(({ number }) => {
      const { lot, td, sockets } = undertaker
      if (fault === 'no burial') return
      drive(td, lot.bury(number))
      if (fault === 'none') drive(td, sockets.buryAll(td, number))
    })
    world.acceptsStuck(() => queue.first() === NIL)
    world.after(() => expect([got, byte[0]]).toEqual([1, 7]))
  })
}

describe.each(SCHEMES)('With %s locks, a datagram whose sender dies after any step', (locking) => {
  it.each([true, false])('is received, or was not sent, in order: %s', (isOrdered) => {
    expectToHold(senderDies(`${locking}, a dying sender`, locking, 'none', isOrdered))
  })

  it.each(['no burial', 'lot alone'] as const)('is found lying there with %s', (fault) => {
    expect(senderDies(`${locking}, ${fault}`, locking, fault).verdict).toBe('fails')
  })
})
