import { type Address, work } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import type { LockedSocket, LockedSockets } from '@smpnet/socket/locked'
import type { KernelSlice } from '../../model/kernel-slice.ts'
import type { CallCounts, CallMeter } from './call-meter.ts'
import type { Counted } from './locked-settings.ts'
import type { SharedPair } from './open-sockets.ts'

const NANOSECOND = work('nanosecond')

/** The other thread is asleep by then. */
const QUIET_NS = 20_000
const CLIENT = 0
const SERVER = 1

/** What is tallied, besides how many calls. */
export const TALLY = {
  calls: 'calls',
  pairs: 'lock pairs',
  relocks: 'relocks',
  atomics: 'atomics',
  lines: 'line moves',
} as const

/**
 * Two threads of two CPUs that call in turns, each while the other sleeps: a connection is made,
 * accepted, used both ways and closed. The calls of one kind are counted.
 */
export class SingleCalls {
  readonly #bytes: Uint8Array

  constructor(
    readonly sockets: LockedSockets,
    readonly pair: SharedPair,
    readonly turn: Address,
    readonly meter: CallMeter,
    readonly totals: CallTotals,
    readonly counted: Counted,
    size: number,
  ) {
    this.#bytes = new Uint8Array(size)
  }

  /** Answers for ever. */
  *serve(td: Waiter): Waiting {
    const listener = this.sockets.open(this.pair.listener)
    for (;;) {
      yield* this.#await(td, SERVER)
      const socket = (yield* this.#call(td, 'accept', () => listener.accept(td)))!
      yield* this.#call(td, 'receive', () => socket.receive(td, this.#bytes))
      yield* this.#call(td, 'send', () => socket.send(td, this.#bytes))
      yield* this.#pass(td, CLIENT)
      yield* this.#await(td, SERVER)
      yield* this.#call(td, 'close', () => socket.close(td))
      yield* this.#pass(td, CLIENT)
    }
  }

  /** Makes connections until the slice is done, and says how many. */
  *drive(td: Waiter, slice: KernelSlice): Waiting<number> {
    let count = 0
    do {
      const socket: LockedSocket = yield* this.sockets.create(td)
      yield* this.#call(td, 'connect', () => socket.connect(td, this.pair.listener))
      yield* this.#call(td, 'send', () => socket.send(td, this.#bytes))
      yield* this.#pass(td, SERVER)
      yield* this.#await(td, CLIENT)
      yield* this.#call(td, 'receive', () => socket.receive(td, this.#bytes))
      yield* this.#call(td, 'close', () => socket.close(td))
      yield* this.#pass(td, SERVER)
      yield* this.#await(td, CLIENT)
    } while (!slice.done(++count))
    this.totals.drain(slice)
    return count
  }

  *#call<T>(td: Waiter, name: Counted, call: () => Waiting<T>): Waiting<T> {
    if (name !== this.counted) return yield* call()
    this.meter.begin(td)
    const result = yield* call()
    this.totals.add(this.meter.end(td))
    return result
  }

  /** Waits for its turn, and then until the other sleeps. */
  *#await(td: Waiter, own: number): Waiting {
    const { memory } = td.lot
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(this.turn)
      if (seen === own) break
      yield* td.lot.park(td, this.turn, this.turn, seen)
    }
    memory.charge(NANOSECOND, QUIET_NS)
    while (!memory.settled()) yield SETTLE
  }

  *#pass(td: Waiter, other: number): Waiting {
    const { memory } = td.lot
    while (!memory.settled()) yield SETTLE
    memory.store(this.turn, other)
    yield* td.lot.unpark(this.turn, 1)
  }
}

/** What the calls of both threads came to, on a simulated machine, whose CPUs share an isolate. */
export class CallTotals {
  static readonly #known = new WeakMap<object, CallTotals>()
  #calls = 0
  #sum: CallCounts = { pairs: 0, relocks: 0, atomics: 0, lines: 0 }

  /** Those over some sockets; the same ones for each CPU. */
  static of(shared: object): CallTotals {
    const known = CallTotals.#known.get(shared) ?? new CallTotals()
    CallTotals.#known.set(shared, known)
    return known
  }

  add({ pairs, relocks, atomics, lines }: CallCounts): void {
    const sum = this.#sum
    this.#calls++
    sum.pairs += pairs
    sum.relocks += relocks
    sum.atomics += atomics
    sum.lines += lines
  }

  /** Tallies them, and begins anew. */
  drain(slice: KernelSlice): void {
    const { pairs, relocks, atomics, lines } = this.#sum
    slice.tally(TALLY.calls, this.#calls)
    slice.tally(TALLY.pairs, pairs)
    slice.tally(TALLY.relocks, relocks)
    slice.tally(TALLY.atomics, atomics)
    slice.tally(TALLY.lines, lines)
    this.#calls = 0
    this.#sum = { pairs: 0, relocks: 0, atomics: 0, lines: 0 }
  }
}
