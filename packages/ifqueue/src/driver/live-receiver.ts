import { type Memory, type Place, SETTLE } from '@smpnet/memory'
import { type Waiting, YIELD } from '@smpnet/park'
import { expectMethods, expectObject, expectPlace } from '../terms/expect.ts'
import type { Device } from './device.ts'
import type { LiveNicHost, LiveNicThread } from './live-nic.ts'
import { Moderation, type ModerationShape } from './moderation.ts'
import { checkQueues, DESCRIPTOR, descriptorOf, RING } from './ring-words.ts'
import type { Frame, NicTraffic } from './sim-receiver.ts'
import { type NicQueue, numbered } from './sim-side.ts'

const { told: TOLD, done: DONE, polled: POLLED, came: CAME, missed: MISSED } = RING.offset

/** Looks in vain before the stand-in begins to sleep between them, and for how long at most. */
const IDLE_LOOKS = 64
const NAP_NS = 50_000

export interface LiveReceiverShape {
  readonly moderation: ModerationShape
  readonly queues: readonly NicQueue[]
  /** Frames by the clock of the stand-in's host: those of a queue in their order. */
  readonly traffic: NicTraffic
}

interface QueueState extends NicQueue {
  readonly moderation: Moderation
  /** The frame that is to come next; null when no more will come. */
  next: Frame | undefined | null
}

/**
 * The receive side of a network card, where there is none: a thread of one CPU stores the frames of
 * a traffic, each when its time has come, into the buffers that the drivers on any CPU gave by the
 * words of their rings, and raises the vectors of their queues, moderated, unless a driver polls.
 * A queue has a frame for which there is no buffer counted as missed, as a card does.
 *
 * Nothing of a queue comes before its driver has given it a buffer, which says that it is there.
 */
export class LiveReceiver implements Device {
  readonly #memory: Memory
  readonly #traffic: NicTraffic
  readonly #queues: readonly QueueState[]

  constructor(memory: Memory, shape: LiveReceiverShape) {
    expectPlace('a card', memory, 0)
    expectObject('the shape of a card', shape)
    const { moderation, queues, traffic } = shape
    checkQueues(queues)
    expectMethods('traffic', traffic, 'next', 'write')
    this.#memory = memory
    this.#traffic = traffic
    this.#queues = queues.map((queue) => {
      return { ...queue, moderation: new Moderation(moderation), next: undefined }
    })
  }

  /** Nothing: the thread of the stand-in sees `told`. */
  doorbell(): void {}

  /** Nothing: the thread of the stand-in writes `done` by itself. */
  advance(): void {}

  /** Not for a driver of a live machine, whose stand-in may be storing a frame. Throws. */
  reset(_place: Place, queue: number): never {
    numbered(this.#queues, queue)
    throw new RangeError('a stand-in of a card that receives always answers, and is not reset')
  }

  /** Frames that came to a queue, and those that found no buffer. For any CPU. */
  counts(queue: number): { came: number; missed: number } {
    const { ring } = numbered(this.#queues, queue)
    const memory = this.#memory
    return { came: memory.load(ring + CAME), missed: memory.load(ring + MISSED) }
  }

  /** The body of its thread: never ends by itself. */
  *run(td: LiveNicThread, host: LiveNicHost): Waiting<never> {
    expectMethods('the host of a stand-in card', host, 'now', 'raise')
    for (let idle = 0; ; ) {
      let stored = 0
      for (let queue = 0; queue < this.#queues.length; queue++) stored += this.#serve(queue, host)
      idle = stored > 0 ? 0 : idle + 1
      if (idle < IDLE_LOOKS) yield YIELD
      else yield* td.sleep(NAP_NS)
      while (!this.#memory.settled()) yield SETTLE
    }
  }

  /** Stores what has come by now, and interrupts if that is due; how many frames came. */
  #serve(number: number, host: LiveNicHost): number {
    const state = this.#queues[number]!
    const memory = this.#memory
    const { ring, moderation } = state
    if (memory.load(ring + TOLD) === 0 && memory.load(ring + CAME) === 0) return 0
    const nowNs = host.now()
    const came = this.#store(number, nowNs)
    if (memory.load(ring + POLLED) !== 0) {
      moderation.report(nowNs)
    } else if (moderation.dueNs() <= nowNs) {
      moderation.report(nowNs)
      host.raise(state.cpu, state.vector)
    }
    return came
  }

  #store(number: number, nowNs: number): number {
    const state = this.#queues[number]!
    const memory = this.#memory
    const { ring, slots } = state
    const told = memory.load(ring + TOLD)
    let done = memory.load(ring + DONE)
    let [came, missed] = [0, 0]
    for (; came < slots; came++) {
      if (state.next === undefined) state.next = this.#traffic.next(number) ?? null
      if (state.next === null || state.next.atNs > nowNs) break
      if (done === told) missed++
      else {
        const slot = descriptorOf(ring, slots, done)
        this.#traffic.write(memory, memory.read(slot + DESCRIPTOR.offset.packet), state.next)
        memory.write(slot + DESCRIPTOR.offset.bytes, state.next.bytes)
        done = (done + 1) | 0
      }
      // For those that found no buffer as well: the driver may have forgotten to give some.
      state.moderation.expect(nowNs)
      state.next = undefined
    }
    if (came === 0) return 0
    memory.add(ring + CAME, came)
    if (missed > 0) memory.add(ring + MISSED, missed)
    memory.store(ring + DONE, done)
    return came
  }
}
