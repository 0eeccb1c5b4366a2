import { Arena, LiveMemory } from '@smpnet/memory'
import { SimRandom } from '@smpnet/machine/sim'
import { finish, Lot, NotifyWaker } from '@smpnet/park'
import type { DatagramSocket } from '@smpnet/socket'
import { LOOPBACK } from '@smpnet/inet'
import { atEveryDeath, type Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { defineStack, live } from '../src/index.ts'
import { LockMaker } from '../src/locks/lock-maker.ts'
import { Net } from '../src/net/net.ts'
import { placeNet } from '../src/net/net-handle.ts'

const PORT = 9000
const SOCKETS = 4
/** Kinds of the locks of the tables that threads may die in. */
const KINDS = ['mutex', 'spin', 'rwlock', 'sx', 'rmlock'] as const
type Kind = (typeof KINDS)[number]

function makeWorld(kind: Kind) {
  const memory = LiveMemory.create(1 << 21)
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { threads: 5, waiters: 12, buckets: 4 })
  const config = defineStack({
    machine: live({ cpus: 1, guests: 3 }),
    locks: { addressList: kind, pcbHash: kind },
    socket: { sockets: SOCKETS },
    mbufs: { mbufs: 32, of2k: 16, of4k: 0, of9k: 0, of64k: 0 },
  })
  return { memory, lots, config, handle: placeNet(config, arena, 5, lots) }
}

type World = ReturnType<typeof makeWorld>

/** A thread of a world, as a guest is one, that handles its packets itself. */
function threadOf({ memory: all, lots, config, handle }: World, mortality?: Mortality) {
  const memory = new LiveMemory(all.buffer)
  const lot = new Lot(memory, lots, new NotifyWaker(memory), Lot.attach(memory, lots))
  lot.patience = 4
  const locks = new LockMaker(false, undefined, undefined)
  const net = new Net(memory, handle, config, locks, new SimRandom(lot.cpu))
  net.admit(lot.cpu, locks)
  const td = lot.waiter()
  mortality?.of(memory)
  return { lot, net, td }
}

type Thread = ReturnType<typeof threadOf>

function boundTo({ net, td }: Thread, port: number): DatagramSocket {
  const socket = finish(td, net.sockets.create(td))
  expect(finish(td, socket.bind(td, LOOPBACK, port))).toBe(0)
  return socket
}

const LIVES: Record<string, (dying: Thread) => void> = {
  'names and connects a socket': ({ net, td }) => {
    const socket = net.sockets.createSync(td)
    socket.bindSync(td, LOOPBACK, PORT + 1)
    socket.connectSync(td, LOOPBACK, PORT)
    socket.disconnectSync(td)
  },
  'sends to a socket of another': ({ net, td }) => {
    const socket = net.sockets.createSync(td)
    socket.sendToSync(td, new Uint8Array(300), 0, 300, LOOPBACK, PORT)
    socket.sendToSync(td, new Uint8Array(3), 0, 3, LOOPBACK, PORT + 5)
  },
  'closes a socket that has received': ({ net, td }) => {
    const socket = net.sockets.createSync(td)
    socket.bindSync(td, LOOPBACK, PORT + 1)
    socket.sendToSync(td, new Uint8Array(30), 0, 30, LOOPBACK, PORT + 1)
    socket.receiveSync(td, new Uint8Array(9))
    socket.closeSync(td)
  },
}

/** Planted faults: what the network's locks have of the dead stays; its waiters stay. */
type Fault = 'none' | 'network' | 'lot'

/** As the starter of a kernel buries a guest, whose CPUs have adopted its wakes. */
function bury({ lot, net, td }: Thread, dead: Thread, fault: Fault): void {
  const number = dead.lot.cpu
  if (fault !== 'lot') finish(td, lot.bury(number))
  finish(td, net.letGo(lot, number))
  if (fault !== 'network') finish(td, net.bury(td, lot, number))
}

/** All sockets can be had, and what one sends another receives. */
function expectToWork(thread: Thread, survivor: DatagramSocket): void {
  const { net, td } = thread
  expect(net.sockets.inUse()).toBe(1)
  const bytes = new Uint8Array(999)
  while (finish(td, survivor.receive(td, bytes, 0, 999, undefined, false)) >= 0);
  const others = Array.from({ length: SOCKETS - 1 }, (_, i) => boundTo(thread, PORT + 1 + i))
  for (const [i, other] of others.entries()) {
    expect(finish(td, other.connect(td, LOOPBACK, PORT))).toBe(0)
    expect(finish(td, other.send(td, Uint8Array.of(i, 7), 0, 2))).toBe(2)
    expect(finish(td, survivor.receive(td, bytes, 0, 999))).toBe(2)
    expect([...bytes.subarray(0, 2)]).toEqual([i, 7])
  }
  for (const socket of [survivor, ...others]) finish(td, socket.close(td))
  expect(net.sockets.inUse()).toBe(0)
}

/** Dies at every step of a life: how often, and how many mbufs were lost with it at most. */
function dieIn(kind: Kind, life: (dying: Thread) => void, fault: Fault = 'none') {
  let lost = 0
  const deaths = atEveryDeath((mortality) => {
    const world = makeWorld(kind)
    const [living, undertaker] = [threadOf(world), threadOf(world)]
    const survivor = boundTo(living, PORT)
    const dead = threadOf(world, mortality)
    mortality.lives(() => life(dead))
    bury(undertaker, dead, fault)
    expect(undertaker.net.names(dead.td.at)).toBe(false)
    expectToWork(living, survivor)
    lost = Math.max(lost, living.net.mbufs.statistics().mbufs)
  })
  return { deaths, lost }
}

describe.each(KINDS)('With a %s for each table, a guest', (kind) => {
  it.each(Object.entries(LIVES))('may die after any step that %s', (_, life) => {
    const { deaths, lost } = dieIn(kind, life)
    expect(deaths).toBeGreaterThan(40)
    // The datagram that it had in its hands.
    expect(lost).toBeLessThanOrEqual(1)
  })

  it.each(['network', 'lot'] as const)('is found out if nobody buries it: the %s', (fault) => {
    expect(() => dieIn(kind, LIVES['names and connects a socket']!, fault)).toThrow('after its')
  })
})
