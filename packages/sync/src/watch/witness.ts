import { type Address, came, expectFunction, type Memory } from '@smpnet/memory'
import type { SleepWatch, Waiter } from '@smpnet/park'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { NOBODY } from '../words/names.ts'
import { type Edge, OrderGraph, type OrderShape } from './order-graph.ts'
import {
  expectDomain,
  expectLockHandle,
  handleOf,
  openLock,
  placeLock,
  type Placing,
} from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

/**
 * FreeBSD's witness(4): the order in which locks are taken inside each other is learnt as it
 * happens, by name, over all threads of a domain, or declared; a thread that takes two of them the
 * other way round is told, with both places, though no thread has had to wait yet. Two threads that
 * do that at the same time would wait for each other for ever.
 *
 * Locks whose holder may sleep, sx, come before those that are held for moments, whatever was seen:
 * a thread that takes an sx lock inside a mutex, a rwlock or an rmlock may sleep there, and is told
 * at once. So is a thread that waits there for a semaphore, a barrier, a once or an event count, or
 * for a condition with another lock held than its mutex, and a thread that says, by `sleeps`, that
 * it is about to sleep for something else.
 *
 * Locks are watched by `watch`; a lock that is not watched costs nothing. What a thread holds is
 * kept here, in its own memory; what all have learnt, in the shared `OrderGraph`.
 */
const KIND: LockKind = { name: 'witness', code: 15, version: 1, names: NOBODY }

/** Of names, and of edges. */
const MOST = 1 << 16

export interface WitnessOptions extends Placing, Partial<OrderShape> {
  /** Orders that hold from the start: each a list of names, outermost first. */
  readonly orders?: readonly (readonly string[])[]
  /** Is given each reversal, once in each thread; it is kept in `reports` as well. */
  readonly onReport?: (report: string) => void
}

/** A lock, as witness sees it when it is taken. */
export interface Taken {
  readonly at: Address
  /** Locks of one name are of one type, and ordered alike. */
  readonly name: string
  /** The kind of lock, for reports: 'sleep mutex'. */
  readonly type: string
  /** Whether its holder may sleep. */
  readonly isSleepable: boolean
  readonly place: string
}

export class Witness implements SleepWatch {
  /** What was reported to this thread. */
  readonly reports: string[] = []
  readonly #held = new Map<Waiter, Taken[]>()
  /** Pairs of names, as `before after`, that need no look at the graph any more. */
  readonly #settled = new Set<string>()

  constructor(
    readonly graph: OrderGraph,
    /** None on bare memory. */
    readonly domain: SyncDomain | undefined,
    readonly onReport: WitnessOptions['onReport'],
  ) {}

  /**
   * One of a kernel's threads, which share no domain: on `bytes(shape)` bytes of bare memory that
   * were zero at first. Each isolate makes an object of its own for it.
   */
  static over(
    memory: Memory,
    at: Address,
    shape: OrderShape,
    onReport?: WitnessOptions['onReport'],
  ): Witness {
    return new Witness(new OrderGraph(memory, at, shape), undefined, onReport)
  }

  /** Bytes that `over` needs. */
  static bytes(shape: OrderShape): number {
    return OrderGraph.bytes(shape)
  }

  /** Places a witness for all threads of the domain. Throws OutOfMemory. */
  static create(domain: SyncDomain, options: WitnessOptions = {}): Witness {
    expectDomain(domain, KIND, options)
    if (options.onReport !== undefined) expectFunction('onReport of a witness', options.onReport)
    const shape = wholeShape(options)
    const at = placeLock(KIND, domain, OrderGraph.bytes(shape), options)
    const graph = new OrderGraph(domain.memory, at, shape)
    const witness = new Witness(graph, domain, options.onReport)
    for (const order of options.orders ?? []) witness.#declare(order)
    return witness
  }

  /** Opens, in any thread, the witness that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle, onReport?: WitnessOptions['onReport']): Witness {
    expectLockHandle(KIND, handle)
    const shape = { names: handle.shape['names'] ?? 0, edges: handle.shape['edges'] ?? 0 }
    const { domain, at } = openLock(KIND, handle, OrderGraph.bytes(shape))
    return new Witness(new OrderGraph(domain.memory, at, shape), domain, onReport)
  }

  /**
   * Names this witness for other threads; it can be cloned and posted. Throws LockMisuse for one on
   * bare memory.
   */
  get handle(): LockHandle {
    const { domain, graph } = this
    const named = { domain, at: graph.at, name: () => 'witness' }
    return handleOf(named, KIND, { ...graph.shape })
  }

  /** Before `td` takes a lock, whether it gets it or not: looks for a reversal, and learns. */
  check(td: Waiter, taken: Taken): void {
    for (const held of this.#held.get(td) ?? []) {
      const pair = `${held.name}\n${taken.name}`
      if (this.#settled.has(pair)) continue
      this.#settled.add(pair)
      if (held.name === taken.name) this.#report(duplicate(held, taken))
      else if (taken.isSleepable && !held.isSleepable) this.#report(sleepableAfter(held, taken))
      else this.#order(held, taken)
    }
  }

  /**
   * Before `td` sleeps for something that is no watched lock: it should hold none but sx locks, and
   * the lock at `exited`, which it exits for as long as it sleeps.
   */
  sleeps(td: Waiter, what: string, exited?: Address): void {
    const held = this.held(td).filter(({ at, isSleepable }) => !isSleepable && at !== exited)
    const key = [what, ...held.map(({ name }) => name)].join('\n')
    if (held.length === 0 || this.#settled.has(key)) return
    this.#settled.add(key)
    this.#report(sleeping(what, held))
  }

  /** `td` has taken a lock. */
  took(td: Waiter, taken: Taken): void {
    const held = this.#held.get(td)
    if (held !== undefined) {
      held.push(taken)
      return
    }
    this.#held.set(td, [taken])
    ;(td.watches ??= []).push(this)
  }

  /** `td` has exited the lock at `at`. */
  exited(td: Waiter, at: Address): void {
    const held = this.#held.get(td) ?? []
    const index = held.findLastIndex((taken) => taken.at === at)
    if (index >= 0) held.splice(index, 1)
  }

  /** What `td` holds, outermost first. */
  held(td: Waiter): readonly Taken[] {
    return this.#held.get(td) ?? []
  }

  #order(held: Taken, taken: Taken): void {
    const { graph } = this
    const [before, after] = [graph.number(held.name), graph.number(taken.name)]
    graph.learn()
    const reverse = graph.path(after, before)
    if (reverse !== undefined) {
      this.#report(reversal(held, taken, reverse, graph.names))
    } else if (graph.path(before, after) === undefined) {
      graph.add({ before, after, places: `${held.place} then ${taken.place}` })
    }
  }

  #declare(order: readonly string[]): void {
    const numbers = order.map((name) => this.graph.number(name))
    for (let i = 1; i < numbers.length; i++) {
      this.graph.add({ before: numbers[i - 1]!, after: numbers[i]!, places: 'declared' })
    }
    this.graph.learn()
  }

  #report(report: string): void {
    this.reports.push(report)
    this.onReport?.(report)
  }
}

function line({ at, name, type, place }: Taken): string {
  return `0x${at.toString(16)} ${name} (${name}, ${type}) @ ${place}`
}

/** As FreeBSD's witness_warn. */
function sleeping(what: string, held: readonly Taken[]): string {
  return [
    `Sleeping on "${what}" with the following non-sleepable locks held:`,
    ...held.map(
      ({ at, name, type, place }) => `${type} ${name} (0x${at.toString(16)}) locked @ ${place}`,
    ),
  ].join('\n')
}

function sleepableAfter(held: Taken, taken: Taken): string {
  return [
    'lock order reversal: (sleepable after non-sleepable)',
    ` 1st ${line(held)}`,
    ` 2nd ${line(taken)}`,
    `lock order ${held.name} -> ${taken.name} attempted at: ${held.place} then ${taken.place}`,
  ].join('\n')
}

function duplicate(held: Taken, taken: Taken): string {
  return [
    `acquiring duplicate lock of same type: "${taken.name}"`,
    ` 1st ${line(held)}`,
    ` 2nd ${line(taken)}`,
  ].join('\n')
}

function reversal(held: Taken, taken: Taken, way: Edge[], names: readonly string[]): string {
  return [
    'lock order reversal:',
    ` 1st ${line(held)}`,
    ` 2nd ${line(taken)}`,
    ...way.map(({ before, after, places }) => {
      const established = places === 'declared' ? 'declared' : `established at: ${places}`
      return `lock order ${names[before]} -> ${names[after]} ${established}`
    }),
    `lock order ${held.name} -> ${taken.name} attempted at: ${held.place} then ${taken.place}`,
  ].join('\n')
}

/** Throws a RangeError for what is no number of names, or of edges. */
function wholeShape({ names = 64, edges = 128 }: WitnessOptions): OrderShape {
  for (const [what, count] of Object.entries({ names, edges })) {
    if (Number.isInteger(count) && count >= 1 && count <= MOST) continue
    throw new RangeError(
      `${what} of a witness: expected a whole number from 1 to ${MOST}, came ${came(count)}`,
    )
  }
  return { names, edges }
}
