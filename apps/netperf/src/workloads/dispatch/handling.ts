import { type Address, SETTLE, work, type Zone } from '@smpnet/memory'
import type { SimRandom } from '@smpnet/machine/sim'
import type { Handler } from '@smpnet/netisr'
import type { Waiter, Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { Packets } from './packet.ts'
import type { RegistryLock } from './registry-lock.ts'
import type { Tallies } from './tallies.ts'

export const HANDLE_PACKET = work('handle-packet')

/** A packet's work differs by at most so much from the mean: without chance CPUs fall into step. */
const JITTER = 0.1
const STEPS = 1001

/** What the handlers of one CPU have together. */
export interface Handling {
  readonly packets: Packets
  readonly zone: Zone
  readonly tallies: Tallies
  readonly random: SimRandom
  /** Ns of work for a packet, which a live CPU spends by its clock. */
  readonly workNs: number
  readonly registry: RegistryLock | undefined
  /** The thread that dispatches on this CPU, and has the registry's lock then. */
  receiver: Thread | undefined
}

/** Does the work of a packet, and frees it. Its latency ends with its work. */
export class PacketHandler implements Handler {
  constructor(readonly of: Handling) {}

  tryInput(td: Waiter, packet: Address): boolean {
    const { packets, zone, registry, receiver } = this.of
    if (registry !== undefined && td !== receiver) return false
    const cameNs = packets.cameNs(packet)
    // First what may fail, since what says false has done nothing.
    if (!zone.tryFree(td, packet)) return false
    this.#work(td as Thread, cameNs)
    return true
  }

  *input(td: Waiter, packet: Address): Waiting {
    const { packets, zone, registry, receiver } = this.of
    const isWorker = registry !== undefined && td !== receiver
    if (isWorker) yield* registry.enter(td as Thread)
    const cameNs = packets.cameNs(packet)
    yield* zone.free(td, packet)
    this.#work(td as Thread, cameNs)
    if (!isWorker) return
    while (!packets.memory.settled()) yield SETTLE
    yield* registry.exit(td as Thread)
  }

  #work(td: Thread, cameNs: number): void {
    const { packets, tallies, random, workNs } = this.of
    const part = 1 - JITTER + (2 * JITTER * random.below(STEPS)) / (STEPS - 1)
    packets.memory.charge(HANDLE_PACKET, part)
    if (!packets.memory.isSimulated) spend(td, workNs * part)
    tallies.handled(td.cpu, cameNs)
  }
}

function spend({ pcpu }: Thread, ns: number): void {
  const untilNs = pcpu.now() + ns
  while (pcpu.now() < untilNs);
}
