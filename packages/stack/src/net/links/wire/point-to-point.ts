import type { Address } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Mbufs } from '@smpnet/mbuf'
import { completeSums, GOOD, Ipv4Header } from '@smpnet/inet'
import { DROPPED, type Outcome, QUEUED, WAIT } from '@smpnet/netisr'
import { SETTLE, type Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { Link } from '../link.ts'
import type { WireEnd, WireShape } from './wire-shape.ts'
import type { WireWay } from './wire-way.ts'

/** Sees to it that the CPU of the far end has an alarm for the next arrival. Plain code. */
export type Alert = (sender: Cpu) => void

/**
 * An end of a wire as an interface that packets go out by. It offloads nothing: a packet's sums are
 * filled in before it is taken, and its receiver is told nothing but its bytes and where they came.
 */
export class PointToPoint implements Link {
  readonly name: string
  readonly mtu: number
  readonly offload: number = 0
  readonly #header = new Ipv4Header()

  constructor(
    readonly mbufs: Mbufs,
    readonly way: WireWay,
    readonly shape: WireShape,
    near: WireEnd,
    readonly far: WireEnd,
    readonly alert: Alert,
  ) {
    this.name = near.name
    this.mtu = shape.mtu
  }

  tryOutput(td: Thread, packet: Address): Outcome {
    const { way } = this
    if (!this.mbufs.memory.settled()) return WAIT
    if (!this.#isFit(packet)) return DROPPED
    if (!way.lock.tryEnter()) return WAIT
    const [isTaken, isToAlert] = this.#takeLocked(td.pcpu, packet)
    if (isToAlert) this.alert(td.pcpu)
    return isTaken ? QUEUED : DROPPED
  }

  *output(td: Thread, packet: Address): Waiting<Outcome> {
    const { way } = this
    const { memory } = this.mbufs
    while (!memory.settled()) yield SETTLE
    if (!this.#isFit(packet)) return DROPPED
    yield* way.lock.enter()
    const [isTaken, isToAlert] = this.#takeLocked(td.pcpu, packet)
    if (!isToAlert) return isTaken ? QUEUED : DROPPED
    while (!memory.settled()) yield SETTLE
    this.alert(td.pcpu)
    return QUEUED
  }

  /** Fills in the sums of a packet, unless it is too long; false, and counted, if it cannot go. */
  #isFit(packet: Address): boolean {
    const { mbufs, way } = this
    const isTooLong = mbufs.length(packet) > this.mtu
    if (isTooLong) way.count('tooLong')
    else if (completeSums(mbufs, packet, this.#header) === GOOD) return true
    else way.count('unsummed')
    return false
  }

  /** Takes it under the lock and lets that go, whatever a packet that is none throws. */
  #takeLocked(cpu: Cpu, packet: Address): readonly [isTaken: boolean, isToAlert: boolean] {
    try {
      const isTaken = this.#take(cpu, packet)
      return [isTaken, isTaken && this.way.askForAlarm()]
    } finally {
      this.way.lock.exit()
    }
  }

  /** Under the lock: from then on the packet is the wire's. */
  #take(cpu: Cpu, packet: Address): boolean {
    const { mbufs, way, far } = this
    if (!way.take(packet, mbufs.length(packet), Math.ceil(cpu.now()))) return false
    mbufs.setFlags(packet, 0)
    mbufs.setFlow(packet, 0)
    mbufs.setReceiveInterface(packet, far.index)
    return true
  }
}
