import '@smpnet/interleave/vitest'
import { type Exploration, explore } from '@smpnet/interleave'
import type { Address } from '@smpnet/memory'
import type { Until, Waiter, Waiting } from '@smpnet/park'
import { ImmortalLot, untilPosted } from '@smpnet/park/model'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Arrivals } from '../../src/datagram/arrivals.ts'
import type { DatagramParts } from '../../src/datagram/datagram-home.ts'
import { Standing } from '../../src/datagram/standing.ts'
import {
  type DatagramSocket,
  DatagramSockets,
  DELIVERED,
  DELIVERED_TO_WAITER,
  errnoOf,
} from '../../src/index.ts'
import { races } from '../glances.ts'
import { SCHEMES } from './make-sockets.ts'
import {
  modelWorld,
  packetOf,
  type Thread,
  untilAsleep,
  type WorldOptions,
} from './model-world.ts'

interface Program extends Omit<WorldOptions, 'threads'> {
  readonly name: string
  readonly receivers: number
  /** How the sender delivers and wakes. */
  readonly send?: (thread: Thread, at: Address, packet: Address) => void
  /** Whether the first receiver ends where it sleeps, which it does before all else. */
  readonly dies?: boolean
}

function deliver({ td, sockets }: Thread, at: Address, packet: Address): void {
  const result = untilPosted(td, sockets.deliver(td, at, packet, 1, 1))
  if (result === DELIVERED_TO_WAITER) untilPosted(td, sockets.wake(td, at))
}

/** One byte of a datagram, or the errno that came instead, below 0. */
function receive(td: Waiter, socket: DatagramSocket): number {
  const byte = new Uint8Array(1)
  const taken = untilPosted(td, socket.receive(td, byte))
  return taken === 1 ? byte[0]! : -errnoOf(taken)
}

/** A sender sends a datagram for each receiver that lives, and each of these receives one. */
function sleepAndWake({
  name,
  receivers,
  send = deliver,
  dies,
  ...options
}: Program): Exploration {
  return explore({ name, races }, ({ thread, after }) => {
    const { all, at } = modelWorld({ threads: receivers + 1, ...options })
    const [sender, ...others] = all as [Thread, ...Thread[]]
    const bytes = others.slice(dies ? 1 : 0).map((_, i) => i + 1)
    const packets = bytes.map((byte) => packetOf(sender, byte))
    const got: number[] = []
    for (const [i, { td, sockets }] of others.entries()) {
      const socket = sockets.open(at)
      if (dies && i === 0) untilAsleep(socket.receive(td, new Uint8Array(1)))
      else thread(`receiver ${i}`, () => void got.push(receive(td, socket)))
    }
    thread('sender', () => {
      for (const packet of packets) send(sender, at, packet)
    })
    after(() => expect(got.toSorted()).toEqual(bytes))
  })
}

/** Looks whether anybody waits before it appends. */
function hastyDeliver(thread: Thread, at: Address, packet: Address): void {
  const { td, sockets } = thread
  const isAwaited = sockets.partsOf(at).buffer.arrivals.isAwaited()
  untilPosted(td, sockets.deliver(td, at, packet, 1, 1))
  if (isAwaited) untilPosted(td, sockets.wake(td, at))
}

/** Delivers by the plain functions, and by the others where those give up. */
function tryDeliver(thread: Thread, at: Address, packet: Address): void {
  const { td, sockets } = thread
  const result = sockets.tryDeliver(td, at, packet, 1, 1)
  if (result === DELIVERED || sockets.tryWake(td, at)) return
  untilPosted(td, sockets.wake(td, at))
}

/** Says that it waits when it has let go of the buffer. */
class LateArrivals extends Arrivals {
  override sayWaiting(): number {
    return 0
  }
  override park(td: Waiter, _word: number, until: Until): ReturnType<Arrivals['park']> {
    return super.park(td, super.sayWaiting(), until)
  }
}

/** Sockets whose buffers have other arrivals. */
function socketsWith(Kind: typeof Arrivals): typeof DatagramSockets {
  return class extends DatagramSockets {
    override partsOf(socket: Address): DatagramParts {
      const parts = super.partsOf(socket)
      if (!(parts.buffer.arrivals instanceof Kind)) {
        Object.assign(parts.buffer, { arrivals: new Kind(this.memory, socket) })
      }
      return parts
    }
  }
}

describe.each(SCHEMES)('A datagram, with %s locks,', (locking) => {
  it.each(thorough([1, 2], [1]))(
    'is missed by none of %i receivers that are about to sleep',
    (receivers) => {
      const name = `${locking}, ${receivers} receivers`
      const result = sleepAndWake({ name, locking, receivers })
      expect(result).toHold()
      console.log(result.summary)
    },
  )

  it('is not missed either when its waker tries', () => {
    const name = `${locking}, wakes by a try`
    const result = sleepAndWake({ name, locking, receivers: 1, send: tryDeliver })
    expect(result).toHold()
    console.log(result.summary)
  })

  it('is caught when its deliverer looks for sleepers before it has appended', () => {
    const name = `${locking}, hasty deliverer`
    const result = sleepAndWake({ name, locking, receivers: 1, send: hastyDeliver })
    expect(result).toFailWith('deadlock')
  })

  it('is caught when its receiver says that it waits after letting go', () => {
    const name = `${locking}, late receiver`
    const Sockets = socketsWith(LateArrivals)
    expect(sleepAndWake({ name, locking, receivers: 1, Sockets })).toFailWith('deadlock')
  })

  it('is received by another when a receiver that sleeps has died', () => {
    const name = `${locking}, dead receiver`
    const result = sleepAndWake({ name, locking, receivers: 2, dies: true })
    expect(result).toHold()
    console.log(result.summary)
  })

  it('is caught when its waker wakes one, which may have died', () => {
    const name = `${locking}, wakes one`
    const KindOfLot = OneLot
    const result = sleepAndWake({ name, locking, receivers: 2, dies: true, KindOfLot })
    expect(result).toFailWith('deadlock')
  })
})

class OneLot extends ImmortalLot {
  override take(queue: Address, key: Address): Address {
    return super.take(queue, key, 1)
  }
}

/** A receiver is about to sleep when `tells` has something for it that is no datagram. */
function told(
  name: string,
  options: Omit<WorldOptions, 'threads'>,
  errno: number,
  tells: (thread: Thread, socket: DatagramSocket) => Waiting<unknown>,
): Exploration {
  return explore({ name, races }, ({ thread, after }) => {
    const { all, at } = modelWorld({ threads: 2, ...options })
    const [teller, receiver] = all as [Thread, Thread]
    const [closed, socket] = [teller.sockets.open(at), receiver.sockets.open(at)]
    let result = 0
    thread('receiver', () => {
      result = untilPosted(receiver.td, socket.receive(receiver.td, new Uint8Array(1)))
    })
    thread('teller', () => untilPosted(teller.td, tells(teller, closed)))
    after(() => expect(errnoOf(result)).toBe(errno))
  })
}

const fails = ({ td, sockets }: Thread, { at }: DatagramSocket): Waiting<unknown> =>
  sockets.fail(td, at, 61)
const closes = ({ td }: Thread, socket: DatagramSocket): Waiting<unknown> => socket.close(td)

describe.each(SCHEMES)('A receiver that is about to sleep, with %s locks,', (locking) => {
  it.each([
    ['an error', 61, fails],
    ['the end', 9, closes],
  ] as const)('is told %s', (what, errno, tells) => {
    const result = told(`${locking}, ${what}`, { locking }, errno, tells)
    expect(result).toHold()
    console.log(result.summary)
  })

  it.each([
    ['an error', 61, fails],
    ['the end', 9, closes],
  ] as const)('would miss %s if it did not look again', (what, errno, tells) => {
    const exactly = Standing.prototype.willRefuse
    Standing.prototype.willRefuse = () => false
    try {
      const name = `${locking}, ${what}, blind receiver`
      expect(told(name, { locking }, errno, tells)).toFailWith('deadlock')
    } finally {
      Standing.prototype.willRefuse = exactly
    }
  })
})
