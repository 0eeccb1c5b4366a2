import type { Address, Memory } from '@smpnet/memory'
import type { Frame, NicTraffic } from '@smpnet/ifqueue/interface'
import type { SimRandom } from '@smpnet/machine/sim'
import { InterfacePackets } from '../interfaces/interface-packets.ts'
import { PACKET_BYTES } from '../interfaces/interface-settings.ts'
import { FLOWS_PER_QUEUE, ROUTES } from './route-settings.ts'

/** Frames are so much nearer or farther than the mean: else all queues would fall into step. */
const JITTER = 0.5
const STEPS = 1001

/** The shortest frames, of each receive queue as many, to destinations by chance. */
export class RouteTraffic implements NicTraffic {
  readonly #nextNs: number[] = []

  constructor(
    /** Ns between two frames of a queue, in the mean. */
    readonly everyNs: number,
    readonly random: SimRandom,
    /** When a queue has begun, for its first frame. */
    readonly nowNs: () => number,
  ) {}

  next(queue: number): Frame {
    const part = 1 - JITTER + (2 * JITTER * this.random.below(STEPS)) / (STEPS - 1)
    const atNs = (this.#nextNs[queue] ?? this.nowNs()) + this.everyNs * part
    this.#nextNs[queue] = atNs
    const flow = queue * FLOWS_PER_QUEUE + this.random.below(FLOWS_PER_QUEUE)
    return { atNs, bytes: PACKET_BYTES, flow }
  }

  write(memory: Memory, buffer: Address, { flow, atNs }: Frame): void {
    InterfacePackets.receive(memory, buffer, flow, (flow * 7) % ROUTES, atNs)
  }
}
