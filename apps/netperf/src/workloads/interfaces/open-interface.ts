import type { Cpu } from '@smpnet/machine'
import { VECTOR } from '@smpnet/machine'
import { type Address, type Memory, PricedMemory } from '@smpnet/memory'
import {
  type Device,
  type Handoff,
  type HandoffEntry,
  type HandoffLock,
  type HandoffParts,
  handoffTable,
  InterruptThread,
  LiveNic,
  type NicCpu,
  type NicQueue,
  ringBytes,
  SimNic,
  Fifo,
  TransmitRing,
} from '@smpnet/ifqueue/interface'
import { Priority, type Thread } from '@smpnet/scheduler'
import type { Site } from '@smpnet/stack'
import { lockTable } from '@smpnet/sync/kinds'
import { hostLock } from '../../locks/host-lock.ts'
import { lookUp } from '../../options/usage-error.ts'
import type { KernelHost } from '../../model/kernel-program.ts'
import { InterfacePackets } from './interface-packets.ts'
import { CARD_NS, type InterfaceSettings } from './interface-settings.ts'
import { type LockTimes, TimedLock } from './timed-lock.ts'

/** Where an interface is, for all CPUs. */
export interface InterfaceShared {
  readonly handoff: Address
  readonly packets: Address
  /** For each transmit queue: its ring, and what its interrupt and that one's thread share. */
  readonly rings: readonly Address[]
  readonly bells: readonly Address[]
}

/** FreeBSD's locks of an ifqueue and of a driver: mutex(9). */
const LOCK = lockTable.find(({ name }) => name === 'mutex')!
/** Cards of this time have as many queues, and drivers use one for each CPU. */
const MOST_QUEUES = 64

const handoffs: ReadonlyMap<string, HandoffEntry> = new Map(
  handoffTable.map((entry) => [entry.name, entry]),
)

export function handoffOf(name: string): HandoffEntry {
  return lookUp('hand-off', handoffs, name)
}

/** Packets that each sender has: those of twice all full queues and rings, between all senders. */
export function packetsOf(settings: InterfaceSettings, cpus: number): number {
  const { limit, slots, received = 0 } = settings
  return Math.ceil((2 * queuesOf(settings, cpus) * (limit + slots)) / cpus) + 8 + received
}

export function queuesOf({ handoff }: InterfaceSettings, cpus: number): number {
  return handoffOf(handoff).queuesOf(Math.min(cpus, MOST_QUEUES))
}

function partsOf(cpus: number): HandoffParts {
  return { lockBytes: LOCK.bytes(cpus), disciplineBytes: Fifo.bytes }
}

function shapeOf(settings: InterfaceSettings, cpus: number) {
  const { limit, bulk } = settings
  return { limit, bulk, queues: queuesOf(settings, cpus) }
}

export function interfaceBytes(settings: InterfaceSettings, cpus: number): number {
  const queues = queuesOf(settings, cpus)
  const own = handoffOf(settings.handoff).bytes(shapeOf(settings, cpus), partsOf(cpus))
  const rings = queues * (ringBytes(settings.slots) + InterruptThread.bytes)
  return own + rings + InterfacePackets.bytes(cpus, packetsOf(settings, cpus)) + 4096
}

export function placeInterface(settings: InterfaceSettings, site: Site): InterfaceShared {
  const { arena, cpus } = site
  const queues = Array.from({ length: queuesOf(settings, cpus) }, (_, queue) => queue)
  const bytes = handoffOf(settings.handoff).bytes(shapeOf(settings, cpus), partsOf(cpus))
  const packetBytes = InterfacePackets.bytes(cpus, packetsOf(settings, cpus))
  return {
    handoff: arena.place('hand-off', bytes),
    packets: arena.place('packets', packetBytes),
    rings: queues.map(() => arena.place('transmit ring', ringBytes(settings.slots))),
    bells: queues.map(() => arena.place('interrupt thread', InterruptThread.bytes)),
  }
}

/** The cards of simulated machines: one for all CPUs, which share an isolate. */
const cards = new WeakMap<InterfaceShared, SimNic>()

/** An interface as the threads of one CPU use it. */
export class OpenInterface {
  readonly handoff: Handoff
  readonly packets: InterfacePackets
  readonly times: LockTimes = { pairs: 0, waitNs: 0 }
  readonly #device: Device
  readonly #cpus: number

  constructor(
    readonly settings: InterfaceSettings,
    readonly shared: InterfaceShared,
    readonly host: KernelHost,
  ) {
    const { cpu } = host
    this.#cpus = cpu.cpus
    this.packets = new InterfacePackets(cpu.memory, shared.packets, packetsOf(settings, cpu.cpus))
    this.#device = this.#openDevice(cpu)
    this.handoff = this.open(cpu.memory)
  }

  /** The hand-off over a memory: this CPU's own, or an observer's. */
  open(memory: Memory): Handoff {
    const { settings, shared } = this
    const ports = shared.rings.map((at, queue) => {
      const { packets } = this
      const free = (packet: Address) => packets.free(packet)
      const device = this.#device
      return new TransmitRing({ memory, at, slots: settings.slots, device, queue, packets, free })
    })
    const shape = shapeOf(settings, this.#cpus)
    const lock = (at: Address, name: string) => this.#lock(at, name)
    const site = { memory, at: shared.handoff, shape, packets: this.packets, ports, lock }
    return handoffOf(settings.handoff).over(site, partsOf(this.#cpus))
  }

  /** Has this CPU serve the interrupts of its queues by `serve`, and be the device, where it is. */
  serve(serve: (td: Thread, queue: number) => ReturnType<Handoff['complete']>): void {
    const { cpu, scheduler } = this.host
    const { bells } = this.shared
    for (let queue = cpu.id; queue < bells.length; queue += cpu.cpus) {
      const bell = new InterruptThread(cpu.memory, bells[queue]!)
      cpu.onInterrupt(VECTOR.device, (irq) => {
        if (this.#device instanceof SimNic) this.#device.interrupted(irq, queue)
        bell.ringNow(irq, cpu.lot)
      })
      const options = { name: `irq ${queue}`, pinned: true, priority: Priority.interrupt }
      scheduler.spawn((td) => bell.run(td, () => serve(td, queue)), options)
    }
    const device = this.#device
    if (device instanceof LiveNic && cpu.id === cpu.cpus - 1) {
      scheduler.spawn((td) => device.run(td, cpu), { name: 'network card', pinned: true })
    }
  }

  #openDevice(cpu: Cpu): Device {
    const { settings, shared } = this
    const queues = shared.rings.map((ring, queue): NicQueue => {
      return { ring, slots: settings.slots, cpu: queue % cpu.cpus, vector: VECTOR.device }
    })
    const { bitsPerSecond, frames, delayNs } = settings
    if (!(cpu.memory instanceof PricedMemory)) {
      return new LiveNic(cpu.memory, queues, bitsPerSecond)
    }
    const moderation = { frames, delayNs }
    const made = () => new SimNic({ bitsPerSecond, fetchNs: CARD_NS.fetch, moderation, queues })
    const card = cards.get(shared) ?? made()
    cards.set(shared, card)
    card.attach(cpu as unknown as NicCpu)
    return card
  }

  #lock(at: Address, name: string): HandoffLock {
    const { cpu } = this.host
    const of = { kind: LOCK.name, name, type: 'sleep mutex', place: 'hand-off' }
    const nowNs = () => (cpu.instant ? cpu.instant() : cpu.now())
    return new TimedLock(hostLock(this.host, at, of), this.times, nowNs)
  }
}
