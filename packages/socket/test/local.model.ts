import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { type Address, Arena, NIL } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, type Waiter } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { describe, expect, it } from 'vitest'
import {
  acceptLocal,
  bindLocal,
  ConnectionRefused,
  ConnectionReset,
  connectLocal,
  createLocal,
  listenLocal,
  SocketMisuse,
  SocketZone,
  type StreamSocket,
} from '../src/index.ts'
import { DIRECTION, directionOffset, PAIR } from '../src/pair-layout.ts'
import { races } from './glances.ts'
import { PlantedMemory } from './planted-memory.ts'

/** A memory that may go wrong at one word. */
class DeafMemory extends PlantedMemory {
  /** A word in which no wish is kept. */
  deaf: Address = NIL

  override and(at: Address, bits: number): number {
    const before = super.and(at, bits)
    return at === this.deaf ? 0 : before
  }
}

const NAME = 'x'

interface World {
  readonly memory: DeafMemory
  readonly zone: SocketZone
  readonly listener: StreamSocket
  readonly tds: readonly [Waiter, Waiter, Waiter]
}

type Plant = (memory: DeafMemory, listener: Address) => void

/** A zone of three pairs, one of which listens, and a waiter for each of three threads. */
function makeWorld(plant: Plant = () => {}, backlog = 2): World {
  const memory = new DeafMemory(new SharedArrayBuffer(8192))
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 1, waiters: 4, buckets: 1 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const shape = { pairs: 3, bufferBytes: 64, buffers: 2, names: 1 }
  const zone = new SocketZone(lot, SocketZone.place(arena, shape))
  const tds = [lot.waiter(), lot.waiter(), lot.waiter()] as const
  const listener = finish(tds[0], createLocal(zone))
  finish(tds[0], bindLocal(zone, listener, NAME))
  finish(tds[0], listenLocal(zone, listener, backlog, 2))
  plant(memory, listener.handle.at)
  return { memory, zone, listener, tds }
}

/** Connects a socket: connected, or how that ended. */
function connects({ zone }: World, td: Waiter, sockets: StreamSocket[]): string {
  const socket = drive(td, createLocal(zone))
  sockets.push(socket)
  try {
    drive(td, connectLocal(td, zone, socket, NAME))
    return 'connected'
  } catch (error) {
    if (error instanceof ConnectionRefused) return 'refused'
    throw error
  }
}

function accepts({ zone, listener }: World, td: Waiter): StreamSocket | undefined {
  try {
    return drive(td, acceptLocal(td, zone, listener))
  } catch (error) {
    if (error instanceof SocketMisuse) return undefined
    throw error
  }
}

/** A byte goes from one socket of each connection to the other, and all can be closed. */
function expectJoined({ zone, listener, tds }: World, ...pairs: StreamSocket[][]): void {
  const [td] = tds
  for (const [i, [one, other]] of pairs.entries()) {
    expect(one!.trySend(td, Uint8Array.of(i))).toBe(1)
    const byte = new Uint8Array(1)
    expect(other!.tryReceive(td, byte)).toBe(1)
    expect(byte[0]).toBe(i)
    finish(td, one!.close(td))
    finish(td, other!.close(td))
  }
  if (listener.isOpen) finish(td, listener.close(td))
  expect(zone.open()).toBe(0)
  expect(zone.names.inUse()).toBe(0)
}

function connectAndAccept(name: string, plant?: Plant) {
  return explore({ name, races }, ({ thread, after }) => {
    const world = makeWorld(plant)
    const sockets: StreamSocket[] = []
    let there: StreamSocket | undefined
    thread('connects', () => connects(world, world.tds[0], sockets))
    thread('accepts', () => (there = accepts(world, world.tds[1])))
    after(() => expectJoined(world, [sockets[0]!, there!]))
  })
}

/** The word in which acceptors say that they wait. */
const acceptors = (listener: Address): Address => {
  return listener + directionOffset(1) + DIRECTION.offset.wantData
}

describe('A connect', () => {
  it('is accepted, whenever the other comes', () => {
    const result = connectAndAccept('connect and accept')
    expect(result).toHold()
    console.log(result.summary)
  })

  it('is caught when it does not wake the one that accepts', () => {
    const plant: Plant = (memory, listener) => (memory.deaf = acceptors(listener))
    expect(connectAndAccept('a connect that wakes nobody', plant).verdict).toBe('fails')
  })
})

/** A connection is there; two accept, and one comes as they do. */
function twoAccept(name: string, plant?: Plant) {
  return explore({ name, races }, ({ thread, after }) => {
    const world = makeWorld(plant)
    const { tds } = world
    const sockets: StreamSocket[] = []
    connects(world, tds[2], sockets)
    connects(world, tds[2], sockets)
    const there: (StreamSocket | undefined)[] = []
    for (const [i, td] of [tds[0], tds[1]].entries()) {
      thread(`accepts ${i}`, () => (there[i] = accepts(world, td)))
    }
    after(() => {
      const at = there.map((socket) => socket!.handle.at)
      expect(at.toSorted()).toEqual(sockets.map(({ handle }) => handle.at).toSorted())
      expectJoined(
        world,
        ...there.map((other) => {
          return [sockets.find(({ handle }) => handle.at === other!.handle.at)!, other!]
        }),
      )
    })
  })
}

describe('Two that accept', () => {
  it('take a connection each', () => {
    const result = twoAccept('two accept')
    expect(result).toHold()
    console.log(result.summary)
  })

  it('are caught when the lock of the queue lets both in', () => {
    const plant: Plant = (memory, listener) => (memory.open = listener + PAIR.offset.lock)
    expect(twoAccept('two accept without a lock', plant).verdict).toBe('fails')
  })
})

function expectReset(td: Waiter, socket: StreamSocket): void {
  const byte = new Uint8Array(1)
  expect(() => finish(td, socket.receive(td, byte))).toThrow(ConnectionReset)
  expect(socket.tryReceive(td, byte)).toBe(0)
}

/** A listener is closed while another accepts, or connects. */
function closing(name: string, act: (world: World, td: Waiter) => StreamSocket[], plant?: Plant) {
  return explore({ name, races }, ({ thread, after }) => {
    const world = makeWorld(plant, 1)
    let left: StreamSocket[] = []
    thread('closes', () => drive(world.tds[0], world.listener.close(world.tds[0])))
    thread('acts', () => (left = act(world, world.tds[1])))
    after(() => {
      const [td] = world.tds
      for (const socket of left) {
        if (socket.life.stateIn(socket.life.load()) !== 0) expectReset(td, socket)
        finish(td, socket.close(td))
      }
      expectJoined(world)
    })
  })
}

const whileAccepting = (world: World, td: Waiter): StreamSocket[] => {
  const socket = accepts(world, td)
  return socket === undefined ? [] : [socket]
}

const whileConnecting = (world: World, td: Waiter): StreamSocket[] => {
  const sockets: StreamSocket[] = []
  connects(world, td, sockets)
  return sockets
}

describe('A listener that closes', () => {
  it('ends the wait of one that accepts', () => {
    const result = closing('close and accept', whileAccepting)
    expect(result).toHold()
    console.log(result.summary)
  })

  it('is caught when it does not wake the one that accepts', () => {
    const plant: Plant = (memory, listener) => (memory.deaf = acceptors(listener))
    expect(closing('a close that wakes nobody', whileAccepting, plant).verdict).toBe('fails')
  })

  it('refuses or resets one that connects, and leaves nothing behind', () => {
    const result = closing('close and connect', whileConnecting)
    expect(result).toHold()
    console.log(result.summary)
  })

  it('is caught when the lock lets one in that connects', () => {
    const plant: Plant = (memory, listener) => (memory.open = listener + PAIR.offset.lock)
    expect(closing('a connect without a lock', whileConnecting, plant).verdict).toBe('fails')
  })
})
