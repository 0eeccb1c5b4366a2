import type { Placement } from './placement.ts'
import { type Distance, DOMAIN, FAR, Groups, REMOTE, SOCKET } from './topology.ts'

/** No queue, no CPU. */
const NONE = -1

/**
 * The CPUs that wait for lines: a queue for each line that is wanted by several, and the choice of
 * the next. The next is the one that has waited longest among the nearest, so that a line stays in
 * a cache domain as long as somebody there wants it; but after `nearRun` of those in a row it is
 * the one that has waited longest of all, and so no CPU starves.
 *
 * A CPU waits for one line at a time, so that the lists are threaded through the CPUs; queues are
 * made when they are needed first, and used again.
 */
export class LineQueues {
  /** The longest queue that there was, and how often a CPU was passed over by a nearer one. */
  longest = 0
  overtaken = 0
  readonly #queues: Queue[] = []
  readonly #free: number[] = []
  /** By line: which queue, from 1; 0 when nobody waits. */
  readonly #queueOf: Int16Array
  /** By CPU: the next in its list, and when it came, as a number in the order of coming. */
  readonly #next: Int16Array
  readonly #ticket: Float64Array
  readonly #groups: Groups
  #tickets = 0

  constructor(
    { topology, threads, cpus }: Placement,
    lines: number,
    readonly nearRun: number,
  ) {
    this.#queueOf = new Int16Array(lines)
    this.#next = new Int16Array(cpus).fill(NONE)
    this.#ticket = new Float64Array(cpus)
    this.#groups = new Groups(topology, threads)
  }

  /** How many wait for a line. */
  waiting(line: number): number {
    const queue = this.#queueOf[line]!
    return queue === 0 ? 0 : this.#queues[queue - 1]!.length
  }

  add(line: number, cpu: number): void {
    if (this.#queueOf[line] === 0) this.#queueOf[line] = this.#take()
    const queue = this.#queues[this.#queueOf[line]! - 1]!
    const domain = this.#groups.domainOf[cpu]!
    this.#ticket[cpu] = this.#tickets++
    this.#next[cpu] = NONE
    if (queue.first[domain] === NONE) queue.first[domain] = cpu
    else this.#next[queue.last[domain]!] = cpu
    queue.last[domain] = cpu
    this.longest = Math.max(this.longest, ++queue.length)
  }

  /** Takes the next CPU out of a line's queue, which is not empty; `from` has the line now. */
  next(line: number, from: number): number {
    const index = this.#queueOf[line]! - 1
    const queue = this.#queues[index]!
    const domain = this.#choose(queue, from)
    const cpu = queue.first[domain]!
    queue.first[domain] = this.#next[cpu]!
    if (--queue.length === 0) {
      queue.run = 0
      this.#queueOf[line] = 0
      this.#free.push(index + 1)
    }
    return cpu
  }

  clear(): void {
    this.#queueOf.fill(0)
    this.#queues.length = 0
    this.#free.length = 0
    this.#tickets = 0
    this.longest = 0
    this.overtaken = 0
  }

  #take(): number {
    return this.#free.pop() ?? this.#queues.push(new Queue(this.#groups.domains))
  }

  /** The domain whose first is served. */
  #choose(queue: Queue, from: number): number {
    const oldest = this.#oldest(queue, FAR, from)
    if (from < 0) return oldest
    const own = this.#groups.domainOf[from]!
    const near = queue.run < this.nearRun ? this.#nearest(queue, from) : oldest
    queue.run = near === own ? queue.run + 1 : 0
    if (near !== oldest) this.overtaken++
    return near
  }

  #nearest(queue: Queue, from: number): number {
    for (const within of [DOMAIN, SOCKET, REMOTE]) {
      const found = this.#oldest(queue, within, from)
      if (found !== NONE) return found
    }
    return this.#oldest(queue, FAR, from)
  }

  /** The domain of the one that has waited longest among those so far away at most. */
  #oldest(queue: Queue, within: Distance, from: number): number {
    let found = NONE
    const [begin, end] = this.#groups.rangeOf(Math.max(0, from), within)
    for (let domain = begin; domain < end; domain++) {
      const cpu = queue.first[domain]!
      if (cpu === NONE) continue
      if (found === NONE || this.#ticket[cpu]! < this.#ticket[queue.first[found]!]!) found = domain
    }
    return found
  }
}

/** Those that wait for one line: lists by cache domain. */
class Queue {
  length = 0
  /** How often in a row the line was handed on within a domain. */
  run = 0
  readonly first: Int16Array
  readonly last: Int16Array

  constructor(domains: number) {
    this.first = new Int16Array(domains).fill(NONE)
    this.last = new Int16Array(domains).fill(NONE)
  }
}
