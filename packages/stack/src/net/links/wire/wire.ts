import { expectHandle, type HandleKind, type Memory } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Mbufs } from '@smpnet/mbuf'
import type { LinkInput } from '../link-input.ts'
import { Arrivals } from './arrivals.ts'
import { PointToPoint } from './point-to-point.ts'
import { wayBytes, type WireHandle } from './wire-shape.ts'
import { WireWay } from './wire-way.ts'

/** What was counted of the packets that go out at one end. */
export interface WireStatistics {
  /** The end where they go out. */
  readonly name: string
  /** Packets that the wire has taken, and those of them that have arrived. */
  readonly taken: number
  readonly arrived: number
  /** Packets that it did not take: the queue, or the wire, was full. */
  readonly queueDrops: number
  readonly flightDrops: number
  /** Packets above its MTU, and packets whose sums could not be filled in. */
  readonly tooLong: number
  readonly unsummed: number
  /** Packets that arrived, and that the protocols had no room for. */
  readonly inputDrops: number
}

const HANDLE: HandleKind = {
  of: 'a wire',
  fields: { at: 'address', inFlight: 'count', ends: 'list' },
}

/**
 * Two interfaces of a kernel that are joined by a wire, as by epair(4), with a rate, a delay and
 * bounds. A view of words in memory: each isolate makes one, and each CPU drives it when it boots.
 *
 *     sender: take ──> slots ──> alarm of the far end's CPU: hand in, in an interrupt
 *                └─ raise(vector) ─> that CPU sets the alarm, where the sender is on another
 *
 * What arrives is late by what the interrupt takes to begin, and where the raised one takes longer
 * than the packet, by that. On a live machine it is late by as long as that CPU's threads run.
 */
export class Wire {
  /** The interfaces, in the order of the handle's ends. */
  readonly ends: readonly [PointToPoint, PointToPoint]
  readonly #ways: readonly [WireWay, WireWay]
  /** By way: what its far end's CPU does, in the isolate of that CPU. */
  readonly #arrivals: (Arrivals | undefined)[] = [undefined, undefined]

  constructor(
    memory: Memory,
    readonly handle: WireHandle,
    readonly mbufs: Mbufs,
  ) {
    expectHandle(HANDLE, handle, memory)
    const way = (number: number): WireWay => {
      return new WireWay(memory, handle.at + number * wayBytes(handle), handle)
    }
    this.#ways = [way(0), way(1)]
    this.ends = [this.#end(0), this.#end(1)]
  }

  /**
   * Has a CPU of this isolate, which boots, take what arrives at those ends that are its own:
   * `inputs`, by end, are handed it. Does nothing on other CPUs.
   */
  drive(cpu: Cpu, inputs: readonly [LinkInput, LinkInput]): void {
    const own = [0, 1].filter((end) => this.handle.ends[end]!.cpu === cpu.id)
    if (own.length === 0) return
    for (const end of own) {
      const { index } = this.handle.ends[end]!
      const way = this.#ways[1 - end]!
      this.#arrivals[1 - end] = new Arrivals(cpu, this.mbufs, way, index, inputs[end]!)
    }
    cpu.onInterrupt(this.handle.vector, () => this.#raised(cpu.id))
  }

  /** What was counted, by the end where packets go out. Exact when nothing is under way. */
  statistics(): readonly WireStatistics[] {
    return this.#ways.map((way, end) => ({
      name: this.handle.ends[end]!.name,
      taken: way.counted('taken'),
      arrived: way.counted('arrived'),
      queueDrops: way.counted('queueDrops'),
      flightDrops: way.counted('flightDrops'),
      tooLong: way.counted('tooLong'),
      unsummed: way.counted('unsummed'),
      inputDrops: way.counted('inputDrops'),
    }))
  }

  #end(near: 0 | 1): PointToPoint {
    const { handle, mbufs } = this
    const far = handle.ends[1 - near]!
    const alert = (sender: Cpu): void => {
      const arrivals = this.#arrivals[near]
      if (sender.id === far.cpu && arrivals !== undefined) arrivals.setAlarm()
      else sender.raise(far.cpu, handle.vector)
    }
    return new PointToPoint(mbufs, this.#ways[near]!, handle, handle.ends[near]!, far, alert)
  }

  #raised(cpu: number): void {
    for (const arrivals of this.#arrivals) {
      if (arrivals?.cpu.id === cpu) arrivals.setAlarm()
    }
  }
}
