import { type Address, expectHandle, type HandleKind, type Memory } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Mbufs } from '@smpnet/mbuf'
import type { Direction } from '../pcapng/pcapng-writer.ts'
import { CaptureRing } from './capture-ring.ts'
import { type CaptureHandle, strideOf } from './capture-shape.ts'

const HANDLE: HandleKind = {
  of: 'capture rings',
  fields: {
    at: 'address',
    places: 'count',
    links: 'list',
    ringBytes: 'count',
    snapBytes: 'count',
  },
}

/** The rings of all CPUs, as one isolate sees them: one object in each. */
export class CaptureRings {
  readonly rings: readonly CaptureRing[]

  constructor(
    readonly memory: Memory,
    readonly handle: CaptureHandle,
  ) {
    expectHandle(HANDLE, handle, memory)
    const stride = strideOf(handle)
    this.rings = Array.from({ length: handle.places }, (_, place) => {
      return new CaptureRing(memory, handle.at + place * stride, handle)
    })
  }

  /** Has `collect` called when a ring has no room: by a reader of this isolate. */
  drainBy(collect: () => void): void {
    for (const ring of this.rings) ring.onFull = collect
  }

  /**
   * The tap of a link, by its place in the handle's list. `mbufs` are the packets as an observer
   * sees them (`observed`), or capturing takes simulated time; `memory` is what the CPUs use.
   * Throws a RangeError for a link that is not in the list.
   */
  tap(mbufs: Mbufs, link: number, memory: Memory = mbufs.memory): Tap {
    const { links } = this.handle
    if (links[link] !== undefined) return new Tap(this, mbufs, link, memory)
    throw new RangeError(`link: expected 0 to ${links.length - 1}, came ${link}`)
  }
}

/**
 * Where packets of one link are captured: bpf_mtap. Plain code, in threads and interrupts alike, of
 * the CPU whose ring it writes.
 */
export class Tap {
  constructor(
    readonly captures: CaptureRings,
    readonly mbufs: Mbufs,
    readonly link: number,
    readonly memory: Memory,
  ) {}

  /** Captures a packet. */
  capture(cpu: Cpu, packet: Address, direction: Direction): void {
    this.publish(cpu, this.reserve(cpu, packet, direction))
  }

  /**
   * The same in two steps, for a link that may yet not take the packet: returns what to give
   * `takeBack` then; else `publish`, on the same CPU before the caller yields.
   */
  reserve(cpu: Cpu, packet: Address, direction: Direction): number {
    // An observer's look at the clock has no price, where there is such a look.
    const timeNs = Math.floor(cpu.instant?.() ?? cpu.now())
    return this.#ringOf(cpu).reserve(this.mbufs, packet, this.link, direction, timeNs)
  }

  publish(cpu: Cpu, before: number): void {
    this.#ringOf(cpu).publish(this.link, before)
  }

  takeBack(cpu: Cpu, before: number): void {
    this.#ringOf(cpu).takeBack(before)
  }

  #ringOf(cpu: Cpu): CaptureRing {
    return this.captures.rings[cpu.id]!
  }
}
