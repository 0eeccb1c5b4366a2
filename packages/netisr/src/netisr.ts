import {
  type Address,
  type Arena,
  expectHandle,
  type HandleKind,
  holderOf,
  type Interrupt,
  type Memory,
} from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Parking, Waiter, Waiting } from '@smpnet/park'
import { Priority, type Scheduler, type Thread } from '@smpnet/scheduler'
import type { PacketLinks, Protocol } from './protocols/protocol.ts'
import { ProtocolTable } from './protocols/protocol-table.ts'
import { Registry } from './protocols/registry.ts'
import { Buckets } from './routing/buckets.ts'
import { Placement } from './placement/placement.ts'
import { Router } from './routing/router.ts'
import { Sender } from './sending/sender.ts'
import { NETISR } from './shape/netisr-layout.ts'
import { NetisrPlan } from './shape/netisr-plan.ts'
import {
  expectBetween,
  type NetisrHandle,
  type NetisrShape,
  wholeShape,
} from './shape/netisr-shape.ts'
import { LATENCY, Latencies } from './latency/latencies.ts'
import type { NetisrStatistics } from './statistics/statistics.ts'
import { statisticsOf } from './statistics/read-statistics.ts'
import { DEFAULT, type DispatchName, dispatchName, dispatchNumber } from './terms/names.ts'
import { BadNetisr } from './terms/errors.ts'
import { expectNames, type NamesOf } from './terms/expect-options.ts'
import { buryIn } from './workstream/burying.ts'
import { type Outcome, WAIT } from './workstream/outcome.ts'
import { work } from './workstream/worker.ts'
import { Workstream } from './workstream/workstream.ts'

const HANDLE: HandleKind = {
  of: 'a netisr',
  fields: {
    at: 'address',
    cpus: 'count',
    guests: 'count',
    threads: 'count',
    bind: 'any',
    maxLimit: 'count',
    protocols: 'count',
    buckets: 'count',
    pins: 'count',
    maxWaitUs: 'count',
    latencies: 'count',
    mayStarve: 'count',
  },
}

/** A lock that many may hold to read, such as an rmlock of `@smpnet/sync`. */
export interface RegistryLock {
  tryEnter(td: Waiter): boolean
  enter(td: Waiter): Waiting<unknown>
  tryExit(td: Waiter): boolean
  exit(td: Waiter): Waiting
}

/** What an isolate gives its view of a netisr. */
export interface NetisrOptions {
  /**
   * Whole microseconds by the clock of a CPU, or of a thread outside with that number, the same for
   * all isolates: for `maxWaitUs` and for latencies.
   */
  readonly nowUs?: (cpu: number) => number
  /**
   * Hears of what a handler throws in a worker of this isolate, which then goes on; the handler has
   * had the packet. Without it, the error ends the worker's thread as that of any other.
   */
  readonly onError?: (error: unknown, protocol: string) => void
  /**
   * Held to read by every dispatch while it looks protocols up and handles the packet, as
   * FreeBSD's netisr_rmlock is where NETISR_LOCKING is set. None unless told: what is registered
   * here never goes.
   */
  readonly registryLock?: RegistryLock
}

const OPTION_NAMES: NamesOf<Required<NetisrOptions>> = {
  nowUs: true,
  onError: true,
  registryLock: true,
}

/**
 * Packets to CPUs: netisr2 of FreeBSD 8 (net/netisr.c). A protocol is registered with a policy,
 * which says which workstream a packet belongs to, and a dispatch, which says whether the caller of
 * `dispatch` handles it itself. A workstream has a queue for each protocol, and a worker.
 *
 *     dispatch ──direct──────────────────────────────> handler, in the caller's thread
 *        │ └────hybrid: its CPU's, and nothing waits ─────^
 *        └─deferred, or hybrid otherwise ─> queue ──┐
 *     queue, queueNow ─────────────────────────────┴─> worker ──> handler, in the worker's thread
 *
 * At most one of the worker and a hybrid dispatcher handles the packets of a workstream at a time,
 * and no packet overtakes one that was queued before: so packets that a policy keeps together stay
 * in order, as long as they all come by `queue`, or by hybrid or deferred dispatch. Direct dispatch
 * takes no lock and looks at no queue; their order is that of their senders.
 *
 * This is a view of words in Memory: each isolate makes one and registers the same protocols, with
 * functions of its own. Whatever begins with `try` is plain code that a thread calls, in a section
 * or not; `queueNow` is for interrupts; generators are for threads.
 */
export class Netisr {
  readonly #plan: NetisrPlan
  readonly #table: ProtocolTable
  readonly #streams: readonly Workstream[]
  readonly #registry: Registry
  readonly #sender: Sender
  readonly #placement: Placement
  readonly #latencies: Latencies | undefined
  readonly #lots: Parking[] = []

  constructor(
    readonly memory: Memory,
    readonly handle: NetisrHandle,
    readonly packets: PacketLinks,
    readonly options: NetisrOptions = {},
  ) {
    expectHandle(HANDLE, handle, memory)
    expectNames('a view of a netisr', options, OPTION_NAMES)
    const { at, threads, protocols, buckets, pins, maxWaitUs, latencies } = handle
    const { nowUs } = options
    if ((maxWaitUs > 0 || latencies > 0) && typeof nowUs !== 'function') {
      throw new BadNetisr('nowUs: expected a clock for maxWaitUs and latencies, came none')
    }
    if (latencies > 0 && typeof packets.arrivedUs !== 'function') {
      throw new BadNetisr('arrivedUs: expected one of the packets for latencies, came none')
    }
    this.#plan = new NetisrPlan(at, handle)
    this.#table = new ProtocolTable(memory, this.#plan, handle)
    this.#registry = new Registry(this.#table)
    const bound = maxWaitUs > 0 ? { maxWaitUs, nowUs: nowUs! } : undefined
    this.#streams = Array.from({ length: threads }, (_, id) => {
      return new Workstream(memory, this.#plan.stream(id), id, packets, protocols, bound)
    })
    const table = new Buckets(memory, this.#plan, buckets, pins, threads)
    const router = new Router(table, packets, threads)
    this.#placement = new Placement(table, this.#table, this.#streams)
    this.#sender = new Sender({ memory, plan: this.#plan, streams: this.#streams, router })
    if (latencies > 0) {
      this.#latencies = new Latencies(memory, this.#plan.latencies, packets, nowUs!)
    }
  }

  /** Places a netisr. Throws BadNetisr, a TypeError for unknown names, OutOfMemory. */
  static place(arena: Pick<Arena, 'memory' | 'place'>, shape: NetisrShape): NetisrHandle {
    const { dispatch, defaultLimit, ...rest } = wholeShape(shape)
    const at = arena.place('netisr', Netisr.bytes(shape))
    arena.memory.store(at + NETISR.offset.dispatch, dispatch)
    arena.memory.store(at + NETISR.offset.limit, defaultLimit)
    const plan = new NetisrPlan(at, rest)
    new Buckets(arena.memory, plan, rest.buckets, rest.pins, rest.threads).spread()
    return { ...rest, at }
  }

  /** Bytes of a netisr of that shape. Throws as `place`. */
  static bytes(shape: NetisrShape): number {
    const { latencies, cpus, guests, ...rest } = wholeShape(shape)
    const { end } = new NetisrPlan(0, { ...rest, cpus, guests })
    return end + (latencies > 0 ? (cpus + guests) * LATENCY.size : 0)
  }

  /**
   * Registers a protocol in this isolate: netisr_register. Every isolate registers the same. Throws
   * BadNetisr for what cannot be, ProtocolMismatch for what another CPU has registered otherwise.
   */
  register(protocol: Protocol): void {
    const limit = this.#registry.add(protocol)
    if (limit > 0) for (const stream of this.#streams) stream.setLimit(protocol.number, limit)
  }

  /** Lets interrupts of a CPU queue packets. `start` does it, too. */
  attach(cpu: Pick<Cpu, 'id' | 'lot'>): void {
    this.#lots[cpu.id] = cpu.lot
  }

  /**
   * Starts the worker of a CPU of this isolate, when it boots; undefined when the CPU has no
   * workstream. The first `threads` CPUs have one each.
   */
  start(scheduler: Pick<Scheduler, 'cpu' | 'spawn'>): Thread | undefined {
    const { cpu } = scheduler
    this.attach(cpu)
    const stream = this.#streams[cpu.id]
    if (stream === undefined) return undefined
    const parts = {
      knownOf: (protocol: number) => this.#registry.known(protocol),
      onError: this.options.onError,
      latencies: this.#latencies,
    }
    return scheduler.spawn((td) => work(td, stream, parts), {
      name: `netisr ${cpu.id}`,
      priority: Priority.interrupt,
      pinned: this.handle.bind,
    })
  }

  /**
   * Queues a packet for its worker: netisr_queue_src. QUEUED, DROPPED, or WAIT when a lock is not
   * to be had, and then `yield* queue(…)`. A worker that is woken may be more urgent than the
   * caller, which it then preempts at its next yield: `if (td.owesPreemption()) yield PREEMPT`, as
   * soon as that may be.
   */
  tryQueue(td: Waiter, protocol: number, source: number, packet: Address): Outcome {
    // Before anything that has a price: a try in vain costs nothing in simulated time.
    if (!this.memory.settled() || this.options.registryLock !== undefined) return WAIT
    return this.#sender.tryQueue(td, this.#registry.known(protocol), source, packet)
  }

  /** The same for a thread that can wait: QUEUED or DROPPED. */
  *queue(td: Waiter, protocol: number, source: number, packet: Address): Waiting<Outcome> {
    const { registryLock } = this.options
    if (registryLock !== undefined && !registryLock.tryEnter(td)) yield* registryLock.enter(td)
    try {
      return yield* this.#sender.queue(td, this.#registry.known(protocol), source, packet)
    } finally {
      if (registryLock !== undefined && !registryLock.tryExit(td)) yield* registryLock.exit(td)
    }
  }

  /** The same for an interrupt of a CPU that was started or attached. Throws an Error elsewhere. */
  queueNow(irq: Interrupt, protocol: number, source: number, packet: Address): Outcome {
    const lot = this.#lots[irq.cpu]
    if (lot === undefined) {
      throw new Error(`CPU ${irq.cpu} queues in interrupts when it was started or attached`)
    }
    return this.#sender.queueNow(lot, irq, this.#registry.known(protocol), source, packet)
  }

  /**
   * Handles a packet or queues it, as its protocol's dispatch says: netisr_dispatch_src. DONE,
   * QUEUED, DROPPED, or WAIT, and then `yield* dispatch(…)`. Hybrid dispatch waits in simulated
   * time, since other CPUs could not see plain code dispatch. Direct dispatch that is called by
   * handlers within handlers queues the packet at a depth of 8.
   */
  tryDispatch(td: Waiter, protocol: number, source: number, packet: Address): Outcome {
    if (!this.memory.settled() || this.options.registryLock !== undefined) return WAIT
    return this.#sender.tryDispatch(td, this.#registry.known(protocol), source, packet)
  }

  /** The same for a thread that can wait: DONE, QUEUED or DROPPED. */
  *dispatch(td: Waiter, protocol: number, source: number, packet: Address): Waiting<Outcome> {
    const { registryLock } = this.options
    if (registryLock !== undefined && !registryLock.tryEnter(td)) yield* registryLock.enter(td)
    try {
      return yield* this.#sender.dispatch(td, this.#registry.known(protocol), source, packet)
    } finally {
      if (registryLock !== undefined && !registryLock.tryExit(td)) yield* registryLock.exit(td)
    }
  }

  /** The default dispatch: net.isr.dispatch. */
  get defaultDispatch(): DispatchName {
    return dispatchName(this.#table.defaultDispatch()) as DispatchName
  }

  /**
   * Changes it, for all CPUs, while packets are on their way: none is lost, and none overtakes one
   * that was dispatched before. Direct dispatch begins for the packets of a workstream when what
   * was queued there is handled. Throws a TypeError for an unknown name, BadNetisr as `register`.
   */
  setDefaultDispatch(name: DispatchName): void {
    this.#table.setDefaultDispatch(dispatchNumber(name))
  }

  /**
   * The same for one protocol, whatever the default is; `default` lets it follow that again. Throws
   * as `setDefaultDispatch`, and UnknownProtocol.
   */
  setDispatch(protocol: number, name: DispatchName | 'default'): void {
    const { number } = this.#registry.known(protocol)
    this.#table.setDispatch(number, name === 'default' ? DEFAULT : dispatchNumber(name))
  }

  /** Changes the limit of a protocol's queues: netisr_setqlimit. Throws BadNetisr. Plain code. */
  setLimit(protocol: number, limit: number): void {
    expectBetween(
      `limit of ${this.#registry.known(protocol).name}`,
      limit,
      1,
      this.handle.maxLimit,
    )
    this.#table.lock()
    try {
      this.#table.setLimit(protocol, limit)
      for (const stream of this.#streams) stream.setLimit(protocol, limit)
    } finally {
      this.#table.unlock()
    }
  }

  /**
   * Has a flow handled by the workstream of a CPU, whatever its bucket says, from the next packet
   * that comes when none is left elsewhere. Throws BadNetisr for what cannot be, and for a flow
   * beside as many as there are pins. Plain code.
   */
  pinFlow(flow: number, cpu: number): void {
    this.#placement.pin(flow, cpu)
  }

  /** The flow goes where its bucket says again. Throws BadNetisr. Plain code. */
  unpinFlow(flow: number): void {
    this.#placement.unpin(flow)
  }

  /**
   * A thread on `cpu` consumes the packets of `flow`, and would have them handled there: Linux's
   * RFS, which a receive calls each time. The flows that share its bucket follow. Without buckets
   * nothing happens. Plain code.
   */
  steerFlow(flow: number, cpu: number): void {
    this.#placement.steer(flow, cpu)
  }

  /**
   * Evens the load of the workstreams out by moving buckets, at most 16 at a time, by what came
   * since this isolate called it last; says how many are to move. For a callout. Plain code.
   */
  balance(): number {
    return this.#placement.balance()
  }

  /**
   * Ends what the thread of that number had begun here, which has ended and was no CPU: an append,
   * a dispatch. What it had queued is handled. After its burial in the lot; never parks.
   */
  *bury(lot: Parking, thread: number): Waiting {
    this.#table.breakFrom(holderOf(thread))
    const mend = (): void => this.#placement.mend()
    for (const stream of this.#streams) yield* buryIn(stream, lot, thread, mend)
  }

  /** What was counted. Exact when nothing is sent or handled meanwhile. For any thread. */
  statistics(): NetisrStatistics {
    const counted = statisticsOf(this.handle, this.memory, this.#plan, this.#table, this.#streams)
    const { cpus, guests } = this.handle
    const latencies = this.#latencies
    return {
      ...counted,
      placement: this.#placement.statistics(),
      latencies: latencies
        ? Array.from({ length: cpus + guests }, (_, cpu) => latencies.of(cpu))
        : [],
    }
  }
}
