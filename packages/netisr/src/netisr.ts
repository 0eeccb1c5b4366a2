import {
  type Address,
  type Arena,
  expectHandle,
  type HandleKind,
  holderOf,
  type Interrupt,
  type Memory,
  SETTLE,
} from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Parking, Waiter, Waiting } from '@smpnet/park'
import { Priority, type Scheduler, type Thread } from '@smpnet/scheduler'
import { DIRECT, type DispatchName, dispatchName, dispatchNumber, HYBRID } from './terms/names.ts'
import { type Handler, type PacketLinks, type Protocol } from './protocols/protocol.ts'
import { ProtocolTable } from './protocols/protocol-table.ts'
import { type Registered, Registry } from './protocols/registry.ts'
import { select } from './protocols/select.ts'
import { NETISR } from './shape/netisr-layout.ts'
import { NetisrPlan } from './shape/netisr-plan.ts'
import {
  expectBetween,
  type NetisrHandle,
  type NetisrShape,
  wholeShape,
} from './shape/netisr-shape.ts'
import type { NetisrStatistics } from './statistics/statistics.ts'
import { statisticsOf } from './statistics/read-statistics.ts'
import { DONE, type Outcome, WAIT } from './workstream/outcome.ts'
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
  },
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
  readonly #lots: Parking[] = []

  constructor(
    readonly memory: Memory,
    readonly handle: NetisrHandle,
    readonly packets: PacketLinks,
  ) {
    expectHandle(HANDLE, handle, memory)
    const { at, threads, protocols } = handle
    this.#plan = new NetisrPlan(at, handle)
    this.#table = new ProtocolTable(memory, this.#plan, handle)
    this.#registry = new Registry(this.#table)
    this.#streams = Array.from({ length: threads }, (_, id) => {
      return new Workstream(memory, this.#plan.stream(id), id, packets, protocols)
    })
  }

  /** Places a netisr. Throws BadNetisr, a TypeError for unknown names, OutOfMemory. */
  static place(arena: Pick<Arena, 'memory' | 'place'>, shape: NetisrShape): NetisrHandle {
    const { dispatch, defaultLimit, ...rest } = wholeShape(shape)
    const at = arena.place('netisr', new NetisrPlan(0, rest).end)
    arena.memory.store(at + NETISR.offset.dispatch, dispatch)
    arena.memory.store(at + NETISR.offset.limit, defaultLimit)
    return { ...rest, at }
  }

  /** Bytes of a netisr of that shape. Throws as `place`. */
  static bytes(shape: NetisrShape): number {
    return new NetisrPlan(0, wholeShape(shape)).end
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
    const handlerOf = (protocol: number): Handler => this.#registry.known(protocol).handler
    return scheduler.spawn((td) => work(td, stream, handlerOf), {
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
    if (!this.memory.settled()) return WAIT
    return this.#tryDeferred(td, this.#registry.known(protocol), source, packet)
  }

  /** The same for a thread that can wait: QUEUED or DROPPED. */
  *queue(td: Waiter, protocol: number, source: number, packet: Address): Waiting<Outcome> {
    while (!this.memory.settled()) yield SETTLE
    const stream = this.#select(this.#registry.known(protocol), td.cpu, source, packet, false)
    return yield* stream.queue(td.lot, protocol, packet)
  }

  /** The same for an interrupt of a CPU that was started or attached. Throws an Error elsewhere. */
  queueNow(irq: Interrupt, protocol: number, source: number, packet: Address): Outcome {
    const lot = this.#lots[irq.cpu]
    if (lot === undefined) {
      throw new Error(`CPU ${irq.cpu} queues in interrupts when it was started or attached`)
    }
    const stream = this.#select(this.#registry.known(protocol), irq.cpu, source, packet, false)
    return stream.queueNow(lot, protocol, packet)
  }

  /**
   * Handles a packet or queues it, as its protocol's dispatch says: netisr_dispatch_src. DONE,
   * QUEUED, DROPPED, or WAIT, and then `yield* dispatch(…)`. Hybrid dispatch waits in simulated
   * time, since other CPUs could not see plain code dispatch.
   */
  tryDispatch(td: Waiter, protocol: number, source: number, packet: Address): Outcome {
    if (!this.memory.settled()) return WAIT
    const known = this.#registry.known(protocol)
    const dispatch = this.#registry.dispatchOf(known)
    if (dispatch === DIRECT) {
      if (!known.handler.tryInput(td, packet)) return WAIT
      this.#countDirect(td.cpu, protocol)
      return DONE
    }
    if (dispatch !== HYBRID) return this.#tryDeferred(td, known, source, packet)
    if (this.memory.isSimulated) return WAIT
    return this.#tryHybrid(td, known, source, packet)
  }

  /** The same for a thread that can wait: DONE, QUEUED or DROPPED. */
  *dispatch(td: Waiter, protocol: number, source: number, packet: Address): Waiting<Outcome> {
    while (!this.memory.settled()) yield SETTLE
    const known = this.#registry.known(protocol)
    const dispatch = this.#registry.dispatchOf(known)
    if (dispatch === HYBRID) return yield* this.#hybrid(td, known, source, packet)
    if (dispatch !== DIRECT) return yield* this.queue(td, protocol, source, packet)
    this.#countDirect(td.cpu, protocol)
    while (!this.memory.settled()) yield SETTLE
    if (!known.handler.tryInput(td, packet)) yield* known.handler.input(td, packet)
    return DONE
  }

  /** The default dispatch: net.isr.dispatch. */
  get defaultDispatch(): DispatchName {
    return dispatchName(this.#table.defaultDispatch()) as DispatchName
  }

  /** Changes it, for all CPUs. Throws a TypeError for an unknown name, BadNetisr as `register`. */
  setDefaultDispatch(name: DispatchName): void {
    this.#table.setDefaultDispatch(dispatchNumber(name))
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
   * Ends what the thread of that number had begun here, which has ended and was no CPU: an append,
   * a dispatch. What it had queued is handled. After its burial in the lot; never parks.
   */
  *bury(lot: Parking, thread: number): Waiting {
    this.#table.breakFrom(holderOf(thread))
    for (const stream of this.#streams) yield* stream.bury(lot, thread)
  }

  /** What was counted. Exact when nothing is sent or handled meanwhile. For any thread. */
  statistics(): NetisrStatistics {
    return statisticsOf(this.handle, this.memory, this.#plan, this.#table, this.#streams)
  }

  #tryDeferred(td: Waiter, known: Registered, source: number, packet: Address): Outcome {
    const stream = this.#select(known, td.cpu, source, packet, false)
    return stream.tryQueue(td.lot, known.number, packet)
  }

  #tryHybrid(td: Waiter, known: Registered, source: number, packet: Address): Outcome {
    const { number, handler } = known
    const stream = this.#select(known, td.cpu, source, packet, true)
    if (stream.id !== td.cpu) return stream.tryQueue(td.lot, number, packet)
    const outcome = stream.tryDispatch(number, packet)
    if (outcome !== DONE) return outcome
    let isDone = false
    try {
      isDone = handler.tryInput(td, packet)
    } finally {
      stream.endDispatchNow(td.lot, number, isDone)
    }
    return isDone ? DONE : WAIT
  }

  /** The thread stays on its CPU, since that is what decides (sched_pin). */
  *#hybrid(td: Waiter, known: Registered, source: number, packet: Address): Waiting<Outcome> {
    const { number, handler } = known
    td.pin()
    try {
      const stream = this.#select(known, td.cpu, source, packet, true)
      if (stream.id !== td.cpu) return yield* stream.queue(td.lot, number, packet)
      const outcome = yield* stream.dispatch(number, packet)
      if (outcome !== DONE) return outcome
      let isDone = false
      try {
        while (!this.memory.settled()) yield SETTLE
        if (!handler.tryInput(td, packet)) yield* handler.input(td, packet)
        isDone = true
      } finally {
        yield* stream.endDispatch(td.lot, number, isDone)
      }
      return DONE
    } finally {
      td.unpin()
    }
  }

  /** The workstream of a packet that comes on CPU `here`. */
  #select(
    known: Registered,
    here: number,
    source: number,
    packet: Address,
    isHybrid: boolean,
  ): Workstream {
    const { packets } = this
    const { threads } = this.handle
    return this.#streams[select(known, packets, threads, here, source, packet, isHybrid)]!
  }

  #countDirect(cpu: number, protocol: number): void {
    const at = this.#plan.direct(cpu, protocol)
    this.memory.write(at, this.memory.read(at) + 1)
  }
}
