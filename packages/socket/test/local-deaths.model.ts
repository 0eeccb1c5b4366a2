import { explore } from '@smpnet/interleave'
import { Arena, LiveMemory } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, type Waiter, type Waiting } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { budget, expectToHold } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import {
  acceptLocal,
  bindLocal,
  connectLocal,
  createLocal,
  listenLocal,
  SocketZone,
  type StreamSocket,
} from '../src/index.ts'
import { races } from './glances.ts'

const NAME = 'x'

/** A memory with a zone in which a socket listens, and what each of four threads has of its own. */
function makeWorld() {
  const { buffer } = LiveMemory.create(8192)
  const arena = Arena.create(new LiveMemory(buffer))
  const handle = Lot.place(arena, { threads: 4, waiters: 8, buckets: 1 })
  const shape = SocketZone.place(arena, { pairs: 3, bufferBytes: 64, buffers: 2, names: 1 })
  const threads = [0, 1, 2, 3].map(() => {
    const memory = new LiveMemory(buffer)
    const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
    lot.patience = 2
    return { lot, td: lot.waiter(), zone: new SocketZone(lot, shape) }
  })
  return threads as [Thread, Thread, Thread, Thread]
}

interface Thread {
  readonly lot: Lot
  readonly td: Waiter
  readonly zone: SocketZone
}

type Run = <T>(td: Waiter, waiting: Waiting<T>) => T

function connects({ td, zone }: Thread, run: Run): StreamSocket {
  const socket = run(td, createLocal(zone))
  run(td, connectLocal(td, zone, socket, NAME))
  return socket
}

/**
 * One connection is there. A thread connects another, and one accepts; one of the two dies after
 * any step. What the living have is whole, and all can be closed.
 */
function oneDies(name: string, isBuried = true) {
  return explore({ name, races, ...budget, deaths: 1 }, (world) => {
    const [connecting, accepting, undertaker, living] = makeWorld()
    const { td, zone } = living
    const listener = finish(td, createLocal(zone))
    finish(td, bindLocal(zone, listener, NAME))
    finish(td, listenLocal(zone, listener, 2, 0))
    const first = connects(living, finish)
    const held: StreamSocket[] = []
    world.thread('connects', () => held.push(connects(connecting, drive)))
    world.thread('accepts', () => {
      const there = acceptLocal(accepting.td, accepting.zone, listener, false)
      held.push(drive(accepting.td, there)!)
    })
    const dead = new Set<number>()
    world.onDeath(({ number }) => {
      dead.add(number)
      if (!isBuried) return
      drive(undertaker.td, undertaker.lot.bury(number))
      drive(undertaker.td, undertaker.zone.bury(number))
      drive(undertaker.td, undertaker.zone.buryEnds(undertaker.td, number))
    })
    world.after(() => {
      for (;;) {
        const there = finish(td, acceptLocal(td, zone, listener, false))
        if (there === undefined) break
        held.push(there)
      }
      for (const end of [...held, first, listener]) if (end.isOpen) finish(td, end.close(td))
      expect({ pairs: zone.open(), names: zone.names.inUse() }).toEqual({ pairs: 0, names: 0 })
    })
  })
}

it('A connection is whole or gone, where one that connects or accepts dies after any step', () => {
  expectToHold(oneDies('connect and accept, with a death'))
})

it('is found out when nobody buries the dead', () => {
  expect(oneDies('no burial', false).verdict).toBe('fails')
})
