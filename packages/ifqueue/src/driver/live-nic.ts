import { type Memory, type Place, SETTLE } from '@smpnet/memory'
import { type Waiter, type Waiting, YIELD } from '@smpnet/park'
import { expectMethods, expectPlace } from '../terms/expect.ts'
import type { Device } from './device.ts'
import { LinkClock } from './link-clock.ts'
import type { NicQueue } from './sim-side.ts'
import { checkQueues, DESCRIPTOR, descriptorOf, RING } from './ring-words.ts'

/** What the stand-in of a device needs of the machine that it is on. */
export interface LiveNicHost {
  readonly memory: Memory
  /** Nanoseconds on the clock of its CPU. */
  now(): number
  raise(target: number, vector: number): void
}

/** Its thread, which can sleep for some time: one of `@smpnet/scheduler`. */
export interface LiveNicThread extends Waiter {
  sleep(ns: number): Waiting<unknown>
}

/** Looks at idle rings before the stand-in begins to sleep between them, and for how long. */
const IDLE_LOOKS = 64
const NAP_NS = 50_000

/**
 * A stand-in for a network card, where there is none: a thread of one CPU that is told of packets
 * by the words of their rings, as a card is, finishes them as fast as its link would, and raises
 * the vectors of their queues. The doorbell is the store to `told`, so that drivers on any CPU
 * ring it.
 */
export class LiveNic implements Device {
  readonly #memory: Memory
  readonly #queues: readonly NicQueue[]
  readonly #link: LinkClock

  constructor(memory: Memory, queues: readonly NicQueue[], bitsPerSecond: number) {
    expectPlace('a card', memory, 0)
    checkQueues(queues)
    this.#memory = memory
    this.#queues = queues
    this.#link = new LinkClock(bitsPerSecond)
  }

  /** Nothing: the thread of the stand-in sees `told`. */
  doorbell(): void {}

  /** Nothing: the thread of the stand-in writes `done` by itself. */
  advance(): void {}

  reset(_place: Place, queue: number): void {
    const { ring } = this.#queues[queue] as NicQueue
    this.#memory.store(ring + RING.offset.done, this.#memory.load(ring + RING.offset.told))
  }

  /** The body of its thread: never ends by itself. */
  *run(td: LiveNicThread, host: LiveNicHost): Waiting<never> {
    expectMethods('the host of a stand-in card', host, 'now', 'raise')
    for (let idle = 0; ; ) {
      let finished = 0
      for (const queue of this.#queues) finished += this.#serve(queue, host)
      idle = finished > 0 ? 0 : idle + 1
      if (idle < IDLE_LOOKS) yield YIELD
      else yield* td.sleep(NAP_NS)
      while (!this.#memory.settled()) yield SETTLE
    }
  }

  /** Finishes what is out by now, and interrupts; how many frames. */
  #serve({ ring, slots, cpu, vector }: NicQueue, host: LiveNicHost): number {
    const memory = this.#memory
    const told = memory.load(ring + RING.offset.told)
    const from = memory.load(ring + RING.offset.done)
    if (told === from) return 0
    const nowNs = host.now()
    let done = from
    while (done !== told) {
      const bytes = memory.read(descriptorOf(ring, slots, done) + DESCRIPTOR.offset.bytes)
      if (Math.max(this.#link.freeNs, nowNs - NAP_NS) + this.#link.nsOf(bytes) > nowNs) break
      this.#link.send(bytes, nowNs - NAP_NS)
      done = (done + 1) | 0
    }
    if (done === from) return 0
    memory.store(ring + RING.offset.done, done)
    host.raise(cpu, vector)
    return (done - from) | 0
  }
}
