import { type Address } from '@smpnet/memory'
import {
  InterruptThread,
  type NicCpu,
  ReceiveRing,
  ringBytes,
  SimReceiver,
} from '@smpnet/ifqueue/interface'
import { VECTOR } from '@smpnet/machine'
import { Netisr, type NetisrHandle, type NetisrShape } from '@smpnet/netisr'
import { Priority } from '@smpnet/scheduler'
import type { Needs, Site } from '@smpnet/stack'
import { randomOf } from '../../locks/random-of.ts'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { cardPrices } from '../interfaces/ifqueue.ts'
import { CARD_NS } from '../interfaces/interface-settings.ts'
import {
  interfaceBytes,
  type InterfaceShared,
  OpenInterface,
  placeInterface,
  queuesOf,
} from '../interfaces/open-interface.ts'
import type { RouteSettings } from './route-settings.ts'
import { type PlacedTables, placeTables, RouteTables, tablesBytes } from './route-tables.ts'
import { RouteTraffic } from './route-traffic.ts'
import { PROTOCOL, Router, RouterCounts } from './router.ts'

/** Where a router is, for all CPUs. */
interface Shared {
  readonly output: InterfaceShared
  readonly netisr: NetisrHandle
  readonly tables: PlacedTables
  /** For each CPU: its receive ring, and what its interrupt and its thread share. */
  readonly rings: readonly Address[]
  readonly bells: readonly Address[]
}

/** Receive queues have a vector of their own beside the transmit queues'. */
const RECEIVE_VECTOR = VECTOR.device + 1
/** Packets that wait in a queue of netisr at most: net.isr.defaultqlimit. */
const NETISR_LIMIT = 256
/** So that the chance of the traffic is another than that of the locks. */
const TRAFFIC = 0x5eed

/** On each CPU a thread of its receive queue's interrupt, its client, and what netisr runs. */
export class RouteProgram implements KernelProgram<RouteSettings, Shared> {
  /** The receive side of the card: one for all CPUs, which share an isolate. */
  readonly #cards = new WeakMap<Shared, SimReceiver>()

  needs(settings: RouteSettings, cpus: number): Needs {
    const rings = cpus * (ringBytes(settings.slots) + InterruptThread.bytes)
    const own = rings + tablesBytes(settings, cpus) + Netisr.bytes(shapeOf(settings, cpus))
    const threads = 2 * cpus + queuesOf(settings, cpus) + 1
    return { bytes: interfaceBytes(settings, cpus) + own + 4096, threads }
  }

  place(settings: RouteSettings, site: Site): Shared {
    const { arena, cpus } = site
    const each = Array.from({ length: cpus }, (_, cpu) => cpu)
    return {
      output: placeInterface(settings, site),
      netisr: Netisr.place(arena, shapeOf(settings, cpus)),
      tables: placeTables(settings, site),
      rings: each.map(() => arena.place('receive ring', ringBytes(settings.slots))),
      bells: each.map(() => arena.place('receive interrupt', InterruptThread.bytes)),
    }
  }

  clients(_settings: RouteSettings, cpus: number): number {
    return cpus
  }

  start(settings: RouteSettings, shared: Shared, host: KernelHost): void {
    const { cpu, scheduler, client } = host
    const { memory } = cpu
    const open = new OpenInterface(settings, shared.output, host)
    open.serve((td, queue) => open.handoff.complete(td, queue))
    const tables = new RouteTables(settings, shared.tables, host)
    const counts = new RouterCounts({ open, tables })
    const netisr = new Netisr(memory, shared.netisr, open.packets)
    netisr.register({ number: PROTOCOL, name: 'ip', policy: 'source', handler: counts })
    netisr.start(scheduler)
    const card = this.#cardOf(settings, shared, host)
    const { slots } = settings
    const [at, bell] = [shared.rings[cpu.id]!, shared.bells[cpu.id]!]
    const ring = new ReceiveRing({ memory, at, slots, device: card, queue: cpu.id })
    const thread = new InterruptThread(memory, bell)
    cpu.onInterrupt(RECEIVE_VECTOR, (irq) => {
      counts.interrupts++
      card.interrupted(irq, cpu.id)
      thread.ringNow(irq, cpu.lot)
    })
    const router = new Router({ open, tables, card, ring, bell, cpu: cpu.id }, netisr, counts)
    client(`router ${cpu.id}`, (td, slice) => router.run(td, slice), {
      pinned: true,
      priority: Priority.interrupt,
      prepare: (td) => router.begin(td),
    })
  }

  prices({ packetNs }: RouteSettings): Record<string, number> {
    return { 'clock-read': 0, ...cardPrices(), 'forward-packet': packetNs }
  }

  #cardOf(settings: RouteSettings, shared: Shared, { cpu, seed }: KernelHost): SimReceiver {
    const own = cpu as unknown as NicCpu
    const known = this.#cards.get(shared)
    if (known !== undefined) {
      known.attach(own)
      return known
    }
    const { frames, delayNs, slots, linkRate } = settings
    const everyNs = (1e9 * cpu.cpus) / linkRate
    const traffic = new RouteTraffic(everyNs, randomOf(seed ^ TRAFFIC, 0), () => own.instant())
    const queues = shared.rings.map((ring, queue) => {
      return { ring, slots, cpu: queue, vector: RECEIVE_VECTOR }
    })
    const moderation = { frames, delayNs }
    const card = new SimReceiver({ storeNs: CARD_NS.fetch, moderation, queues, traffic })
    this.#cards.set(shared, card)
    card.attach(own)
    return card
  }
}

function shapeOf({ dispatch }: RouteSettings, cpus: number): NetisrShape {
  return {
    cpus,
    dispatch,
    threads: cpus,
    bind: true,
    protocols: 2,
    defaultLimit: NETISR_LIMIT,
    maxLimit: NETISR_LIMIT,
  }
}
