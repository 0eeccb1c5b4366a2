import { type Address, CACHE_LINE_BYTES, Zone, type ZoneHandle } from '@smpnet/memory'
import { Netisr, type NetisrHandle, type NetisrShape } from '@smpnet/netisr'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { Needs, Site } from '@smpnet/stack'
import { randomOf } from '../../locks/random-of.ts'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import type { KernelSlice } from '../../model/kernel-slice.ts'
import { arrivalsOf } from './arrivals.ts'
import type { DispatchSettings } from './dispatch-settings.ts'
import { type Handling, PacketHandler } from './handling.ts'
import { PACKET, Packets } from './packet.ts'
import { PARTS, PROTOCOL, Receiver, RECEIVER_PRIORITY } from './receiver.ts'
import { ReceiveQueue } from './receive-queue.ts'
import { RegistryLock } from './registry-lock.ts'
import { Rounds } from './rounds.ts'
import { consumerOf } from './spread.ts'
import { Tallies } from './tallies.ts'

interface Shared {
  readonly netisr: NetisrHandle
  readonly zone: ZoneHandle
  readonly tallies: Address
  /** A word that counts the slices that have ended, as their leader says it. */
  readonly ended: Address
  readonly registry: Address
}

/** What a CPU's magazines and hands can hold beside queues. */
const IDLE_ITEMS = 64
/** Of a zone besides its items: two lines for each magazine of eight, and some for each CPU. */
const ZONE_SHARE = 1.4
/** So that the chance of the traffic is another than that of the work. */
const TRAFFIC = 0x5eed

/**
 * Receivers on the first CPUs, workers of netisr on the first CPUs, and on every CPU a client that
 * reports what was handled there. Where nothing is received, the client waits for that of the CPU
 * that receives most to say that the slice is over.
 */
export class DispatchProgram implements KernelProgram<DispatchSettings, Shared> {
  /** By what the CPUs of one isolate share, which is one object there. */
  readonly #tallies = new WeakMap<Shared, Tallies>()

  needs(settings: DispatchSettings, cpus: number): Needs {
    const zone = itemsOf(settings, cpus) * PACKET.size * ZONE_SHARE + cpus * 1024
    const { registryLock } = settings
    const lock = RegistryLock.kindOf(registryLock)?.bytes(cpus) ?? 0
    const own = Tallies.bytes(cpus) + Netisr.bytes(shapeOf(settings, cpus)) + lock
    return { bytes: Math.ceil(zone + own + 4096), threads: 2 * cpus }
  }

  place(settings: DispatchSettings, { arena, cpus }: Site): Shared {
    const items = itemsOf(settings, cpus)
    const shape = { name: 'packets', items, itemBytes: PACKET.size, cpus }
    const lock = RegistryLock.kindOf(settings.registryLock)?.bytes(cpus) ?? 0
    return {
      netisr: Netisr.place(arena, shapeOf(settings, cpus)),
      zone: Zone.create(arena, shape).handle,
      tallies: arena.place('tallies', Tallies.bytes(cpus)),
      ended: arena.place('ended slices', CACHE_LINE_BYTES),
      registry: lock === 0 ? 0 : arena.place('the lock of the registry', lock),
    }
  }

  clients(_settings: DispatchSettings, cpus: number): number {
    return cpus
  }

  start(settings: DispatchSettings, shared: Shared, host: KernelHost): void {
    const { cpu, scheduler, seed, client } = host
    const { memory } = cpu
    const tallies = this.#talliesOf(shared, host)
    const packets = new Packets(memory)
    const zone = Zone.open(memory, shared.zone)
    const registry = RegistryLock.open(settings.registryLock, shared.registry, host)
    const random = randomOf(seed, cpu.id)
    const { workNs } = settings
    const receiver = undefined
    const handling: Handling = { packets, zone, tallies, random, workNs, registry, receiver }
    const netisr = new Netisr(memory, shared.netisr, packets)
    register(netisr, settings, handling, seed)
    netisr.start(scheduler)
    const rounds = new Rounds(memory, shared.ended)
    const options = { pinned: true, priority: RECEIVER_PRIORITY[settings.receiver] }
    if (cpu.id >= settings.queues) {
      client(`idle ${cpu.id}`, (td, slice) => untilEnded(td, slice, tallies, rounds), options)
      return
    }
    const { traffic, queues } = settings
    const arrivals = arrivalsOf(traffic, cpu.id, queues, randomOf(seed ^ TRAFFIC, cpu.id))
    const queue = new ReceiveQueue(arrivals, settings.ring)
    const own = new Receiver({ queue, netisr, packets, zone, registry, settings, rounds })
    const body = (td: Thread, slice: KernelSlice): Waiting<number> => {
      handling.receiver = td
      return receiving(td, slice, own, tallies)
    }
    client(`receiver ${cpu.id}`, body, options)
  }

  prices({ receiveNs, workNs }: DispatchSettings): Record<string, number> {
    return { 'clock-read': 0, 'receive-packet': receiveNs, 'handle-packet': workNs }
  }

  #talliesOf(shared: Shared, { cpu }: KernelHost): Tallies {
    const known = this.#tallies.get(shared)
    if (known !== undefined) return known
    const made = new Tallies(cpu.memory, shared.tallies, cpu.cpus)
    this.#tallies.set(shared, made)
    return made
  }
}

export function shapeOf(
  { dispatch, threads, limit, mayStarve }: DispatchSettings,
  cpus: number,
): NetisrShape {
  return {
    cpus,
    threads,
    bind: true,
    dispatch,
    defaultLimit: limit,
    maxLimit: limit,
    protocols: 2,
    mayStarve,
  }
}

/** A worker takes a whole queue at once, and as many may be queued meanwhile. */
function itemsOf({ threads, limit }: DispatchSettings, cpus: number): number {
  return 2 * threads * limit + cpus * IDLE_ITEMS
}

/** Of policy `cpu`, a packet belongs to the CPU on which its flow is read, wherever that is. */
function register(
  netisr: Netisr,
  { policy }: DispatchSettings,
  handling: Handling,
  seed: number,
): void {
  const { packets } = handling
  const { cpus } = netisr.handle
  const cpu = (packet: Address) => consumerOf(packets.flow(packet), seed, cpus)
  const handler = new PacketHandler(handling)
  const protocol = { number: PROTOCOL, name: 'work', policy, handler }
  netisr.register(policy === 'cpu' ? { ...protocol, cpu } : protocol)
}

function* receiving(
  td: Thread,
  slice: KernelSlice,
  receiver: Receiver,
  tallies: Tallies,
): Waiting<number> {
  const { rounds, settings } = receiver.of
  const [here, before] = [td.cpu, tallies.counts()]
  tallies.slices[here] = slice
  yield* receiver.run(td, slice)
  const counts = tallies.counts().map((count, cpu) => count - before[cpu]!)
  tallies.slices[here] = undefined
  slice.end()
  if (here !== settings.leader) return counts[here]!
  const sum = counts.reduce((all, count) => all + count, 0)
  if (sum > 0) slice.recorder('busiest').record(Math.round((Math.max(...counts) / sum) * PARTS))
  yield* rounds.end(td)
  return counts[here]!
}

function* untilEnded(
  td: Thread,
  slice: KernelSlice,
  tallies: Tallies,
  rounds: Rounds,
): Waiting<number> {
  const [here, before] = [td.cpu, tallies.counts()]
  tallies.slices[here] = slice
  rounds.begin()
  while (!rounds.isOver) yield* rounds.wait(td)
  const count = tallies.counts()[here]! - before[here]!
  tallies.slices[here] = undefined
  slice.end()
  return count
}
