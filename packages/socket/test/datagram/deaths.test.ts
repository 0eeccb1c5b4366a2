import { LiveMemory } from '@smpnet/memory'
import { Mbufs } from '@smpnet/mbuf'
import { finish, Lot, NotifyWaker, type Waiter } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { atEveryDeath, type Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { type DatagramSocket, DatagramSockets, type LockSchemeName } from '../../src/index.ts'
import { LoopProtocol } from '../fixtures/loop-protocol.mjs'
import { Parked } from '../parked.ts'
import { boundTo, HERE, type Made, makePair, received, SCHEMES } from './make-sockets.ts'

const bytes = (value: number): Uint8Array => Uint8Array.of(value, value)

/** Another thread of the same memory, that dies. */
function dyingIn(made: Made, mortality: Mortality) {
  const memory = new LiveMemory(made.memory.buffer)
  const { handle } = made.lot
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const mbufs = Mbufs.open(memory, made.mbufs.handle)
  const lock = (at: number): Mutex => new Mutex(memory, at)
  const { locking, owner = 0 } = made.sockets.options
  const sockets = new DatagramSockets(lot, made.sockets.handle, mbufs, { locking, lock, owner })
  sockets.use(new LoopProtocol(sockets, made.protocol.table))
  const td = lot.waiter()
  mortality.of(memory)
  return { lot, sockets, td }
}

type Dying = ReturnType<typeof dyingIn>

/** What the thread is about that dies; its socket is bound and connected to a living one. */
const lives: Record<string, (dying: Dying, socket: DatagramSocket) => void> = {
  sends: ({ td }, socket) => {
    socket.sendSync(td, bytes(1))
  },
  receives: ({ td }, socket) => {
    socket.tryReceive(td, new Uint8Array(9))
    socket.tryReceive(td, new Uint8Array(9))
  },
  closes: ({ td }, socket) => socket.closeSync(td),
  'has no peer any more, and a name as before': ({ td }, socket) => {
    socket.disconnectSync(td)
  },
}

function play(
  locking: LockSchemeName,
  mortality: Mortality,
  life: (dying: Dying, socket: DatagramSocket) => void,
) {
  const made = makePair({ locking })
  const { a, b, td } = made
  for (const value of [5, 6]) a.sendSync(td, bytes(value))
  const dying = dyingIn(made, mortality)
  const theirs = dying.sockets.open(b.handle)
  mortality.lives(() => life(dying, theirs))
  return { made, a, b, td, dead: dying.lot.cpu }
}

function bury({ lot, sockets, td }: Pick<Made, 'lot' | 'sockets' | 'td'>, dead: number): void {
  finish(td, lot.bury(dead))
  finish(td, sockets.bury(dead))
}

/** Two sockets as before, and what one sends the other receives. */
function expectToWork(made: Made, a: DatagramSocket, td: Waiter): void {
  expect(made.sockets.inUse()).toBe(1)
  // A try would find the lock taken in which the other died.
  while (finish(td, a.receive(td, new Uint8Array(9), 0, 9, undefined, false)) >= 0);
  const next = boundTo(made, 2)
  a.sendSync(td, bytes(9))
  expect(received(td, next)).toEqual([9, 9])
  next.sendToSync(td, bytes(8), 0, 2, HERE, 1)
  expect(received(td, a)).toEqual([8, 8])
  next.closeSync(td)
  a.closeSync(td)
  expect(made.sockets.inUse()).toBe(0)
}

describe.each(SCHEMES)('With %s locks, a thread', (locking) => {
  it.each(Object.entries(lives))(
    'that %s may die after any step: its socket is closed',
    (_, life) => {
      const deaths = atEveryDeath((mortality) => {
        const { made, a, b, td, dead } = play(locking, mortality, life)
        bury(made, dead)
        finish(td, b.bury(td))
        finish(td, b.bury(td))
        expectToWork(made, a, td)
      })
      expect(deaths).toBeGreaterThan(4)
    },
  )
})

describe('A receiver', () => {
  it('that waits at a socket whose owner has died hears of it', () => {
    const made = makePair()
    const { b, td } = made
    const waiting = new Parked(td, b.receive(td, new Uint8Array(9), 0, 9))
    const undertaker = made.lot.waiter()
    finish(undertaker, b.bury(undertaker))
    expect(waiting.isOver()).toBeLessThan(0)
  })
})
